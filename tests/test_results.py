"""What a session comes to: what was asked, what was not, and in which letters it is told."""

from __future__ import annotations

from test_session import BACK, THREE, after

from cnnquiz.items.seeded_random import SeededRandom
from cnnquiz.quiz import plan, result
from cnnquiz.quiz.session import Event, start, step


def test_what_was_never_on_the_screen_is_not_asked() -> None:
    session, _ = after(start(THREE, exam=True, deadline=2.0), "b", BACK)
    session, outcome = step(session, Event("tick"), 2.0)
    found = result.quiz_result(session, "bank")
    assert outcome.reply is None and [row.asked for row in found.rows] == [True, True, False]
    assert (found.late, found.answers) == (True, 1)
    assert [row["response"] for row in found.as_json()["items"]] == ["b", "", ""]


def test_a_result_holds_the_letters_of_the_screen_too() -> None:
    mixed = next(m for m in (plan.shuffle_options(THREE[0], SeededRandom(n)) for n in range(99)) if m.key != ("b",))
    session, _ = after(start((mixed,)), mixed.key[0])
    (row,) = result.quiz_result(session, "bank").rows
    assert (row.reply.response, row.key) == (mixed.key[0], mixed.key[0])
    assert (row.as_json()["response"], row.as_json()["key"]) == ("b", "b")
