"""The SQLite file: where it lies, opening it without ever harming it, and bringing an old one up to date."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cnnquiz.history import cards

HERE = Path(__file__).parent
MAGIC = 0x636E6E71  # "cnnq": marks the file as ours in SQLite's header
WAIT = 5.0  # seconds that a write waits for another terminal's write
CHECKED = 4_000_000  # bytes up to which a file is checked as it is opened, in less than a tenth of a second
DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
UNREADABLE = (sqlite3.Error, ValueError, TypeError, OverflowError)  # what reading a damaged row can raise


class Unusable(Exception):
    """A history file that cannot be used, and in one phrase why."""


def default_path() -> Path:
    """Where the history lies: in `CNNQUIZ_HOME` if that is set, otherwise in the user's data folder."""
    home = os.environ.get("CNNQUIZ_HOME", "").strip()
    if home:
        return Path(home).absolute() / "history.db"
    import platformdirs

    return Path(platformdirs.user_data_dir("cnnquiz", appauthor=False)) / "history.db"


def is_there(path: Path) -> bool:
    """Whether the file is there, as far as one is allowed to see."""
    try:
        return path.is_file()
    except OSError:
        return False


def migrations() -> list[Path]:
    """The numbered SQL files that bring an older history up to date, in order: 2-cards.sql, 3-..."""
    return sorted((HERE / "migrations").glob("*.sql"), key=number)


def number(migration: Path) -> int:
    """The version to which a migration leads."""
    return int(migration.name.split("-")[0])


def current_version() -> int:
    """The version that this program writes."""
    return max((number(migration) for migration in migrations()), default=1)


def connect(path: Path, checked: bool = True) -> sqlite3.Connection:
    """An open history, new or brought up to date and ready to be written; Unusable if that cannot be."""
    db = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(path, timeout=WAIT, isolation_level=None)
        refuse_foreign(db)
        if checked:
            refuse_damaged(db, path)
        prepare(db)
        return db
    except (OSError, sqlite3.Error, Unusable) as error:
        if db is not None:
            db.close()
        raise Unusable(reason(error)) from error


def in_memory() -> sqlite3.Connection:
    """A history for this run only."""
    db = sqlite3.connect(":memory:", isolation_level=None)
    bring_up_to_date(db)
    return db


def reason(error: Exception) -> str:
    """Why it failed, in the system's own words without the path."""
    if isinstance(error, FileExistsError):
        return "there is a file where its folder should be"
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__


def refuse_foreign(db: sqlite3.Connection) -> None:
    """Raise Unusable for a file of a newer program or of another one; nothing has been written by then."""
    version, magic = pragma(db, "user_version"), pragma(db, "application_id")
    tables = db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if tables and magic != MAGIC:
        raise Unusable("it is not a history of cnnquiz")
    if version > current_version():
        raise Unusable(f"it is of version {version}, newer than this cnnquiz: update cnnquiz to use it")


def refuse_damaged(db: sqlite3.Connection, path: Path) -> None:
    """Raise Unusable for a file that is broken, as far as that is found quickly; nothing has been written by then.

    A large file is not read through: the first page of it that proves to be damaged says so.
    """
    if path.stat().st_size > CHECKED:
        return
    found = db.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise Unusable("it is damaged, see `cnnquiz history check`")


def is_damage(error: Exception) -> bool:
    """Whether an error says that the file itself is broken, and not that it is locked or the disk is full."""
    if not isinstance(error, sqlite3.Error):
        return True
    code = getattr(error, "sqlite_errorcode", 0)
    return (code & 0xFF) in DAMAGE or "decode" in str(error)


def prepare(db: sqlite3.Connection) -> None:
    """Make every commit survive a kill and a power cut, and the tables those of this program."""
    write_ahead(db)
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    bring_up_to_date(db)
    db.execute("BEGIN IMMEDIATE")  # a file that cannot be written shows it now and not at the first answer
    db.execute("ROLLBACK")


def write_ahead(db: sqlite3.Connection) -> None:
    """Switch to the write-ahead log; SQLite does not itself wait for another process that does so too."""
    last = time.monotonic() + WAIT
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > last:
                raise
            time.sleep(0.02)


def bring_up_to_date(db: sqlite3.Connection) -> None:
    """Create the tables, or apply each missing migration and build what follows; all in one transaction."""
    if pragma(db, "user_version") == current_version():
        return
    with transaction(db):
        version = pragma(db, "user_version")  # another process may have been first
        if version == 0:
            run(db, HERE / "schema.sql")
        else:
            for migration in migrations():
                if number(migration) > version:
                    run(db, migration)
            cards.rebuild(db, cards.every_item(db))
        db.execute(f"PRAGMA application_id = {MAGIC}")
        db.execute(f"PRAGMA user_version = {current_version()}")


def run(db: sqlite3.Connection, file: Path) -> None:
    """Run a file's statements inside the open transaction (`executescript` would commit it first)."""
    statement = ""
    for line in file.read_text(encoding="utf-8").splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            db.execute(statement)
            statement = ""


def pragma(db: sqlite3.Connection, name: str) -> int:
    """The value of one of SQLite's settings."""
    return int(db.execute(f"PRAGMA {name}").fetchone()[0])


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All of the block's writes, or none of them."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
