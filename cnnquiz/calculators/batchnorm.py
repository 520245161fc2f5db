"""Batch normalisation: mean, variance, normalised values and running averages of one channel.

    x_hat = (x - mean)/sqrt(variance + eps),  y = gamma x_hat + beta,  running <- (1 - m) running + m batch

Source: Ioffe and Szegedy, Batch normalization, 2015, algorithm 1.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from cnnquiz.errors import GivenError
from cnnquiz.mathematics.notation import chain, factor, series, step, value_math
from cnnquiz.mathematics.precise import exact, rounded, sqrt
from cnnquiz.mathematics.sympy_forms import from_sympy, sympy_value
from cnnquiz.solution import Vector
from cnnquiz.solver.calculator import Case, Env, Quantity, Result, Results, Steps, Values, misconception, where
from cnnquiz.solver.givens import number, numbers

_SHOWN = 8
EXAMPLES = ("2,4,6,8", "2,4,6,8 --gamma 2 --beta 1", "--batch-mean 5 --running-mean 0 --momentum 0.1")
CONVENTIONS = {
    "variance": lambda env: "divided by n (biased)" if env["values"] else "",
    "eps": lambda env: f"{value_math(env['eps']).ascii} (PyTorch adds 0.00001)" if env["values"] else "",
    "momentum": lambda env: "the share of the new batch (PyTorch)" if env["running"] else "",
    "running variance": lambda env: "" if env["running_var"] is None or not env["values"] else (
        "takes in the batch's variance divided by n - 1 (PyTorch)"
    ),
}
_OF_VALUES = where("values")
_OF_RUNNING = Case("where a running mean or variance is given", lambda env: env["running"])
QUANTITIES = (
    Quantity("values", "input", numbers(), "the values of one channel over the batch: 2,4,6,8", None, positional=True),
    Quantity("gamma", "weight", number(), "the learned scale", 1, only=_OF_VALUES),
    Quantity("beta", "bias", number(), "the learned shift", 0, only=_OF_VALUES),
    Quantity("eps", "epsilon", number(0), "added to the variance (PyTorch: 0.00001)", 0, only=_OF_VALUES),
    Quantity("batch_mean", "batch_mean", number(), "the mean of the batch, instead of its values", None,
             only=where("running_mean")),
    Quantity("batch_var", "batch_var", number(0), "the variance of the batch, instead of its values", None,
             only=where("running_var")),
    Quantity("running_mean", "running_mean", number(), "the running mean so far", None),
    Quantity("running_var", "running_var", number(0), "the running variance so far", None),
    Quantity("momentum", "momentum", number(0, 1), "the share of the new batch in the running averages",
             Fraction(1, 10), only=_OF_RUNNING),
)  # fmt: skip
RESULTS = (
    Result("mean", "the mean of the batch", answer=True),
    Result("variance", "its variance, divided by n", answer=True),
    Result("normalised", "the values with mean 0 and variance 1", answer=True),
    Result("output", "gamma times these, plus beta", answer=True),
    Result("std", "the root that is divided by"),
    Result("new_running_mean", "the running mean after this batch", answer=True),
    Result("new_running_var", "the running variance after this batch", answer=True, label="new running variance"),
)


def prepare(values: Values) -> Values:
    """What the running averages take in; refuses a batch without spread, which would be divided by zero."""
    x = values["values"]
    env = {**values, "running": values["running_mean"] is not None or values["running_var"] is not None}
    if x is not None and len(set(x)) == 1 and values["eps"] == 0:
        raise GivenError("values: all are equal, so the variance is 0: give an eps, such as 0.00001", "eps")
    for kind in ("mean", "var"):
        given, old = env[f"batch_{kind}"], env[f"running_{kind}"]
        if given is not None and x is not None:
            raise GivenError(f"give the values, or batch_{kind} (and not both)", f"batch_{kind}")
        if old is not None and given is None and x is None:
            raise GivenError(f"batch_{kind} is missing: what the running average takes in; or give values", "values")
        if old is not None and kind == "var" and x is not None and len(x) == 1:
            raise GivenError("values: one value has no variance that is divided by n - 1", "values")
    if x is None and not env["running"]:
        raise GivenError("values is missing: the values of one channel over the batch: 2,4,6,8", "values")
    return env


def work(
    env: Env, *, divisor: int | None = None, root: bool = True, centred: bool = True, shift: bool = True
) -> Values:
    """The four lines of the algorithm, and the running averages; the keywords change a line, as misconceptions do."""
    if env["values"] is None:
        return _new_averages(env, env["batch_mean"], env["batch_var"])
    x = [Fraction(one) for one in env["values"]]
    mean = sum(x) / len(x)
    variance = sum((one - mean) ** 2 for one in x) / (divisor or len(x))
    below = sqrt(variance + env["eps"]) if root else variance + env["eps"]
    hats = [(one - mean if centred else one) / below for one in x]
    scale, move = (env["gamma"], env["beta"]) if shift else (1, 0)
    outputs = Vector(rounded(scale * hat + move) for hat in hats)
    found = {"mean": exact(mean), "variance": exact(variance), "normalised": Vector(map(rounded, hats))}
    found |= {"output": outputs, "std": rounded(below)}
    return found | _new_averages(env, mean, _unbiased(variance, len(x)))


def _unbiased(variance: Any, n: int) -> Any:
    """The variance divided by n - 1; None of one value."""
    return exact(Fraction(variance) * n / (n - 1)) if n > 1 else None


def _new_averages(env: Env, mean: Any, variance: Any, new: Any = None) -> Values:
    """The running averages, so far as they are given, after a batch of this mean and variance."""
    share = Fraction(env["momentum"] if new is None else new)
    pairs = (("mean", mean), ("var", variance))
    return {f"new_running_{kind}": exact((1 - share) * env[f"running_{kind}"] + share * one)
            for kind, one in pairs if env[f"running_{kind}"] is not None}  # fmt: skip


def explain(env: Env, results: Results, want: str | None) -> Steps:
    """Mean, variance, each value normalised, scale and shift; the running averages."""
    if env["values"] is not None:
        yield from _batch_steps(env, results, want)
    for kind, word in (("mean", "mean"), ("var", "variance")):
        name = f"new_running_{kind}"
        if name not in results or want not in (None, name):
            continue
        new = env[f"batch_{kind}"]
        if env["values"] is not None:
            new = results[{"mean": "mean", "var": "variance"}[kind]]
        if env["values"] is not None and kind == "var":
            n = len(env["values"])
            variance, new = new, _unbiased(new, n)
            why = "The running variance takes in the batch's variance divided by n - 1."
            yield step("Divided by n - 1", "v*n/(n - 1)", chain(variance, f"*{n}/{n - 1}"), new, why, name)
        share, old = env["momentum"], env[f"running_{kind}"]
        filled = chain("(1 - ", share, ")*", factor(old), " + ", share, "*", factor(new))
        why = "A share m of the new batch comes in, and the rest stays."
        yield step(f"Running {word}", "(1 - m)*running + m*batch", filled, results[name], why, name)


def _batch_steps(env: Env, results: Results, want: str | None) -> Steps:
    """The lines of the algorithm, as far as they lead to what is wanted."""
    x, n, mean, variance = env["values"], len(env["values"]), results["mean"], results["variance"]
    running = want if want and want.startswith("new_running") else ""
    added = series([factor(one) if at else one for at, one in enumerate(x)], " + ")
    yield step("Mean", "mu = (1/n) sum_i x_i", chain("(", added, f")/{n}"), mean, of=running or "mean")
    if want in ("mean", "new_running_mean"):
        return
    rule, why = "v = (1/n) sum_i (x_i - mu)^2", "Batch normalisation divides by n, not by n - 1."
    squares = series([chain("(", one, " - ", factor(mean), ")^2") for one in x], " + ")
    yield step("Variance", rule, chain("(", squares, f")/{n}"), variance, why, running or "variance")
    if want in ("variance", "new_running_var"):
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

    Of more than 50 values, the mean alone is counted. A running average is the mean of its parts laid out one by one.
    """
    if env["values"] is None:
        return _running_means(env, env["batch_mean"], env["batch_var"])
    import sympy

    x, n = [Fraction(one) for one in env["values"]], len(env["values"])
    mean = Fraction(0)
    for many, one in enumerate(x, 1):
        mean += (one - mean) / many
    if n > 50:
        return {"mean": exact(mean)} | _running_means(env, mean, None)
    variance = Fraction(sum((a - b) ** 2 for a in x for b in x), 2 * n * n)
    root = sympy.sqrt(sympy_value(variance + Fraction(env["eps"])))
    hats = [sympy_value(Fraction(sum(one - other for other in x), n)) / root for one in x]
    gamma, beta = sympy_value(env["gamma"]), sympy_value(env["beta"])
    output = Vector(from_sympy(gamma * hat + beta) for hat in hats)
    found = {"mean": exact(mean), "variance": exact(variance), "std": from_sympy(root)}
    unbiased = Fraction(sum((a - b) ** 2 for a in x for b in x), 2 * n * (n - 1)) if n > 1 else None
    found |= _running_means(env, mean, unbiased)
    return {**found, "normalised": Vector(map(from_sympy, hats)), "output": output}


def _running_means(env: Env, mean: Any, variance: Any) -> Values:
    """The running averages as means: for momentum 1/10, of nine times the old value and once the new one."""
    share = Fraction(env["momentum"])
    if share.denominator > 10_000:
        return {}
    found: Values = {}
    for kind, new in (("mean", mean), ("var", variance)):
        if env[f"running_{kind}"] is not None and new is not None:
            laid_out = [env[f"running_{kind}"]] * (share.denominator - share.numerator) + [new] * share.numerator
            found[f"new_running_{kind}"] = exact(Fraction(sum(laid_out)) / len(laid_out))
    return found


def _sample_variance(env: Env) -> Values:
    return work(env, divisor=len(env["values"]) - 1) if len(env["values"] or ()) > 1 else {}


def _other_share(env: Env, share: Any) -> Values:
    """The running averages with another share of the new batch."""
    if env["values"] is None:
        return _new_averages(env, env["batch_mean"], env["batch_var"], share)
    return _new_averages(env, env["mean"], _unbiased(env["variance"], len(env["values"])), share)


MISCONCEPTIONS = (
    misconception("sample-variance", "Batch normalisation divides by n, not by n - 1.", wrong=_sample_variance),
    misconception("forgot-root", "Divide by the standard deviation, the root of the variance.",
                  wrong=lambda env: work(env, root=False)),
    misconception("forgot-mean", "Subtract the mean first.", wrong=lambda env: work(env, centred=False)),
    misconception("forgot-scale-and-shift", "Then multiply by gamma and add beta.",
                  wrong=lambda env: work(env, shift=False)),
    misconception("swapped-shares", "Momentum is the share of the new batch here, as in PyTorch.",
                  wrong=lambda env: _other_share(env, 1 - Fraction(env["momentum"]))),
    misconception("batch-for-running", "The running average moves only a little towards the batch.",
                  wrong=lambda env: _other_share(env, 1)),
    misconception("momentum-squared", "The new batch comes in once, with the share that momentum says.",
                  wrong=lambda env: _other_share(env, Fraction(env["momentum"]) ** 2)),
    misconception("added-share", "What is old keeps only the share 1 - m.",
                  wrong=lambda env: {name: exact(value + Fraction(env["momentum"]) * env[name.removeprefix("new_")])
                                     for name, value in _other_share(env, env["momentum"]).items()}),
    misconception("biased-running-variance", "The running variance takes in the variance divided by n - 1.",
                  wrong=lambda env: _new_averages(env, 0, Fraction(env["variance"])) if env["values"] else {}),
)  # fmt: skip
