"""The rows of the file as records: sessions, attempts and cards, read and written inside the caller's transaction.

Moments are whole microseconds since 1970, UTC.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from cnnquiz.history.scheduling import Card, card_after
from cnnquiz.model import Attempt

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SESSIONS = "SELECT uid, bank, mode, started, finished, plan FROM sessions"
SESSION_COUNT = "SELECT count(*) FROM main.attempts WHERE session = (SELECT id FROM main.sessions WHERE uid = ?)"
ATTEMPTS = """
    SELECT s.uid, i.bank, i.item, r.topic, r.content_hash, a.seed, response.text, "key".text, a.verdict, a.score,
        misconception.text, a.hints, a.seconds, a.time, version.text, mode.text
    FROM attempts a
    JOIN sessions s ON s.id = a.session
    JOIN revisions r ON r.id = a.revision
    JOIN items i ON i.id = r.item
    JOIN texts response ON response.id = a.response
    JOIN texts "key" ON "key".id = a."key"
    JOIN texts version ON version.id = a.version
    JOIN texts mode ON mode.id = a.mode
    LEFT JOIN texts misconception ON misconception.id = a.misconception
"""
CARDS = """
    SELECT i.bank, i.item, c.due, c.last, c.state, c.step, c.stability, c.difficulty, c."right"
    FROM cards c JOIN items i ON i.id = c.item
"""
EVERY_CARD = f"{CARDS} ORDER BY i.id"  # in the order in which the items were first answered
Answer = tuple[str, int, float | None, int]  # a verdict, a number of hints, seconds and a time
ANSWERS = """
    SELECT a.verdict, a.hints, a.seconds, a.time FROM revisions r JOIN attempts a ON a.revision = r.id
    WHERE r.item = ? ORDER BY a.time, a.id
"""


class SavedSession(Struct, frozen=True):
    """One session as the history keeps it; with a plan and unfinished, it can be resumed."""

    session: str
    bank: str
    mode: str
    started: datetime
    finished: datetime | None
    plan: dict[str, Any] | None


def micros(moment: datetime | str) -> int:
    """A moment as the file keeps it; a time without a zone is taken as UTC."""
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - EPOCH) // MICROSECOND


def moment(value: int) -> datetime:
    """The moment that the file keeps."""
    return EPOCH + value * MICROSECOND


def moment_text(value: int) -> str:
    """The moment that the file keeps, in ISO 8601."""
    return moment(value).isoformat()


# Rows as records


def session_of(row: Any) -> SavedSession:
    """A row of `SESSIONS`."""
    uid, bank, mode, started, finished, plan = row
    ended = None if finished is None else moment(finished)
    return SavedSession(uid, bank, mode, moment(started), ended, msgspec.json.decode(plan) if plan else None)


def attempt_of(row: Any) -> Attempt:
    """A row of `ATTEMPTS`."""
    values = list(row)
    values[5] = None if values[5] is None else int(values[5])
    values[13] = moment_text(values[13])
    return Attempt(*values)


def card_of(row: Any) -> Card:
    """A row of `CARDS`; ValueError where no answers lead to such a card."""
    bank, item, due, last, state, step, stability, difficulty, right = row
    learning = state in (1, 3) and step is not None and step >= 0
    if not (learning or state == 2) or not 0 < stability < math.inf or not 1 <= difficulty <= 10:
        raise ValueError(f"the card of {bank}/{item} is impossible")
    return Card(bank, item, moment(due), moment(last), state, step, stability, difficulty, bool(right))


class Named(Struct):
    """What a plan says of the banks that were named by a path: their paths by their ids."""

    paths: dict[str, str] = {}


def paths_of(row: Any) -> dict[str, str]:
    """The paths in a plan, which is the row's one value."""
    return msgspec.json.decode(row[0], type=Named).paths


# Writes


def start_session(db: sqlite3.Connection, uid: str, bank: str, mode: str, plan: Any, started: int) -> None:
    """Write a session; one that is there already keeps its start and gets the plan."""
    db.execute(
        "INSERT INTO main.sessions (uid, bank, mode, started, plan) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (uid) DO UPDATE SET plan = excluded.plan",
        (uid, storable(bank), mode, started, plan_text(plan)),
    )


def save_plan(db: sqlite3.Connection, uid: str, plan: Any) -> None:
    """Replace a session's plan; without one the session is not resumed."""
    db.execute("UPDATE main.sessions SET plan = ? WHERE uid = ?", (None if plan is None else plan_text(plan), uid))


def plan_text(plan: Any) -> str:
    """The plan as JSON."""
    return storable(json.dumps(plan, ensure_ascii=False, separators=(",", ":")))


def storable(text: str) -> str:
    """The text with a question mark for half a surrogate pair, as a broken terminal or a file's name may have it."""
    return text.encode("utf-8", "replace").decode("utf-8")


def finish_session(db: sqlite3.Connection, uid: str, finished: int) -> None:
    """Write when a session was finished."""
    db.execute("UPDATE main.sessions SET finished = ? WHERE uid = ?", (finished, uid))


def add_attempt(db: sqlite3.Connection, attempt: Attempt) -> None:
    """Write an attempt and update its item's card; nothing if that very attempt is there already."""
    item = item_id(db, attempt)
    if insert_attempt(db, attempt, item):
        row = db.execute(f"{CARDS} WHERE c.item = ?", (item,)).fetchone()
        if row:
            answer = (attempt.verdict, attempt.hints, attempt.seconds, micros(attempt.time))
            update_card(db, item, card_of(row), [answer])
        else:
            rebuild_cards(db, [item])


def replace_attempt(db: sqlite3.Connection, attempt: Attempt) -> None:
    """Write an attempt in place of the earlier ones to the same item in the same session."""
    item = item_id(db, attempt)
    db.execute(
        "DELETE FROM main.attempts WHERE session = ? AND revision IN (SELECT id FROM revisions WHERE item = ?)",
        (session_id(db, attempt), item),
    )
    insert_attempt(db, attempt, item)
    rebuild_cards(db, [item])


def withdraw(db: sqlite3.Connection, session: str, bank: str, item: str, time: int) -> None:
    """Take the last attempt at an item in a session back, by a further row: it stays, and counts no more."""
    last = db.execute(
        "SELECT max(a.id), r.item FROM attempts a JOIN revisions r ON r.id = a.revision JOIN items i ON i.id = r.item"
        " WHERE a.session = (SELECT id FROM sessions WHERE uid = ?) AND i.bank = ? AND i.item = ?",
        (session, storable(bank), storable(item)),
    ).fetchone()
    if last[0] is not None:
        db.execute("INSERT INTO main.withdrawals (attempt, time) VALUES (?, ?)", (last[0], time))
        rebuild_cards(db, [last[1]])


def insert_attempt(db: sqlite3.Connection, attempt: Attempt, item: int) -> bool:
    """Write an attempt alone; False if that very attempt is there already."""
    seed, misconception = attempt.seed, attempt.misconception
    row = (
        session_id(db, attempt),
        row_id(db, "revisions", item=item, content_hash=attempt.content_hash, topic=attempt.topic),
        seed if seed is None or -(2**63) <= seed < 2**63 else str(seed),
        text_id(db, attempt.response),
        text_id(db, attempt.key),
        attempt.verdict,
        attempt.score,
        None if misconception is None else text_id(db, misconception),
        attempt.hints,
        attempt.seconds,
        micros(attempt.time),
        text_id(db, attempt.version),
        text_id(db, attempt.mode),
    )
    cursor = db.execute(
        'INSERT INTO main.attempts (session, revision, seed, response, "key", verdict, score,'
        " misconception, hints, seconds, time, version, mode) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)"
        " ON CONFLICT DO NOTHING",
        row,
    )
    return cursor.rowcount == 1


def session_id(db: sqlite3.Connection, attempt: Attempt) -> int:
    """The row of the attempt's session; an unknown session gets one, without a plan."""
    found = db.execute("SELECT id FROM sessions WHERE uid = ?", (attempt.session,)).fetchone()
    if found:
        return int(found[0])
    new = {"uid": attempt.session, "bank": attempt.bank, "mode": attempt.mode, "started": micros(attempt.time)}
    return insert(db, "sessions", new)


def item_id(db: sqlite3.Connection, attempt: Attempt) -> int:
    """The row of the attempt's item."""
    return row_id(db, "items", bank=attempt.bank, item=attempt.item)


def text_id(db: sqlite3.Connection, text: str) -> int:
    """The row of a text."""
    return row_id(db, "texts", text=storable(text))


def row_id(db: sqlite3.Connection, table: str, **values: Any) -> int:
    """The row of a table with these values, which is inserted where there is none.

    One that has them and is left out as damaged makes room: it stays damaged, under another value.
    """
    same = " AND ".join(f"{name} = ?" for name in values)
    found = db.execute(f"SELECT id FROM {table} WHERE {same}", tuple(values.values())).fetchone()
    if found:
        return int(found[0])
    *_, last = values
    db.execute(f"UPDATE main.{table} SET {last} = hex(randomblob(16)) WHERE {same}", tuple(values.values()))
    return insert(db, table, values)


def insert(db: sqlite3.Connection, table: str, values: dict[str, Any]) -> int:
    """Insert a row; its id."""
    names, marks = ", ".join(values), ", ".join("?" * len(values))
    cursor = db.execute(f"INSERT INTO main.{table} ({names}) VALUES ({marks})", tuple(values.values()))
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def rebuild_cards(db: sqlite3.Connection, items: Iterable[int]) -> None:
    """Derive the cards of some items again from their attempts, in the order of time."""
    for item in items:
        answers = db.execute(ANSWERS, (item,)).fetchall()
        db.execute("DELETE FROM main.cards WHERE item = ?", (item,))
        if answers:
            update_card(db, item, new_card(db, item), answers)


def every_item(db: sqlite3.Connection) -> list[int]:
    """The rows of all items."""
    return [row[0] for row in db.execute("SELECT id FROM items ORDER BY id")]


def new_card(db: sqlite3.Connection, item: int) -> Card:
    """The card of an item that was never answered."""
    bank, name = db.execute("SELECT bank, item FROM items WHERE id = ?", (item,)).fetchone()
    return Card(bank, name, due=EPOCH)


def update_card(db: sqlite3.Connection, item: int, card: Card, answers: Iterable[Answer]) -> None:
    """Write the card as these answers leave it."""
    for verdict, hints, seconds, time in answers:
        card = card_after(card, verdict, hints, seconds, moment(time))
    last = micros(card.last) if card.last else 0
    state = (card.state, card.step, card.stability, card.difficulty, card.right)
    db.execute(
        'INSERT OR REPLACE INTO main.cards (item, due, last, state, step, stability, difficulty, "right")'
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (item, micros(card.due), last, *state),
    )
