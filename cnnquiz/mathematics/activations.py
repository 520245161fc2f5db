"""Activation functions by the names that people give them, and the largest derivative of each."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Any

from msgspec.structs import replace

from cnnquiz.errors import GivenError
from cnnquiz.mathematics.analysis import function_slope, slope_formula, value_and_slope, value_formula
from cnnquiz.mathematics.functions import ACTIVATIONS, Function
from cnnquiz.mathematics.precise import rounded, sqrt
from cnnquiz.mathematics.sympy_forms import from_sympy, symbolic, sympy_value
from cnnquiz.patterns import pattern

_OTHER_NAMES = {
    "logistic": "sigmoid", "sigma": "sigmoid", "leakyrelu": "leaky-relu", "leaky relu": "leaky-relu",
    "silu": "swish", "hardswish": "hard-swish",
    "tanh-gelu": "gelu-tanh", "heaviside": "step", "rectifier": "relu",
}  # fmt: skip


TAKES_ALPHA = ("leaky-relu", "prelu", "elu", "linear")
_WITH_ALPHA = pattern(r"(.+?) (\d{1,9}(?:\.\d{1,20}|/[1-9]\d{0,8})?)")
_KINKS = (3, 6)  # of hard-swish and relu6, besides 0


def activation(text: Any) -> Function:
    """The activation function of that name, which may be written `relu(x)`; GivenError for any other."""
    word = str(text).strip().lower().removesuffix("(x)").replace("_", "-").strip()
    for name in (word, word.replace("-", " ")):
        if found := ACTIVATIONS.get(_OTHER_NAMES.get(name, word)):
            return found
    raise GivenError(f"`{word[:40]}` is no activation function known here; there are {', '.join(ACTIVATIONS)}")


@lru_cache(maxsize=256)
def with_alpha(text: Any) -> Function:
    """The function of that name, which a number may follow where it has an alpha: `leaky-relu 0.2`, `linear 3`."""
    found = _WITH_ALPHA.fullmatch(str(text).strip())
    if not found:
        return activation(text)
    function, alpha = activation(found[1]), Fraction(found[2])
    if function.name not in TAKES_ALPHA:
        raise GivenError(f"no number goes with {function.name}, but one may with {', '.join(TAKES_ALPHA)}")
    return replace(function, name=f"{function.name} {alpha}", alpha=alpha)


@lru_cache(maxsize=256)
def largest_slope(name: str, alpha: Any) -> Any:
    """The largest value of the derivative (its least upper bound where it is not reached)."""
    if name in TAKES_ALPHA:
        return alpha if name == "linear" else max(alpha, 1)
    if name == "sigmoid":
        return Fraction(1, 4)
    if name in ("gelu", "swish", "mish", "gelu-tanh"):
        top = sqrt(2) if name == "gelu" else _steepest_place(ACTIVATIONS[name])
        return rounded(function_slope(ACTIVATIONS[name], top, alpha))
    if name in ("hard-swish", "selu"):
        return Fraction(3, 2) if name == "hard-swish" else rounded(function_slope(ACTIVATIONS[name], 0))
    return 0 if name == "step" else 1


def slope_reason(function: Function, x: Any) -> str:
    """Why the derivative at x is so, or taken to be so."""
    if x == 0 and len(function.slopes) == 3:
        return "At the corner there is no derivative; by convention the left side's is taken."
    return function.slope_why


def sympy_value_and_slope(function: Function, x: Any, alpha: Any) -> tuple[Any, Any]:
    """f(x) and f'(x) in sympy's terms, the formula differentiated by sympy's rules; at a kink, on its outer side."""
    import sympy

    t = sympy.Symbol("x", real=True)
    formula = symbolic(value_formula(function, x), {"x": t, "a": alpha})
    beside = x + Fraction((x > 0) - (x < 0), 10**70) if function.sides and abs(x) in _KINKS else x
    return formula.subs(t, sympy_value(x)), sympy.diff(formula, t).subs(t, sympy_value(beside))


@lru_cache(maxsize=256)
def steepest_by_sympy(name: str, alpha: Any) -> Any:
    """The largest derivative by sympy: of places on a grid, then where it turns; beyond the grid, far out."""
    function = ACTIVATIONS[name]
    places = [Fraction(at, 2) for at in range(-10, 11)]
    places.insert(-1, 3 - Fraction(1, 10**60))  # just before the kink of hard-swish
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


def _steepest_place(function: Function) -> Fraction:
    """Where the derivative is largest: there its own slope is 0, which halving the interval from 1 to 3 finds."""
    low, high = Fraction(1), Fraction(3)
    for _ in range(120):
        middle = (low + high) / 2
        if value_and_slope(slope_formula(function, middle), {"x": (middle, 1)})[1] > 0:
            low = middle
        else:
            high = middle
    return low
