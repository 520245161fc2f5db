"""What the attempts add up to: accuracy, misconceptions, sessions, scores, and what the schedule expects.

A skipped or partly right answer counts as an attempt that is not right. Days are the person's own.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from msgspec import Struct, to_builtins

from cnnquiz.clock import day_of
from cnnquiz.history import scheduling
from cnnquiz.history.rows import ANSWERS, EPOCH, moment, moment_text
from cnnquiz.history.scheduling import Card

RECENT = 10
MOST_REPLAYED = 2000  # answers
MUCH = 0.9  # chance of recall from which on an item should still be known
BY_REVISION = """
    SELECT i.bank, r.topic, a.verdict, a.asked
    FROM (SELECT revision, verdict, count(*) AS asked FROM attempts GROUP BY revision, verdict) a
    JOIN revisions r ON r.id = a.revision
    JOIN items i ON i.id = r.item
"""
QUARTER = 900_000_000  # microseconds: what makes up the days of every time zone
BY_QUARTER = "SELECT time / 900000000, verdict, count(*) FROM attempts GROUP BY time / 900000000, verdict"
BY_MISCONCEPTION = """
    SELECT t.text, i.bank, i.item, a.times
    FROM (
        SELECT misconception, revision, count(*) AS times FROM attempts
        WHERE misconception IS NOT NULL GROUP BY misconception, revision
    ) a
    JOIN texts t ON t.id = a.misconception
    JOIN revisions r ON r.id = a.revision
    JOIN items i ON i.id = r.item
"""
MET = """
    SELECT t.text, a.time FROM attempts a JOIN texts t ON t.id = a.misconception
    WHERE a.misconception IS NOT NULL ORDER BY a.id DESC LIMIT 5000
"""
ITEMS = "SELECT r.item FROM attempts a JOIN revisions r ON r.id = a.revision ORDER BY a.id DESC LIMIT 2000"
SESSIONS = """
    SELECT s.uid, s.bank, s.mode, s.started, s.finished, count(a.id), coalesce(sum(a.verdict = 'right'), 0)
    FROM (SELECT * FROM sessions ORDER BY started DESC, id DESC LIMIT ?) s
    LEFT JOIN attempts a ON a.session = s.id
    GROUP BY s.id ORDER BY s.started DESC, s.id DESC
"""
FINISHED_QUIZZES = """
    SELECT s.bank, sum(a.score), count(a.id)
    FROM sessions s JOIN attempts a ON a.session = s.id
    WHERE s.mode = 'take' AND s.finished IS NOT NULL
    GROUP BY s.id ORDER BY s.started, s.id
"""


class Tally(Struct, frozen=True):
    """The number of attempts under one name (a topic, a bank, a day), and how many of them were right."""

    name: str
    attempts: int
    right: int

    @property
    def accuracy(self) -> float:
        """The share that was right."""
        return self.right / self.attempts if self.attempts else 0.0


class MisconceptionCount(Struct, frozen=True):
    """How often a misconception was met, and the item where it was met most."""

    name: str
    count: int
    bank: str
    item: str


class SessionSummary(Struct, frozen=True):
    """One session and how it went. `finished` is None for one that was left before its end."""

    session: str
    bank: str
    mode: str
    started: str
    finished: str | None
    attempts: int
    right: int


class Outlook(Struct, frozen=True):
    """What the schedule expects: its items, those due now, the mean probability of recall, those due on each day."""

    items: int
    due: int
    retention: float | None
    forecast: tuple[int, ...]


class Recall(Struct, frozen=True):
    """Answers to items that came back: how many, how many the schedule expected to be right, and how many were."""

    answers: int
    expected: float
    right: int


class Stats(Struct, frozen=True):
    """Progress: topics and banks with the weakest first, days in order, misconceptions with the most frequent first.

    met     the days on which each misconception was met lately, in order
    recall  what was recalled of the latest items, where little was expected to be, and where much was
    """

    total: Tally
    topics: tuple[Tally, ...]
    banks: tuple[Tally, ...]
    days: tuple[Tally, ...]
    misconceptions: tuple[MisconceptionCount, ...]
    sessions: tuple[SessionSummary, ...]
    review: Outlook
    met: Mapping[str, tuple[date, ...]]
    recall: tuple[Recall, ...]

    def as_json(self) -> dict[str, Any]:
        """The object that `stats --format json` prints."""
        return {
            **tally_json(self.total),
            "topics": [tally_json(each, "topic") for each in self.topics],
            "banks": [tally_json(each, "bank") for each in self.banks],
            "days": [tally_json(each, "day") for each in self.days],
            "slips": [{"misconception": each.name, **to_builtins(each)} for each in self.misconceptions],
            "sessions": to_builtins(self.sessions),
            "review": to_builtins(self.review),
        }


def tally_json(tally: Tally, kind: str = "") -> dict[str, Any]:
    """A tally as JSON; its name stands under its kind, and the total has none."""
    name = {kind: tally.name} if kind else {}
    accuracy = round(tally.accuracy, 4) if tally.attempts else None
    return {**name, "attempts": tally.attempts, "right": tally.right, "accuracy": accuracy}


def stats(db: sqlite3.Connection, cards: Sequence[Card], now: datetime) -> Stats:
    """All of it, counted along the indexes, so that a million attempts take less than a second."""
    revisions = db.execute(BY_REVISION).fetchall()
    quarters = db.execute(BY_QUARTER)
    days = tallies((str(day_of(moment(at * QUARTER))), verdict, asked) for at, verdict, asked in quarters)
    return Stats(
        total=Tally("", sum(day.attempts for day in days), sum(day.right for day in days)),
        topics=weakest_first(tallies((topic, verdict, n) for _, topic, verdict, n in revisions)),
        banks=weakest_first(tallies((bank, verdict, n) for bank, _, verdict, n in revisions)),
        days=tuple(sorted(days, key=lambda day: day.name)),
        misconceptions=misconceptions(db.execute(BY_MISCONCEPTION)),
        sessions=tuple(session_summary(row) for row in db.execute(SESSIONS, (RECENT,))),
        review=outlook(cards, now),
        met=days_by_misconception(db.execute(MET)),
        recall=recall(db),
    )


def tallies(rows: Iterable[tuple[str, str, int]]) -> list[Tally]:
    """One tally for each name, from rows of a name, a verdict and a count."""
    asked: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for name, verdict, count in rows:
        asked[name] += count
        right[name] += count if verdict == "right" else 0
    return [Tally(name, count, right[name]) for name, count in asked.items()]


def weakest_first(found: Iterable[Tally]) -> tuple[Tally, ...]:
    """The tallies in the order of their accuracy."""
    return tuple(sorted(found, key=lambda tally: (tally.accuracy, -tally.attempts, tally.name)))


def misconceptions(rows: Iterable[tuple[str, str, str, int]]) -> tuple[MisconceptionCount, ...]:
    """One count for each misconception, from rows of a misconception, a bank, an item and a count."""
    items: dict[str, Counter[tuple[str, str]]] = {}
    for name, bank, item, count in rows:
        items.setdefault(name, Counter())[bank, item] += count
    found = [
        MisconceptionCount(name, counts.total(), *min(counts, key=lambda place: (-counts[place], place)))
        for name, counts in items.items()
    ]
    return tuple(sorted(found, key=lambda each: (-each.count, each.name)))


def days_by_misconception(rows: Iterable[tuple[str, int]]) -> dict[str, tuple[date, ...]]:
    """The days on which each misconception was met, in order, from rows of a name and a time."""
    found: dict[str, list[date]] = {}
    for name, time in rows:
        found.setdefault(name, []).append(day_of(moment(time)))
    return {name: tuple(sorted(days)) for name, days in found.items()}


def recall(db: sqlite3.Connection) -> tuple[Recall, ...]:
    """What the schedule expected of each answer to an item that came back, against what happened, by what it expected.

    The answers of the items that were met last are replayed, no more than some thousand.
    """
    groups: dict[bool, list[tuple[float, bool]]] = {False: [], True: []}
    left = MOST_REPLAYED
    for item in dict.fromkeys(row[0] for row in db.execute(ITEMS)):
        answers = db.execute(ANSWERS, (item,)).fetchall()
        if (left := left - len(answers)) < 0:
            break
        card = Card("", "", due=EPOCH)
        for verdict, hints, seconds, time in answers:
            at = moment(time)
            after = scheduling.card_after(card, verdict, hints, seconds, at)
            if card.last is not None and after.last != card.last:
                expected = scheduling.retrievability(card, at)
                groups[expected >= MUCH].append((expected, verdict == "right"))
            card = after
    return tuple(
        Recall(len(found), sum(each for each, _ in found), sum(right for _, right in found))
        for found in groups.values()
        if found
    )


def session_summary(row: Any) -> SessionSummary:
    """A row of `SESSIONS` as a record."""
    uid, bank, mode, started, finished, attempts, right = row
    ended = None if finished is None else moment_text(finished)
    return SessionSummary(uid, bank, mode, moment_text(started), ended, attempts, right)


def outlook(cards: Sequence[Card], now: datetime) -> Outlook:
    """What the schedule expects of these cards."""
    recall = [scheduling.retrievability(card, now) for card in cards]
    forecast = tuple(scheduling.forecast(cards, now))
    mean = round(sum(recall) / len(recall), 4) if recall else None
    return Outlook(len(cards), len(scheduling.due(cards, now)), mean, forecast)


class Score(Struct, frozen=True):
    """A score, and the highest possible."""

    score: float
    of: int


class Scores(Struct, frozen=True):
    """The best score in a bank, and the last."""

    best: Score
    last: Score


def scores(db: sqlite3.Connection) -> dict[str, Scores]:
    """The scores of the finished quizzes by bank; the best has the highest sum, whatever its share."""
    found: dict[str, Scores] = {}
    try:
        for bank, score, of in db.execute(FINISHED_QUIZZES):
            last = Score(score, of)
            best = found[bank].best if bank in found else last
            found[bank] = Scores(max(last, best, key=lambda each: each.score), last)
    except sqlite3.Error:
        return {}  # the list of banks does not depend on it; `history check` says what is wrong
    return found
