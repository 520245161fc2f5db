"""Files that are no banks, banks that are not there, and figures: each one clear line, and no harm."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Program

from cnnquiz import bank, files
from cnnquiz.errors import CnnquizError
from cnnquiz.model import Figure

VALID = Path(__file__).parent / "banks" / "valid" / "smallest.yaml"
TEXT = VALID.read_text(encoding="utf-8")
QUICKLY = 5.0


def bomb(levels: int) -> str:
    """Each line names ten of the line above it: 10 ** levels texts, if anyone built them."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, levels)]
    return "\n".join(lines) + "\n"


UNREADABLE: dict[str, tuple[bytes, int, int, str]] = {
    "empty": (b"", 1, 1, "the file is empty"),
    "blank": (b"\n \n", 1, 1, "the file is empty"),
    "byte-order-mark-alone": (b"\xef\xbb\xbf", 1, 1, "the file is empty"),
    "latin-1": (TEXT.replace("One", "Übung").encode("latin-1"), 3, 8, "byte 31 (0xdc) is not UTF-8 text"),
    "utf-16": (TEXT.encode("utf-16"), 1, 1, "byte 1 (0xff) is not UTF-8 text"),
    "binary": (bytes(range(256)) * 40, 3, 115, "byte 129 (0x80) is not UTF-8 text"),
    "picture": (b"\x89PNG\r\n\x1a\n\0\0", 1, 1, "byte 1 (0x89) is not UTF-8 text"),
    "nul": (TEXT.encode() + b"# \0\n", 7, 3, "a control character (U+0000) stands here"),
    "escape": (TEXT.replace("One", "\x1b[31mOne").encode(), 3, 8, "a control character (U+001B) stands here"),
    "tag-bomb": (b"!!python/object/apply:os.system ['touch /tmp/x']", 1, 1, "`!` at the start"),
    "deep-brackets": (b"a: " + b"[" * 200 + b"]" * 200, 1, 53, "nested more than 50 levels deep"),
    "deep-braces": (b"a: " + b"{a: " * 100_000, 1, 200, "nested more than 50 levels deep"),
    "deep-lists": (b"- " * 1000, 1, 101, "nested more than 50 levels deep"),
    "deep-lines": (b"".join(b" " * n + b"a:\n" for n in range(1000)), 51, 51, "nested more than 50 levels"),
    "long-list": (b"a:\n" + b"- x\n" * 2_000_000, 1_000_002, 3, "more than 1,000,000 values"),
    "long-row": (b"a: {b: [" + b"x," * 2_000_000 + b"]}", 1, 20_009, "more than 10,000 values"),
    "alias-bomb": (bomb(30).encode(), 1, 5, "`&` at the start"),
    "alias-list": (b"a: &a x\nb: [" + b"*a, " * 500_000 + b"]\n", 1, 4, "`&` at the start"),
    "one-long-line": (b"a" * 20_000_000, 1, 1, "more than 50,000 characters"),
    "open-quote": (b'a: "' + b"x\n" * 1_000_000, 1, 4, "this quote is never closed"),
    "carriage-returns": (b"format: 1\rid: x\rtitle: [\r", 4, 1, ""),
}


def test_brackets_deeper_than_libyaml_follows_are_one_finding_in_our_words(tmp_path: Path) -> None:
    path = tmp_path / "bank.yaml"
    path.write_bytes(b"a: " + b"[" * 20_000)
    (finding,) = bank.load(path).findings
    assert finding.message == "this is nested more than 50 levels deep"


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_no_bank_is_one_finding_soon(name: str, tmp_path: Path) -> None:
    data, line, column, message = UNREADABLE[name]
    path = tmp_path / "bank.yaml"
    path.write_bytes(data)
    start = time.process_time()
    loaded = bank.load(path)
    assert time.process_time() - start < QUICKLY
    first = min(loaded.findings, key=lambda finding: (finding.line, finding.column))
    assert loaded.bank is None
    assert (first.line, first.column) == (line, column), first
    assert any(message in finding.message for finding in loaded.findings)
    assert all(len(f.message) < 200 and f.message.isprintable() for f in loaded.findings)


@pytest.mark.parametrize("change", ["\r\n", "\r", "bom"])
def test_line_ends_and_byte_order_marks_do_not_matter(change: str, tmp_path: Path) -> None:
    path = tmp_path / "bank.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + TEXT.encode() if change == "bom" else TEXT.replace("\n", change).encode())
    loaded, plain = bank.load(path), bank.load(VALID)
    assert loaded.bank is not None and loaded.bank == plain.bank
    for place in (("title",), ("items", 0, "stem"), ("items", 0)):
        assert loaded.locate(*place) == plain.locate(*place)


def fifo(path: Path) -> None:
    os.mkfifo(path)


def listening(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


def circle(path: Path) -> None:
    path.symlink_to(path.with_name("other.yaml"))
    path.with_name("other.yaml").symlink_to(path)


def sparse(size: int) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        with path.open("wb") as file:
            file.truncate(size)

    return make


NO_FILES: dict[str, tuple[Callable[[Path], None], str]] = {
    "missing": (lambda path: None, "there is no such file"),
    "folder": (lambda path: path.mkdir(), "this is a folder"),
    "pipe": (fifo, "this is a pipe"),
    "socket": (listening, "a device or socket"),
    "device": (lambda path: path.symlink_to("/dev/zero"), "a device"),
    "loop": (circle, "this link leads in a circle"),
    "dangling": (lambda path: path.symlink_to("nowhere"), "this link leads to a file that does not exist"),
    "inside-a-file": (lambda path: path.with_name("x").write_text("") and None, "there is no such file"),
    "200-megabytes": (sparse(200_000_000), "200,000,000 bytes are more than the 33,554,432 that are read"),
    "100-gigabytes": (sparse(100_000_000_000), "more than the 33,554,432 that are read"),
}


@pytest.mark.parametrize("name", NO_FILES)
def test_what_cannot_be_read_is_one_line(name: str, tmp_path: Path) -> None:
    make, message = NO_FILES[name]
    path = tmp_path / "bank.yaml"
    make(path)
    for read in (bank.load, lambda path: bank.open_bank(str(path))):
        with pytest.raises(CnnquizError) as refused:
            read(path)
        assert message in str(refused.value) and str(refused.value).startswith(str(path))
        assert str(refused.value).isprintable()


@pytest.mark.parametrize("name", ["a\0b.yaml", "x" * 5000 + ".yaml", "\x1b[31m.yaml", "a/" * 3000 + "b", "\udcff.yaml"])
def test_impossible_names(name: str) -> None:
    with pytest.raises(CnnquizError) as refused:
        bank.open_bank(name)
    assert str(refused.value).isprintable()


def test_a_file_that_grows_while_it_is_read_is_still_bounded(tmp_path: Path) -> None:
    path = tmp_path / "bank.yaml"
    path.write_bytes(b"x" * 100)
    assert files.read_bytes(path, 100) == b"x" * 100
    with pytest.raises(CnnquizError):
        files.read_bytes(path, 99)


def test_a_file_that_changes_while_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "bank.yaml"
    stop = threading.Event()

    def rewrite() -> None:
        while not stop.is_set():
            path.write_text(TEXT * 3, encoding="utf-8")
            path.unlink(missing_ok=True)
            path.write_text(TEXT, encoding="utf-8")

    writer = threading.Thread(target=rewrite)
    writer.start()
    try:
        for _ in range(300):
            try:
                loaded = bank.load(path)
            except CnnquizError:
                continue
            assert loaded.bank is not None or loaded.findings
    finally:
        stop.set()
        writer.join()


def test_bundled_banks_open_by_id() -> None:
    assert {"week7", "week8"} <= bank.bundled().keys()
    opened = bank.open_bank("week8")
    assert opened.bank is not None and opened.bank.id == "week8" and len(opened.bank.items) == 10


def test_an_unknown_bank_is_refused_with_the_nearest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CnnquizError, match=r"no bank is called 'weak8': did you mean week8\?"):
        bank.open_bank("weak8")
    with pytest.raises(CnnquizError, match=r"there are .*week7, week8"):
        bank.open_bank("zzzzz")


def test_a_bank_with_faults_is_not_opened() -> None:
    path = Path(__file__).parent / "banks" / "invalid" / "nine-faults.yaml"
    with pytest.raises(CnnquizError) as refused:
        bank.open_bank(str(path))
    said = f"{path}:1:1: the bank has no `title` (and 10 more: run cnnquiz check {path})"
    assert str(refused.value) == said


@pytest.mark.parametrize(
    ("text", "where"),
    [("!x\nformat: 1\nid: a\n", "1:1: `!`"), ("t: &t x\nformat: 1\nid: a\ntitle: *t\n", "1:4: `&`")],
)
def test_what_cannot_be_read_is_told_before_what_follows_from_it(text: str, where: str, tmp_path: Path) -> None:
    path = tmp_path / "bank.yaml"
    path.write_text(text)
    with pytest.raises(CnnquizError) as refused:
        bank.open_bank(str(path))
    assert str(refused.value).startswith(f"{path}:{where} at the start of a value")


def test_a_figure_is_read_and_cleaned(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_bytes("\ufeff█▀ ░\r\n\tb\x1b[31m\x07 ⌊\n\n".encode())
    assert bank.figure_text(tmp_path / "bank.yaml", Figure("x.txt")) == "█▀ ░\n        b ⌊"


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("../secret.txt", "lies outside the bank's folder"),
        ("/etc/passwd", "lies outside the bank's folder"),
        ("link.txt", "lies outside the bank's folder"),
        ("nowhere.txt", "there is no such file"),
        (".", "this is a folder"),
        ("binary.txt", "is not UTF-8 text"),
        ("large.txt", "more than the 65,536"),
        ("a\0b", "not a name that a file can have"),
        ("pipe.txt", "this is a pipe"),
    ],
)
def test_a_figure_that_cannot_be_shown_is_one_line(file: str, message: str, tmp_path: Path) -> None:
    folder = tmp_path / "banks"
    folder.mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "binary.txt").write_bytes(b"\xff\xfe")
    (folder / "large.txt").write_text("x" * 70_000)
    fifo(folder / "pipe.txt")
    with pytest.raises(CnnquizError, match=message):
        bank.figure_text(folder / "bank.yaml", Figure(file))


def test_new_writes_a_bank_that_is_sound(program: Program, tmp_path: Path) -> None:
    made = program("new", "My first bank", "--title", 'Of "mine": [a]')
    assert made.returncode == 0 and "cnnquiz check 'My first bank.yaml'" in made.stdout
    opened = bank.open_bank(str(tmp_path / "My first bank.yaml"))
    assert opened.bank is not None and (opened.bank.id, opened.bank.title) == ("my-first-bank", 'Of "mine": [a]')
    again = program("new", "My first bank.yaml")
    assert again.returncode == 2 and "is there already" in again.stderr
    assert program("new", "nowhere/x").stderr.strip() == "cnnquiz: nowhere/x.yaml: the folder nowhere does not exist"
    assert program("new", "...").returncode == 2
