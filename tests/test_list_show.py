"""`list` and `show`: what there is, and an item as a reader sees it, with and without its key."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conftest import Program

from cnnquiz.files import bundled
from cnnquiz.history import History
from cnnquiz.history.stats import Score, Scores, scores
from cnnquiz.model import Attempt

START = datetime(2026, 1, 1, tzinfo=UTC)
BANK = """\
format: 1
id: mine
title: "Mine [bold]not bold[/bold]"
items:
  - id: one
    topic: sums
    stem: "What is 1 + 1? \\e[31m"
    options: {a: {text: "2", why: "Counting."}, b: "3"}
    key: a
"""


def take(history: History, name: str, score: float, of: int, day: int, mode: str = "take") -> None:
    """One quiz of that bank, taken to its end on that day."""
    at = START + timedelta(days=day)
    session = history.start_session(name, mode, {}, at)
    for number in range(of):
        mark = 1.0 if number < score else 0.0
        history.record(Attempt(
            session=session, bank=name, item=f"item-{number}", topic="t", content_hash="h", seed=None,
            response="a", key="a", verdict="right" if mark else "wrong", score=mark, misconception=None, hints=0,
            seconds=1.0, time=(at + timedelta(seconds=number)).isoformat(), version="1", mode=mode,
        ))  # fmt: skip
    history.finish_session(session, at)


def test_the_best_and_the_last_score_of_each_bank(tmp_path: Path) -> None:
    with History.open(tmp_path / "history.sqlite") as history:
        take(history, "week8", 9, 10, day=0)
        take(history, "week8", 7, 10, day=1)
        take(history, "week8", 1, 1, day=1)
        take(history, "week8", 6, 10, day=2)
        take(history, "week8", 10, 10, day=2, mode="drill")
        assert scores(history.db) == {"week8": Scores(best=Score(9, 10), last=Score(6, 10))}


def test_list_names_each_bank_with_what_is_in_it(program: Program) -> None:
    listed = json.loads(program("list", "--format", "json").stdout)["banks"]
    assert [bank["name"] for bank in listed] == sorted(bundled())
    week8 = next(bank for bank in listed if bank["name"] == "week8")
    assert (week8["items"], week8["numericals"], week8["last"]) == (10, 3, None)
    shown = program("list").stdout
    assert "week8" in shown and "10 items, 3 of them numerical" in shown


def test_list_makes_no_data_folder(program: Program, tmp_path: Path) -> None:
    program("list")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("what", "name"), [("calculators", "conv"), ("networks", "vgg16")])
def test_list_names_calculators_and_networks(program: Program, what: str, name: str) -> None:
    assert name in [row["name"] for row in json.loads(program("list", what, "--format", "json").stdout)[what]]
    assert name in program("list", what).stdout


def test_show_without_the_key_gives_nothing_away(program: Program) -> None:
    shown = program("show", "week8").stdout
    assert "125x125x4" in shown and "the key" not in shown and "249" not in shown
    assert shown.count("\n    a  ") == 10


def test_show_with_the_key_gives_reasons_and_steps(program: Program) -> None:
    shown = program("show", "week8/conv-output-size", "--key").stdout
    for words in ("d  125x125x4  ✓ the key", "Step by step", "124.5", "Hint 1", "Source: ", "Note: "):
        assert words in shown


def test_show_as_json(program: Program) -> None:
    arguments = ("show", "week8/conv-output-size", "--format", "json")
    item = json.loads(first := program(*arguments).stdout)
    assert (item["bank"], item["id"], item["key"], item["seed"]) == ("week8", "conv-output-size", "d", None)
    assert item["options"]["b"]["misconceptions"] == ["forgot-kernel"]
    assert program(*arguments).stdout == first
    bank = json.loads(program("show", "week7", "--format", "json").stdout)
    assert [len(bank["items"]), bank["bank"]] == [9, "week7"]


def test_show_brings_the_variant_of_a_seed_back(program: Program) -> None:
    arguments = ("show", "week8/conv-output-size", "--seed", "42", "--format", "json")
    item = json.loads(first := program(*arguments).stdout)
    assert item["seed"] == 42 and item["given"] != {"in": "256x256x3", "k": "7", "s": "2", "p": "0", "filters": "4"}
    assert program(*arguments, env={"PYTHONHASHSEED": "7"}).stdout == first
    shown = program("show", "week8/conv-output-size", "--seed", "42", "--key").stdout
    printed = program("show", "week8/conv-output-size", "--key").stdout
    assert "A slip worth knowing" in printed and "A slip worth knowing" not in shown  # it tells of the printed numbers
    assert "seed 42" in shown and item["options"][item["key"]]["text"] + "  ✓ the key" in shown


def test_show_draws_figures(program: Program) -> None:
    assert "Label 1" in program("show", "week8/feature-levels").stdout


@pytest.mark.parametrize("what", ["mine.yaml", "mine.yaml/one", "./mine.yaml/one"])
def test_show_takes_a_path_and_its_text_is_only_text(program: Program, tmp_path: Path, what: str) -> None:
    (tmp_path / "mine.yaml").write_text(BANK, encoding="utf-8")
    shown = program("show", what, "--key").stdout
    assert "[bold]not bold[/bold]" in shown and "\x1b" not in shown and "What is 1 + 1?" in shown


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("weak8", "week8"),
        ("week8/conv-outputsize", "Did you mean week8/conv-output-size?"),
        ("week8/xyzzy", "`cnnquiz show week8 --key` names them all"),
        ("nowhere/at-all.yaml", "nowhere/at-all.yaml"),
        (".", "folder"),
        ("", "cnnquiz: "),
    ],
)
def test_show_says_what_it_cannot_find(program: Program, what: str, said: str) -> None:
    ended = program("show", what)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert said in ended.stderr and ended.stderr.count("\n") == 1


BAD = """\
format: 1
id: bad
title: "Bad"
items:
  - {id: fine, stem: "1?", options: {a: "1", b: "2"}, key: a}
  - id: window
    stem: "How large?"
    type: number
    key: "3"
    derivation:
      conv: {in: 8, k: -5}
      want: output
"""
FAMILY = BAD.replace("k: -5", "k: 3") + "    vary: {k: {choice: [-5, -6]}}\n"


@pytest.mark.parametrize(
    "command", [["show", "bad.yaml"], ["take", "bad.yaml", "--answers", "a 1"], ["drill", "bad.yaml/window"]]
)
def test_an_item_that_cannot_be_worked_is_named_with_its_place(
    command: list[str], program: Program, tmp_path: Path
) -> None:
    (tmp_path / "bad.yaml").write_text(FAMILY if command[0] == "drill" else BAD)
    done = program(*command, stdin="1\n")
    assert done.returncode == 2 and done.stderr.count("\n") == 1
    assert done.stderr.startswith("cnnquiz: bad.yaml:10:5: window: k: -5 ") or command[0] == "drill", done.stderr
    assert "bad.yaml:10:5: window: k: -" in done.stderr
