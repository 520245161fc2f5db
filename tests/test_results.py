"""What a session comes to: what was asked, what was not, and in which letters it is told."""

from __future__ import annotations

from test_session import BACK, THREE, after

from cnnquiz.items.seeded_random import SeededRandom
from cnnquiz.quiz import plan
from cnnquiz.quiz.session import Event, start, step


def test_what_was_never_on_the_screen_is_not_asked() -> None:
    session, _ = after(start(THREE, exam=True, deadline=2.0), "b", BACK)
    session, outcome = step(session, Event("tick"), 2.0)
    found = plan.result(session, "bank")
    assert outcome.reply is None and [row.asked for row in found.rows] == [True, True, False]
    assert (found.late, found.answered) == (True, 1)
    assert [row["response"] for row in found.as_json()["items"]] == ["b", "", ""]


def test_a_result_holds_the_letters_of_the_screen_too() -> None:
    mixed = next(m for m in (plan.shuffled(THREE[0], SeededRandom(n)) for n in range(99)) if m.key != ("b",))
    session, _ = after(start((mixed,)), mixed.key[0])
    (row,) = plan.result(session, "bank").rows
    assert (row.response, row.key, row.shown, row.shown_key) == ("b", "b", mixed.key[0], mixed.key[0])
