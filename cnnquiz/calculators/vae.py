"""VAE: the divergence of a code from the standard normal distribution, a code drawn by it, and the loss.

    KL = sum (mu^2 + sigma^2 - 1 - ln sigma^2)/2,  z = mu + sigma epsilon,  L = R + beta KL

Source: Kingma and Welling, Auto-encoding variational Bayes, 2014, section 2.4 and appendix B.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from cnnquiz.errors import GivenError
from cnnquiz.mathematics.notation import chain, factor, series, step
from cnnquiz.mathematics.precise import exp, irrational, ln, rounded, sqrt
from cnnquiz.mathematics.sympy_forms import from_sympy, sympy_value
from cnnquiz.solution import Vector
from cnnquiz.solver.calculator import Env, Quantity, Result, Results, Steps, Values, misconception, where
from cnnquiz.solver.givens import number, numbers

_MOST = 50
_SHOWN = 8
_FARTHEST = 100  # of a logarithm of a variance
_SPREADS = ("std", "var", "logvar")
QUANTITIES = (
    Quantity("mean", "mu", numbers(_MOST), "the means that the encoder gives, one for each dimension: 1,0",
             positional=True),
    Quantity("std", "sigma", numbers(_MOST), "their standard deviations", None),
    Quantity("var", "variance", numbers(_MOST), "or their variances", None),
    Quantity("logvar", "log_variance", numbers(_MOST), "or the logarithms of the variances", None),
    Quantity("noise", "epsilon", numbers(_MOST), "drawn from the standard normal distribution, for a code", None),
    Quantity("reconstruction", "reconstruction_loss", number(), "the reconstruction's loss, for the whole loss", None),
    Quantity("beta", "kl_weight", number(0), "the weight of the divergence in the loss", 1,
             only=where("reconstruction")),
)  # fmt: skip
RESULTS = (
    Result("kl", "the divergence from the standard normal distribution, over all dimensions", answer=True,
           label="KL divergence"),
    Result("terms", "what each dimension adds to it", label="from each dimension"),
    Result("code", "the code z that is drawn", answer=True),
    Result("loss", "the loss: the reconstruction's and the divergence, weighted", answer=True),
)
TOPIC = "generative"
SYNONYMS = ("variational autoencoder", "reparameterization")
SHORTHAND = ("mean std",)
EXAMPLES = ("1,0 --std 1,0.5", "0.5,-1 --logvar 0,0 --noise 1,0.2", "1 --var 4 --reconstruction 10")
CONVENTIONS = {"logarithm": "natural", "divergence": "added up over the dimensions of one code, not averaged"}
LETTERS = {"R": "reconstruction's loss"}


def prepare(values: Values) -> Values:
    """The variance of each dimension and its logarithm."""
    given = [name for name in _SPREADS if values[name] is not None]
    if len(given) != 1:
        raise GivenError("give std, var or logvar: one of them", given[1] if given else "std")
    name, size = given[0], len(values["mean"])
    for one in (name, "noise"):
        if values[one] is not None and len(values[one]) != size:
            raise GivenError(f"{one}: {len(values[one])} numbers for {size} means; give as many", one)
    spread = values[name]
    if name == "logvar" and any(abs(one) > _FARTHEST for one in spread):
        raise GivenError(f"logvar: stay within -{_FARTHEST} and {_FARTHEST}", "logvar")
    if name != "logvar" and any(one <= 0 for one in spread):
        raise GivenError(f"{name}: it must be above 0: a distribution without spread diverges infinitely", name)
    variances = {"std": lambda x: Fraction(x) ** 2, "var": Fraction, "logvar": lambda x: Fraction(exp(x))}[name]
    return {**values, "spread": name, "variances": list(map(variances, spread))}


def _dimensions(env: Env) -> list[tuple[Any, Any, Any]]:
    """The mean, the variance and its logarithm of each dimension."""
    logarithms = env["logvar"] or list(map(ln, env["variances"]))
    return list(zip(env["mean"], env["variances"], logarithms, strict=True))


def _deviation(env: Env, at: int) -> Any:
    return env["std"][at] if env["std"] else sqrt(env["variances"][at])


def _shown(value: Any, *logarithms: Any) -> Any:
    """A value that is no fraction where a logarithm comes in."""
    return irrational(value) if value and any(logarithms) else rounded(Fraction(value))


def _term(mean: Any, variance: Any, logarithm: Any) -> Any:
    return (Fraction(mean) ** 2 + variance - 1 - logarithm) / 2


def work(env: Env, term: Callable[..., Any] = _term) -> Values:
    """Each dimension's term, their sum, the code and the loss; another term is a misconception."""
    every = _dimensions(env)
    terms = [term(*one) for one in every]
    logarithms = [variance - 1 for _, variance, _ in every]  # none is needed of a variance of 1
    found: Values = {"kl": _shown(sum(terms), *logarithms)}
    found["terms"] = Vector(_shown(one, log) for one, log in zip(terms, logarithms, strict=True))
    if env["noise"] is not None:
        found["code"] = _code(env, lambda mean, at: mean + _deviation(env, at) * Fraction(env["noise"][at]))
    if env["reconstruction"] is not None:
        found["loss"] = _shown(env["reconstruction"] + env["beta"] * sum(terms), *logarithms)
    return found


def _code(env: Env, of: Callable[[Any, int], Any]) -> Vector:
    return Vector(rounded(of(mean, at)) for at, mean in enumerate(env["mean"]))


def explain(env: Env, results: Results, want: str | None) -> Steps:
    """The term of each dimension and their sum; the code; the loss."""
    if env["logvar"]:
        found = Vector(_shown(one, one - 1) for one in env["variances"])
        yield step("Variances", chain("sigma^2 = exp(", env["logvar"], ")"), value=found, of=want or "kl")
    if want != "code":
        of = want or "kl"
        for at, (mean, variance, logarithm) in enumerate(_dimensions(env)[:_SHOWN], 1):
            shown = rounded(variance)
            log = factor(logarithm) if env["logvar"] else chain("ln(", shown, ")")
            filled = chain("(", factor(mean), "^2 + ", shown, " - 1 - ", log, ")/2")
            why = "It is 0 only for the mean 0 and the variance 1." if at == 1 else ""
            rule = f"KL_{at} = (mu^2 + sigma^2 - 1 - ln(sigma^2))/2"
            yield step(f"Dimension {at}", rule, filled, results["terms"][at - 1], why, of)
        if len(env["mean"]) > 1 and want != "terms":
            filled = series([factor(one) if at else one for at, one in enumerate(results["terms"])], " + ")
            yield step("Add them up", "KL = sum_j KL_j", filled, results["kl"], of=of)
    if "code" in results and want in (None, "code"):
        for at, (mean, noise) in enumerate(zip(env["mean"], env["noise"], strict=True)):
            if at < _SHOWN:
                filled = chain(mean, " + ", rounded(_deviation(env, at)), "*", factor(noise))
                why = "The noise is drawn outside, so the gradient reaches mu and sigma." if at == 0 else ""
                rule = f"z_{at + 1} = mu + sigma*epsilon"
                yield step(f"Code {at + 1}", rule, filled, results["code"][at], why, "code")
        yield step("Code", value=results["code"], of="code")
    if "loss" in results and want in (None, "loss"):
        filled = chain(env["reconstruction"], " + ", env["beta"], "*", factor(results["kl"]))
        yield step("Loss", "L = R + beta*KL", filled, results["loss"], "Minus L is the evidence lower bound.", "loss")


def count(env: Env) -> Values:
    """The cross-entropy with the standard normal distribution less the entropy, by sympy; the code as a quantile."""
    import sympy

    variances = [sympy.exp(sympy_value(one)) for one in env["logvar"] or ()]
    variances = variances or [sympy_value(one) for one in env["variances"]]
    terms = []
    for mean, variance in zip(env["mean"], variances, strict=True):
        crossed = sympy.log(2 * sympy.pi) / 2 + (variance + sympy_value(mean) ** 2) / 2
        own = sympy.log(2 * sympy.pi * sympy.E * variance) / 2
        terms.append(crossed - own)
    total = sympy.Add(*terms)
    found = {"kl": from_sympy(total), "terms": Vector(map(from_sympy, terms))}
    if env["noise"] is not None:
        means, noises = (map(sympy_value, env[name]) for name in ("mean", "noise"))
        found["code"] = Vector(map(from_sympy, map(_standing, means, noises, variances)))
    if env["reconstruction"] is not None:
        found["loss"] = from_sympy(sympy_value(env["reconstruction"]) + sympy_value(env["beta"]) * total)
    return found


def _standing(mean: Any, noise: Any, variance: Any) -> Any:
    """Where (z - mean)^2 = noise^2 variance, on the noise's side of the mean."""
    import sympy

    return mean + sympy.sign(noise) * sympy.sqrt(noise**2 * variance)


def _with_code(rule: Callable[[Any, Any, Any], Any]) -> Callable[[Env], Values]:
    """A wrong code, by the mean, the deviation and the noise."""
    return lambda env: {"code": _code(env, lambda mean, at: rule(mean, _deviation(env, at), env["noise"][at]))} \
        if env["noise"] else {}  # fmt: skip


def _with_loss(rule: Callable[[Any, Any, Any], Any]) -> Callable[[Env], Values]:
    """A wrong loss, by the reconstruction's, the divergence and its weight."""
    return lambda env: {"loss": rounded(Fraction(rule(env["reconstruction"], Fraction(env["kl"]), env["beta"])))} \
        if env["reconstruction"] is not None else {}  # fmt: skip


MISCONCEPTIONS = (
    misconception("forgot-half", "The whole is halved.",
                  wrong=lambda env: work(env, lambda *one: 2 * _term(*one))),
    misconception("forgot-one", "1 is taken off in each dimension, so that the standard normal has divergence 0.",
                  wrong=lambda env: work(env, lambda *one: _term(*one) + Fraction(1, 2))),
    misconception("forgot-logarithm", "The logarithm of the variance is taken off.",
                  wrong=lambda env: work(env, lambda mean, variance, log: _term(mean, variance, 0))),
    misconception("added-logarithm", "The logarithm of the variance is taken off, not added.",
                  wrong=lambda env: work(env, lambda mean, variance, log: _term(mean, variance, -log))),
    misconception("mean-not-squared", "The mean is squared.",
                  wrong=lambda env: work(env, lambda mean, v, log: _term(0, v, log) + Fraction(mean) / 2)),
    misconception("deviation-for-variance", "The variance sigma^2 comes in, not sigma.",
                  wrong=lambda env: work(env, lambda mean, v, log: _term(mean, sqrt(v), log / Fraction(2)))),
    misconception("averaged", "The dimensions are added up, not averaged.",
                  wrong=lambda env: {"kl": rounded(Fraction(env["kl"]) / len(env["mean"]))}),
    misconception("variance-for-deviation", "The noise is multiplied by sigma, the root of the variance.",
                  wrong=_with_code(lambda mean, std, noise: mean + Fraction(std) ** 2 * noise)),
    misconception("forgot-noise", "That is the mean; the code is drawn around it.",
                  wrong=_with_code(lambda mean, std, noise: mean)),
    misconception("unscaled-noise", "The noise is multiplied by sigma.",
                  wrong=_with_code(lambda mean, std, noise: mean + noise)),
    misconception("divergence-subtracted", "The loss adds the divergence; the bound takes it off.",
                  wrong=_with_loss(lambda R, kl, beta: R - beta * kl)),
    misconception("forgot-weight", "The divergence counts beta times.",
                  wrong=_with_loss(lambda R, kl, beta: R + kl)),
    misconception("weighted-reconstruction", "beta weighs the divergence, not the reconstruction.",
                  wrong=_with_loss(lambda R, kl, beta: beta * R + kl)),
)  # fmt: skip
