"""A slip of the finger is taken back by a further row: nothing is erased, and nothing counts it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pexpect
import pytest
from answered import DAY, answers
from conftest import Program, Start, ended
from history.writer import START, attempt
from msgspec.structs import replace

from cnnquiz.history import History
from cnnquiz.history.transfer import all_attempts
from cnnquiz.history.upkeep import check, rebuild

READY = r"(> |keys  )(\x1b\[\?2004h)?$"


@pytest.fixture
def path(environment: dict[str, str]) -> Path:
    return Path(environment["CNNQUIZ_HOME"]) / "history.db"


def test_what_is_taken_back_stays_and_counts_nowhere(path: Path) -> None:
    right = replace(attempt("s", 1), time=(START + timedelta(days=9)).isoformat())
    wrong = replace(attempt("t", 11, "a"), verdict="wrong", score=0.0, misconception="rounded-up",
                    time=(START + timedelta(days=30)).isoformat())  # fmt: skip
    with History.open(path) as history:
        history.record(right)
        before = history.cards(), history.stats(START), history.mistakes("week8")
        history.record(wrong)
        assert history.withdraw("t", "week8", "item-1", START)
        for _ in range(2):
            assert (history.cards(), history.mistakes("week8")) == (before[0], before[2])
            assert list(all_attempts(history)) == [right] and history.attempt_count("week8", "item-1") == 1
            assert (history.stats(START).total, history.stats(START).misconceptions) == (before[1].total, ())
            rebuild(history)
        assert history.withdraw("t", "week8", "item-1", START), "there is no other"
    assert check(path).faults == ()
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM attempts").fetchone() == (2,)
        assert db.execute("SELECT count(*) FROM withdrawals").fetchone() == (1,)


def kept(path: Path) -> list[tuple[str, str]]:
    """What counts in the history: the items with their verdicts."""
    with History.open(path) as history:
        return [(each.item, each.verdict) for each in all_attempts(history)]


def press(child: pexpect.spawn[str], key: str, *words: str) -> None:
    """Press a key once it is waited for, and wait for what it shows."""
    child.expect(READY)
    child.send(key)
    for each in words:
        child.expect(each)


def leave(child: pexpect.spawn[str], *words: str) -> None:
    press(child, "q", *words)
    assert ended(child) == 0


def test_a_quiz_asks_again_what_was_taken_back(terminal: Start, path: Path) -> None:
    child = terminal("take", "week8", "--limit", "2")
    press(child, "a", "Wrong.*back tomorrow")
    press(child, "u", "Taken back.*Question 1 of 2")
    press(child, "d", "Right.*back in 2 days")
    press(child, " ", "Question 2 of 2")
    press(child, "u", "Question 1 of 2")
    leave(child)
    assert kept(path) == []


def test_a_drill_asks_again_what_was_taken_back(terminal: Start, path: Path) -> None:
    child = terminal("drill", "conv", "--seed", "3", "--limit", "2")
    press(child, "u\r", "no answer to take back")
    press(child, "1\r", "Not ")
    press(child, "u\r", "Taken back")
    press(child, "1\r", "Not ")
    press(child, "s\r", "Skipped")
    press(child, "\r", "Question 2")
    press(child, "u\r", "Taken back.*Question 1")
    press(child, "q\r")
    assert ended(child) == 0
    assert [verdict for _, verdict in kept(path)] == ["wrong"]


def test_a_review_asks_what_was_missed_once_more_and_its_first_answer_counts(terminal: Start, path: Path) -> None:
    answers(path, 3 * DAY, "week8", "relu-false", "softmax")
    child = terminal("review")
    for number in (1, 2):
        press(child, "s", "once more in a moment, back tomorrow")
        press(child, " ", f"Question {number + 1} of {number + 2}")
    press(child, "h", "Hint")
    leave(child, "2 of 2 done and saved")
    assert [verdict for _, verdict in kept(path)][2:] == ["skipped", "skipped"]


def test_help_is_remembered_when_a_question_comes_back(program: Program, terminal: Start, path: Path) -> None:
    answers(path, 3 * DAY, "week8", "relu-false")
    for command in ("review", "take week8"):
        child = terminal(*command.split())
        press(child, "h", "Hint")
        leave(child)
        child = terminal(*command.split())
        if command != "review":
            child.expect("You stopped after 0 of 10")
            press(child, "\r")
        child.expect("Hint")
        press(child, "a")
        leave(child)
        with History.open(path) as history:
            last = list(all_attempts(history))[-1]
        assert last.hints == 1, command
    assert program("history", "check").returncode == 0


def test_the_marks_of_an_exam_are_remembered(terminal: Start) -> None:
    child = terminal("take", "week8", "--exam", "--limit", "3")
    press(child, "a", "Question 2 of 3")
    press(child, "m", "Marked for later")
    leave(child)
    child = terminal("take", "week8")
    press(child, "\r", "Question 2 of 3")
    press(child, "g", "1 marked")
    leave(child)


def test_a_quiz_that_is_answered_is_finished_by_q(terminal: Start, path: Path) -> None:
    child = terminal("take", "week8", "--limit", "1")
    press(child, "d", "result")
    leave(child, "1 of 1 right")
    with History.open(path) as history:
        assert not history.resumable("week8")
