"""A bank whose shapes begin with the channels: checked, asked, marked and explained alike."""

from __future__ import annotations

import pytest

from cnnquiz import bank
from cnnquiz.answers import mark, read_response
from cnnquiz.checks import rules
from cnnquiz.items import variants
from cnnquiz.items.variants import Variant
from cnnquiz.solution import text

HEAD = "format: 1\nid: first\ntitle: Channels first\nsource: made for this test\nlayout: chw\nitems:\n"
LAYERS = {
    "conv": "{in: 3x256x256, k: 7, s: 2, filters: 4}",
    "pool": "{in: 4x251x251, k: 3, s: 2}",
    "tconv": "{in: 3x63x63, k: 3, s: 2, p: 1, op: 0, filters: 4}",
    "flatten": "{in: 3x256x256, layers: conv 4 k7 s2}",
}


def loaded(layer: str, more: str) -> bank.Loaded:
    want = "last_shape" if layer == "flatten" else "output_shape"
    derivation = f"derivation: {{{layer}: {LAYERS[layer]}, want: {want}}}"
    stem = f'    stem: "How large is the output? {LAYERS[layer][1:-1]}"'
    return bank.load("first.yaml", f"{HEAD}  - id: one\n{stem}\n    {derivation}\n{more}")


def asked(layer: str, more: str) -> Variant:
    sound = loaded(layer, more).bank
    assert sound is not None
    return variants.original(sound, sound.items[0])


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("right", ["(4, 125, 125)", "4x125x125", "[4,125,125]"])
def test_the_key_is_right_wherever_it_is_met(layer: str, right: str) -> None:
    options = f"    options: {{a: '{right}', b: '(3, 125, 125)', c: 125x125x4}}\n    key: a\n"
    about_keys = ("key-wrong", "no-right-option", "two-right-options", "key-not-an-option")
    checked = rules.run(loaded(layer, options), about_keys)
    assert (checked.findings, [one.status for one in checked.items]) == ((), ["proved"])
    variant = asked(layer, options)
    assert mark(variant, "a").verdict == "right" and mark(variant, "c").verdict == "wrong"


@pytest.mark.parametrize("layer", LAYERS)
def test_channels_at_the_end_are_found_wrong(layer: str) -> None:
    options = "    options: {a: '(125, 125, 4)', b: '(4, 125, 125)'}\n    key: a\n"
    (found,) = rules.run(loaded(layer, options), ("key-wrong",)).findings
    assert (found.expected, found.rule) == ("4x125x125", "key-wrong")


@pytest.mark.parametrize("layer", LAYERS)
def test_a_typed_size_is_marked_and_worked_channels_first(layer: str) -> None:
    variant = asked(layer, "    type: shape\n")
    marks = {words: mark(variant, read_response(variant, words) or "").verdict for words in ("4 125 125", "125x125x4")}
    assert (variant.key, marks) == (("4x125x125",), {"4 125 125": "right", "125x125x4": "wrong"})
    solution = variants.solution_of(variant)
    assert solution is not None and text(solution.results[solution.answer[0]]) == "4x125x125"


def test_fresh_numbers_and_their_slips_keep_the_order() -> None:
    options = "    options: {a: {slip: kept-input-depth}, b: 4x125x125}\n    key: b\n"
    family = options + "    vary: {k: {choice: [3, 5, 7]}}\n"
    sound = loaded("conv", family).bank
    assert sound is not None
    for seed in range(9):
        texts = {choice.origin: choice.text for choice in variants.draw(sound, sound.items[0], seed).choices}
        assert texts["a"].startswith("3x") and texts["b"] == texts["a"].replace("3x", "4x", 1)
