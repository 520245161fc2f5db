"""Answers with letters: the formula with numbers put in is the answer with those numbers."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnquiz import calculators
from cnnquiz.errors import CnnquizError, GivenError
from cnnquiz.mathematics.expression import evaluate, parse

FEWER = settings(max_examples=40)
BOUNDS = {
    "conv": {"in": (6, 40), "k": (1, 5), "s": (1, 4), "p": (1, 3), "d": (1, 3), "channels": (1, 9), "filters": (1, 9)},
    "pool": {"in": (6, 40), "k": (2, 5), "s": (1, 4), "p": (1, 1), "d": (1, 3), "channels": (1, 9)},
    "tconv": {"in": (6, 40), "k": (1, 5), "s": (1, 4), "p": (1, 3), "d": (1, 3), "channels": (1, 9), "filters": (1, 9)},
    "params": {"k": (1, 9), "channels": (1, 9), "filters": (1, 9)},
}
LETTERS = {"in": "n", "k": "k", "s": "s", "p": "p", "d": "d", "channels": "C", "filters": "F"}


Problem = tuple[str, dict[str, Any], dict[str, str], dict[str, Any]]


@st.composite
def problems(draw: Any) -> Problem:
    """A calculator, its givens as numbers, letters for some of them, and whatever else is given."""
    name = draw(st.sampled_from(sorted(BOUNDS)))
    numbers = {short: draw(st.integers(*bounds)) for short, bounds in BOUNDS[name].items()}
    chosen = draw(st.sets(st.sampled_from(sorted(numbers)), min_size=1))
    rest = {"ceil": draw(st.booleans())} if name == "pool" else {"bias": draw(st.booleans())}
    return name, numbers, {short: LETTERS[short] for short in chosen}, rest


@FEWER
@given(problems())
def test_letters_and_numbers_agree(problem: Problem) -> None:
    name, numbers, letters, rest = problem
    calculator = calculators.load(name)
    try:
        expected = calculator.result_values(calculator.read(numbers | rest))
    except GivenError:
        return
    solution = calculator.solve(calculator.read(numbers | rest | letters))
    env = {letter: numbers[short] for short, letter in letters.items()}
    assert solution.results.keys() == expected.keys()
    for result, value in expected.items():
        written = solution.results[result].ascii
        axes = [evaluate(parse(part), env) for part in re.split(r" x ", written)]
        whole = value if isinstance(value, tuple) else (value,)
        assert len(axes) in (1, len(whole))
        assert tuple(axes) == whole or tuple(axes) * len(whole) == whole, (result, written)


@FEWER
@given(problems())
def test_steps_with_letters_end_in_the_answer(problem: Problem) -> None:
    name, numbers, letters, rest = problem
    calculator = calculators.load(name)
    try:
        solution = calculator.solve(calculator.read(numbers | rest | letters))
    except GivenError:
        return
    shown = {step.value.ascii for step in solution.steps}
    for answer in solution.answer:
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
