"""Batch normalisation: mean, variance and normalised values of one channel, scaled and shifted.

    x_hat = (x - mean)/sqrt(variance + eps),  y = gamma x_hat + beta

Source: Ioffe and Szegedy, Batch normalization, 2015, algorithm 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from cnnquiz.errors import GivenError
from cnnquiz.mathematics.expression import exact
from cnnquiz.mathematics.functions import evaluated
from cnnquiz.mathematics.precise import rounded, sqrt
from cnnquiz.mathematics.worked_text import chain, factor, value
from cnnquiz.solution import Step, Vector
from cnnquiz.solver.calculator import Quantity, Result, misconception
from cnnquiz.solver.givens import number, numbers
from cnnquiz.solver.lines import Env

SHOWN = 8

EXAMPLES = ("2,4,6,8", "2,4,6,8 --gamma 2 --beta 1")

QUANTITIES = (
    Quantity("values", "input", numbers(), "the values of one channel over the batch: 2,4,6,8", positional=True),
    Quantity("gamma", "weight", number(), "the learned scale", 1),
    Quantity("beta", "bias", number(), "the learned shift", 0),
    Quantity("eps", "eps", number(0), "added to the variance (PyTorch: 0.00001)", 0),
)

RESULTS = (
    Result("mean", "mean", "the mean of the batch", answer=True),
    Result("variance", "variance", "its variance, divided by n", answer=True),
    Result("normalised", "normalised", "the values with mean 0 and variance 1", answer=True),
    Result("output", "output", "gamma times these, plus beta", answer=True),
    Result("std", "std", "the root that is divided by"),
)


def prepare(values: dict[str, Any]) -> dict[str, Any]:
    """Refuses a batch without spread, which would be divided by zero."""
    if values["values"] is not None and len(set(values["values"])) == 1 and values["eps"] == 0:
        raise GivenError("values: all are equal, so the variance is 0: give an eps, such as 0.00001", "eps")
    return values


def _results(
    env: Env, *, divisor: int | None = None, root: bool = True, centred: bool = True, shift: bool = True
) -> dict[str, Any]:
    """Algorithm 1; the keywords are its slips."""
    x = env["values"]
    n = len(x)
    mean = exact(Fraction(sum(x)) / n)
    variance = exact(Fraction(sum((one - mean) ** 2 for one in x)) / (n if divisor is None else divisor))
    below = sqrt(variance + env["eps"]) if root else variance + env["eps"]
    hats = [rounded(Fraction(one - mean if centred else one) / below) for one in x]
    scale, move = (env["gamma"], env["beta"]) if shift else (1, 0)
    outputs = Vector(rounded(scale * (Fraction(one - mean if centred else one) / below) + move) for one in x)
    return {"mean": mean, "variance": variance, "normalised": Vector(hats), "output": outputs, "std": rounded(below)}


def work(env: Env) -> dict[str, Any]:
    """The four lines of the algorithm."""
    return _results(env)


def explain(env: Env, results: Mapping[str, Any], want: str | None) -> Iterator[Step]:
    """Mean, variance, each value normalised, scale and shift."""
    x, n = env["values"], len(env["values"])
    mean, total = results["mean"], exact(sum(map(Fraction, env["values"])))
    yield Step("Mean", chain("mu = (1/n) sum_i x_i"), chain(value(total), f"/{n}"), value(mean), of="mean")
    if want == "mean":
        return
    squares = exact(results["variance"] * n)
    yield Step(
        "Variance",
        chain("v = (1/n) sum_i (x_i - mu)^2"),
        chain(value(squares), f"/{n}"),
        value(results["variance"]),
        "Batch normalisation divides by n, not by n - 1.",
        "variance",
    )
    if want == "variance":
        return
    spread = chain("sqrt(", value(results["variance"]), " + ", value(env["eps"]), ")")
    yield Step("Root", chain("sqrt(v + eps)"), spread, value(results["std"]), of="normalised")
    for at, (one, hat) in enumerate(zip(x[:SHOWN], results["normalised"], strict=False), 1):
        filled = chain("(", value(one), " - ", factor(mean), ")/", value(results["std"]))
        yield Step(f"Value {at}", chain(f"x_{at} -> (x_{at} - mu)/sqrt(v + eps)"), filled, value(hat), of="normalised")
    if want in (None, "output"):
        filled = chain(value(env["gamma"]), "*", value(results["normalised"]), " + ", value(env["beta"]))
        why = "gamma and beta are learned: they can undo the normalisation where that helps."
        yield Step("Scale and shift", chain("y = gamma*x + beta"), filled, value(results["output"]), why, "output")


def count(env: Env) -> dict[str, Any]:
    """The variance from all pairs, sum (x_i - x_j)^2/(2 n^2); the rest by sympy's roots."""
    import sympy

    x = [Fraction(one) for one in env["values"]]
    n = len(x)
    if n > 50:
        return {}
    variance = Fraction(sum((a - b) ** 2 for a in x for b in x), 2 * n * n)
    spread = variance + Fraction(env["eps"])
    root = sympy.sqrt(sympy.Rational(spread.numerator, spread.denominator))
    from_others = [Fraction(sum(one - other for other in x), n) for one in x]
    hats = [sympy.Rational(away.numerator, away.denominator) / root for away in from_others]
    gamma, beta = (
        sympy.Rational(Fraction(one).numerator, Fraction(one).denominator) for one in (env["gamma"], env["beta"])
    )
    return {
        "variance": exact(variance),
        "normalised": Vector(map(evaluated, hats)),
        "output": Vector(evaluated(gamma * hat + beta) for hat in hats),
    }


def _wrong(**slip: Any) -> Callable[[Env], dict[str, Any]]:
    return lambda env: _results(env, **slip)


def _sample_variance(env: Env) -> dict[str, Any]:
    return _results(env, divisor=len(env["values"]) - 1) if len(env["values"]) > 1 else {}


MISCONCEPTIONS = (
    misconception("sample-variance", "Batch normalisation divides by n, not by n - 1.", wrong=_sample_variance),
    misconception(
        "forgot-root", "Divide by the standard deviation, the root of the variance.", wrong=_wrong(root=False)
    ),
    misconception("forgot-mean", "Subtract the mean first.", wrong=_wrong(centred=False)),
    misconception("forgot-scale-and-shift", "Then multiply by gamma and add beta.", wrong=_wrong(shift=False)),
)


def conventions(env: Env) -> dict[str, str]:
    """What was done where sources differ."""
    return {"variance": "divided by n (biased)", "eps": f"{value(env['eps']).ascii} (PyTorch adds 0.00001)"}
