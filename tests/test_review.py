"""`review`: what is due comes back in fresh numbers, as FSRS says, and nothing answered is ever lost."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import fsrs
import pytest
from answered import DAY, WEEK8, answers, document, letters
from conftest import Program
from history.writer import alter

from cnnquiz.commands.review import exam_day
from cnnquiz.errors import CnnquizError
from cnnquiz.history import History
from cnnquiz.render.review import until


@pytest.fixture
def path(environment: dict[str, str]) -> Path:
    return Path(environment["CNNQUIZ_HOME"]) / "history.db"


# -- what comes ----------------------------------------------------------------------------------------


def test_items_of_week_8_come_due_as_the_library_says(program: Program, path: Path) -> None:
    program("take", "week8", "--answers", "d d a b d b b a d a")
    with History.open(path) as history:
        taken = {each.item: each for each in history.responses(session_of(history))}
    library = fsrs.Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
    schedule = document(program("review", "--forecast", "--format", "json"))["schedule"]
    assert len(schedule) == 10 and {row["bank"] for row in schedule} == {"week8"}
    for row in schedule:
        made = taken[row["id"]]
        grade = fsrs.Rating.Good if made.verdict == "right" else fsrs.Rating.Again
        card, _ = library.review_card(fsrs.Card(card_id=1), grade, datetime.fromisoformat(made.time))
        assert (datetime.fromisoformat(row["due"]), row["stability"]) == (card.due, card.stability)


def session_of(history: History) -> str:
    """The only session there is."""
    return str(history.db.execute("SELECT uid FROM sessions").fetchone()[0])


def test_a_review_moves_the_card_as_the_library_does(program: Program, path: Path) -> None:
    (first,) = answers(path, 3 * DAY, "week8", "relu-false")
    typed = f"h\n{letters('week8', 'relu-false', 1)}\n"
    found = document(program("review", "--format", "json", stdin=typed))
    assert [(row["bank"], row["id"], row["response"], row["correct"]) for row in found["items"]] == [
        ("week8", "relu-false", "c", True)
    ]
    with History.open(path) as history:
        (card,) = history.cards()
        (made,) = history.responses(str(history.db.execute("SELECT uid FROM sessions ORDER BY id DESC").fetchone()[0]))
    assert (made.mode, made.hints, made.verdict) == ("review", 1, "right") and made.seconds is not None
    library, theirs = fsrs.Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False), fsrs.Card(card_id=1)
    for each, grade in ((first, fsrs.Rating.Again), (made, fsrs.Rating.Hard)):
        theirs, _ = library.review_card(theirs, grade, datetime.fromisoformat(each.time))
    assert (card.due, card.stability, card.difficulty) == (theirs.due, theirs.stability, theirs.difficulty)


def test_the_most_nearly_forgotten_comes_first_and_a_limit_holds(program: Program, path: Path) -> None:
    answers(path, 2 * DAY, "week8", "relu-false", "softmax")
    answers(path, 9 * DAY, "week7", "linear-operator")
    whole = document(program("review", "--format", "json", stdin="c\nc\nd\n"))
    assert whole["items"][0]["id"] == "linear-operator" and whole["max_score"] == 3
    answers(path, 2 * DAY, "week7", "dirac-delta", "impulse-response")
    assert "1 of 2 questions due" in program("review", "--limit", "1", stdin="s\n").stdout


def test_families_come_in_fresh_numbers_that_can_be_brought_back(program: Program, path: Path) -> None:
    answers(path, 2 * DAY, "week8", "conv-output-size")
    first = program("review", stdin="q\n").stdout
    again = program("review", stdin="q\n").stdout
    assert first == again and " seed " in first
    row = document(program("review", "--format", "json", stdin="a\n"))["items"][0]
    shown = json.loads(program("show", "week8/conv-output-size", "--seed", str(row["seed"]), "--format", "json").stdout)
    stem = " ".join(shown["stem"].split())
    assert stem in " ".join(first.split())
    with History.open(path) as history:
        alter(history, "UPDATE cards SET due = 0")
    another = program("review", stdin="q\n").stdout
    assert another.count(" seed ") == 1 and f"seed {row['seed']}" not in another


def test_a_typed_item_of_a_drill_comes_too(program: Program, path: Path) -> None:
    answers(path, 2 * DAY, "drill-conv", "size-plain")
    shown = program("review", "--format", "json", stdin="what?\n7\n")
    assert "cannot be read" in shown.stderr and "Type a number" in shown.stderr
    assert document(shown)["items"][0]["response"] == "7"


def test_nothing_heavy_is_imported_before_the_first_question(environment: dict[str, str], path: Path) -> None:
    answers(path, 2 * DAY, "week8", "conv-output-size", "conv-parameters")
    command = [sys.executable, "-X", "importtime", "-m", "cnnquiz", "review"]
    ended = subprocess.run(command, input="q\n", env=environment, capture_output=True, text=True, check=True)
    assert "Question 1 of 2" in ended.stdout and "sympy" not in ended.stderr


# -- nothing due -----------------------------------------------------------------------------------------


def test_nothing_taken_yet(program: Program) -> None:
    ended = program("review")
    assert ended.returncode == 0 and "Begin with: cnnquiz take week8" in ended.stdout
    found = document(program("review", "--format", "json"))
    assert (found["items"], found["due"], found["next"], found["forecast"][0]["due"]) == ([], 0, None, 0)


def test_nothing_due_says_when_the_next_comes(program: Program, path: Path) -> None:
    answers(path, timedelta(seconds=5), "week8", "relu-false", "softmax", verdict="right")
    ended = program("review")
    assert ended.returncode == 0 and "Nothing is due today. The next comes in 2 days." in ended.stdout
    assert [line.split()[-1] for line in ended.stdout.splitlines() if "tomorrow" in line] == ["0"]


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (timedelta(hours=8), "today"),
        (timedelta(hours=30), "tomorrow"),
        (timedelta(days=12), "in 12 days"),
        (-timedelta(days=1), "today"),
    ],
)
def test_how_long_it_is(ahead: timedelta, words: str) -> None:
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert until(now, now + ahead) == words


# -- an exam ----------------------------------------------------------------------------------------------


def test_everything_is_seen_before_an_exam(program: Program, path: Path) -> None:
    for days in (60, 50, 30):
        answers(path, days * DAY, "week8", *WEEK8, verdict="right")
    assert document(program("review", "--forecast", "--format", "json"))["due"] == 0
    exam = date.today() + DAY
    planned = document(program("review", "--forecast", "--until", str(exam), "--format", "json"))
    assert planned["due"] >= 8
    shown = program("review", "--until", str(exam), "--limit", "1", stdin="q\n").stdout
    assert f"planned towards {exam}" in shown


@pytest.mark.parametrize(
    ("day", "words"), [("2020-01-01", "is past"), ("tomorrow", "is no date"), ("2026-13-01", "is no date")]
)
def test_a_day_that_is_none_is_one_clear_line(program: Program, day: str, words: str) -> None:
    ended = program("review", "--until", day)
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (2, "", 1) and words in ended.stderr


def test_the_day_of_the_exam_itself_is_not_past() -> None:
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert exam_day(" 2026-11-23", noon) == date(2026, 11, 23)
    with pytest.raises(CnnquizError, match="is past"):
        exam_day("2026-11-21", noon)
