"""Attempts to another machine and back: the same ones, never doubled, and a broken file changes nothing."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from conftest import Program
from history.writer import START, attempt
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from cnnquiz.errors import CnnquizError
from cnnquiz.history import History
from cnnquiz.history.transfer import FIELDS, export, merge
from cnnquiz.history.upkeep import backup, check
from cnnquiz.model import Attempt

BROKEN = sorted((Path(__file__).parent / "history" / "broken").iterdir())
ODD = [
    attempt("s", 1),
    replace(attempt("s", 2, 'a, "b"\nc = 1; ½'), seed=None, seconds=None, verdict="skipped", score=0.0),
    replace(attempt("s", 3, ""), misconception="rounded-up", verdict="wrong", score=0.25, seed=2**70),
    replace(attempt("t", 1), time="2026-03-01T10:00:00.123456+00:00", hints=2, mode="drill", topic=""),
    replace(attempt("t", 2, "null"), seed=-5),
]


def filled(path: Path, attempts: list[Attempt]) -> Path:
    with History.open(path) as history:
        assert all(history.record(each) for each in attempts)
    return path


def everything(history: History) -> list[Attempt]:
    return history.responses("s") + history.responses("t")


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_all_attempts_arrive_as_they_left_and_only_once(kind: str, tmp_path: Path) -> None:
    file = tmp_path / f"attempts.{kind}"
    with History.open(filled(tmp_path / "here.db", ODD)) as here:
        assert export(here, file) == len(ODD)
        with History.open(filled(tmp_path / "there.db", ODD[1:2])) as there:
            assert merge(there, file) == (len(ODD), len(ODD) - 1)
            assert merge(there, file) == (len(ODD), 0)
            assert sorted(map(repr, everything(there))) == sorted(map(repr, ODD))
            by_item = {card.item: card for card in there.cards()}
            assert by_item == {card.item: card for card in here.cards()}, "the schedule follows from the attempts"


def test_a_session_that_was_begun_elsewhere_is_not_offered_here(tmp_path: Path) -> None:
    with History.open(tmp_path / "here.db") as here, History.open(tmp_path / "there.db") as there:
        here.record(attempt(here.start_session("week8", "take", {}, START), 1))
        export(here, tmp_path / "a.jsonl")
        merge(there, tmp_path / "a.jsonl")
        assert here.resumable("week8") and not there.resumable("week8")


@given(st.text(st.characters(codec="utf-8"), max_size=30), st.floats(0, 1e6), st.integers(-(2**80), 2**80))
def test_any_response_survives_the_way(
    tmp_path_factory: pytest.TempPathFactory, response: str, seconds: float, seed: int
) -> None:
    folder = tmp_path_factory.mktemp("way")
    odd = replace(attempt("s", 1, response), seconds=seconds, seed=seed)
    with History.open(filled(folder / "here.db", [odd])) as here, History.open(folder / "there.db") as there:
        for name in ("a.jsonl", "a.csv"):
            export(here, folder / name)
            merge(there, folder / name)
        assert there.responses("s") == [odd]


@pytest.mark.parametrize("broken", BROKEN, ids=lambda path: path.name)
def test_a_broken_line_is_named_and_nothing_is_imported(broken: Path, tmp_path: Path) -> None:
    with History.open(filled(tmp_path / "history.db", [attempt("t", 1)])) as history:
        with pytest.raises(CnnquizError, match=rf"{broken.name}:{broken.name.split('-')[0]}: .*nothing was imported"):
            merge(history, broken)
        assert everything(history) == [attempt("t", 1)] and check(history.path).faults == ()


def test_the_programs_own_way(program: Program, environment: dict[str, str], tmp_path: Path) -> None:
    filled(Path(environment["CNNQUIZ_HOME"]) / "history.db", ODD)
    assert program("stats", "--export", "a.jsonl").stdout == "a.jsonl: 5 attempts written\n"
    assert program("stats", "--export", "a.csv").returncode == 0
    lines = (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()
    assert [set(json.loads(line)) for line in lines] == [set(FIELDS)] * len(ODD)
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        assert [row["bank"] for row in csv.DictReader(file)] == ["week8"] * len(ODD)
    other = {"CNNQUIZ_HOME": str(tmp_path / "other")}
    done = program("stats", "--import", "a.csv", "--format", "json", env=other)
    assert json.loads(done.stdout) == {"read": 5, "new": 5}
    assert "0 of them new" in program("stats", "--import", "a.jsonl", env=other).stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--export", "there.jsonl"], "is there already"),
        (["--export", "a.xlsx"], ".jsonl or .csv"),
        (["--export", "no/folder/a.csv"], "No such file or directory"),
        (["--import", "none.csv"], "there is no such file"),
        (["--import", "folder.csv"], "this is a folder; name a file"),
        (["--import", "there.jsonl"], "there.jsonl:1: not an attempt"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line(
    arguments: list[str], words: str, program: Program, tmp_path: Path
) -> None:
    (tmp_path / "there.jsonl").write_text("somebody's notes\n")
    (tmp_path / "folder.csv").mkdir()
    done = program("stats", *arguments)
    assert done.returncode == 2 and words in done.stderr and done.stderr.count("\n") == 1 and not done.stdout
    assert (tmp_path / "there.jsonl").read_text() == "somebody's notes\n"


def test_the_file_can_be_found_checked_and_copied(
    program: Program, environment: dict[str, str], tmp_path: Path
) -> None:
    path = Path(environment["CNNQUIZ_HOME"]) / "history.db"
    assert program("history", "path").stdout == f"{path}\n"
    assert "no history yet" in program("history", "check").stdout and not path.exists()
    filled(path, ODD)
    found = program("history", "check", env={"COLUMNS": "1000"}).stdout
    assert found.startswith(f"{path}: sound; 5 attempts, 3 items, 2 sessions, ") and found.count("\n") == 1
    with History.open(path) as history:
        assert program("history", "backup", "copy.db").returncode == 0, "while it is in use"
        with History.open(tmp_path / "copy.db") as copy:
            assert everything(copy) == everything(history)
    again = program("history", "backup", "copy.db")
    assert again.returncode == 2 and "--force" in again.stderr
    assert program("history", "backup", "copy.db", "--force").returncode == 0
    itself = program("history", "backup", str(path), "--force")
    assert itself.returncode == 2 and "that is the history itself; name another file" in itself.stderr
    before = path.read_bytes()
    report = program("check", "--bundled", "--select", "schema", "--output", str(path))
    assert report.returncode == 2 and "is a history, which the report would replace" in report.stderr
    assert path.read_bytes() == before
    assert not list(tmp_path.glob(".copy*"))


def test_a_damaged_file_fails_its_check(program: Program, environment: dict[str, str], tmp_path: Path) -> None:
    path = filled(Path(environment["CNNQUIZ_HOME"]) / "history.db", [attempt("s", n, "x" * 90) for n in range(200)])
    damaged = bytearray(path.read_bytes())
    damaged[3 * 4096 :] = b"\xff" * (len(damaged) - 3 * 4096)
    path.write_bytes(damaged)
    done = program("history", "check")
    assert done.returncode == 1 and "damaged" in done.stdout and path.read_bytes() == damaged
    path.write_text("nothing of the kind\n" * 50)
    done = program("history", "check")
    assert done.returncode == 2 and "not a database" in done.stderr
    with pytest.raises(CnnquizError, match="is there already"), History.open(tmp_path / "new.db") as history:
        backup(history, path)
