"""How many variants a second each family of the bundled banks gives: python tests/benchmarks/variants.py [COUNT]"""

from __future__ import annotations

import sys
from time import process_time

from cnnquiz import bank
from cnnquiz.items import variants


def main() -> None:
    """Draw so many variants of each family and print the rates."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    for name in bank.bundled():
        loaded = bank.open_bank(name).bank
        for item in loaded.items if loaded else ():
            if loaded and item.vary:
                variants.draw(loaded, item, 0)
                start = process_time()
                for seed in range(count):
                    variants.draw(loaded, item, seed)
                print(f"{name + '/' + item.id:40} {count / (process_time() - start):8,.0f} a second")


if __name__ == "__main__":
    main()
