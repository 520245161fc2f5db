"""Files: what is no file is refused at once wherever one is read, and what is written is whole or not there."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from conftest import Program
from history.writer import attempt

from cnnquiz.errors import CnnquizError
from cnnquiz.files import replacement
from cnnquiz.history import History

CRAMPED = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
from cnnquiz.__main__ import main
sys.exit(main())
"""


def listening(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path.name)


NO_FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "pipe": (os.mkfifo, "this is a pipe; name a file"),
    "socket": (listening, "this is not a file but a device or socket; name a file"),
    "device": (lambda path: path.symlink_to("/dev/zero"), "this is not a file but a device or socket; name a file"),
    "folder": (lambda path: path.mkdir(), "this is a folder; name a file"),
    "loop": (lambda path: path.symlink_to(path), "this link leads in a circle"),
}
READERS = (
    "take x.yaml", "check x.yaml", "show x.yaml", "drill x.yaml", "solve net x.yaml", "solve --batch x.jsonl",
    "drill conv --answers-file x.txt", "stats --import x.jsonl", "stats --import x.csv", "history restore x.db",
)  # fmt: skip


@pytest.mark.parametrize("reader", READERS)
def test_what_is_no_file_is_refused_at_once_wherever_one_is_read(
    reader: str, program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's name must be short
    name = reader.split()[-1]
    for kind, (make, words) in NO_FILES.items():
        if (reader, kind) == ("check x.yaml", "folder"):
            words = "no bank is in this folder"
        make(Path(name))
        done = program(*reader.split())
        assert done.returncode == 2 and words in done.stderr and done.stderr.count("\n") == 1, (kind, done.stderr)
        Path(name).rmdir() if kind == "folder" else Path(name).unlink()


SECRET = "password: hunter2\n"


def test_links_out_of_a_folder_are_not_followed_and_that_is_said(program: Program, tmp_path: Path) -> None:
    elsewhere, banks = tmp_path / "elsewhere", tmp_path / "banks"
    elsewhere.mkdir()
    (elsewhere / "secret.yaml").write_text(SECRET, encoding="utf-8")
    assert program("new", "banks/none.yaml").returncode == 2
    banks.mkdir()
    assert program("new", "banks/mine.yaml").returncode == 0
    (banks / "out.yaml").symlink_to(elsewhere / "secret.yaml")
    (banks / "device.yaml").symlink_to("/dev/zero")
    (banks / "folder").symlink_to(elsewhere)
    (banks / "again.yaml").symlink_to("mine.yaml")
    done = program("check", "banks", "--format", "github")
    assert "hunter2" not in done.stdout + done.stderr
    for link in ("banks/out.yaml", "banks/device.yaml", "banks/folder"):
        assert f"{link}: skipped, this link leads out of the folder; name it to check it." in done.stderr
    assert done.stderr.count("skipped") == 3 and done.returncode == 0
    assert done.stdout.startswith("2 banks, "), "a link to a bank in the folder is one"
    named = program("check", "banks/out.yaml", "--format", "json")
    assert named.returncode == 1 and "schema" in named.stdout
    (banks / "link").symlink_to(banks)
    assert "skipped" not in program("check", "banks/mine.yaml").stderr
    (tmp_path / "also").symlink_to(banks)
    assert program("check", "also").stderr.count("skipped") == 3


def test_a_failed_write_leaves_no_file(environment: dict[str, str], tmp_path: Path) -> None:
    with History.open(Path(environment["CNNQUIZ_HOME"]) / "history.db") as history:
        for number in range(20):
            history.record(attempt("s", number))
    bank = Path(__file__).parent / "checks" / "rules" / "key-wrong" / "bad.yaml"
    for words in (["new", "mine.yaml"], ["check", str(bank), "--output", "report.txt"],
                  ["stats", "--export", "out.jsonl"], ["history", "backup", "copy.db"]):  # fmt: skip
        command = [sys.executable, "-c", CRAMPED, *words]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 2 and done.stderr.splitlines()[-1].startswith("cnnquiz: "), done.stderr
        assert "cannot be read" not in done.stderr
        assert [one.name for one in tmp_path.iterdir()] == ["home"], words


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("none/x.yaml", "the folder none does not exist"),
        ("/dev/full/x.yaml", "the folder /dev/full does not exist"),
        ("x" * 300 + ".yaml", "the bank cannot be written (File name too long)"),
        ("there.yaml", "is there already, and is left as it is"),
        ("loop.yaml", "is there already, and is left as it is"),
        ("", ".yaml: a bank's file needs a letter or a digit in its name"),
        ("/", "/.yaml: a bank's file needs a letter or a digit in its name"),
        ("..", "...yaml: a bank's file needs a letter or a digit in its name"),
        ("sub/", "sub/.yaml: a bank's file needs a letter or a digit in its name"),
        ("-x.yaml", "-x.yaml: a name that begins with - is taken for an option"),
        ("./-x", "-x.yaml: a name that begins with - is taken for an option"),
    ],
)
def test_a_bank_that_cannot_be_begun_is_one_true_line(path: str, words: str, program: Program, tmp_path: Path) -> None:
    (tmp_path / "there.yaml").write_text("mine", encoding="utf-8")
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    (tmp_path / "sub").mkdir()
    done = program("new", "--", path)
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and words in done.stderr
    assert "read" not in done.stderr.replace("already", "")
    assert (tmp_path / "there.yaml").read_text(encoding="utf-8") == "mine"


def test_a_file_that_appears_meanwhile_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "mine.yaml"
    for late in (lambda: place.write_text("late", encoding="utf-8"), lambda: place.symlink_to("none")):
        refused = pytest.raises(CnnquizError, match=r"failed \(File exists\)")
        with refused, replacement(place, "failed", new=True) as draft:
            draft.write_text("draft", encoding="utf-8")
            late()
        assert [one.name for one in tmp_path.iterdir()] == ["mine.yaml"]
        assert place.is_symlink() or place.read_text(encoding="utf-8") == "late"
        place.unlink()


@pytest.mark.parametrize("force", [(), ("--force",)])
@pytest.mark.parametrize("command", ["stats --export", "history backup"])
def test_a_device_or_folder_is_no_file_to_write(
    command: str, force: tuple[str, ...], program: Program, environment: dict[str, str], tmp_path: Path
) -> None:
    History.open(Path(environment["CNNQUIZ_HOME"]) / "history.db").close()
    (tmp_path / "device.csv").symlink_to("/dev/null")
    (tmp_path / "folder.csv").mkdir()
    for name in ("device.csv", "folder.csv"):
        done = program(*command.split(), name, *force)
        assert done.returncode == 2 and "(this is no file); name a file" in done.stderr and "--force" not in done.stderr


def test_a_byte_order_mark_before_any_input_is_passed_over(
    program: Program, environment: dict[str, str], tmp_path: Path
) -> None:
    mark = "\ufeff"
    with History.open(Path(environment["CNNQUIZ_HOME"]) / "history.db") as history:
        assert history.record(attempt("s", 1))
    for kind in ("jsonl", "csv"):
        assert program("stats", "--export", f"all.{kind}").returncode == 0
        text = (tmp_path / f"all.{kind}").read_text(encoding="utf-8")
        (tmp_path / f"marked.{kind}").write_text(mark + text, encoding="utf-8")
        assert "1 attempts, 0 of them new" in program("stats", "--import", f"marked.{kind}").stdout
    line = mark + '{"calculator": "conv", "given": {"in": 9, "k": 3}}\n'
    (tmp_path / "batch.jsonl").write_text(line, encoding="utf-8")
    assert program("solve", "--batch", "batch.jsonl").returncode == 0
    assert program("solve", "--batch", "-", stdin=line).returncode == 0
    (tmp_path / "answers.txt").write_text(f"{mark}key\n", encoding="utf-8")
    drill = ("drill", "conv", "--seed", "1", "--limit", "1")
    assert "1 right" in program(*drill, "--answers-file", "answers.txt").stdout
    assert "Right: 10" in program(*drill, stdin=f"{mark}10\n").stdout
    assert "1 of 1 right" in program("take", "week8", "--limit", "1", stdin=f"{mark}d\n").stdout


WRITES = """
import os, sys, time
from pathlib import Path
from cnnquiz.files import replacement
with replacement(Path(sys.argv[1]), "failed") as draft:
    draft.write_text("half")
    Path(f"{draft}-journal").write_text("and SQLite's own")
    print("begun", flush=True)
    time.sleep(600)
"""


def test_drafts_that_a_kill_has_left_are_removed_by_the_next_and_no_others(
    environment: dict[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    writer = partial(subprocess.Popen, stdout=subprocess.PIPE, env=environment)
    commands = [[sys.executable, "-c", WRITES, folder / name] for name in "ab"]
    with writer(commands[0]) as dead, writer(commands[1]) as alive:
        for each in (dead, alive):
            assert each.stdout and each.stdout.readline() == b"begun\n"
        dead.send_signal(signal.SIGKILL)
        dead.wait()
        assert len(list(folder.iterdir())) == 4
        (folder / ".cnnquiz-notes").write_text("somebody's")
        with replacement(folder / "c", "failed") as draft:
            draft.write_text("whole")
        own = {f".cnnquiz-{alive.pid}", f".cnnquiz-{alive.pid}-journal"}
        assert {each.name for each in folder.iterdir()} == own | {"c", ".cnnquiz-notes"}
        alive.kill()


def test_what_fails_is_said_and_the_file_stays_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    path.write_text("old")
    with pytest.raises(CnnquizError, match=r"report.txt: it failed \(No space left\)"), replacement(path, "it failed"):
        raise OSError(28, "No space left")
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("kind", ["pipe", "socket", "device"])
def test_a_report_takes_the_place_of_no_device(
    kind: str, program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    NO_FILES[kind][0](Path("x"))
    before = os.lstat("x").st_mode
    ended = program("check", "--bundled", "--output", "x")
    assert (ended.returncode, os.lstat("x").st_mode) == (2, before)
    assert "this is no file" in ended.stderr and ended.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "words", ["check --bundled --output", "stats --export", "stats --import", "history backup", "history restore"]
)
def test_an_empty_name_is_refused(words: str, program: Program) -> None:
    ended = program(*words.split(), "")
    assert ended.returncode == 2 and ended.stderr.startswith("cnnquiz: ") and "fault" not in ended.stderr


def test_a_line_without_end_is_refused(environment: dict[str, str]) -> None:
    with Path("/dev/zero").open("rb") as endless:
        command = [sys.executable, "-m", "cnnquiz", "take", "week8"]
        ended = subprocess.run(command, stdin=endless, capture_output=True, text=True, env=environment, timeout=60)
    assert ended.returncode == 2 and "a line of 10,000 characters or more" in ended.stderr
