"""The practice banks: each named after its calculator, each item drawn, worked and marked many times."""

from __future__ import annotations

from functools import cache

import pytest

from cnnquiz import calculators
from cnnquiz.answers import mark, read_response
from cnnquiz.bank import open_bank
from cnnquiz.files import drills
from cnnquiz.items import variants
from cnnquiz.model import Bank, Item
from cnnquiz.quiz.drill import skill_name
from cnnquiz.solution import text

SEEDS = range(100)
NAMES = sorted(drills())


@cache
def opened(name: str) -> Bank:
    """The bank of a calculator."""
    bank = open_bank(str(drills()[name])).bank
    assert bank is not None
    return bank


ITEMS = [(name, item) for name in NAMES for item in opened(name).items]
TYPED = [(name, item) for name, item in ITEMS if not item.pool and item.type != "true-false"]
every_bank = pytest.mark.parametrize("name", NAMES)
every_item = pytest.mark.parametrize(("name", "item"), ITEMS, ids=lambda value: getattr(value, "id", value))


def test_every_calculator_can_be_drilled() -> None:
    assert set(calculators.names()) == set(drills())


@every_bank
def test_a_bank_is_named_after_its_calculator(name: str) -> None:
    assert name in calculators.names()
    assert opened(name).id == f"drill-{name}"
    assert {skill_name(item).split(":")[0] for item in opened(name).items} == {name}


@every_bank
def test_the_levels_of_a_skill_begin_at_1_and_leave_none_out(name: str) -> None:
    skills: dict[str, set[int]] = {}
    for item in opened(name).items:
        skills.setdefault(skill_name(item), set()).add(item.level)
    assert all(levels == set(range(1, max(levels) + 1)) for levels in skills.values())


@every_item
def test_an_item_teaches_and_is_typed(name: str, item: Item) -> None:
    assert item.topic and item.hints and item.rationale and item.comes_in_variants
    assert item.pool or (item.type in ("number", "shape", "parts", "true-false") and not item.options)


@every_item
def test_variants_differ_and_can_be_asked_and_their_keys_are_right(name: str, item: Item) -> None:
    drawn = {seed: variants.draw(opened(name), item, seed) for seed in SEEDS}
    assert len({(variant.stem, *sorted(one.text for one in variant.choices)) for variant in drawn.values()}) >= 3
    for seed, variant in drawn.items():
        read = read_response(variant, variant.key[0])
        assert read is not None and mark(variant, read).verdict == "right"
        assert {mark(variant, one.letter).verdict for one in variant.choices} <= {"right", "wrong"}
        assert variant.seed == seed and "{" not in variant.stem + variant.rationale


@pytest.mark.parametrize(("name", "item"), TYPED, ids=lambda value: getattr(value, "id", value))
def test_most_variants_show_a_slip_and_it_is_marked_wrong(name: str, item: Item) -> None:
    bank, shown = opened(name), 0
    for seed in range(20):
        variant = variants.draw(bank, item, seed)
        slips = [(part, value) for part in variant.questions for value in part.worked.derived.wrong_values().values()]
        shown += bool(slips)
        assert all(mark(part, text(value)).verdict == "wrong" for part, value in slips), (seed, slips)
    assert shown >= 15
