"""The cards: what the schedule knows about each item, brought on with every attempt in its transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any

from cnnquiz.history.scheduling import Card, answered
from cnnquiz.history.times import micros, moment

READ = (
    'SELECT i.bank, i.item, c.due, c.last, c.state, c.step, c.stability, c.difficulty, c."right"'
    " FROM cards c JOIN items i ON i.id = c.item"
)
ALL = f"{READ} ORDER BY i.id"  # in the order in which the items were first met


def card(row: Any) -> Card:
    """A row of `READ` as a record."""
    bank, item, due, last, state, step, stability, difficulty, right = row
    return Card(bank, item, moment(due), moment(last), state, step, stability, difficulty, bool(right))


def advance(db: sqlite3.Connection, item: int, answer: tuple[str, int, float | None, int]) -> None:
    """Bring an item's card on by one answer: its verdict, hints, seconds and time."""
    found = db.execute(f"{READ} WHERE c.item = ?", (item,)).fetchone()
    save(db, item, after(card(found) if found else first(db, item), [answer]))


def rebuild(db: sqlite3.Connection, items: Iterable[int]) -> None:
    """Work the cards of some items out again from their attempts, in the order of time."""
    for item in items:
        answers = db.execute(
            "SELECT a.verdict, a.hints, a.seconds, a.time FROM revisions r JOIN attempts a ON a.revision = r.id"
            " WHERE r.item = ? ORDER BY a.time, a.id",
            (item,),
        ).fetchall()
        db.execute("DELETE FROM cards WHERE item = ?", (item,))
        if answers:
            save(db, item, after(first(db, item), answers))


def every_item(db: sqlite3.Connection) -> list[int]:
    """The rows of all items."""
    return [row[0] for row in db.execute("SELECT id FROM items ORDER BY id")]


def first(db: sqlite3.Connection, item: int) -> Card:
    """The card of an item that was never answered."""
    bank, name = db.execute("SELECT bank, item FROM items WHERE id = ?", (item,)).fetchone()
    return Card(bank, name, due=moment(0))


def after(card: Card, answers: Iterable[tuple[str, int, float | None, int]]) -> Card:
    """The card after these answers."""
    for verdict, hints, seconds, time in answers:
        card = answered(card, verdict, hints, seconds, moment(time))
    return card


def save(db: sqlite3.Connection, item: int, card: Card) -> None:
    """Write the card in place of the one that is there."""
    last = micros(card.last) if card.last else 0
    state = (card.state, card.step, card.stability, card.difficulty, card.right)
    db.execute(
        'INSERT OR REPLACE INTO cards (item, due, last, state, step, stability, difficulty, "right")'
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (item, micros(card.due), last, *state),
    )
