"""Activation functions as data: each side of zero with its formula and its derivative, and where it is steepest."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from cnnquiz.errors import GivenError
from cnnquiz.mathematics.expression import Expr
from cnnquiz.mathematics.functions import number, parse
from cnnquiz.mathematics.precise import rounded, sigmoid, sqrt

WIDEST = 100  # |x| beyond this is not worked: what saturates has long done so


@dataclass(frozen=True, slots=True)
class Activation:
    """One activation function.

    formula      how a book writes it
    right, left  its formula for x > 0 and for x <= 0
    slope_right  its derivative for x > 0
    slope_left   its derivative for x <= 0 (at a corner, the left side's by convention)
    steepest     where its derivative is largest, in words
    """

    name: str
    formula: str
    right: str
    left: str
    slope_right: str
    slope_left: str
    steepest: str

    def value(self, x: Any, alpha: Any) -> Any:
        """f(x), to 100 digits."""
        return number(self.side(x), {"x": x, "a": alpha})

    def slope(self, x: Any, alpha: Any) -> Any:
        """f'(x), to 100 digits."""
        return number(self.slope_side(x), {"x": x, "a": alpha})

    def side(self, x: Any) -> Expr:
        """The formula on the side of zero where x lies."""
        return parse(self.right if x > 0 else self.left, "x", "a")

    def slope_side(self, x: Any) -> Expr:
        """The derivative on the side of zero where x lies."""
        return parse(self.slope_right if x > 0 else self.slope_left, "x", "a")

    @property
    def smooth(self) -> bool:
        """Whether one formula serves on both sides."""
        return self.right == self.left


def _smooth(name: str, formula: str, whole: str, slope: str, steepest: str) -> Activation:
    return Activation(name, formula, whole, whole, slope, slope, steepest)


_ALL = (
    _smooth(
        "sigmoid",
        "sigma(x) = 1/(1 + exp(-x))",
        "1/(1 + exp(-x))",
        "sigma(x)*(1 - sigma(x))",
        "at x = 0, where sigma is 1/2",
    ),
    _smooth(
        "tanh",
        "tanh(x) = (exp(x) - exp(-x))/(exp(x) + exp(-x))",
        "tanh(x)",
        "1 - tanh(x)^2",
        "at x = 0",
    ),
    Activation("relu", "max(0, x)", "x", "0", "1", "0", "for every x > 0"),
    Activation("leaky-relu", "x for x > 0, a*x otherwise", "x", "a*x", "1", "a", "for every x > 0"),
    Activation(
        "elu",
        "x for x > 0, a*(exp(x) - 1) otherwise",
        "x",
        "a*(exp(x) - 1)",
        "1",
        "a*exp(x)",
        "for every x > 0",
    ),
    _smooth("softplus", "ln(1 + exp(x))", "ln(1 + exp(x))", "sigma(x)", "as x grows; 1 is never reached"),
    _smooth(
        "gelu",
        "x*Phi(x), Phi the normal distribution",
        "x*Phi(x)",
        "Phi(x) + x*phi(x)",
        "at x = sqrt(2)",
    ),
    _smooth(
        "swish",
        "x*sigma(x)",
        "x*sigma(x)",
        "sigma(x) + x*sigma(x)*(1 - sigma(x))",
        "at x = 2.39936",
    ),
    Activation("step", "1 for x > 0, 0 otherwise", "1", "0", "0", "0", "everywhere but at the step"),
    _smooth("identity", "x", "x", "1", "everywhere"),
)

ACTIVATIONS = {one.name: one for one in _ALL}
ALSO = {
    "logistic": "sigmoid",
    "sigma": "sigmoid",
    "leakyrelu": "leaky-relu",
    "leaky relu": "leaky-relu",
    "silu": "swish",
    "linear": "identity",
    "heaviside": "step",
    "rectifier": "relu",
}


def activation(text: Any) -> Activation:
    """The activation function of that name; `relu(x)` is read too."""
    word = str(text).strip().lower().removesuffix("(x)").replace("_", "-").strip()
    found = ACTIVATIONS.get(ALSO.get(word, word)) or ACTIVATIONS.get(ALSO.get(word.replace("-", " "), word))
    if found is None:
        raise GivenError(f"`{word[:40]}` is no activation function known here; there are {', '.join(ACTIVATIONS)}")
    return found


@lru_cache(maxsize=256)
def largest_slope(name: str, alpha: Any) -> Any:
    """The largest value of the derivative (its least upper bound where it is not reached)."""
    if name in ("leaky-relu", "elu"):
        return max(alpha, 1)
    if name == "sigmoid":
        return Fraction(1, 4)
    if name in ("gelu", "swish"):
        top = sqrt(2) if name == "gelu" else _steepest_swish()
        return rounded(ACTIVATIONS[name].slope(top, alpha))
    return 0 if name == "step" else 1


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
