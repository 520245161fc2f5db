"""`cnnquiz drill` as a process: the exchange, the script and its document, interruptions, and what is on the disk."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pexpect
import pytest
from conftest import Program

PROMPT = "> $"
Start = Callable[..., "pexpect.spawn[str]"]
Drill = Callable[..., dict[str, Any]]


def verdicts(home: Path) -> list[tuple[str, str]]:
    """The answers and their verdicts on the disk, in order."""
    with closing(sqlite3.connect(home / "history.db")) as db:
        return db.execute(
            "SELECT t.text, a.verdict FROM attempts a JOIN texts t ON t.id = a.response ORDER BY a.id"
        ).fetchall()


@pytest.fixture
def drill(program: Program, tmp_path: Path) -> Drill:
    """A scripted drill, as its document."""

    def run(*what: str, answers: list[str], seed: int = 1) -> dict[str, Any]:
        file = tmp_path / "answers.txt"
        file.write_text("".join(f"{line}\n" for line in answers), "utf-8")
        ended = program("drill", *what, "--seed", str(seed), "--answers-file", str(file), "--format", "json")
        assert ended.returncode == 0 and ended.stderr == ""
        document: dict[str, Any] = json.loads(ended.stdout)
        return document

    return run


@pytest.fixture
def start(environment: dict[str, str], tmp_path: Path) -> Iterator[Start]:
    """Starts a drill in a terminal of its own."""
    children: list[pexpect.spawn[str]] = []

    def spawn(*arguments: str, columns: int = 80) -> pexpect.spawn[str]:
        terminal = {name: value for name, value in environment.items() if name != "COLUMNS"} | {"TERM": "dumb"}
        child = pexpect.spawn(
            sys.executable, ["-m", "cnnquiz", "drill", *arguments], env=terminal,  # type: ignore[arg-type]
            cwd=str(tmp_path), dimensions=(50, columns), encoding="utf-8", timeout=20,
        )  # fmt: skip
        child.delaybeforesend = None
        children.append(child)
        return child

    yield spawn
    for child in children:
        child.close(force=True)


def ended(child: pexpect.spawn[str]) -> int:
    child.expect(pexpect.EOF)
    child.close()
    return int(child.exitstatus if child.exitstatus is not None else -int(child.signalstatus or 0))


# -- the exchange ----------------------------------------------------------------------------------------


def test_a_wrong_answer_is_named_tried_again_and_worked_out(program: Program) -> None:
    out = program("drill", "week8/conv-output-size", "--seed", "1", stdin="111x111x32\n109x109x3\n").stdout
    assert "Not 111x111x32" in out and "Try it once more" in out
    assert "The answer is 109x109x32" in out and "Step by step" in out
    assert "one channel for each filter, not for each input channel. (kept-input-depth)" in " ".join(out.split())


def test_two_slips_together_are_said_as_one(program: Program) -> None:
    out = program("drill", "week8/conv-output-size", "--seed", "1", stdin="110x110x3\n").stdout
    assert "Perhaps you rounded up and kept the input depth." in out


def test_the_second_try_may_be_right(program: Program) -> None:
    out = program("drill", "conv", "--seed", "1", stdin="5\nh\n10\n").stdout
    assert out.count("Put the kernel at the left end") == 1
    assert "The formula: o = " in out and "Right: 10. Next time without help." in out


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("abc", "'abc' cannot be read. Write height x width x channels"),
        ("109", "'109' is one number. Write height x width x channels"),
        ("109x109", "'109x109' is 2 numbers. Write height x width x channels"),
        ("1/4", "'1/4' cannot be read."),
        ("\x1b[31mred", "'red' cannot be read."),
    ],
)
def test_what_has_not_the_form_asked_for_is_asked_again(program: Program, typed: str, said: str) -> None:
    out = program("drill", "week8/conv-output-size", "--seed", "1", stdin=f"{typed}\n109x109x32\n").stdout
    words = " ".join(out.split())
    assert said in words and "It does not count; try again." in words
    assert "\x1b" not in out and "Right: 109x109x32. 1 of 3 in a row." in out


@pytest.mark.parametrize("typed", ["109x109x32", "109 109 32", "109, 109, 32", "109,109,32", "109×109×32"])
def test_sizes_are_read_generously(program: Program, typed: str) -> None:
    out = program("drill", "week8/conv-output-size", "--seed", "1", stdin=f"{typed}\n").stdout
    assert "Right: 109x109x32" in out


def test_it_ends_by_itself_when_all_is_mastered(program: Program, drill: Drill) -> None:
    document = drill("conv/size-plain", answers=["key"] * 9)
    assert document["mastered"] and document["next"] is None and len(document["questions"]) == 3
    out = program("drill", "flatten", "--seed", "2", stdin="s\nq\n").stdout
    assert "Not mastered yet" in out and "level 1 of 3   0 of 1 right" in out
    assert "Saved. Go on with: cnnquiz drill flatten" in out


def test_a_drill_goes_on_where_it_was_left(program: Program) -> None:
    first = program("drill", "conv", "--seed", "1", stdin="10\nq\n").stdout
    assert "On to level 2 of 4." in first
    again = program("drill", "conv", stdin="q\n").stdout
    assert "You go on where you stopped" in again and "Question 2  output shape" in again
    assert "Question 1" in program("drill", "conv", "--fresh", stdin="q\n").stdout
    assert "Question 1" in program("drill", "params", stdin="q\n").stdout


def test_narrow_plain_and_ascii_screens_lose_nothing(program: Program) -> None:
    typed = "5\nh\nabc\n4\nq\n"
    wide = program("drill", "conv", "params", "--seed", "1", stdin=typed).stdout
    narrow = program("drill", "conv", "params", "--seed", "1", stdin=typed, env={"COLUMNS": "40"}).stdout
    assert max(map(len, narrow.splitlines())) <= 40 and "Step by step" in narrow
    plain = program("drill", "conv", "params", "--seed", "1", stdin=typed, env={"LC_ALL": "C", "TERM": "dumb"}).stdout
    assert plain.isascii() and len(plain.splitlines()) == len(wide.splitlines())


# -- the script ------------------------------------------------------------------------------------------


def test_a_script_gives_the_same_document_every_time(drill: Drill) -> None:
    answers = ["key", "h", "key", "slip: forgot-bias", "key", "s", "7", "7", "slip: rounded-up + forgot-plus-one"] * 4
    one, other = drill("conv", answers=answers), drill("conv", answers=answers)
    assert one == other
    assert one["drill"] == ["conv"] and one["seed"] == 1 and {"how", "hints", "given"} <= one["questions"][0].keys()
    assert [question["how"] for question in one["questions"][:4]] == ["alone", "helped", "helped", "wrong"]
    assert one["questions"][2]["misconception"] == "forgot-bias"
    assert one["next"] is None or one["next"]["stem"]


@pytest.mark.parametrize(
    ("what", "slip"),
    [("conv", "forgot-dilation"), ("conv", "forgot-groups"), ("params", "bias-per-position"), ("flatten", "rounded-up")],
)
def test_whoever_has_one_misconception_hears_its_name(drill: Drill, what: str, slip: str) -> None:
    """Right wherever the misconception changes nothing, they climb to the questions that tell it apart."""
    document = drill(what, answers=[f"slip: {slip}"] * 150)
    tries = [one for question in document["questions"] for one in question["attempts"] if not one["correct"]]
    assert tries and all(slip in one["misconceptions"] and [slip] in one["slips"] for one in tries)


def test_a_pair_is_named_as_a_pair(drill: Drill) -> None:
    document = drill("week8/conv-output-size", answers=["slip: rounded-up + kept-input-depth"] * 12)
    tries = [one for question in document["questions"] for one in question["attempts"] if len(one["slips"]) == 1]
    assert ["rounded-up", "kept-input-depth"] in [one["slips"][0] for one in tries]


def test_a_script_that_is_not_there_is_one_clear_line(program: Program) -> None:
    ended = program("drill", "conv", "--answers-file", "nowhere.txt")
    assert ended.returncode == 2 and ended.stderr == "cnnquiz: nowhere.txt: there is no such file\n"


# -- ends, and the disk ----------------------------------------------------------------------------------


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
    child.expect("0 of 4 skills mastered")
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
    child.expect("Interrupted; 2 answers saved. Go on with: cnnquiz drill conv\r\n")
    assert ended(child) == 130
    assert verdicts(tmp_path / "home") == [("10", "right"), ("1x1x1", "wrong")]


def test_closed_input_is_leaving(environment: dict[str, str], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "cnnquiz", "drill", "conv"]
    done = subprocess.run(["sh", "-c", 'exec "$@" <&-', "sh", *command], env=environment, cwd=tmp_path,
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0 and done.stderr == "" and "Go on with: cnnquiz drill conv" in done.stdout


def test_a_home_that_cannot_be_written_is_said_once_and_the_drill_goes_on(program: Program, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    env = {"CNNQUIZ_HOME": str(tmp_path / "file")}
    done = program("drill", "conv", "--seed", "1", stdin="10\n9x9x9\n8x8x8\n", env=env)
    assert done.returncode == 0 and len(done.stderr.splitlines()) == 1 and "nothing will be saved" in done.stderr
    assert "Right: 10" in done.stdout and "Nothing of it is saved" in done.stdout


def killed(environment: dict[str, str], tmp_path: Path, seconds: float) -> str:
    """What a scripted drill has shown when it is killed after so long."""
    shown = tmp_path / "shown.txt"
    with shown.open("w", encoding="utf-8") as out:
        child = subprocess.Popen(
            [sys.executable, "-u", "-m", "cnnquiz", "drill", "conv", "--seed", "1", "--answers-file", "a.txt"],
            env=environment, cwd=tmp_path, stdout=out,
        )  # fmt: skip
        time.sleep(seconds)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    return shown.read_text("utf-8")


def test_no_verdict_that_was_shown_is_lost_to_a_kill(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("key\n9\n9x9x9\n" * 2000)
    chance, seen = random.Random(5), 0
    for number in range(12):
        home = tmp_path / f"home{number}"
        text = killed(environment | {"CNNQUIZ_HOME": str(home)}, tmp_path, chance.uniform(0.3, 1.5))
        shown = len(re.findall(r"^  (?:✓ Right|✗ Not)", text, re.MULTILINE))
        kept = len(verdicts(home)) if (home / "history.db").exists() else 0
        assert shown <= kept <= shown + 1
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
