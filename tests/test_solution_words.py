"""What a solution says: nothing twice, rounded values as rounded, one sign for each thing, only what leads to it."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

import pytest
from screens import a_screen, widest
from test_calculators import NAMES, good

from cnnquiz import calculators
from cnnquiz.render import drawings
from cnnquiz.render.solution import display_value, solution_lines
from cnnquiz.render.typeset import separated, typeset
from cnnquiz.solution import (
    Drawing,
    Math,
    Solution,
    Step,
    Vector,
    equation_parts,
    equation_signs,
    latex_chain,
    prose_text,
)


def solve(name: str, want: str | None = None, **given: Any) -> Solution:
    calculator = calculators.load(name)
    return calculator.solve(calculator.read({key.rstrip("_"): value for key, value in given.items()}), want)


def shown(solution: Solution, columns: int = 80, unicode: bool = True) -> str:
    return "\n".join(line.plain for line in solution_lines(a_screen(columns, unicode), solution))


def maths(words: str) -> Math:
    return Math(words, words, words)


@pytest.mark.parametrize(
    ("parts", "chain"),
    [
        (("f(x) = 0", "0", "0"), "f(x) = 0"),
        (("s = o x o x F", "125 x 125 x 4", "125x125x4"), "s = o x o x F = 125x125x4"),
        (("o = m + 1", "1 + 1", "2"), "o = m + 1 = 1 + 1 = 2"),
        (("", "1 + 1", "2"), "1 + 1 = 2"),
        (("", "1", ""), "1"),
    ],
)
def test_nothing_stands_twice_in_a_chain(parts: tuple[str, str, str], chain: str) -> None:
    formula, substituted, value = map(maths, parts)
    step = Step("t", formula, substituted, value)
    assert latex_chain(step) == chain


def test_a_rounded_value_stands_behind_another_sign() -> None:
    step = solve("softmax", z="3,1,2").steps[-1]
    assert equation_signs(equation_parts(step), "=", "~") == ["~", "~"]
    assert equation_signs(equation_parts(solve("conv", in_=256, k=7, s=2).steps[2]), "=", "~") == ["=", "="]
    assert r"\approx 0.2447284711" in latex_chain(step)


@pytest.mark.parametrize(
    ("calculator", "given", "words"),
    [
        ("update", {"J": "max(theta, 0)", "theta": 0, "alpha": 1}, "a kink here, from slope 0 to 1"),
        ("update", {"J": "relu(theta)", "theta": 0, "alpha": 1}, "a kink here, from slope 0 to 1"),
        ("update", {"J": "theta^2", "theta": 0, "alpha": 1}, ""),
        ("update", {"J": "ln(1 + theta^2)*10^30", "theta": 0, "alpha": 1}, ""),
        ("delta", {"f": "step(t - 1)", "t0": 1}, "f jumps here, from 0 to 1"),
        ("delta", {"f": "abs(t - 1)", "t0": 1}, ""),
    ],
)
def test_a_value_at_a_kink_or_a_jump_is_said_to_be_a_convention(
    calculator: str, given: dict[str, Any], words: str
) -> None:
    said = " ".join(step.why for step in solve(calculator, **given).steps)
    assert words in said if words else "kink" not in said and "jumps" not in said


@pytest.mark.parametrize(("n", "words"), [(2, "the first 2"), (3, "It is given."), (4, "behind it 0")])
def test_a_response_that_is_given_is_cut_and_continued_in_words(n: int, words: str) -> None:
    assert words in solve("impulse", h="1,2,1", n=n).steps[0].why


@pytest.mark.parametrize(
    ("words", "set_"),
    [
        ("theta - alpha*(2*theta)", "θ − α·(2θ)"),
        ("1/(1 + exp(-2))", "1/(1 + exp(−2))"),
        ("125x125x4", "125x125x4"),
        ("conv 10 k3x5 s2", "conv 10 k3x5 s2"),
        ("x^2 >= 0 (--strict, cross-entropy)", "x² ≥ 0 (--strict, cross-entropy)"),
        ("1e-19", "1e−19"),
        ("(-theta)*phi(theta)", "(−θ)·φ(θ)"),
    ],
)
def test_words_have_the_signs_of_the_formulas(words: str, set_: str) -> None:
    assert typeset(a_screen(), words) == set_
    assert typeset(a_screen(80, unicode=False), words) == words


@pytest.mark.parametrize("name", NAMES)
def test_a_convention_has_no_colon_of_its_own(name: str) -> None:
    for case in good(name):
        calculator = calculators.load(name)
        for rule in calculator.conventions_of(calculator.read(case["given"])).values():
            assert ": " not in rule and ";" not in rule


@pytest.mark.parametrize("name", NAMES)
def test_no_step_says_the_same_twice(name: str) -> None:
    for case in good(name):
        calculator = calculators.load(name)
        for step in calculator.solve(calculator.read(case["given"])).steps:
            said = [part.ascii.rpartition(" = ")[2].replace(" ", "") for part in equation_parts(step)]
            assert all(one != other for one, other in itertools.pairwise(said)), said


WANTED = [
    ("rf", {"layers": "k3; k2"}, "receptive_field", "Before the first layer; Layer 1: window k3; Layer 2: window k2"),
    ("rf", {"layers": "k3; k2 s2"}, "jump", "Jump"),
    ("cost", {"layers": "conv 4 k3", "in": "8x8x3"}, "activations", "conv1: conv 4 k3"),
]


@pytest.mark.parametrize(("name", "given", "want", "titles"), WANTED)
def test_only_what_leads_to_the_wanted_result(name: str, given: dict[str, Any], want: str, titles: str) -> None:
    assert "; ".join(step.title for step in solve(name, want, **given).steps) == titles


def test_the_weights_stand_before_the_multiply_adds_that_use_them() -> None:
    steps = [step.formula.ascii for step in solve("cost", "macs", layers="conv 64 k3 p1", in_="224x224x3").steps]
    assert steps[-2:] == ["w = k*k*C", "macs = w*F*o*o"]
    assert not any("parameters" in formula for formula in steps)


def test_a_shifted_input_is_shown_from_the_beginning() -> None:
    screen = shown(solve("impulse", equation="y[n] = n*x[n]"))
    assert "T(x[n−1]) = [0, 1, 0, 0, 0, ...]" in screen
    assert "should give the shifted output [0, 0, 0, 0, 0, ...]" in screen


def test_a_bound_of_one_decides_nothing() -> None:
    assert "decides nothing" in shown(solve("gradient", function="tanh", layers=10))
    assert "the product at these values" in shown(solve("gradient", function="tanh", values="0,1"))


def test_a_step_that_goes_too_far_says_so() -> None:
    assert "J grew from 1 to 9: the step is too long." in shown(solve("update", J="theta^2", theta=1, alpha=2))
    assert "downhill" in shown(solve("update", J="theta^2", theta=1, alpha="0.1"))


def test_the_letters_are_explained_once() -> None:
    lines = shown(solve("conv", in_=256, k=7, s=2)).splitlines()
    assert "  i input size, k kernel size, s stride, p padding, o size of the output" in lines


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (1792, "1,792"), (999, "999"), (-138357544, "-138,357,544"), (Fraction(12345678, 1000), "12,345.678"),
        (Fraction(1, 10000), "0.0001"), (Fraction(85, 3), "28.33333333 (85/3)"), ((1000,), "1,000"),
        ((224, 1024, 3), "224x1024x3"), (Vector((1000, 2000)), "[1000, 2000]"), ("conv 1024 k3", "conv 1,024 k3"),
    ],
)  # fmt: skip
def test_a_value_is_shown_as_a_person_reads_it(value: Any, words: str) -> None:
    assert display_value(value) == words


def test_prose_says_decimals_and_no_mixed_numbers() -> None:
    values = (Fraction(85, 3), Fraction(249, 2), Fraction(2, 3), Fraction(-85, 3), 125)
    assert [prose_text(value) for value in values] == ["28.33", "124.5", "2/3", "-85/3", "125"]


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("14714688 + 123642856", "14,714,688 + 123,642,856"), ("o = 125 x 1250", "o = 125 x 1250"),
        ("28 × 28 × 1024", "28 × 28 × 1024"), ("1024x3", "1024x3"), ("[1000, 20000]", "[1000, 20000]"),
        ("0.123456789", "0.123456789"), ("write `--in 1024`", "write `--in 1024`"), ("or --in 1024", "or --in 1024"),
        ("in place of 25088, for 32x32x3", "in place of 25,088, for 32x32x3"), ("10^1024", "10^1024"),
    ],
)  # fmt: skip
def test_long_numbers_alone_are_separated(words: str, shown: str) -> None:
    assert separated(words) == shown


@pytest.mark.parametrize("columns", [40, 60, 80, 120])
def test_a_long_row_shows_both_its_ends(columns: int) -> None:
    data = {"size": 256, "padding": [0, 0], "kernel": 7, "stride": 2, "positions": 125, "unused": 1}
    lines = drawings.draw(a_screen(columns, unicode=False), Drawing("window", data))
    assert widest(lines) <= columns
    whole = "\n".join(line.plain for line in lines)
    assert columns < 60 or ("126" in whole and "would need column 256" in whole.replace("\n" + " " * 10, " "))


def test_stems_stand_on_zero() -> None:
    data = {"xs": [0, 1, 2], "ys": [1, 0, -1], "xlabel": "n", "ylabel": "h[n]"}
    lines = [line.plain for line in drawings.draw(a_screen(80, unicode=False), Drawing("stems", data))]
    assert lines[1].split() == ["1|", "o"]
    assert lines[-2].split() == ["-1|", "o"]
    assert lines[-1].split() == ["0", "1", "2", "n"]
