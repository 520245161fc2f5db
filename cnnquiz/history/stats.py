"""What the attempts add up to: accuracy, slips, sessions, and what the schedule expects.

Right means marked right: a skipped or a partly right answer counts as asked and not as right. Days are UTC's.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from msgspec import Struct, to_builtins

from cnnquiz.history import scheduling
from cnnquiz.history.scheduling import Card
from cnnquiz.history.times import EPOCH, moment_text

RECENT = 10
BY_REVISION = """
    SELECT i.bank, r.topic, a.verdict, a.asked
    FROM (SELECT revision, verdict, count(*) AS asked FROM attempts GROUP BY revision, verdict) a
    JOIN revisions r ON r.id = a.revision
    JOIN items i ON i.id = r.item
"""
BY_DAY = "SELECT day, verdict, count(*) FROM attempts GROUP BY day, verdict"
BY_SLIP = """
    SELECT t.text, i.bank, i.item, a.times
    FROM (
        SELECT misconception, revision, count(*) AS times FROM attempts
        WHERE misconception IS NOT NULL GROUP BY misconception, revision
    ) a
    JOIN texts t ON t.id = a.misconception
    JOIN revisions r ON r.id = a.revision
    JOIN items i ON i.id = r.item
"""
SESSIONS = """
    SELECT s.uid, s.bank, s.mode, s.started, s.finished, count(a.id), coalesce(sum(a.verdict = 'right'), 0)
    FROM (SELECT * FROM sessions ORDER BY started DESC, id DESC LIMIT ?) s
    LEFT JOIN attempts a ON a.session = s.id
    GROUP BY s.id ORDER BY s.started DESC, s.id DESC
"""


class Tally(Struct, frozen=True):
    """How many answers there were under one name (a topic, a bank, a day), and how many were right."""

    name: str
    attempts: int
    right: int

    @property
    def accuracy(self) -> float:
        """The part that was right."""
        return self.right / self.attempts if self.attempts else 0.0


class Slip(Struct, frozen=True):
    """A misconception that was met, how often, and the item where it was met most."""

    name: str
    count: int
    bank: str
    item: str


class Session(Struct, frozen=True):
    """One session and how it went. `finished` is None for one that was left before its end."""

    session: str
    bank: str
    mode: str
    started: str
    finished: str | None
    attempts: int
    right: int


class Review(Struct, frozen=True):
    """What the schedule expects: items known to it, due now, the mean chance of recall, due on the next days."""

    items: int
    due: int
    retention: float | None
    forecast: tuple[int, ...]


class Stats(Struct, frozen=True):
    """Progress. Topics and banks stand with the weakest first, days in order, slips the most frequent first."""

    total: Tally
    topics: tuple[Tally, ...]
    banks: tuple[Tally, ...]
    days: tuple[Tally, ...]
    slips: tuple[Slip, ...]
    sessions: tuple[Session, ...]
    review: Review

    def as_json(self) -> dict[str, Any]:
        """The object that `stats --format json` prints."""
        return {
            **tally_json(self.total, "name"),
            "topics": [tally_json(each, "topic") for each in self.topics],
            "banks": [tally_json(each, "bank") for each in self.banks],
            "days": [tally_json(each, "day") for each in self.days],
            "slips": [{"misconception": each.name, **to_builtins(each)} for each in self.slips],
            "sessions": to_builtins(self.sessions),
            "review": to_builtins(self.review),
        }


def tally_json(tally: Tally, called: str) -> dict[str, Any]:
    """A tally as JSON; its name stands under what it names, and the total has none."""
    named = {called: tally.name} if called != "name" else {}
    accuracy = round(tally.accuracy, 4) if tally.attempts else None
    return {**named, "attempts": tally.attempts, "right": tally.right, "accuracy": accuracy}


def stats(db: sqlite3.Connection, cards: Sequence[Card], now: datetime) -> Stats:
    """Everything at once, counted along the indexes, so that a million attempts take no second."""
    revisions = db.execute(BY_REVISION).fetchall()
    days = tallies((day_text(day), verdict, asked) for day, verdict, asked in db.execute(BY_DAY))
    return Stats(
        total=Tally("", sum(day.attempts for day in days), sum(day.right for day in days)),
        topics=weakest_first(tallies((topic, verdict, n) for _, topic, verdict, n in revisions)),
        banks=weakest_first(tallies((bank, verdict, n) for bank, _, verdict, n in revisions)),
        days=tuple(sorted(days, key=lambda day: day.name)),
        slips=slips(db.execute(BY_SLIP)),
        sessions=tuple(session(row) for row in db.execute(SESSIONS, (RECENT,))),
        review=review(cards, now),
    )


def tallies(rows: Iterable[tuple[str, str, int]]) -> list[Tally]:
    """Rows of a name, a verdict and a count, as one tally for each name."""
    asked: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for name, verdict, count in rows:
        asked[name] += count
        right[name] += count if verdict == "right" else 0
    return [Tally(name, count, right[name]) for name, count in asked.items()]


def weakest_first(found: Iterable[Tally]) -> tuple[Tally, ...]:
    """In the order in which practice helps most."""
    return tuple(sorted(found, key=lambda tally: (tally.accuracy, -tally.attempts, tally.name)))


def day_text(day: int) -> str:
    """A day as the file counts it, in ISO 8601."""
    return (EPOCH + timedelta(days=day)).date().isoformat()


def slips(rows: Iterable[tuple[str, str, str, int]]) -> tuple[Slip, ...]:
    """Rows of a misconception, a bank, an item and a count, as one slip for each misconception."""
    items: dict[str, Counter[tuple[str, str]]] = {}
    for name, bank, item, count in rows:
        items.setdefault(name, Counter())[bank, item] += count
    found = [Slip(name, where.total(), *most(where)) for name, where in items.items()]
    return tuple(sorted(found, key=lambda slip: (-slip.count, slip.name)))


def most(where: Counter[tuple[str, str]]) -> tuple[str, str]:
    """The bank and item with the highest count; of equals, the first by name."""
    return min(where, key=lambda place: (-where[place], place))


def session(row: Any) -> Session:
    """A row of `SESSIONS` as a record."""
    uid, bank, mode, started, finished, attempts, right = row
    ended = None if finished is None else moment_text(finished)
    return Session(uid, bank, mode, moment_text(started), ended, attempts, right)


def review(cards: Sequence[Card], now: datetime) -> Review:
    """What the schedule expects of these cards."""
    recall = [scheduling.retrievability(card, now) for card in cards]
    forecast = tuple(scheduling.forecast(cards, now))
    mean = round(sum(recall) / len(recall), 4) if recall else None
    return Review(len(cards), len(scheduling.due(cards, now)), mean, forecast)


def by_week(days: Iterable[Tally]) -> list[Tally]:
    """The days put together as weeks, each under its Monday; weeks without an answer are left out."""
    rows: list[tuple[str, str, int]] = []
    for day in days:
        date_ = date.fromisoformat(day.name)
        monday = (date_ - timedelta(days=date_.weekday())).isoformat()
        rows += [(monday, "right", day.right), (monday, "wrong", day.attempts - day.right)]
    return tallies(rows)
