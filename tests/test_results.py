"""What a session comes to: what was asked, what was not, and in which letters it is told."""

from __future__ import annotations

from test_session import BACK, THREE, after

from cnnquiz.quiz import sitting
from cnnquiz.quiz.session import Event, start, step
from cnnquiz.variants.chance import Chance


def test_what_was_never_on_the_screen_is_not_asked() -> None:
    session, _ = after(start(THREE, exam=True, deadline=2.0), "b", BACK)
    session, outcome = step(session, Event("tick"), 2.0)
    found = sitting.result(session, "bank")
    assert outcome.reply is None and [row.asked for row in found.rows] == [True, True, False]
    assert (found.late, found.answered) == (True, 1)
    assert [row["response"] for row in found.as_json()["items"]] == ["b", "", ""]


def test_a_result_holds_the_letters_of_the_screen_too() -> None:
    mixed = next(m for m in (sitting.shuffled(THREE[0], Chance(n)) for n in range(99)) if m.key != ("b",))
    session, _ = after(start((mixed,)), mixed.key[0])
    (row,) = sitting.result(session, "bank").rows
    assert (row.response, row.key, row.shown, row.shown_key) == ("b", "b", mixed.key[0], mixed.key[0])
