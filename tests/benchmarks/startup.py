"""How long until something stands on the screen: three ratios against the bare imports of the same libraries.

    python tests/benchmarks/startup.py [PAIRS]

Each pair is a run of the program and a run of its baseline, one right after the other; the medians count.
All of it is compiled beforehand, as an installer does.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time

SCREEN = "import click, rich.console, rich.table, rich.panel"
CASES = (
    ("--help", ["--help"], f"{SCREEN}, yaml", 1.5),
    ("first question", ["take", "week8", "--fresh"], f"{SCREEN}, yaml", 2.0),
    ("solve conv", ["solve", "conv", "--in", "256", "--k", "7", "--s", "2"], f"import sympy; {SCREEN}", 1.35),
)


def seconds(command: list[str], env: dict[str, str], until: bytes | None) -> float:
    """The time until the process ends, or until its output holds `until`."""
    start = time.perf_counter()
    null = subprocess.DEVNULL  # the input ends after the first question, and so does the program
    with subprocess.Popen(command, stdin=null, stdout=subprocess.PIPE, stderr=null, env=env) as process:
        assert process.stdout
        seen = b""
        while piece := os.read(process.stdout.fileno(), 65536):
            seen += piece
            if until and until in seen:
                break
        if until is None:
            process.wait()
        taken = time.perf_counter() - start
        process.kill()
    if until and until not in seen:
        raise SystemExit(f"{' '.join(command)} did not print {until.decode()}")
    return taken


def ratio(arguments: list[str], baseline: str, pairs: int, env: dict[str, str]) -> tuple[float, float]:
    """The medians of the program and of its baseline, from interleaved runs."""
    until = b"d  125x125x4" if arguments[0] == "take" else None
    ours, theirs = [], []
    for _ in range(pairs + 1):
        ours.append(seconds([sys.executable, "-m", "cnnquiz", *arguments], env, until))
        theirs.append(seconds([sys.executable, "-c", baseline], env, None))
    return statistics.median(ours[1:]), statistics.median(theirs[1:])  # the first run compiles


def main() -> None:
    """Print one line for each case."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    with tempfile.TemporaryDirectory() as home:
        env = os.environ | {"CNNQUIZ_HOME": f"{home}/data", "PYTHONPYCACHEPREFIX": f"{home}/compiled"}
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        for name, arguments, baseline, bound in CASES:
            ours, theirs = ratio(arguments, baseline, pairs, env)
            print(f"{name:<15} {ours * 1000:6.0f} ms  {theirs * 1000:6.0f} ms  {ours / theirs:.2f}x (at most {bound}x)")


if __name__ == "__main__":
    main()
