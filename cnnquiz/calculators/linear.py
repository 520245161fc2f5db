"""Linear or not: whether an operator is linear: a proof of superposition, or a counterexample.

    f(a x + b y) = a f(x) + b f(y)  for all x, y, a, b

Source: Oppenheim and Schafer, Discrete-Time Signal Processing, 3rd edition, 2010, section 2.2.2.
"""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from typing import Any

from cnnquiz.errors import GivenError
from cnnquiz.mathematics.activations import activation
from cnnquiz.mathematics.analysis import function_formula, parse
from cnnquiz.mathematics.expression import functions_in
from cnnquiz.mathematics.functions import REAL_NAMES
from cnnquiz.mathematics.notation import chain, math, step, value_math
from cnnquiz.mathematics.operators import LENGTH, OPERATORS, operator_name
from cnnquiz.mathematics.precise import rounded
from cnnquiz.mathematics.superposition import (
    Map,
    affine_failure,
    combination,
    differ,
    factor_failure,
    proof,
    sum_failure,
)  # fmt: skip
from cnnquiz.mathematics.sympy_forms import math_of
from cnnquiz.solution import Math, Vector
from cnnquiz.solver.calculator import Env, Quantity, Result, Results, Steps, Values, misconception
from cnnquiz.solver.givens import words

EXAMPLES = ("'relu(x)'", "convolution", "'3*x + 1'", "'max pooling'")
CONVENTIONS = {
    "linear": "superposition holds, sums and factors pass through",
    "tried on": lambda env: f"sequences of {LENGTH} numbers" if env["f"].width > 1 else "",
}
QUANTITIES = (
    Quantity("operator", "expression", words("OPERATOR", 1_000),
             "an expression in x, or a name: relu(x), 3*x + 1, convolution, max pooling", positional=True),
)  # fmt: skip
RESULTS = (
    Result("linear", "linear", "whether superposition holds", answer=True),
    Result("affine", "affine", "whether it is linear but for a constant"),
    Result("additive", "additive", "whether f(x + y) = f(x) + f(y)"),
    Result("homogeneous", "homogeneous", "whether f(c x) = c f(x)"),
)


def prepare(values: Values) -> Values:
    """The operator as a map from numbers to numbers."""
    return {"f": _map(str(values["operator"]).strip())}


def _map(text: str) -> Map:
    """What the text means: an operator or a function by its name, or an expression in x."""
    if name := operator_name(text):
        return Map(name)
    with suppress(GivenError):
        return Map(function_formula(activation(text)))
    bare = text.removesuffix("(x)")
    if bare in REAL_NAMES:
        return Map(parse(f"{bare}(x)", "x"))
    if bare.replace("-", "").replace(" ", "").replace("_", "").isalpha() and text != "x":
        near = ", ".join(sorted(OPERATORS))
        raise GivenError(f"`{text[:40]}` names no operator known here: write an expression in x, or {near}", "operator")
    return Map(parse(text, "x"))


def work(env: Env) -> Values:
    """Counterexamples first; where there is none, the proof."""
    f: Map = env["f"]
    additive, homogeneous = sum_failure(f) is None, factor_failure(f) is None
    linear = additive and homogeneous
    if linear and proof(f) is None:
        raise GivenError("this operator is neither proved linear nor found otherwise: try a plainer form", "operator")
    affine = linear or (affine_failure(f) is None and proof(f, offset=True) is not None)
    return {"linear": linear, "additive": additive, "homogeneous": homogeneous, "affine": affine}


def explain(env: Env, results: Results, want: str | None) -> Steps:
    """The operator, then the proof or the counterexample."""
    f: Map = env["f"]
    rule = chain(OPERATORS[f.what].formula) if isinstance(f.what, str) else chain("f(x) = ", math(f.what))
    yield step("The operator", rule, of="linear")
    if results["linear"]:
        yield from _proof_steps(f)
    elif added := sum_failure(f):
        x, y = added.first, added.second
        outputs = chain(_math(f.at(x)), " + ", _bracket(f.at(y)))
        yield step("Add the outputs", f"f({_text(x)}) + f({_text(y)})", outputs, _math(added.right), "", "linear")
        left, whole = chain("f(", _text(x), " + ", _bracket(y), ")"), _math(combination((1, x), (1, y)))
        why = "The two differ, so superposition fails: the operator is not linear."
        yield step("Output of the sum", left, chain("f(", whole, ")"), _math(added.left), why, "linear")
        yield from _verdicts(f, results, x)
    elif scaled := factor_failure(f):
        c, x = scaled.first, scaled.second
        factor, output = _bracket((c,)), chain(c, "*", _bracket(f.at(x)))
        yield step("Scale the output", chain(factor, f"*f({_text(x)})"), output, _math(scaled.right), "", "linear")
        left, whole = chain("f(", factor, "*", _bracket(x), ")"), chain("f(", _math(combination((c, x))), ")")
        why = "The two differ, so a factor cannot be taken out: the operator is not linear."
        yield step("Output of the scaled input", left, whole, _math(scaled.left), why, "linear")


def _verdicts(f: Map, results: Results, x: Any) -> Steps:
    """Why factors pass through or not, and whether only a constant is in the way, once sums have failed."""
    if scaled := factor_failure(f):
        given = f"With c = {value_math(scaled.first).ascii} and x = {_text(scaled.second)}"
        why = f"{given} it is {_text(scaled.left)} against {_text(scaled.right)}."
        yield step("Factors", "f(c*x) = c*f(x) fails", why=why, of="homogeneous")
    if results["affine"]:
        zero = _math(f.at(combination((0, x))))
        why = "Without this constant superposition holds: a line that misses the origin is affine, not linear."
        yield step("The constant", "f(0)", value=zero, why=why, of="affine")
    elif (failed := affine_failure(f)) and failed.left:
        given = f"With x = {_text(failed.first)} and y = {_text(failed.second)}"
        why = f"{given} it is {_text(failed.left)} against {_text(failed.right)}."
        yield step("More than a constant", "f(x + y) + f(0) = f(x) + f(y) fails", why=why, of="affine")


def _proof_steps(f: Map) -> Steps:
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


def count(env: Env) -> Values:
    """Linear is what a matrix can do: the outputs of the unit vectors are its columns, tried on other vectors."""
    f: Map = env["f"]
    units = [tuple(int(at == one) for at in range(f.width)) for one in range(f.width)]
    columns = [column for unit in units if (column := f.at_or_none(unit)) is not None]
    if len(columns) < f.width:
        return {"linear": False}
    for seed in range(1, 40):
        x = tuple(Fraction((seed * (7 + 6 * at)) % 23 - 11, 2) for at in range(f.width))
        y = f.at_or_none(x)
        if y is not None and differ(y, combination(*zip(x, columns, strict=True))):
            return {"linear": False}
    return {"linear": True}


def _has_straight_pieces(env: Env) -> bool | None:
    """True for an expression with corners."""
    what = env["f"].what
    return None if isinstance(what, str) or functions_in(what).isdisjoint({"max", "min", "relu", "abs"}) else True


MISCONCEPTIONS = (
    misconception("affine-is-linear", "A line that misses the origin is affine, not linear: f(0) must be 0.",
                  linear=lambda env: env["affine"] or None),
    misconception("straight-pieces-are-linear", "Each piece is a line, but across the corner the sum rule fails.",
                  linear=_has_straight_pieces),
    misconception("homogeneous-is-enough", "Factors can be taken out, but sums cannot be taken apart: both are needed.",
                  linear=lambda env: env["homogeneous"] or None),
)  # fmt: skip
