"""Expressions with exp, ln, sigmoid and the like: worked to 100 digits, and differentiated by dual numbers."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

from cnnquiz.errors import CnnquizError
from cnnquiz.mathematics import expression, precise
from cnnquiz.mathematics.expression import Algebra, Call, Expr, Name, Neg, Num, Op, evaluator, names_in, replace
from cnnquiz.mathematics.functions import CONSTANTS, FUNCTIONS, REAL_NAMES, Function
from cnnquiz.mathematics.precise import divide, exact, limit_digits

MAX_EXPONENT = 10_000
Dual = tuple[Any, Any]  # a value and its slope
_NEAR, _APART = Fraction(1, 10**60), Fraction(1, 10**20)  # two sides of a place; what sets their values apart


def parse(text: Any, *names: str) -> Expr:
    """The expression that a text spells, over these names and all functions of numbers."""
    return expression.parse(str(text), names, REAL_NAMES)


def number(expr: Expr, env: Mapping[str, Any]) -> Any:
    """The value: exact as far as it is a short fraction, otherwise to 100 digits."""
    return evaluator(expr, PRECISE)(env)


def sides(expr: Expr, name: str, at: Any) -> tuple[Any, Any] | None:
    """The values just before and just behind a place, where they differ; None where they agree or one is missing."""
    try:
        left, right = (number(expr, {name: at + step}) for step in (-_NEAR, _NEAR))
    except CnnquizError:
        return None
    apart = abs(right - left) > (1 + abs(left) + abs(right)) * _APART
    return (precise.rounded(left), precise.rounded(right)) if apart else None


def slope(expr: Expr, name: str, at: Any, others: Mapping[str, Any] | None = None) -> Any:
    """The derivative at a place, each value carrying its slope along; KeyError where a part has no rule for it.

    others  the values of the other names, which stay as they are
    """
    still = {other: (value, 0) for other, value in (others or {}).items()}
    return value_and_slope(expr, {**still, name: (at, 1)})[1]


def value_and_slope(expr: Expr, places: Mapping[str, Dual]) -> Dual:
    """The value and its slope, from the value and the slope of each name; KeyError where a part has no rule for it."""
    found: Dual = evaluator(expr, _DUAL)(places)
    return found


def derivative_by_rules(expr: Expr, name: str) -> Expr:
    """The derivative as a formula, by the rules for sums, products, quotients and chains; KeyError without a rule."""
    if name not in names_in(expr):
        return Num(0)
    match expr:
        case Name():
            return Num(1)
        case Neg(operand):
            return Neg(derivative_by_rules(operand, name))
        case Call(function, (inner,)) if slopes := FUNCTIONS[function].slopes:
            right, left, kink = slopes if len(slopes) == 3 else slopes * 3
            sides = f"({right})*step(x) + ({left})*step(-x) + ({kink})*(1 - step(x) - step(-x))"
            outer = _in_x(sides if len(slopes) == 3 else right)
            return Op("*", replace(outer, {"x": inner}), derivative_by_rules(inner, name))
        case Op(symbol, u, v) if symbol in _RULES:
            parts = {"u": u, "v": v, "p": derivative_by_rules(u, name), "q": derivative_by_rules(v, name)}
            rule = symbol if symbol != "**" or name in names_in(v) else "**n"
            return replace(parse(_RULES[rule], *parts), parts)
    raise KeyError(str(expr))


# The derivatives of what joins u and v, p and q being theirs
_RULES = {"+": "p + q", "-": "p - q", "*": "p*v + u*q", "/": "(p*v - u*q)/v^2", "**n": "v*u^(v - 1)*p",
          "**": "u^v*(q*ln(u) + v*p/u)"}  # fmt: skip


def function_value(function: Function, x: Any, alpha: Any = None) -> Any:
    """f(x); alpha is the second parameter that some activation functions have."""
    return function.value(x) if function.value else number(value_formula(function, x), {"x": x, "a": alpha})


def function_slope(function: Function, x: Any, alpha: Any = None) -> Any:
    """f'(x)"""
    return number(slope_formula(function, x), {"x": x, "a": alpha})


def value_formula(function: Function, x: Any) -> Expr:
    """The function's formula on the side of zero where x lies."""
    if function.sides is None:
        return function_formula(function)
    right, left = function.sides
    return _in_x(right if x > 0 else left)


def slope_formula(function: Function, x: Any) -> Expr:
    """The formula of the derivative that holds at x; at a kink, the value by convention."""
    slopes = function.slopes
    right, left, kink = slopes if len(slopes) == 3 else slopes * 3
    return _in_x(right if x > 0 else left if x < 0 else kink)


def function_formula(function: Function) -> Expr:
    """One formula for both sides of zero, with the usual alpha; for a function without one, a call of it."""
    return _in_x(function.formula or f"{function.calls[0]}(x)")


@lru_cache(maxsize=256)
def _in_x(formula: str) -> Expr:
    return parse(formula, "x", "a")


def _power(base: Any, exponent: Any) -> Any:
    if isinstance(exponent, int):
        if abs(exponent) > MAX_EXPONENT:
            raise CnnquizError(f"the exponent {exponent} is larger than {MAX_EXPONENT}")
        if base == 0 and exponent < 0:
            raise CnnquizError("division by zero")
        return limit_digits(precise.power(base, exponent))
    if exponent == Fraction(1, 2):
        return precise.sqrt(base)
    return precise.exp(exponent * precise.ln(base))


_ARITHMETIC: dict[str, Callable[..., Any]] = {
    "+": lambda a, b: limit_digits(exact(a + b)),
    "-": lambda a, b: limit_digits(exact(a - b)),
    "*": lambda a, b: limit_digits(exact(a * b)),
    "/": lambda a, b: limit_digits(divide(a, b)),
    "**": _power,
    "neg": operator.neg,
}


def _operation(symbol: str) -> Callable[..., Any]:
    if symbol not in _ARITHMETIC:
        raise CnnquizError("only numbers, names, functions and + - * / ^ are worked here")
    return _ARITHMETIC[symbol]


def _function(name: str) -> Callable[..., Any]:
    function = FUNCTIONS[name]
    return refuse_other_numbers(name, function.value or (lambda x: function_value(function, x)))


def refuse_other_numbers(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function; a call with a wrong number of arguments raises CnnquizError instead of TypeError."""

    def apply(*arguments: Any) -> Any:
        try:
            return function(*arguments)
        except TypeError:
            raise CnnquizError(f"`{name}` does not take {len(arguments)} numbers") from None

    return apply


PRECISE = Algebra(_operation, _function)



def _dual_power(base: Dual, exponent: Dual) -> Dual:
    (u, du), (v, dv) = base, exponent
    if not isinstance(v, int) or dv != 0:
        raise KeyError("**")
    return Fraction(u) ** v, v * Fraction(u) ** (v - 1) * du if v else 0


_DUAL_ARITHMETIC: dict[str, Callable[[Dual, Dual], Dual]] = {
    "+": lambda a, b: (a[0] + b[0], a[1] + b[1]),
    "-": lambda a, b: (a[0] - b[0], a[1] - b[1]),
    "*": lambda a, b: (a[0] * b[0], a[1] * b[0] + a[0] * b[1]),
    "/": lambda a, b: (Fraction(a[0]) / b[0], (Fraction(a[1]) * b[0] - a[0] * b[1]) / (b[0] * b[0])),
    "**": _dual_power,
}


def _dual_operation(symbol: str) -> Callable[..., Dual]:
    if symbol == "neg":
        return lambda a: (-a[0], -a[1])
    apply = _DUAL_ARITHMETIC[symbol]
    return lambda a, b: tuple(map(limit_digits, apply(a, b)))


def _extreme(pick: Callable[..., Dual], arguments: tuple[Dual, ...]) -> Dual:
    """The least or the largest of them; KeyError where two are equal, and so have no slope together."""
    found = pick(arguments, key=operator.itemgetter(0))
    if sum(one[0] == found[0] for one in arguments) > 1:
        raise KeyError("a kink")
    return found


def _dual_function(name: str) -> Callable[..., Dual]:
    function = FUNCTIONS[name]
    if name in CONSTANTS:
        return lambda: (number(Call(name, ()), {}), 0)
    if name in ("min", "max"):
        return lambda *arguments: _extreme(min if name == "min" else max, arguments)
    if not function.slopes:
        raise KeyError(name)

    def apply(argument: Dual) -> Dual:
        x, rise = argument
        return function_value(function, x), limit_digits(rise * function_slope(function, x))

    return apply


_DUAL = Algebra(_dual_operation, _dual_function, lambda value: value if isinstance(value, tuple) else (value, 0))
