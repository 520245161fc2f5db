"""Progress: the numbers are those of the attempts, and the page can be read on every screen."""

from __future__ import annotations

import io
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conftest import Program
from history.writer import START, attempt
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from cnnquiz.clock import day_of
from cnnquiz.history import History, stats
from cnnquiz.history.stats import Stats, Tally
from cnnquiz.model import Attempt
from cnnquiz.render.console import screen
from cnnquiz.render.stats import show_stats

NOW = START + timedelta(days=100)
SLIPS = (None, "rounded-up", "forgot-bias")


@st.composite
def one_attempt(draw: st.DrawFn) -> Attempt:
    """Any attempt over a few banks, items, topics and days."""
    number = draw(st.integers(0, 5))
    return replace(
        attempt(f"session-{draw(st.integers(0, 3))}", number),
        bank=draw(st.sampled_from(["week7", "week8"])),
        topic=draw(st.sampled_from(["convolution", "", "[bold]x"])),
        content_hash=draw(st.sampled_from("ab")),
        verdict=draw(st.sampled_from(["right", "wrong", "partly", "skipped"])),
        misconception=draw(st.sampled_from(SLIPS)),
        time=(START + timedelta(hours=draw(st.integers(0, 2000)))).isoformat(),
    )


def named(tallies: tuple[Tally, ...]) -> dict[str, tuple[int, int]]:
    return {tally.name: (tally.attempts, tally.right) for tally in tallies}


def counted(attempts: list[Attempt], name: str) -> dict[str, tuple[int, int]]:
    """The same by walking over the attempts."""
    found: dict[str, tuple[int, int]] = {}
    for each in attempts:
        key = str(day_of(datetime.fromisoformat(each.time))) if name == "day" else str(getattr(each, name))
        asked, right = found.get(key, (0, 0))
        found[key] = (asked + 1, right + (each.verdict == "right"))
    return found


@given(st.lists(one_attempt(), max_size=25))
def test_the_numbers_are_those_of_the_attempts(attempts: list[Attempt]) -> None:
    with History.open(Path("/proc/none/history.db")) as history:  # in memory
        for each in attempts:
            history.record(each)
        kept = [each for number in range(4) for each in history.responses(f"session-{number}")]
        found = history.stats(NOW)
        assert named(found.topics) == counted(kept, "topic") and named(found.banks) == counted(kept, "bank")
        assert named(found.days) == counted(kept, "day")
        assert (found.total.attempts, found.total.right) == (len(kept), sum(k.verdict == "right" for k in kept))
        slips = Counter(each.misconception for each in kept if each.misconception)
        assert {slip.name: slip.count for slip in found.misconceptions} == slips
        sessions = {session.session: (session.attempts, session.right) for session in found.sessions}
        assert sessions == counted(kept, "session")
        assert found.review.items == len({(each.bank, each.item) for each in kept})


@pytest.mark.parametrize("sql", [stats.BY_REVISION, stats.BY_QUARTER, stats.BY_MISCONCEPTION])
def test_a_million_attempts_are_counted_along_an_index_without_sorting(sql: str, tmp_path: Path) -> None:
    with History.open(tmp_path / "history.db") as history:
        plan = [row[3] for row in history.db.execute(f"EXPLAIN QUERY PLAN {sql}")]
    assert any("attempts USING" in step and "INDEX" in step for step in plan), plan
    assert not any("TEMP B-TREE" in step for step in plan)


def practice(weeks: int = 12) -> list[Attempt]:
    """A student who gets better, and keeps rounding up."""
    found = []
    for number in range(weeks * 10):
        right = number % 10 < number // weeks
        right_or_wrong = attempt("s", number) if right else replace(attempt("s", number), verdict="wrong", score=0.0)
        slip = None if right else SLIPS[1 + number % 2]
        time = (START + timedelta(hours=number * 16.8)).isoformat()
        found.append(replace(right_or_wrong, misconception=slip, time=time, item="conv-output-size", seed=number))
    return found


def page(attempts: list[Attempt], columns: int = 80, encoding: str = "utf-8") -> str:
    with History.open(Path("/proc/none/history.db")) as history:
        for each in attempts:
            history.record(each)
        found = history.stats(NOW)
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    show_stats(screen(stream, {"TERM": "xterm"}, columns), found, {"rounded-up": "conv"}, NOW.date())
    stream.seek(0)
    return stream.read()


def test_the_page_says_all_of_it() -> None:
    text = page(practice())
    for words in ("120 answers since 31 Dec 2025", "Topics, the weakest first", "convolution", "rounded up",
                  "cnnquiz drill conv", "You have probably forgotten about 1 of 1.", "1 due today, none this week.",
                  "Where "):  # fmt: skip
        assert words in text
    assert any(set(line.strip()) <= set("·▁▂▃▄▅▆▇█ ") and len(line.strip()) >= 12 for line in text.splitlines() if line)


@pytest.mark.parametrize("columns", [20, 40, 80, 120])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_the_page_fits_every_screen_and_is_plain_in_a_pipe(columns: int, encoding: str) -> None:
    long = [replace(each, topic="convolution " * 5, bank="bank-" * 9, misconception="slip-" * 9) for each in practice()]
    for attempts in (practice(), practice(1), long, []):
        text = page(attempts, columns, encoding)
        assert "\x1b" not in text and "?" not in text
        assert max(map(len, text.splitlines())) <= columns


def test_a_list_that_is_cut_says_of_how_many() -> None:
    slips = [replace(each, misconception=f"slip-{n:02}") for n, each in enumerate(practice(2))]
    assert "Slips, and the last 10 days\n" in page(slips[:4]) and "slip 03" in page(slips[:4])
    assert "Slips, and the last 10 days, 4 of 12" in page(slips[:12]) and "slip 04" not in page(slips[:12])


def test_the_page_fits_a_small_terminal_and_names_nothing_by_its_id() -> None:
    several = [replace(each, topic=f"topic {n % 9}") for n, each in enumerate(practice())]
    shown = page([replace(each, misconception=f"rounded-up+kept-{n % 7}") for n, each in enumerate(several)])
    assert len(shown.splitlines()) <= 23
    assert "rounded up + kept the 0" in shown and "conv-output-size" not in shown and "rounded-up" not in shown


def test_what_was_expected_is_held_against_what_happened() -> None:
    back = [replace(attempt("s", 0), seed=day, time=(START + timedelta(days=day)).isoformat()) for day in (0, 2, 9)]
    wrong = replace(attempt("s", 0), seed=99, verdict="wrong", time=(START + timedelta(days=60)).isoformat())
    with History.open(Path("/proc/none/history.db")) as history:
        for each in [*back, wrong]:
            history.record(each)
        found = history.stats(NOW).recall
    assert sum(one.answers for one in found) == 3 and sum(one.right for one in found) == 2
    assert all(0 < one.expected < one.answers for one in found)


def test_names_from_a_bank_are_only_text() -> None:
    evil = [replace(each, topic="[red]x[/]\x1b[2J", bank="\x1b]0;t\x07b") for each in practice()]
    assert "[red]x[/]" in page(evil) and "\x1b" not in page(evil)


def test_nothing_yet_is_said_kindly(program: Program) -> None:
    assert "No answers yet. Begin with: cnnquiz take week8" in program("stats").stdout
    empty = json.loads(program("stats", "--format", "json").stdout)
    assert empty["attempts"] == 0 and empty["accuracy"] is None and empty["slips"] == []


def test_the_document_names_what_to_drill(program: Program, environment: dict[str, str]) -> None:
    with History.open(Path(environment["CNNQUIZ_HOME"]) / "history.db") as history:
        for each in practice():
            history.record(each)
    done = json.loads(program("stats", "--format", "json").stdout)
    assert done["attempts"] == 120 and done["right"] == done["topics"][0]["right"]
    assert {slip["misconception"]: slip["drill"] for slip in done["slips"]} == {
        "rounded-up": "conv",
        "forgot-bias": "conv",
    }
    assert done["review"]["items"] == 1 and done["sessions"][0]["finished"] is None


def test_a_quiz_that_was_taken_is_counted(program: Program) -> None:
    program("take", "week8", "--answers", "d d c b d b b a d a", "--format", "json")
    done = json.loads(program("stats", "--format", "json").stdout)
    assert (done["attempts"], done["right"], done["banks"][0]["bank"]) == (10, 9, "week8")
    assert done["sessions"][0]["finished"] and done["review"]["items"] == 10


def test_a_history_that_cannot_be_read_is_one_clear_line(program: Program, environment: dict[str, str]) -> None:
    path = Path(environment["CNNQUIZ_HOME"]) / "history.db"
    path.parent.mkdir()
    path.write_text("no database, but notes\n" * 100)
    for arguments in (["stats"], ["stats", "--format", "json"], ["stats", "--export", "a.csv"], ["history", "check"]):
        done = program(*arguments)
        assert (done.returncode, done.stdout) == (2, "") and str(path) in done.stderr
    assert path.read_text() == "no database, but notes\n" * 100


def test_the_record_is_empty_without_attempts(tmp_path: Path) -> None:
    with History.open(tmp_path / "history.db") as history:
        found = history.stats(datetime.now(UTC))
    assert isinstance(found, Stats) and found.review.retention is None and sum(found.review.forecast) == 0


def test_a_name_with_line_breaks_stands_on_one_line(program: Program, environment: dict[str, str]) -> None:
    odd = replace(attempt("s", 1), topic="a\u2028b\nc", bank="d\x85e", misconception="f\rg", verdict="wrong")
    with History.open(Path(environment["CNNQUIZ_HOME"]) / "history.db") as history:
        assert history.record(odd)
    rows = [line.split("  ") for line in program("stats").stdout.splitlines()]
    assert {"a b c", "f g"} <= {cell.strip() for row in rows for cell in row}
