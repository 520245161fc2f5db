"""`review` where banks have moved and runs are stopped: nothing answered is lost, each fault is one clear line."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pexpect
import pytest
from answered import DAY, answers, document
from conftest import PATIENCE, Program
from history.writer import alter

from cnnquiz.history import History

BANK = """
format: 1
id: mine
title: Mine
items:
  - {id: one, stem: "What is 1 + 1?", options: {a: "1", b: "2"}, key: b}
  - {id: two, stem: "What is 2 + 2?", options: {a: "4", b: "5"}, key: a}
"""


@pytest.fixture
def path(environment: dict[str, str]) -> Path:
    return Path(environment["CNNQUIZ_HOME"]) / "history.db"


# -- banks that moved ----------------------------------------------------------------------------------------


def test_a_bank_that_was_taken_by_its_path_is_found_again(program: Program, path: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(BANK, encoding="utf-8")
    program("take", "mine.yaml", "--answers", "a b")
    due_now(path)
    found = document(program("review", "--format", "json", stdin="b\na\n", env={"PWD": "/"}))
    assert {(row["bank"], row["id"]) for row in found["items"]} == {("mine", "one"), ("mine", "two")}


def due_now(path: Path) -> None:
    """Let all that was answered be due."""
    with History.open(path) as history:
        alter(history, "UPDATE cards SET due = 0, last = last - 86400000000")


@pytest.mark.parametrize("change", ["item", "bank", "fault", "gone"])
def test_what_cannot_be_found_is_passed_over_with_one_line(
    program: Program, path: Path, tmp_path: Path, change: str
) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text(BANK, encoding="utf-8")
    program("take", "mine.yaml", "--answers", "a b")
    due_now(path)
    new = {"item": BANK.replace("id: two", "id: three"), "bank": BANK.replace("mine", "yours"), "fault": "format: ["}
    mine.unlink() if change == "gone" else mine.write_text(new[change], encoding="utf-8")
    answers(path, 2 * DAY, "week8", "relu-false")
    ended = program("review", "--format", "json", stdin="c\nb\n")
    found = document(ended)
    left = [row["id"] for row in found["items"]]
    assert "relu-false" in left and "two" not in left
    assert ended.stderr.count("passed over") == 1
    assert len(found["passed_over"]) == (1 if change == "item" else 2)


def test_a_bank_that_was_never_here_is_passed_over(program: Program, path: Path) -> None:
    answers(path, 2 * DAY, "elsewhere", "one", "two")
    ended = program("review")
    assert ended.returncode == 0
    assert ended.stderr == "2 due items passed over: no bank `elsewhere` is known here\n"


# -- interruptions --------------------------------------------------------------------------------------------


def test_the_end_of_the_input_keeps_what_was_answered(program: Program, path: Path) -> None:
    answers(path, 2 * DAY, "week8", "relu-false", "softmax", "cnn-false")
    ended = program("review", stdin="a\n")
    assert ended.returncode == 0 and "1 of 3 done and saved. Resume with: cnnquiz review" in ended.stderr
    assert "Question 1 of 2" in program("review", stdin="q\n").stdout
    nothing = program("review")
    assert (nothing.returncode, nothing.stdout.count("Question")) == (2, 1)
    assert "the input ended before an answer came" in nothing.stderr


@pytest.mark.parametrize("signal_name", ["SIGINT", "SIGKILL"])
def test_what_was_told_is_on_disk_when_it_is_stopped(environment: dict[str, str], path: Path, signal_name: str) -> None:
    answers(path, 2 * DAY, "week8", "relu-false", "softmax")
    terminal = {name: value for name, value in environment.items() if name != "COLUMNS"} | {"TERM": "xterm"}
    child: pexpect.spawn[str] = pexpect.spawn(
        sys.executable, ["-m", "cnnquiz", "review"], env=terminal,  # type: ignore[arg-type]
        dimensions=(50, 80), encoding="utf-8", timeout=PATIENCE,
    )  # fmt: skip
    child.expect(r"> (\x1b\[\?2004h)?$")
    child.send("h")
    child.expect("Hint 1")
    child.expect(r"> (\x1b\[\?2004h)?$")
    child.send("a")
    child.expect("Wrong")
    child.expect("next question")
    stop = getattr(signal, signal_name)
    child.kill(stop)
    if stop == signal.SIGINT:
        child.expect("Interrupted. 1 of 2 done and saved. Resume with: cnnquiz review")
    child.expect(pexpect.EOF)
    child.close()
    assert (child.exitstatus, child.signalstatus) == ((130, None) if stop == signal.SIGINT else (None, stop))
    with History.open(path) as history:
        rows = history.db.execute("SELECT hints FROM attempts ORDER BY id DESC").fetchall()
    assert len(rows) == 3 and rows[0][0] == 1


def test_a_history_that_cannot_be_used_is_said_once(program: Program, path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(os.urandom(4096))
    ended = program("review")
    assert ended.returncode == 0 and ended.stderr.count("cannot be used") == 1
