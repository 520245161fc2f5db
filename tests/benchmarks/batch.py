"""How many conv lines a second `solve --batch` answers, its start apart: python tests/benchmarks/batch.py [COUNT]"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from time import perf_counter


def lines(count: int) -> str:
    """So many different convolutions in one to three dimensions."""
    chance = random.Random(1)
    written = []
    for _ in range(count):
        axes = chance.randint(1, 3)
        given = {
            "in": [chance.randint(16, 64) for _ in range(axes)], "k": [chance.randint(1, 5) for _ in range(axes)],
            "s": chance.randint(1, 3), "p": chance.randint(0, 2), "channels": 4, "filters": chance.randint(1, 64),
        }  # fmt: skip
        written.append(json.dumps({"calculator": "conv", "given": given}))
    return "\n".join(written)


def seconds(text: str) -> float:
    """How long a process takes to answer these lines."""
    start = perf_counter()
    command = [sys.executable, "-m", "cnnquiz", "solve", "--batch", "-"]
    subprocess.run(command, input=text.encode(), stdout=subprocess.DEVNULL, check=True)
    return perf_counter() - start


def main() -> None:
    """Print the rate, the start-up taken off."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    start = min(seconds(lines(1)) for _ in range(3))
    whole = seconds(lines(count))
    print(f"start {start:.2f} s; {count:,} lines in {whole:.2f} s: {count / (whole - start):,.0f} lines a second")


if __name__ == "__main__":
    main()
