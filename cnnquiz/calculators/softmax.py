"""Softmax: the probabilities of logits, as formulas and as decimals.

    p_i = exp(z_i) / sum_j exp(z_j)

Source: Goodfellow, Bengio and Courville, Deep Learning, 2016, section 6.2.2.3.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from cnnquiz.errors import GivenError
from cnnquiz.mathematics.expression import Call, Num
from cnnquiz.mathematics.notation import ascii_text, chain, factor, step, value_math
from cnnquiz.mathematics.precise import exact, exp, irrational, power, rounded, sigmoid
from cnnquiz.mathematics.sympy_forms import from_sympy, sympy_value
from cnnquiz.solution import NO_MATH, Vector
from cnnquiz.solver.calculator import Env, Quantity, Result, Results, Steps, Values, misconception
from cnnquiz.solver.givens import MINUS_INFINITY, integer, number, scores

_LARGE = 100  # |z/T| beyond this: the maximum is subtracted first, as programs always do
_FARTHEST = 2_000  # below the maximum; beyond it nothing is left
_SHOWN = 8
TOPIC = "activations, losses"
SHORTHAND = ("z",)
EXAMPLES = ("3,1,2", "3,1,2 --class 1", "3,1,2 --T 2")
CONVENTIONS = {
    "base": "e",
    "decimals": "shown rounded to 10 digits",
    "temperature": lambda env: "" if env["T"] == 1 else f"z is divided by {value_math(env['T']).ascii}",
}
QUANTITIES = (
    Quantity("z", "logits", scores(), "the logits: 3,1,2; -inf for a class that is masked", positional=True),
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
    if values["class"] is not None and values["class"] > len(values["z"]):
        raise GivenError(f"class: there are only {len(values['z'])} classes", "class")
    scaled = [z if z == MINUS_INFINITY else Fraction(z) / values["T"] for z in values["z"]]
    known = [z for z in scaled if z != MINUS_INFINITY]
    if not known:
        raise GivenError("z: all are -inf: at least one class must be left", "z")
    if max(known) - min(known) > _FARTHEST:
        raise GivenError(f"z: stay within {_FARTHEST:,} of the largest (after dividing by T)", "z")
    large = max(map(abs, known)) > _LARGE
    shift = max(known) if large or len(known) < len(scaled) else 0
    shifted = [z if z == MINUS_INFINITY else z - shift for z in scaled]
    return {**values, "scaled": scaled, "shift": shift, "shifted": shifted, "known": known}


def _power(z: Any) -> Any:
    """e^z, which is 0 for -inf."""
    return 0 if z == MINUS_INFINITY else exp(z)


def _shares(weights: list[Any]) -> list[Any]:
    """Each number's share of their sum; nothing where the sum is 0."""
    total = sum(weights)
    return _of_each(lambda weight: rounded(Fraction(weight) / total), weights) if total else []


def _of_each(work: Callable[[Any], Any], values: list[Any]) -> list[Any]:
    """What is worked of each value, once for those that are equal."""
    found = {value: work(value) for value in set(values)}
    return [found[value] for value in values]


def _probabilities(env: Env) -> list[Any]:
    """The share of each exponential: a fraction only where those that are not 0 are all alike."""
    shares = _shares(_of_each(_power, env["shifted"]))
    return shares if len(set(env["known"])) == 1 else _of_each(lambda share: irrational(share) if share else 0, shares)


def _results(env: Env, shares: list[Any]) -> Values:
    """The probabilities, and the one that is asked for."""
    found: Values = {"probabilities": Vector(shares)} if shares else {}
    if shares and env["class"] is not None:
        found["probability"] = shares[env["class"] - 1]
    return found


def work(env: Env) -> Values:
    """Exponentials and their shares."""
    scaled, shares = env["scaled"], _probabilities(env)
    found = _results(env, shares)
    found["total"] = exact(round(Fraction(sum(shares)), 20))  # each share is rounded to 30 digits
    found["predicted"] = scaled.index(max(env["known"])) + 1
    if _has_formulas(env):
        powers = [ascii_text(Call("exp", (Num(z),))) for z in scaled]
        found["exact"] = [f"{one}/({' + '.join(powers)})" for one in powers]
    return found


def _has_formulas(env: Env) -> bool:
    """Whether the probabilities are shown as formulas too: of a few logits, none of them -inf."""
    return len(env["scaled"]) <= 20 and len(env["known"]) == len(env["scaled"])


def explain(env: Env, results: Results, want: str | None) -> Steps:
    """The exponentials, their sum, each share."""
    group, shifted = "probabilities", env["shifted"] != env["scaled"]
    power, sums = ("exp(z_i - max)", "sum_j exp(z_j - max)") if shifted else ("exp(z_i)", "sum_j exp(z_j)")
    if env["T"] != 1:
        yield step("Divide by the temperature", "z/T", value=Vector(env["scaled"]), of=group)
    if shifted:
        why = "It divides every exponential by the same number, so the shares stay; none can be too large to work with."
        filled = chain(Vector(env["scaled"]), " - ", factor(env["shift"]))
        yield step("Subtract the largest", "z - max", filled, Vector(env["shifted"]), why, group)
    powers = _of_each(_power, env["shifted"])
    written, why = Vector(map(rounded, powers)), "exp makes every number positive."
    yield step("Exponentiate", power, value=written, why=why, of=group)
    total = irrational(sum(powers)) if len(set(env["known"])) > 1 else rounded(sum(powers))
    yield step("Add them up", sums, value=total, of=group)
    for at, one in enumerate(powers[:_SHOWN], 1):
        if want != "probability" or at == env["class"]:
            first = at == (env["class"] or 1)
            why = "Each class gets its share of the sum, so the probabilities add up to 1." if first else ""
            masked = env["scaled"][at - 1] == MINUS_INFINITY
            filled = NO_MATH if masked else chain(rounded(one), "/", total)
            rule = f"p_{at} = {power.replace('_i', f'_{at}')}/{sums}"
            why = "exp(-inf) is 0: a masked class gets nothing." if masked else why
            yield step(f"Class {at}", rule, filled, results["probabilities"][at - 1], why, group)


def count(env: Env) -> Values:
    """By differences alone, with sympy's exponentials: p_i = 1/sum_j exp(z_j - z_i); the class that none exceeds.

    Of more than 50 classes, the predicted one alone is counted.
    """
    import sympy

    left = [(at, z) for at, z in enumerate(env["z"], 1) if z != MINUS_INFINITY]
    predicted, best = left[0]
    for at, z in left:
        if z > best:
            predicted, best = at, z
    if len(env["z"]) > 50:
        return {"predicted_class": predicted}
    logits = [-sympy.oo if z == MINUS_INFINITY else sympy_value(z) for z in env["scaled"]]
    known = [z for z in logits if z != -sympy.oo]
    sums = [None if z == -sympy.oo else sympy.Add(*(sympy.exp(other - z) for other in known)) for z in logits]
    shares = [0 if total is None else from_sympy(1 / total) for total in sums]
    whole = from_sympy(sum(1 / total for total in sums if total is not None))
    found = _results(env, shares) | {"total": whole, "predicted_class": predicted}
    return found | ({"probabilities_exact": [str(Fraction(one)) for one in shares]} if _has_formulas(env) else {})


def _base_two(env: Env) -> Values:
    z = env["shifted"]
    whole = all(one == MINUS_INFINITY or one.denominator == 1 for one in z)
    powers = [0 if one == MINUS_INFINITY else power(2, int(one)) for one in z] if whole else []
    return _results(env, _shares(powers)) if whole else {}


def _finite_results(env: Env, rule: Callable[[list[Any]], list[Any]]) -> Values:
    """A wrong rule over the logits, where none of them is -inf."""
    return _results(env, rule(env["scaled"])) if len(env["known"]) == len(env["scaled"]) else {}


MISCONCEPTIONS = (
    misconception("plain-normalised", "Exponentiate first.", wrong=lambda env: _finite_results(env, _shares)),
    misconception("base-two", "The base is e, not 2.", wrong=_base_two),
    misconception("hard-max", "That is the argmax; softmax leaves something for every class.",
                  wrong=lambda env: _results(env, [int(z == max(env["known"])) for z in env["scaled"]])),
    misconception("not-normalised", "Divide by the sum, so that the probabilities add up to 1.",
                  wrong=lambda env: _finite_results(env, lambda scaled: [rounded(exp(z)) for z in scaled])),
    misconception("forgot-temperature", "The logits are divided by the temperature first.",
                  wrong=lambda env: _finite_results(env, lambda scaled: _shares([exp(z) for z in env["z"]]))),
    misconception("sigmoid-each", "A sigmoid for each class does not add up to 1.",
                  wrong=lambda env: _finite_results(env, lambda scaled: [rounded(sigmoid(z)) for z in scaled])),
)  # fmt: skip
