"""A history that cannot be used: it is said in one line, the quiz goes on, and no file is harmed."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from conftest import Program
from fuzz import flips, values
from history.writer import START, attempt

from cnnquiz import files
from cnnquiz.errors import CnnquizError
from cnnquiz.history import History, database, rows, store
from cnnquiz.history.database import transaction
from cnnquiz.history.transfer import export
from cnnquiz.history.upkeep import backup, check, rebuild


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "history.db"


def newer(file: Path) -> None:
    with History.open(file) as history:
        history.record(attempt("s", 1))
        history.db.execute("PRAGMA user_version = 99")


def foreign(file: Path) -> None:
    with closing(sqlite3.connect(file)) as db:
        db.execute("CREATE TABLE bookmarks (url TEXT)")


def half(file: Path) -> None:
    with History.open(file) as history:
        history.record(attempt("s", 1))
    file.write_bytes(file.read_bytes()[:5000])


UNUSABLE = {
    "text": (lambda file: file.write_text("not a database, but somebody's notes\n" * 100), "not a database"),
    "noise": (lambda file: file.write_bytes(bytes(range(256)) * 40), "not a database"),
    "half": (half, "malformed"),
    "newer": (newer, "newer than this cnnquiz"),
    "foreign": (foreign, "not a history of cnnquiz"),
}


@pytest.mark.parametrize("case", UNUSABLE)
def test_a_file_that_cannot_be_used_is_left_untouched(case: str, path: Path) -> None:
    make, words = UNUSABLE[case]
    path.parent.mkdir()
    make(path)
    before = path.read_bytes()
    with History.open(path) as history:
        assert history.problem and words in history.problem and str(path) in history.problem
        assert "nothing will be saved; your file is left untouched" in history.problem
        assert history.record(attempt("s", 1)) is False and history.record(attempt("s", 2)) is False
        assert len(history.responses("s")) == 2, "the quiz goes on"
    assert path.read_bytes() == before and list(path.parent.iterdir()) == [path]
    with pytest.raises(CnnquizError, match="nothing was changed"):
        History.require(path)


def below_a_file(tmp_path: Path) -> Path:
    (tmp_path / "file").write_text("here")
    return tmp_path / "file" / "history.db"


@pytest.mark.parametrize("make", [below_a_file, lambda tmp: tmp, lambda tmp: Path("/proc/none/history.db")])
def test_a_place_that_cannot_be_written_is_said_and_the_quiz_goes_on(make: object, tmp_path: Path) -> None:
    assert callable(make)
    with History.open(make(tmp_path)) as history:
        assert history.problem and history.problem.endswith("nothing will be saved")
        assert history.record(attempt("s", 1)) is False and len(history.responses("s")) == 1


@contextmanager
def nobody() -> Iterator[None]:
    """Without the rights of root, who is never refused."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@pytest.mark.parametrize(("mode", "filled"), [(0o555, False), (0o555, True), (0o000, True)])
def test_a_folder_that_is_read_only_is_left_as_it_is(mode: int, filled: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = Path(folder) / "home" / "history.db"
        path.parent.mkdir()
        if filled:
            History.open(path).close()
            path.chmod(0o444)
        before = path.read_bytes() if filled else b""
        path.parent.chmod(mode)
        with nobody(), History.open(path) as history:
            assert history.problem and "nothing will be saved" in history.problem
            assert history.record(attempt("s", 2)) is False and len(history.responses("s")) == 1
        path.parent.chmod(0o755)
        assert [file.read_bytes() for file in path.parent.iterdir()] == [before] * filled


def damaged(path: Path, start: int, size: int) -> bytes:
    """A history with so many bytes overwritten from there on; the file as it then is."""
    with History.open(path) as history, transaction(history.db):
        for number in range(500):
            rows.add_attempt(history.db, attempt("s", number, f"{number} {'x' * 100}"))
    with path.open("r+b") as file:
        file.seek(start)
        file.write(random.Random(1).randbytes(size))
    return path.read_bytes()


def test_a_damaged_file_is_found_on_opening_and_left_alone(
    program: Program, environment: dict[str, str], tmp_path: Path
) -> None:
    path = Path(environment["CNNQUIZ_HOME"]) / "history.db"
    before = damaged(path, 4096, 8192)
    (tmp_path / "new.csv").write_text("session\n")
    for command in (["stats"], ["stats", "--export", "q.jsonl"], ["stats", "--import", "new.csv"],
                    ["history", "backup", "q.db"]):  # fmt: skip
        done = program(*command)
        assert done.returncode == 2 and done.stderr.count("\n") == 1, done.stderr
        assert "damaged, see `cnnquiz history check`" in done.stderr and "nothing was changed" in done.stderr
    assert program("history", "check").returncode == 1
    taken = program("take", "week7", "--answers", "a", "--limit", "1")
    assert taken.returncode == 3 and "nothing will be saved; your file is left untouched" in taken.stderr
    assert path.read_bytes() == before and not (tmp_path / "q.jsonl").exists() and not (tmp_path / "q.db").exists()


def test_a_large_file_is_written_to_no_more_once_it_proves_damaged(path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(database, "CHECKED", 0)
    before = damaged(path, 81920, 60_000)
    for use in (lambda history: history.stats(START), lambda history: backup(history, path.with_name("copy.db")),
                lambda history: export(history, path.with_name("out.jsonl"))):  # fmt: skip
        with History.require(path) as history, pytest.raises(CnnquizError, match=r"is damaged \(.*history check"):
            use(history)
    with History.open(path) as history:
        assert history.problem is None
        for number in range(600, 603):
            assert history.record(attempt("t", number, f"new {number}")) is False
        assert history.problem and "nothing more is saved in it" in history.problem
        assert [one.seed for one in history.responses("t")] == [600, 601, 602], "the quiz goes on"
        assert history.due(START) == [] and history.mistakes("week8") == []
    assert path.read_bytes() == before and list(path.parent.iterdir()) == [path]


def test_a_flipped_bit_is_said_or_has_no_effect(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    whole = flips.history(path)
    right, said = flips.shown(path)
    assert not said and len(right["export"]) == flips.ATTEMPTS - 2, "two are taken back"
    outcomes = {flips.outcome(path, whole, right, seed) for seed in range(150)}
    assert outcomes == {"said", "without effect"}


def test_an_odd_value_in_any_column_ends_no_quiz() -> None:
    every = list(values.cases())
    with values.workplace() as (folder, whole):
        for case in random.Random(3).sample(every, 12):
            assert values.faults(folder, whole, case) == [], case


CHANGES = {
    "attempts": "UPDATE attempts SET seconds = 99 WHERE id = 2",
    "cards": "UPDATE cards SET stability = -1.0, due = 9e18",
    "sessions": """UPDATE sessions SET plan = '{"paths": {"a": {"b": 1}}}'""",
    "texts": "UPDATE texts SET text = 'another' WHERE text = 'd'",
    "items": "UPDATE items SET bank = 'week9'",
    "revisions": "UPDATE revisions SET topic = 'pooling'",
    "withdrawals": "INSERT INTO withdrawals (attempt, time, sum) VALUES (1, 0, 0)",
    "exams": "UPDATE exams SET day = '2026-07-01'",
}


def changed(path: Path, sql: str) -> None:
    """Two quizzes' history with something changed behind the program's back, triggers left out."""
    with History.open(path) as history:
        history.start_session("week8", "take", {"order": [1]}, START, "s")
        for number in (1, 2, 3):
            assert history.record(attempt("s", number))
        assert history.set_exam(None, START)
        history.db.execute("DROP VIEW temp.attempts")
        triggers = history.db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            history.db.execute(f"DROP TRIGGER {name}")
        history.db.execute(sql)
        for _, made in triggers:
            history.db.execute(made)


@pytest.mark.parametrize("table", CHANGES)
def test_a_changed_row_is_said_and_left_out_and_the_quiz_goes_on(
    table: str, program: Program, environment: dict[str, str]
) -> None:
    path = Path(environment["CNNQUIZ_HOME"]) / "history.db"
    changed(path, CHANGES[table])
    checked = program("history", "check")
    assert checked.returncode == 1 and f"of {table}" in checked.stdout
    take, review = ["take", "week8", "--answers", "d", "--limit", "1"], ["review", "--format", "json"]
    for command in (["stats"], ["list"], take, review):
        done = program(*command)
        assert done.returncode == 0, done.stderr
        assert "damaged rows are left out" in done.stderr and f"of {table}" in done.stderr, command


@pytest.mark.parametrize("table", ["texts", "items", "revisions"])
def test_answers_are_saved_beside_a_damaged_row_that_has_their_values(table: str, path: Path) -> None:
    changed(path, f"UPDATE {table} SET sum = sum + 1 WHERE id = 1")
    for number in (11, 12):
        with History.open(path) as history:
            assert history.damage and f"1 of {table}" in history.damage
            assert history.record(attempt(f"new {number}", number)) and len(history.responses(f"new {number}")) == 1


def test_a_card_that_is_damaged_is_made_again_from_the_attempts(path: Path) -> None:
    changed(path, "UPDATE cards SET difficulty = 7.5 WHERE item = 1")
    with History.open(path) as history:
        assert history.damage and "1 of cards" in history.damage and len(history.cards()) == 2
        rebuild(history)
    with History.open(path) as history, History.open(path.with_name("new.db")) as new:
        for number in (1, 2, 3):
            new.record(attempt("s", number))
        assert history.damage is None and history.cards() == new.cards()


def test_rows_that_are_gone_are_said(path: Path) -> None:
    changed(path, "DELETE FROM attempts WHERE id = 3")
    assert "attempts has 2 rows, and 3 were written" in check(path).faults
    with History.open(path) as history:
        assert history.damage and "2 rows, and 3 were written" in history.damage


def test_a_check_neither_migrates_nor_writes(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    with closing(sqlite3.connect(path)) as old:
        old.executescript((Path(__file__).parent / "history" / "v1.sql").read_text(encoding="utf-8"))
    before = path.read_bytes()
    health = check(path)
    assert health.faults == () and health.version == 1 and health.attempts > 0
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]
    tmp_path.chmod(0o500)
    try:
        assert check(path).faults == ()
    finally:
        tmp_path.chmod(0o700)


def test_a_backup_is_restored_whatever_lies_beside_the_history(
    program: Program, environment: dict[str, str], tmp_path: Path
) -> None:
    path = Path(environment["CNNQUIZ_HOME"]) / "history.db"
    with History.open(path) as history:
        assert history.record(attempt("s", 1))
        backup(history, tmp_path / "copy.db")
        assert history.record(attempt("s", 2)), "its log is still beside it"
        busy = program("history", "restore", "copy.db")
        assert busy.returncode == 2 and "another terminal uses it" in busy.stderr
        log = path.with_name("history.db-wal").read_bytes()
    path.with_name("history.db-wal").write_bytes(log)
    path.write_bytes(b"\xff" * 5000)
    done = program("history", "restore", "copy.db")
    assert done.returncode == 0, done.stderr
    with History.open(path) as history:
        assert history.problem is None and [one.seed for one in history.responses("s")] == [1]
    aside = [each for each in path.parent.iterdir() if each.name.startswith("history-") and each.suffix == ".db"]
    assert len(aside) == 1 and aside[0].name in done.stdout.replace("\n", "")
    (tmp_path / "copy.db").write_bytes(b"\xff" * 5000)
    refused = program("history", "restore", "copy.db")
    assert refused.returncode == 2 and check(path).faults == ()


def test_a_sound_history_can_be_read_where_nothing_can_be_written() -> None:
    for log, index in ((False, False), (True, True), (True, False)):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder).chmod(0o755)
            path = Path(folder) / "home" / "history.db"
            with History.open(path) as history:
                history.start_session("week8", "take", {"order": [1]}, START, "s")
                assert history.record(attempt("s", 1))
                kept = {each: each.read_bytes() for each in path.parent.iterdir()} if log else {}
            for each, data in kept.items():
                if index or each.suffix != ".db-shm":
                    each.write_bytes(data)
            for each in path.parent.iterdir():
                each.chmod(0o444)
            path.parent.chmod(0o555)
            before = {each: each.read_bytes() for each in path.parent.iterdir()}
            with nobody():
                with History.open(path) as history:
                    assert history.problem and "cannot be written" in history.problem
                    assert "nothing will be saved; your file is left untouched" in history.problem
                    assert len(history.responses("s")) == len(history.resumable("week8")) == 1
                    assert history.record(attempt("s", 2)) is False and len(history.responses("s")) == 2
                    assert history.unsaved == 1
                assert check(path).faults == () and check(path).attempts == 1
                with History.require(path, to_write=False) as history:
                    assert history.stats(START).total.attempts == 1 and history.damage is None
                with pytest.raises(CnnquizError, match="nothing was changed"):
                    History.require(path)
            path.parent.chmod(0o755)
            assert {each: each.read_bytes() for each in path.parent.iterdir()} == before


PLACES: dict[str, tuple[Any, str]] = {
    "looped home": (lambda home: home.symlink_to(home), "a link in its path leads in a circle"),
    "file as home": (lambda home: home.write_text("x"), "a file or a broken link where its folder should be"),
    "looped file": (lambda home: (home.mkdir(), (home / "history.db").symlink_to(home / "history.db")), "in a circle"),
    "folder as file": (lambda home: (home / "history.db").mkdir(parents=True), "a folder, a pipe or a device is"),
    "pipe as file": (lambda home: (home.mkdir(), os.mkfifo(home / "history.db")), "a folder, a pipe or a device is"),
}


@pytest.mark.parametrize("place", PLACES)
def test_what_is_in_the_place_of_a_history_is_said(
    place: str, program: Program, environment: dict[str, str], tmp_path: Path
) -> None:
    make, words = PLACES[place]
    make(Path(environment["CNNQUIZ_HOME"]))
    with History.open(tmp_path / "good" / "history.db") as good:
        backup(good, tmp_path / "copy.db")
    for command in ("stats", "stats --export a.csv", "history check", "history backup b.db", "history rebuild",
                    "history restore copy.db"):  # fmt: skip
        done = program(*command.split())
        assert done.returncode == 2 and words in done.stderr and done.stderr.count("\n") == 1, (command, done.stderr)
    (tmp_path / "answers.txt").write_text("s\n")
    for command in ("take week8 --limit 1 --answers d", "take week8 --exam --limit 1 --answers d --format json",
                    "drill conv --seed 1 --limit 1 --answers-file answers.txt --format json"):  # fmt: skip
        done = program(*command.split())
        assert done.returncode == 3 and words in done.stderr and "nothing will be saved" in done.stderr, command
        assert "1 answer of this session could not be saved" in done.stderr
    (tmp_path / "answers.txt").write_text("")
    for command in ("review", "drill conv --answers-file answers.txt"):
        done = program(*command.split())
        assert done.returncode == 0 and words in done.stderr, (command, done.stderr)


def test_a_history_of_no_bytes_is_said_to_be_empty(program: Program, environment: dict[str, str]) -> None:
    path = Path(environment["CNNQUIZ_HOME"]) / "history.db"
    path.parent.mkdir()
    path.touch()
    checked = program("history", "check")
    assert checked.returncode == 2 and "it is empty" in checked.stderr and path.read_bytes() == b""


def test_only_what_writes_makes_a_history(program: Program, environment: dict[str, str], tmp_path: Path) -> None:
    copied = program("history", "backup", "copy.db")
    assert copied.returncode == 2 and "no history yet" in copied.stderr
    assert "No answers yet" in program("stats").stdout and "no history yet" in program("history", "check").stdout
    assert "week8" in program("list").stdout
    assert program("stats", "--export", "a.csv").stdout == "a.csv: 0 attempts written\n"
    assert not Path(environment["CNNQUIZ_HOME"]).exists() and not (tmp_path / "copy.db").exists()


def log_left(path: Path, answers: int) -> tuple[bytes, bytes]:
    """The file and the log that a kill leaves after so many answers."""
    with History.open(path) as history:
        for number in range(answers):
            history.record(attempt("s", number))
        return path.read_bytes(), path.with_name("history.db-wal").read_bytes()


def put(path: Path, file: bytes, log: bytes) -> None:
    for each in path.parent.iterdir():
        each.unlink()
    path.write_bytes(file)
    path.with_name("history.db-wal").write_bytes(log)


def test_answers_lost_to_a_damaged_log_are_said(path: Path) -> None:
    file, log = log_left(path, 12)
    put(path, file, log)
    assert check(path).faults == ()
    rng = random.Random(7)
    for place in [0, 17, 30, *(rng.randrange(len(log) - 4120) for _ in range(12))]:
        damaged = bytearray(log)
        damaged[place] ^= 1 << rng.randrange(8)
        put(path, file, damaged)
        assert any("the answers saved last are lost" in fault for fault in check(path).faults), place
        put(path, file, damaged)
        with History.open(path) as history:
            assert len(history.responses("s")) < 12
            assert history.damage and "the answers saved last are lost" in history.damage, place
        [kept] = path.parent.glob("history-*.db-wal")
        assert kept.read_bytes() == damaged and kept.with_suffix(".db").read_bytes() == file


def test_a_log_that_is_too_large_to_be_verified_is_said(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(path, *log_left(path, 12))
    monkeypatch.setattr("cnnquiz.history.log.CHECKED", 10_000)
    with History.open(path) as history:
        assert history.damage and "its log is too large to be verified" in history.damage
        assert "see `cnnquiz history check`" in history.damage and len(history.responses("s")) == 12
    with History.open(path) as history:
        assert history.damage is None, "the log is empty again"


def test_a_log_whose_last_answer_was_cut_off_is_sound(path: Path) -> None:
    file, log = log_left(path, 3)
    for cut in (1, 4000, 4120, 6000):
        put(path, file, log[:-cut])
        with History.open(path) as history:
            assert history.damage is history.problem is None and len(history.responses("s")) == 2
            assert history.record(attempt("s", 9))


@pytest.mark.parametrize("moment", ["before the next answer", "before the end"])
def test_a_file_that_is_removed_while_a_session_runs_is_made_anew(path: Path, moment: str) -> None:
    with History.open(path) as history:
        session = history.start_session("week8", "take", {}, START)
        assert history.record(attempt(session, 1))
        if moment == "before the end":
            assert history.record(attempt(session, 2))
        shutil.rmtree(path.parent)
        if moment == "before the next answer":
            assert history.record(attempt(session, 2))
        history.retry()
        assert history.unsaved == 0 and history.problem and "was removed while this ran" in history.problem
    with History.open(path) as again:
        assert [each.seed for each in again.responses(session)] == [1, 2]


def test_a_file_that_cannot_be_made_anew_is_said_and_counted(path: Path) -> None:
    with History.open(path) as history:
        assert history.record(attempt("s", 1))
        shutil.rmtree(path.parent)
        path.parent.write_text("in the way")
        assert not history.record(attempt("s", 2))
        assert history.unsaved == 2 and history.problem and "is gone, and cannot be made anew" in history.problem


def test_another_file_in_its_place_has_the_session_too(path: Path, tmp_path: Path) -> None:
    with History.open(path) as history:
        assert history.record(attempt("s", 1))
        with History.open(tmp_path / "other.db") as other:
            assert other.record(attempt("t", 5))
        for each in path.parent.iterdir():
            each.unlink()
        (tmp_path / "other.db").replace(path)
        assert history.record(attempt("s", 2)) and history.unsaved == 0
    with History.open(path) as again:
        assert [len(again.responses(name)) for name in "st"] == [2, 1]


def test_a_new_history_takes_the_place_of_no_other(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with History.open(path.with_name("other.db")) as other:
        assert other.record(attempt("other", 1))

    def late(draft: Path, place: Path) -> None:
        path.with_name("other.db").replace(place)
        raise FileExistsError

    monkeypatch.setattr(files.os, "link", late)
    with History.open(path) as history:
        assert history.record(attempt("s", 1)) and len(history.responses("other")) == 1
    assert list(path.parent.iterdir()) == [path]


def test_a_new_history_is_made_where_files_have_no_second_names(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(draft: Path, place: Path) -> None:
        raise PermissionError

    monkeypatch.setattr(files.os, "link", refuse)
    with History.open(path) as history:
        assert history.record(attempt("s", 1))
    assert check(path).faults == () and list(path.parent.iterdir()) == [path]


def test_a_history_that_is_removed_as_it_is_opened_is_made_anew(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(place: Path) -> sqlite3.Connection:
        db = connect(place)
        if not gone_once:
            gone_once.append(place)
            place.unlink()
        return db

    connect, gone_once = database.connect, list[Path]()
    monkeypatch.setattr(store, "connect", gone)
    with History.open(path) as history:
        assert history.record(attempt("s", 1)) and history.unsaved == 0
    with History.open(path) as again:
        assert len(again.responses("s")) == 1
