"""Softmax: the probabilities of logits, as formulas and as decimals.

    p_i = exp(z_i) / sum_j exp(z_j)

Source: Goodfellow, Bengio and Courville, Deep Learning, 2016, section 6.2.2.3.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from cnnquiz.errors import GivenError
from cnnquiz.mathematics.notation import chain, step, value_math
from cnnquiz.mathematics.precise import exact, exp, power, rounded, sigmoid
from cnnquiz.mathematics.sympy_forms import from_sympy, sympy_value
from cnnquiz.solution import Vector
from cnnquiz.solver.calculator import Env, Quantity, Result, Results, Steps, Values, misconception
from cnnquiz.solver.givens import integer, number, numbers

_WIDEST = 1_000  # |z/T| beyond this is not worked
_SHOWN = 8
EXAMPLES = ("3,1,2", "3,1,2 --class 1", "3,1,2 --T 2")
CONVENTIONS = {
    "base": "e",
    "decimals": "shown rounded to 10 digits",
    "temperature": lambda env: "" if env["T"] == 1 else f"z is divided by {value_math(env['T']).ascii}",
}
QUANTITIES = (
    Quantity("z", "logits", numbers(), "the logits: 3,1,2", positional=True),
    Quantity(
        "class", "class_index", integer(1, letters=False), "one class, counted from 1, for its probability alone", None
    ),
    Quantity("T", "temperature", number(), "the temperature: the logits are divided by it", 1),
)
RESULTS = (
    Result("probabilities", "one for each class, adding up to 1", answer=True),
    Result("probability", "that of the class asked for", answer=True),
    Result("probabilities_exact", "the same as formulas", label="probabilities as formulas", symbol="exact"),
    Result("total", "what the probabilities add up to", label="their sum"),
    Result("predicted_class", "the class of the largest probability, counted from 1", symbol="predicted"),
)


def prepare(values: Values) -> Values:
    """The logits divided by the temperature."""
    if values["T"] <= 0:
        raise GivenError("T: the temperature must be above 0", "T")
    scaled = [Fraction(z) / values["T"] for z in values["z"]]
    if any(abs(z) > _WIDEST for z in scaled):
        raise GivenError(f"z: stay within -{_WIDEST} and {_WIDEST} (after dividing by T)", "z")
    if values["class"] is not None and values["class"] > len(scaled):
        raise GivenError(f"class: there are only {len(scaled)} classes", "class")
    return {**values, "scaled": scaled}


def _shares(weights: list[Any]) -> list[Any]:
    """Each number's share of their sum; nothing where the sum is 0."""
    total = sum(weights)
    return [rounded(Fraction(weight) / total) for weight in weights] if total else []


def _results(env: Env, shares: list[Any]) -> Values:
    """The probabilities, and the one that is asked for."""
    found: Values = {"probabilities": Vector(shares)} if shares else {}
    if shares and env["class"] is not None:
        found["probability"] = shares[env["class"] - 1]
    return found


def work(env: Env) -> Values:
    """Exponentials and their shares."""
    scaled = env["scaled"]
    shares = _shares([exp(z) for z in scaled])
    found = _results(env, shares)
    found["total"] = exact(round(Fraction(sum(shares)), 20))  # each share is rounded to 30 digits
    found["predicted"] = scaled.index(max(scaled)) + 1
    if len(scaled) <= 20:
        powers = [f"exp({value_math(z).ascii})" for z in scaled]
        found["exact"] = [f"{one}/({' + '.join(powers)})" for one in powers]
    return found


def explain(env: Env, results: Results, want: str | None) -> Steps:
    """The exponentials, their sum, each share."""
    scaled, group = env["scaled"], "probabilities"
    if env["T"] != 1:
        yield step("Divide by the temperature", "z/T", value=Vector(scaled), of=group)
    powers = [exp(z) for z in scaled]
    written, why = Vector(map(rounded, powers)), "exp makes every number positive."
    yield step("Exponentiate", "exp(z_i)", value=written, why=why, of=group)
    total = rounded(sum(powers))
    yield step("Add them up", "sum_j exp(z_j)", value=total, of=group)
    for at, one in enumerate(powers[:_SHOWN], 1):
        if want != "probability" or at == env["class"]:
            first = at == (env["class"] or 1)
            why = "Each class gets its share of the sum, so the probabilities add up to 1." if first else ""
            rule, share = f"p_{at} = exp(z_{at})/sum_j exp(z_j)", results["probabilities"][at - 1]
            yield step(f"Class {at}", rule, chain(rounded(one), "/", total), share, why, group)


def count(env: Env) -> Values:
    """By differences alone, with sympy's exponentials: p_i = 1/sum_j exp(z_j - z_i)."""
    import sympy

    if len(env["scaled"]) > 50:
        return {}
    logits = [sympy_value(z) for z in env["scaled"]]
    return _results(env, [from_sympy(1 / sympy.Add(*(sympy.exp(other - one) for other in logits))) for one in logits])


def _base_two(env: Env) -> Values:
    z = env["scaled"]
    return _results(env, _shares([power(2, int(one)) for one in z])) if all(one.denominator == 1 for one in z) else {}


MISCONCEPTIONS = (
    misconception("plain-normalised", "Exponentiate first.", wrong=lambda env: _results(env, _shares(env["scaled"]))),
    misconception("base-two", "The base is e, not 2.", wrong=_base_two),
    misconception("hard-max", "That is the argmax; softmax leaves something for every class.",
                  wrong=lambda env: _results(env, [int(z == max(env["scaled"])) for z in env["scaled"]])),
    misconception("not-normalised", "Divide by the sum, so that the probabilities add up to 1.",
                  wrong=lambda env: _results(env, [rounded(exp(z)) for z in env["scaled"]])),
    misconception("forgot-temperature", "The logits are divided by the temperature first.",
                  wrong=lambda env: _results(env, _shares([exp(z) for z in env["z"]]))),
    misconception("sigmoid-each", "A sigmoid for each class does not add up to 1.",
                  wrong=lambda env: _results(env, [rounded(sigmoid(z)) for z in env["scaled"]])),
)  # fmt: skip
