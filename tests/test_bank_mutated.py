"""Banks by the thousand: mutated, odd, faulty and large ones. `python tests/fuzz/banks.py 10000` runs more."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks import make_bank
from fuzz import items
from fuzz.banks import mutated, survives

from cnnquiz.bank import load
from cnnquiz.checks import rules

EACH = 50


@pytest.mark.parametrize("start", range(0, 300, EACH))
def test_a_mutated_bank_ends_in_a_bank_or_in_findings(start: int, tmp_path: Path) -> None:
    for seed in range(start, start + EACH):
        survives(seed, tmp_path)


def test_what_stands_in_a_bank_is_an_item_or_a_finding() -> None:
    assert sum(len(items.survives(seed).items) for seed in range(500)) > 500


@pytest.mark.parametrize("level", ["0", "10", "-1", "9" * 30])
def test_an_item_whose_level_is_out_of_bounds_is_told_and_judged(level: str) -> None:
    wrong = f"""\
format: 1
id: one
title: One
source: lecture 3
items:
  - id: wrong-key
    level: {level}
    type: number
    stem: A dense layer takes 400 inputs to 120 units. How many parameters does it have, biases included?
    key: 48000
    derivation: {{params: {{inputs: 400, units: 120}}, want: parameters}}
"""
    checked = rules.run(load("one.yaml", wrong))
    errors = [(one.rule, one.line) for one in checked.findings if one.level == "error"]
    assert errors == [("schema", 7), ("key-wrong", 10)]
    assert [one.status for one in checked.items] == ["wrong"]


def test_no_item_allows_what_keeps_another_from_being_read() -> None:
    head = "format: 1\nid: one\ntitle: T\nitems:\n"
    bank = f"{head}- {{id: a, stem: Why?, allow: [schema]}}\n- {{id: a, stem: Why?, level: 10}}\n"
    assert "schema" in {one.rule for one in rules.run(load("one.yaml", bank)).findings}


def test_a_seed_gives_the_same_bank_again() -> None:
    assert mutated(7) == mutated(7) != mutated(8)


def test_a_bank_of_faults_alone_is_told_up_to_a_bound() -> None:
    loaded = load("x.yaml", "items: [" + "x, " * 50_000 + "]")
    assert len(loaded.findings) == 1001
    assert any("the others are not told" in finding.message for finding in loaded.findings)


def test_a_sound_bank_is_parsed_once() -> None:
    loaded = load("big.yaml", "".join(make_bank.bank(500)))
    assert loaded.bank is not None and len(loaded.bank.items) == 500
    assert loaded.positions is not None and loaded.positions.latest is None  # no piece was read again for a place
    assert loaded.locate("items", 499, "stem")[0] > 500 and loaded.positions.latest is not None


def test_the_large_bank_is_sound_for_every_size() -> None:
    loaded = load("big.yaml", "".join(make_bank.bank(500)))
    assert loaded.bank is not None
    for item in loaded.bank.items:
        assert len({choice.text for choice in item.choices.values()}) == 4
