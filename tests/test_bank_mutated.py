"""Banks by the thousand: mutated ones (`python tests/fuzz_banks.py 10000` runs more), faulty ones, large ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks import make_bank
from fuzz_banks import mutated, survives

from cnnquiz.bank import load

EACH = 50


@pytest.mark.parametrize("start", range(0, 300, EACH))
def test_a_mutated_bank_ends_in_a_bank_or_in_findings(start: int, tmp_path: Path) -> None:
    for seed in range(start, start + EACH):
        survives(seed, tmp_path)


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
