"""Hostile texts in every field: only text comes out. `python tests/fuzz/injection.py 300` plays more scenes."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Program
from fuzz import injection
from fuzz.injection import Output, faults
from history.writer import attempt

from cnnquiz.history import History


@pytest.mark.parametrize("seed", range(4))
def test_nothing_but_text_comes_out(seed: int) -> None:
    played = list(injection.play(seed, share=0.02))
    assert not [(case.words, output.place, found) for case, output, found in played if found]
    assert len(played) > 60
    assert {"text", "json", "junit", "sarif", "github", "lines", "all.csv"} <= {output.form for _, output, _ in played}


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("text", "a\x1b[2Jb"), ("text", "a\x1b[5mb"), ("text", "a\u202eb"), ("json", '"\x9b"'), ("text", "a\u3164b"),
        ("text", "\u200c"), ("text", "a\rb"), ("text", "a\n  ::error::b"), ("text", "\x1b[1m::error::b"),
        ("github", "::error file=a,line=1,col=2,title=schema::b\n::error::c\n1 bank\n"), ("text", "a ##[error]b"),
        ("text", "Qz1 here"), ("text", "e" + "\u0301" * 40), ("json", "{"), ("junit", "<a>"),
        ("lines", '{"a": 1}\nno\n'),
        ("all.csv", "seed,topic\n1,=1+1\n"), ("all.csv", 'seed,topic\n1,"\t@x"\n'),
    ],
)  # fmt: skip
def test_what_is_a_fault(form: str, text: str) -> None:
    assert list(faults(Output("stdout", form, text)))


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("text", "\x1b[1;31mwrong\x1b[0m [bold]Qz1"), ("text", "torch::nn [x](u:Qz9)"), ("json", '"\\u202e ::error::"'),
        ("github", "::error file=a,line=1,col=2,title=schema::b\n1 bank\n"), ("all.csv", "seed,topic\n-1,'=1\n"),
        ("text", "\u0645\u06cc\u200c\u062e"),
    ],
)  # fmt: skip
def test_what_is_none(form: str, text: str) -> None:
    assert not list(faults(Output("stdout", form, text)))


ODD = "a\nINJECTED \x1b[31mb\u202ec\x9bd"  # a name that would write a line of its own, and steer the terminal
COMMANDS = (
    "take {o}.yaml --answers a", "take {o}.yaml --answers x", "take {o}.yaml --answers b",
    "take {o}.yaml --mistakes", "take {o}.yaml", "take {o}/{o}.yaml --answers b", "take {o}", "show {o}.yaml --key",
    "show {o}.yaml/{o}",
    "show {o}.yaml/{o}.yaml", "drill {o}.yaml", "drill conv --answers-file {o}.txt", "drill conv --answers-file {o}",
    "drill {o}.yaml/item", "drill {o}", "review", "review --format json", "check {o}.yaml", "check {o}",
    "check {o}.yaml --output {o}.yaml", "check {o}.yaml --output {o}.report", "check {o}.yaml --select {o}",
    "check {o}.yaml --explain {o}", "check --skip-others {o} {o}.net", "check {o}.yaml --mutate", "check link",
    "check {o}.yaml --format junit", "check {o}.yaml --format github", "check {o}.yaml --format sarif", "list {o}",
    "new {o}.yaml", "new {o}-new", "new {o}/x/{o}.yaml", "new {o}-titled --title {o}", "solve net {o}.net",
    "solve net {o}", "solve {o}", "solve --batch {o}.jsonl", "solve --batch {o}", "solve conv --{o} 3",
    "solve conv --in {o} --k 3", "solve conv --in 9 --k 3 --want {o}", "solve conv --in 9 --k 3 --bounds {o}=1:2",
    "solve conv {o}", "stats --export {o}.csv", "stats --export {o}.csv", "stats --export {o}",
    "stats --import {o}.csv", "stats --import {o}.jsonl", "stats", "stats --export {o}.csv --format json --force",
    "history path",
    "history check", "history backup {o}.db", "history backup {o}.db", "history backup {o}/x/y.db", "history rebuild",
    "history restore {o}.db", "history restore {o}.jsonl", "history restore {o}", "history {o}", "lab show vgg16",
    "lab show vgg16 --output {o}.py", "lab show vgg16 --output {o}.py", "lab show {o}", "lab build {o}",
    "lab train resnet18 --data {o}", "lab train resnet18 --resume --output {o}", "lab train resnet18 --output {o}.py",
    "{o}", "--{o}", "schema {o}",
)  # fmt: skip
USES_HISTORY = ("take", "drill", "review", "stats", "history", "list")
BANK = """format: 1
id: odd
title: T
source: s
items:
  - id: item
    stem: How wide is the output?
    options: {a: "126", b: "125"}
    key: b
    derivation: {conv: {in: 256, k: 7, s: 2}, want: output_size}
    vary: {in: {choice: [64, 128, 256]}}
"""


@pytest.mark.parametrize("home", ["whole", "damaged", "a file", "looped"])
def test_no_name_of_a_file_or_folder_is_shown_raw(home: str, program: Program, tmp_path: Path) -> None:
    (tmp_path / ODD).mkdir()
    for name, text in ((f"{ODD}.yaml", BANK), (f"{ODD}/{ODD}.yaml", BANK), (f"{ODD}.jsonl", "x\n"), (f"{ODD}.net", "x"),
                       (f"{ODD}.txt", "q: x\n")):  # fmt: skip
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "link").mkdir()
    (tmp_path / "link" / f"{ODD}.yaml").symlink_to(tmp_path / f"{ODD}.yaml")
    place = tmp_path / f"{ODD}-home"
    env = {"CNNQUIZ_HOME": str(place), "COLUMNS": "1000"}
    if home == "damaged":
        damaged(place / "history.db")
    elif home == "a file":
        place.touch()
    elif home == "looped":
        place.symlink_to(place)
    for command in COMMANDS if home == "whole" else (one for one in COMMANDS if one.split()[0] in USES_HISTORY):
        words = [word.replace("{o}", ODD) for word in command.split()]
        done = program(*words, stdin="s\nq\n", env=env)
        for output in (done.stdout, done.stderr):
            assert not set(output) & set("\x1b\u202e\x9b") and "\nINJECTED" not in output, (command, output)
        assert done.returncode in (0, 1, 2, 3) and "fault of cnnquiz" not in done.stderr, (command, done.stderr)


def damaged(path: Path) -> None:
    """A history with a row that is left out, and a log whose end is lost."""
    with History.open(path) as history:
        assert history.record(attempt("s", 1)) and history.record(attempt("s", 2))
        history.db.execute("UPDATE main.attempts SET seconds = 99 WHERE id = 1")
        file, log = path.read_bytes(), bytearray(path.with_name("history.db-wal").read_bytes())
    log[-4000] ^= 1
    path.write_bytes(file)
    path.with_name("history.db-wal").write_bytes(log)
