"""Derivatives by dual numbers, without sympy: each value carries its slope through the tree."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from cnnquiz.mathematics.expression import Call, Expr, Name, Neg, Num, Op
from cnnquiz.mathematics.functions import NUMERIC
from cnnquiz.mathematics.precise import shortened

Dual = tuple[Any, Any]

_SLOPES: dict[str, Callable[[Any, Any], Any]] = {
    "exp": lambda x, y: y,
    "ln": lambda x, y: 1 / Fraction(x),
    "log": lambda x, y: 1 / Fraction(x),
    "sqrt": lambda x, y: 1 / (2 * Fraction(y)),
    "sin": lambda x, y: NUMERIC["cos"](x),
    "cos": lambda x, y: -NUMERIC["sin"](x),
    "tanh": lambda x, y: 1 - y * y,
    "sigmoid": lambda x, y: y * (1 - y),
    "sigma": lambda x, y: y * (1 - y),
    "softplus": lambda x, y: NUMERIC["sigmoid"](x),
    "abs": lambda x, y: (x > 0) - (x < 0),
    "relu": lambda x, y: int(x > 0),
}


def slope(expr: Expr, name: str, at: Any) -> Any:
    """The derivative at a place; KeyError where a function has no rule here."""
    return _dual(expr, name, at)[1]


def _dual(expr: Expr, name: str, at: Any) -> Dual:
    match expr:
        case Num(value):
            return value, 0
        case Name(_):
            return at, 1
        case Neg(operand):
            value, rise = _dual(operand, name, at)
            return -value, -rise
        case Op(sign, left, right):
            value, rise = _combined(sign, _dual(left, name, at), _dual(right, name, at))
            return shortened(value), shortened(rise)
        case Call(function, (argument,)):
            value, rise = _dual(argument, name, at)
            found = NUMERIC[function](value)
            return found, shortened(rise * _SLOPES[function](value, found))
    raise KeyError(type(expr).__name__)


def _combined(sign: str, left: Dual, right: Dual) -> Dual:
    (u, du), (v, dv) = left, right
    match sign:
        case "+":
            return u + v, du + dv
        case "-":
            return u - v, du - dv
        case "*":
            return u * v, du * v + u * dv
        case "/":
            return Fraction(u) / v, (Fraction(du) * v - u * dv) / (v * v)
        case "**" if isinstance(v, int) and dv == 0:
            return Fraction(u) ** v, v * Fraction(u) ** (v - 1) * du if v else 0
    raise KeyError(sign)
