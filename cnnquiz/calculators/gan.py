"""Adversarial losses: those of a GAN's discriminator and generator, and the discriminator that is optimal.

    V = mean ln D(x) + mean ln(1 - D(G(z))),  D*(x) = p(x)/(p(x) + q(x)),  V* = 2 JSD - ln 4

Source: Goodfellow and others, Generative adversarial nets, 2014, equation 1, sections 3 and 4.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

from cnnquiz.errors import GivenError
from cnnquiz.mathematics.notation import chain, factor, series, step, value_math
from cnnquiz.mathematics.precise import exact, irrational, ln, rounded
from cnnquiz.mathematics.sympy_forms import from_sympy, sympy_value
from cnnquiz.solution import Vector
from cnnquiz.solver.calculator import Env, Quantity, Result, Results, Steps, Values, misconception, where
from cnnquiz.solver.givens import numbers

_MOST = 50
_SHOWN = 8
QUANTITIES = (
    Quantity("real", "real_outputs", numbers(_MOST), "D(x), what the discriminator says of real samples: 0.9,0.8", None,
             only=where("fake")),
    Quantity("fake", "fake_outputs", numbers(_MOST), "D(G(z)), what it says of generated samples: 0.3,0.1", None),
    Quantity("data", "data_density", numbers(_MOST), "p(x), how probable the data make each place: 0.6,0.4", None),
    Quantity("model", "model_density", numbers(_MOST), "q(x), how probable the generator makes it: 0.2,0.8", None),
)  # fmt: skip
RESULTS = (
    Result("value", "the value V of the game: the discriminator makes it large, the generator small", answer=True),
    Result("discriminator_loss", "-V: binary cross-entropy, real as 1 and generated as 0", answer=True),
    Result("generator_loss", "the generator's loss as it is usually trained: -mean ln D(G(z))", answer=True),
    Result("saturating_loss", "the generator's loss in the game itself: mean ln(1 - D(G(z)))"),
    Result("optimal", "the discriminator that is optimal at each place", answer=True, label="optimal discriminator"),
    Result("optimal_value", "V with that discriminator"),
    Result("divergence", "the Jensen-Shannon divergence of data and generator"),
)
TOPIC = "generative"
SYNONYMS = ("discriminator", "generator")
EXAMPLES = ("--real 0.9,0.8 --fake 0.3,0.1", "--fake 0.1", "--data 0.6,0.4 --model 0.2,0.8")
CONVENTIONS = {
    "logarithm": "natural",
    "losses": lambda env: "real and generated samples each with their own mean, added up" if env["real"] else "",
}


def prepare(values: Values) -> Values:
    """Refuses outputs whose logarithm is infinite, and densities of different places."""
    if (values["fake"] is None) == (values["data"] is None and values["model"] is None):
        raise GivenError("give real and fake, what the discriminator says, or data and model, two densities", "fake")
    for name, infinite in (("real", 0), ("fake", 1), ("fake", 0)):
        if any(not 0 <= one <= 1 for one in values[name] or ()):
            raise GivenError(f"{name}: the discriminator's outputs lie between 0 and 1", name)
        if infinite in (values[name] or ()):
            whose = "discriminator" if infinite == (name == "fake") else "generator"
            raise GivenError(f"{name}: an output of {infinite} makes the {whose}'s loss infinite", name)
    if values["fake"] is None:
        for name, other in (("data", "model"), ("model", "data")):
            if values[name] is None:
                raise GivenError(f"{name} is missing, as many numbers as {other} has", name)
            if any(one < 0 for one in values[name]):
                raise GivenError(f"{name}: no density is below 0", name)
        if len(values["data"]) != len(values["model"]):
            given = f"model: {len(values['model'])} numbers for {len(values['data'])} places"
            raise GivenError(f"{given}; give as many as data has", "model")
        if (0, 0) in _places(values):
            raise GivenError("data: where both densities are 0, no discriminator is better than another", "data")
    return values | ({"real": None} if values["fake"] is None else {})


def _places(env: Env) -> list[tuple[Any, Any]]:
    return list(zip(env["data"], env["model"], strict=True))


def _mean_ln(outputs: Iterable[Any]) -> Any:
    """The mean of the logarithms."""
    every = list(outputs)
    return Fraction(sum(map(ln, every))) / len(every)


def _misses(outputs: Sequence[Any]) -> list[Any]:
    """1 - D for each output."""
    return [1 - one for one in outputs]


def _shown(value: Any) -> Any:
    """A sum of logarithms, which is no fraction unless it is 0."""
    return irrational(value) if value else 0


def _distributions(env: Env) -> bool:
    """Whether both densities add up to 1, over places one by one."""
    return sum(env["data"]) == 1 == sum(env["model"])


def work(env: Env) -> Values:
    """The means of the logarithms; or the share of the data at each place."""
    if env["fake"] is not None:
        missed = _mean_ln(_misses(env["fake"]))
        found = {"generator_loss": _shown(-_mean_ln(env["fake"])), "saturating_loss": _shown(missed)}
        if env["real"] is not None:
            value = _mean_ln(env["real"]) + missed
            found |= {"value": _shown(value), "discriminator_loss": _shown(-value)}
        return found
    found = {"optimal": Vector(exact(Fraction(p) / (p + q)) for p, q in _places(env))}
    if _distributions(env):
        terms = [term for p, q in _places(env) for term in _logarithms(p, q)]
        value = Fraction(sum(weight * ln(share) for weight, share in terms))
        apart = sum(weight * ln(2 * share) for weight, share in terms) / 2
        found |= {"optimal_value": _shown(value), "divergence": _shown(apart)}
    return found


def _logarithms(p: Any, q: Any) -> list[tuple[Any, Any]]:
    """The weights and the shares in p ln D + q ln(1 - D) at the optimal D; 0 ln 0 is 0."""
    return [(weight, Fraction(weight) / (p + q)) for weight in (p, q) if weight]


def explain(env: Env, results: Results, want: str | None) -> Steps:
    """Each mean of logarithms with its numbers, and their sum; or each place."""
    if env["fake"] is None:
        yield from _optimal_steps(env, results, want)
        return
    misses = _misses(env["fake"])
    if env["real"] is not None and want in (None, "value", "discriminator_loss"):
        of, mean = want or "value", _shown(_mean_ln(env["real"]))
        yield step("Real samples", "mean ln D(x)", _mean_of(env["real"]), mean, of=of)
        yield step("Generated samples", "mean ln(1 - D(G(z)))", _mean_of(misses), results["saturating_loss"],
                   "They are missed where 1 - D is small.", of)  # fmt: skip
        filled = chain(mean, " + ", factor(results["saturating_loss"]))
        yield step("Value", "V = mean ln D(x) + mean ln(1 - D(G(z)))", filled, results["value"], of=of)
        why = "The discriminator makes V large: its loss is -V, a binary cross-entropy of both halves."
        yield step("Discriminator's loss", "-V", value=results["discriminator_loss"], why=why, of="discriminator_loss")
    if want in (None, "generator_loss"):
        filled = chain("-", _mean_of(env["fake"]))
        why = "Its slope is steep where the discriminator is sure, which ln(1 - D) is not."
        yield step("Generator's loss", "-mean ln D(G(z))", filled, results["generator_loss"], why, "generator_loss")
    if want == "saturating_loss" or (want is None and env["real"] is None):
        yield step("In the game itself", "mean ln(1 - D(G(z)))", _mean_of(misses), results["saturating_loss"],
                   of="saturating_loss")  # fmt: skip


def _mean_of(outputs: Sequence[Any]) -> Any:
    return chain("(", series([chain("ln(", one, ")") for one in outputs], " + "), f")/{len(outputs)}")


def _optimal_steps(env: Env, results: Results, want: str | None) -> Steps:
    for at, (p, q) in enumerate(_places(env)[:_SHOWN], 1):
        filled = chain(p, "/(", p, " + ", q, ")")
        why = "There p ln D + q ln(1 - D) has no slope: p/D = q/(1 - D)." if at == 1 else ""
        yield step(f"Place {at}", "D = p/(p + q)", filled, results["optimal"][at - 1], why, "optimal")
    if "optimal_value" in results and want in (None, "optimal_value", "divergence"):
        terms = (chain(weight, "*ln(", value_math(exact(share)), ")") for p, q in _places(env)
                 for weight, share in _logarithms(p, q))  # fmt: skip
        yield step("Value there", "V = sum p ln D + q ln(1 - D)", series(list(terms), " + "), results["optimal_value"],
                   of=want or "optimal_value")  # fmt: skip
        why = "It is 0, and V = -ln 4, only where the generator makes the data's own distribution."
        filled = chain("(", results["optimal_value"], " + ln(4))/2")
        yield step("Jensen-Shannon divergence", "(V + ln 4)/2", filled, results["divergence"], why, "divergence")


def count(env: Env) -> Values:
    """Logarithms of whole products by sympy; the optimal D as a zero of the slope; the divergence from the middle."""
    import sympy

    if env["fake"] is not None:

        def mean(outputs: Iterable[Any]) -> Any:
            every = [sympy_value(one) for one in outputs]
            return sympy.log(sympy.Mul(*every)) / len(every)

        fooled, missed = mean(env["fake"]), mean(1 - Fraction(one) for one in env["fake"])
        found = {"generator_loss": from_sympy(-fooled), "saturating_loss": from_sympy(missed)}
        if env["real"] is not None:
            value = mean(env["real"]) + missed
            found |= {"value": from_sympy(value), "discriminator_loss": from_sympy(-value)}
        return found
    # p (1 - D) - q D is a straight line in D, and 0 where p/D = q/(1 - D)
    ends = [(Fraction(p), -q) for p, q in _places(env)]
    found = {"optimal": Vector(exact(start / (start - end)) for start, end in ends)}
    if _distributions(env):
        apart = _to_the_middle(env["data"], env["model"]) / 2 + _to_the_middle(env["model"], env["data"]) / 2
        found |= {"divergence": from_sympy(apart), "optimal_value": from_sympy(2 * apart - sympy.log(4))}
    return found


def _to_the_middle(one: Vector, other: Vector) -> Any:
    """The Kullback-Leibler divergence of a distribution from the mean of both, by sympy."""
    import sympy

    pairs = [(sympy_value(a), sympy_value(b)) for a, b in zip(one, other, strict=True) if a]
    return sympy.Add(*(a * (sympy.log(a) - sympy.log((a + b) / 2)) for a, b in pairs))


def _losses(rule: Callable[[Env], Any], *names: str) -> Callable[[Env], Values]:
    """A wrong loss, where there are real samples and generated ones."""
    return lambda env: dict.fromkeys(names, rounded(rule(env))) if env["real"] else {}


MISCONCEPTIONS = (
    misconception("forgot-fake", "Generated samples count too: mean ln(1 - D(G(z))).",
                  wrong=_losses(lambda env: -_mean_ln(env["real"]), "discriminator_loss")),
    misconception("forgot-one-minus", "Of generated samples, 1 - D(G(z)) is what the discriminator gets right.",
                  wrong=_losses(lambda env: -_mean_ln(env["real"]) - _mean_ln(env["fake"]), "discriminator_loss")),
    misconception("value-for-loss", "The discriminator makes V large: its loss is -V.",
                  wrong=lambda env: {"discriminator_loss": env.get("value"), "value": env.get("discriminator_loss")}),
    misconception("averaged-halves", "Real and generated samples each have their own mean; the two are added.",
                  wrong=_losses(lambda env: -env["value"] / Fraction(2), "discriminator_loss")),
    misconception("saturating", "Trained is -ln D(G(z)), which does not saturate.",
                  wrong=lambda env: {"generator_loss": env.get("saturating_loss")}),
    misconception("forgot-sign", "The generator's loss is -ln D(G(z)), which is positive.",
                  wrong=lambda env: {"generator_loss": -env["generator_loss"]} if env["fake"] else {}),
    misconception("base-two", "The logarithm is natural.",
                  wrong=lambda env: {name: rounded(env[name] / ln(2)) for name in
                                     ("value", "discriminator_loss", "generator_loss", "optimal_value", "divergence")
                                     if env.get(name)}),
    misconception("generators-share", "The data's share is p/(p + q); q/(p + q) is the generator's.",
                  wrong=lambda env: {"optimal": Vector(1 - one for one in env["optimal"])} if env["data"] else {}),
    misconception("ratio", "D is a share of both, p/(p + q), never above 1.",
                  wrong=lambda env: {"optimal": Vector(exact(Fraction(p) / q) for p, q in _places(env))}
                  if env["data"] and all(env["model"]) else {}),
    misconception("undivided", "V + ln 4 is twice the divergence.",
                  wrong=lambda env: {"divergence": rounded(2 * Fraction(env["divergence"]))}
                  if env.get("divergence") else {}),
)  # fmt: skip
