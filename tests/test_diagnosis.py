"""What a wrong answer says: for every calculator, a slip is named where it was made, and only there."""

from __future__ import annotations

from fractions import Fraction
from functools import cache, cached_property
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnnquiz import calculators, files
from cnnquiz.answers import mark, read_response
from cnnquiz.errors import CnnquizError
from cnnquiz.items.derived_answer import DerivedAnswer, matches
from cnnquiz.items.variants import Variant, draw, misconceptions_behind
from cnnquiz.quiz import drill_scope
from cnnquiz.quiz.drill import Family, without_options
from cnnquiz.solution import text
from cnnquiz.solver.calculator import Calculator, Given

NAMES = [name for name in calculators.names() if calculators.load(name).misconceptions]
DRILLED = [name for name in files.drills() if name in NAMES]
SEEDS = st.integers(0, 10**6)
SHOWN = ("conv", "params", "flatten")


@cache
def families(name: str) -> list[Family]:
    return drill_scope.families([name])


def drawn(name: str, seed: int) -> list[Variant]:
    """One variant of each of a calculator's questions, to be answered by typing; of several parts, each of them."""
    every = (without_options(draw(one.bank, one.item, seed)) for one in families(name) if one.item.derivation)
    return [question for variant in every for question in variant.questions]


def worked(variant: Variant) -> tuple[Calculator, Given, str]:
    derived = variant.worked.derived
    assert derived is not None
    return derived.calculator, derived.given, derived.want


class Asked(DerivedAnswer):
    """An answer that is asked for the misconceptions behind each of its wrong values, which it works once."""

    @cached_property
    def known(self) -> dict[bool, dict[tuple[str, ...], Any]]:
        return {pairs: self.calculator.wrong_values(self.given, self.want, pairs=pairs) for pairs in (False, True)}

    def wrong_values(self, pairs: bool = False) -> dict[tuple[str, ...], Any]:
        return self.known[pairs]

    def behind(self, value: Any) -> list[tuple[str, ...]]:
        return [tuple(one.name for one in group) for group in self.misconceptions_behind(value)]


def named(calculator: Calculator, given: Given, want: str, value: Any) -> list[tuple[str, ...]]:
    return Asked(calculator, given, want, calculator.result_values(given)).behind(value)


def answer_by(variant: Variant, misconception: str) -> str | None:
    """What somebody with the misconception types, where it changes the answer."""
    derived = variant.worked.derived
    assert derived is not None
    value = derived.wrong_value([misconception])
    return None if value in (None, derived.value) else text(value)


def hold(calculator: Calculator, given: Given, want: str) -> None:
    """Every slip that is offered is wrong and named when it is made, with all that give the same number."""
    answer = Asked(calculator, given, want, calculator.result_values(given))
    right, singles = answer.value, answer.wrong_values()
    for names, value in singles.items():
        assert value is not None and value != right, names
        alike = [others for others, other in singles.items() if matches(other, value)]
        assert names in alike and answer.behind(value) == alike
    for names, value in answer.wrong_values(pairs=True).items():
        found = answer.behind(value)
        assert found and value != right
        assert names in found or all(len(group) == 1 for group in found)
    assert answer.behind(right) == [] and answer.behind(10**9 + 7) == [] and answer.behind(tuple(range(9))) == []


@pytest.mark.parametrize("name", DRILLED)
@settings(max_examples=6)
@given(seed=SEEDS)
def test_slips_are_named_where_they_are_made(name: str, seed: int) -> None:
    for variant in drawn(name, seed)[seed % 3 :: 3]:
        hold(*worked(variant))


NUMBERS = st.integers(1, 12)
GIVENS = {
    "conv": {"in": st.integers(1, 64), "k": NUMBERS, "s": st.integers(1, 4), "p": st.integers(0, 3),
             "d": st.integers(1, 3), "channels": NUMBERS, "filters": NUMBERS},
    "pool": {"in": st.integers(1, 64), "k": NUMBERS, "s": st.integers(1, 4), "p": st.integers(0, 3),
             "ceil": st.booleans()},
    "tconv": {"in": st.integers(1, 32), "k": NUMBERS, "s": st.integers(1, 4), "p": st.integers(0, 3),
              "op": st.integers(0, 2), "channels": NUMBERS, "filters": NUMBERS},
    "params": {"k": NUMBERS, "channels": NUMBERS, "filters": NUMBERS, "bn": st.booleans(), "out": st.just("4x4")},
    "dense": {"inputs": NUMBERS, "units": NUMBERS},
    "train": {"samples": st.integers(1, 500), "batch": st.integers(1, 64), "epochs": st.integers(1, 9)},
}  # fmt: skip


@pytest.mark.parametrize("name", [name for name in GIVENS if name in NAMES])
@settings(max_examples=25)
@given(data=st.data())
def test_slips_are_named_for_any_givens(name: str, data: st.DataObject) -> None:
    calculator = calculators.load(name)
    known = {quantity.short for quantity in calculator.quantities}
    raw = {short: data.draw(values, short) for short, values in GIVENS[name].items() if short in known}
    try:
        given = calculator.read(raw)
    except CnnquizError:
        assume(False)
    for want in calculator.result_values(given):
        hold(calculator, given, want)


def first(name: str, misconception: str) -> Variant | None:
    """A question that the misconception answers wrong."""
    for seed in range(60):
        for variant in drawn(name, seed):
            if answer_by(variant, misconception) is not None:
                return variant
    return None


EACH = [(name, one.name) for name in SHOWN for one in calculators.load(name).misconceptions]


@pytest.mark.parametrize(("name", "misconception"), EACH)
def test_the_drill_meets_every_misconception_and_names_it(name: str, misconception: str) -> None:
    variant = first(name, misconception)
    assert variant is not None, "no question of the drill tells this misconception from the right rule"
    wrong = answer_by(variant, misconception)
    assert wrong is not None and wrong != variant.key[0]
    response = read_response(variant, wrong)
    assert response is not None
    found = mark(variant, response)
    assert found.verdict == "wrong" and misconception in found.misconceptions
    for other in found.misconceptions:
        assert answer_by(variant, other) == wrong


def sized(**given: str) -> tuple[Calculator, Given, str]:
    calculator = calculators.load("conv")
    return calculator, calculator.read({"in": "256x256x3", "k": "7", "s": "2", "filters": "4", **given}), "output_shape"


@pytest.mark.parametrize(
    ("value", "slips"),
    [
        ((125, 125, 4), []),
        ((126, 126, 4), [("rounded-up",)]),
        ((124, 124, 4), [("forgot-plus-one",)]),
        ((128, 128, 4), [("forgot-kernel",)]),
        ((126, 126, 3), [("rounded-up", "kept-input-depth")]),
        ((124, 124, 3), [("forgot-plus-one", "kept-input-depth")]),
        ((250, 250, 12), [("forgot-stride", "depth-multiplied")]),
        ((17, 18, 19), []),
        (125, []),
        (None, []),
    ],
)
def test_the_course_s_own_example(value: Any, slips: list[tuple[str, ...]]) -> None:
    assert named(*sized(), value) == slips


def test_slips_with_the_same_number_are_all_named() -> None:
    calculator = calculators.load("conv")
    one = calculator.read({"in": "10", "k": "3", "s": "2", "p": "1"})
    assert set(named(calculator, one, "output_size", 4)) == {("forgot-plus-one",), ("forgot-padding",)}


def test_pairs_are_named_only_where_no_single_slip_explains() -> None:
    calculator = calculators.load("conv")
    one = calculator.read({"in": "256", "k": "7", "s": "2", "p": "3"})
    assert named(calculator, one, "output_size", 127) == [("forgot-plus-one",), ("padding-once",)]
    assert named(calculator, one, "output_size", 126)[0] == ("rounded-up", "forgot-padding")


def test_a_question_that_is_not_worked_out_has_no_slips() -> None:
    variant = drawn("conv", 1)[0]
    assert misconceptions_behind(variant, None) == []
    assert misconceptions_behind(variant, Fraction(1, 3)) == []
    assert answer_by(variant, "no-such-misconception") is None


@pytest.mark.parametrize("name", DRILLED)
def test_a_number_that_nothing_leads_to_is_not_explained(name: str) -> None:
    assert all(misconceptions_behind(variant, 10**9 + 7) == [] for variant in drawn(name, 2))


@pytest.mark.parametrize("name", DRILLED)
@pytest.mark.parametrize("seed", [2, 11])
def test_a_slip_is_named_as_it_is_typed(name: str, seed: int) -> None:
    """The right answer and every wrong one are read, marked and named when they are typed as they are shown."""
    for variant in drawn(name, seed):
        calculator, given, want = worked(variant)
        assert mark(variant, variant.key[0]).verdict == "right"
        for (slip,), value in calculator.wrong_values(given, want).items():
            response = read_response(variant, text(value))
            assert response is not None, (slip, text(value))
            found = mark(variant, response)
            assert slip in found.misconceptions or found.verdict == "right", (variant.item.id, slip, text(value))


@pytest.mark.parametrize(
    ("wrong", "typed", "meant"),
    [
        (Fraction(1, 3), Fraction(33, 100), True),
        (Fraction(1, 3), Fraction(34, 100), False),
        (Fraction(1, 3), Fraction(3, 10), False),
        (Fraction(1, 3), Fraction(3333, 10000), True),
        (Fraction(2, 3), Fraction(1, 3), False),
        (Fraction(7, 2), 3, False),
        ((Fraction(1, 3), 0), (Fraction(33, 100), 0), True),
        ((Fraction(1, 3), 0), (Fraction(33, 100), 1), False),
    ],
)
def test_a_wrong_value_may_be_rounded_to_two_decimals(wrong: Any, typed: Any, meant: bool) -> None:
    assert matches(wrong, typed) is meant


def test_nothing_is_behind_the_right_value_though_a_wrong_one_rounds_to_it() -> None:
    calculator = calculators.load("init")
    given = calculator.read({"scheme": "xavier", "fan_in": "100", "fan_out": "100"})
    assert named(calculator, given, "variance", Fraction(1, 100)) == []  # half of it, 0.005, is 0.01 in two decimals
    assert named(calculator, given, "variance", Fraction(1, 200)) == [("one-over-sum",)]
