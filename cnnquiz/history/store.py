"""History: the attempts on disk. It never stops a quiz: `problem` says what is wrong with the file."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from cnnquiz.errors import CnnquizError
from cnnquiz.history import log, rows, scheduling
from cnnquiz.history.checksums import leave_out_damage
from cnnquiz.history.database import (
    UNREADABLE,
    Unusable,
    connect,
    copy_in_memory,
    default_path,
    in_memory,
    is_damage,
    is_small,
    is_there,
    reason,
    refuse_place,
    transaction,
)
from cnnquiz.history.rows import ATTEMPTS, CARDS, EVERY_CARD, SESSIONS, SavedSession, micros
from cnnquiz.history.scheduling import Card
from cnnquiz.model import Attempt

if TYPE_CHECKING:
    from cnnquiz.history.stats import Scores, Stats

OVERTAKEN = (
    "another terminal has gone on with this session: nothing more is saved in this one;"
    " the same command resumes it from there"
)
Write = Callable[[sqlite3.Connection], object]
T = TypeVar("T")


class Overtaken(CnnquizError):
    """Another terminal has gone on with the session."""


class History:
    """An open history. What this run has written can be read, even where nothing can be saved.

    problem  None, or one line that says what is wrong with the file and what follows from it
    damage   None, or one line that says what is damaged, and left out of all that is read
    path     where the file is, or would be
    """

    def __init__(
        self,
        path: Path,
        db: sqlite3.Connection,
        problem: str | None = None,
        lost: Sequence[str] = (),
        thorough: bool = False,
    ) -> None:
        self.path = path
        self.problem = problem
        self.db = db
        self.damage = self._damage(lost, thorough)
        self._saves = problem is None
        self._file = _identity(path)
        self._session, self._kept = "", 0
        self._pending: list[Write] = []
        self._done: list[Write] = []
        self._answers: set[Attempt | str] = set()
        self._lost: set[Attempt | str] = set()

    @classmethod
    def open(cls, path: Path | None = None) -> History:
        """The history at that path; if it cannot be used it is left untouched, and this run's is kept in memory.

        One that can be read is still read.
        """
        path = path or default_path()
        large = is_there(log.log_of(path)) and not is_small(log.log_of(path), log.CHECKED)
        lost = [log.UNREAD] if large else log.damage(path)
        try:
            return cls(path, connect(path), lost=lost)
        except Unusable as error:
            untouched = "; your file is left untouched" if is_there(path) else ""
            copy = copy_in_memory(path)
            what = "used" if copy is None else "written"
            problem = f"history at {path} cannot be {what} ({error}): nothing will be saved{untouched}"
            return cls(path, copy or in_memory(), problem, lost)

    @classmethod
    def require(cls, path: Path | None = None, to_write: bool = True) -> History:
        """The history at that path, verified whatever its size; CnnquizError where it cannot be used.

        One that need not be written is made by no reading, and may lie where nothing can be written.
        """
        path = path or default_path()
        lost = log.damage(path)
        try:
            refuse_place(path)
            if not to_write and not is_there(path):
                return cls(path, in_memory())
            return cls(path, connect(path), lost=lost, thorough=True)
        except Unusable as error:
            if not to_write and (copy := copy_in_memory(path)):
                return cls(path, copy, lost=lost, thorough=True)
            raise CnnquizError(f"history at {path} cannot be used ({error}); nothing was changed") from None

    def _damage(self, lost: Sequence[str], thorough: bool) -> str | None:
        """Leave out the rows whose checksums are wrong, and say so; a large file is verified when that is asked for."""
        found = list(lost)
        with suppress(sqlite3.Error):  # told by whoever reads that page
            found += leave_out_damage(self.db) if thorough or is_small(self.path) else []
        return f"history at {self.path}: {'; '.join(found)}; see `cnnquiz history check`" if found else None

    def __enter__(self) -> History:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Try once more to save what could not be saved, and close the file."""
        try:
            self.retry()
        finally:
            self.db.close()

    @property
    def unsaved(self) -> int:
        """How many answers of this run are not on disk."""
        return len(self._lost)

    def retry(self) -> None:
        """Try once more to save what could not be saved, or what is no longer there."""
        if self._pending or (self._done and self._is_gone()):
            self._write()

    def _is_gone(self) -> bool:
        """Whether the file was removed, or another one put in its place."""
        return self._saves and (self._file is None or _identity(self.path) != self._file)

    def _begin_anew(self) -> None:
        """Go over to a new file, or to memory where there can be none, with all that this run has written."""
        self._let_go()
        self._lost = set(self._answers)
        try:
            self.db = connect(self.path)
            self._kept = self.db.execute(rows.SESSION_COUNT, (self._session,)).fetchone()[0]
        except (Unusable, *UNREADABLE) as error:
            self.db, self._saves = in_memory(), False
            self.problem = f"history at {self.path} is gone, and cannot be made anew ({error}): nothing more is saved"
        self._file = _identity(self.path)

    def record(self, attempt: Attempt, replace: bool = False) -> bool:
        """Commit one attempt; True when it is on disk. The same attempt again changes nothing.

        With `replace` it takes the place of the session's earlier attempts at that item, as in an exam.
        What could not be written is tried again with the next write.
        """
        add, answer = (rows.replace_attempt, attempt.item) if replace else (rows.add_attempt, attempt)
        self._answers.add(answer)
        self._lost.add(answer)
        return self._write(lambda db: add(db, attempt))

    def withdraw(self, session: str, bank: str, item: str, now: datetime) -> bool:
        """Take the session's last attempt at an item back: it stays in the file, and counts no more."""
        at = micros(now)
        return self._write(lambda db: rows.withdraw(db, session, bank, item, at))

    def set_exam(self, day: date | None, now: datetime) -> bool:
        """Save the day of the person's exam; None: there is none."""
        row = {"day": day and day.isoformat(), "time": micros(now)}
        return self._write(lambda db: rows.insert(db, "exams", row))

    def exam(self, today: date) -> date | None:
        """The day of the person's exam, where one is set that is not past."""
        last = "SELECT day FROM exams ORDER BY id DESC LIMIT 1"
        found = self._read(lambda row: row[0] and date.fromisoformat(row[0]), last)
        return next((day for day in found if day and day >= today), None)

    def start_session(
        self, bank: str, mode: str, plan: dict[str, Any], now: datetime, session: str | None = None
    ) -> str:
        """Start a session, or give one a new plan; its id, which each of its attempts carries."""
        uid = session or uuid4().hex
        started = micros(now)
        self._write(lambda db: rows.start_session(db, uid, bank, mode, plan, started))
        return uid

    def resume(self, session: str) -> None:
        """Go on with a session. From now on a write raises Overtaken once another terminal has answered in it."""
        counts = self._read(lambda row: row[0], rows.SESSION_COUNT, (session,))
        self._session, self._kept = session, sum(counts)

    def save_plan(self, session: str, plan: dict[str, Any]) -> bool:
        """Replace the session's plan; True when it is on disk."""
        return self._write(lambda db: rows.save_plan(db, session, plan))

    def finish_session(self, session: str, now: datetime) -> bool:
        """Write that the session was finished; it can no longer be resumed."""
        finished = micros(now)
        return self._write(lambda db: rows.finish_session(db, session, finished))

    def abandon(self, session: str) -> bool:
        """Make the session one that cannot be resumed; its attempts stay."""
        return self._write(lambda db: rows.save_plan(db, session, None))

    def resumable(self, bank: str, mode: str = "take") -> list[SavedSession]:
        """The sessions at that bank with an attempt, or with help in an open question, not finished, the last first."""
        return self._read(
            rows.session_of,
            f"{SESSIONS} WHERE bank = ? AND mode = ?"
            " AND finished IS NULL AND plan IS NOT NULL"
            " AND (EXISTS (SELECT 1 FROM attempts WHERE session = sessions.id) OR plan LIKE '%\"open\":{\"%')"
            " ORDER BY started DESC, id DESC",
            (rows.storable(bank), mode),
        )

    def responses(self, session: str) -> list[Attempt]:
        """The attempts of a session, in the order in which they were made."""
        return self._read(rows.attempt_of, f"{ATTEMPTS} WHERE s.uid = ? ORDER BY a.id", (session,))

    def mistakes(self, bank: str) -> list[str]:
        """The items of a bank whose last answer was not right."""
        return [card.item for card in self.cards() if card.bank == bank and not card.right]

    def attempt_count(self, bank: str, item: str) -> int:
        """The number of attempts at an item, whatever its revision."""
        counts = self._read(
            lambda row: row[0],
            "SELECT count(*) FROM attempts WHERE revision IN (SELECT r.id FROM revisions r"
            " JOIN items i ON i.id = r.item WHERE i.bank = ? AND i.item = ?)",
            (bank, item),
        )
        return sum(counts)

    def paths(self) -> dict[str, str]:
        """The paths of the banks that were named by one, by their ids, from the plans of their sessions."""
        named = """plan LIKE '%"paths":{"%' OR plan LIKE '%"paths": {"%'"""  # the second as older programs wrote it
        query = f"SELECT plan FROM sessions WHERE {named} ORDER BY started"
        found = self._read(rows.paths_of, query)
        return {bank: path for paths in found for bank, path in paths.items()}

    def cards(self, until: date | None = None) -> list[Card]:
        """What the schedule knows of every item that was ever answered; with `until`, planned for an exam."""
        found = self._read(rows.card_of, EVERY_CARD)
        return found if until is None else scheduling.plan_for_exam(found, until)

    def card(self, bank: str, item: str) -> Card | None:
        """What the schedule knows of an item; None for one that was never answered."""
        found = self._read(rows.card_of, f"{CARDS} WHERE i.bank = ? AND i.item = ?", (bank, item))
        return found[0] if found else None

    def due(self, now: datetime, limit: int | None = None, until: date | None = None) -> list[Card]:
        """The items to review now, the least likely to be recalled first; with `until`, planned for an exam."""
        return scheduling.due(self.cards(until), now, limit)

    def stats(self, now: datetime) -> Stats:
        """What the attempts add up to; CnnquizError if the file has gone bad."""
        from cnnquiz.history.stats import stats  # not needed to ask and to record

        try:
            return stats(self.db, [rows.card_of(row) for row in self.db.execute(EVERY_CARD)], now)
        except UNREADABLE as error:
            raise self.damage_error(error, "nothing was changed") from None

    def damage_error(self, error: Exception, so: str) -> CnnquizError:
        """The error to raise for a damaged file; `so` says what follows from it."""
        return CnnquizError(f"history at {self.path} is damaged ({reason(error)}), {so}: see `cnnquiz history check`")

    def _read(self, make: Callable[[Any], T], sql: str, values: tuple[Any, ...] = ()) -> list[T]:
        """The records of a query; where the file cannot be read, those of this run, and `problem` says so."""
        try:
            return [make(row) for row in self.db.execute(sql, values)]
        except UNREADABLE as error:
            if self._leave_file(error):
                return self._read(make, sql, values)
            self.problem = f"history at {self.path} cannot be read ({reason(error)}): see `cnnquiz history check`"
            return []

    def _leave_file(self, error: Exception) -> bool:
        """Whether the file is damaged; if so, it is not written to again, and memory takes its place."""
        if not self._saves or not is_damage(error):
            return False
        self.problem = str(self.damage_error(error, "nothing more is saved in it"))
        self._let_go()
        self.db, self._saves = in_memory(), False
        self._write()
        return True

    def _let_go(self) -> None:
        """Close the file; all that this run has written is to be written again, elsewhere."""
        with suppress(sqlite3.Error):
            self.db.close()
        self._pending, self._done, self._kept = self._done + self._pending, [], 0

    def _write(self, *new: Write) -> bool:
        """Do the pending and the new writes in one transaction; True when all of them are on disk."""
        self._pending += new
        if gone := self._is_gone():
            self._begin_anew()
        session = (self._session,)
        try:
            with transaction(self.db):
                if self.db.execute(rows.SESSION_COUNT, session).fetchone()[0] != self._kept:
                    raise Overtaken(OVERTAKEN)
                for write in self._pending:
                    write(self.db)
                kept = self.db.execute(rows.SESSION_COUNT, session).fetchone()[0]
        except Overtaken:
            self._pending.clear()
            raise
        except UNREADABLE as error:
            if self._leave_file(error):
                return False
            self.problem = (
                f"history at {self.path} cannot be written ({reason(error)}):"
                " the last answers are not saved yet, and are tried again with the next one"
            )
            return False
        if self._saves:
            self._lost.clear()
            anew = "was removed while this ran: what this session has answered is in a new file there"
            self.problem = f"history at {self.path} {anew}" if gone else None
        self._done += self._pending
        self._pending.clear()
        self._kept = kept
        return self._saves


def _identity(path: Path) -> tuple[int, int] | None:
    """What tells a file from another one that takes its place; None where there is none."""
    with suppress(OSError):
        found = path.stat()
        return found.st_dev, found.st_ino
    return None


def scores_by_bank() -> tuple[dict[str, Scores], str | None]:
    """The scores of the finished quizzes by bank, and what is wrong with the history. No file is made for it."""
    if not is_there(default_path()):
        return {}, None
    from cnnquiz.history.stats import scores

    with History.open() as history:
        return scores(history.db), history.problem or history.damage
