"""Upkeep of the file: a check of the whole of it, and a copy while it is in use."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from msgspec import Struct

from cnnquiz.errors import CnnquizError
from cnnquiz.history.database import pragma, reason
from cnnquiz.history.store import History
from cnnquiz.history.transfer import replacement


class Health(Struct, frozen=True):
    """What `history check` found; without faults the file is sound."""

    path: str
    size: int
    version: int
    attempts: int
    items: int
    sessions: int
    faults: tuple[str, ...]


def check(history: History) -> Health:
    """Let SQLite read the whole file, its indexes and its references."""
    faults = faults_of(history.db)
    attempts, items, sessions = (
        0 if faults else int(history.db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
        for table in ("attempts", "items", "sessions")
    )
    size = history.path.stat().st_size if history.path.is_file() else 0
    version = pragma(history.db, "user_version")
    return Health(str(history.path), size, version, attempts, items, sessions, faults)


def faults_of(db: sqlite3.Connection) -> tuple[str, ...]:
    """The faults of the file, a line each; at most twenty."""
    try:
        lines = [str(row[0]) for row in db.execute("PRAGMA integrity_check(20)") if row[0] != "ok"]
        lines += [
            f"a row of {row[0]} names a missing row of {row[2]}" for row in db.execute("PRAGMA foreign_key_check")
        ]
    except sqlite3.Error as error:
        lines = [reason(error)]
    return tuple(part.strip() for line in lines for part in line.splitlines() if part.strip())[:20]


def backup(history: History, path: Path, force: bool = False) -> int:
    """Copy the history to a file, while others may be writing to it; the copy's size in bytes."""
    if path.exists() and path.samefile(history.path):
        raise CnnquizError(f"{path}: is there already; name another file, or add --force to replace it")
    with replacement(path, force, "the backup cannot be written") as draft, closing(sqlite3.connect(draft)) as copy:
        history.db.backup(copy)
        if faults := faults_of(copy):
            raise history.damage(Exception(faults[0]), "no backup was made")
        copy.execute("PRAGMA journal_mode = DELETE")  # the copy is one file, without companions
    return path.stat().st_size
