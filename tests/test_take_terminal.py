"""`take` in a terminal of its own: real keys, interruptions, colours, and what is on the disk afterwards."""

from __future__ import annotations

import json
import re
import signal
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pyte
import pytest
from conftest import Program, Start, ended, wait_until

from cnnquiz.items.variants import Variant
from cnnquiz.sessions.preload import preloader

KINDS = str(Path(__file__).parent / "take/kinds.yaml")
PROMPT = r"> (\x1b\[\?2004h)?$"  # behind which a paste comes as one


@pytest.fixture
def start(terminal: Start) -> Start:
    """Starts the program in a terminal of its own."""
    return terminal


def test_one_key_answers(start: Start) -> None:
    child = start("take", "week8", "--limit", "2")
    child.expect(PROMPT)
    child.send("h")
    child.expect("Hint 1 of 3")
    child.expect(PROMPT)
    child.send("b")
    child.expect("Wrong")
    child.expect("The answer is ")
    child.expect("next question")
    child.send("w")
    child.expect("Step by step")
    child.expect("next question")
    child.send("\r")
    child.expect("Question 2 of 2")
    child.expect(PROMPT)
    child.send("D")
    child.expect("Right")
    child.expect("result")
    child.send(" ")
    child.expect("1 of 2 right")
    assert ended(child) == 0


def test_an_interruption_loses_nothing_and_the_next_take_goes_on(start: Start) -> None:
    child = start("take", "week8")
    for letter in "dd":
        child.expect(PROMPT)
        child.send(letter)
        child.expect("next question")
        child.send(" ")
    child.expect("Question 3")
    child.expect(PROMPT)
    child.send("\x03")
    child.expect("2 of 10 done and saved. Resume with: cnnquiz take week8")
    assert ended(child) == 130
    again = start("take", "week8")
    again.expect("You stopped after 2 of 10")
    again.send("\r")
    again.expect("Question 3 of 10")
    again.expect(PROMPT)
    again.send("B")
    again.expect("Question 2 of 10")
    again.expect("Right")
    again.expect("keys")
    again.send("q")
    again.expect("2 of 10 done and saved")
    assert ended(again) == 0


def test_what_was_told_is_on_disk_even_when_it_is_killed(start: Start) -> None:
    child = start("take", "week8")
    child.expect(PROMPT)
    child.send("a")
    child.expect("Wrong")
    child.kill(signal.SIGKILL)
    assert ended(child) == -signal.SIGKILL
    again = start("take", "week8")
    again.expect("You stopped after 1 of 10")
    again.send("n")
    again.expect("Question 1 of 10")


def test_time_is_up_while_the_question_waits(start: Start) -> None:
    child = start("take", "week8", "--time", "2s", "--limit", "2")
    child.expect("left")
    child.expect("The time is up.")
    child.expect("The answer is")
    child.expect("0 of 2 right")
    child.expect("0 of 2 answered when the time was up")
    child.expect("An image of size 256x256x3 .* +skipped")
    child.expect("The figure shows .* +not asked")
    assert ended(child) == 0


def leave_after(child: pexpect.spawn[str], letter: str) -> None:
    child.expect(PROMPT)
    child.send(letter)
    child.expect(["next question", PROMPT])
    child.send("q")


def test_the_command_that_is_named_goes_on_whatever_was_wished(start: Start) -> None:
    leave_after(start("take", "week8", "--topic", "Depth"), "a")
    child = start("take", "week8", "--exam", "--time", "90s")
    leave_after(child, "d")
    child.expect("1 of 10 done and saved. Resume with: cnnquiz take week8 --exam --time 1m30s")
    assert ended(child) == 0
    for arguments, said in (
        (["--exam", "--time", "1m30s"], "1 of 10 questions .exam, 1:[23]. left."),
        ([], "1 of 10 questions .exam, 1:[23]. left."),
        (["--topic", "depth"], "1 of 2 questions .on Depth."),
    ):
        again = start("take", "week8", *arguments, columns=120)
        again.expect(f"You stopped after {said}. They are saved.")
        again.expect(PROMPT)
        again.send("q")
        again.expect("done and saved. Resume with: cnnquiz take week8 --")
        assert ended(again) == 0
    other = start("take", "week8", "--exam")
    other.expect("Question 1 of 10")
    other.send("q")
    fresh = start("take", "week8", "--exam", "--time", "90s", "--fresh")
    fresh.expect("Question 1 of 10")


def three(path: Path, **changes: str) -> None:
    """A bank of three questions, a, b and c, some of them changed; one that is empty is left out."""
    stems = {"a": "Is one odd?", "b": "Is two odd?", "c": "Is three odd?", "id": "three"} | changes
    items = "".join(
        f"  - id: {name}\n    stem: {stem}\n    options: {{a: so, b: not so}}\n    key: a\n"
        for name, stem in stems.items()
        if stem and name != "id"
    )
    path.write_text(f"format: 1\nid: {stems['id']}\ntitle: T\nsource: s\nitems:\n{items}", encoding="utf-8")


@pytest.mark.parametrize(
    ("changes", "said", "question", "done"),
    [
        ({}, "You stopped after 2 of 3 questions. They are saved.\r", "Question 3 of 3", "2 of 3"),
        ({"a": ""}, "1 of 2 questions. .* bank has changed:\\s+1\\s+answer", "Question 2 of 2", "1 of 2"),
        ({"c": ""}, "2 of 2 questions. They are saved.\r", "1 of 2 right", ""),
        ({"d": "Is four odd?"}, "2 of 3 questions. They are saved.\r", "Question 3 of 3", "2 of 3"),
        ({"b": "Is 2 odd?"}, "1 of 3 questions. .* bank has changed:\\s+1\\s+answer", "Question 2 of 3", "1 of 3"),
        ({"a": "Is 1 odd?", "b": ""}, "0 of 2 questions. .* bank has changed:\\s+2\\s+answers", "Question 1 of 2", ""),
        ({"a": "", "b": "", "c": "", "d": "Is 4?"}, "No question of the session that you left", "Question 1 of 1", ""),
        ({"id": "other"}, "is of the bank `three`, as .* it cannot be resumed", "Question 1 of 3", ""),
    ],
)
def test_a_bank_that_has_changed_since_a_session_was_left(
    start: Start, tmp_path: Path, changes: dict[str, str], said: str, question: str, done: str
) -> None:
    bank = tmp_path / "bank.yaml"
    three(bank)
    child = start("take", "bank.yaml", columns=160)
    for letter in "ab":
        child.expect(PROMPT)
        child.send(letter)
        child.expect("next question")
        child.send(" ")
    child.expect(PROMPT)
    child.send("q")
    child.expect("2 of 3 done and saved")
    assert ended(child) == 0
    three(bank, **changes)
    again = start("take", "bank.yaml", columns=160)
    again.expect(said)
    if "No question" not in said and "cannot" not in said:
        again.send("\r")
    again.expect(question)
    if done or "Question" in question:
        again.expect(PROMPT)
        again.send("q")
        again.expect(f"{done} done and saved" if done else "Nothing was answered")
    assert ended(again) == 0


def test_another_key_repeats_the_choices(start: Start) -> None:
    leave_after(start("take", "week8"), "d")
    child = start("take", "week8")
    for key in "?x":
        child.expect("Enter.* resume.*n.* start over.*q.* leave")
        child.expect(PROMPT)
        child.send(key)
    child.expect(PROMPT)
    child.send("\r")
    child.expect("Question 2 of 10")


def test_ctrl_d_saves_and_leaves(start: Start) -> None:
    child = start("take", "week8")
    child.expect(PROMPT)
    child.send("d")
    child.expect("next question")
    child.send("\x04")
    child.expect("1 of 10 done and saved")
    assert ended(child) == 0


def test_typed_answers_in_a_terminal(start: Start) -> None:
    child = start("take", KINDS)
    for line, said in (("ac", "Right"), ("twelve", "cannot be read"), ("12", "Right"), ("4x4x2", "Wrong")):
        child.expect(PROMPT)
        child.send(line + "\r")
        child.expect(said)
        if said != "cannot be read":
            child.expect("next question")
            child.send(" ")
    child.expect(PROMPT)
    child.send("b")
    child.expect("Right")
    child.expect("keys")
    child.send(" ")
    child.expect("3 of 4 right")
    assert ended(child) == 0


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_plain_terminal_gets_no_codes(start: Start, env: dict[str, str]) -> None:
    child = start("take", "week8", **env)
    child.expect(PROMPT)
    child.send("q")
    assert ended(child) == 0
    paste = r"\x1b\[\?2004[hl]" if "NO_COLOR" in env else "$"  # no colour
    assert "\x1b" not in re.sub(paste, "", str(child.before))


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_the_screen_shows_the_question_and_nothing_is_repainted(start: Start, columns: int) -> None:
    child = start("take", "week8", columns=columns)
    child.expect(PROMPT)
    raw = f"{child.before}{child.after}"
    codes = raw.replace("\x1b[?2004h", "").split("\x1b[")[1:]
    assert all(code.lstrip("0123456789;").startswith("m") for code in codes)
    screen = pyte.Screen(columns, 50)
    pyte.Stream(screen).feed(raw)
    lines = [line.rstrip() for line in screen.display]
    assert any(line.strip().startswith("Question 1 of 10") for line in lines)
    assert [line.split() for line in lines if line.strip().startswith("d ")] == [["d", "125x125x4"]]


def test_two_terminals_at_once(start: Start) -> None:
    first, second = start("take", "week8"), start("take", "week7")
    for child, letter in ((first, "d"), (second, "b")):
        child.expect(PROMPT)
        child.send(letter)
    for child in (first, second):
        child.expect("Right")
        child.expect("keys")
        child.send("q")
        child.expect("1 of .* done and saved")
        assert ended(child) == 0


def test_no_signal_is_lost_while_questions_are_worked_ahead() -> None:
    masks: list[set[int]] = []

    def questions() -> Iterator[Variant]:
        masks.append(set(signal.pthread_sigmask(signal.SIG_BLOCK, [])))
        yield from ()

    preloader(questions())()
    wait_until(lambda: bool(masks))
    assert {signal.SIGINT, signal.SIGCONT} <= masks[0], "they wake the main thread, which waits for a key"


def test_a_stopped_quiz_goes_on_with_single_keys(start: Start) -> None:
    child = start("take", "week8")
    child.expect(PROMPT)
    child.kill(signal.SIGSTOP)
    attributes = termios.tcgetattr(child.child_fd)
    attributes[3] |= termios.ICANON | termios.ECHO  # as a shell leaves it
    termios.tcsetattr(child.child_fd, termios.TCSANOW, attributes)
    child.kill(signal.SIGCONT)
    child.send("h")
    child.expect("Hint 1 of 3")
    child.expect(PROMPT)
    child.send("q")
    assert ended(child) == 0


def test_two_terminals_on_one_session_keep_the_numbers_right(start: Start, program: Program) -> None:
    first = start("take", "week8")
    first.expect(PROMPT)
    first.send("d")
    first.expect("next question")
    second = start("take", "week8")
    second.expect("stopped after 1 of 10 questions")
    second.send("\r")
    second.expect("Question 2")
    second.expect(PROMPT)
    second.send("d")
    second.expect("next question")
    first.send(" ")
    first.expect(PROMPT)
    first.send("a")
    first.expect("another terminal has gone on with this session: nothing more is saved in this one")
    assert ended(first) == 3
    second.send("q")
    second.expect("2 of 10 done and saved")
    assert ended(second) == 0
    [session] = json.loads(program("stats", "--format", "json").stdout)["sessions"]
    assert session["attempts"] == 2


def test_an_exam_is_handed_in_and_its_mistakes_come_one_by_one(start: Start) -> None:
    child = start("take", "week8", "--exam", "--limit", "3", "--time", "9m")
    for number, letter in enumerate(("a", "m", "d", "c"), 1):
        child.expect(f"Question {min(number, 2) if number < 4 else 3} of 3" if letter != "d" else "Marked for later")
        child.expect(PROMPT)
        child.send(letter)
    child.expect("2 answered.*1 marked.*0 open")
    child.expect("Hand in")
    child.expect(PROMPT)
    child.send("1\r")
    child.expect("Your answer so far: a")
    child.expect(PROMPT)
    child.send("b")
    for _ in range(2):
        child.expect("Your answer so far")
        child.expect(PROMPT)
        child.send(" ")
    child.expect("Hand in")
    child.expect(PROMPT)
    child.send("y\r")
    child.expect("2 of 3 right")
    child.expect("the one you missed.*keys  ")
    child.send(" ")
    child.expect("Question 1 of 3")
    child.expect("Wrong.*128x128x4")
    child.expect("keys")
    child.send("w")
    child.expect("Step by step")
    child.expect("keys")
    child.send(" ")
    assert ended(child) == 0


def test_the_clock_of_an_exam_runs_on_while_it_is_left(start: Start) -> None:
    child = start("take", "week8", "--exam", "--limit", "2", "--time", "3s")
    child.expect(PROMPT)
    child.send("d")
    child.expect("Question 2")
    child.expect(PROMPT)
    child.send("q")
    child.expect(r"The clock runs on: 0:0\d left")
    assert ended(child) == 0
    time.sleep(3)
    again = start("take", "week8", "--exam", "--limit", "2", "--time", "3s")
    again.expect("0:00 left")
    again.expect(PROMPT)
    again.send("\r")
    again.expect("The time is up")
    again.expect("1 of 2 right")


def test_what_is_typed_ahead_answers_nothing(start: Start) -> None:
    child = start("take", "week8")
    child.expect(PROMPT)
    child.send("ddddd")
    child.expect("keys")
    child.send("q")
    child.expect("1 of 10 done and saved")
    assert ended(child) == 0


def test_an_enter_behind_the_letter_belongs_to_it(start: Start) -> None:
    child = start("take", "week8")
    child.expect(PROMPT)
    child.send("d")
    child.expect("keys  ")
    child.send("\r")
    child.send("q")
    child.expect("1 of 10 done and saved")
    assert ended(child) == 0
    assert "Question 2" not in str(child.before)


@pytest.mark.parametrize("pasted", ["d\nd\nd\nq\n", "rm -rf x\nexit\n"])
def test_a_pasted_block_is_one_answer_or_none(start: Start, pasted: str) -> None:
    child = start("take", "week8")
    child.expect(PROMPT)
    child.send(f"\x1b[200~{pasted}\x1b[201~")
    child.expect("cannot be read as an answer")
    child.expect(PROMPT)
    child.send("\x1b[200~d\n\x1b[201~")
    child.expect("Right")
    child.expect("keys")
    child.send("q")
    child.expect("1 of 10 done and saved")
    assert ended(child) == 0


def test_a_line_is_edited_and_pasted_into(start: Start) -> None:
    child = start("take", KINDS)
    child.expect(PROMPT)
    child.send("\x1b[200~a\nc\x1b[201~\r")
    child.expect("Right")
    child.expect("keys")
    child.send(" ")
    child.expect(PROMPT)
    child.send("32\x01\x1b[C\x7f1\r")  # to the beginning, one to the right, 3 out, 1 in
    child.expect("Right.*12")
    child.expect("keys")
    child.send("q")
    assert ended(child) == 0
