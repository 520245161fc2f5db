"""Softmax: the probabilities of logits, as formulas and as decimals.

    p_i = exp(z_i) / sum_j exp(z_j)

Source: Goodfellow, Bengio and Courville, Deep Learning, 2016, section 6.2.2.3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from cnnquiz.errors import GivenError
from cnnquiz.mathematics.expression import exact
from cnnquiz.mathematics.functions import evaluated
from cnnquiz.mathematics.precise import exp, power, rounded
from cnnquiz.mathematics.worked_text import chain, value
from cnnquiz.solution import Step, Vector
from cnnquiz.solver.calculator import Quantity, Result, misconception
from cnnquiz.solver.givens import integer, number, numbers
from cnnquiz.solver.lines import Env

WIDEST = 1_000  # |z/T| beyond this is not worked
MOST = 10_000
SHOWN = 8

EXAMPLES = ("3,1,2", "3,1,2 --class 1", "3,1,2 --T 2")

QUANTITIES = (
    Quantity("z", "logits", numbers(MOST), "the logits: 3,1,2", positional=True),
    Quantity(
        "class", "class_index", integer(1, letters=False), "one class, counted from 1, for its probability alone", None
    ),
    Quantity("T", "temperature", number(), "the temperature: the logits are divided by it", 1),
)

RESULTS = (
    Result("probabilities", "probabilities", "one for each class, adding up to 1", answer=True),
    Result("probability", "probability", "that of the class asked for", answer=True),
    Result("probabilities_exact", "exact", "the same as formulas", label="probabilities as formulas"),
    Result("total", "total", "what the probabilities add up to", label="their sum"),
    Result("predicted_class", "predicted", "the class of the largest probability, counted from 1"),
)

Rule = Callable[[list[Any]], list[Any]]


def prepare(values: dict[str, Any]) -> dict[str, Any]:
    """The logits divided by the temperature."""
    if values["z"] is None:
        return values
    if values["T"] <= 0:
        raise GivenError("T: the temperature must be above 0", "T")
    scaled = [Fraction(z) / values["T"] for z in values["z"]]
    if any(abs(z) > WIDEST for z in scaled):
        raise GivenError(f"z: stay within -{WIDEST} and {WIDEST} (after dividing by T)", "z")
    if values["class"] is not None and values["class"] > len(scaled):
        raise GivenError(f"class: there are only {len(scaled)} classes", "class")
    return {**values, "scaled": scaled}


def shares(weights: list[Any]) -> list[Any]:
    """Each number's share of their sum; nothing where the sum is 0."""
    total = sum(weights)
    return [rounded(Fraction(weight) / total) for weight in weights] if total else []


def _named(env: Env, shared: list[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"probabilities": Vector(shared)} if shared else {}
    if shared and env["class"] is not None:
        found["probability"] = shared[env["class"] - 1]
    return found


def work(env: Env) -> dict[str, Any]:
    """Exponentials and their shares."""
    scaled = env["scaled"]
    shared = shares([exp(z) for z in scaled])
    found = _named(env, shared)
    found["total"] = exact(round(Fraction(sum(shared)), 20))  # each share is rounded to 30 digits
    found["predicted"] = scaled.index(max(scaled)) + 1
    if len(scaled) <= 20:
        powers = [f"exp({value(z).ascii})" for z in scaled]
        found["exact"] = [f"{one}/({' + '.join(powers)})" for one in powers]
    return found


def explain(env: Env, results: Mapping[str, Any], want: str | None) -> Iterator[Step]:
    """The exponentials, their sum, each share."""
    scaled, group = env["scaled"], "probabilities"
    if env["T"] != 1:
        yield Step("Divide by the temperature", chain("z/T"), value=value(Vector(scaled)), of=group)
    powers = [exp(z) for z in scaled]
    shown = value(Vector(map(rounded, powers)))
    yield Step("Exponentiate", chain("exp(z_i)"), value=shown, why="exp makes every number positive.", of=group)
    total = rounded(sum(powers))
    yield Step("Add them up", chain("sum_j exp(z_j)"), value=value(total), of=group)
    for at, power_ in enumerate(powers[:SHOWN], 1):
        if want == "probability" and at != env["class"]:
            continue
        filled = chain(value(rounded(power_)), "/", value(total))
        why = (
            "Each class gets its share of the sum, so the probabilities add up to 1."
            if at == (env["class"] or 1)
            else ""
        )
        share = value(results["probabilities"][at - 1])
        yield Step(f"Class {at}", chain(f"p_{at} = exp(z_{at})/sum_j exp(z_j)"), filled, share, why, group)


def count(env: Env) -> dict[str, Any]:
    """By differences alone, with sympy's exponentials: p_i = 1/sum_j exp(z_j - z_i)."""
    import sympy

    if len(env["scaled"]) > 50:
        return {}
    logits = [sympy.Rational(z.numerator, z.denominator) for z in env["scaled"]]
    found = [evaluated(1 / sympy.Add(*(sympy.exp(other - one) for other in logits))) for one in logits]
    return _named(env, found)


def _wrong(rule: Rule) -> Callable[[Env], dict[str, Any]]:
    return lambda env: _named(env, rule(env["scaled"]))


def _base_two(z: list[Any]) -> list[Any]:
    return shares([power(2, int(one)) for one in z]) if all(one.denominator == 1 for one in z) else []


def _hard(z: list[Any]) -> list[Any]:
    return [int(one == max(z)) for one in z]


MISCONCEPTIONS = (
    misconception("plain-normalised", "Exponentiate first.", wrong=_wrong(shares)),
    misconception("base-two", "The base is e, not 2.", wrong=_wrong(_base_two)),
    misconception("hard-max", "That is the argmax; softmax leaves something for every class.", wrong=_wrong(_hard)),
    misconception(
        "not-normalised",
        "Divide by the sum, so that the probabilities add up to 1.",
        wrong=_wrong(lambda z: [rounded(exp(one)) for one in z]),
    ),
    misconception(
        "forgot-temperature",
        "The logits are divided by the temperature first.",
        wrong=lambda env: _named(env, shares([exp(z) for z in env["z"]])),
    ),
    misconception(
        "sigmoid-each",
        "A sigmoid for each class does not add up to 1.",
        wrong=_wrong(lambda z: [rounded(1 / (1 + Fraction(exp(-one)))) for one in z]),
    ),
)


def conventions(env: Env) -> dict[str, str]:
    """How it is worked."""
    rules = {"base": "e", "decimals": "shown rounded to 10 digits"}
    return rules if env["T"] == 1 else rules | {"temperature": f"z is divided by {value(env['T']).ascii}"}
