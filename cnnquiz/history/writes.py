"""The writes of the history: one function each, inside a transaction of the caller."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from cnnquiz.history import cards
from cnnquiz.history.times import micros
from cnnquiz.model import Attempt


def clean(text: str) -> str:
    """Text as UTF-8 can hold it: half a surrogate pair, from a broken terminal, becomes a question mark."""
    return text.encode("utf-8", "replace").decode("utf-8")


def start_session(db: sqlite3.Connection, uid: str, bank: str, mode: str, plan: Any, started: int) -> None:
    """Write a session's first line; one that is there already keeps its start."""
    db.execute(
        "INSERT INTO sessions (uid, bank, mode, started, plan) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (uid) DO UPDATE SET plan = excluded.plan",
        (uid, bank, mode, started, json.dumps(plan)),
    )


def save_plan(db: sqlite3.Connection, uid: str, plan: Any) -> None:
    """Replace a session's plan; null means that it is not to be gone on with."""
    text = None if plan is None else json.dumps(plan)
    db.execute("UPDATE sessions SET plan = ? WHERE uid = ?", (text, uid))


def finish_session(db: sqlite3.Connection, uid: str, finished: int) -> None:
    """Write that a session came to its end."""
    db.execute("UPDATE sessions SET finished = ? WHERE uid = ?", (finished, uid))


def add_attempt(db: sqlite3.Connection, attempt: Attempt) -> bool:
    """Write an attempt and bring its item's card on; False if that very attempt is there already."""
    item = item_id(db, attempt)
    new = insert_attempt(db, attempt, item)
    if new:
        cards.advance(db, item, (attempt.verdict, attempt.hints, attempt.seconds, micros(attempt.time)))
    return new


def replace_attempt(db: sqlite3.Connection, attempt: Attempt) -> None:
    """Write an attempt in place of the earlier ones to the same item in the same session."""
    item = item_id(db, attempt)
    db.execute(
        "DELETE FROM attempts WHERE session = ? AND revision IN (SELECT id FROM revisions WHERE item = ?)",
        (session_id(db, attempt), item),
    )
    insert_attempt(db, attempt, item)
    cards.rebuild(db, [item])


def insert_attempt(db: sqlite3.Connection, attempt: Attempt, item: int) -> bool:
    """Write an attempt alone; False if that very attempt is there already."""
    slip = None if attempt.misconception is None else text_id(db, attempt.misconception)
    row = (
        *(session_id(db, attempt), revision_id(db, attempt, item), storable(attempt.seed)),
        *(text_id(db, attempt.response), text_id(db, attempt.key), attempt.verdict, attempt.score),
        *(slip, attempt.hints, attempt.seconds, micros(attempt.time)),
        *(text_id(db, attempt.version), text_id(db, attempt.mode)),
    )
    cursor = db.execute(
        'INSERT INTO attempts (session, revision, seed, response, "key", verdict, score,'
        " misconception, hints, seconds, time, version, mode) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)"
        " ON CONFLICT DO NOTHING",
        row,
    )
    return cursor.rowcount == 1


def storable(seed: int | None) -> int | str | None:
    """A seed as SQLite can hold it: as text where it needs more than 64 bits."""
    return seed if seed is None or -(2**63) <= seed < 2**63 else str(seed)


def session_id(db: sqlite3.Connection, attempt: Attempt) -> int:
    """The row of the attempt's session; a session heard of for the first time gets one, without a plan."""
    found = db.execute("SELECT id FROM sessions WHERE uid = ?", (attempt.session,)).fetchone()
    if found:
        return int(found[0])
    return inserted(
        db.execute(
            "INSERT INTO sessions (uid, bank, mode, started) VALUES (?, ?, ?, ?)",
            (attempt.session, attempt.bank, attempt.mode, micros(attempt.time)),
        )
    )


def revision_id(db: sqlite3.Connection, attempt: Attempt, item: int) -> int:
    """The row of the item's content as it was asked."""
    key = (item, attempt.content_hash, attempt.topic)
    found = db.execute("SELECT id FROM revisions WHERE item = ? AND content_hash = ? AND topic = ?", key).fetchone()
    if found:
        return int(found[0])
    return inserted(db.execute("INSERT INTO revisions (item, content_hash, topic) VALUES (?, ?, ?)", key))


def item_id(db: sqlite3.Connection, attempt: Attempt) -> int:
    """The row of the attempt's item."""
    key = (attempt.bank, attempt.item)
    found = db.execute("SELECT id FROM items WHERE bank = ? AND item = ?", key).fetchone()
    if found:
        return int(found[0])
    return inserted(db.execute("INSERT INTO items (bank, item) VALUES (?, ?)", key))


def text_id(db: sqlite3.Connection, text: str) -> int:
    """The row of a text that may come again."""
    text = clean(text)
    found = db.execute("SELECT id FROM texts WHERE text = ?", (text,)).fetchone()
    if found:
        return int(found[0])
    return inserted(db.execute("INSERT INTO texts (text) VALUES (?)", (text,)))


def inserted(cursor: sqlite3.Cursor) -> int:
    """The row that an INSERT has just written."""
    assert cursor.lastrowid is not None
    return cursor.lastrowid
