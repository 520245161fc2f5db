"""`drill` in a terminal, interrupted, killed, twice at once: nothing that was answered is lost."""

from __future__ import annotations

import json
import random
import re
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from conftest import Program, Start, ended

PROMPT = "> $"
VERDICT = re.compile("  (?:✓ Right|✗ Not|✗ Wrong)".encode())


def verdicts(home: Path) -> list[tuple[str, str]]:
    """The answers and their verdicts on the disk, in order."""
    with closing(sqlite3.connect(home / "history.db")) as db:
        if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'attempts'").fetchone():
            return []  # stopped before the first question
        return db.execute(
            "SELECT t.text, a.verdict FROM attempts a JOIN texts t ON t.id = a.response ORDER BY a.id"
        ).fetchall()


@pytest.fixture
def start(terminal: Start) -> Start:
    """Starts a drill in a terminal of its own."""
    return partial(terminal, "drill", TERM="dumb")


def test_a_person_gets_time_to_read_the_steps(start: Start, tmp_path: Path) -> None:
    child = start("conv", "--seed", "1")
    child.expect(PROMPT)
    child.sendline("s")
    child.expect("The answer is 10")
    child.expect("Enter next question")
    child.sendline("")
    child.expect("Question 2")
    child.expect(PROMPT)
    child.send("\x04")
    child.expect("0 of 5 skills mastered")
    assert ended(child) == 0
    assert verdicts(tmp_path / "home") == [("", "skipped")]


def test_an_interruption_saves_everything_and_says_so(start: Start, tmp_path: Path) -> None:
    child = start("conv", "--seed", "1")
    for typed in ("10", "1x1x1"):
        child.expect(PROMPT)
        child.sendline(typed)
    child.expect("Try it once more")
    child.expect(PROMPT)
    child.send("\x03")
    child.expect("Interrupted; 2 answers saved. Resume with: cnnquiz drill conv\r\n")
    assert ended(child) == 130
    assert verdicts(tmp_path / "home") == [("10", "right"), ("1x1x1", "wrong")]


@pytest.mark.parametrize("what", [["drill", "conv"], ["take", "week8"], ["take", "week8", "--exam"]])
def test_closed_input_is_no_session(what: list[str], environment: dict[str, str], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "cnnquiz", *what]
    done = subprocess.run(["sh", "-c", 'exec "$@" <&-', "sh", *command], env=environment, cwd=tmp_path,
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 2 and done.stderr.startswith("cnnquiz: the input ended before an answer came: answer at")
    assert done.stderr.count("\n") == 1


def test_an_input_that_ends_after_an_answer_is_leaving(program: Program) -> None:
    done = program("drill", "conv", "--seed", "1", stdin="10\n")
    assert done.returncode == 0 and done.stderr == "" and "Resume with: cnnquiz drill conv" in done.stdout


def test_a_home_that_cannot_be_written_is_said_once_and_the_drill_goes_on(program: Program, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    env = {"CNNQUIZ_HOME": str(tmp_path / "file")}
    done = program("drill", "conv", "--seed", "1", stdin="10\n9x9x9\n8x8x8\n", env=env)
    at_first, at_the_end = done.stderr.splitlines()
    assert done.returncode == 3 and "nothing will be saved" in at_first
    assert "3 answers of this session could not be saved" in at_the_end
    assert "Right: 10" in done.stdout and "Nothing of it is saved" in done.stdout


def killed(environment: dict[str, str], tmp_path: Path, verdicts: int, pause: float) -> int:
    """How many verdicts a scripted drill has shown when it is killed a moment after so many."""
    command = [sys.executable, "-u", "-m", "cnnquiz", "drill", "pool", "--seed", "1", "--answers-file", "a.txt"]
    shown = 0
    with subprocess.Popen(command, env=environment, cwd=tmp_path, stdout=subprocess.PIPE) as child:
        assert child.stdout
        while shown < verdicts and (line := child.stdout.readline()):
            shown += VERDICT.match(line) is not None
        time.sleep(pause)
        child.kill()
        return shown + sum(VERDICT.match(line) is not None for line in child.stdout)


def test_no_verdict_that_was_shown_is_lost_to_a_kill(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("key\n9\n9x9x9\n" * 2000)
    chance, seen = random.Random(5), 0
    for number in range(12):
        home = tmp_path / f"home{number}"
        wanted = chance.randrange(1, 9) if number % 4 else 0  # every fourth is killed while it starts
        shown = killed(environment | {"CNNQUIZ_HOME": str(home)}, tmp_path, wanted, chance.uniform(0, 0.1))
        kept = len(verdicts(home)) if (home / "history.db").exists() else 0
        assert wanted <= shown <= kept <= shown + 1
        seen += shown
    assert seen > 20


def test_two_drills_at_once_keep_all_answers(program: Program, tmp_path: Path) -> None:
    (tmp_path / "answers.txt").write_text("slip: forgot-bias\n" * 40)

    def one(what: str) -> int:
        ended = program("drill", what, "--seed", "1", "--answers-file", "answers.txt", "--format", "json")
        assert ended.returncode == 0 and ended.stderr == ""
        return sum(len(question["attempts"]) for question in json.loads(ended.stdout)["questions"])

    with ThreadPoolExecutor(2) as both:
        counts = list(both.map(one, ["conv", "params"]))
    assert len(verdicts(tmp_path / "home")) in (sum(counts), sum(counts) + 1, sum(counts) + 2)
