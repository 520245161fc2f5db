"""Normalisation: mean, variance and normalised values of a batch, a layer or groups; running averages, inference.

    x_hat = (x - mean)/sqrt(variance + eps),  y = gamma x_hat + beta,  running <- (1 - m) running + m batch

Source: Ioffe and Szegedy, Batch normalization, 2015, algorithm 1; Ba, Kiros and Hinton, Layer normalization, 2016;
Wu and He, Group normalization, 2018.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from cnnquiz.errors import GivenError
from cnnquiz.mathematics.notation import chain, factor, series, step, value_math
from cnnquiz.mathematics.precise import exact, rounded, sqrt
from cnnquiz.mathematics.sympy_forms import from_sympy, sympy_value
from cnnquiz.solution import Vector, parts
from cnnquiz.solver.calculator import Case, Env, Quantity, Result, Results, Steps, Values, misconception, where
from cnnquiz.solver.givens import FLAG, choice, integer, number, number_or_numbers, numbers

_SHOWN = 8
TOPIC = "training"
SYNONYMS = ("batch normalization", "batch normalisation", "bn", "layernorm: kind layer", "groupnorm: kind group")
SHORTHAND = ("values",)
EXAMPLES = ("2,4,6,8", "2,4,6,8 --gamma 2 --beta 1", "1,3,2,8 --kind group --groups 2",
            "2,4 --running-mean 1 --running-var 4 --inference yes",
            "--batch-mean 5 --running-mean 0 --momentum 0.1")  # fmt: skip
_OVER = {"batch": "over the batch, for each channel", "layer": "over all the values of one sample",
         "group": "over each group of neighbouring channels of one sample"}  # fmt: skip
CONVENTIONS = {
    "mean and variance": lambda env: "the running averages, as they are" if env["inference"] else _OVER[env["kind"]],
    "variance": lambda env: "divided by n (biased)" if env["values"] and not env["inference"] else "",
    "eps": lambda env: f"{value_math(env['eps']).ascii} (PyTorch adds 0.00001)" if env["values"] else "",
    "momentum": lambda env: "the share of the new batch (PyTorch)" if env["running"] else "",
    "running variance": lambda env: "" if env["running_var"] is None or not env["values"] or env["inference"] else (
        "takes in the batch's variance divided by n - 1 (PyTorch)"
    ),
}
_OF_VALUES = where("values")
_OF_RUNNING = Case("where a running mean or variance is given", lambda env: env["running"])
QUANTITIES = (
    Quantity("values", "input", numbers(), "the values of one channel over the batch, or of one sample: 2,4,6,8", None,
             positional=True),
    Quantity("kind", "norm", choice(*_OVER), "what is normalised together: a channel's batch, a sample, its groups",
             "batch"),
    Quantity("groups", "num_groups", integer(1, letters=False), "groups that the values of a sample are split into",
             None, only=where("kind", "group")),
    Quantity("gamma", "weight", number_or_numbers(), "the learned scale, or one for each channel", 1, only=_OF_VALUES),
    Quantity("beta", "bias", number_or_numbers(), "the learned shift, or one for each channel", 0, only=_OF_VALUES),
    Quantity("eps", "epsilon", number(0), "added to the variance (PyTorch: 0.00001)", 0, only=_OF_VALUES),
    Quantity("batch_mean", "batch_mean", number(), "the mean of the batch, instead of its values", None,
             only=where("running_mean")),
    Quantity("batch_var", "batch_var", number(0), "the variance of the batch, instead of its values", None,
             only=where("running_var")),
    Quantity("running_mean", "running_mean", number(), "the running mean so far", None, only=where("kind", "batch")),
    Quantity("running_var", "running_var", number(0), "the running variance so far", None, only=where("kind", "batch")),
    Quantity("momentum", "momentum", number(0, 1), "the share of the new batch in the running averages",
             Fraction(1, 10), only=_OF_RUNNING),
    Quantity("inference", "eval", FLAG, "whether the running averages normalise, as after training", False,
             only=where("kind", "batch")),
)  # fmt: skip
RESULTS = (
    Result("mean", "the mean of the batch, the sample or each group", answer=True),
    Result("variance", "its variance, divided by n", answer=True),
    Result("normalised", "the values with mean 0 and variance 1", answer=True),
    Result("output", "gamma times these, plus beta", answer=True),
    Result("std", "the root that is divided by"),
    Result("new_running_mean", "the running mean after this batch", answer=True),
    Result("new_running_var", "the running variance after this batch", answer=True, label="new running variance"),
)


def prepare(values: Values) -> Values:
    """The groups that are normalised together; refuses one without spread, which would be divided by zero."""
    env = values | (dict.fromkeys(("running_mean", "running_var")) | {"inference": False}
                    if values["kind"] != "batch" else {})  # fmt: skip
    x, inference = env["values"], env["inference"]
    known = [kind for kind in ("mean", "var") if env[f"running_{kind}"] is not None]
    env |= {"running": bool(known) and not inference, "blocks": []}
    if x is None and (inference or not known):
        raise GivenError("values is missing: the values of one channel over the batch: 2,4,6,8", "values")
    if x is not None:
        env["blocks"] = _groups(x, env["groups"]) if env["kind"] == "group" else [x]
        _check_channels(env)
    if inference:
        return _with_averages(env)
    if env["eps"] == 0 and any(len(set(block)) == 1 for block in env["blocks"]):
        which = "of a group " if len(env["blocks"]) > 1 else ""
        raise GivenError(f"values: all {which}are equal, so the variance is 0: give an eps, such as 0.00001", "eps")
    for kind in ("mean", "var"):
        given, old = env[f"batch_{kind}"], env[f"running_{kind}"]
        if given is not None and x is not None:
            raise GivenError(f"give the values, or batch_{kind} (and not both)", f"batch_{kind}")
        if old is not None and given is None and x is None:
            raise GivenError(f"batch_{kind} is missing: what the running average takes in; or give values", "values")
        if old is not None and kind == "var" and x is not None and len(x) == 1:
            raise GivenError("values: one value has no variance that is divided by n - 1", "values")
    return env


def _check_channels(env: Env) -> None:
    """Raise GivenError where there is a scale or a shift for other channels than the values have."""
    n, groups, before = len(env["values"]), len(env["blocks"]), 1
    for name in ("gamma", "beta"):
        many = len(parts(env[name]))
        fits = {"batch": False, "layer": many == n, "group": n % many == many % groups == 0}
        if many > 1 and (not fits[env["kind"]] or before not in (1, many)):
            remedy = {"batch": "", "layer": ", or one for each value", "group": ", or one for each channel"}
            raise GivenError(f"{name}: {many} numbers are too many or too few: give one{remedy[env['kind']]}", name)
        before = many


def _with_averages(env: Values) -> Values:
    """The givens of inference, which needs both running averages."""
    for kind in ("mean", "var"):
        if env[f"running_{kind}"] is None:
            raise GivenError(f"running_{kind} is missing: inference normalises by it", f"running_{kind}")
    if env["running_var"] + env["eps"] == 0:
        raise GivenError("running_var: it is 0: give an eps, such as 0.00001", "eps")
    return env


def _groups(x: Vector, many: int | None) -> list[Vector]:
    """The values split into groups of neighbours."""
    if many is None:
        raise GivenError("groups is missing: groups that the values of a sample are split into", "groups")
    if len(x) % many:
        raise GivenError(f"groups: {many} do not divide {len(x)} values evenly", "groups")
    size = len(x) // many
    return [Vector(x[at : at + size]) for at in range(0, len(x), size)]


def _for_each(env: Env, name: str) -> list[Any]:
    """The scale or the shift of each value: those of a channel stand side by side."""
    given, many = parts(env[name]), len(env["values"])
    return [given[at * len(given) // many] for at in range(many)]


def _of_groups(env: Env, values: list[Any]) -> Any:
    """One number for each group; of a batch or a layer, the number."""
    return Vector(values) if env["kind"] == "group" else values[0]


def work(
    env: Env, *, lack: int = 0, root: bool = True, centred: bool = True, shift: bool = True,
    blocks: list[Vector] | None = None,
) -> Values:  # fmt: skip
    """The four lines of the algorithm, and the running averages; the keywords change a line, as misconceptions do."""
    if env["values"] is None:
        return _new_averages(env, env["batch_mean"], env["batch_var"])
    found: Values = {}
    means, variances, roots, hats = list[Any](), list[Any](), list[Any](), list[Any]()
    for block in blocks or env["blocks"]:
        x = [Fraction(one) for one in block]
        mean, variance = env["running_mean"], env["running_var"]
        if not env["inference"]:
            mean = sum(x) / len(x)
            variance = sum((one - mean) ** 2 for one in x) / (len(x) - lack)
        below = sqrt(variance + env["eps"]) if root else variance + env["eps"]
        hats += [(one - mean if centred else one) / below for one in x]
        means, variances, roots = [*means, exact(mean)], [*variances, exact(variance)], [*roots, rounded(below)]
    if not env["inference"]:
        found = {"mean": _of_groups(env, means), "variance": _of_groups(env, variances)}
        found |= _new_averages(env, means[0], _unbiased(variances[0], len(env["values"])))
    scales, shifts = (_for_each(env, name) for name in ("gamma", "beta"))
    outputs = Vector(rounded(a * hat + b if shift else hat) for a, hat, b in zip(scales, hats, shifts, strict=True))
    return found | {"normalised": Vector(map(rounded, hats)), "output": outputs, "std": _of_groups(env, roots)}


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
        yield from _value_steps(env, results, want)
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


def _value_steps(env: Env, results: Results, want: str | None) -> Steps:
    """The lines of the algorithm, as far as they lead to what is wanted; each group by itself."""
    running, first = want if want and want.startswith("new_running") else "", 0
    for at, block in enumerate(env["blocks"]):
        where_ = f" of group {at + 1}" if len(env["blocks"]) > 1 else ""
        mean, variance, root = (
            parts(results[name])[at] if name in results else None for name in ("mean", "variance", "std")
        )
        if env["inference"]:
            mean, variance = env["running_mean"], env["running_var"]
        else:
            yield from _statistics(env, block, mean, variance, (where_, running, want))
        if want in ("mean", "variance") or running:
            continue
        spread, why = chain("sqrt(", variance, " + ", env["eps"], ")"), ""
        if env["inference"]:
            why = "After training, the running averages take the place of the batch's own mean and variance."
        yield step(f"Root{where_}", "sqrt(v + eps)", spread, root, why, "normalised")
        for place, one in enumerate(block, first):
            if place < _SHOWN:
                rule = f"x_{place + 1} -> (x_{place + 1} - mu)/sqrt(v + eps)"
                filled = chain("(", one, " - ", factor(mean), ")/", root)
                yield step(f"Value {place + 1}", rule, filled, results["normalised"][place], of="normalised")
        first += len(block)
    if want in (None, "output"):
        filled = chain(env["gamma"], "*", results["normalised"], " + ", env["beta"])
        why = "gamma and beta are learned: they can undo the normalisation where that helps."
        yield step("Scale and shift", "y = gamma*x + beta", filled, results["output"], why, "output")


def _statistics(env: Env, x: Vector, mean: Any, variance: Any, about: tuple[str, str, str | None]) -> Steps:
    """The mean and the variance of values that are normalised together."""
    place, running, want = about
    n, added = len(x), series([factor(one) if at else one for at, one in enumerate(x)], " + ")
    yield step(f"Mean{place}", "mu = (1/n) sum_i x_i", chain("(", added, f")/{n}"), mean, of=running or "mean")
    if want in ("mean", "new_running_mean"):
        return
    rule, why = "v = (1/n) sum_i (x_i - mu)^2", "Normalisation divides by n, not by n - 1."
    squares = series([chain("(", one, " - ", factor(mean), ")^2") for one in x], " + ")
    yield step(f"Variance{place}", rule, chain("(", squares, f")/{n}"), variance, why, running or "variance")


def count(env: Env) -> Values:
    """The mean moved on with each value; the variance from all pairs, sum (x_i - x_j)^2/(2 n^2); sympy's roots.

    Of more than 50 values, the mean alone is counted. A running average is the mean of its parts laid out one by one.
    """
    x = env["values"]
    if x is None:
        return _running_means(env, env["batch_mean"], env["batch_var"])
    import sympy

    found: Values = {}
    if not env["inference"]:
        means = [_moved_mean(block) for block in env["blocks"]]
        found["mean"] = _of_groups(env, list(map(exact, means)))
        short = 1 < len(x) <= 50
        found |= _running_means(env, means[0], _half_of_squares(x) / (len(x) - 1) if short else None)
    if len(x) > 50:
        return found
    hats, roots, eps = list[Any](), list[Any](), Fraction(env["eps"])
    variances = [env["running_var"] if env["inference"] else _half_of_squares(one) / len(one) for one in env["blocks"]]
    for block, variance in zip(env["blocks"], variances, strict=True):
        roots.append(sympy.sqrt(sympy_value(variance + eps)))
        others = [env["running_mean"]] if env["inference"] else block
        hats += [sympy_value(Fraction(sum(one - other for other in others)) / len(others)) / roots[-1] for one in block]
    if not env["inference"]:
        found["variance"] = _of_groups(env, list(map(exact, variances)))
    gammas, betas = (map(sympy_value, _for_each(env, name)) for name in ("gamma", "beta"))
    outputs = Vector(from_sympy(a * hat + b) for a, hat, b in zip(gammas, hats, betas, strict=True))
    found |= {"std": _of_groups(env, list(map(from_sympy, roots))), "output": outputs}
    return found | {"normalised": Vector(map(from_sympy, hats))}


def _moved_mean(values: Vector) -> Fraction:
    """The mean, moved on with each value."""
    mean = Fraction(0)
    for many, one in enumerate(values, 1):
        mean += (one - mean) / many
    return mean


def _half_of_squares(values: Vector) -> Fraction:
    """The squared distances from the mean, added up: of all pairs the squared distances, over 2 n."""
    return Fraction(sum((a - b) ** 2 for a in values for b in values)) / (2 * len(values))


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
    return work(env, lack=1) if all(len(block) > 1 for block in env["blocks"]) else {}


def _other_share(env: Env, share: Any) -> Values:
    """The running averages with another share of the new batch."""
    if not env["running"]:
        return {}
    if env["values"] is None:
        return _new_averages(env, env["batch_mean"], env["batch_var"], share)
    return _new_averages(env, env["mean"], _unbiased(env["variance"], len(env["values"])), share)


def _with_batch_statistics(env: Env) -> Values:
    """At inference, the values normalised by their own mean and variance."""
    alike = len(set(env["values"] or ())) < 2 and env["eps"] == 0
    return work({**env, "inference": False}) if env["inference"] and not alike else {}


def _alternate(env: Env) -> Values:
    """The values grouped like cards that are dealt out, put back in their order."""
    x, many = env["values"], len(env["blocks"])
    blocks = [Vector(x[at::many]) for at in range(many)]
    if many < 2 or (env["eps"] == 0 and any(len(set(block)) == 1 for block in blocks)):
        return {}
    found = work(env, blocks=blocks)
    size = len(x) // many
    return {name: Vector(found["normalised"][at % many * size + at // many] for at in range(len(x)))
            if name == "normalised" else found[name] for name in ("mean", "variance", "normalised")}  # fmt: skip


MISCONCEPTIONS = (
    misconception("sample-variance", "Normalisation divides by n, not by n - 1.", wrong=_sample_variance),
    misconception("forgot-root", "Divide by the standard deviation, the root of the variance.",
                  wrong=lambda env: work(env, root=False)),
    misconception("forgot-mean", "Subtract the mean first.", wrong=lambda env: work(env, centred=False)),
    misconception("forgot-scale-and-shift", "Then multiply by gamma and add beta.",
                  wrong=lambda env: work(env, shift=False)),
    misconception("batch-at-inference", "After training the running averages normalise, not the batch's own.",
                  wrong=_with_batch_statistics),
    misconception("one-group", "Each group has a mean and a variance of its own.",
                  wrong=lambda env: work(env, blocks=[env["values"]]) if len(env["blocks"]) > 1
                  and len(set(env["values"])) > 1 else {}),
    misconception("alternate-groups", "Neighbouring channels make a group.", wrong=_alternate),
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
                  wrong=lambda env: _new_averages(env, 0, Fraction(env["variance"]))
                  if env["values"] and env["running"] else {}),
)  # fmt: skip
