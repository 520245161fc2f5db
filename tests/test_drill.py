"""`cnnquiz drill` as a process: the exchange, the script and its document, what is asked again, what goes on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Program

from cnnquiz.render.misconception_text import together

Drill = Callable[..., dict[str, Any]]


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


# -- the exchange ----------------------------------------------------------------------------------------


def test_a_wrong_answer_is_named_tried_again_and_worked_out(program: Program) -> None:
    out = program("drill", "week8/conv-output-size", "--seed", "1", stdin="111x111x32\n109x109x3\n").stdout
    assert "Not 111x111x32" in out and "Try it once more" in out
    assert "The answer is 109x109x32" in out and "Step by step" in out
    assert "one channel for each filter, not for each input channel." in " ".join(out.split())


def test_two_slips_together_are_said_as_one(program: Program) -> None:
    out = program("drill", "week8/conv-output-size", "--seed", "1", stdin="110x110x3\n").stdout
    words = " ".join(out.split())
    assert "Perhaps you rounded up and kept the input depth. The last, incomplete window does not count." in words


def test_the_second_try_may_be_right(program: Program) -> None:
    out = program("drill", "conv", "--seed", "1", stdin="5\nh\n10\n").stdout
    assert out.count("Put the kernel at the left end") == 1
    assert "The formula: o = " in out and "Right: 10. Next time without help." in out


@pytest.mark.parametrize(
    ("what", "formula"),
    [
        ("conv/macs-layer", "macs = w·F·o·o, with w = k·k·C, o = ⌊(i + 2p − k)/s⌋ + 1"),
        ("conv/shape-plain", "shape = o × o × F, with o = ⌊(i + 2p − k)/s⌋ + 1"),
        ("conv/size-plain", "o = ⌊(i + 2p − k)/s⌋ + 1"),
        ("rf/stacked", "r = r + (k − 1)·j"),
    ],
)
def test_the_last_hint_is_the_formula_of_what_is_asked_for(program: Program, what: str, formula: str) -> None:
    out = program("drill", what, "--seed", "1", stdin="h\n" * 6 + "q\n").stdout
    said = " ".join(out.split("The formula: ")[1].split("\n\n")[0].split())
    assert said.casefold().replace(" ⋅ ", "·") == formula.casefold()


def test_a_used_hint_still_counts_when_the_drill_is_gone_on_with(program: Program) -> None:
    program("drill", "conv", "--seed", "1", stdin="10\nh\nq\n")
    again = program("drill", "conv", stdin="key\nq\n").stdout
    assert "Question 2" in again and again.count("Hint: ") == 1
    scripted = program("drill", "conv", stdin="h\nq\n").stdout
    assert scripted.count("Hint: ") + scripted.count("The formula: ") == 2


def test_a_used_try_still_counts_when_the_drill_is_gone_on_with(program: Program) -> None:
    program("drill", "conv/size-plain", "--seed", "1", stdin="9\nq\n")
    assert "Right: 10. Next time without help." in program("drill", "conv/size-plain", stdin="10\nq\n").stdout
    program("drill", "conv/size-plain", "--seed", "1", stdin="9\nq\n")
    assert "Step by step" in program("drill", "conv/size-plain", stdin="8\nq\n").stdout


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("abc", "'abc' cannot be read. Type height x width x channels"),
        ("109", "'109' is one number. Type height x width x channels"),
        ("109x109", "'109x109' is 2 numbers. Type height x width x channels"),
        ("1/4", "'1/4' cannot be read."),
        ("\x1b[31mred", "'red' cannot be read."),
    ],
)
def test_what_has_not_the_form_asked_for_is_asked_again(program: Program, typed: str, said: str) -> None:
    out = program("drill", "week8/conv-output-size", "--seed", "1", stdin=f"{typed}\n109x109x32\n").stdout
    words = " ".join(out.split())
    assert said in words and "It does not count; try again." in words
    assert "\x1b" not in out and "Right: 109x109x32. 1 of 3 in a row." in out


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("1 2 3", "The answer has 4 numbers; this has 3 numbers."),
        ("[1, -1, 1, -1, 1]", "The answer has 4 numbers; this has 5 numbers."),
        ("1/2", "The answer has 4 numbers; this has one number."),
        ("1 2 3 4", ""),
    ],
)
def test_a_list_of_another_length_is_marked_and_told(program: Program, typed: str, said: str) -> None:
    out = program("drill", "batchnorm/group", "--seed", "1", stdin=f"{typed}\nq\n").stdout
    words = " ".join(out.split())
    assert f"Not {typed}." in words and "It does not count" not in words
    assert said in words if said else "this has" not in words


def test_a_list_of_equal_numbers_is_none_of_them(program: Program, tmp_path: Path) -> None:
    bank = tmp_path / "equal.yaml"
    bank.write_text(
        "format: 1\nid: equal\ntitle: equal\nsource: here\nitems:\n"
        "  - {id: a, topic: t, stem: Which two?, type: shape, key: '[2, 2]'}\n"
        "  - {id: b, topic: t, stem: Which rows?, type: shape, key: '[[1, 2], [3, 4]]'}\n",
        encoding="utf-8",
    )
    out = program("take", str(bank), stdin="2\n\n1 2 3 4\n[[1, 2]]\n\n").stdout
    words = " ".join(out.split())
    assert "The answer has 2 numbers; this has one number." in words
    assert "The answer has 2 rows of 2 numbers; this has 1 row of 2 numbers." in words
    assert "'1 2 3 4' is 4 numbers. Type rows of numbers, such as 1 2; 3 4." in words


@pytest.mark.parametrize("typed", ["109x109x32", "109 109 32", "109, 109, 32", "109,109,32", "109×109×32"])
def test_sizes_are_read_generously(program: Program, typed: str) -> None:
    out = program("drill", "week8/conv-output-size", "--seed", "1", stdin=f"{typed}\n").stdout
    assert "Right: 109x109x32" in out


def test_it_ends_by_itself_when_all_is_mastered(program: Program, drill: Drill) -> None:
    document = drill("conv/size-plain", answers=["key"] * 9)
    assert document["mastered"] and document["next"] is None and len(document["questions"]) == 3
    out = program("drill", "flatten", "--seed", "2", stdin="s\nq\n").stdout
    assert "Not mastered yet" in out and "level 1 of 3   0 of 1 right" in out
    assert "Saved. Resume with: cnnquiz drill flatten" in out


def test_a_drill_goes_on_where_it_was_left(program: Program) -> None:
    first = program("drill", "conv", "--seed", "1", stdin="10\nq\n").stdout
    assert "On to level 2 of 4." in first
    again = program("drill", "conv", stdin="q\n").stdout
    assert "You resume where you stopped" in again and "Question 2  output shape" in again
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
    [
        ("conv", "forgot-dilation"), ("conv", "forgot-groups"), ("params", "bias-per-position"),
        ("flatten", "rounded-up"),
    ],
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
    assert program("drill", "conv", "--answers-file", "", stdin="s\n").returncode == 2
    ended = program("drill", "conv", "--answers-file", "nowhere.txt")
    assert ended.returncode == 2 and ended.stderr == "cnnquiz: nowhere.txt: there is no such file\n"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("slip: nonsense", "there is no misconception `nonsense`: this drill knows "),
        ("slip: rounded-up + round-up", "there is no misconception `round-up`: did you mean `rounded-up`?"),
        ("slip:", "there is no misconception ``: "),
        ("answer: 7", "there is no field `answer`: write `slip: NAME`, `key` or a value"),
    ],
)
def test_a_script_with_a_field_or_name_that_is_not_known_is_refused(
    program: Program, tmp_path: Path, line: str, said: str
) -> None:
    file = tmp_path / "answers.txt"
    file.write_text(f"key\n{line}\n", "utf-8")
    ended = program("drill", "conv", "--seed", "1", "--answers-file", str(file))
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(f"cnnquiz: {file}:2: {said}") and ended.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["rounded-up", "forgot-bias"], "Perhaps you rounded up and forgot the bias."),
        (["forgot-kernel", "kept-input-depth"], "Perhaps you forgot the kernel and kept the input depth."),
        (["padding-once", "rounded-up"], "Perhaps two slips together."),
    ],
)
def test_two_slips_read_as_one_sentence(names: list[str], said: str) -> None:
    assert together(names) == said


@pytest.mark.parametrize("line", ["h", "?", "s", "9", "none", "key\ns"])
def test_a_script_that_never_comes_to_its_end_is_refused(line: str, program: Program, tmp_path: Path) -> None:
    (tmp_path / "answers.txt").write_text(f"{line}\n" * 9_000)
    ended = program("drill", "conv2d", "--seed", "1", "--answers-file", "answers.txt")
    message = "cnnquiz: answers.txt: more than 150 lines of it are no right answer; give fewer\n"
    assert (ended.returncode, ended.stderr) == (2, message)
    assert ended.stdout.count("\n") < 10_000
