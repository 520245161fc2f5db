"""How far a key is to be trusted: proved, claimed or asserted, and what is said where the steps contradict it."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Program

from cnnquiz.bank import open_bank
from cnnquiz.files import bundled, drills
from cnnquiz.items.worked_item import work

WRONG = """
format: 1
id: wrong
title: A wrong key
items:
  - id: size
    stem: How wide?
    options: {a: "125", b: "126"}
    key: b
    derivation: {conv: {in: 256, k: 7, s: 2}, want: output_size}
"""
SAID = "The steps give 125, not the key's 126: this bank has a wrong key; run cnnquiz check."


@pytest.mark.parametrize("bank", [*bundled().values(), *drills().values()], ids=lambda path: path.stem)
def test_no_shipped_key_is_contradicted(bank: Path) -> None:
    loaded = open_bank(str(bank)).bank
    assert loaded is not None
    for item in loaded.items:
        assert work(item, layout=loaded.layout).status in ("proved", "claimed", "shown", "asserted"), item.id


def test_a_wrong_key_is_said_beside_the_steps(program: Program, tmp_path: Path) -> None:
    (tmp_path / "wrong.yaml").write_text(WRONG, encoding="utf-8")
    taken = program("take", "wrong.yaml", "--answers", "a").stdout
    shown = program("show", "wrong.yaml/size", "--key").stdout
    assert SAID in " ".join(taken.split()) and SAID in " ".join(shown.split())
    assert "proved" not in taken + shown


@pytest.mark.parametrize("key", ["4 800", "4,800", "4800"])
def test_thousands_may_be_grouped_in_a_key(program: Program, tmp_path: Path, key: str) -> None:
    (tmp_path / "right.yaml").write_text(
        "format: 1\nid: right\ntitle: A right key\nitems:\n"
        "  - {id: weights, stem: How many weights have 100 filters of 4x4 over 3 channels without biases?,"
        f' type: number, key: "{key}",'
        " derivation: {params: {k: 4, channels: 3, filters: 100, bias: no}, want: parameters}}\n",
        encoding="utf-8",
    )
    for words in (["take", "right.yaml", "--answers", "4800"], ["show", "right.yaml/weights", "--key"]):
        assert "wrong key" not in program(*words).stdout
    assert "Key: proved" in program("show", "right.yaml/weights", "--key").stdout


@pytest.mark.parametrize(
    ("item", "words", "in_the_verdict"),
    [
        ("conv-output-size", "Key: proved", False),
        ("feature-levels", "Key: shown by an experiment: One place of the", True),
        ("relu-false", "Key: asserted, by its source: slide, question 3.", True),
    ],
)
def test_how_a_key_stands(program: Program, item: str, words: str, in_the_verdict: bool) -> None:
    assert words in program("show", f"week8/{item}", "--key").stdout
    answered = program("take", "week8", stdin="d\nd\nc\nq\n").stdout
    assert (words in answered) == in_the_verdict


def test_a_long_option_is_wrapped_and_not_dropped(program: Program) -> None:
    narrow = program("take", "week8", stdin="d\nd\nc\nq\n", env={"COLUMNS": "40"}).stdout
    verdict = narrow.split("Question 3")[1].split("Right:")[1].split("\n\n")[0]
    assert len(verdict.splitlines()) > 1 and all(len(line) <= 40 for line in verdict.splitlines())
