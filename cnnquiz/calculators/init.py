"""Initialisation: variance, standard deviation and bound of weights by Xavier, He or LeCun.

    Xavier: 2/(fan_in + fan_out),  He: 2/fan_in,  LeCun: 1/fan_in,  uniform within sqrt(3 variance)

Source: Glorot and Bengio, 2010; He, Zhang, Ren and Sun, Delving deep into rectifiers, 2015.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from cnnquiz.errors import GivenError
from cnnquiz.layers.counts import tally
from cnnquiz.mathematics.notation import chain, step
from cnnquiz.mathematics.precise import exact, rounded, sqrt
from cnnquiz.mathematics.sympy_forms import from_sympy, sympy_value
from cnnquiz.solver.calculator import Env, Quantity, Result, Results, Steps, Values, misconception, where
from cnnquiz.solver.givens import choice, integer, number

_MOST = 10**9
_OTHERS = {"glorot": "xavier", "kaiming": "he"}
QUANTITIES = (
    Quantity("scheme", "scheme", choice("xavier", "he", "lecun", also=_OTHERS),
             "xavier (Glorot), he (Kaiming) or lecun", positional=True),
    Quantity("fan_in", "in_features", integer(1, letters=False), "inputs of each unit of a dense layer", None),
    Quantity("fan_out", "out_features", integer(1, letters=False), "units of a dense layer", None),
    Quantity("k", "kernel_size", integer(1, letters=False), "or of a convolution: the kernel size", None),
    Quantity("channels", "in_channels", integer(1, letters=False), "its input channels", None, only=where("k")),
    Quantity("filters", "out_channels", integer(1, letters=False), "its filters", None, only=where("k")),
    Quantity("mode", "mode", choice("fan-in", "fan-out"), "he: which fan keeps its variance", "fan-in",
             only=where("scheme", "he")),
    Quantity("slope", "negative_slope", number(0), "he: the slope below zero of a leaky ReLU", 0,
             only=where("scheme", "he")),
)  # fmt: skip
RESULTS = (
    Result("variance", "the variance of the weights", answer=True),
    Result("std", "their standard deviation, for a normal distribution", answer=True, label="standard deviation"),
    Result("bound", "the bound of a uniform distribution: from minus it to it", answer=True),
    Result("fan_in", "numbers that each output is made of", label="fan in", symbol="inputs"),
    Result("fan_out", "numbers that each input goes to", label="fan out", symbol="outputs"),
)
TOPIC = "training"
SYNONYMS = ("initialization", "initialisation", "glorot: scheme xavier", "kaiming: scheme he")
SHORTHAND = ("scheme fan_in fan_out",)
EXAMPLES = ("xavier --fan_in 300 --fan_out 100", "he --k 3 --channels 64 --filters 128", "lecun --fan_in 784")
CONVENTIONS = {
    "he": lambda env: f"for ReLU, by {env['mode'].replace('-', ' ')}" if env["scheme"] == "he" and not env["slope"]
    else f"for a leaky ReLU, by {env['mode'].replace('-', ' ')}" if env["scheme"] == "he" else "",
    "fans": lambda env: "the kernel's places times channels, or filters" if env["k"] else "",
}


def prepare(values: Values) -> Values:
    """Both fans, as far as they are known; refuses a scheme without the fan that it needs."""
    stated = [name for name in ("fan_in", "fan_out") if values[name] is not None]
    if bool(stated) == (values["k"] is not None):
        raise GivenError("give fan_in and fan_out, or the kernel size k with channels and filters", "fan_in")
    env = {**values, "inputs": values["fan_in"], "outputs": values["fan_out"]}
    if values["scheme"] != "he":
        env |= {"mode": "fan-in", "slope": 0}
    if values["k"] is not None:
        for name, fan in (("channels", "inputs"), ("filters", "outputs")):
            env[fan] = None if values[name] is None else values["k"] ** 2 * values[name]
    if any((env[fan] or 0) > _MOST for fan in ("inputs", "outputs")):
        raise GivenError(f"a fan is beyond the {_MOST:,} that are worked", "fan_in")
    for fan in _needed(env):
        if env[fan] is None:
            name = {"inputs": ("fan_in", "channels"), "outputs": ("fan_out", "filters")}[fan][values["k"] is not None]
            raise GivenError(f"{name} is missing: {values['scheme']} needs it", name)
    return env


def _needed(env: Env) -> tuple[str, ...]:
    """The fans that the scheme reads."""
    if env["scheme"] == "xavier":
        return ("inputs", "outputs")
    return ("outputs",) if env["scheme"] == "he" and env["mode"] == "fan-out" else ("inputs",)


def _variance(env: Env, scheme: str) -> Any:
    fans = sum(env[fan] for fan in _needed({**env, "scheme": scheme}))
    if scheme == "he":
        return exact(2 / (fans * (1 + Fraction(env["slope"]) ** 2)))
    return exact(Fraction(2 if scheme == "xavier" else 1, fans))


def _of_variance(variance: Any) -> Values:
    return {"variance": variance, "std": rounded(sqrt(variance)), "bound": rounded(sqrt(3 * Fraction(variance)))}


def work(env: Env) -> Values:
    """The variance of the scheme, and what follows from it."""
    return _of_variance(_variance(env, env["scheme"]))


_REASONS = {
    "xavier": "The mean of both fans is a compromise between keeping the variance forwards and backwards.",
    "he": "ReLU sets half of the values to zero, so twice the variance keeps it the same.",
    "lecun": "A sum of so many terms has so many times the variance of one.",
}


def explain(env: Env, results: Results, want: str | None) -> Steps:
    """The fans of a convolution, the variance, its root, the bound."""
    needed = _needed(env)
    if env["k"] is not None:
        for fan, word, name in (("inputs", "in", "channels"), ("outputs", "out", "filters")):
            if fan in needed or want == f"fan_{word}":
                k, many = env["k"], env[name]
                rule, why = f"fan_{word} = k*k*{name}", "Every weight of a kernel counts."
                yield step(f"Fan {word}", rule, f"{k}*{k}*{many}", env[fan], why, f"fan_{word}")
    if want in ("fan_in", "fan_out"):
        if env["k"] is None:
            yield step("Fan", value=results[want], of=want)
        return
    fans = [env[fan] for fan in needed]
    if env["scheme"] == "xavier":
        rule, filled = "v = 2/(fan_in + fan_out)", chain("2/(", fans[0], " + ", fans[1], ")")
    elif env["scheme"] == "lecun":
        rule, filled = "v = 1/fan_in", chain("1/", fans[0])
    else:
        fan, leak = env["mode"].replace("-", "_"), env["slope"]
        rule = f"v = 2/{fan}" if not leak else f"v = 2/((1 + a^2)*{fan})"
        filled = chain("2/", fans[0]) if not leak else chain("2/((1 + ", leak, "^2)*", fans[0], ")")
    yield step("Variance", rule, filled, results["variance"], _REASONS[env["scheme"]], "variance")
    variance = results["variance"]
    if want in (None, "std"):
        yield step("Standard deviation", "sqrt(v)", chain("sqrt(", variance, ")"), results["std"], of="std")
    if want in (None, "bound"):
        why = "Uniform numbers within a bound b have the variance b^2/3."
        yield step("Bound", "sqrt(3*v)", chain("sqrt(3*", variance, ")"), results["bound"], why, "bound")


def count(env: Env) -> Values:
    """The variance that the sum of so many products keeps, and the bound whose uniform numbers have it, by sympy."""
    import sympy

    found: Values = {}
    for fan, own, name in (("inputs", "fan_in", "channels"), ("outputs", "fan_out", "filters")):
        if env[fan] is not None:
            found[own] = env[own] or tally(1, env["k"], env["k"], env[name])
    v, b, t = sympy.symbols("v b t", positive=True)
    fans = [found[{"inputs": "fan_in", "outputs": "fan_out"}[fan]] for fan in _needed(env)]
    passed = sympy.Rational(1)  # of the variance, by the activation
    if env["scheme"] == "he":  # the mean square of a leaky ReLU of a symmetric number: half of each side
        passed = (1 + sympy_value(env["slope"]) ** 2) / 2
    (variance,) = sympy.solve(sympy.Rational(sum(fans), len(fans)) * v * passed - 1, v)
    (bound,) = sympy.solve(sympy.integrate(t**2 / (2 * b), (t, -b, b)) - variance, b)
    return {**found, "variance": from_sympy(variance), "std": from_sympy(sympy.sqrt(variance)),
            "bound": from_sympy(bound)}  # fmt: skip


def _another(env: Env, scheme: str) -> Values:
    """By another scheme, where its fans are known."""
    known = all(env[fan] is not None for fan in _needed({**env, "scheme": scheme}))
    return _of_variance(_variance(env, scheme)) if known else {}


def _one_place(env: Env) -> Values:
    """Without the kernel's places."""
    if env["k"] is None:
        return {}
    other = {**env, "inputs": env["channels"], "outputs": env["filters"]}
    return {"fan_in": env["channels"], "fan_out": env["filters"]} | work(other)


MISCONCEPTIONS = (
    misconception("xavier-for-he", "He looks at one fan, and takes twice the variance for ReLU.",
                  where={"scheme": ("he",)}, wrong=lambda env: _another(env, "xavier")),
    misconception("lecun-for-he", "ReLU halves the mean square: He's variance is 2/fan.",
                  where={"scheme": ("he",)}, wrong=lambda env: _another(env, "lecun")),
    misconception("he-for-xavier", "Xavier takes both fans: 2/(fan_in + fan_out).",
                  where={"scheme": ("xavier",)}, wrong=lambda env: _another(env, "he")),
    misconception("he-for-lecun", "LeCun's variance is 1/fan_in.",
                  where={"scheme": ("lecun",)}, wrong=lambda env: _another(env, "he")),
    misconception("one-over-sum", "Xavier divides by the mean of both fans: 2/(fan_in + fan_out).",
                  where={"scheme": ("xavier",)},
                  wrong=lambda env: _of_variance(exact(Fraction(env["variance"]) / 2))),
    misconception("kernel-places-forgotten", "Each output is made of all places of the kernel, on every channel.",
                  wrong=_one_place),
    misconception("std-for-bound", "A uniform distribution reaches sqrt(3) times as far as its standard deviation.",
                  bound=lambda env: env["std"]),
    misconception("variance-for-std", "The standard deviation is the root of the variance.",
                  std=lambda env: env["variance"]),
)  # fmt: skip
