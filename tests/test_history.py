"""The attempts on disk: saved once, and read back as they were."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from history.writer import START, attempt
from msgspec.structs import replace

from cnnquiz.history import History, default_path
from cnnquiz.history.database import VERSION, pragma

HERE = Path(__file__).parent / "history"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "history.db"


def test_an_attempt_comes_back_as_it_was(path: Path) -> None:
    slip = replace(attempt("s", 1, "127x127x3"), verdict="wrong", score=0.25, misconception="rounded-up", hints=2)
    unusual = replace(attempt("s", 2, "½ [bold]\n\x1b"), seed=2**70, seconds=None, verdict="skipped")
    with History.open(path) as history:
        assert history.problem is None
        assert history.record(slip) and history.record(unusual)
    with History.open(path) as history:
        assert history.responses("s") == [slip, unusual]


def test_the_same_attempt_is_saved_once(path: Path) -> None:
    with History.open(path) as history:
        assert history.record(attempt("s", 1)) and history.record(attempt("s", 1))
        assert history.record(attempt("s", 2)) and history.record(replace(attempt("s", 1), seed=None))
        assert len(history.responses("s")) == 3


def test_half_a_character_from_a_broken_terminal_is_saved(path: Path) -> None:
    with History.open(path) as history:
        assert history.record(attempt("s", 1, "12\udcff"))
        assert history.responses("s")[0].response == "12?"


def test_a_session_is_offered_until_it_ends(path: Path) -> None:
    plan = {"items": ["item-1"], "seeds": [None], "elapsed": 0}
    with History.open(path) as history:
        session = history.start_session("week8", "take", plan, START)
        assert not history.resumable("week8"), "nothing has been answered yet"
        history.record(attempt(session, 1))
        history.save_plan(session, plan | {"elapsed": 20})
    with History.open(path) as history:
        [saved] = history.resumable("week8")
        assert saved and saved.session == session and saved.plan == plan | {"elapsed": 20}
        assert saved.started == START and not history.resumable("week7")
        assert history.finish_session(session, START + timedelta(hours=1))
        assert not history.resumable("week8")


def test_a_session_that_is_given_up_keeps_its_attempts(path: Path) -> None:
    with History.open(path) as history:
        session = history.start_session("week8", "take", {}, START)
        history.record(attempt(session, 1))
        assert history.abandon(session)
        assert not history.resumable("week8") and len(history.responses(session)) == 1


def test_an_exam_answer_takes_the_place_of_the_one_before(path: Path) -> None:
    wrong = replace(attempt("exam", 1, "a"), verdict="wrong", score=0.0)
    right = replace(attempt("exam", 1, "d"), time=(START + timedelta(hours=1)).isoformat())
    with History.open(path) as history, History.open(path.with_name("other.db")) as other:
        history.record(wrong, replace=True)
        history.record(attempt("exam", 2), replace=True)
        history.record(right, replace=True)
        assert history.responses("exam") == [attempt("exam", 2), right]
        other.record(right)
        assert other.cards()[0] in history.cards(), "the schedule has forgotten the answer that was taken back"


def test_mistakes_are_the_items_whose_last_answer_was_not_right(path: Path) -> None:
    with History.open(path) as history:
        for number, verdict in enumerate(["right", "wrong", "skipped", "partly"]):
            history.record(replace(attempt("s", number), verdict=verdict))
        assert history.mistakes("week8") == ["item-1", "item-2", "item-3"]
        history.record(attempt("s", 11))
        history.record(replace(attempt("s", 10), verdict="wrong"))
        assert history.mistakes("week8") == ["item-0", "item-2", "item-3"] and not history.mistakes("week7")


def test_an_edited_item_keeps_its_history(path: Path) -> None:
    edited = replace(attempt("s", 11), content_hash="new", topic="arithmetic")
    with History.open(path) as history:
        history.record(attempt("s", 1))
        history.record(edited)
        assert [each.content_hash for each in history.responses("s")] == ["abc", "new"]
        assert len(history.cards()) == 1


def test_a_clock_set_back_does_no_harm(path: Path) -> None:
    ahead = replace(attempt("s", 1), time=(START + timedelta(days=3650)).isoformat())
    with History.open(path) as history:
        assert history.record(ahead)
        assert [card.item for card in history.due(START)] == ["item-1"], "it does not wait for ten years"
        assert history.record(attempt("s", 1)) and history.record(attempt("t", 1))
        (card,) = history.cards()
        assert card.last == START + timedelta(minutes=1) and card.last < card.due < START + timedelta(days=30)
        assert len(history.responses("s")) == 2


def test_an_old_file_is_brought_up_to_date(path: Path, tmp_path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as old:
        old.executescript((HERE / "v1.sql").read_text(encoding="utf-8"))
    with History.open(path) as history, History.open(tmp_path / "new.db") as new:
        assert history.problem is None and pragma(history.db, "user_version") == VERSION
        assert layout(history) == layout(new)
        for each in history.responses("first") + history.responses("second"):
            assert new.record(each)
        assert history.cards() == new.cards() and len(history.cards()) == 2
        assert history.mistakes("week8") == [] and history.resumable("week8")


def layout(history: History) -> set[tuple[str, str]]:
    rows = history.db.execute("SELECT name, coalesce(sql, '') FROM sqlite_schema").fetchall()
    return {(name, " ".join(sql.split())) for name, sql in rows}


def test_the_folder_is_the_users_own_or_the_one_that_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    for unset in ("", "  "):
        monkeypatch.setenv("CNNQUIZ_HOME", unset)
        assert default_path().parent.name == "cnnquiz" and default_path().is_absolute()
    if sys.platform == "linux":
        assert default_path() == tmp_path / "data" / "cnnquiz" / "history.db"
    monkeypatch.setenv("CNNQUIZ_HOME", "here")
    assert default_path() == tmp_path / "here" / "history.db"


def test_every_moment_is_kept_to_the_microsecond(path: Path) -> None:
    precise = replace(attempt("s", 1), time=datetime(2026, 3, 29, 1, 2, 3, 456789, UTC).isoformat())
    with History.open(path) as history:
        history.record(precise)
        assert history.responses("s") == [precise]
