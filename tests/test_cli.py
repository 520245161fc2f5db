"""The command line around the commands: help, completion, exit codes, and streams that fail."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from conftest import Program

import cnnquiz
from cnnquiz import __main__ as entry
from cnnquiz import cli, commands
from cnnquiz.errors import CnnquizError

NAMES = cli.cli.list_commands(click.Context(cli.cli))
HEAVY = ("sympy", "rich", "yaml", "sqlite3", "fsrs", "msgspec")


@pytest.mark.parametrize("arguments", [["--help"], ["-h"]])
def test_help_names_every_command(program: Program, arguments: list[str]) -> None:
    shown = program(*arguments)
    assert (shown.returncode, shown.stderr) == (0, "")
    for name in NAMES:
        assert f"\n  {name}" in shown.stdout
        assert cli.summary(name).split()[0] in shown.stdout
    assert "\x1b" not in shown.stdout


@pytest.mark.parametrize(("flag", "columns"), [("-h", 40), ("--help", 80)])
@pytest.mark.parametrize("name", ["", *NAMES])
def test_each_command_has_help_that_fits_the_window(program: Program, name: str, flag: str, columns: int) -> None:
    shown = program(*filter(None, [name]), flag, env={"COLUMNS": str(columns)})
    assert (shown.returncode, shown.stderr) == (0, "")
    assert shown.stdout.startswith(f"Usage: cnnquiz {name}")
    copied_whole = ("_CNNQUIZ_COMPLETE", "cnnquiz ")
    long = [line for line in shown.stdout.splitlines() if len(line) > columns and not line.lstrip().startswith("-")]
    assert [line for line in long if not any(words in line for words in copied_whole)] == []


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], *([name, "--help"] for name in NAMES)])
def test_help_loads_nothing_heavy(environment: dict[str, str], arguments: list[str]) -> None:
    code = (
        f"import sys; sys.argv[1:] = {arguments!r}\nfrom cnnquiz.__main__ import main\nmain()\n"
        f"print(sorted(set({HEAVY!r}) & set(sys.modules)), file=sys.stderr)"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True
    ).stderr
    allowed = "[]" if len(arguments) == 1 else loaded if "sympy" not in loaded else "[]"
    assert loaded.strip() == allowed.strip()


def test_version(program: Program) -> None:
    assert program("--version").stdout == f"cnnquiz {cnnquiz.__version__}\n"


@pytest.mark.parametrize(("typed", "meant"), [("tak", "take"), ("sovle", "solve"), ("lst", "list")])
def test_an_unknown_command_gets_the_nearest_names(program: Program, typed: str, meant: str) -> None:
    ended = program(typed)
    assert ended.returncode == 2 and ended.stdout == ""
    assert ended.stderr.startswith(f"cnnquiz: no such command: {typed}. Did you mean ") and meant in ended.stderr
    assert ended.stderr.endswith(" (see cnnquiz --help)\n")


@pytest.mark.parametrize("arguments", [["--bogus"], ["show"], ["list", "--bogus"], ["\x1b[31mred\n"]])
def test_a_wrong_command_line_is_one_line_with_its_help(program: Program, arguments: list[str]) -> None:
    ended = program(*arguments)
    assert ended.returncode == 2 and ended.stdout == ""
    [message] = ended.stderr.splitlines()
    assert message.startswith("cnnquiz: ") and "(see cnnquiz" in message and "\x1b" not in ended.stderr


# Shell completion


def completed(program: Program, words: str, at: int) -> list[str]:
    """What bash would offer for the word at that place."""
    asked = {"_CNNQUIZ_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(at)}
    return program(env=asked).stdout.splitlines()


def test_commands_complete(program: Program) -> None:
    assert completed(program, "cnnquiz li", 1) == ["plain,list"]


def test_banks_and_items_complete(program: Program) -> None:
    assert completed(program, "cnnquiz show week", 2) == ["plain,week7", "plain,week8", "plain,week9"]
    assert completed(program, "cnnquiz show week8/conv-o", 2) == ["plain,week8/conv-output-size"]
    assert completed(program, "cnnquiz drill linear/wh", 2) == ["plain,linear/which"]
    assert completed(program, "cnnquiz show ./ba", 2) == ["file,./ba"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("solve net vgg1", "vgg11 vgg13 vgg16 vgg19"),
        ("solve net --network vgg19", "vgg19"),
        ("solve conv --padding s", "same"),
        ("solve loss b", "bce"),
        ("solve conv", "conv conv2d convolve"),
        ("drill con", "conv conv2d convolve"),
        ("drill week8/conv-o", "week8/conv-output-size"),
    ],
)
def test_what_can_be_worked_completes(program: Program, words: str, found: str) -> None:
    offered = completed(program, f"cnnquiz {words}", len(words.split()))
    assert offered == [f"plain,{name}" for name in found.split()]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_script(program: Program, shell: str) -> None:
    script = program(env={"_CNNQUIZ_COMPLETE": f"{shell}_source"})
    assert script.returncode == 0 and "_CNNQUIZ_COMPLETE" in script.stdout


# Streams that fail


def shell(environment: dict[str, str], redirected: str) -> subprocess.CompletedProcess[str]:
    """Run a shell line in which `cnnquiz` is the program under test."""
    line = f"set -o pipefail; cnnquiz() {{ '{sys.executable}' -m cnnquiz \"$@\"; }}; {redirected}"
    return subprocess.run(
        ["bash", "-c", line], capture_output=True, text=True, env=environment, timeout=60, check=False
    )


@pytest.mark.parametrize("redirected", ["cnnquiz list <&-", "cnnquiz list >&-", "cnnquiz list 2>&- <&- >&-"])
def test_closed_streams_are_no_fault(environment: dict[str, str], redirected: str) -> None:
    ended = shell(environment, redirected)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_a_reader_that_leaves_early_is_met_with_silence(environment: dict[str, str]) -> None:
    ended = shell(environment, "cnnquiz show week8 --key | { read line; echo done; }")
    assert (ended.stdout, ended.stderr) == ("done\n", "")
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "cnnquiz", "--help"]
    ended = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, env=environment, check=False)
    os.close(write)
    assert (ended.returncode, ended.stderr) == (2, "")


def test_a_full_disk_is_one_line(environment: dict[str, str]) -> None:
    ended = shell(environment, "cnnquiz list > /dev/full")
    assert (ended.returncode, ended.stderr) == (2, "cnnquiz: the output cannot be written: No space left on device\n")


@pytest.mark.parametrize("arguments", [["--help"], ["list"], ["show", "week8", "--key"]])
def test_an_ascii_terminal_gets_everything(program: Program, arguments: list[str]) -> None:
    ended = program(*arguments, env={"PYTHONIOENCODING": "ascii"})
    assert ended.returncode == 0 and ended.stdout.isascii() and ended.stdout


def test_bytes_that_are_no_text_can_stand_in_a_name(environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "cnnquiz", "show", b"\xff\xfe"]
    ended = subprocess.run(command, capture_output=True, env=environment, timeout=60, check=False)
    assert ended.returncode == 2 and ended.stderr.count(b"\n") == 1 and b"Traceback" not in ended.stderr


# Every end of a run, without a process


@pytest.mark.parametrize(
    ("problem", "code", "message"),
    [
        (CnnquizError("no bank `x`"), 2, "cnnquiz: no bank `x`"),
        (CnnquizError("two\nlines \x1b[31m"), 2, "cnnquiz: two lines \\x1b[31m"),
        (KeyboardInterrupt(), 130, "\ncnnquiz: interrupted"),
        (click.Abort(), 130, "\ncnnquiz: interrupted"),
        (EOFError(), 2, "cnnquiz: the input ended before an answer came"),
        (SystemExit(1), 1, ""),
        (SystemExit(None), 0, ""),
        (BrokenPipeError(), 2, ""),
        (MemoryError(), 2, "cnnquiz: this input needs more memory than there is"),
        (RecursionError(), 2, "cnnquiz: this input is nested too deeply"),
        (PermissionError(13, "Permission denied", "f.yaml"), 2, "cnnquiz: f.yaml: Permission denied"),
        (click.FileError("f.json", "is a folder"), 2, "cnnquiz: Could not open file 'f.json': is a folder"),
    ],
    ids=repr,
)
def test_each_end_has_its_exit_code(problem: BaseException, code: int, message: str) -> None:
    assert entry.verdict(problem) == (code, message)


def test_a_fault_of_ours_says_so_and_how_to_report_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert entry.explain(KeyError("x")) == 2
    said = capsys.readouterr().err
    assert said.startswith("cnnquiz: a fault of cnnquiz, not yours (KeyError: 'x')") and said.count("\n") == 1
    assert "CNNQUIZ_DEBUG=1" in said


def test_debugging_shows_the_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNQUIZ_DEBUG", "1")
    entry.explain(KeyError("x"))
    assert "KeyError" in capsys.readouterr().err.splitlines()[0]


def test_endless_input_is_not_repeated() -> None:
    assert len(entry.line("9" * 10_000)) < 1100


def test_ctrl_c_while_the_imports_run(environment: dict[str, str], tmp_path: Path) -> None:
    code = (
        "import os, signal, sys\n"
        "class Interrupt:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'cnnquiz.cli': os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Interrupt())\n"
        "from cnnquiz.__main__ import main\n"
        "sys.exit(main())"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False
    )
    assert (ended.returncode, ended.stderr) == (130, "\ncnnquiz: interrupted\n")


def test_the_commands_folder_is_the_registry() -> None:
    files = {path.stem for path in Path(commands.__path__[0]).glob("[a-z]*.py")}
    assert set(NAMES) == files
