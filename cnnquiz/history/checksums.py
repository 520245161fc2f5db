"""Checksums: each row carries one over all its fields, and the file counts its rows, so that no damage goes unseen.

Triggers write both, in the transaction of the row itself. SQLite's own check finds what is wrong with pages and
indexes; a checksum finds what is wrong with a value.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Iterator

TABLES = {  # the fields by table, the row's id first
    "texts": ("id", "text"),
    "items": ("id", "bank", "item"),
    "revisions": ("id", "item", "content_hash", "topic"),
    "sessions": ("id", "uid", "bank", "mode", "started", "finished", "plan"),
    "attempts": (
        "id", "session", "revision", "seed", "response", "key", "verdict", "score", "misconception", "hints", "seconds",
        "time", "version", "mode",
    ),
    "cards": ("item", "due", "last", "state", "step", "stability", "difficulty", "right"),
    "withdrawals": ("attempt", "time"),
    "exams": ("id", "day", "time"),
}  # fmt: skip
LATER = ("withdrawals", "exams")  # the tables that came after the checksums
COUNTED = tuple(name for name in TABLES if name != "cards")  # a card can be made again, and is replaced at each answer


def register(db: sqlite3.Connection) -> None:
    """Teach a connection the function that the triggers call."""
    db.create_function("checksum", -1, checksum, deterministic=True)


def checksum(*fields: object) -> int:
    """The CRC-32 of a row's fields."""
    return zlib.crc32(repr(fields).encode())


def expression(table: str, row: str = "") -> str:
    """The checksum of a row in SQL; `row` is what the row is called in a trigger, new or old.

    Texts are read as bytes, since damage can make them no text.
    """
    fields = [f'{row}."{field}"' if row else f'"{field}"' for field in TABLES[table]]
    values = (f"CASE typeof({one}) WHEN 'text' THEN CAST({one} AS BLOB) ELSE {one} END" for one in fields)
    return f"checksum({', '.join(values)})"


def install(db: sqlite3.Connection) -> None:
    """Give every row its checksum, the file its counts, and the triggers that keep them."""
    db.execute('CREATE TABLE counts ("table" TEXT PRIMARY KEY, rows INTEGER NOT NULL) STRICT, WITHOUT ROWID')
    for table in TABLES:
        if table not in LATER:
            protect(db, table)
    whole = f"old.sum = {expression('sessions', 'old')}"  # what is damaged already stays so
    write = f"UPDATE sessions SET sum = {expression('sessions', 'new')} WHERE id = new.id AND {whole}"
    db.execute(f"CREATE TRIGGER sessions_updated AFTER UPDATE OF plan, finished ON sessions BEGIN {write}; END")


def protect(db: sqlite3.Connection, table: str) -> None:
    """Give the rows of a table their checksums and count, and the triggers that keep them."""
    key = TABLES[table][0]
    db.execute(f"ALTER TABLE {table} ADD COLUMN sum INTEGER")
    db.execute(f"UPDATE {table} SET sum = {expression(table)}")
    write = f"UPDATE {table} SET sum = {expression(table, 'new')} WHERE {key} = new.{key}"
    up, down = (f"""UPDATE counts SET rows = rows {sign} 1 WHERE "table" = '{table}'""" for sign in "+-")
    if table in COUNTED:
        db.execute(f"INSERT INTO counts SELECT '{table}', count(*) FROM {table}")
        db.execute(f"CREATE TRIGGER {table}_deleted AFTER DELETE ON {table} BEGIN {down}; END")
        write = f"{write}; {up}"
    db.execute(f"CREATE TRIGGER {table}_inserted AFTER INSERT ON {table} BEGIN {write}; END")


def damaged_rows(db: sqlite3.Connection) -> dict[str, list[int]]:
    """The ids of the rows whose checksums are wrong, by table."""
    found = {
        table: [row[0] for row in db.execute(f"SELECT {key} FROM main.{table} WHERE sum IS NOT {expression(table)}")]
        for table, (key, *_) in TABLES.items()
    }
    return {table: ids for table, ids in found.items() if ids}


def miscounts(db: sqlite3.Connection) -> Iterator[str]:
    """The tables that do not have as many rows as were written, in words."""
    written = dict(db.execute('SELECT "table", rows FROM counts').fetchall())
    for table in COUNTED:
        here = db.execute(f"SELECT count(*) FROM main.{table}").fetchone()[0]
        if here != written.get(table):
            yield f"{table} has {here:,} rows, and {written.get(table, 0)!s} were written"


def hide(db: sqlite3.Connection, damaged: Iterable[str] = ()) -> None:
    """Leave withdrawn attempts and damaged rows out of what this connection reads; writes name the schema `main`."""
    hidden = {"attempts": ["id NOT IN (SELECT attempt FROM withdrawals)"]}
    for table in damaged:
        hidden.setdefault(table, []).append(f"sum IS {expression(table)}")
    for table, conditions in hidden.items():
        db.execute(f"DROP VIEW IF EXISTS temp.{table}")
        db.execute(f"CREATE TEMP VIEW {table} AS SELECT * FROM main.{table} WHERE {' AND '.join(conditions)}")


def in_words(damaged: dict[str, list[int]]) -> str:
    """How many rows are damaged: 1 of attempts, 2 of cards."""
    return ", ".join(f"{len(ids):,} of {table}" for table, ids in damaged.items())


def leave_out_damage(db: sqlite3.Connection) -> list[str]:
    """Hide the damaged rows; what is damaged, in words. Another terminal may be writing meanwhile."""
    db.execute("BEGIN")
    try:
        damaged = damaged_rows(db)
        counts = list(miscounts(db))
    finally:
        db.execute("ROLLBACK")
    hide(db, damaged)
    faults = [f"damaged rows are left out: {in_words(damaged)}"] if damaged else []
    return [*faults, *counts]
