"""How the command line explains itself: help that can be read, and plain words for what it cannot understand."""

from __future__ import annotations

import pytest
from conftest import Program


def test_the_history_alone_shows_its_help_whole(program: Program) -> None:
    for columns in ("40", "80"):
        shown = program("history", env={"COLUMNS": columns})
        assert (shown.returncode, shown.stderr) == (0, "") and shown.stdout.startswith("Usage: cnnquiz history")
        assert "..." not in shown.stdout.replace("COMMAND ...", "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("take", "BANK is missing (see cnnquiz take --help)"),
        ("take week8 --topic", "--topic needs a value after it (see cnnquiz take --help)"),
        ("take week8 --limit 0", "--limit: 0 is too small: write 1 or more (see cnnquiz take --help)"),
        ("take week8 --limit abc", "--limit: abc is not a whole number (see cnnquiz take --help)"),
        ("take week8 --pass-mark 101", "--pass-mark: 101 is too large: write 100 or less (see cnnquiz take --help)"),
        ("take week8 --pass-mark x", "--pass-mark: x is not a number (see cnnquiz take --help)"),
        ("take week8 week7", "week7 is too much here: put words that belong together in quotes"),
        ("take week8 --fresh=1", "--fresh takes no value (see cnnquiz take --help)"),
        ("list --format x", "--format: x is none of text and json (see cnnquiz list --help)"),
        ("list foo", "foo is none of banks, calculators and networks (see cnnquiz list --help)"),
        ("solve --batch", "--batch needs a value after it (see cnnquiz solve --help)"),
        ("history foo", "no such command 'foo' (see cnnquiz history --help)"),
    ],
)
def test_a_wrong_command_line_is_said_in_plain_words(program: Program, arguments: str, said: str) -> None:
    ended = program(*arguments.split())
    assert ended.returncode == 2 and said in ended.stderr


@pytest.mark.parametrize("columns", ["40", "80"])
def test_names_and_commands_stay_whole_in_help(program: Program, columns: str) -> None:
    drill = program("drill", "-h", env={"COLUMNS": columns}).stdout
    assert "week8/conv-output-size" in drill and "`slip: NAME`" in drill and "x>=" not in drill
    conv = program("solve", "conv", "-h", env={"COLUMNS": columns}).stdout
    assert "\n  cnnquiz solve conv --in 256 --k 7 --s 2\n" in conv and "--find" in conv
    assert "--find" not in program("solve", "linear", "-h", env={"COLUMNS": columns}).stdout


@pytest.mark.parametrize(
    "arguments",
    ["take wek8", "show wek8", "show week8/softmx", "drill softmx", "drill week8/softmx", "solve softmx --help",
     "check --explain key-wrng"],
)  # fmt: skip
def test_what_is_meant_instead_works(program: Program, arguments: str) -> None:
    wrong = program(*arguments.split())
    said = wrong.stderr.replace("Did", "did").partition("did you mean ")[2]
    assert wrong.returncode == 2 and said
    typed = next(one for one in arguments.split() if one.rpartition("/")[2] in wrong.stderr)
    for meant in said.partition("?")[0].split(" or "):
        assert program(*arguments.replace(typed, meant).split(), stdin="q\n").returncode == 0
