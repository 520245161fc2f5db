"""`today`: ten minutes of what is due, weak and new, which end by themselves; and the day of an exam."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from answered import DAY, WEEK8, answers
from conftest import Program

from cnnquiz.history import History
from cnnquiz.quiz.session import Event, Questions, start, step
from cnnquiz.sessions.review import ReviewOptions
from cnnquiz.sessions.today import SECONDS, TodaySession


def test_due_weak_and_new_items_come_together(environment: dict[str, str]) -> None:
    path = Path(environment["CNNQUIZ_HOME"]) / "history.db"
    answers(path, 9 * DAY, "week8", *WEEK8)
    with History.open(path) as history:
        session = TodaySession(history, ReviewOptions())
    found = [(card.bank, card.item) for card in session.cards]
    assert len(found) == len(set(found)) == 12
    assert {("week8", item) for item in WEEK8} < set(found)
    assert any(bank != "week8" for bank, _ in found[:6]), "the new one does not wait for all that are due"
    assert session.ends and session.title == "Today" and SECONDS == 600


def test_no_question_begins_when_the_time_is_up(program: Program) -> None:
    one = Questions([None] * 3, lambda _: variant())
    session = start(one, until=100.0)
    for now, end in ((99.0, ""), (100.0, "finished")):
        told, outcome = step(session, Event("skip"), now)
        assert outcome.reply and not told.end, "the open question is answered to its end"
        assert step(told, Event("next"), now)[0].end == end
    assert "the input ended" in program("today").stderr


def variant() -> object:
    from cnnquiz.bank import open_bank
    from cnnquiz.items.variants import original

    bank = open_bank("week8").bank
    assert bank
    return original(bank, bank.items[0])


def test_the_day_of_an_exam_is_shown_at_home_until_it_is_taken_away(program: Program) -> None:
    then = {"CNNQUIZ_NOW": "2026-05-31T09:00"}
    assert "12 days to the exam" in program("today", "--exam", "2026-06-12", env=then).stdout
    for moment, words in (("2026-05-31", "12 days to"), ("2026-06-11", "1 day to"), ("2026-06-12", "is today")):
        assert words in " ".join(program(env={"CNNQUIZ_NOW": f"{moment}T09:00"}).stdout.split())
    assert "exam" not in program(env={"CNNQUIZ_NOW": "2026-06-13T09:00"}).stdout
    assert "No exam is set." in program("today", "--exam", "none", env=then).stdout
    assert "exam" not in program(env=then).stdout
    past = program("today", "--exam", "2026-05-01", env=then)
    assert past.returncode == 2 and past.stderr.startswith("cnnquiz: --exam: 2026-05-01 is past")


def test_a_review_is_planned_towards_the_exam(program: Program, environment: dict[str, str]) -> None:
    path = Path(environment["CNNQUIZ_HOME"]) / "history.db"
    for days in (60, 50, 30):
        answers(path, days * DAY, "week8", *WEEK8, verdict="right")
    assert "Nothing is due today" in program("review").stdout
    program("today", "--exam", str(date.today() + DAY))
    assert "planned towards" in program("review", stdin="s\n").stdout
