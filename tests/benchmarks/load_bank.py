"""Loading a bank of 10,000 numericals beside `yaml.load` with the C loader: `python load_bank.py [ITEMS]`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import make_bank

MEASURE = """
import gc, resource, sys, time
{load}
start_memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
start = time.perf_counter()
loaded = load(sys.argv[1])
seconds = time.perf_counter() - start
print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - start_memory)
"""
LOADERS = {
    "yaml.load, CSafeLoader": "import yaml\ndef load(path):\n"
    "    return yaml.load(open(path, encoding='utf-8').read(), yaml.CSafeLoader)",
    "cnnquiz.bank.load": "from cnnquiz.bank import load",
}
ROUNDS = 3


def measured(load: str, path: Path) -> tuple[float, float]:
    """Seconds and MiB of the quickest of some rounds, each in a process of its own."""
    script = MEASURE.format(load=load)
    rounds = [
        subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True)
        for _ in range(ROUNDS)
    ]
    seconds, memory = min(tuple(map(float, ended.stdout.split())) for ended in rounds)
    return seconds, memory / 1024


def main() -> None:
    """Print both measurements and their ratios."""
    items = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "big.yaml")
        path.write_text("".join(make_bank.bank(items)), encoding="utf-8")
        size = path.stat().st_size / 1e6
        rows = {name: measured(load, path) for name, load in LOADERS.items()}
    sys.stdout.write(f"{items:,} items, {size:.1f} MB\n")
    for name, (seconds, memory) in rows.items():
        sys.stdout.write(f"{name:24} {seconds:6.2f} s {memory:6.0f} MiB\n")
    (base_time, base_memory), (time, memory) = rows.values()
    sys.stdout.write(f"{'ratio':24} {time / base_time:6.2f}   {memory / base_memory:6.2f}\n")


if __name__ == "__main__":
    main()
