"""Whether two expressions are the same, found by trying them at many points: exactly, or in floats for exp."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from cnnquiz.errors import CnnquizError
from cnnquiz.mathematics.analysis import PRECISE, function_formula
from cnnquiz.mathematics.expression import EXACT, Algebra, Expr, evaluator, functions_in, names_in
from cnnquiz.mathematics.functions import EXACT_NAMES, FUNCTIONS

POINTS = 24
SEEDS = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53)
CLOSE = Fraction(1, 10**9)

_FLOAT_OPERATIONS: dict[str, Callable[..., Any]] = {
    "/": operator.truediv, "//": lambda a, b: math.floor(a / b), "%": lambda a, b: a - b * math.floor(a / b),
    "**": math.pow,
}  # fmt: skip


def _float_function(name: str) -> Callable[..., Any]:
    """The function of floats: Python's where it has one (by sympy's name), otherwise by the formula or the value."""
    function = FUNCTIONS[name]
    if isinstance(function.sympy, str) and hasattr(math, function.sympy):
        found: Callable[..., Any] = getattr(math, function.sympy)
        return found
    if function.value is None or (function.formula and not function.exact):
        work = evaluator(function_formula(function), _FLOATS)
        return lambda x: work({"x": x})
    return function.value


_FLOATS = Algebra(
    lambda symbol: _FLOAT_OPERATIONS.get(symbol) or EXACT.operation(symbol), _float_function, float, lazy=True
)


def agree(left: Expr, right: Expr, everywhere: bool = True) -> bool:
    """Whether both expressions have the same values, at points spread over all scales.

    everywhere  whether both must have a value at the same points; otherwise, only points where both have one count
    """
    if left == right:
        return True
    names = sorted(names_in(left) | names_in(right))
    if len(names) > len(SEEDS):
        return False
    exact = functions_in(left) | functions_in(right) <= EXACT_NAMES
    algebra = EXACT if exact else _FLOATS if names else PRECISE  # exp(1000) is no float
    tried = 0
    for env in points(names, exact):
        a, b = (_value(side, env, algebra) for side in (left, right))
        both = a is not None and b is not None
        if (everywhere and (a is None) != (b is None)) or (both and not _close(a, b, exact)):
            return False
        tried += both
    return tried > 0


def points(names: list[str], exact: bool) -> Iterator[dict[str, Any]]:
    """Values for the names: whole numbers, halves and negative ones, chosen so that no two names move together."""
    for index in range(POINTS):
        values = {}
        for name, seed in zip(names, SEEDS, strict=False):
            value = Fraction((seed * (index + 3) * 7919 + index * seed) % 97 + 1, 1 if index % 3 else 1 + seed % 4)
            signed = -value if index >= POINTS // 2 and (index + seed) % 3 == 0 else value
            values[name] = signed if exact else float(signed) / 20
        yield values


def _value(expr: Expr, env: dict[str, Any], algebra: Algebra) -> Any:
    """The value at a point; None where there is none (a division by zero, the logarithm of a negative number)."""
    try:
        return evaluator(expr, algebra)(env)
    except (CnnquizError, ArithmeticError, ValueError, TypeError, KeyError):
        return None


def _close(a: Any, b: Any, exact: bool) -> bool:
    if exact or isinstance(a, bool) or isinstance(b, bool):
        return bool(a == b)
    return bool(a == b or abs(a - b) <= CLOSE * max(abs(a), abs(b), 1))
