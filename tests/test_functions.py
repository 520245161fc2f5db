"""The table of functions: each value, derivative and formula against sympy, and what holds at a kink."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy

from cnnquiz.errors import GivenError
from cnnquiz.mathematics.analysis import function_slope, function_value, number, parse, slope
from cnnquiz.mathematics.functions import ACTIVATIONS, FUNCTIONS, REAL_NAMES
from cnnquiz.mathematics.notation import math
from cnnquiz.mathematics.sympy_forms import derivative, from_sympy, symbolic, sympy_expr
from cnnquiz.mathematics.values import equivalent

PLACES = [Fraction(3, 4), Fraction(7, 2), Fraction(1, 1000), 2, Fraction(-5, 3), -1, -12]
SINGLE = sorted(call for call in REAL_NAMES if FUNCTIONS[call].takes == (1, 1))
SLOPED = sorted(call for call in SINGLE if FUNCTIONS[call].slopes)
X = sympy.Symbol("x", real=True)


def in_domain(name: str, x: Fraction | int) -> bool:
    return x > 0 or name not in ("ln", "log", "sqrt")


@pytest.mark.parametrize("name", SINGLE)
def test_the_value_is_sympys_to_thirty_digits(name: str) -> None:
    call = parse(f"{name}(x)", "x")
    for x in PLACES:
        if in_domain(name, x):
            ours = Fraction(number(call, {"x": x}))
            theirs = Fraction(from_sympy(symbolic(call, {"x": x})))
            assert abs(ours - theirs) <= abs(theirs) / 10**29


@pytest.mark.parametrize("name", SLOPED)
def test_the_derivative_is_sympys(name: str) -> None:
    form = sympy.diff(symbolic(parse(f"{name}(x)", "x"), {"x": X}), X)
    for x in PLACES:
        if in_domain(name, x):
            ours = Fraction(function_slope(FUNCTIONS[name], x))
            theirs = Fraction(from_sympy(form.subs(X, sympy.Rational(x)).doit()))
            assert abs(ours - theirs) <= abs(theirs) / 10**29


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_each_side_of_an_activation_meets_its_derivative(name: str) -> None:
    f, step, alpha = ACTIVATIONS[name], Fraction(1, 10**12), Fraction(1, 10)
    for x in (Fraction(2), Fraction(1, 3), Fraction(-1, 3), Fraction(-2)):
        rise = (function_value(f, x + step, alpha) - function_value(f, x - step, alpha)) / (2 * step)
        assert abs(rise - function_slope(f, x, alpha)) < Fraction(1, 10**9)


@pytest.mark.parametrize(
    ("name", "at_zero"),
    [("relu", 0), ("relu6", 0), ("hard-swish", Fraction(1, 2)),
     ("abs", 0), ("leaky-relu", Fraction(1, 10)), ("elu", Fraction(1, 10)), ("step", 0)],
)
def test_the_derivative_at_a_kink_is_a_convention(name: str, at_zero: Fraction | int) -> None:
    function = ACTIVATIONS.get(name) or FUNCTIONS[name]
    assert function_slope(function, 0, Fraction(1, 10)) == at_zero


@pytest.mark.parametrize("text", ["x^3/(1 + x^2)", "exp(-x)*sin(x)", "sqrt(x + 5)", "sigma(2*x)", "-tanh(x)^2", "7"])
def test_dual_numbers_and_sympy_differentiate_alike(text: str) -> None:
    expr = parse(text, "x")
    formula = derivative(expr, "x")
    for x in (Fraction(1, 2), -1, 3):
        assert abs(slope(expr, "x", x) - number(formula, {"x": x})) < Fraction(1, 10**50)


def test_a_function_without_a_derivative_here_is_named() -> None:
    for text in ("floor(x)", "max(x, 2)", "x^x"):
        with pytest.raises(KeyError):
            slope(parse(text, "x"), "x", 2)


@pytest.mark.parametrize(
    ("name", "x", "digits"),
    [
        ("sin", 1, "0.8414709848078965066525023216302989996225630607983710656727517099919104043912396689"),
        ("cos", 1, "0.5403023058681397174009366074429766037323104206179222276700972553811003947744717645"),
        ("Phi", 1, "0.8413447460685429485852325456320379224779129667266043909873944502429914419872048295"),
        ("phi", 0, "0.3989422804014326779399460599343818684758586311649346576659258296706579258993018385"),
        ("exp", 1, "2.7182818284590452353602874713526624977572470936999595749669676277240766303535475945"),
    ],
)
def test_eighty_digits_are_right(name: str, x: int, digits: str) -> None:
    assert abs(number(parse(f"{name}({x})"), {}) - Fraction(digits)) < Fraction(1, 10**80)


def test_beyond_a_bound_one_line_says_so() -> None:
    for text in ("sin(51)", "cos(-51)", "Phi(101)", "phi(1001)", "exp(2001)", "sigma(-2001)", "tanh(2001)", "ln(0)"):
        with pytest.raises(GivenError):
            number(parse(text), {})


def test_functions_are_written_as_mathematics_writes_them() -> None:
    assert math(parse("exp(ln(x))", "x")).latex == r"\exp\left(\ln\left(x\right)\right)"
    assert math(parse("relu(x)", "x")).latex == r"\operatorname{relu}\left(x\right)"
    assert math(parse("sigma(x)", "x")).unicode == "σ(x)"


def test_letters_keep_the_larger_and_the_smaller() -> None:
    n = sympy.Symbol("n", integer=True, positive=True)
    assert sympy_expr(parse("max(n, 3)", "n"), {"n": n}) == sympy.Max(n, 3)
    assert not symbolic(parse("max(n, 3)", "n"), {"n": n}).has(sympy.Max)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("softplus(x)", "ln(1 + exp(x))", True), ("sinh(x)", "(exp(x) - exp(-x))/2", True),
        ("Phi(x)", "1 - Phi(-x)", True), ("sigma(x)", "sigmoid(x)", True), ("relu(x)", "max(x, 0)", True),
        ("sigmoid(x)", "tanh(x)", False), ("exp(x)", "exp(x) + x/10^6", False), ("step(x)", "sign(x)", False),
    ],
)  # fmt: skip
def test_every_function_may_stand_in_an_answer(one: str, other: str, same: bool) -> None:
    assert equivalent(one, other) is same
