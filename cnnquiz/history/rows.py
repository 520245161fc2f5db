"""What a row of the file means: an attempt, a session."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from msgspec import Struct

from cnnquiz.history.times import moment, moment_text
from cnnquiz.model import Attempt

COLUMNS = (
    's.uid, i.bank, i.item, r.topic, r.content_hash, a.seed, response.text, "key".text, a.verdict, a.score,'
    " slip.text, a.hints, a.seconds, a.time, version.text, mode.text"
)
ATTEMPTS = f"""
    SELECT {COLUMNS} FROM attempts a
    JOIN sessions s ON s.id = a.session
    JOIN revisions r ON r.id = a.revision
    JOIN items i ON i.id = r.item
    JOIN texts response ON response.id = a.response
    JOIN texts "key" ON "key".id = a."key"
    JOIN texts version ON version.id = a.version
    JOIN texts mode ON mode.id = a.mode
    LEFT JOIN texts slip ON slip.id = a.misconception
"""


class SavedSession(Struct, frozen=True):
    """One session as the history keeps it; with a plan and unfinished, `take` can go on with it."""

    session: str
    bank: str
    mode: str
    started: datetime
    finished: datetime | None
    plan: dict[str, Any] | None


def first(row: Any) -> Any:
    """The one value of a row."""
    return row[0]


def saved_session(row: Any) -> SavedSession:
    """A row of `sessions` as a record."""
    uid, bank, mode, started, finished, plan = row
    ended = None if finished is None else moment(finished)
    return SavedSession(uid, bank, mode, moment(started), ended, json.loads(plan) if plan else None)


def attempt(row: Any) -> Attempt:
    """A row of `ATTEMPTS` as a record."""
    values = list(row)
    values[5] = None if values[5] is None else int(values[5])
    values[13] = moment_text(values[13])
    return Attempt(*values)
