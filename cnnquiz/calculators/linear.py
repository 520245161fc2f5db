"""Linear or not: whether an operator is linear: a proof of superposition, or a counterexample.

    f(a x + b y) = a f(x) + b f(y)  for all x, y, a, b

Source: Oppenheim and Schafer, Discrete-Time Signal Processing, 3rd edition, 2010, section 2.2.2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from cnnquiz.calculators._linear_operator import read
from cnnquiz.errors import GivenError
from cnnquiz.mathematics import notation, sympy_forms
from cnnquiz.mathematics.expression import Call, Expr, walk
from cnnquiz.mathematics.operators import LENGTH, OPERATORS
from cnnquiz.mathematics.precise import rounded
from cnnquiz.mathematics.superposition import (
    affine_fails,
    apply,
    apply_or_none,
    differ,
    factor_fails,
    plus,
    proof,
    sum_fails,
)
from cnnquiz.mathematics.worked_text import chain, value
from cnnquiz.solution import NO_MATH, Math, Step, Vector
from cnnquiz.solver.calculator import Quantity, Result, misconception
from cnnquiz.solver.givens import words
from cnnquiz.solver.lines import Env

EXAMPLES = ("'relu(x)'", "convolution", "'3*x + 1'", "'max pooling'")

QUANTITIES = (
    Quantity(
        "operator",
        "expression",
        words("OPERATOR", 1_000),
        "an expression in x, or a name: relu(x), 3*x + 1, convolution, max pooling",
        positional=True,
    ),
)

RESULTS = (
    Result("linear", "linear", "whether superposition holds", answer=True),
    Result("affine", "affine", "whether it is linear but for a constant"),
    Result("additive", "additive", "whether f(x + y) = f(x) + f(y)"),
    Result("homogeneous", "homogeneous", "whether f(c x) = c f(x)"),
)


def prepare(values: dict[str, Any]) -> dict[str, Any]:
    """The operator as code on a list of numbers (an expression in x: a list of one)."""
    if values["operator"] is None:
        return values
    kind, what = read(values["operator"])
    return {"kind": kind, "what": what}


def work(env: Env) -> dict[str, Any]:
    """Counterexamples first; where there is none, the proof."""
    added, scaled = sum_fails(env), factor_fails(env)
    linear = added is None and scaled is None
    if linear and proof(env) is None:
        raise GivenError("this operator is neither proved linear nor found otherwise: try a plainer form", "operator")
    affine = linear or (affine_fails(env) is None and proof(env, offset=True) is not None)
    return {"linear": linear, "additive": added is None, "homogeneous": scaled is None, "affine": affine}


def explain(env: Env, results: Mapping[str, Any], want: str | None) -> Iterator[Step]:
    """The operator, then the proof or the counterexample."""
    named = env["kind"] == "operator"
    rule = chain(OPERATORS[env["what"]].formula) if named else chain("f(x) = ", notation.math(env["what"]))
    yield Step("The operator", rule, of="linear")
    if results["linear"]:
        yield from _proof_steps(env)
        return
    added, scaled = sum_fails(env), factor_fails(env)
    if added is not None:
        x, y, whole, parts = added
        left = chain(f"f({_text(x)}) + f({_text(y)})")
        outputs = chain(_one(apply(env, x)), " + ", _bracket(_one(apply(env, y))))
        yield Step("Add the outputs", left, outputs, _one(parts), "", "linear")
        left = chain("f(", _text(x), " + ", _bracket(_one(y)), ")")
        yield Step(
            "Output of the sum",
            left,
            chain("f(", _one(plus((1, x), (1, y))), ")"),
            _one(whole),
            "The two differ, so superposition fails: the operator is not linear.",
            "linear",
        )
        yield from _verdicts(env, results)
    elif scaled is not None:
        c, x, whole, part = scaled
        times = chain(value(c), "*", _bracket(_one(apply(env, x))))
        factor = _bracket(value(c))
        yield Step("Scale the output", chain(factor, f"*f({_text(x)})"), times, _one(part), "", "linear")
        yield Step(
            "Output of the scaled input",
            chain("f(", factor, "*", _bracket(_one(x)), ")"),
            chain("f(", _one(plus((c, x))), ")"),
            _one(whole),
            "The two differ, so a factor cannot be taken out: the operator is not linear.",
            "linear",
        )


def _verdicts(env: Env, results: Mapping[str, Any]) -> Iterator[Step]:
    """Why factors pass through or not, and whether only a constant is in the way, once sums have failed."""
    if (scaled := factor_fails(env)) is not None:
        c, x, whole, part = scaled
        why = f"With c = {value(c).ascii} and x = {_text(x)} it is {_text(whole)} against {_text(part)}."
        yield Step("Factors", chain("f(c*x) = c*f(x) fails"), why=why, of="homogeneous")
    if results["affine"]:
        zero = _one(apply(env, plus((0, sum_fails(env)[0]))))  # type: ignore[index]
        why = "Without this constant superposition holds: a line that misses the origin is affine, not linear."
        yield Step("The constant", chain("f(0)"), value=zero, why=why, of="affine")
    elif (failed := affine_fails(env)) is not None and failed[2] is not None:
        x, y, left, right = failed
        why = f"With x = {_text(x)} and y = {_text(y)} it is {_text(left)} against {_text(right)}."
        yield Step("More than a constant", chain("f(x + y) + f(0) = f(x) + f(y) fails"), why=why, of="affine")


def _proof_steps(env: Env) -> Iterator[Step]:
    found = proof(env)
    if found is None:
        return
    whole, parts = (_letters(side) for side in found)
    yield Step("Output of the combination", chain("f(a*x + b*y)"), NO_MATH, whole, "", "linear")
    yield Step(
        "Combine the outputs",
        chain("a*f(x) + b*f(y)"),
        NO_MATH,
        parts,
        "Both sides are equal for all x, y, a and b: superposition holds, so the operator is linear.",
        "linear",
    )


def _letters(side: list[Any]) -> Math:
    import sympy

    shown = [sympy_forms.math_of(sympy.expand(part)) for part in side[:3]]
    pieces = [piece for math in shown for piece in (math, ", ")][:-1]
    return chain(*pieces, *([", ..."] if len(side) > 3 else [])) if len(side) == 1 else chain("[", *pieces, ", ...]")


def _one(vector: tuple[Any, ...]) -> Math:
    """A sequence; of an expression in x, the one number in it."""
    return value(Vector(map(rounded, vector))) if len(vector) > 1 else value(rounded(vector[0]))


def _bracket(math: Math) -> Math:
    return chain("(", math, ")") if math.ascii.startswith("-") else math


def _text(vector: tuple[Any, ...]) -> str:
    return _one(vector).ascii


def count(env: Env) -> dict[str, Any]:
    """Linear is what a matrix can do: the outputs of the unit vectors are its columns, tried on other vectors."""
    width = LENGTH if env["kind"] == "operator" else 1
    units = [tuple(int(at == one) for at in range(width)) for one in range(width)]
    columns = [apply_or_none(env, unit) for unit in units]
    if any(column is None for column in columns):
        return {"linear": False}
    for seed in range(1, 40):
        x = tuple(Fraction((seed * (7 + 6 * at)) % 23 - 11, 2) for at in range(width))
        y = apply_or_none(env, x)
        by_matrix = plus(*((factor, column) for factor, column in zip(x, columns, strict=True) if column is not None))
        if y is not None and differ(y, by_matrix):
            return {"linear": False}
    return {"linear": True}


def _if(test: Callable[[Env], bool]) -> Callable[[Env], dict[str, Any]]:
    return lambda env: {"linear": True} if test(env) else {}


def _is_affine(env: Env) -> bool:
    return bool(work(env)["affine"])


def _has_straight_pieces(env: Env) -> bool:
    return env["kind"] == "expression" and bool(_functions_in(env["what"]) & {"max", "min", "relu", "abs"})


def _functions_in(expr: Expr) -> set[str]:
    return {part.function for part in walk(expr) if isinstance(part, Call)}


MISCONCEPTIONS = (
    misconception(
        "affine-is-linear",
        "A line that misses the origin is affine, not linear: f(0) must be 0.",
        wrong=_if(_is_affine),
    ),
    misconception(
        "straight-pieces-are-linear",
        "Each piece is a line, but across the corner the sum rule fails.",
        wrong=_if(_has_straight_pieces),
    ),
    misconception(
        "homogeneous-is-enough",
        "Factors can be taken out, but sums cannot be taken apart: both are needed.",
        wrong=_if(lambda env: bool(work(env)["homogeneous"])),
    ),
)


def conventions(env: Env) -> dict[str, str]:
    """What linear means here, and what was put in for the operator."""
    rules = {"linear": "superposition holds, sums and factors pass through"}
    if env["kind"] == "operator":
        rules["tried on"] = f"sequences of {LENGTH} numbers"
    return rules
