"""A history with an odd value in one column of one row: whatever it is, each command answers and no quiz is ended.

The value is written behind the program's back, with the checksum of its row made again, so that it is believed, or
left as it was; in a table that takes only its own types, or one that takes any. The suite tries some of the values;
`python tests/fuzz/values.py` tries all of them.
"""

from __future__ import annotations

import contextlib
import io
import os
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from itertools import product
from pathlib import Path
from typing import NamedTuple
from unittest import mock

sys.path.insert(0, str(Path(__file__).parents[1]))

from history.writer import START, attempt

from cnnquiz import __main__ as program
from cnnquiz.history import History, checksums

VALUES = (
    None, "", "odd", "\udc00".encode("utf-8", "surrogatepass"), b"\x00\xff", 0, -1, 2**63 - 1, -(2**63), 0.5, -1.5,
    1e300, float("inf"), float("-inf"), "[]", '{"paths": {"a": {"b": 1}}}', '{"items": 5, "paths": {"": ""}}',
    "9" * 400,
)  # fmt: skip
COMMANDS = (
    "take week8 --answers d --limit 1", "take week8 --limit 1", "drill conv --answers-file a.txt", "drill conv",
    "review", "review --forecast", "stats", "stats --export out.csv --force", "stats --import in.csv", "list",
    "history check", "history backup copy.db --force", "history rebuild",
)  # fmt: skip
QUIZZES = ("take", "drill", "review", "list")


class Case(NamedTuple):
    """One odd value: where it stands, whether the row's checksum fits it, and whether the table takes any type."""

    table: str
    column: str
    value: object
    believed: bool
    loose: bool


def cases(values: tuple[object, ...] = VALUES) -> Iterator[Case]:
    """Every column of every table with every value, in each way."""
    columns = [(table, column) for table, fields in checksums.TABLES.items() for column in (*fields, "sum")]
    columns += [("counts", "table"), ("counts", "rows")]
    for (table, column), value, believed, loose in product(columns, values, (True, False), (True, False)):
        yield Case(table, column, value, believed, loose)


def sound(path: Path) -> None:
    """A history with answers to quizzes, one of them unfinished, and to a drill."""
    with History.open(path) as history:
        plan = {"items": ["conv-output-size"], "paths": {"mine": "/a/b.yaml"}}
        for name, mode in (("first", "take"), ("second", "take"), ("third", "drill")):
            bank = "conv" if mode == "drill" else "week8"
            history.start_session(bank, mode, plan if mode == "take" else {"seed": 1, "standings": []}, START, name)
        for number in range(9):
            history.record(attempt(("first", "second", "third")[number % 3], number))
        history.finish_session("first", START)


def put(path: Path, case: Case) -> bool:
    """Write the odd value into the first row; False where the table does not take it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        checksums.register(db)
        if case.loose:
            db.execute("PRAGMA writable_schema = ON")
            db.execute("UPDATE sqlite_schema SET sql = replace(replace(sql, 'STRICT', ''), ') , ', ') ')")
            db.execute("UPDATE sqlite_schema SET sql = replace(sql, 'NOT NULL', '') WHERE type = 'table'")
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        checksums.register(db)
        for name, in db.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {name}")
        key = '"table"' if case.table == "counts" else checksums.TABLES[case.table][0]
        first = f"{key} = (SELECT min({key}) FROM {case.table})"
        if case.believed and case.table in checksums.TABLES and case.column != "sum":
            then = f"UPDATE {case.table} SET sum = {checksums.expression(case.table)}"
        else:
            then = ""
        try:
            db.execute("PRAGMA ignore_check_constraints = ON")
            db.execute(f'UPDATE {case.table} SET "{case.column}" = ? WHERE {first}', (case.value,))
            db.execute(then)
        except (sqlite3.Error, OverflowError):
            return False
    return True


def run(words: str) -> tuple[int, str]:
    """The exit code of a command in this process, and what it has written."""
    out, typed = io.StringIO(), io.StringIO("d\n10\nq\n")
    patched = mock.patch.multiple(sys, argv=["cnnquiz", *words.split()], stdin=typed, stdout=out, stderr=out)
    with patched, mock.patch.object(program, "discard_lost_output"):
        try:
            code = program.run()  # not main, which also sets what signals do in this process
        except BaseException as problem:
            code = program.explain(problem)
        return code, out.getvalue()


def faults(folder: Path, whole: bytes, case: Case) -> list[str]:
    """The commands that a history with that value ends, and what they say."""
    path, wrong = folder / "home" / "history.db", []
    for words in COMMANDS:
        for each in path.parent.iterdir():
            each.unlink()
        path.write_bytes(whole)
        if not put(path, case):
            return []
        code, said = run(words)
        quiz = words.split()[0] in QUIZZES
        if "fault of cnnquiz" in said or "Traceback" in said or code not in ((0, 3) if quiz else (0, 1, 2, 3)):
            wrong.append(f"{words}: exit {code}, {said[-300:]}")
    return wrong


@contextlib.contextmanager
def workplace() -> Iterator[tuple[Path, bytes]]:
    """A folder to work in, and the bytes of a sound history."""
    with tempfile.TemporaryDirectory() as name, contextlib.chdir(name):
        folder = Path(name)
        (folder / "a.txt").write_text("10\n9x9x9\n")
        path = folder / "home" / "history.db"
        sound(path)
        whole = path.read_bytes()
        with mock.patch.dict(os.environ, {"CNNQUIZ_HOME": str(path.parent)}):
            run("stats --export in.csv")
            yield folder, whole


def main() -> None:
    """Try all cases; says each fault, and exits 1 where there is one."""
    counts = Counter[str]()
    with workplace() as (folder, whole):
        for case in cases():
            counts["cases"] += 1
            for fault in faults(folder, whole, case):
                counts[fault.split(":")[0]] += 1
                if counts[fault.split(":")[0]] < 6:
                    sys.stderr.write(f"{case}\n    {fault}\n")
    sys.stdout.write(f"{dict(counts)}\n")
    sys.exit(len(counts) > 1)


if __name__ == "__main__":
    main()
