"""Superposition tried on numbers and proved with letters, with its steps: f(a x + b y) = a f(x) + b f(y)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple

from msgspec import Struct

from cnnquiz.errors import CnnquizError, GivenError
from cnnquiz.mathematics.activations import activation
from cnnquiz.mathematics.analysis import function_formula, number, parse
from cnnquiz.mathematics.expression import Expr
from cnnquiz.mathematics.functions import REAL_NAMES
from cnnquiz.mathematics.notation import chain, math, step, value_math
from cnnquiz.mathematics.operators import LENGTH, OPERATORS, operator_name
from cnnquiz.mathematics.precise import differ, rounded
from cnnquiz.mathematics.sympy_forms import math_of, symbolic
from cnnquiz.mathematics.time_limit import with_time_limit
from cnnquiz.solution import Math, Step, Vector

# x, y: the sums are tried in this order, the plainest first
_PAIRS = [
    (1, -1), (1, 1), (1, 2), (-1, -2), (Fraction(1, 2), Fraction(1, 2)), (3, 5), (Fraction(1, 3), 4), (-7, 2), (0, 0),
]  # fmt: skip
_PLACES = [(0,), (-1,), (1,), (Fraction(-1, 2),), (2,), (-3,), (5,)]
_FACTORS = [(2, 1), (-1, 1), (2, -1), (3, 2), (0, 1), (Fraction(1, 2), 3)]
_SEQUENCES = [(1, 0, 0, 0), (0, 1, 0, 0), (1, 2, 3, 4), (4, 1, -2, 3), (-1, 0, 0, 0), (0, 0, 0, 0)]
_WEIGHTS = [2, 3]


class Failure(NamedTuple):
    """Where a rule fails: what was put in (x and y, or a factor and x), and the two sides that differ."""

    first: Any
    second: Any
    left: Vector
    right: Vector


class Map(Struct, frozen=True):
    """What is judged: one of the named operators on sequences, or an expression in x."""

    what: str | Expr

    @property
    def width(self) -> int:
        """How many numbers it takes."""
        return LENGTH if isinstance(self.what, str) else 1

    def at(self, x: tuple[Any, ...]) -> Vector:
        """Its value at x."""
        if isinstance(self.what, str):
            return Vector(OPERATORS[self.what].apply(list(x), _WEIGHTS))
        return Vector((number(self.what, {"x": x[0]}),))

    def at_or_none(self, x: tuple[Any, ...]) -> Vector | None:
        """Its value at x; None where it has none."""
        try:
            return self.at(x)
        except CnnquizError:
            return None

    def with_letters(self, x: list[Any]) -> list[Any]:
        """Its value for letters, by sympy; its weights are letters too."""
        import sympy

        if isinstance(self.what, str):
            return OPERATORS[self.what].apply(x, list(sympy.symbols("h0 h1", real=True)))
        return [symbolic(self.what, {"x": x[0]})]

    def pairs(self) -> Iterable[tuple[tuple[Any, ...], tuple[Any, ...]]]:
        """The pairs of inputs that are tried."""
        if self.width == 1:
            return [((a,), (b,)) for a, b in _PAIRS]
        return [(a, b) for a in _SEQUENCES for b in _SEQUENCES]


def read(text: str) -> Map:
    """What the text means: an operator or a function by its name, or an expression in x."""
    if name := operator_name(text):
        return Map(name)
    with suppress(GivenError):
        return Map(function_formula(activation(text)))
    bare = text.removesuffix("(x)")
    if bare in REAL_NAMES:
        return Map(parse(f"{bare}(x)", "x"))
    word = bare.replace("-", "").replace(" ", "").replace("_", "")
    if word.isascii() and word.isalpha() and word not in ("x", "e", "pi"):
        near = ", ".join(sorted(OPERATORS))
        raise GivenError(f"`{text[:40]}` names no operator known here: write an expression in x, or {near}", "operator")
    return Map(parse(text, "x"))


def combination(*terms: tuple[Any, tuple[Any, ...]]) -> Vector:
    """The sum of vectors, each times its factor."""
    return Vector(
        sum(factor * part for (factor, _), part in zip(terms, parts, strict=True))
        for parts in zip(*(vector for _, vector in terms), strict=True)
    )


def sum_failure(f: Map) -> Failure | None:
    """x, y with f(x + y) != f(x) + f(y); None if none was found."""
    for x, y in f.pairs():
        whole, first, second = (f.at_or_none(at) for at in (combination((1, x), (1, y)), x, y))
        if whole is None or first is None or second is None:
            continue
        if differ(whole, parts := combination((1, first), (1, second))):
            return Failure(x, y, whole, parts)
    return None


def factor_failure(f: Map) -> Failure | None:
    """c, x with f(c x) != c f(x); None if none was found."""
    for c, start in _FACTORS:
        for x in [(start,)] if f.width == 1 else _SEQUENCES:
            whole, one = f.at_or_none(combination((c, x))), f.at_or_none(x)
            if whole is not None and one is not None and differ(whole, part := combination((c, one))):
                return Failure(c, x, whole, part)
    return None


def gap(f: Map) -> tuple[Any, ...] | None:
    """A place where an expression has no value; None if none was found. A linear operator has one everywhere."""
    if f.width > 1:
        return None
    missing = [x for x in _PLACES if f.at_or_none(x) is None]
    if len(missing) == len(_PLACES):
        f.at(_PLACES[-1])  # says why there is none
    return missing[0] if missing else None


def affine_failure(f: Map) -> Failure | None:
    """x, y with f(x + y) + f(0) != f(x) + f(y), or where f has no value (both sides empty); None if none was found."""
    for x, y in f.pairs():
        found = [f.at_or_none(at) for at in (combination((1, x), (1, y)), combination((0, x)), x, y)]
        values = [value for value in found if value is not None]
        if len(values) < len(found):
            return Failure(x, y, Vector(), Vector())
        left, right = combination((1, values[0]), (1, values[1])), combination((1, values[2]), (1, values[3]))
        if differ(left, right):
            return Failure(x, y, left, right)
    return None


def counted_verdicts(f: Map) -> dict[str, bool]:
    """Each property tried on other inputs. Linear is what a matrix does; its columns are the unit vectors' outputs.

    Where an input has no output, nothing holds: a matrix has a product with every vector.
    """
    units = [tuple(int(at == one) for at in range(f.width)) for one in range(f.width)]
    inputs = [tuple(Fraction((seed * (7 + 6 * at)) % 23 - 11, 2) for at in range(f.width)) for seed in range(1, 16)]
    try:
        zero, *columns = [f.at(x) for x in [(0,) * f.width, *units]]
        known = [(x, f.at(x)) for x in inputs]
        tried = {
            "linear": [(y, combination(*zip(x, columns, strict=True))) for x, y in known],
            "affine": [(y, _affine_output(x, zero, columns)) for x, y in known],
            "additive": [
                (f.at(combination((1, a), (1, b))), combination((1, p), (1, q)))
                for (a, p), (b, q) in pairwise(known)
            ],
            "homogeneous": [
                (f.at(combination((c, x))), combination((c, y))) for x, y in known for c in (-2, Fraction(3, 2))
            ],
        }
    except CnnquizError:
        return dict.fromkeys(("linear", "affine", "additive", "homogeneous"), False)
    return {name: not any(differ(*sides) for sides in pairs) for name, pairs in tried.items()}


def _affine_output(x: tuple[Any, ...], zero: Vector, columns: list[Vector]) -> Vector:
    """f(0), and on top of it each column's rise above it as often as x says."""
    return combination((1 - sum(x), zero), *zip(x, columns, strict=True))


@with_time_limit
def proof(f: Map, offset: bool = False) -> tuple[Any, Any] | None:
    """Both sides of superposition with letters, where sympy finds them equal; None where it does not.

    offset  prove it for f(x) - f(0): whether f is affine
    """
    import sympy

    several = f.width > 1
    a, b = sympy.symbols("a b", real=True)
    xs, ys = (list(sympy.symbols(f"{name}0:{LENGTH}" if several else f"{name},", real=True)) for name in "xy")
    whole, first, second = (f.with_letters(at) for at in ([a * p + b * q for p, q in zip(xs, ys, strict=True)], xs, ys))
    if offset:
        zero = f.with_letters([sympy.Integer(0) for _ in xs])
        whole, first, second = ([v - c for v, c in zip(part, zero, strict=True)] for part in (whole, first, second))
    parts = [a * p + b * q for p, q in zip(first, second, strict=True)]
    close = sympy.expand if several else sympy.simplify
    return (whole, parts) if all(close(p - q) == 0 for p, q in zip(whole, parts, strict=True)) else None


def steps(f: Map, linear: bool, affine: bool) -> Iterator[Step]:
    """The operator, then the proof or the counterexample."""
    rule = chain(OPERATORS[f.what].formula) if isinstance(f.what, str) else chain("f(x) = ", math(f.what))
    yield step("The operator", rule, of="linear")
    if linear:
        yield from _proof_steps(f)
    elif added := sum_failure(f):
        x, y = added.first, added.second
        outputs = chain(_math(f.at(x)), " + ", _bracket(f.at(y)))
        yield step("Add the outputs", f"f({_text(x)}) + f({_text(y)})", outputs, _math(added.right), "", "linear")
        left, whole = chain("f(", _text(x), " + ", _bracket(y), ")"), _math(combination((1, x), (1, y)))
        why = "The two differ, so superposition fails: the operator is not linear."
        yield step("Output of the sum", left, chain("f(", whole, ")"), _math(added.left), why, "linear")
        yield from _verdicts(f, affine, x)
    elif (scaled := factor_failure(f)) is None:
        place = _text(gap(f) or ())
        why = f"Superposition holds only where f has a value, and f({place}) has none: the operator is not linear."
        yield step("Outside the domain", f"f({place})", why=why, of="linear")
    else:
        c, x = scaled.first, scaled.second
        factor, output = _bracket((c,)), chain(c, "*", _bracket(f.at(x)))
        yield step("Scale the output", chain(factor, f"*f({_text(x)})"), output, _math(scaled.right), "", "linear")
        left, whole = chain("f(", factor, "*", _bracket(x), ")"), chain("f(", _math(combination((c, x))), ")")
        why = "The two differ, so a factor cannot be taken out: the operator is not linear."
        yield step("Output of the scaled input", left, whole, _math(scaled.left), why, "linear")


def _verdicts(f: Map, affine: bool, x: Any) -> Iterator[Step]:
    """Why factors pass through or not, and whether only a constant is in the way, once sums have failed."""
    if scaled := factor_failure(f):
        given = f"With c = {value_math(scaled.first).ascii} and x = {_text(scaled.second)}"
        why = f"{given} it is {_text(scaled.left)} against {_text(scaled.right)}."
        yield step("Factors", "f(c*x) = c*f(x) fails", why=why, of="homogeneous")
    if affine:
        zero = _math(f.at(combination((0, x))))
        why = "Without this constant superposition holds: a line that misses the origin is affine, not linear."
        yield step("The constant", "f(0)", value=zero, why=why, of="affine")
    elif (failed := affine_failure(f)) and failed.left:
        given = f"With x = {_text(failed.first)} and y = {_text(failed.second)}"
        why = f"{given} it is {_text(failed.left)} against {_text(failed.right)}."
        yield step("More than a constant", "f(x + y) + f(0) = f(x) + f(y) fails", why=why, of="affine")


def _proof_steps(f: Map) -> Iterator[Step]:
    if sides := proof(f):
        whole, parts = map(_letters, sides)
        yield step("Output of the combination", "f(a*x + b*y)", value=whole, of="linear")
        why = "Both sides are equal for all x, y, a and b: superposition holds, so the operator is linear."
        yield step("Combine the outputs", "a*f(x) + b*f(y)", value=parts, why=why, of="linear")


def _letters(side: list[Any]) -> Math:
    """An output with letters, its first numbers."""
    import sympy

    first = chain(*(math_of(sympy.expand(part)) for part in side[:3]), joint=", ")
    return first if len(side) == 1 else chain("[", first, ", ...]")


def _math(vector: tuple[Any, ...]) -> Math:
    """A sequence; of an expression in x, the one number in it."""
    return value_math(Vector(map(rounded, vector)) if len(vector) > 1 else rounded(vector[0]))


def _bracket(vector: tuple[Any, ...]) -> Math:
    written = _math(vector)
    return chain("(", written, ")") if written.ascii.startswith("-") else written


def _text(vector: tuple[Any, ...]) -> str:
    return _math(vector).ascii
