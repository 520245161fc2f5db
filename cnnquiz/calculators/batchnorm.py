"""Batch normalisation: mean, variance and normalised values of one channel, scaled and shifted.

    x_hat = (x - mean)/sqrt(variance + eps),  y = gamma x_hat + beta

Source: Ioffe and Szegedy, Batch normalization, 2015, algorithm 1.
"""

from __future__ import annotations

from fractions import Fraction

from cnnquiz.errors import GivenError
from cnnquiz.mathematics.notation import chain, factor, step, value_math
from cnnquiz.mathematics.precise import exact, rounded, sqrt
from cnnquiz.mathematics.sympy_forms import from_sympy, sympy_value
from cnnquiz.solution import Vector
from cnnquiz.solver.calculator import Env, Quantity, Result, Results, Steps, Values, misconception
from cnnquiz.solver.givens import number, numbers

_SHOWN = 8
EXAMPLES = ("2,4,6,8", "2,4,6,8 --gamma 2 --beta 1")
CONVENTIONS = {
    "variance": "divided by n (biased)",
    "eps": lambda env: f"{value_math(env['eps']).ascii} (PyTorch adds 0.00001)",
}
QUANTITIES = (
    Quantity("values", "input", numbers(), "the values of one channel over the batch: 2,4,6,8", positional=True),
    Quantity("gamma", "weight", number(), "the learned scale", 1),
    Quantity("beta", "bias", number(), "the learned shift", 0),
    Quantity("eps", "epsilon", number(0), "added to the variance (PyTorch: 0.00001)", 0),
)
RESULTS = (
    Result("mean", "the mean of the batch", answer=True),
    Result("variance", "its variance, divided by n", answer=True),
    Result("normalised", "the values with mean 0 and variance 1", answer=True),
    Result("output", "gamma times these, plus beta", answer=True),
    Result("std", "the root that is divided by"),
)


def prepare(values: Values) -> Values:
    """Refuses a batch without spread, which would be divided by zero."""
    if len(set(values["values"])) == 1 and values["eps"] == 0:
        raise GivenError("values: all are equal, so the variance is 0: give an eps, such as 0.00001", "eps")
    return values


def work(
    env: Env, *, divisor: int | None = None, root: bool = True, centred: bool = True, shift: bool = True
) -> Values:
    """The four lines of the algorithm; the keywords change one of them, as misconceptions do."""
    x = [Fraction(one) for one in env["values"]]
    mean = sum(x) / len(x)
    variance = sum((one - mean) ** 2 for one in x) / (divisor or len(x))
    below = sqrt(variance + env["eps"]) if root else variance + env["eps"]
    hats = [(one - mean if centred else one) / below for one in x]
    scale, move = (env["gamma"], env["beta"]) if shift else (1, 0)
    outputs = Vector(rounded(scale * hat + move) for hat in hats)
    found = {"mean": exact(mean), "variance": exact(variance), "normalised": Vector(map(rounded, hats))}
    return {**found, "output": outputs, "std": rounded(below)}


def explain(env: Env, results: Results, want: str | None) -> Steps:
    """Mean, variance, each value normalised, scale and shift."""
    x, n, mean, variance = env["values"], len(env["values"]), results["mean"], results["variance"]
    yield step("Mean", "mu = (1/n) sum_i x_i", chain(exact(mean * n), f"/{n}"), mean, of="mean")
    if want == "mean":
        return
    rule, why = "v = (1/n) sum_i (x_i - mu)^2", "Batch normalisation divides by n, not by n - 1."
    yield step("Variance", rule, chain(exact(variance * n), f"/{n}"), variance, why, "variance")
    if want == "variance":
        return
    spread = chain("sqrt(", variance, " + ", env["eps"], ")")
    yield step("Root", "sqrt(v + eps)", spread, results["std"], of="normalised")
    for at, (one, hat) in enumerate(zip(x[:_SHOWN], results["normalised"], strict=False), 1):
        rule = f"x_{at} -> (x_{at} - mu)/sqrt(v + eps)"
        filled = chain("(", one, " - ", factor(mean), ")/", results["std"])
        yield step(f"Value {at}", rule, filled, hat, of="normalised")
    if want in (None, "output"):
        filled = chain(env["gamma"], "*", results["normalised"], " + ", env["beta"])
        why = "gamma and beta are learned: they can undo the normalisation where that helps."
        yield step("Scale and shift", "y = gamma*x + beta", filled, results["output"], why, "output")


def count(env: Env) -> Values:
    """The mean moved on with each value; the variance from all pairs, sum (x_i - x_j)^2/(2 n^2); sympy's roots.

    Of more than 50 values, the mean alone is counted.
    """
    import sympy

    x, n = [Fraction(one) for one in env["values"]], len(env["values"])
    mean = Fraction(0)
    for many, one in enumerate(x, 1):
        mean += (one - mean) / many
    if n > 50:
        return {"mean": exact(mean)}
    variance = Fraction(sum((a - b) ** 2 for a in x for b in x), 2 * n * n)
    root = sympy.sqrt(sympy_value(variance + Fraction(env["eps"])))
    hats = [sympy_value(Fraction(sum(one - other for other in x), n)) / root for one in x]
    gamma, beta = sympy_value(env["gamma"]), sympy_value(env["beta"])
    output = Vector(from_sympy(gamma * hat + beta) for hat in hats)
    found = {"mean": exact(mean), "variance": exact(variance), "std": from_sympy(root)}
    return {**found, "normalised": Vector(map(from_sympy, hats)), "output": output}


def _sample_variance(env: Env) -> Values:
    return work(env, divisor=len(env["values"]) - 1) if len(env["values"]) > 1 else {}


MISCONCEPTIONS = (
    misconception("sample-variance", "Batch normalisation divides by n, not by n - 1.", wrong=_sample_variance),
    misconception("forgot-root", "Divide by the standard deviation, the root of the variance.",
                  wrong=lambda env: work(env, root=False)),
    misconception("forgot-mean", "Subtract the mean first.", wrong=lambda env: work(env, centred=False)),
    misconception("forgot-scale-and-shift", "Then multiply by gamma and add beta.",
                  wrong=lambda env: work(env, shift=False)),
)  # fmt: skip
