"""What the tests share: the program as a process of its own, away from source and user data."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from typing import Protocol

import pexpect
import pytest
from hypothesis import settings

import cnnquiz

Start = Callable[..., "pexpect.spawn[str]"]

# What needs a terminal, signals or file names as only POSIX has them.
POSIX = (
    "test_bank_files.py", "test_check_processes.py", "test_drill_ends.py", "test_history_lasting.py",
    "test_injection.py", "test_lab_pytorch.py", "test_review_lasting.py", "test_take_seed.py", "test_take_terminal.py",
    "test_taken_back.py", "test_terminal_restored.py", "test_clock.py",
)  # fmt: skip
# What needs the extra `lab`
NEEDS_LAB = ("test_lab_experiments.py", "test_lab_models.py", "test_lab_pytorch.py", "test_lab_shape_errors.py")
LAB = () if find_spec("torch") else NEEDS_LAB
READERS = all(map(find_spec, ("playwright", "moodle_xml_parser", "pyslet"))) and all(map(which, ("chromium", "node")))
DOORS = () if READERS and os.environ.get("CNNQUIZ_DOORS") else ("test_doors.py",)  # what needs other programs
collect_ignore = [*(POSIX if sys.platform == "win32" else ()), *LAB, *DOORS]
PATIENCE = 60  # seconds for what takes less than one, where the machine has much else to do
ROOT = Path(__file__).parent.parent
PACKAGE = Path(cnnquiz.__file__).parent

settings.register_profile("suite", deadline=None, database=None)
settings.load_profile("suite")


def pytest_collection_finish() -> None:
    """Keep the garbage collector from all that stays to the end: its time would count within the limits of work."""
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests were left out for want of PyTorch, or of other systems' readers."""
    for files, what, need in (
        ((*LAB, "contracts/cases.yaml") if LAB else (), "the lab", "pip install -e '.[lab]'"),
        (DOORS, "exports", "what .ci/run installs for them"),
    ):  # fmt: skip
        texts = ((Path(__file__).parent / name).read_text(encoding="utf-8") for name in files)
        left_out = sum(text.count("\ndef test_") + text.count("\n  - run: lab ") for text in texts)
        if left_out:
            terminalreporter.write_line(f"{left_out} tests of {what} left out: they need {need}")


class Program(Protocol):
    """Runs `cnnquiz` with these arguments and gives what came out."""

    def __call__(
        self, *arguments: str, stdin: str = "", env: Mapping[str, str] | None = None, timeout: float = PATIENCE
    ) -> subprocess.CompletedProcess[str]: ...


def environment_in(folder: Path) -> dict[str, str]:
    """The environment for a process: the package under test, a data folder of its own, 80 columns."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CNNQUIZ", "_CNNQUIZ"))}
    for name in ("NO_COLOR", "FORCE_COLOR", "GITHUB_ACTIONS"):
        kept.pop(name, None)
    kept.pop("PYTHONDONTWRITEBYTECODE", None)  # each of a thousand processes would compile the package again
    return kept | {
        "PYTHONPATH": str(PACKAGE.parent),
        "PYTHONWARNINGS": "error",
        "CNNQUIZ_HOME": str(folder / "home"),
        "COLUMNS": "80",
        "LC_ALL": "C.UTF-8",
    }


def program_in(folder: Path, environment: Mapping[str, str]) -> Program:
    """The program as a real process in that folder. It never ends in a traceback."""

    def run(
        *arguments: str, stdin: str = "", env: Mapping[str, str] | None = None, timeout: float = PATIENCE
    ) -> subprocess.CompletedProcess[str]:
        ended = subprocess.run(
            [sys.executable, "-m", "cnnquiz", *arguments],
            input=stdin, capture_output=True, text=True, encoding="utf-8", timeout=timeout, cwd=folder,
            env={**environment, **(env or {})}, check=False,
        )  # fmt: skip
        assert "Traceback" not in ended.stderr, ended.stderr
        return ended

    return run


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The environment for a process of this test."""
    return environment_in(tmp_path)


@pytest.fixture
def program(environment: dict[str, str], tmp_path: Path) -> Program:
    """The program in an empty folder, with this test's environment."""
    return program_in(tmp_path, environment)


@pytest.fixture
def terminal(environment: dict[str, str], tmp_path: Path) -> Iterator[Start]:
    """Starts the program in a terminal of its own, 80 columns wide if not said otherwise."""
    yield from terminals(["-m", "cnnquiz"], environment, tmp_path)


def terminals(
    program: list[str], environment: dict[str, str], folder: Path, width: int = 80, term: str = "xterm"
) -> Iterator[Start]:
    """What starts a Python program in a terminal of its own, so wide if not said otherwise; all of them end with it."""
    children: list[pexpect.spawn[str]] = []

    def spawn(*arguments: str, columns: int = width, **env: str) -> pexpect.spawn[str]:
        around = {name: value for name, value in environment.items() if name != "COLUMNS"} | {"TERM": term} | env
        child = pexpect.spawn(
            sys.executable, [*program, *arguments], env=around, cwd=str(folder),  # type: ignore[arg-type]
            dimensions=(50, columns), encoding="utf-8", timeout=PATIENCE,
        )  # fmt: skip
        child.delaybeforesend = None
        children.append(child)
        return child

    yield spawn
    for child in children:
        child.close(force=True)


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for what another thread does; it is the test's to say what is wrong if that never comes."""
    end = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)


def ended(child: pexpect.spawn[str]) -> int:
    """The exit code, once the program has ended."""
    child.expect(pexpect.EOF)
    child.close()
    return int(child.exitstatus if child.exitstatus is not None else -int(child.signalstatus or 0))
