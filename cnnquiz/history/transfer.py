"""Attempts to and from another machine: out as JSON Lines or CSV; in without duplicates, all or nothing."""

from __future__ import annotations

import codecs
import contextlib
import csv
import json
import math
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import msgspec

from cnnquiz.errors import CnnquizError
from cnnquiz.files import opened, replacement
from cnnquiz.history import rows
from cnnquiz.history.database import UNREADABLE, reason, transaction
from cnnquiz.history.store import History
from cnnquiz.model import Attempt
from cnnquiz.patterns import pattern
from cnnquiz.shown import display_text, json_text

FIELDS = Attempt.__struct_fields__
LONGEST_LINE = 1_000_000
BLANK_IS_NONE = ("seed", "misconception", "seconds")
EARLIEST, LATEST = rows.micros("1970-01-01"), rows.micros("2999-12-31")
FORMULA = pattern(r"\s*(?:[=+@＝＋－＠'-]|::)")  # what a spreadsheet or a CI server would run
decoder = msgspec.json.Decoder(Attempt)


def export(history: History, path: Path, force: bool = False) -> int:
    """Write all attempts to a file, in the format that its name ends in; their number."""
    kind = format_of(path)
    safely = replacement(free_path(path, force), "the export failed", (OSError, sqlite3.Error), new=not force)
    with safely as draft, draft.open("w", encoding="utf-8", newline="") as file:
        attempts = all_attempts(history)
        return write_csv(file, attempts) if kind == ".csv" else write_lines(file, attempts)


def free_path(path: Path, force: bool) -> Path:
    """The path; CnnquizError where a file is there that may not be replaced."""
    if path.is_file() and not force:
        raise CnnquizError(f"{path}: is there already; name another file, or add --force to replace it")
    return path


def all_attempts(history: History) -> Iterator[Attempt]:
    """All attempts in the order in which they were written; CnnquizError where the file cannot be read."""
    try:
        yield from map(rows.attempt_of, history.db.execute(f"{rows.ATTEMPTS} ORDER BY a.id"))
    except UNREADABLE as error:
        raise history.damage_error(error, "nothing was exported") from None


def format_of(path: Path) -> str:
    """`.jsonl` or `.csv`, from the file's name."""
    kind = path.suffix.lower()
    if kind not in (".jsonl", ".csv"):
        raise CnnquizError(f"{path}: the name must end in .jsonl or .csv, which says the format")
    return kind


def write_lines(file: IO[str], attempts: Iterator[Attempt]) -> int:
    """Write one JSON object a line; the number of attempts."""
    return sum(file.write(json_text(msgspec.to_builtins(each)) + "\n") > 0 for each in attempts)


def write_csv(file: IO[str], attempts: Iterator[Attempt]) -> int:
    """Write a line with the names of the fields, then one row an attempt; an empty field is no value."""
    writer = csv.writer(file)
    writer.writerow(FIELDS)
    return sum(writer.writerow(map(cell, msgspec.structs.astuple(each))) > 0 for each in attempts)


def cell(value: Any) -> Any:
    """A field as CSV has it: a formula, or what is not shown, behind an apostrophe and escaped as in JSON."""
    if not isinstance(value, str) or not (FORMULA.match(value) or display_text(value) != value):
        return value
    return "'" + json_text(value)[1:-1]


def field(text: str) -> str:
    """The field that is written so in CSV; one that only begins with an apostrophe is what it says."""
    if text.startswith("'"):
        with contextlib.suppress(ValueError):
            return str(json.loads(f'"{text[1:]}"'))
    return text


def merge(history: History, path: Path) -> tuple[int, int]:
    """Import a file's attempts; how many it holds, and how many of them are new.

    If one line cannot be understood, nothing is imported.
    """
    kind = format_of(path)
    count = new = 0
    try:
        with opened(path) as file, transaction(history.db):
            last = history.db.execute("SELECT coalesce(max(id), 0) FROM attempts").fetchone()[0]
            for each in read_csv(path, file) if kind == ".csv" else read_lines(path, file):
                count += 1
                new += rows.insert_attempt(history.db, each, rows.item_id(history.db, each))
            rows.rebuild_cards(history.db, items_since(history, last))
    except (OSError, *UNREADABLE) as error:
        raise CnnquizError(f"{path}: the import failed ({reason(error)}); nothing was imported") from None
    return count, new


def items_since(history: History, last: int) -> list[int]:
    """The items of the attempts that were written after the row `last`."""
    found = history.db.execute(
        "SELECT DISTINCT r.item FROM attempts a JOIN revisions r ON r.id = a.revision WHERE a.id > ?", (last,)
    )
    return [row[0] for row in found]


def read_lines(path: Path, file: IO[bytes]) -> Iterator[Attempt]:
    """The attempts of a file of JSON Lines; empty lines are passed over."""
    number = 0
    while line := file.readline(LONGEST_LINE):
        number += 1
        line = line.removeprefix(codecs.BOM_UTF8)
        if line.strip():
            try:
                yield valid_attempt(decoder.decode(line))
            except (msgspec.MsgspecError, ValueError) as error:
                raise line_error(path, number, error) from None


def read_csv(path: Path, file: IO[bytes]) -> Iterator[Attempt]:
    """The attempts of a CSV file, whose first line names the fields."""
    lines = (line.decode("utf-8-sig" if number == 0 else "utf-8") for number, line in enumerate(file))
    reader = csv.DictReader(lines, strict=True)
    try:
        missing = [name for name in FIELDS if name != "mode" and name not in (reader.fieldnames or ())]
        if missing:
            raise ValueError(f"the head line lacks {', '.join(missing)}")
        for row in reader:
            yield valid_attempt(msgspec.convert(cells(row), Attempt, strict=False))
    except (csv.Error, msgspec.MsgspecError, ValueError) as error:
        raise line_error(path, max(reader.line_num, 1), error) from None


def cells(row: dict[str | Any, str | Any]) -> dict[str, Any]:
    """A row of CSV with None where a field that may have no value is empty."""
    if None in row or None in row.values():
        raise ValueError("it has more or fewer fields than the head line")
    return {name: None if name in BLANK_IS_NONE and value == "" else field(value) for name, value in row.items()}


def valid_attempt(attempt: Attempt) -> Attempt:
    """The attempt, with its time as the history writes it; ValueError if its values cannot be stored."""
    time = rows.micros(attempt.time)
    if not EARLIEST <= time <= LATEST:
        raise ValueError(f"time {attempt.time} is out of range")
    if not (math.isfinite(attempt.score) and math.isfinite(attempt.seconds or 0)):
        raise ValueError("score and seconds must be finite numbers")
    if not (0 <= attempt.hints < 1_000_000 and attempt.session and attempt.bank and attempt.item):
        raise ValueError("session, bank and item must be named, and hints must be a count")
    return msgspec.structs.replace(attempt, time=rows.moment_text(time))


def line_error(path: Path, number: int, error: Exception) -> CnnquizError:
    """The error to raise for a line that cannot be understood."""
    words = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
    return CnnquizError(f"{path}:{number}: not an attempt ({words}); nothing was imported")
