"""The end of a `take`: the review of an exam, the result, what to do next, and the exit code."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cnnquiz.bank import bundled
from cnnquiz.errors import CnnquizError
from cnnquiz.items.worked_solution import solve_command
from cnnquiz.model import Bank
from cnnquiz.quiz import plan
from cnnquiz.quiz.plan import Result
from cnnquiz.quiz.session import Session
from cnnquiz.render import console
from cnnquiz.render.layout import hang
from cnnquiz.render.quiz import Desk
from cnnquiz.render.result import result_lines
from cnnquiz.sessions.take import TakeSession


def close(taken: TakeSession, session: Session, desk: Desk) -> int:
    """Sum up a session that has come to its end, or say how to go on with one that was left."""
    found = plan.result(session, taken.bank.id)
    if session.end == "left":
        _leave(taken, desk.reader.ended)
    else:
        taken.history.finish_session(taken.session_id, datetime.now(UTC))
        if session.exam:
            desk.review(session)
        todo = next_steps(taken.name, taken.bank, found, {each.item.id: each.given for each in taken.asked})
        taken.screen.show(*result_lines(taken.screen, found, taken.wishes.pass_mark, todo))
    if taken.wishes.json:
        console.stdout().raw(document(found))
    failed = taken.wishes.pass_mark is not None and found.percent < taken.wishes.pass_mark
    return int(failed and session.end != "left")


def _leave(taken: TakeSession, ended: bool) -> None:
    if ended and not taken.kept:
        raise CnnquizError('the input ended before an answer came: answer at a terminal, or give --answers "d b ..."')
    where = console.stderr() if ended else taken.screen
    where.show(where.text(f"{where.margin}{taken.saved()}"))


def nothing(taken: TakeSession) -> int:
    """No item fits; after --mistakes that is good news."""
    if not taken.wishes.mistakes:
        raise CnnquizError(f"{taken.name} has no items to ask")
    if taken.wishes.json:
        console.stdout().raw(document(Result(taken.bank.id, ())))
    screen = taken.screen
    words = "No mistakes are left: no question was answered wrong the last time that you met it."
    lines = (words, f"The whole quiz: cnnquiz take {shlex.quote(taken.name)}")
    screen.show("", *(line for each in lines for line in hang(screen, screen.text(each), screen.margin)), "")
    return 0


def document(found: Result) -> str:
    """The result as the JSON contract's document."""
    return json.dumps(found.as_json(), indent=2) + "\n"


def next_steps(name: str, bank: Bank, found: Result, given: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Commands worth typing now, each with what it is for; `given` are the items' numbers as they were asked."""
    again = f"cnnquiz take {shlex.quote(name)}"
    missed = [row.id for row in found.rows if row.asked and row.mark.verdict != "right"]
    unasked = any(not row.asked for row in found.rows)
    if not missed and not unasked:
        others = [f"cnnquiz take {other}" for other in bundled() if other != name]
        return [(others[0], "All right. Another quiz:")] if others else []
    what = "the one that was" if len(missed) == 1 else f"the {len(missed)} that were"
    todo = [(f"{again} --mistakes", f"Try {what} not right once more:")] if missed else []
    todo += [(again, "The whole quiz, with the questions that were not asked:")] if unasked else []
    worked = ((item_id, bank.item(item_id)) for item_id in missed)
    commands = ((item, solve_command(item, given.get(item_id))) for item_id, item in worked if item)
    item, command = next(((item, command) for item, command in commands if command), (None, None))
    if item and command:
        todo.append((command, f"See {item.id} worked in full, or try other numbers:"))
    if item and item.vary and name in bundled():
        todo.append((f"cnnquiz drill {shlex.quote(f'{name}/{item.id}')}", "Practise it with fresh numbers:"))
    return todo
