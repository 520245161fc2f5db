"""Upkeep of the file: a check of the whole of it, a copy while it is in use, and a copy put back in its place."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from msgspec import Struct

from cnnquiz.errors import CnnquizError
from cnnquiz.files import opened, replacement
from cnnquiz.history import checksums, rows
from cnnquiz.history.database import (
    LAYOUT,
    UNREADABLE,
    VERSION,
    Unusable,
    connected_to_read,
    is_there,
    layout,
    pragma,
    reason,
    refuse_foreign,
    refuse_place,
    transaction,
)
from cnnquiz.history.log import DAMAGED, free_name, lost_commits
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


def exists(path: Path) -> bool:
    """Whether there is a history; CnnquizError where something else is in its place."""
    try:
        refuse_place(path)
    except Unusable as error:
        raise unusable(path, error) from None
    return is_there(path)


def unusable(path: Path, error: Exception) -> CnnquizError:
    """The error to raise for a history that cannot be used."""
    return CnnquizError(f"history at {path} cannot be used ({reason(error)}); nothing was changed")


def check(path: Path) -> Health:
    """Read the whole file, its indexes, references, checksums, counts and log; nothing is written, nor migrated.

    CnnquizError where it is no history, or one of a newer program.
    """
    try:
        with connected_to_read(path) as db:
            version = pragma(db, "user_version")
            try:
                refuse_foreign(db)
                log_faults = (DAMAGED,) if lost_commits(path) else ()
                if not version and not log_faults:
                    raise Unusable("it is empty")
                faults = log_faults or faults_of(db)
            except UNREADABLE as error:
                if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_NOTADB:
                    raise
                faults = (reason(error),)
            attempts, items, sessions = (
                0 if faults else int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
                for table in ("attempts", "items", "sessions")
            )
    except (OSError, Unusable, *UNREADABLE) as error:
        raise unusable(path, error) from None
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
    if layout(db) != LAYOUT:
        yield "its tables are not those of this version"


def rebuild(history: History) -> int:
    """Make all cards again from the attempts; how many there are."""
    try:
        with transaction(history.db):
            history.db.execute("DELETE FROM main.cards")
            rows.rebuild_cards(history.db, rows.every_item(history.db))
    except UNREADABLE as error:
        raise history.damage_error(error, "nothing was changed") from None
    return int(history.db.execute("SELECT count(*) FROM main.cards").fetchone()[0])


def backup(history: History, path: Path, force: bool = False) -> int:
    """Copy the history to a file, while others may be writing to it; the copy's size in bytes."""
    if not is_there(history.path):
        raise CnnquizError(f"{history.path}: no history yet, and nothing to copy")
    if path.exists() and path.samefile(history.path):
        raise CnnquizError(f"{path}: that is the history itself; name another file")
    free_path(path, force)
    safely = replacement(path, "the backup cannot be written", (OSError, sqlite3.Error), new=not force)
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
    opened(backup).close()
    if exists(path) and backup.samefile(path):
        raise CnnquizError(f"{backup}: that is the history itself; name a backup")
    health = check(backup)
    if health.faults:
        raise CnnquizError(f"{backup}: this backup is damaged ({health.faults[0]}); nothing was changed")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unusable(path, error) from None
    with replacement(path, "the backup cannot be restored", (OSError, sqlite3.Error)) as draft:
        with connected_to_read(backup) as source, closing(sqlite3.connect(draft)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
        return set_aside(path)


def set_aside(path: Path) -> Path | None:
    """A second name for the history, under which it stays when another file takes its place."""
    if not path.exists():
        return None
    settle(path)
    aside = free_name(path)
    os.link(path, aside)
    for companion in COMPANIONS:
        with suppress(FileNotFoundError):
            path.with_name(path.name + companion).replace(aside.with_name(aside.name + companion))
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
