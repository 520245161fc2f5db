"""`take` as scripts and pipes meet it: real processes, their output, their exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import Program

WEEK8 = "d d c b d b b a d c"
TAKE = Path(__file__).parent / "take"
KINDS, HOSTILE = str(TAKE / "kinds.yaml"), str(TAKE / "hostile.yaml")


def document(ended: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """The JSON document, which is all of stdout."""
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


# -- scripts -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("bank", "answers", "score"), [("week8", WEEK8, 10), ("week7", "b d c c b c d c d", 9)])
def test_the_printed_quizzes_give_full_marks(program: Program, bank: str, answers: str, score: int) -> None:
    ended = program("take", bank, "--answers", answers, "--format", "json")
    found = document(ended)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert (found["bank"], found["score"], found["max_score"]) == (bank, score, score)
    fields = {"id", "seed", "response", "key", "correct", "score", "misconception", "seconds"}
    assert all(item.keys() == fields and item["correct"] and item["score"] == 1 for item in found["items"])


def test_a_wrong_answer_names_its_slip(program: Program) -> None:
    first = document(program("take", "week8", "--limit", "1", "--answers", "b", "--format", "json"))["items"][0]
    assert (first["response"], first["key"], first["correct"], first["score"]) == ("b", "d", False, 0)
    assert first["misconception"] == "forgot-kernel"


def test_lines_and_a_script_come_to_the_same(program: Program) -> None:
    typed = program("take", "week8", "--format", "json", stdin=WEEK8.replace(" ", "\n"))
    scripted = program("take", "week8", "--format", "json", "--answers", WEEK8.replace(" ", ","))
    assert typed.returncode == 0 and "Question 1 of 10" in typed.stderr
    items = document(typed)["items"]
    assert all(item["seconds"] >= 0 for item in items), "only answers that are typed take time"
    assert [{**item, "seconds": None} for item in items] == document(scripted)["items"]


def test_a_shuffled_quiz_is_reproducible_and_reports_the_banks_letters(program: Program) -> None:
    arguments = ("take", "week8", "--shuffle", "--seed", "7", "--format", "json", "--answers", "a a a a a a a a a a")
    first, second = program(*arguments), program(*arguments)
    assert first.stdout == second.stdout
    keys = {item["id"]: item["key"] for item in document(first)["items"]}
    printed = program("take", "week8", "--format", "json", "--answers", WEEK8)
    assert list(keys) != [item["id"] for item in document(printed)["items"]]
    assert keys["conv-output-size"] == "d" and keys["relu-false"] == "c" and keys["flatten-dimension"] == "a"


def test_the_table_has_the_letters_that_were_on_the_screen(program: Program) -> None:
    arguments = ("take", "week8", "--order", "3", "--topic", "convolution", "--answers", "a a")
    shown = program(*arguments).stdout
    table = shown.split("yours  key")[1].split("Next")[0]
    every = [line.split() for line in table.split("By topic")[0].splitlines() if line.strip()]
    assert all(id not in table for id in ("conv-output-size", "cnn-false"))
    keys = [line.split()[3] for line in shown.splitlines() if line.strip().startswith("The answer is ")]
    marked = {item["id"]: item for item in document(program(*arguments, "--format", "json"))["items"]}
    missed = [words[-1] for words, item in zip(every, marked.values(), strict=True) if not item["correct"]]
    assert keys == missed and all(words[-2] == "a" for words in every)
    assert [item["key"] for item in marked.values()] != [words[-1] for words in every]


def test_an_exams_review_shows_the_figures(program: Program) -> None:
    shown = program("take", "week8", "--exam", "--answers", WEEK8, env={"LC_ALL": "C"}).stdout
    assert shown.split("The questions with their answers")[1].count("Figure: The input is a drawing of one face.") == 1


@pytest.mark.parametrize(
    ("typed", "there", "missing"),
    [
        ("?\nq\n", ["s  skip"], ["back", "Backspace", "capital"]),
        ("d\n?\nq\n", ["B  back", "a small b answers where there is an option b"], ["capital"]),
    ],
)
def test_the_list_of_keys_holds_what_can_be_done_now(
    program: Program, typed: str, there: list[str], missing: list[str]
) -> None:
    listed = program("take", "week8", stdin=typed).stdout.split("> ?")[1]
    assert all(words in listed for words in there) and not any(words in listed for words in missing)


def test_typed_questions_have_no_talk_of_options(program: Program) -> None:
    listed = program("take", KINDS, stdin="a c\n?\nq\n").stdout.split("> ?")[1]
    assert "b  back" in listed and "option" not in listed and "Backspace" not in listed


def test_hints_stand_again_where_the_question_comes_back(program: Program) -> None:
    shown = program("take", "week8", stdin="d\nh\nB\nq\n").stdout
    assert shown.count("Hint 1 of") == 2 and shown.count("Question 2 of 10") == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["take", "week8", "--answers", "d d"], "--answers has 2 answers, but there are 10 questions"),
        (["take", "week8", "--limit", "1", "--answers", "z"], "answer 1, 'z', does not fit conv-output-size"),
        (["take", "wek8"], "did you mean week8"),
        (["take", "week8", "--topic", "nothing"], "its topics are convolution"),
        (["take", "week8", "--time", "soon"], "write 20m, 90s or 1h30m"),
        (["take", "week8", "--limit", "0"], "limit"),
        (["take", "week8", "--pass-mark", "101"], "pass-mark"),
        (["take", "week8"], "the input ended before an answer came"),
        (["take", "."], ""),
    ],
)
def test_what_cannot_be_used_is_one_clear_line(program: Program, arguments: list[str], words: str) -> None:
    ended = program(*arguments)
    assert ended.returncode == 2
    message = [line for line in ended.stderr.splitlines() if not line.startswith("Try:")]
    assert len(message) == 1 and words in message[0]


@pytest.mark.parametrize(("mark", "code"), [("50", 0), ("51", 1)])
def test_the_pass_mark(program: Program, mark: str, code: int) -> None:
    assert program("take", "week8", "--limit", "2", "--answers", "d a", "--pass-mark", mark).returncode == code


def test_only_the_mistakes(program: Program) -> None:
    assert "Nothing to retry: you have not taken this quiz yet." in program("take", "week8", "--mistakes").stdout
    program("take", "week8", "--answers", "a d c b - b b a d c")
    again = document(program("take", "week8", "--mistakes", "--format", "json", "--answers", "d d"))
    assert [item["id"] for item in again["items"]] == ["conv-output-size", "conv-parameters"]
    ended = program("take", "week8", "--mistakes", "--format", "json")
    assert (ended.returncode, document(ended)["items"]) == (0, [])


def test_an_exam_says_nothing_until_its_end(program: Program) -> None:
    shown = program("take", "week8", "--exam", "--limit", "2", "--answers", "a d").stdout
    during, after = shown.split("The questions with their answers")
    assert "Right" not in during and "Wrong" not in during and "hint" not in during
    assert "Wrong: a" in after and "Right: d" in after and "1 of 2 right" in after


def test_every_kind_of_answer(program: Program) -> None:
    found = document(program("take", KINDS, "--format", "json", stdin="a c\nmany\n12.0\n5 x 5 x 2\nfalse\n"))
    assert [item["score"] for item in found["items"]] == [1, 1, 1, 1]
    assert [item["response"] for item in found["items"]] == ["a c", "12.0", "5 x 5 x 2", "b"]


def test_commands_as_lines(program: Program) -> None:
    ended = program("take", "week8", stdin="\nhint\nh\nh\nh\n?\nx\nskip\nq\n")
    assert ended.returncode == 0
    for words in ("Hint 3 of 3", "no more hints", "save and leave", "'x' cannot be read", "The answer is d"):
        assert words in ended.stdout
    assert "1 of 10 done and saved. Resume with: cnnquiz take week8" in ended.stdout


def test_input_that_ends_early_is_saved(program: Program) -> None:
    ended = program("take", "week8", stdin="d\nd\n")
    assert ended.returncode == 0
    assert "2 of 10 done and saved" in ended.stderr


# -- screens -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("columns", [40, 80, 120])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_a_pipe_gets_complete_plain_text_that_fits(program: Program, columns: int, encoding: str) -> None:
    env = {"COLUMNS": str(columns), "PYTHONIOENCODING": encoding}
    shown = program("take", "week8", "--answers", WEEK8, env=env).stdout
    assert "\x1b" not in shown and "\r" not in shown
    assert all(len(line) <= columns and line == line.rstrip() for line in shown.splitlines())
    assert "10 of 10 right" in shown and "124.5" in shown
    assert encoding == "utf-8" or shown.isascii()


def test_an_ascii_locale_gets_ascii(program: Program) -> None:
    shown = program("take", "week8", "--answers", WEEK8, env={"LC_ALL": "C"}).stdout
    assert shown.isascii() and "Figure: The input is a drawing of one face." in shown


@pytest.mark.parametrize("answers", ["a", "b", "-"])
def test_a_hostile_bank_is_harmless(program: Program, answers: str) -> None:
    ended = program("take", HOSTILE, "--answers", answers)
    assert ended.returncode == 0
    assert not set(ended.stdout) & set("\x1b\x07\x9b\u202e")
    for words in ("[red]title[/]", "[bold]stem[/bold]", "[link=http://x]y[/link]", "[/closing]", "[bold]alt[/]"):
        assert words in ended.stdout


def test_a_folder_that_cannot_be_written_is_said_once_and_the_quiz_goes_on(program: Program, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    ended = program("take", "week8", "--answers", WEEK8, env={"CNNQUIZ_HOME": str(blocked)})
    assert ended.returncode == 3 and "10 of 10 right" in ended.stdout
    at_first, at_the_end = ended.stderr.splitlines()
    assert "nothing will be saved" in at_first and "10 answers of this session could not be saved" in at_the_end


def test_a_reader_that_leaves_early_is_no_fault(environment: dict[str, str]) -> None:
    command = f"{sys.executable} -m cnnquiz take week8 --answers '{WEEK8}' | head -1"
    ended = subprocess.run(command, shell=True, capture_output=True, text=True, env=environment, check=True)
    assert ended.stderr == ""


def test_the_first_question_does_not_wait_for_sympy(environment: dict[str, str], tmp_path: Path) -> None:
    code = (
        "import sys; sys.argv[1:] = ['take', 'week8']\n"
        "from cnnquiz.__main__ import main\ncode = main()\n"
        "print('sympy' in sys.modules, 'fsrs' in sys.modules, code, file=sys.stderr)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], input="quit\n", capture_output=True, text=True, env=environment, cwd=tmp_path,
        check=True,
    )  # fmt: skip
    assert ended.stderr.split() == ["False", "False", "0"]
    assert "Question 1 of 10" in ended.stdout


def test_an_exam_has_no_hints_and_an_answer_can_be_changed(program: Program) -> None:
    ended = program("take", "week8", "--exam", "--limit", "2", stdin="h\na\nback\nd\nd\n")
    assert "An exam has no hints." in ended.stdout
    assert "Your answer so far: a" in ended.stdout
    assert "2 of 2 right" in ended.stdout
    assert program("take", "week8", "--mistakes").stdout.lstrip().startswith("Nothing to retry: what you answered")


@pytest.mark.parametrize(("command", "typed"), [("take", "a\n1\nq\n"), ("drill", "1\nq\n")])
def test_a_bank_whose_name_is_not_utf_8_is_asked_and_saved(
    program: Program, tmp_path: Path, command: str, typed: str
) -> None:
    name = "a\udcff.yaml"
    (tmp_path / name).write_text(
        "format: 1\nid: odd\ntitle: Odd\nitems:\n  - {id: one, stem: How wide?, type: number, key: '125',"
        " derivation: {conv: {in: 256, k: 7, s: 2}, want: output_size}, vary: {in: {choice: [64, 128, 256]}}}\n",
        encoding="utf-8",
    )
    for attempts in ("1 attempts", "2 attempts"):
        asked = program(command, name, stdin=typed)
        assert (asked.returncode, asked.stderr) == (0, "") or "Resume with" in asked.stderr
        assert attempts in program("history", "check").stdout


@pytest.mark.parametrize("mark", ["nan", "inf", "-1", "101", "x"])
def test_a_pass_mark_is_a_number_from_0_to_100(program: Program, mark: str) -> None:
    ended = program("take", "week8", "--answers", "d", "--limit", "1", "--pass-mark", mark)
    assert (ended.returncode, ended.stdout) == (2, "") and "--pass-mark" in ended.stderr


def test_docstrings_are_read_from_the_source_where_python_leaves_them_out(program: Program) -> None:
    ended = program("take", "week8", "--answers", "d", "--limit", "1", env={"PYTHONOPTIMIZE": "2"})
    assert (ended.returncode, ended.stderr) == (0, "")


# -- items of several parts --------------------------------------------------------------------------

PARTS = str(TAKE / "parts.yaml")


@pytest.mark.parametrize(
    ("typed", "response", "score", "slip"),
    [
        ("14x14x8; 608", "14x14x8; 608", 1, None),
        ("14x14x8\n608", "14x14x8; 608", 1, None),
        ("14x14x8 ;600;", "14x14x8; 600", 0.5, "forgot-bias"),
        ("15x15x8\n600", "15x15x8; 600", 0, "rounded-up+forgot-bias"),
        ("14x14x8\nmany\n608", "14x14x8; 608", 1, None),
        ("14x14x8\n-", "14x14x8; -", 0.5, None),
        ("-; 608", "-; 608", 0.5, None),
        ("14x14x8; 608; 3\n-", "", 0, None),
    ],
)
def test_parts_are_answered_one_after_another_or_in_one_line(
    program: Program, typed: str, response: str, score: float, slip: str | None
) -> None:
    shown = document(program("take", PARTS, "--limit", "1", "--format", "json", stdin=typed + "\n"))["items"][0]
    assert (shown["response"], shown["score"], shown["misconception"]) == (response, score, slip)
    assert (shown["key"], shown["correct"]) == ("14x14x8; 608", score == 1)


def test_a_script_answers_every_part(program: Program) -> None:
    found = document(program("take", PARTS, "--answers", "14x14x8;608 0; f; 2", "--format", "json"))
    assert [item["score"] for item in found["items"]] == [1, pytest.approx(2 / 3, abs=1e-3)]
    ended = program("take", PARTS, "--answers", "14x14x8 0;true;2")
    assert ended.returncode == 2 and "write 2 values with ; between them" in ended.stderr


def test_each_part_has_its_verdict_and_its_slip(program: Program) -> None:
    shown = program("take", PARTS, "--limit", "1", stdin="14x14x8\n600\n").stdout
    assert "2. How many parameters has the layer, biases included? Type a number." in shown
    told = shown.split("Partly right: 14x14x8; 600   (back tomorrow)")[1].split("The answer is")[0]
    assert " ".join(told.split()) == "1. ✓ 14x14x8 2. ✗ 600 One bias for each filter is missing."
    assert "The answer is 14x14x8; 608" in shown and "shape = o × o × F" in shown and "parameters = f·F" in shown


def test_a_drill_of_parts_names_the_slip_of_each(program: Program, tmp_path: Path) -> None:
    (tmp_path / "answers").write_text("slip: forgot-bias\nkey\n")
    arguments = ("drill", PARTS, "--seed", "1", "--limit", "1", "--answers-file", str(tmp_path / "answers"))
    [asked] = document(program(*arguments, "--format", "json"))["questions"]
    assert (asked["want"], asked["misconception"]) == ("output_shape; parameters", "forgot-bias")
    assert "1. What is the shape of the output?\n2. How many" in asked["stem"]


def test_an_item_of_parts_is_shown_with_the_key_of_each(program: Program) -> None:
    shown = document(program("show", PARTS, "--format", "json"))["items"]
    assert [(item["key"], item["status"]) for item in shown] == [("14x14x8; 608", "proved"), ("0; true; 2", "asserted")]
    assert shown[0]["options"] == {} and "2. How many parameters" in shown[0]["stem"]


def test_a_figure_that_has_gone_is_said_and_stands_in_words(program: Program, tmp_path: Path) -> None:
    (tmp_path / "gone.yaml").write_text(
        "format: 1\nid: gone\ntitle: A figure that has gone\nitems:\n"
        "  - {id: one, stem: Which?, options: {a: this, b: that}, key: a, figure: {file: x.txt, alt: Two boxes.}}\n",
        encoding="utf-8",
    )
    ended = program("take", "gone.yaml", "--answers", "a")
    assert ended.returncode == 0 and "1 of 1 right" in ended.stdout
    assert "Figure: Two boxes." in ended.stdout and "x.txt" in ended.stderr
