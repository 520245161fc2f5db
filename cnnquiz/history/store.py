"""History: the attempts on disk. It never stops a quiz: what is wrong with the file stands in `problem`."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from cnnquiz.errors import CnnquizError
from cnnquiz.history import cards, scheduling, writes
from cnnquiz.history.database import (
    UNREADABLE,
    Unusable,
    connect,
    default_path,
    in_memory,
    is_damage,
    is_there,
    reason,
    transaction,
)
from cnnquiz.history.rows import ATTEMPTS, SavedSession, attempt, first, saved_session
from cnnquiz.history.scheduling import Card
from cnnquiz.history.stats import Stats, stats
from cnnquiz.history.times import micros
from cnnquiz.model import Attempt

Write = Callable[[sqlite3.Connection], object]
T = TypeVar("T")


class History:
    """An open history. Reads see what this run has written, even where nothing can be saved.

    problem  None, or one line that says what is wrong with the file and what that means
    path     where the file is, or would be
    """

    def __init__(self, path: Path, db: sqlite3.Connection, problem: str | None = None) -> None:
        self.path = path
        self.problem = problem
        self.db = db
        self._saves = problem is None
        self._pending: list[Write] = []
        self._done: list[Write] = []

    @classmethod
    def open(cls, path: Path | None = None) -> History:
        """The history at that path; one that cannot be used is left untouched and replaced by memory."""
        path = path or default_path()
        untouched = "; your file is left untouched" if is_there(path) else ""
        try:
            return cls(path, connect(path))
        except Unusable as error:
            problem = f"history at {path} cannot be used ({error}): nothing will be saved{untouched}"
            return cls(path, in_memory(), problem)

    @classmethod
    def require(cls, path: Path | None = None, checked: bool = True) -> History:
        """The history at that path, for a command that is of no use without it; CnnquizError otherwise."""
        path = path or default_path()
        try:
            return cls(path, connect(path, checked))
        except Unusable as error:
            raise CnnquizError(f"history at {path} cannot be used ({error}); nothing was changed") from None

    def __enter__(self) -> History:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Try once more to save what could not be saved, and close the file."""
        if self._pending:
            self._write()
        self.db.close()

    def record(self, attempt: Attempt, replace: bool = False) -> bool:
        """Commit one attempt; True when it is on disk. The same attempt again changes nothing.

        With `replace` it takes the place of the session's earlier attempts at that item, as in an exam
        before its end. What could not be written is tried again with the next write.
        """
        add = writes.replace_attempt if replace else writes.add_attempt
        return self._write(partial(add, attempt=attempt))

    def start_session(
        self, bank: str, mode: str, plan: dict[str, Any], now: datetime, session: str | None = None
    ) -> str:
        """Begin a session (or give one a new plan); its name, which each of its attempts carries."""
        uid = session or uuid4().hex
        started = micros(now)
        self._write(lambda db: writes.start_session(db, uid, bank, mode, plan, started))
        return uid

    def save_plan(self, session: str, plan: dict[str, Any]) -> bool:
        """Replace the session's plan, for what changes on the way: the seconds used, the item reached."""
        return self._write(lambda db: writes.save_plan(db, session, plan))

    def finish_session(self, session: str, now: datetime) -> bool:
        """The session came to its end; it is no longer offered."""
        finished = micros(now)
        return self._write(lambda db: writes.finish_session(db, session, finished))

    def abandon(self, session: str) -> bool:
        """The session is not to be offered again; its attempts stay."""
        return self._write(lambda db: writes.save_plan(db, session, None))

    def unfinished(self, bank: str, mode: str = "take") -> SavedSession | None:
        """The last session with that bank that was begun, has at least one answer, and has no end."""
        return next(iter(self.all_unfinished(bank, mode)), None)

    def all_unfinished(self, bank: str, mode: str = "take") -> list[SavedSession]:
        """All such sessions, the last one first."""
        return self._read(
            saved_session,
            "SELECT uid, bank, mode, started, finished, plan FROM sessions WHERE bank = ? AND mode = ?"
            " AND finished IS NULL AND plan IS NOT NULL"
            " AND EXISTS (SELECT 1 FROM attempts WHERE session = sessions.id) ORDER BY started DESC, id DESC",
            (bank, mode),
        )

    def responses(self, session: str) -> list[Attempt]:
        """The attempts of a session, in the order in which they were made."""
        return self._read(attempt, f"{ATTEMPTS} WHERE s.uid = ? ORDER BY a.id", (session,))

    def mistakes(self, bank: str) -> list[str]:
        """The items of a bank whose last answer was not right."""
        return [card.item for card in self.cards() if card.bank == bank and not card.right]

    def times_asked(self, bank: str, item: str) -> int:
        """How many attempts there are at an item, whatever its revision."""
        counts = self._read(
            first,
            "SELECT count(*) FROM attempts WHERE revision IN (SELECT r.id FROM revisions r"
            " JOIN items i ON i.id = r.item WHERE i.bank = ? AND i.item = ?)",
            (bank, item),
        )
        return sum(counts)

    def paths(self) -> dict[str, str]:
        """Where banks lie that were named by a path, by their ids, from the plans of their sessions."""
        query = """SELECT plan FROM sessions WHERE plan LIKE '%"paths": {"%' ORDER BY started"""
        found = self._read(lambda row: json.loads(row[0])["paths"], query)
        return {bank: path for paths in found for bank, path in paths.items()}

    def cards(self, until: date | None = None) -> list[Card]:
        """What the schedule knows of every item that was ever answered; with `until`, planned for an exam."""
        found = self._read(cards.card, cards.ALL)
        return found if until is None else scheduling.planned(found, until)

    def due(self, now: datetime, limit: int | None = None, until: date | None = None) -> list[Card]:
        """The items to review now, the most nearly forgotten first; with `until`, planned for an exam."""
        return scheduling.due(self.cards(until), now, limit)

    def forecast(self, now: datetime, days: int = 7, until: date | None = None) -> list[int]:
        """How many items come due today, tomorrow, and so on."""
        return scheduling.forecast(self.cards(until), now, days)

    def stats(self, now: datetime) -> Stats:
        """What the attempts add up to; CnnquizError if the file has gone bad."""
        try:
            return stats(self.db, [cards.card(row) for row in self.db.execute(cards.ALL)], now)
        except UNREADABLE as error:
            raise self.damaged(error, "nothing was changed") from None

    def damaged(self, error: Exception, so: str) -> CnnquizError:
        """The one line about a file that proved to be broken, for a command that is of no use without it."""
        return CnnquizError(f"history at {self.path} is damaged ({reason(error)}), {so}: see `cnnquiz history check`")

    def _read(self, make: Callable[[Any], T], sql: str, values: tuple[Any, ...] = ()) -> list[T]:
        """What a query gives; where the file cannot be read, the problem is noted and this run's own is given."""
        try:
            return [make(row) for row in self.db.execute(sql, values)]
        except UNREADABLE as error:
            if self._leaves(error):
                return self._read(make, sql, values)
            self.problem = f"history at {self.path} cannot be read ({reason(error)}): see `cnnquiz history check`"
            return []

    def _leaves(self, error: Exception) -> bool:
        """Whether the file proved to be damaged; it is then written to no more, and memory takes its place."""
        if not self._saves or not is_damage(error):
            return False
        self.problem = str(self.damaged(error, "nothing more is saved in it"))
        self.db.close()
        self.db, self._saves = in_memory(), False
        self._pending = self._done + self._pending
        self._write()
        return True

    def _write(self, *new: Write) -> bool:
        """Do what is pending and the new writes in one transaction; True when all of it is on disk."""
        self._pending += new
        try:
            with transaction(self.db):
                for write in self._pending:
                    write(self.db)
        except sqlite3.Error as error:
            if self._leaves(error):
                return False
            self.problem = (
                f"history at {self.path} cannot be written ({reason(error)}):"
                " the last answers are not saved yet, and are tried again with the next one"
            )
            return False
        self._done += self._pending
        self._pending.clear()
        if self._saves:
            self.problem = None
        return self._saves
