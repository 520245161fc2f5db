"""Looking after the file: whether it is whole, and a copy of it while it is in use."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from msgspec import Struct

from cnnquiz.errors import CnnquizError
from cnnquiz.history.database import pragma, reason
from cnnquiz.history.store import History


class Health(Struct, frozen=True):
    """What `history check` found. No faults: the file is whole."""

    path: str
    size: int
    version: int
    attempts: int
    items: int
    sessions: int
    faults: tuple[str, ...]


def check(history: History) -> Health:
    """Let SQLite read the whole file, its indexes and its references."""
    faults = found_faults(history.db)
    attempts, items, sessions = (
        0 if faults else count(history.db, table) for table in ("attempts", "items", "sessions")
    )
    size = history.path.stat().st_size if history.path.is_file() else 0
    version = pragma(history.db, "user_version")
    return Health(str(history.path), size, version, attempts, items, sessions, faults)


def found_faults(db: sqlite3.Connection) -> tuple[str, ...]:
    """What is broken in the file, a line each; the first twenty."""
    try:
        lines = [str(row[0]) for row in db.execute("PRAGMA integrity_check(20)") if row[0] != "ok"]
        lines += [
            f"a row of {row[0]} names a missing row of {row[2]}" for row in db.execute("PRAGMA foreign_key_check")
        ]
    except sqlite3.Error as error:
        lines = [reason(error)]
    return tuple(part.strip() for line in lines for part in line.splitlines() if part.strip())[:20]


def count(db: sqlite3.Connection, table: str) -> int:
    """The number of rows of a table."""
    return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def backup(history: History, path: Path, force: bool = False) -> int:
    """Copy the history to a file, while others may be writing to it; the copy's size in bytes."""
    if path.exists() and (not force or not path.is_file() or path.samefile(history.path)):
        raise CnnquizError(f"{path}: is there already; name another file, or add --force to replace it")
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with closing(sqlite3.connect(draft)) as copy:
            history.db.backup(copy)
            if faults := found_faults(copy):
                raise history.damaged(Exception(faults[0]), "no backup was made")
            copy.execute("PRAGMA journal_mode = DELETE")  # the copy is one file, without companions
        draft.replace(path)
        return path.stat().st_size
    except (OSError, sqlite3.Error) as error:
        raise CnnquizError(f"{path}: the backup cannot be written ({reason(error)})") from None
    finally:
        draft.unlink(missing_ok=True)
