"""Learning-rate schedule: the rate after some epochs of step, exponential, inverse, cosine or linear decay, or warm-up.

    alpha_t = alpha f^floor(t/n),  alpha e^(-k t),  alpha/(1 + k t)

Source: Zhang, Lipton, Li and Smola, Dive into Deep Learning, 2023, section 12.11.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from cnnquiz.errors import GivenError
from cnnquiz.mathematics.analysis import number, parse
from cnnquiz.mathematics.notation import math, step
from cnnquiz.mathematics.precise import rounded
from cnnquiz.mathematics.sympy_forms import from_sympy, symbolic, sympy_value
from cnnquiz.solution import Drawing
from cnnquiz.solver import givens
from cnnquiz.solver.calculator import Case, Env, Quantity, Result, Results, Steps, Values, misconception, where
from cnnquiz.solver.givens import choice, integer

_MOST = 1_000_000
_COUNTED = 10_000


class _Schedule(Struct, frozen=True):
    """One way in which the rate changes: its hyperparameters, its formula, and why; `drops` counts the drops so far."""

    takes: tuple[str, ...]
    formula: str
    why: str
    convention: str
    drops: str = ""


_SCHEDULES = {
    "step": _Schedule(("every", "factor"), "alpha*factor^drops", "Every drop multiplies the rate once more.",
                      "as PyTorch's StepLR", "floor(t/every)"),
    "exponential": _Schedule(("k",), "alpha*exp(-k*t)", "The rate falls by the same share in every equal time.",
                             "with base e, continuous"),
    "geometric": _Schedule(("factor",), "alpha*factor^t", "Every epoch multiplies the rate once more.",
                           "as PyTorch's ExponentialLR"),
    "inverse": _Schedule(("k",), "alpha/(1 + k*t)", "It falls fast at first, and then ever more slowly.",
                         "1/t decay"),
    "cosine": _Schedule(("T", "low"), "low + (alpha - low)*(1 + cos(pi*t/T))/2",
                        "Half a wave, from its top down to its bottom.",
                        "as PyTorch's CosineAnnealingLR, without restarts"),
    "linear": _Schedule(("T", "low"), "alpha - (alpha - low)*t/T", "The same amount is taken off in every epoch.",
                        "to the lowest rate at T, and constant from there"),
    "warmup": _Schedule(("T",), "alpha*t/T", "It begins at 0 and reaches the full rate at T.",
                        "linear, and constant from T on"),
}  # fmt: skip


def _case_of(name: str) -> Case:
    """The cases of the schedules that take this hyperparameter."""
    return where("kind", *(word for word, schedule in _SCHEDULES.items() if name in schedule.takes))


QUANTITIES = (
    Quantity("kind", "schedule", choice(*_SCHEDULES), "the schedule", positional=True),
    Quantity("alpha", "lr", givens.number(0), "the learning rate that it begins with, or warms up to"),
    Quantity("t", "epoch", integer(0, letters=False), "epochs (or steps) that have passed"),
    Quantity("every", "step_size", integer(1, letters=False), "epochs between two drops (step)", None,
             only=_case_of("every")),
    Quantity("factor", "decay_factor", givens.number(0), "what a drop multiplies the rate by (step, geometric)", None,
             only=_case_of("factor")),
    Quantity("k", "decay", givens.number(0), "how fast it decays (exponential, inverse)", None, only=_case_of("k")),
    Quantity("T", "total", integer(1, letters=False), "epochs in all (cosine, linear, warmup)", None,
             only=_case_of("T")),
    Quantity("low", "eta_min", givens.number(0), "the lowest rate (cosine, linear)", 0, only=_case_of("low")),
)  # fmt: skip
RESULTS = (
    Result("rate", "the learning rate then", answer=True),
    Result("drops", "how often it has been dropped"),
    Result("share", "the rate then over the rate at first"),
)
TOPIC = "training"
SYNONYMS = (
    "learning rate schedule", "lr schedule", "step decay: kind step", "cosine annealing: kind cosine",
    "exponential decay: kind exponential",
)  # fmt: skip
EXAMPLES = (
    "step --alpha 0.1 --t 25 --every 10 --factor 0.5",
    "exponential --alpha 0.1 --t 5 --k 0.1",
    "cosine --alpha 0.1 --t 25 --T 100",
)
CONVENTIONS = {"schedule": lambda env: _SCHEDULES[env["kind"]].convention}
LETTERS = {"alpha": "learning rate at first"}


def prepare(values: Values) -> Values:
    """Refuses a schedule without one of its hyperparameters."""
    for name in _SCHEDULES[values["kind"]].takes:
        if values[name] is None:
            raise GivenError(f"{name} is missing: {values['kind']} needs {_meaning(name)}", name)
    if values["t"] > _MOST:
        raise GivenError(f"t: {values['t']} is more than the {_MOST:,} that are worked", "t")
    if values["kind"] == "cosine" and values["t"] > values["T"]:
        raise GivenError(f"t: the cosine ends at T = {values['T']}; what comes behind depends on the program", "t")
    if values["low"] > values["alpha"]:
        raise GivenError("low: the lowest rate is above the first one", "low")
    env = {**values, "T": values["T"] if "T" in _SCHEDULES[values["kind"]].takes else None}
    return _at(env, values["t"])


def _at(env: Env, t: Any) -> Values:
    """The same schedule after t epochs; from T on a linear one stays where it is."""
    return {**env, "t": min(t, env["T"]) if env["kind"] in ("linear", "warmup") else t}


def _meaning(name: str) -> str:
    return next(one.meaning.partition(" (")[0] for one in QUANTITIES if one.short == name)


def work(env: Env, schedule: _Schedule | None = None) -> Values:
    """The rate by the schedule's formula, or by another one: a misconception."""
    schedule = schedule or _SCHEDULES[env["kind"]]
    found: Values = {}
    if schedule.drops:
        found["drops"] = number(parse(schedule.drops, *env), env)
    rate = number(parse(schedule.formula, *env, "drops"), {**env, **found})
    found["rate"] = rounded(rate)
    if env["alpha"]:
        found["share"] = rounded(Fraction(rate) / env["alpha"])
    return found


def explain(env: Env, results: Results, want: str | None) -> Steps:
    """The drops, where there are any, and the rate."""
    schedule, known = _SCHEDULES[env["kind"]], {**env, **results}
    if schedule.drops:
        expr = parse(schedule.drops, *env)
        why = "Only whole intervals count: until the next one ends, the rate stays."
        yield step("Drops so far", math(expr, left="drops"), math(expr, known), results["drops"], why, "rate")
    if want in (None, "rate", "share"):
        expr = parse(schedule.formula, *known)
        yield step("Rate", math(expr, left="rate"), math(expr, known), results["rate"], schedule.why, "rate")
    if want == "share":
        yield step("Share", "rate/alpha", f"{results['rate']}/{env['alpha']}", results["share"], of="share")


def count(env: Env) -> Values:
    """The epochs walked one by one; what is no fraction by sympy. Walked are up to 10,000 epochs."""
    found: Values = {}
    if env["kind"] in ("exponential", "cosine"):
        expr = parse(_SCHEDULES[env["kind"]].formula, *env)
        exactly = symbolic(expr, {name: sympy_value(env[name]) for name in ("alpha", "k", "t", "T", "low")
                                  if env[name] is not None})  # fmt: skip
        found = {"rate": from_sympy(exactly)}
        return found | ({"share": from_sympy(exactly / sympy_value(env["alpha"]))} if env["alpha"] else {})
    if env["t"] > _COUNTED:
        return {}
    drops, rate = 0, Fraction(env["alpha"])
    for drops, rate in _walk(env):  # noqa: B007
        pass
    found["rate"] = rounded(rate)
    if env["kind"] == "step":
        found["drops"] = drops
    if env["alpha"]:
        found["share"] = rounded(rate / env["alpha"])
    return found


def _walk(env: Env) -> Iterator[tuple[int, Fraction]]:
    """The drops and the rate after each epoch."""
    alpha, drops = Fraction(env["alpha"]), 0
    rate = Fraction(0) if env["kind"] == "warmup" else alpha
    yield drops, rate
    for epoch in range(1, env["t"] + 1):
        match env["kind"]:
            case "step":
                if epoch % env["every"] == 0:
                    drops, rate = drops + 1, rate * env["factor"]
            case "geometric":
                rate *= env["factor"]
            case "inverse":
                rate = alpha if not rate else 1 / (1 / rate + env["k"] / alpha)
            case "linear":
                rate -= (alpha - env["low"]) / env["T"]
            case "warmup":
                rate += alpha / env["T"]
        yield drops, rate


def _by(kind: str, drops: str = "", formula: str = "") -> Any:
    """What a schedule with other formulas gives."""

    def wrong(env: Env) -> Values:
        right = _SCHEDULES[env["kind"]]
        if kind != env["kind"]:
            return {}
        return work(env, replace(right, drops=drops or right.drops, formula=formula or right.formula))

    return wrong


MISCONCEPTIONS = (
    misconception("rounded-up", "The next drop comes only when its epochs have passed: round down.",
                  wrong=_by("step", drops="ceil(t/every)")),
    misconception("not-rounded", "The rate falls in steps and stays between them: only whole intervals count.",
                  wrong=_by("step", drops="t/every")),
    misconception("dropped-once", "Every interval that has passed drops the rate once more.",
                  wrong=_by("step", formula="alpha*factor")),
    misconception("dropped-every-epoch", "The rate is dropped after every interval, not after every epoch.",
                  wrong=_by("step", drops="t")),
    misconception("added-drops", "A drop multiplies the rate; drops are not added up.",
                  wrong=_by("step", formula="alpha*factor*drops")),
    misconception("share-taken-off", "e^(-k t) is not (1 - k)^t: the decay is continuous.",
                  wrong=_by("exponential", formula="alpha*(1 - k)^t")),
    misconception("inverse-for-exponential", "That is 1/t decay; the exponential one is e^(-k t).",
                  wrong=_by("exponential", formula="alpha/(1 + k*t)")),
    misconception("linear-for-exponential", "The rate falls by a share, not by a fixed amount.",
                  wrong=_by("exponential", formula="alpha*(1 - k*t)")),
    misconception("exponential-for-inverse", "That is exponential decay; here the rate is divided by 1 + k t.",
                  wrong=_by("inverse", formula="alpha*exp(-k*t)")),
    misconception("forgot-one", "The denominator is 1 + k t, so that the rate begins at alpha.",
                  wrong=_by("inverse", formula="alpha/(k*t)")),
    misconception("one-epoch-only", "Every epoch multiplies the rate once more: take the power.",
                  wrong=_by("geometric", formula="alpha*factor")),
    misconception("times-epochs", "The factors are multiplied with one another, not added up.",
                  wrong=_by("geometric", formula="alpha*factor*t")),
    misconception("linear-for-cosine", "That is linear decay; the cosine is slow at both ends.",
                  wrong=_by("cosine", formula="alpha - (alpha - low)*t/T")),
    misconception("forgot-half", "The cosine runs from 1 to -1: its half, moved up, runs from 1 to 0.",
                  wrong=_by("cosine", formula="low + (alpha - low)*(1 + cos(pi*t/T))")),
    misconception("no-warm-up", "Until the warm-up ends, the rate is only a share of the full one.",
                  wrong=_by("warmup", formula="alpha")),
    misconception("what-is-left", "That is what has been taken off, or is still missing.",
                  wrong=lambda env: {"rate": rounded(env["alpha"] - Fraction(env["rate"]))}
                  if env["kind"] in ("linear", "warmup") else {}),
)  # fmt: skip


def drawings(env: Env, results: Results) -> Iterator[Drawing]:
    """The rate over the epochs, and where one stands."""
    last = max(env["t"] * 2, env["T"] or 0, 1)
    if env["kind"] == "cosine":
        last = env["T"]
    xs = [Fraction(last * at, 60) for at in range(61)]
    ys = [float(work(_at(env, x))["rate"]) for x in xs]
    marks = [[float(env["t"]), float(results["rate"]), "now"]]
    yield Drawing("curve", {"xs": list(map(float, xs)), "ys": ys, "marks": marks, "xlabel": "epoch", "ylabel": "rate"})
