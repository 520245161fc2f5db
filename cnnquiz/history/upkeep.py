"""Upkeep of the file: a check of the whole of it, a copy while it is in use, and a copy put back in its place."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from cnnquiz.errors import CnnquizError
from cnnquiz.files import replacement
from cnnquiz.history import checksums, rows
from cnnquiz.history.database import (
    UNREADABLE,
    VERSION,
    Unusable,
    connect_to_read,
    in_memory,
    pragma,
    reason,
    refuse_foreign,
    transaction,
)
from cnnquiz.history.store import History
from cnnquiz.history.transfer import free_path

MOST_FAULTS = 20
COMPANIONS = ("-wal", "-shm", "-journal")  # what SQLite keeps beside the file while it is in use


class Health(Struct, frozen=True):
    """What `history check` found; without faults the file is sound."""

    path: str
    size: int
    version: int
    attempts: int
    items: int
    sessions: int
    faults: tuple[str, ...]


def check(path: Path) -> Health:
    """Read the whole file, its indexes, references, checksums and counts; nothing is written, nor migrated.

    CnnquizError where it is no history, or one of a newer program.
    """
    try:
        with closing(connect_to_read(path)) as db:
            version = pragma(db, "user_version")
            try:
                refuse_foreign(db)
                faults = faults_of(db)
            except UNREADABLE as error:
                if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_NOTADB:
                    raise
                faults = (reason(error),)
            attempts, items, sessions = (
                0 if faults else int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
                for table in ("attempts", "items", "sessions")
            )
    except (OSError, Unusable, *UNREADABLE) as error:
        raise CnnquizError(f"history at {path} cannot be used ({reason(error)}); nothing was changed") from None
    return Health(str(path), path.stat().st_size, version, attempts, items, sessions, faults)


def faults_of(db: sqlite3.Connection) -> tuple[str, ...]:
    """The faults of the file, a line each; at most twenty."""
    try:
        lines = [str(row[0]) for row in db.execute(f"PRAGMA integrity_check({MOST_FAULTS})") if row[0] != "ok"]
        lines += [
            f"a row of {row[0]} names a missing row of {row[2]}" for row in db.execute("PRAGMA foreign_key_check")
        ]
        if not lines and pragma(db, "user_version") == VERSION:
            lines = list(content_faults(db))
    except UNREADABLE as error:
        lines = [reason(error)]
    return tuple(part.strip() for line in lines for part in line.splitlines() if part.strip())[:MOST_FAULTS]


def content_faults(db: sqlite3.Connection) -> Iterator[str]:
    """What SQLite cannot know: fields that have changed, rows that are gone, tables that are others."""
    if damaged := checksums.damaged_rows(db):
        yield f"rows whose fields have changed: {checksums.in_words(damaged)}"
    yield from checksums.miscounts(db)
    with closing(in_memory()) as new:
        if layout(new) != layout(db):
            yield "its tables are not those of this version"


def layout(db: sqlite3.Connection) -> set[tuple[str, str]]:
    """The tables, indexes and triggers by name, with their SQL."""
    found = db.execute("SELECT name, coalesce(sql, '') FROM sqlite_schema")
    return {(name, " ".join(sql.split())) for name, sql in found}


def rebuild(history: History) -> int:
    """Make all cards again from the attempts; how many there are."""
    with transaction(history.db):
        history.db.execute("DELETE FROM main.cards")
        rows.rebuild_cards(history.db, rows.every_item(history.db))
    return int(history.db.execute("SELECT count(*) FROM main.cards").fetchone()[0])


def backup(history: History, path: Path, force: bool = False) -> int:
    """Copy the history to a file, while others may be writing to it; the copy's size in bytes."""
    if path.exists() and path.samefile(history.path):
        raise CnnquizError(f"{path}: is there already; name another file, or add --force to replace it")
    safely = replacement(free_path(path, force), "the backup cannot be written", (OSError, sqlite3.Error))
    with safely as draft, closing(sqlite3.connect(draft)) as copy:
        history.db.backup(copy)
        checksums.register(copy)
        if faults := faults_of(copy):
            raise history.damage_error(Exception(faults[0]), "no backup was made")
        copy.execute("PRAGMA journal_mode = DELETE")  # the copy is one file, without companions
    return path.stat().st_size


def restore(backup: Path, path: Path) -> Path | None:
    """Put a backup in the place of the history, which is set aside; where that lies, or None if there was none.

    CnnquizError, and nothing changed, where the backup is not sound or another terminal uses the history.
    """
    if path.exists() and backup.samefile(path):
        raise CnnquizError(f"{backup}: that is the history itself; name a backup")
    health = check(backup)
    if health.faults:
        raise CnnquizError(f"{backup}: this backup is damaged ({health.faults[0]}); nothing was changed")
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with closing(connect_to_read(backup)) as source, closing(sqlite3.connect(draft)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
        aside = set_aside(path)
        draft.replace(path)
    except (OSError, sqlite3.Error) as error:
        raise CnnquizError(f"{path}: the backup cannot be restored ({reason(error)})") from None
    finally:
        draft.unlink(missing_ok=True)
    return aside


def set_aside(path: Path) -> Path | None:
    """A second name for the history, under which it stays when another file takes its place."""
    if not path.exists():
        return None
    settle(path)
    name = f"{path.stem}-{datetime.now():%Y%m%d-%H%M%S}"
    names = (f"{name}{more}{path.suffix}" for more in ("", *(f"-{number}" for number in range(2, 1000))))
    aside = next(one for one in map(path.with_name, names) if not one.exists())
    for companion in COMPANIONS:
        with suppress(FileNotFoundError):
            path.with_name(path.name + companion).replace(aside.with_name(aside.name + companion))
    os.link(path, aside)
    return aside


def settle(path: Path) -> None:
    """Write what is in the log into the file itself; CnnquizError where another terminal uses it."""
    try:
        with closing(sqlite3.connect(path, timeout=1, isolation_level=None)) as db:
            db.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise CnnquizError(f"{path}: another terminal uses it; close it there first") from None
    except sqlite3.DatabaseError:
        return  # a damaged file is set aside as it is, with its log
