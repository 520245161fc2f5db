"""Expressions with exp, ln, sigmoid and the like: worked to 100 digits, or handed to sympy, from one tree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from cnnquiz.errors import CnnquizError
from cnnquiz.mathematics import expression, precise, sympy_forms
from cnnquiz.mathematics.expression import Call, Expr, Name, Neg, Num, Op, divide, exact
from cnnquiz.mathematics.precise import shortened

MAX_EXPONENT = 10_000

NUMERIC: dict[str, Callable[..., Any]] = {
    "exp": precise.exp,
    "ln": precise.ln,
    "log": precise.ln,
    "sqrt": precise.sqrt,
    "sin": precise.sin,
    "cos": precise.cos,
    "tanh": precise.tanh,
    "sigmoid": precise.sigmoid,
    "sigma": precise.sigmoid,
    "Phi": precise.normal_cdf,
    "phi": precise.normal_pdf,
    "sinh": lambda x: (precise.exp(x) - precise.exp(-x)) / Fraction(2),
    "cosh": lambda x: (precise.exp(x) + precise.exp(-x)) / Fraction(2),
    "abs": abs,
    "min": min,
    "max": max,
    "floor": expression.FUNCTIONS["floor"],
    "ceil": expression.FUNCTIONS["ceil"],
    "relu": lambda x: max(x, 0),
    "softplus": lambda x: precise.ln(1 + precise.exp(x)),
    "sign": lambda x: (x > 0) - (x < 0),
    "step": lambda x: int(x > 0),
}


def parse(text: Any, *names: str) -> Expr:
    """The expression that a text spells, over these names and the functions above."""
    return expression.parse(str(text), names, NUMERIC.keys())


def number(expr: Expr, env: Mapping[str, Any]) -> Any:
    """The value: exact as far as it is a short fraction, otherwise to 100 digits."""
    match expr:
        case Num(value):
            return value
        case Name(name):
            return env[name]
        case Neg(operand):
            return -number(operand, env)
        case Op("**", left, right):
            return _power(number(left, env), number(right, env))
        case Op(sign, left, right) if sign in _ARITHMETIC:
            return shortened(exact(_ARITHMETIC[sign](number(left, env), number(right, env))))
        case Call(function, arguments) if function in NUMERIC:
            return _called(function, [number(argument, env) for argument in arguments])
    raise CnnquizError("only numbers, names, functions and + - * / ^ are worked here")


_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": divide,
}


def _called(function: str, arguments: list[Any]) -> Any:
    try:
        return NUMERIC[function](*arguments)
    except TypeError:
        raise CnnquizError(f"`{function}` does not take {len(arguments)} numbers") from None


def _power(base: Any, exponent: Any) -> Any:
    if isinstance(exponent, int):
        if abs(exponent) > MAX_EXPONENT:
            raise CnnquizError(f"the exponent {exponent} is larger than {MAX_EXPONENT}")
        if base == 0 and exponent < 0:
            raise CnnquizError("division by zero")
        return shortened(precise.power(base, exponent))
    if exponent == Fraction(1, 2):
        return precise.sqrt(base)
    return precise.exp(exponent * precise.ln(base))


@lru_cache(maxsize=1)
def _sympy_functions() -> dict[str, Callable[..., Any]]:
    import sympy

    def normal(x: Any) -> Any:
        return (1 + sympy.erf(x / sympy.sqrt(2))) / 2

    def sigmoid(x: Any) -> Any:
        return 1 / (1 + sympy.exp(-x))

    return {
        "exp": sympy.exp,
        "ln": sympy.log,
        "log": sympy.log,
        "sqrt": sympy.sqrt,
        "sin": sympy.sin,
        "cos": sympy.cos,
        "tanh": sympy.tanh,
        "sinh": sympy.sinh,
        "cosh": sympy.cosh,
        "sigmoid": sigmoid,
        "sigma": sigmoid,
        "Phi": normal,
        "phi": lambda x: sympy.exp(-(x**2) / 2) / sympy.sqrt(2 * sympy.pi),
        "max": lambda a, b: (a + b + abs(a - b)) / 2,
        "min": lambda a, b: (a + b - abs(a - b)) / 2,
        "relu": lambda x: (x + abs(x)) / 2,
        "softplus": lambda x: sympy.log(1 + sympy.exp(x)),
        "sign": sympy.sign,
        "step": lambda x: (1 + sympy.sign(x)) / 2 * abs(sympy.sign(x)),
    }


def symbolic(expr: Expr, env: Mapping[str, Any]) -> Any:
    """The expression as sympy has it, with these values or symbols for its names."""
    return sympy_forms.sympy_expr(expr, env, _sympy_functions())


def evaluated(found: Any) -> Any:
    """A sympy number as we show numbers: exact where it is a fraction, otherwise to 30 digits."""
    import sympy

    if found.is_Rational:
        return precise.rounded(exact(Fraction(int(found.p), int(found.q))))
    digits = sympy.N(found, 60)
    if not digits.is_Float:
        raise CnnquizError("this has no real value here")
    return precise.rounded(exact(Fraction(Decimal(str(digits)))))


@lru_cache(maxsize=256)
def derivative(expr: Expr, name: str) -> Expr:
    """The derivative by sympy, read back into our own language."""
    import sympy

    x = sympy.Symbol(name, real=True)
    slope = sympy.diff(symbolic(expr, {name: x}), x)
    plain = sympy.simplify(slope)
    shorter = min((plain, sympy.expand(slope)), key=lambda form: len(str(form)))
    return parse(str(shorter).replace("Abs(", "abs("), name)
