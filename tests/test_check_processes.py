"""A large bank is checked by several processes, and nobody can tell by what is found."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Program

from cnnquiz import bank, yaml_text
from cnnquiz.bank.loader import Loaded
from cnnquiz.bank.parts import parts
from cnnquiz.checks import rules, runner, workers
from cnnquiz.errors import CnnquizError

CASES = sorted((Path(__file__).parent / "checks" / "rules").glob("*/*.yaml"))
HEAD = "format: 1\nid: many\ntitle: Many\nitems:\n"
SLOW = 'format: 1\nid: slow\ntitle: Slow\nitems:\n  - {id: a, stem: "?"}\n  - {id: b, stem: "?"}\n'
INTERRUPTED = """
import os, signal, sys, time
from cnnquiz.__main__ import main
from cnnquiz.checks import runner

def work(task):
    os.killpg(0, signal.SIGINT)
    time.sleep(60)

if __name__ == "__main__":
    runner.work, runner.PAYS, runner.PART = work, 0, 1
    sys.argv[1:] = ["check", "slow.yaml", "--jobs", "2"]
    sys.exit(main())
"""


def items_of(path: Path) -> list[str]:
    """The items of a case as they are written, in a list set in by two blanks."""
    found = parts(bank.load(path).text, 1)
    return [one.partition("\nitems:")[2].lstrip("\n") for one in found if "\n  - " in one]


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some thousand items with findings of all sorts; the families among them once, the others again and again."""
    items = [item for path in CASES for item in items_of(path) if loaded(item).sound]
    plain = [item for item in items if "vary:" not in item and not loaded(item).findings]
    path = tmp_path_factory.mktemp("many") / "many.yaml"
    path.write_text(HEAD + "".join(items + plain * (2000 // len(plain))), encoding="utf-8")
    return path


def loaded(item: str) -> Loaded:
    return bank.load("one.yaml", HEAD + item)


def test_processes_find_what_one_process_finds(program: Program, many: Path) -> None:
    folder = str(many)
    alone, together = (program("check", folder, "--jobs", jobs, "--format", "json") for jobs in ("1", "2"))
    assert together.returncode == alone.returncode == 1
    assert together.stdout == alone.stdout and together.stderr == alone.stderr == ""


def test_every_rule_finds_the_same_in_parts(many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (alone,) = runner.check([str(many)], rules.names(), 1)
    monkeypatch.setattr(runner, "PART", 100_000)
    monkeypatch.setattr(workers, "start_method", lambda: "spawn")
    assert len(runner.tasks_of(str(many), rules.names(), None, True)) > 3
    (together,) = runner.check([str(many)], rules.names(), 2)
    assert together == alone
    assert len({one.rule for one in alone.findings}) > 25 and len(alone.items) > 2000


@pytest.mark.parametrize(
    "change",
    [
        ("", ""), ("title: Many", "title: [Many]"), ("  - id: x3", "  - id: x3\n    a: [1"), ("items:", "# items:"),
        ("  - id: x3", "...\n---\n  - id: x3"), ("    key: 3\n", "    key: 3\nsource: Behind the items\n"),
        ("    stem: 5", "    stem: 'five\n  - id: y\n    stem: 5'"), ("    key: 4\n", "    key: 4\n    key: 4\n"),
        ("    key: ", "    key: *no\n    kex: "), ("    key: ", "    kex: "), ("\n", "\r\n"),
        ("    stem: 5", "\x85    stem: 5"), ("  - id", "- id"), ("id: x7", "id: x2"),
        ("format: 1", "%YAML 1.1\n---\nformat: 1"), ("    stem: 6", "    stem: |+\n\n      6\n\n\n"),
    ],
)  # fmt: skip
def test_whatever_a_text_holds_its_parts_say_what_it_says(
    change: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = HEAD + "".join(f"  - id: x{n}\n    stem: {n}\n    type: number\n    key: {n}\n" for n in range(120))
    path = tmp_path / "bank.yaml"
    path.write_bytes(text.replace(*change).encode())
    (alone,) = runner.check([str(path)], rules.names(), 1)
    monkeypatch.setattr(runner, "PAYS", 0)
    monkeypatch.setattr(runner, "PART", 200)
    monkeypatch.setattr(workers, "start_method", lambda: None)
    assert runner.check([str(path)], rules.names(), 2) == (alone,)


def test_a_part_is_a_bank_with_each_line_where_it_was() -> None:
    text = f"{HEAD}  # first\n" + "".join(f"  - id: x{n}\n    stem: |\n\n      - a\n" for n in range(9)) + "# end\n"
    found = parts(text, 80)
    assert len(found) > 2
    assert [one["id"] for part in found for one in yaml_text.read(part).tree["items"]] == [f"x{n}" for n in range(9)]
    for number, line in enumerate(text.splitlines()):
        assert line in {part.splitlines()[number] for part in found if part.count("\n") > number}


def end(task: int) -> None:
    os._exit(9)


def test_a_process_that_is_killed_ends_the_check_with_one_line() -> None:
    with pytest.raises(CnnquizError, match="--jobs 1"), workers.results(end, [1, 2], 2) as found:
        list(found)


def test_ctrl_c_ends_all_processes_with_one_line(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "slow.yaml").write_text(SLOW, encoding="utf-8")
    script = tmp_path / "interrupted.py"
    script.write_text(INTERRUPTED, encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, env=environment, cwd=tmp_path, timeout=50,
        start_new_session=True, check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "\ncnnquiz: interrupted\n")


def identity(task: int) -> tuple[int, bool]:
    return task, signal.getsignal(signal.SIGINT) is signal.SIG_DFL


def test_where_no_process_can_begin_the_work_is_done_by_this_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with workers.results(identity, [1, 2, 3], 2) as found:
        assert list(found) == [(1, True), (2, True), (3, True)]
    monkeypatch.setattr("multiprocessing.process._current_process._config", {"daemon": True})
    with workers.results(identity, [1, 2, 3], 2) as found:
        assert list(found) == [(1, False), (2, False), (3, False)]


def test_a_system_without_semaphores_has_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> None:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(workers, "ProcessPoolExecutor", refuse)
    with workers.results(identity, [1, 2], 2) as found:
        assert list(found) == [(1, False), (2, False)]
