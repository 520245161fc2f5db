"""Activation functions by the names that people give them, and the largest derivative of each."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Any

from cnnquiz.errors import GivenError
from cnnquiz.mathematics.analysis import function_slope, value_formula
from cnnquiz.mathematics.functions import ACTIVATIONS, Function
from cnnquiz.mathematics.precise import rounded, sigmoid, sqrt
from cnnquiz.mathematics.sympy_forms import from_sympy, symbolic, sympy_value

_OTHER_NAMES = {
    "logistic": "sigmoid", "sigma": "sigmoid", "leakyrelu": "leaky-relu", "leaky relu": "leaky-relu",
    "silu": "swish", "linear": "identity", "heaviside": "step", "rectifier": "relu",
}  # fmt: skip


def activation(text: Any) -> Function:
    """The activation function of that name, which may be written `relu(x)`; GivenError for any other."""
    word = str(text).strip().lower().removesuffix("(x)").replace("_", "-").strip()
    for name in (word, word.replace("-", " ")):
        if found := ACTIVATIONS.get(_OTHER_NAMES.get(name, word)):
            return found
    raise GivenError(f"`{word[:40]}` is no activation function known here; there are {', '.join(ACTIVATIONS)}")


def usual_alpha(function: Function) -> Fraction | int:
    """The slope below zero (or, for elu, the depth) that PyTorch takes where none is given."""
    return Fraction(1, 100) if function.name == "leaky-relu" else 1


@lru_cache(maxsize=256)
def largest_slope(name: str, alpha: Any) -> Any:
    """The largest value of the derivative (its least upper bound where it is not reached)."""
    if name in ("leaky-relu", "elu"):
        return max(alpha, 1)
    if name == "sigmoid":
        return Fraction(1, 4)
    if name in ("gelu", "swish"):
        top = sqrt(2) if name == "gelu" else _steepest_swish()
        return rounded(function_slope(ACTIVATIONS[name], top, alpha))
    return 0 if name == "step" else 1


def slope_reason(function: Function, x: Any) -> str:
    """Why the derivative at x is so, or taken to be so."""
    if x == 0 and len(function.slopes) == 3:
        return "At the corner there is no derivative; by convention the left side's is taken."
    return function.slope_why


def sympy_value_and_slope(function: Function, x: Any, alpha: Any) -> tuple[Any, Any]:
    """f(x) and f'(x) in sympy's terms, the formula differentiated by sympy's rules."""
    import sympy

    t = sympy.Symbol("x", real=True)
    formula = symbolic(value_formula(function, x), {"x": t, "a": alpha})
    return tuple(form.subs(t, sympy_value(x)) for form in (formula, sympy.diff(formula, t)))


@lru_cache(maxsize=256)
def steepest_by_sympy(name: str, alpha: Any) -> Any:
    """The largest derivative by sympy: of places on a grid, then where it turns; beyond the grid, far out."""
    function = ACTIVATIONS[name]
    places = [Fraction(at, 2) for at in range(-10, 11)]
    slopes = [sympy_value_and_slope(function, x, alpha)[1].evalf(30) for x in places]
    at = max(range(len(places)), key=slopes.__getitem__)
    if at in (0, len(places) - 1):
        steepest = 40 * places[at]
    else:
        steepest = places[at] if function.sides else _turn(function, places[at])
    return from_sympy(sympy_value_and_slope(function, steepest, alpha)[1])


def _turn(function: Function, near: Fraction) -> Any:
    """Where the derivative is largest near a place: there sympy's second derivative is 0, which Newton's method finds.

    The derivative is flat there, so 40 digits of the place give it to 80.
    """
    import sympy

    x, at = sympy.Symbol("x", real=True), sympy_value(near).evalf(80)
    second = sympy.diff(symbolic(value_formula(function, near), {"x": x}), x, 2)
    third = sympy.diff(second, x)
    for _ in range(8):
        at -= (second.subs(x, at) / third.subs(x, at)).evalf(80)
    return at


def _steepest_swish() -> Fraction:
    """Where swish' is largest: the root of 2 + x(1 - 2 sigma(x)), by halving the interval."""
    low, high = Fraction(2), Fraction(3)
    for _ in range(120):
        middle = (low + high) / 2
        if 2 + middle * (1 - 2 * sigmoid(middle)) > 0:
            low = middle
        else:
            high = middle
    return low
