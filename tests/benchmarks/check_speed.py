"""Time and memory of `check` against `yaml.load` alone, on two large banks: `python check_speed.py [ITEMS]`.

Each is measured in a process of its own, some times in turn; the best counts, and the best of the ratios of two runs
one right after the other. The processor's time over the cores says what the clock would say of an idle machine.
check-jsonschema and yamllint are timed as well where they are installed.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
ROUNDS = 7
MEASURE = """
import json, os, resource, sys, time
{prepare}
before = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
begin = time.perf_counter()
{work}
seconds = time.perf_counter() - begin
own, others = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
busy = own.ru_utime + own.ru_stime - before + (others.ru_utime + others.ru_stime) / len(os.sched_getaffinity(0))
print(json.dumps([seconds, busy, max(own.ru_maxrss, others.ru_maxrss) / 1024]))
"""
YAML = MEASURE.format(
    prepare="import yaml\ntext = open(sys.argv[1], encoding='utf-8').read()",
    work="tree = yaml.load(text, Loader=getattr(yaml, 'CSafeLoader', yaml.SafeLoader))",
)
CHECK = MEASURE.format(
    prepare="from cnnquiz.checks import rules, runner\n"
    "for rule in rules.names(): rules.load(rule)",
    work="done = runner.check([sys.argv[1]], rules.names())\nassert not done[0].findings, done[0].findings[:3]",
)


def measure(code: str, path: Path) -> tuple[float, float, float]:
    """Seconds by the clock, the processor's seconds by core, and MiB of one run."""
    ran = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    seconds, busy, memory = json.loads(ran.stdout)
    return seconds, busy, memory


def timed(command: list[str]) -> float:
    """Seconds of one run of another program."""
    begin = time.perf_counter()
    subprocess.run(command, capture_output=True, check=False)
    return time.perf_counter() - begin


def compare(maker: str, items: int, folder: Path) -> None:
    """Make the bank, measure in turn, and print the ratios."""
    path = folder / f"{maker}-{items}.yaml"
    subprocess.run([sys.executable, HERE / f"{maker}.py", str(items), path], check=True)
    rounds = [(measure(YAML, path), measure(CHECK, path)) for _ in range(ROUNDS)]
    yaml, check = (tuple(min(pair[side][n] for pair in rounds) for n in range(3)) for side in (0, 1))
    paired = [min(pair[1][n] / pair[0][n] for pair in rounds) for n in (0, 1)]
    size = path.stat().st_size / 1e6
    print(f"{maker}: {items:,} items, {size:.1f} MB, {len(os.sched_getaffinity(0))} cores")
    for name, (clock, busy, memory) in (("yaml.load, CSafeLoader", yaml), ("cnnquiz check, all rules", check)):
        print(f"  {name:24} {clock:6.2f} s  {busy:6.2f} s a core  {memory:6.0f} MiB")
    print(f"  best ratio of a pair     {paired[0]:6.2f}    {paired[1]:6.2f}            {check[2] / yaml[2]:6.2f}")
    compare_others(path, folder)


def compare_others(path: Path, folder: Path) -> None:
    """Time the general tools that are installed."""
    if found := shutil.which("yamllint"):
        print(f"  yamllint                 {timed([found, str(path)]):6.2f} s")
    if found := shutil.which("check-jsonschema"):
        schema = folder / "schema.json"
        with schema.open("w", encoding="utf-8") as file:
            subprocess.run([sys.executable, "-m", "cnnquiz", "schema"], stdout=file, check=True)
        print(f"  check-jsonschema         {timed([found, '--schemafile', str(schema), str(path)]):6.2f} s")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        for count in map(int, sys.argv[1:] or ["10000"]):
            for maker in ("make_bank", "make_varied_bank"):
                compare(maker, count, Path(place))
