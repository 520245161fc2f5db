"""The SQLite file: where it is, how it is opened without harm, and how an old one is migrated."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import stat
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

from cnnquiz.files import replacement
from cnnquiz.history import checksums, rows
from cnnquiz.history.log import log_of

HERE = Path(__file__).parent
MAGIC = 0x636E6E71  # "cnnq" in SQLite's header marks the file as this program's
WAIT = 5.0  # seconds that a write waits for another terminal's write
CHECKED = 2_000_000  # bytes up to which a file is checked as it is opened, in about a tenth of a second
DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CONSTRAINT)
UNREADABLE = (sqlite3.Error, ValueError, TypeError, OverflowError)  # what reading a damaged row can raise


class Unusable(Exception):
    """The history file cannot be used; the message says why."""


def default_path() -> Path:
    """The history's path: in `CNNQUIZ_HOME` if that is set, otherwise in the user's data folder."""
    home = os.environ.get("CNNQUIZ_HOME", "").strip()
    if home:
        return Path(home).absolute() / "history.db"
    import platformdirs

    return Path(platformdirs.user_data_dir("cnnquiz", appauthor=False)) / "history.db"


def is_there(path: Path) -> bool:
    """Whether the file is there; False also where that may not be seen."""
    try:
        return path.is_file()
    except OSError:
        return False


def refuse_place(path: Path) -> None:
    """Raise Unusable where something else is in the file's place, or where that may not be seen."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return
    except OSError as error:
        raise Unusable(reason(error)) from error
    if not stat.S_ISREG(mode):
        raise Unusable("a folder, a pipe or a device is in its place")


MIGRATIONS: dict[int, Callable[[sqlite3.Connection], None]] = {  # by the version that each leads to
    2: lambda db: run(db, HERE / "migrations" / "2-cards.sql"),
    3: checksums.install,
    4: lambda db: withdrawals(db),
}
NEW = 2  # the version of schema.sql
VERSION = max(MIGRATIONS)  # that this program writes
LAYOUT = 0x6D54DFAB  # of the tables of that version


def connect(path: Path) -> sqlite3.Connection:
    """An open history, new or migrated and ready to be written; Unusable if that cannot be."""
    db = None
    try:
        refuse_place(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        if not is_there(path):
            create(path.resolve())
        db = sqlite3.connect(path, timeout=WAIT, isolation_level=None)
        checksums.register(db)
        refuse_foreign(db)
        refuse_damaged(db, path)
        prepare(db)
        checksums.hide(db)
        return db
    except (OSError, Unusable, *UNREADABLE) as error:
        if db is not None:
            db.close()
        raise Unusable(reason(error)) from error


def create(path: Path) -> None:
    """Make a history that is whole from its first moment, unless another process is first."""
    with (
        suppress(FileExistsError),
        replacement(path, "", errors=(), new=True) as draft,
        closing(sqlite3.connect(draft, isolation_level=None)) as db,
    ):
        checksums.register(db)
        migrate(db)


@contextmanager
def connected_to_read(path: Path) -> Iterator[sqlite3.Connection]:
    """A history as it is, neither migrated nor written to; Unusable or sqlite3.Error if it cannot be opened."""
    refuse_place(path)
    log = log_of(path)
    in_use = log.exists() and log.stat().st_size > 0
    with ExitStack() as after:
        if in_use and not os.access(path.parent, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
            folder = after.enter_context(tempfile.TemporaryDirectory())  # SQLite reads a log where it can keep an index
            path, log = (Path(shutil.copy(file, folder)) for file in (path, log))
        how = "mode=ro" if in_use else "mode=ro&immutable=1"
        db = sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True, timeout=WAIT, isolation_level=None)
        after.enter_context(closing(db))
        checksums.register(db)
        yield db


def in_memory() -> sqlite3.Connection:
    """A history for this run only."""
    db = sqlite3.connect(":memory:", isolation_level=None)
    checksums.register(db)
    migrate(db)
    checksums.hide(db)
    return db


def copy_in_memory(path: Path) -> sqlite3.Connection | None:
    """What a sound file holds, for this run only; None where it cannot be read."""
    db = sqlite3.connect(":memory:", isolation_level=None)
    checksums.register(db)
    try:
        with connected_to_read(path) as source:
            refuse_foreign(source)
            refuse_damaged(source, path)
            source.backup(db)
        migrate(db)
        checksums.hide(db)
    except (OSError, Unusable, *UNREADABLE):
        return None
    return db


def reason(error: Exception) -> str:
    """Why it failed, in the system's words without the path."""
    if isinstance(error, FileExistsError | NotADirectoryError):
        return "there is a file or a broken link where its folder should be"
    if isinstance(error, OSError) and error.errno == errno.ELOOP:
        return "a link in its path leads in a circle"
    if isinstance(error, UnicodeError):
        return "a text in it is not UTF-8"
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__


def refuse_foreign(db: sqlite3.Connection) -> None:
    """Raise Unusable for a file of a newer or of another program, before anything is written."""
    version, magic = pragma(db, "user_version"), pragma(db, "application_id")
    tables = db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if tables and magic != MAGIC:
        raise Unusable("it is not a history of cnnquiz")
    if version > VERSION:
        raise Unusable(f"it is of version {version}, newer than this cnnquiz: update cnnquiz to use it")


def refuse_damaged(db: sqlite3.Connection, path: Path) -> None:
    """Raise Unusable for a file that is damaged, before anything is written.

    A large file is not read through here; its damage shows when a page of it is read.
    """
    if pragma(db, "user_version") == VERSION and layout(db) != LAYOUT:
        raise Unusable("it is damaged, its tables are not those of this version; see `cnnquiz history check`")
    if not is_small(path):
        return
    found = db.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok":
        raise Unusable("it is damaged, see `cnnquiz history check`")


def layout(db: sqlite3.Connection) -> int:
    """The checksum of the tables, indexes and triggers with their SQL."""
    found = db.execute("SELECT name, coalesce(sql, '') FROM main.sqlite_schema ORDER BY name")
    return zlib.crc32(repr([(name, " ".join(sql.split())) for name, sql in found]).encode())


def is_small(path: Path, most: int | None = None) -> bool:
    """Whether all of the file can be read through as the history is opened."""
    return is_there(path) and path.stat().st_size <= (CHECKED if most is None else most)


def is_damage(error: Exception) -> bool:
    """Whether an error means that the file is damaged, and not that it is locked or the disk is full."""
    if not isinstance(error, sqlite3.Error):
        return True
    code = getattr(error, "sqlite_errorcode", 0)
    return (code & 0xFF) in DAMAGE or "decode" in str(error)


def prepare(db: sqlite3.Connection) -> None:
    """Make every commit survive a kill and a power cut, and migrate the tables."""
    write_ahead(db)
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    migrate(db)
    db.execute("BEGIN IMMEDIATE")  # a file that cannot be written shows it now and not at the first answer
    db.execute(f"PRAGMA user_version = {VERSION}")
    db.execute("ROLLBACK")


def write_ahead(db: sqlite3.Connection) -> None:
    """Switch to the write-ahead log. SQLite does not itself wait for another process that does the same."""
    last = time.monotonic() + WAIT
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > last:
                raise
            time.sleep(0.02)


def migrate(db: sqlite3.Connection) -> None:
    """Create the tables, or apply each missing migration and rebuild the cards; all in one transaction."""
    if pragma(db, "user_version") == VERSION:
        return
    with transaction(db):
        version = pragma(db, "user_version")  # another process may have been first
        if version == 0:
            run(db, HERE / "schema.sql")
        for leads_to, apply in MIGRATIONS.items():
            if leads_to > (version or NEW):
                apply(db)
        if version:
            rows.rebuild_cards(db, rows.every_item(db))
        db.execute(f"PRAGMA application_id = {MAGIC}")
        db.execute(f"PRAGMA user_version = {VERSION}")


def withdrawals(db: sqlite3.Connection) -> None:
    """Make the tables that came with version 4, and protect them as the others are."""
    run(db, HERE / "migrations" / "4-withdrawals.sql")
    for table in checksums.LATER:
        checksums.protect(db, table)


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
