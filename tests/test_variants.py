"""Variants: the same everywhere for the same seed, right by the marking, and never with two right options."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import process_time

import pytest
from conftest import ROOT, Program
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnquiz import answers, bank
from cnnquiz.checks import family, rules
from cnnquiz.errors import CnnquizError
from cnnquiz.items import families, placeholders, variants
from cnnquiz.items.variants import Variant
from cnnquiz.mathematics.values import read_value, same
from cnnquiz.model import Bank, Derivation, Draw, Item, Option

PRINTED = [bank.open_bank(name).bank for name in bank.bundled()]
DRILLS = [bank.open_bank(str(path)).bank for path in sorted((ROOT / "questions" / "drills").glob("*.yaml"))]
FAMILIES = [
    pytest.param(one, item, id=f"{one.id}/{item.id}")
    for one in PRINTED + DRILLS if one for item in one.items if item.vary
]  # fmt: skip
SEEDS = range(60)


def texts(variant: Variant) -> Iterator[str]:
    yield from (variant.stem, variant.rationale, *variant.hints)
    for choice in variant.choices:
        yield from (choice.text, choice.why)


@pytest.mark.parametrize(("one", "item"), FAMILIES)
def test_variants_are_sound_marked_by_their_keys_and_drawn_again_by_their_seeds(one: Bank, item: Item) -> None:
    drawn = [variants.draw(one, item, seed) for seed in SEEDS]
    again = [variants.draw(one, item, seed) for seed in reversed(SEEDS)][::-1]
    assert drawn == again
    assert len({json.dumps(variant.given) for variant in drawn}) >= min(5, families.size(item))
    for seed, variant in zip(SEEDS, drawn, strict=True):
        assert variant.seed == seed
        is_sound(item, variant)
        has_one_right_answer(variant)


def is_sound(item: Item, variant: Variant) -> None:
    where = f"seed {variant.seed}: {variant.given}"
    assert all(placeholders.fill(text, {}) == text for text in texts(variant)), where  # no {name} is left
    assert not any("{'" in text for text in texts(variant)), where  # nor the rows of a table
    assert all(text.strip() for text in (variant.stem, *(choice.text for choice in variant.choices))), where
    values = [read_value(choice.text) for choice in variant.choices]
    twice = [(a, b) for n, a in enumerate(values) for b in values[:n] if same(a, b)]
    assert not twice, where
    if item.options:
        assert [choice.letter for choice in variant.choices] == list("abcdefghij"[: len(item.options)]), where
        assert len(variant.key) == len(item.keys), where
        assert {choice.origin for choice in variant.choices} == set(item.options), where
    assert variant.worked.status == "proved", where


def has_one_right_answer(variant: Variant) -> None:
    """The key is marked right, and every distractor wrong, with the misconception behind it."""
    where = f"seed {variant.seed}: {variant.given}"
    key = answers.read_response(variant, " ".join(variant.key))
    assert key is not None, where
    assert answers.mark(variant, key).verdict == "right", where
    for choice in variant.choices:
        mark = answers.mark(variant, choice.letter)
        assert (mark.verdict == "right") == (choice.letter in variant.key), where
        assert mark.misconceptions == (() if mark.verdict == "right" else choice.misconceptions), where
        assert choice.why or mark.verdict == "right", where


def week8(item: str) -> tuple[Bank, Item]:
    loaded = bank.open_bank("week8").bank
    assert loaded is not None
    found = loaded.item(item)
    assert found is not None
    return loaded, found


GOLDEN = ROOT / "tests" / "variants" / "seed-42.json"


def written(variant: Variant) -> dict[str, object]:
    """What must not change with machine or Python: the numbers, the options in their order, the key."""
    return {
        "given": variant.given, "options": {choice.letter: choice.text for choice in variant.choices},
        "slips": [list(choice.misconceptions) for choice in variant.choices], "key": list(variant.key),
    }  # fmt: skip


def test_seed_42_is_the_same_on_every_machine() -> None:
    golden = json.loads(GOLDEN.read_text("utf-8"))
    found = {name: written(variants.draw(*week8(name), 42)) for name in golden}
    assert found == golden


def test_another_process_draws_the_same(program: Program) -> None:
    command = ("show", "week8/conv-output-size", "--seed", "42", "--format", "json")
    lines = {program(*command, env={"PYTHONHASHSEED": seed}).stdout for seed in ("0", "1", "random")}
    assert len(lines) == 1


def test_what_is_drawn_for_one_role_leaves_the_others_alone() -> None:
    """An option more or less changes no numbers."""
    loaded, item = week8("conv-output-size")
    fewer = changed(item, options={letter: option for letter, option in item.options.items() if letter in "ad"})
    for seed in SEEDS:
        assert variants.draw(loaded, item, seed).given == variants.draw(loaded, fewer, seed).given


def test_the_same_seed_means_something_else_for_each_item_and_bank() -> None:
    loaded, item = week8("conv-output-size")
    other_item = changed(item, id="another")
    other_bank = Bank(format=1, id="another", title="Another", items=[item])
    rows = [
        [json.dumps(variants.draw(one, it, seed).given) for seed in SEEDS]
        for one, it in ((loaded, item), (loaded, other_item), (other_bank, item))
    ]
    assert all(sum(a == b for a, b in zip(rows[0], row, strict=True)) < 15 for row in rows[1:])


def changed(item: Item, **new: object) -> Item:
    """The item with other fields."""
    fields = {name: getattr(item, name) for name in item.__struct_fields__}
    return Item(**(fields | new))


def numerical(**new: object) -> Item:
    """A family to change."""
    return changed(
        Item(
            id="size", stem="{in}, {k}, {s}", key="a",
            options={"a": "125", "b": Option(slip="rounded-up"), "c": Option(text="124"), "d": Option(text="1")},
            derivation=Derivation({"conv": {"in": "256", "k": "7", "s": "2"}, "want": "output_size"}),
            vary={"k": Draw(range=[3, 7, 2]), "s": Draw(choice=["2", "3"])},
        ),
        **new,
    )  # fmt: skip


def bank_of(item: Item) -> Bank:
    return Bank(format=1, id="bank", title="Bank", items=[item])


@settings(max_examples=60)
@given(st.integers(0, 10**9))
def test_conditions_hold_for_every_variant(seed: int) -> None:
    item = numerical(where=["s < k", "k % s != 0", "quotient != floor(quotient)"])
    variant = variants.draw(bank_of(item), item, seed)
    k, s = int(variant.given["k"]), int(variant.given["s"])
    assert s < k and k % s and (256 - k) % s


def test_a_family_that_its_conditions_leave_empty_is_one_clear_line() -> None:
    item = numerical(where=["k > 9"])
    with pytest.raises(CnnquizError, match="size: the conditions under `where` refuse every draw") as refused:
        variants.draw(bank_of(item), item, 1)
    assert "\n" not in str(refused.value)


def test_givens_that_make_no_layer_are_kept_out_by_conditions_or_told() -> None:
    item = numerical(vary={"in": Draw(choice=["2", "64"])})
    with pytest.raises(CnnquizError, match="kernel 7 does not fit"):
        for seed in SEEDS:
            variants.draw(bank_of(item), item, seed)
    kept = changed(item, where=["i >= k"])
    assert {variants.draw(bank_of(kept), kept, seed).given["in"] for seed in SEEDS} == {"64"}


def test_a_condition_over_nothing_known_is_one_clear_line() -> None:
    item = numerical(where=["colour > 3"])
    with pytest.raises(CnnquizError, match="colour"):
        variants.draw(bank_of(item), item, 1)


def test_an_item_without_a_family_stays_as_printed() -> None:
    item = numerical(vary={}, options={"a": "125", "b": "124"})
    assert variants.draw(bank_of(item), item, 5) == variants.original(bank_of(item), item)
    assert variants.original(bank_of(item), item).seed is None


def test_an_item_answered_by_typing_has_its_value_as_key() -> None:
    item = numerical(options={}, key="")
    variant = variants.draw(bank_of(item), item, 7)
    k, s = int(variant.given["k"]), int(variant.given["s"])
    assert variant.choices == ()
    assert variant.key == (str((256 - k) // s + 1),)
    assert answers.mark(variant, variant.key[0]).verdict == "right"
    assert answers.mark(variant, "3").verdict == "wrong"


def test_every_value_of_a_range_is_drawn() -> None:
    item = numerical()
    assert families.size(item) == 6
    assert len(list(families.combinations(item))) == 6
    met = {json.dumps(variants.draw(bank_of(item), item, seed).given) for seed in range(100)}
    assert len(met) == 6


def test_the_position_of_the_key_is_even() -> None:
    loaded, item = week8("conv-output-size")
    places = [variants.draw(loaded, item, seed).key[0] for seed in range(400)]
    assert all(70 <= places.count(letter) <= 130 for letter in "abcd")


def test_editing_words_keeps_the_hash_and_editing_the_question_changes_it() -> None:
    item = numerical()
    same = variants.content_hash(item)
    assert variants.content_hash(changed(item, rationale="new", hints=["new"], note="new", source="new")) == same
    for new in ({"stem": "new"}, {"key": "b"}, {"where": ["k > 3"]}, {"vary": {}}, {"derivation": None}):
        assert variants.content_hash(changed(item, **new)) != same


def test_the_hash_is_the_same_in_every_process() -> None:
    code = (
        "from cnnquiz import bank; from cnnquiz.items import variants; "
        "print([variants.content_hash(i) for i in bank.open_bank('week8').bank.items])"
    )
    found = {
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout
        for _ in range(2)
    }
    assert len(found) == 1
    assert Path(GOLDEN).exists()


def test_a_wide_family_with_narrow_conditions_has_at_least_its_printed_givens() -> None:
    item = changed(
        numerical(options={}, type="number", key="125", stem="{in}, {k}"),
        vary={"in": Draw(range=[1, 20_000]), "k": Draw(range=[1, 20_000])}, where=["i == 256", "k == 7"],
    )  # fmt: skip
    assert variants.draw(bank_of(item), item, 3).given["k"] == "7"
    derivation = item.derivation
    assert derivation is not None
    start = process_time()
    found = family.survey(bank_of(item), item, derivation)
    assert found.looked_at and found.invalid is None
    none = changed(item, where=["i == 256", "k == 8"])
    empty = family.survey(bank_of(none), none, derivation)
    assert empty.invalid is not None and "the printed givens" in empty.invalid.message
    assert process_time() - start < 6


@pytest.mark.parametrize(
    ("where", "wrong"),
    [("k <= i + 1", "in = 150, k = 151"), ("k < 152 and i > 149", "in = 150, k = 151"), ("2*k <= i + 1", "")],
)
def test_a_large_family_is_looked_at_on_both_sides_of_each_edge_of_a_condition(where: str, wrong: str) -> None:
    text = (
        "format: 1\nid: large\ntitle: Large\nsource: made for this test\nitems:\n  - id: one\n    type: number\n"
        "    stem: How long is the output of {in} pixels under a kernel of {k} with stride {s}?\n"
        "    derivation: {conv: {in: 150, k: 5, s: 2}, want: output_size}\n    rationale: Slide it.\n"
        "    vary: {in: {range: [100, 9000]}, k: {range: [2, 9000]}, s: {choice: [1, 2]}}\n"
        f"    where: [{where}]\n"
    )
    loaded = bank.load("large.yaml", text)
    found = rules.run(loaded, ("variant-invalid",)).findings
    assert [wrong in one.message for one in found] == [True] * bool(wrong)


def test_a_large_family_is_looked_at_in_its_corners_too() -> None:
    """Only k = 101 with in = 100 fails, one pair of 40,000 that no seed need draw."""
    text = (
        "format: 1\nid: large\ntitle: Large\nsource: made for this test\nitems:\n  - id: one\n    type: number\n"
        "    stem: How long is the output of {in} pixels under a kernel of {k} with stride {s}?\n"
        "    derivation: {conv: {in: 150, k: 5, s: 2}, want: output_size}\n"
        "    vary: {in: {range: [100, 300]}, k: {range: [2, 101]}, s: {range: [1, 2]}}\n    rationale: Slide it.\n"
    )
    loaded = bank.load("large.yaml", text)
    (found,) = rules.run(loaded, ("variant-invalid",)).findings
    assert "in = 100, k = 101" in found.message


@pytest.mark.parametrize(
    ("stem", "given", "reason"),
    [
        ("5 kernels of size {k} slide along 20 pixels.", "k: 5", "no given explains 5 in the stem, where k = 3"),
        ("Kernels of size {k} slide along 20 padded pixels.", "k: 3, p: 3", "the stem does not say `p`, where k = 5"),
        ("Kernels of size {k} slide along 20 pixels with padding 3.", "k: 3, p: 3", ""),
    ],
)
def test_a_family_is_proved_only_where_each_variant_is(stem: str, given: str, reason: str) -> None:
    """What the numbers of one variant explain by chance is not said in the others."""
    text = f"""
format: 1
id: chance
title: Chance
items:
  - id: one
    type: number
    stem: {stem} How many positions has the kernel?
    derivation: {{conv: {{in: 20, {given}}}, want: output_size}}
    vary: {{k: {{choice: [3, 5]}}}}
"""
    [one] = rules.run(bank.load("chance.yaml", text), ("variant-invalid",)).items
    assert (one.status, one.reason.partition(": ")[2]) == ("asserted" if reason else "proved", reason)

