"""Answers with letters: the formula with numbers put in is the answer with those numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from cnnquiz import calculators
from cnnquiz.errors import CnnquizError, GivenError
from cnnquiz.mathematics.expression import Letter, evaluate, parse
from cnnquiz.solution import Math, Solution
from cnnquiz.solver.calculator import Quantity

FEWER = settings(max_examples=12)
YES_NO = st.booleans()
WINDOW = {"in": (6, 40), "k": (1, 5), "s": (1, 4), "p": (0, 3), "d": (1, 3)}
DEPTH = {"channels": (1, 9), "filters": (1, 9), "groups": (1, 3)}
AXES = ("in", "k", "s", "p", "d", "op", "out")  # givens that may have a number for each axis
ALPHABET = "nkspdCFmoeqiwNMgBEV"  # among them the letters of the formulas


class Form(NamedTuple):
    """Givens of a calculator for which letters may stand, with bounds for their numbers, and the others."""

    calculator: str
    numbers: dict[str, tuple[int, int]]
    others: Mapping[str, st.SearchStrategy[Any]] = MappingProxyType({})


FORMS = (
    Form("conv", WINDOW),
    Form("conv", WINDOW | DEPTH, {"bias": YES_NO, "strict": st.sampled_from([False, False, True])}),
    Form("conv", WINDOW | DEPTH | {"s": (1, 2), "p": (1, 1)}, {"layout": st.sampled_from(["hwc", "chw"])}),
    Form("conv", {"in": (6, 40), "k": (1, 5), "d": (1, 3), "channels": (1, 9)}, {"p": st.just("same")}),
    Form("conv", {"in": (6, 40), "k": (1, 5), "s": (1, 4)}, {"p": st.just("same"), "framework": st.just("tf")}),
    Form("pool", WINDOW | {"channels": (1, 9)}, {"ceil": YES_NO}),
    Form("pool", {"in": (6, 40), "k": (1, 5)}, {"ceil": YES_NO}),
    Form("pool", {"in": (6, 40), "k": (1, 5), "s": (1, 4), "d": (1, 3)}, {"p": st.just("same")}),
    Form("tconv", WINDOW | DEPTH | {"op": (0, 2)}, {"bias": YES_NO}),
    Form("tconv", {"in": (6, 40), "k": (1, 5), "s": (1, 4), "d": (1, 3)}, {"p": st.just("same")}),
    Form("params", {"k": (1, 9), "out": (1, 9)} | DEPTH, {"bias": YES_NO, "bn": YES_NO}),
    Form("params", {"inputs": (1, 99), "units": (1, 99)}, {"bias": YES_NO}),
    Form("params", {"k": (1, 9), "channels": (1, 9)}, {"layer": st.just("depthwise"), "bias": YES_NO}),
    Form("params", {"k": (1, 9), "channels": (1, 9), "filters": (1, 9)},
         {"layer": st.just("separable"), "bias": st.just(True), "framework": st.sampled_from(["torch", "tf"])}),
    Form("params", {"features": (1, 99)}),
    Form("params", {"vocabulary": (1, 99), "width": (1, 99)}),
    Form("dense", {"inputs": (1, 99), "units": (1, 99)}, {"bias": YES_NO}),
    Form("train", {"samples": (1, 99), "batch": (1, 30), "epochs": (1, 9)}, {"drop_last": YES_NO}),
    Form("train", {"samples": (1, 99), "batch": (1, 30), "epochs": (1, 9), "accumulate": (1, 5)}),
    Form("gradient", {"layers": (1, 20), "slope": (1, 5)}, {"shortcut": YES_NO}),
    Form("gradient", {"layers": (1, 20)}, {"function": st.sampled_from(["sigmoid", "tanh", "relu", "swish", "step"])}),
    Form("gradient", {"layers": (2, 2)}, {"weights": st.just([2, -3]), "values": st.just([0, 1])}),
    Form("stability", {"curvature": (1, 20)}),
    Form("stability", {"curvature": (1, 20), "alpha": (0, 9)}),
    Form("stability", {"curvature": (1, 20), "alpha": (0, 9), "gamma": (0, 0)}),
    Form("delta", {"A": (1, 20)}, {"f": st.just("t^2 + 1"), "n": st.integers(-1, 1)}),
)  # fmt: skip
NO_LETTERS = {  # results that need every number
    "dense": {"y", "augmented_weights", "augmented_input"}, "train": {"epoch_loss"},
    "stability": {"converges"},
}  # fmt: skip
Problem = tuple[str, dict[str, Any], dict[str, Any], dict[str, int]]


@st.composite
def problems(draw: Any, form: Form) -> Problem:
    """A calculator, its givens as numbers, the same with letters for some of them, and the letters' numbers.

    A size or a window may have a number or a letter for each of two axes; equal numbers may share a letter.
    """
    apart = draw(YES_NO)
    numbers: dict[str, Any] = {}
    for short, bounds in form.numbers.items():
        one = st.integers(*bounds)
        each = apart and short in AXES and draw(YES_NO)
        numbers[short] = draw(st.lists(one, min_size=2, max_size=2) if each else one)
    letters, env = dict(numbers), dict[str, int]()
    free = iter(draw(st.permutations(ALPHABET)))

    def letter(number: int) -> str:
        same = [name for name, value in env.items() if value == number]
        name = same[0] if same and draw(YES_NO) else next(free)
        env[name] = number
        return name

    for short in draw(st.sets(st.sampled_from(sorted(numbers)), min_size=1)):
        value = numbers[short]
        lettered = [letter(one) if draw(YES_NO) else one for one in value] if isinstance(value, list) else letter(value)
        letters[short] = lettered
    others = {short: draw(strategy) for short, strategy in form.others.items()}
    return form.calculator, numbers | others, letters | others, env


def solutions_of(problem: Problem) -> tuple[dict[str, Any], Solution] | None:
    """The results with numbers, and the solution with letters; None where there is no layer with these numbers."""
    name, numbers, letters, _ = problem
    calculator = calculators.load(name)
    try:
        expected = calculator.result_values(calculator.read(numbers))
    except GivenError:
        return None
    return expected, calculator.solve(calculator.read(letters))


def value_of(written: Any, env: dict[str, int]) -> tuple[Any, ...]:
    """The numbers that a result with letters stands for, one for each axis."""
    if not isinstance(written, Math):
        return written if isinstance(written, tuple) else (written,)
    if re.fullmatch(r"[a-z]{2,}", written.ascii):
        return (written.ascii,)
    return tuple(evaluate(parse(part), env) for part in re.split(r" x ", written.ascii))


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.calculator}-{'-'.join(form.numbers)}")
@FEWER
@given(st.data())
def test_letters_and_numbers_agree(form: Form, data: st.DataObject) -> None:
    problem = data.draw(problems(form))
    if (both := solutions_of(problem)) is None:
        return
    expected, solution = both
    assert solution.results.keys() == expected.keys() - NO_LETTERS.get(problem[0], set())
    for result in solution.results:
        value = expected[result]
        written = solution.results[result]
        found, whole = value_of(written, problem[-1]), value if isinstance(value, tuple) else (value,)
        if getattr(written, "rounded", False):
            found, whole = tuple(map(float, found)), pytest.approx(tuple(map(float, whole)), rel=1e-7)
        assert found == whole or (len(found) == 1 and found * len(whole) == whole), (result, written)


def test_every_letter_and_every_result_is_tried() -> None:
    """The forms above hold each given for which a letter may stand, and lead to each result that it can have."""
    layers = {"cost", "flatten", "net", "rf"}  # whose layers are worked with numbers
    for name in calculators.names():
        calculator = calculators.load(name)
        forms = [form for form in FORMS if form.calculator == name]
        lettered = {quantity.short for quantity in calculator.quantities if takes_letters(quantity)}
        assert lettered == (set().union(*(form.numbers for form in forms)) or (lettered if name in layers else set()))
        reached: set[str] = set()
        for form in forms:
            given = dict(zip(form.numbers, ALPHABET, strict=False))
            others = {short: first(strategy) for short, strategy in form.others.items()}
            reached |= calculator.result_values(calculator.read(given | others)).keys()
        assert not forms or reached == set(calculator.result_names) - NO_LETTERS.get(name, set())


def takes_letters(quantity: Quantity) -> bool:
    try:
        return isinstance(quantity.kind.read("n"), Letter)
    except GivenError:
        return False


def first(strategy: st.SearchStrategy[Any]) -> Any:
    return find(strategy, lambda value: True)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.calculator}-{'-'.join(form.numbers)}")
@settings(max_examples=5)
@given(st.data())
def test_steps_with_letters_end_in_the_answer(form: Form, data: st.DataObject) -> None:
    if (both := solutions_of(data.draw(problems(form)))) is None:
        return
    solution = both[1]
    shown = {step.value.ascii for step in solution.steps}
    for answer in solution.answer:
        if not isinstance(solution.results[answer], Math):
            continue
        whole = solution.results[answer].ascii
        assert whole in shown or {part.strip("()") for part in whole.split(" x ")} <= {one.strip("()") for one in shown}
    assert solution.as_markdown() and solution.as_latex()


@pytest.mark.parametrize(
    ("name", "given", "results"),
    [
        ("conv", {"in": "n", "k": "k", "s": "s", "p": "p"}, {"output_size": "floor((n + 2*p - k)/s) + 1"}),
        ("conv", {"in": "n", "k": 3, "p": "same"}, {"output_size": "n"}),
        ("conv", {"in": "n", "k": 7, "s": 2, "p": 3}, {"output_size": "floor((n - 1)/2) + 1"}),
        ("conv", {"in": "256", "k": "k"}, {"output_size": "257 - k"}),
        ("conv", {"in": "x", "k": 3}, {"output_size": "x - 2"}),
        ("tconv", {"in": "n", "k": "k", "s": "s", "p": "p"}, {"output_size": "k + s*(n - 1) - 2*p"}),
        ("params", {"k": "k", "channels": "C", "filters": "F"}, {"parameters": "F*(C*k^2 + 1)"}),
        ("params", {"inputs": "n", "units": "m"}, {"parameters": "m*n + m"}),
        ("pool", {"in": "n", "k": 3, "s": 2, "ceil": True}, {"output_size": "min(ceil((n - 3)/2) + 1, ceil(n/2))"}),
    ],
)
def test_formulas_as_they_are_written(name: str, given: dict[str, Any], results: dict[str, str]) -> None:
    calculator = calculators.load(name)
    found = calculator.solve(calculator.read(given)).as_json()["results"]
    assert {result: found[result] for result in results} == results


def test_three_spellings() -> None:
    calculator = calculators.load("pool")
    size = calculator.solve(calculator.read({"in": "n", "k": "k", "s": "s", "ceil": "yes"})).results["output_size"]
    assert size.ascii == "min(ceil((n - k)/s) + 1, ceil(n/s))"
    assert size.unicode == "min(⌈(n − k)/s⌉ + 1, ⌈n/s⌉)"
    assert size.latex.count(r"\lceil") == 2


def test_what_letters_cannot_do_is_one_line() -> None:
    calculator = calculators.load("conv")
    for given_ in ({"in": "nn", "k": 3}, {"in": "n", "k": 3, "groups": "g", "channels": 4, "filters": 4}):
        try:
            solution = calculator.solve(calculator.read(given_))
        except CnnquizError as fault:
            assert "\n" not in str(fault)
        else:
            assert "g" in solution.as_json()["results"]["parameters"]


@pytest.mark.parametrize("size", ["axb", "a*b", ["a", "b"]])
def test_letters_for_two_axes_may_be_typed_or_listed(size: object) -> None:
    conv = calculators.load("conv")
    assert conv.solve(conv.read({"in": size, "k": 3})).results["output_size"].ascii == "(a - 2) x (b - 2)"
