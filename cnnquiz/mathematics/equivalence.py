"""Whether two expressions are the same, found by trying them at many points: exactly, or in floats for exp."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from cnnquiz.errors import CnnquizError
from cnnquiz.mathematics import expression
from cnnquiz.mathematics.expression import Call, Expr, Name, Neg, Not, Num, Op

POINTS = 24
SEEDS = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53)
CLOSE = 1e-9

_ANALYTIC: dict[str, Any] = {
    "exp": math.exp, "log": math.log, "ln": math.log, "sqrt": math.sqrt, "sin": math.sin, "cos": math.cos,
    "tanh": math.tanh, "relu": lambda x: max(0.0, x), "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
}  # fmt: skip
FUNCTIONS = frozenset(_ANALYTIC) | frozenset(expression.FUNCTIONS)


def agree(left: Expr, right: Expr) -> bool:
    """Whether both expressions have the same value wherever both have one, at points spread over all scales."""
    if left == right:
        return True
    names = sorted(expression.names_in(left) | expression.names_in(right))
    if len(names) > len(SEEDS):
        return False
    exact = not any(isinstance(p, Call) and p.function in _ANALYTIC for e in (left, right) for p in expression.walk(e))
    tried = 0
    for env in points(names, exact):
        a, b = (_value(side, env, exact) for side in (left, right))
        if (a is None) != (b is None) or (a is not None and not _close(a, b, exact)):
            return False
        tried += a is not None
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


def _value(expr: Expr, env: Mapping[str, Any], exact: bool) -> Any:
    """The value at a point; None where there is none (a division by zero, the logarithm of a negative number)."""
    try:
        return expression.evaluate(expr, env) if exact else _float(expr, env)
    except (CnnquizError, ArithmeticError, ValueError, TypeError):
        return None


def _close(a: Any, b: Any, exact: bool) -> bool:
    if exact or isinstance(a, bool) or isinstance(b, bool):
        return bool(a == b)
    return math.isclose(a, b, rel_tol=CLOSE, abs_tol=CLOSE)


def _float(expr: Expr, env: Mapping[str, Any]) -> Any:
    match expr:
        case Num(value):
            return float(value)
        case Name(name):
            return env[name]
        case Neg(operand):
            return -_float(operand, env)
        case Not(operand):
            return not _float(operand, env)
        case Op(symbol, left, right):
            small = Op(symbol, Name("a"), Name("b"))
            return _operation(small, _float(left, env), _float(right, env))
        case Call(function, arguments):
            apply = _ANALYTIC.get(function) or expression.FUNCTIONS[function]
            return apply(*[_float(argument, env) for argument in arguments])


def _operation(operation: Op, a: float, b: float) -> Any:
    if operation.symbol == "**":
        return math.pow(a, b)
    if operation.symbol in ("/", "//", "%"):
        quotient = a / b
        whole = math.floor(quotient)
        return {"/": quotient, "//": whole, "%": a - b * whole}[operation.symbol]
    return expression.evaluate(operation, {"a": a, "b": b})
