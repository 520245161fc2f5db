"""How many small faults in the code the tests notice: each is made in a copy, and the tests that run its line judge.

    pip install "cosmic-ray>=8.7" "coverage>=7.12" "pytest>=9"
    python tests/benchmarks/mutation.py [PATH ...] [--sample 300] [--seed 1] [--jobs 1] [--timeout 30] [--output FILE]

A run of the whole suite tells which test runs which line, in its own process or in one that it starts, and a second
one how long each takes; a test that fails in either is left out. A mutant then meets the tests of its line until one
fails: those in their own process first, each kind the quickest first, and of a long list as many as take `--budget`
seconds. `--record FOLDER` keeps what the two runs found, for another call on the same code. The score is the part of
all mutants that a test or the timeout stopped.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from itertools import accumulate
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from coverage import Coverage
from mutants import Mutant, sampled
from mutation_plugin import PROCESS

ROOT = Path(__file__).resolve().parents[2]
CORE = ["items", "answers", "quiz", "solver", "layers/windows.py"]
STATES = ("killed", "timeout", "survived", "uncovered")
UNTOLD = ("text", "spans")


class Record:
    """Which tests run a line, and how long each takes: from two runs of the suite, without faults."""

    def __init__(self, folder: Path, tree: Path) -> None:
        first, second = folder / "first.json", folder / "second.json"
        coverage = Coverage(data_file=str(folder / "data"), config_file=False)
        if not first.exists():
            run_pytest(tree, [], MUTATION_RECORD=str(folder), MUTATION_TIMES=str(first))
            coverage.combine([str(folder)])
            coverage.save()
        coverage.load()
        self.data, self.seconds = coverage.get_data(), read(first)["seconds"]
        self.paths = {path[path.rindex("/cnnquiz/") + 1 :]: path for path in self.data.measured_files()}
        if not second.exists():
            chosen = written(self.quickest(self.seconds.keys()), folder / "chosen.json")
            run_pytest(tree, [], MUTATION_CHOSEN=str(chosen), MUTATION_TIMES=str(second))
        self.unfit = [*read(first)["failed"], *read(second)["failed"]]
        self.seconds = read(second)["seconds"]

    def tests(self, mutant: Mutant) -> list[str]:
        """The tests that run the place of a mutant, best first."""
        contexts = self.data.contexts_by_lineno(self.paths[mutant.file]) if mutant.file in self.paths else {}
        for lines in mutant.spans:
            ran = {context for line in lines for context in contexts.get(line, ())}
            inside = ran & self.seconds.keys()
            begun = {name.removeprefix(PROCESS).rpartition(" (")[0] for name in ran if name.startswith(PROCESS)}
            if found := [*self.quickest(inside), *self.quickest(begun & self.seconds.keys() - inside)]:
                return found
        return []

    def quickest(self, tests: Set[str]) -> list[str]:
        return sorted(tests, key=lambda test: (self.seconds[test], test))

    def affordable(self, tests: list[str], budget: float) -> list[str]:
        """The first of them, as many as take so many seconds, and at least one."""
        sums = list(accumulate(self.seconds[test] for test in tests))
        return [test for test, total in zip(tests, sums, strict=True) if total <= budget] or tests[:1]


def run_pytest(tree: Path, arguments: list[str], limit: float | None = None, **variables: str) -> tuple[int, str]:
    """The exit code and the output of pytest with the plugin in a copy; whatever it started ends with it."""
    home = str(tree.with_suffix(".home"))
    Path(home).mkdir(exist_ok=True)
    environment = {"PYTHONPATH": f"{tree}:{tree}/tests/benchmarks", "HOME": home, "TMPDIR": home, **variables}
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-p", "mutation_plugin", *arguments], cwd=tree, env=os.environ | environment,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True,
    )  # fmt: skip
    try:
        output, _ = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        output = "Timeout (whole run)"
    finally:
        end_group(process.pid)
    return process.wait(), output


def end_group(leader: int) -> None:
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        return


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def written(document: Any, path: Path) -> Path:
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False), encoding="utf-8")
    return path


def copied(folder: Path) -> Path:
    """A copy of what git would keep. Its compiled files go by content: a mutant may have the old size and second."""
    command = ["git", "ls-files", "-coz", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    for name in filter(None, listed.stdout.decode().split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).exists():
            shutil.copy2(ROOT / name, folder / name)
    command = [sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "checked-hash", "cnnquiz"]
    subprocess.run(command, cwd=folder, check=True)
    run_pytest(folder, ["--collect-only", "-qq"])  # compiles the tests
    return folder


def judge(mutant: Mutant, trees: SimpleQueue[Path], tests: list[str], seconds: float, timeout: float) -> None:
    """Put a mutant into a copy, run its tests, and note what became of it."""
    tree = trees.get()
    path, chosen = tree / mutant.file, written(tests, tree.with_suffix(".json"))
    original = path.read_bytes()
    path.write_text(mutant.text, encoding="utf-8")
    limits = ["-o", f"faulthandler_timeout={timeout}", "-o", "faulthandler_exit_on_timeout=true"]
    files = dict.fromkeys(test.split("::")[0] for test in tests)
    try:
        code, output = run_pytest(
            tree, ["-x", *limits, *files], limit=timeout + 5 * seconds,
            MUTATION_CHOSEN=str(chosen), PYTHONDONTWRITEBYTECODE="1",
        )  # fmt: skip
    finally:
        path.write_bytes(original)
        trees.put(tree)
    if code == 5:
        raise RuntimeError(f"no tests ran for {mutant}\n{output}")
    late = re.search(r"^Timeout \(", output, re.MULTILINE)
    mutant.status = "survived" if code == 0 else "timeout" if late else "killed"
    mutant.killer = ", ".join(re.findall(r"^(?:FAILED|ERROR) (.*?)(?: - |$)", output, re.MULTILINE))


def judge_all(mutants: list[Mutant], record: Record, tree: Path, options: argparse.Namespace) -> None:
    """Judge the mutants in so many copies of the tree at a time, telling each on stderr."""
    trees: SimpleQueue[Path] = SimpleQueue()
    for number in range(options.jobs):
        trees.put(shutil.copytree(tree, tree.with_name(f"copy{number}")))
    lists = [record.tests(mutant) for mutant in mutants]

    def one(number: int) -> None:
        mutant, tests = mutants[number], lists[number]
        kept = record.affordable(tests, options.budget)
        mutant.status, mutant.tests, mutant.left_out = "uncovered", len(kept), len(tests) - len(kept)
        if kept:
            judge(mutant, trees, kept, sum(map(record.seconds.__getitem__, kept)), options.timeout)
        print(f"{number + 1}/{len(mutants)} {mutant.status} {mutant.file}:{mutant.line}", file=sys.stderr, flush=True)

    with ThreadPoolExecutor(options.jobs) as pool:
        list(pool.map(one, range(len(mutants))))


def score(mutants: list[Mutant]) -> float:
    return sum(mutant.status in ("killed", "timeout") for mutant in mutants) / max(len(mutants), 1)


def report(mutants: list[Mutant]) -> str:
    """The table by file, the score, and all that lived."""
    width = max(len(mutant.file) for mutant in mutants)
    rows = ["  ".join([f"{'file':{width}}", "mutants", *STATES, "score"])]
    for name in [*dict.fromkeys(mutant.file for mutant in mutants), "all"]:
        own = [mutant for mutant in mutants if name in (mutant.file, "all")]
        counts = Counter(mutant.status for mutant in own)
        numbers = [f"{counts[state]:{len(state)}}" for state in STATES]
        rows.append("  ".join([f"{name:{width}}", f"{len(own):7}", *numbers, f"{score(own):5.0%}"]))
    for mutant in mutants:
        if mutant.status in ("survived", "uncovered"):
            told = f"{mutant.status} {mutant.tests} tests" + f" ({mutant.left_out} left out)" * bool(mutant.left_out)
            rows.append(f"\n{mutant.file}:{mutant.line} {mutant.function}, {told}\n{mutant.diff}")
    return "\n".join(rows)


def main() -> None:
    """Read the arguments, record, judge, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="*", type=Path, default=[ROOT / "cnnquiz" / name for name in CORE])
    parser.add_argument("--sample", type=int, default=300, help="about how many mutants; 0 for all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--timeout", type=float, default=30, help="seconds for one test")
    parser.add_argument("--budget", type=float, default=120, help="seconds of tests for one mutant")
    parser.add_argument("--record", type=Path, help="the folder for what the first run found")
    parser.add_argument("--output", type=Path, help="a JSON file with every mutant")
    options = parser.parse_args()
    files = [file for path in options.paths for file in (sorted(path.rglob("*.py")) if path.is_dir() else [path])]
    mutants = sampled([file.resolve() for file in files], ROOT, options.sample, options.seed)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it, and so would tests
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # some tests are another user
        tree, kept = copied(Path(folder) / "tree"), options.record or Path(folder) / "record"
        kept.mkdir(parents=True, exist_ok=True)
        record = Record(kept.resolve(), tree)
        judge_all(mutants, record, tree, options)
    print(report(mutants))
    if options.output:
        told = [{name: value for name, value in asdict(each).items() if name not in UNTOLD} for each in mutants]
        document = {"seed": options.seed, "score": score(mutants), "unfit_tests": record.unfit, "mutants": told}
        written(document, options.output)


if __name__ == "__main__":
    main()
