"""`solve net vgg16` against a torchinfo summary of the same network: time and memory of whole processes.

    python tests/benchmarks/net_against_torchinfo.py [RUNS]

Without torch and torchinfo it prints our own figures, and that there is nothing to compare them with.
"""

from __future__ import annotations

import importlib.util
import os
import statistics
import subprocess
import sys
import time

OURS = [sys.executable, "-m", "cnnquiz", "solve", "net", "vgg16", "--format", "json"]
PLAIN = [sys.executable, "-c", "import click"]
THEIRS = """
from torch import nn
from torchinfo import summary

layers, channels = [], 3
for width in (64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0):
    if width:
        layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU()]
        channels = width
    else:
        layers.append(nn.MaxPool2d(2))
head = [nn.Flatten(), nn.Linear(25088, 4096), nn.ReLU(), nn.Dropout(), nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout()]
print(summary(nn.Sequential(*layers, *head, nn.Linear(4096, 1000)), (1, 3, 224, 224), verbose=0))
"""
FASTER, SMALLER = 4, 3


def measured(command: list[str], runs: int) -> tuple[float, float]:
    """The median time in seconds and the peak memory in MiB of a process."""
    times, peaks = [], []
    for _ in range(runs):
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        times.append(time.perf_counter() - start)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{' '.join(command)[:60]} failed")
        peaks.append(usage.ru_maxrss / 1024)
    return statistics.median(times), max(peaks)


def line(name: str, figures: tuple[float, float]) -> str:
    """One row of the table."""
    return f"{name:<24} {figures[0]:7.3f} s {figures[1]:7.0f} MiB"


def main() -> None:
    """Print the figures and their ratios; exit 1 where an aim is missed."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    ours = measured(OURS, runs)
    print(line("python and click alone", measured(PLAIN, runs)))
    print(line("cnnquiz solve net vgg16", ours))
    if not (importlib.util.find_spec("torch") and importlib.util.find_spec("torchinfo")):
        print("torch and torchinfo are not installed here: nothing to compare with")
        return
    theirs = measured([sys.executable, "-c", THEIRS], runs)
    print(line("torchinfo", theirs))
    faster, smaller = theirs[0] / ours[0], theirs[1] / ours[1]
    print(f"{faster:.1f} times as fast (aim {FASTER}), memory 1/{smaller:.1f} (aim 1/{SMALLER})")
    raise SystemExit(0 if faster >= FASTER and smaller >= SMALLER else 1)


if __name__ == "__main__":
    main()
