"""What was said to be saved is saved: after a kill, with two writers at once, and on a full disk.

CNNQUIZ_KILLS=200 kills more often than the suite has time for: that many writers, a third as many quizzes.
"""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fuzz import kills
from history.writer import attempt

from cnnquiz.history import History, Overtaken
from cnnquiz.history.database import pragma
from cnnquiz.history.upkeep import check
from cnnquiz.sessions.recorder import Recorder

WRITER = Path(__file__).parent / "history" / "writer.py"
KILLS = int(os.environ.get("CNNQUIZ_KILLS", "25"))
WRITERS_AT_ONCE = 4
VERDICT = b"Right: "


def start(env: dict[str, str], *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, str(WRITER), *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)


def saved(output: str) -> list[int]:
    """The numbers in the lines that came out whole."""
    whole = output[: output.rfind("\n") + 1].splitlines()
    return [int(line.removeprefix("saved ")) for line in whole if line.startswith("saved ")]


def kept(path: Path, session: str) -> Counter[int | None]:
    with History.require(path) as history:
        return Counter(each.seed for each in history.responses(session))


def test_a_kill_at_any_moment_loses_nothing_that_was_shown(tmp_path: Path, environment: dict[str, str]) -> None:
    path, rng = tmp_path / "history.db", random.Random(1)
    shown: dict[str, list[int]] = {}
    for number in range(KILLS):
        with start(environment, path, f"session-{number}", 100_000) as writer:
            assert writer.stdout
            begun = writer.stdout.readline() if number % 5 else ""  # every fifth is killed while it starts
            time.sleep(rng.uniform(0, 0.2))
            writer.kill()
            shown[f"session-{number}"] = saved(begun + writer.stdout.read())
    assert sum(map(len, shown.values())) > KILLS
    for session, numbers in shown.items():
        found = kept(path, session)
        assert set(found.values()) <= {1} and found.keys() >= set(numbers)
        assert len(found) <= len(numbers) + 1, "only the last one may have been cut off before it was shown"
    with History.require(path) as history:
        assert check(history.path).faults == ()


def taken_until_killed(env: dict[str, str], verdicts: int, pause: float) -> int:
    """Take a quiz and kill it a moment after so many verdicts; how many were shown by then."""
    command = [sys.executable, "-u", "-m", "cnnquiz", "take", "week8", "--answers", "d d c b d b b a d c"]
    shown = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=env) as quiz:
        assert quiz.stdout
        while shown < verdicts and (line := quiz.stdout.readline()):
            shown += VERDICT in line
        time.sleep(pause)
        quiz.kill()
        return shown + sum(VERDICT in line for line in quiz.stdout.read().splitlines())


def test_a_quiz_that_is_killed_has_every_answer_whose_verdict_was_shown(environment: dict[str, str]) -> None:
    path, rng = Path(environment["CNNQUIZ_HOME"]) / "history.db", random.Random(2)
    for kill in range(1, KILLS // 3):
        shown = taken_until_killed(environment, rng.randrange(1, 11), rng.uniform(0, 0.02))
        with History.require(path) as history:
            sessions = history.stats(datetime.now(UTC)).sessions
            answers = history.responses(sessions[0].session)
        assert len(answers) >= shown > 0 and len({each.item for each in answers}) == len(answers)
        assert len(sessions) == min(kill, 10)


def test_several_may_write_at_once_even_to_a_new_file(tmp_path: Path, environment: dict[str, str]) -> None:
    path, count = tmp_path / "new" / "history.db", 60
    writers = [start(environment, path, f"session-{n}", count) for n in range(WRITERS_AT_ONCE)]
    outputs = [writer.communicate(timeout=60) for writer in writers]
    assert [saved(out) for out, _ in outputs] == [list(range(count))] * WRITERS_AT_ONCE
    assert all(kept(path, f"session-{n}") == Counter(range(count)) for n in range(WRITERS_AT_ONCE))


def test_the_same_session_from_two_terminals_is_not_doubled(tmp_path: Path, environment: dict[str, str]) -> None:
    path = tmp_path / "history.db"
    writers = [start(environment, path, "one", 60) for _ in range(2)]
    for writer in writers:
        writer.communicate(timeout=60)
    assert kept(path, "one") == Counter(range(60))


def fill(history: History, session: str) -> int:
    """Record until the disk is full; the number of the attempt that no longer fitted."""
    for number in range(10_000):
        if not history.record(attempt(session, number, "x" * 300 + str(number))):
            return number
    raise AssertionError("the disk was never full")


def test_a_full_disk_is_said_and_made_good_when_there_is_room_again(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    with History.open(path) as history:
        history.db.execute(f"PRAGMA max_page_count = {pragma(history.db, 'page_count') + 4}")
        last = fill(history, "s")
        assert history.problem and "full" in history.problem and "not saved yet" in history.problem
        assert not history.record(attempt("s", last + 1, "y" * 9000)) and len(history.responses("s")) == last
        history.db.execute("PRAGMA max_page_count = 100000")
        assert history.record(attempt("s", last + 2)) and history.problem is None
    assert kept(path, "s") == Counter(range(last + 3))


def test_a_file_that_cannot_grow_keeps_what_it_has(tmp_path: Path, environment: dict[str, str]) -> None:
    path = tmp_path / "history.db"
    with start(environment, path, "s", 40, 300_000) as writer:
        output, errors = writer.communicate(timeout=60)
    numbers = saved(output)
    assert errors == "" and 0 < len(numbers) < 40
    assert f"history at {path} cannot be written" in output
    assert kept(path, "s").keys() >= set(numbers) and set(kept(path, "s").values()) == {1}


@pytest.mark.parametrize("most", [0, 2000, 30_000, 70_000])
def test_a_disk_that_is_full_from_the_start_ends_no_quiz(
    tmp_path: Path, environment: dict[str, str], most: int
) -> None:
    with start(environment, tmp_path / "home" / "history.db", "s", 3, most) as writer:
        output, errors = writer.communicate(timeout=60)
    assert errors == "" and output.count("nothing will be saved") == 3
    assert list((tmp_path / "home").iterdir()) == []


@pytest.mark.parametrize("most", [0, 1000, 8000, 20_000, 30_000, 60_000])
def test_a_migration_that_a_full_disk_interrupts_loses_nothing(
    tmp_path: Path, environment: dict[str, str], most: int
) -> None:
    path = tmp_path / "history.db"
    with closing(sqlite3.connect(path)) as old:
        old.executescript((Path(__file__).parent / "history" / "v1.sql").read_text(encoding="utf-8"))
        before = old.execute("SELECT id, session, revision, seed, time FROM attempts").fetchall()
    with start(environment, path, "s", 3, most) as writer:
        output, errors = writer.communicate(timeout=60)
    assert errors == "" and output.count("nothing will be saved") == (3 if most < 60_000 else 0)
    with closing(sqlite3.connect(path)) as old:
        assert old.execute("SELECT id, session, revision, seed, time FROM attempts").fetchall()[:3] == before
    with History.open(path) as history:
        assert history.problem is history.damage is None and history.record(attempt("s", 1))
    assert check(path).faults == ()


def test_an_answer_that_is_changed_in_an_exam_is_lost_once(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    with History.open(path) as history, closing(sqlite3.connect(path, isolation_level=None)) as other:
        history.db.execute("PRAGMA busy_timeout = 50")
        assert history.record(attempt("s", 1), replace=True)
        other.execute("BEGIN IMMEDIATE")
        for number in (11, 2, 21):  # of item 1 all but one
            assert not history.record(attempt("s", number), replace=True)
        assert history.unsaved == 2
        other.execute("ROLLBACK")
        history.retry()
        assert history.unsaved == 0


def test_a_lock_that_another_holds_is_waited_for_and_then_said(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    with History.open(path) as history:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        history.db.execute("PRAGMA busy_timeout = 50")
        assert not history.record(attempt("s", 1)) and history.unsaved == 1
        assert history.problem and "locked" in history.problem
        history.retry()
        assert history.unsaved == 1
        other.close()
        history.retry()
        assert history.unsaved == 0 and history.problem is None
        assert history.record(attempt("s", 2)) and len(history.responses("s")) == 2


def test_what_was_saved_before_a_lock_or_damage_is_not_called_lost(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    with History.open(path) as history:
        history.db.execute("PRAGMA busy_timeout = 50")
        recorder = Recorder(history, "take")
        recorder.start("week8", {})
        assert history.record(attempt(recorder.session, 1))
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert not history.record(attempt(recorder.session, 2))
            assert recorder.advice(2, 10, "go on").startswith("1 of 10 done and saved, 1 not saved")
        assert recorder.advice(2, 10, "go on").startswith("2 of 10 done and saved. ")
        history.db.execute("UPDATE cards SET state = 9")  # which no card has
        assert not history.record(attempt(recorder.session, 12))
        assert history.problem and "nothing more is saved in it" in history.problem
        assert recorder.advice(3, 10, "go on").startswith("2 of 10 done and saved, 1 not saved")
        assert len(history.responses(recorder.session)) == 3, "the quiz goes on"


def test_a_drill_that_went_on_in_another_terminal_is_said(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    with History.open(path) as first, History.open(path) as second:
        session = first.start_session("conv", "drill", {"seed": 1}, datetime.now(UTC))
        first.resume(session)
        assert first.record(attempt(session, 1))
        second.resume(session)
        assert second.record(attempt(session, 2)) and second.save_plan(session, {"seed": 2})
        for write in (lambda: first.record(attempt(session, 3)), lambda: first.save_plan(session, {"seed": 3})):
            with pytest.raises(Overtaken, match="another terminal has gone on with this session"):
                write()
        assert second.record(attempt(session, 4)) and second.resumable("conv", "drill")[0].plan == {"seed": 2}
    assert kept(path, session) == Counter([1, 2, 4])


LIMITED = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)), -1))
from cnnquiz.__main__ import main
sys.exit(main())
"""


def test_answers_that_do_not_fit_on_the_disk_are_said_and_the_exit_code_is_3(environment: dict[str, str]) -> None:
    path = Path(environment["CNNQUIZ_HOME"]) / "history.db"
    with History.open(path):
        pass
    command = [sys.executable, "-c", LIMITED, "150000", "take", "week8", "--answers", "d d c b d b b a d c"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    saved_ones = sum(kept(path, session).total() for session in sessions(path))
    assert done.returncode == 3 and 0 < saved_ones < 10, done.stderr
    assert f"{10 - saved_ones} answers of this session could not be saved" in done.stderr


def sessions(path: Path) -> list[str]:
    with History.require(path) as history:
        return [row[0] for row in history.db.execute("SELECT uid FROM sessions")]


def test_programs_killed_in_pipes_in_terminals_and_at_upkeep_lose_nothing(tmp_path: Path) -> None:
    rows = list(kills.run(len(kills.KINDS), 0, tmp_path))
    assert [kind for kind, _ in rows] == list(kills.KINDS)
    assert not any(row["lost"] or row["faults"] for _, row in rows), rows
    assert sum(row["shown"] for _, row in rows) > 0
