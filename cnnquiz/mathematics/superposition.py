"""Superposition tried on numbers and proved with letters: f(a x + b y) = a f(x) + b f(y)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from cnnquiz.errors import CnnquizError
from cnnquiz.mathematics.functions import number, symbolic
from cnnquiz.mathematics.operators import LENGTH, OPERATORS
from cnnquiz.solution import Vector
from cnnquiz.solver.lines import Env

TINY = Fraction(1, 10**50)  # what 100 digits leave of a difference that is none
# x, y: the sums are tried in this order, the plainest first
PAIRS = [
    (1, -1),
    (1, 1),
    (1, 2),
    (-1, -2),
    (Fraction(1, 2), Fraction(1, 2)),
    (3, 5),
    (Fraction(1, 3), 4),
    (-7, 2),
    (0, 0),
]
FACTORS = [(2, 1), (-1, 1), (2, -1), (3, 2), (0, 1), (Fraction(1, 2), 3)]
SEQUENCES = [(1, 0, 0, 0), (0, 1, 0, 0), (1, 2, 3, 4), (4, 1, -2, 3), (-1, 0, 0, 0), (0, 0, 0, 0)]
WEIGHTS = [2, 3]


def apply(env: Env, x: tuple[Any, ...]) -> Vector:
    """The operator at x."""
    if env["kind"] == "operator":
        return Vector(OPERATORS[env["what"]].apply(list(x), WEIGHTS))
    return Vector((number(env["what"], {"x": x[0]}),))


def plus(*terms: tuple[Any, tuple[Any, ...]]) -> Vector:
    """The sum of vectors, each times its factor."""
    return Vector(
        sum(factor * part for (factor, _), part in zip(terms, parts, strict=True))
        for parts in zip(*(vector for _, vector in terms), strict=True)
    )


def differ(left: tuple[Any, ...], right: tuple[Any, ...]) -> bool:
    return any(abs(a - b) > TINY for a, b in zip(left, right, strict=True))


def pairs(env: Env) -> list[tuple[tuple[Any, ...], tuple[Any, ...]]]:
    if env["kind"] == "operator":
        return [(a, b) for a in SEQUENCES for b in SEQUENCES]
    return [((a,), (b,)) for a, b in PAIRS]


def sum_fails(env: Env) -> tuple[Any, ...] | None:
    """x, y with f(x + y) != f(x) + f(y); None if none was found."""
    for x, y in pairs(env):
        try:
            whole, parts = apply(env, plus((1, x), (1, y))), plus((1, apply(env, x)), (1, apply(env, y)))
        except CnnquizError:
            continue
        if differ(whole, parts):
            return x, y, whole, parts
    return None


def factor_fails(env: Env) -> tuple[Any, ...] | None:
    """c, x with f(c x) != c f(x); None if none was found."""
    for c, first in FACTORS:
        for x in [(first,)] if env["kind"] == "expression" else SEQUENCES:
            try:
                whole, part = apply(env, plus((c, x))), plus((c, apply(env, x)))
            except CnnquizError:
                continue
            if differ(whole, part):
                return c, x, whole, part
    return None


def proof(env: Env, offset: bool = False) -> tuple[Any, Any] | None:
    """Both sides of superposition with letters, where sympy finds them equal; None where it does not.

    offset  prove it for f(x) - f(0): whether f is affine
    """
    import sympy

    a, b = sympy.symbols("a b", real=True)
    several = env["kind"] == "operator"
    xs, ys = (sympy.symbols(f"{name}0:{LENGTH}" if several else f"{name},", real=True) for name in "xy")
    h = list(sympy.symbols("h0 h1", real=True))

    def f(at: list[Any]) -> list[Any]:
        if several:
            return OPERATORS[env["what"]].apply(at, h)
        return [symbolic(env["what"], {"x": at[0]})]

    zero = f([sympy.Integer(0) for _ in xs]) if offset else None
    whole, first, second = f([a * p + b * q for p, q in zip(xs, ys, strict=True)]), f(list(xs)), f(list(ys))
    if zero is not None:
        whole, first, second = ([v - c for v, c in zip(part, zero, strict=True)] for part in (whole, first, second))
    parts = [a * p + b * q for p, q in zip(first, second, strict=True)]
    close = sympy.expand if several else sympy.simplify
    return (whole, parts) if all(close(p - q) == 0 for p, q in zip(whole, parts, strict=True)) else None


def affine_fails(env: Env) -> tuple[Any, ...] | None:
    """x, y with f(x + y) + f(0) != f(x) + f(y), and both sides; None if none was found."""
    for x, y in pairs(env):
        found = [apply_or_none(env, at) for at in (plus((1, x), (1, y)), plus((0, x)), x, y)]
        parts = [part for part in found if part is not None]
        if len(parts) < len(found):
            return x, y, None, None
        left, right = plus((1, parts[0]), (1, parts[1])), plus((1, parts[2]), (1, parts[3]))
        if differ(left, right):
            return x, y, left, right
    return None


def apply_or_none(env: Env, x: tuple[Any, ...]) -> Vector | None:
    """The operator at x; None where it has no value."""
    try:
        return apply(env, x)
    except CnnquizError:
        return None
