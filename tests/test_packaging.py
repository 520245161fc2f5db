"""What a stranger gets: the wheel with all of its data, and the README's commands."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT

import cnnquiz

README = (ROOT / "README.md").read_text(encoding="utf-8")
CI = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source as a user's installer builds it."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the wheel is unpacked, which is what an installer does with a pure one."""
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def run(installed: Path, environment: dict[str, str], folder: Path, *arguments: str) -> str:
    """What the unpacked program prints, run from a folder that has nothing to do with it."""
    command = [sys.executable, "-m", "cnnquiz", *arguments]
    env = environment | {"PYTHONPATH": str(installed)}
    ended = subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def data_files() -> list[str]:
    """All that is not Python in the package, and all of the questions, as they stand in a wheel."""
    package = (p for p in (ROOT / "cnnquiz").rglob("*") if p.is_file() and p.suffix not in (".py", ".pyc"))
    questions = (path for path in (ROOT / "questions").rglob("*") if path.is_file())
    return sorted(
        [str(path.relative_to(ROOT)) for path in package]
        + [f"cnnquiz/{path.relative_to(ROOT)}" for path in questions]
    )


def test_the_wheel_carries_all_data(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert set(data_files()) <= names
    assert {"cnnquiz/questions/week8.yaml", "cnnquiz/history/schema.sql", "cnnquiz/py.typed"} <= names
    assert not [name for name in names if name.startswith("tests") or name.endswith(".pyc")]
    assert any(name.endswith("LICENSE") for name in names)


def test_the_wheel_names_the_program_and_its_version(installed: Path) -> None:
    facts = installed / f"cnnquiz-{cnnquiz.__version__}.dist-info"
    assert "cnnquiz = cnnquiz.__main__:main" in (facts / "entry_points.txt").read_text()
    assert "License-Expression: MIT" in (facts / "METADATA").read_text(encoding="utf-8")


def test_the_unpacked_wheel_is_what_runs(
    installed: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    code = "import cnnquiz; print(cnnquiz.__file__)"
    env = environment | {"PYTHONPATH": str(installed)}
    shown = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True, check=True
    )
    assert Path(shown.stdout.strip()).is_relative_to(installed)


def test_the_installed_program_knows_its_banks(
    installed: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    listed = json.loads(run(installed, environment, tmp_path, "list", "--format", "json"))
    assert {"week7", "week8"} <= {bank["name"] for bank in listed["banks"]}


@pytest.mark.parametrize(
    ("bank", "answers", "score"), [("week8", "d d c b d b b a d c", 10), ("week7", "b d c c b c d c d", 9)]
)
def test_the_installed_program_asks_a_quiz(
    installed: Path, environment: dict[str, str], tmp_path: Path, bank: str, answers: str, score: int
) -> None:
    marked = json.loads(
        run(installed, environment, tmp_path, "take", bank, "--answers", answers, "--format", "json")
    )
    assert (marked["score"], marked["max_score"]) == (score, score)


# The README's commands


def commands() -> list[str]:
    """The lines of the README's shell blocks."""
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


def test_two_commands_set_up_one_asks_and_one_tests() -> None:
    first, second, third, fourth = commands()
    assert first.startswith("python3 -m venv ") and second == "pip install '.[test]'"
    assert (third, fourth) == ("cnnquiz take week8", last_command())


def last_command() -> str:
    """The command whose output ends a run of the checks."""
    return CI.strip().splitlines()[-1]


def test_the_checks_use_the_wheel() -> None:
    assert re.search(r'pip wheel .*\n.*\npip install --quiet "\$wheel\[test\]"', CI)


def test_the_workflow_runs_on_each_system() -> None:
    workflow = (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    assert "os: [ubuntu-latest, macos-latest, windows-latest]" in workflow


def test_each_outside_library_is_used() -> None:
    names = {re.split(r"[><=]", line)[0] for line in PROJECT["project"]["dependencies"]}
    modules = {"pyyaml": "yaml", "markdown-it-py": "markdown_it"}
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "cnnquiz").rglob("*.py"))
    unused = [n for n in names if not re.search(rf"^\s*(import|from) {modules.get(n, n)}\b", source, re.M)]
    assert not unused
