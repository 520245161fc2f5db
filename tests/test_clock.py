"""The clock that can be set, and the days of the person."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from conftest import Program

from cnnquiz.clock import day_of, now, start_of


@pytest.fixture
def india(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Local time is that of India."""
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    yield
    monkeypatch.delenv("TZ")
    time.tzset()


@pytest.mark.usefixtures("india")
def test_a_day_begins_at_four_where_the_person_lives() -> None:
    assert day_of(datetime(2026, 5, 1, 22, 29, tzinfo=UTC)) == date(2026, 5, 1), "3:59 in the night"
    assert day_of(datetime(2026, 5, 1, 22, 30, tzinfo=UTC)) == date(2026, 5, 2)
    assert start_of(date(2026, 5, 2)) == datetime(2026, 5, 1, 22, 30, tzinfo=UTC)


@pytest.mark.usefixtures("india")
def test_the_clock_can_be_set_and_runs_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNQUIZ_NOW", "2026-05-01T09:00")
    first = now()
    assert timedelta() <= first - datetime(2026, 5, 1, 3, 30, tzinfo=UTC) < timedelta(hours=1)
    assert now() > first
    monkeypatch.setenv("CNNQUIZ_NOW", "2026-05-01T09:00Z")
    assert day_of(now()) == date(2026, 5, 1) and now().hour >= 9


def test_a_time_that_is_none_is_one_clear_line(program: Program) -> None:
    done = program("review", env={"CNNQUIZ_NOW": "noon"})
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1) and "2026-05-01T09:00" in done.stderr


def test_the_days_of_the_progress_are_the_persons(program: Program) -> None:
    take = ("take", "week8", "--limit", "1", "--answers", "d")
    for moment in ("2026-05-01T23:30", "2026-05-02T03:30", "2026-05-02T04:30"):
        program(*take, env={"CNNQUIZ_NOW": moment, "TZ": "Asia/Kolkata"})
    shown = program("stats", "--format", "json", env={"CNNQUIZ_NOW": "2026-05-02T09:00", "TZ": "Asia/Kolkata"}).stdout
    assert shown.count('"day": "2026-05-01"') == shown.count('"day": "2026-05-02"') == 1
