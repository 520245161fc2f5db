"""A history that cannot be used: it is said in one line, the quiz goes on, and no file is harmed."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from history.writer import START, attempt

from cnnquiz.history import History
from cnnquiz.model import CnnquizError


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


def test_a_file_that_goes_bad_while_it_is_read_ends_no_quiz(path: Path) -> None:
    with History.open(path) as history:
        for number in range(500):
            history.record(attempt("s", number, "x" * 100))
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(8192)
        file.write(b"\xff" * (size - 8192))
    with History.open(path) as history:
        assert history.mistakes("week8") == [] and history.due(START) == []
        assert history.problem and "cnnquiz history check" in history.problem
        with pytest.raises(CnnquizError, match="damaged"):
            history.stats(START)
