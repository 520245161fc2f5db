"""The terminal as it was before, whatever ends a session; and the same keys where none can be read alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pexpect
import pytest
from answered import DAY, answers
from conftest import PATIENCE, Program, Start, ended, terminals, wait_until

from cnnquiz import interruptions
from cnnquiz.render import keys

KINDS = str(Path(__file__).parent / "take/kinds.yaml")
PROMPT = r"> (\x1b\[\?2004h)?$"
# A session, what is pressed on the way (after what was expected), and the prompt where it is ended.
PLACES: dict[str, tuple[tuple[str, ...], tuple[tuple[str, str], ...], str]] = {
    "question": (("take", "week8"), ((PROMPT, "d"), ("next question", " ")), PROMPT),
    "verdict": (("take", "week8"), ((PROMPT, "d"),), "next question"),
    "timed": (("take", "week8", "--time", "9m"), ((PROMPT, "d"), ("next question", " ")), PROMPT),
    "line": (("take", KINDS), ((PROMPT, "ac\r"), ("next question", " ")), PROMPT),
    "drill": (("drill", "conv", "--seed", "1"), ((PROMPT, "1\r"),), PROMPT),
    "worked": (("drill", "conv", "--seed", "1"), ((PROMPT, "1\r"), (PROMPT, "2\r")), "next question"),
    "review": (("review",), ((PROMPT, "d"), ("next question", " ")), PROMPT),
}
ALONE = ("question", "verdict", "timed", "review")  # where a key is read alone
ENDS = [("SIGTERM", place) for place in PLACES] + [
    (name, place) for name in ("SIGHUP", "SIGQUIT", "SIGINT") for place in ("question", "drill", "review")
]
ENDS += [
    (name, "question")
    for name in ("SIGALRM", "SIGUSR1", "SIGUSR2", "SIGABRT", "SIGXCPU", "SIGVTALRM", "SIGPROF", "SIGTRAP", "SIGSYS")
]
WITHOUT = (
    "import sys, runpy\n"
    "sys.modules.update(dict.fromkeys(('termios', 'tty', 'fcntl', 'resource', 'pwd', 'grp')))\n"
    "import os, signal\n"
    "for name in ('SIGHUP', 'SIGQUIT', 'SIGCONT', 'SIGTSTP', 'SIGVTALRM', 'SIGKILL', 'ITIMER_VIRTUAL', 'setitimer',\n"
    "             'getitimer', 'pthread_sigmask'):\n"
    "    delattr(signal, name)\n"
    "signal.valid_signals = lambda: set(map(signal.Signals, (2, 4, 6, 8, 11, 15)))\n"  # as on Windows
    "for name in ('sched_getaffinity', 'getpgrp', 'tcgetpgrp', 'killpg', 'O_NONBLOCK'):\n"
    "    delattr(os, name)\n"
    "runpy.run_module('cnnquiz', run_name='__main__', alter_sys=True)\n"
)
# Stands for a shell that never mends the terminal: it says whether a job that stopped, went on or ended left it whole.
SHELL = """
import os, signal, sys, termios
before = termios.tcgetattr(0)
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
job = os.fork()
if job == 0:
    os.setpgid(0, 0)
    os.tcsetpgrp(0, os.getpgrp())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
    os.execv(sys.executable, [sys.executable, "-m", "cnnquiz", *sys.argv[1:]])
while True:
    _, status = os.waitpid(job, os.WUNTRACED)
    os.tcsetpgrp(0, os.getpgrp())
    whole = "whole" if termios.tcgetattr(0) == before else "changed"
    if not os.WIFSTOPPED(status):
        print(f"ended {os.waitstatus_to_exitcode(status)} {whole}")
        break
    print(f"stopped {whole}", flush=True)
    if sys.stdin.readline() == "end\\n":
        os.kill(job, signal.SIGTERM)
    else:
        os.tcsetpgrp(0, job)
        print("goes on", flush=True)
    os.kill(job, signal.SIGCONT)
"""


def attributes(child: pexpect.spawn[str]) -> list[Any]:
    return termios.tcgetattr(child.child_fd)


def echoes(child: pexpect.spawn[str]) -> bool:
    return bool(attributes(child)[3] & termios.ECHO)


def at(child: pexpect.spawn[str], place: str) -> None:
    """Answer until the place, and wait there until its keys are read."""
    _, steps, prompt = PLACES[place]
    for said, pressed in steps:
        child.expect(said)
        child.send(pressed)
    child.expect(prompt)
    if place in ALONE:
        wait_until(lambda: not echoes(child))
        assert not echoes(child)


@pytest.fixture
def due(environment: dict[str, str]) -> None:
    answers(Path(environment["CNNQUIZ_HOME"]) / "history.db", 2 * DAY, "week8", "relu-false", "softmax")


@pytest.mark.usefixtures("due")
@pytest.mark.parametrize(("name", "place"), ENDS)
def test_a_signal_saves_restores_and_gives_its_exit_code(
    terminal: Start, program: Program, tmp_path: Path, name: str, place: str
) -> None:
    child = terminal(*PLACES[place][0], columns=120)
    before = attributes(child)
    at(child, place)
    child.kill(getattr(signal, name))
    child.expect("Interrupted")
    child.expect(pexpect.EOF)
    after = attributes(child)
    assert ended(child) == 128 + getattr(signal, name)
    assert after == before
    program("stats", "--export", "all.jsonl")
    assert len((tmp_path / "all.jsonl").read_text(encoding="utf-8").splitlines()) == 2 + PLACES[place][1].count(
        (PROMPT, "1\r")
    ) + PLACES[place][1].count((PROMPT, "2\r")) + (place not in ("drill", "worked"))


def test_the_question_whether_to_resume_is_left_as_well(terminal: Start) -> None:
    child = terminal("take", "week8")
    at(child, "verdict")
    child.send("q")
    assert ended(child) == 0
    again = terminal("take", "week8")
    before = attributes(again)
    again.expect(PROMPT)
    wait_until(lambda: not echoes(again))
    again.kill(signal.SIGTERM)
    again.expect(pexpect.EOF)
    assert (attributes(again), ended(again)) == (before, 143)


@pytest.mark.parametrize("place", ["question", "line", "drill"])
def test_a_terminal_that_is_gone_ends_it_with_what_was_answered(terminal: Start, program: Program, place: str) -> None:
    child = terminal(*PLACES[place][0])
    at(child, place)
    child.ptyproc.fileobj.close()  # hangs up
    child.ptyproc.wait()
    assert (child.ptyproc.exitstatus, child.ptyproc.signalstatus) == (129, None)
    assert "1 attempts" in program("history", "check").stdout


def test_nohup_stays(environment: dict[str, str]) -> None:
    code = (
        "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "from cnnquiz import interruptions; interruptions.heed()\n"
        "assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN\n"
        "assert signal.getsignal(signal.SIGTERM) not in (signal.SIG_IGN, signal.SIG_DFL)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == 0


def test_a_signal_within_a_text_that_is_executed_keeps_its_exit_code(
    environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "stopped.py").write_text(
        "import os, signal, sys; from cnnquiz import interruptions; interruptions.heed()\n"
        "try: exec('os.kill(os.getpid(), signal.SIGTERM)\\nwhile True: pass')\n"
        "except KeyboardInterrupt as interrupt: sys.exit(interruptions.exit_code(interrupt))\n"
    )
    command = [sys.executable, "-m", "stopped"]
    assert subprocess.run(command, env=environment, cwd=tmp_path, check=False).returncode == 143


def test_whatever_ends_a_process_by_default_is_heeded() -> None:
    default = (
        "import os, signal, sys\n"
        "for name in ('SIGPIPE', 'SIGXFSZ'): signal.signal(getattr(signal, name), signal.SIG_IGN)\n"
        "number = int(sys.argv[1])\n"
        "if os.fork() == 0: os.kill(os.getpid(), number); os._exit(0)\n"
        "pid, status = os.waitpid(0, os.WUNTRACED)\n"
        "if os.WIFSTOPPED(status): os.kill(pid, signal.SIGKILL)\n"
        "sys.exit(os.WIFSIGNALED(status))\n"
    )
    faults = {signal.SIGKILL, signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL}
    numbers = sorted(signal.valid_signals() - faults)
    done = [subprocess.run([sys.executable, "-c", default, str(int(each))], check=False).returncode for each in numbers]
    assert {each for each, code in zip(numbers, done, strict=True) if code} == set(interruptions.ENDING)


@pytest.mark.parametrize("place", ["question", "verdict", "drill"])
def test_ctrl_z_gives_the_terminal_back_and_fg_takes_it_again(
    environment: dict[str, str], tmp_path: Path, place: str
) -> None:
    shell = tmp_path / "shell.py"
    shell.write_text(SHELL, encoding="utf-8")
    child: pexpect.spawn[str] = pexpect.spawn(
        sys.executable, [str(shell), *PLACES[place][0]], env=environment | {"TERM": "xterm"},  # type: ignore[arg-type]
        cwd=str(tmp_path), dimensions=(50, 80), encoding="utf-8", timeout=PATIENCE,
    )  # fmt: skip
    child.delaybeforesend = None
    at(child, place)
    for _ in range(2):
        child.send("\x1a")
        child.expect("stopped whole")
        child.send("on\n")
        child.expect("goes on")
        if place in ALONE:
            wait_until(lambda: not echoes(child))
            assert not echoes(child)
    child.send("\x1a")
    child.expect("stopped whole")
    child.send("end\n")  # as `kill %1` does
    child.expect("ended 143 whole")
    child.close(force=True)


# In this process: a fault, and signals at awkward moments


@pytest.fixture
def line_of_keys(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, int]]:
    """A terminal as standard input: the end where a person types, and the end that is read."""
    person, ours = os.openpty()
    with os.fdopen(ours, encoding="utf-8") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        yield person, ours
    os.close(person)


@pytest.mark.parametrize("fault", [RuntimeError, KeyboardInterrupt, MemoryError])
def test_a_fault_while_a_key_is_read_restores_the_terminal(
    line_of_keys: tuple[int, int], monkeypatch: pytest.MonkeyPatch, fault: type[BaseException]
) -> None:
    person, ours = line_of_keys
    before, handler = termios.tcgetattr(ours), signal.getsignal(signal.SIGTSTP)

    def read(_: int) -> str:
        assert termios.tcgetattr(ours) != before
        raise fault

    monkeypatch.setattr(keys, "_character", read)
    os.write(person, b"x")
    with pytest.raises(fault):
        keys.press()
    assert termios.tcgetattr(ours) == before and signal.getsignal(signal.SIGTSTP) == handler


def test_ctrl_d_before_keys_are_read_singly_is_the_end_too(line_of_keys: tuple[int, int]) -> None:
    person, _ = line_of_keys
    os.write(person, b"\x04")
    with pytest.raises(EOFError):
        keys.press()


def test_an_interruption_of_the_restoring_is_made_good_at_the_end(
    line_of_keys: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    person, ours = line_of_keys
    before, at_end = termios.tcgetattr(ours), list[Any]()
    monkeypatch.setattr(keys.atexit, "register", at_end.append)
    monkeypatch.setattr(keys.atexit, "unregister", at_end.remove)
    os.write(person, b"xy")
    assert keys.press() == "x" and not at_end
    handlers = iter([None, None, KeyboardInterrupt(2)])

    def install(*_: object) -> None:
        if fault := next(handlers, None):
            raise fault

    monkeypatch.setattr(keys.signal, "signal", install)
    with pytest.raises(KeyboardInterrupt):
        keys.press()
    assert termios.tcgetattr(ours) != before
    at_end[0]()
    assert termios.tcgetattr(ours) == before


# Where there is no termios


@pytest.fixture
def bare(environment: dict[str, str], tmp_path: Path) -> Iterator[Start]:
    """Starts the program in a terminal, on a system without termios and most signals."""
    script = tmp_path / "bare.py"
    script.write_text(WITHOUT, encoding="utf-8")
    yield from terminals([str(script)], environment, tmp_path, width=100, term="dumb")


def test_each_key_is_a_line_where_none_is_read_alone(bare: Start) -> None:
    child = bare("take", "week8", "--limit", "3")
    child.expect(r"d answer .*\(then press Enter\)")
    for typed, said in (("h", "Hint 1 of 3"), ("hint", "Hint 2 of 3"), ("keys", "this list"), ("b", "Wrong")):
        child.expect(PROMPT)
        child.send(f"\n{typed}\n")
        child.expect(said)
    child.expect(r"Enter next question.*q quit.*\(then press Enter\)")
    child.send("\n")
    child.expect("Question 2 of 3")
    child.expect(PROMPT)
    child.send("skip\n")
    child.expect("Skipped")
    child.send("back\n")
    child.expect("Question 1 of 3")
    child.expect("next question")
    child.send("quit\n")
    child.expect("2 of 3 done and saved")
    assert ended(child) == 0
    again = bare("take", "week8", "--limit", "3")
    again.expect(r"Enter resume.*start over.*\(then press Enter\)")
    again.expect(PROMPT)
    again.send("resume\n")
    again.expect("Question 3 of 3")
    again.expect(PROMPT)
    again.send("d\n")
    again.expect("result")
    again.send("\n")
    again.expect("of 3 right")
    assert ended(again) == 0


@pytest.mark.usefixtures("due")
def test_drill_and_review_without_single_keys(bare: Start) -> None:
    child = bare("drill", "conv", "--seed", "1")
    child.expect(r"h.* hint.*\(then press Enter\)")
    child.send("s\n")
    child.expect(r"next question.*q quit.*\(then press Enter\)")
    child.send("quit\n")
    child.expect("Resume with")
    assert ended(child) == 0
    child = bare("review")
    for _ in range(2):
        child.expect(PROMPT)
        child.send("d\n")
        child.expect(r"\(then press Enter\)")
        child.send("\n")
    child.expect(PROMPT)  # what was missed comes once more
    child.send("quit\n")
    child.expect("done and saved")
    assert ended(child) == 0


COMMANDS = (
    (("--help",), "", 0),
    (("take", "week8", "--limit", "2", "--answers", "d d"), "", 0),
    (("take", "week8", "--limit", "2"), "d\nb\n", 0),
    (("drill", "conv", "--seed", "1", "--limit", "2"), "s\nh\ns\n", 0),
    (("review",), "q\n", 0),
    (("solve", "conv", "--in", "256", "--k", "7", "--s", "2"), "", 0),
    (("solve", "linear", "3*x + 1"), "", 0),
    (("solve", "--batch", "-"), '{"calculator": "conv", "given": {"in": 9, "k": 3}}\n', 0),
    (("check", "--bundled", "--jobs", "2"), "", 0),
    (("stats",), "", 0),
    (("history", "check"), "", 0),
    (("history", "backup", "copy.db"), "", 0),
    (("history", "restore", "copy.db"), "", 0),
    (("new", "mine.yaml"), "", 0),
    (("list",), "", 0),
    (("schema",), "", 0),
)


def test_every_command_works_without_termios_and_most_signals(environment: dict[str, str], tmp_path: Path) -> None:
    for arguments, typed, code in COMMANDS:
        done = subprocess.run(
            [sys.executable, "-c", WITHOUT, *arguments], input=typed, capture_output=True, text=True,
            encoding="utf-8", env=environment, cwd=tmp_path, timeout=4 * PATIENCE, check=False,
        )  # fmt: skip
        assert (done.returncode, "fault of cnnquiz" in done.stderr) == (code, False), (arguments, done.stderr)
        assert done.stdout
