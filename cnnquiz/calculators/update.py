"""Gradient descent, step by step: steps of sgd, momentum, nesterov, adagrad, rmsprop or adam for a given J or gradient.

    theta <- theta - alpha dJ/dtheta

Source: Ruder, An overview of gradient descent optimization algorithms, 2016, sections 2 and 4.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from itertools import islice
from math import ceil, floor, log10
from typing import Any

from cnnquiz.errors import CnnquizError, GivenError
from cnnquiz.mathematics.analysis import derivative_by_rules, number, parse, slope
from cnnquiz.mathematics.expression import Expr, Name, Num, names_in, replace, walk
from cnnquiz.mathematics.notation import ascii_text, chain, factor, math, step, value_math
from cnnquiz.mathematics.optimisers import METHODS, NAMES, Gradient, Method, run, thetas_by_sums, with_formulas
from cnnquiz.mathematics.precise import limit_digits, rounded
from cnnquiz.mathematics.sympy_forms import derivative, from_sympy, symbolic, sympy_value
from cnnquiz.solution import Drawing, Vector
from cnnquiz.solver import givens
from cnnquiz.solver.calculator import (
    Case,
    Drawings,
    Env,
    Quantity,
    Result,
    Results,
    Steps,
    Values,
    misconception,
    where,
)
from cnnquiz.solver.givens import Kind, choice, integer, numbers, words

_SHOWN = 8
_COUNTED = 60
_MOST_STEPS = 10_000
_MOST_WORK = 100_000  # steps times the operations of J
_DECAYED = ("sgd", "momentum")  # methods that weight decay is worked for
_VARIABLES = ("theta", "t", "x", "w")
_USUAL = {"gamma": Fraction(9, 10), "rho": Fraction(9, 10), "beta1": Fraction(9, 10), "beta2": Fraction(999, 1000)}
EXAMPLES = (
    "'6*theta^2 - 6*theta + 6' --theta 3 --alpha 0.05",
    "'theta^2' --theta 1 --alpha 0.1 --method momentum --steps 2",
    "--gradient 2 --theta 1 --alpha 0.1",
)
CONVENTIONS = {
    "method": lambda env: f"{env['method']}, {METHODS[env['method']].convention}",
    "taken": lambda env: _hyperparameters(env, METHODS[env["method"]]),
    "weight decay": lambda env: "wd*theta is added to the gradient (PyTorch)" if env["wd"] else "",
}


def _case_of(name: str) -> Case:
    """The cases of the methods that take this hyperparameter."""
    return where("method", *(word for word, method in METHODS.items() if name in method.takes))


QUANTITIES = (
    Quantity("J", "loss", words("EXPRESSION", 1_000), "the function to minimise: 6*theta^2 - 6*theta + 6", None,
             positional=True),
    Quantity("gradient", "grad", Kind("G1,G2", lambda raw: raw), "the gradient instead of J: a number for each step",
             None),
    Quantity("theta", "parameter", givens.number(), "where it starts", 0),
    Quantity("alpha", "lr", givens.number(0), "the learning rate"),
    Quantity("method", "optimizer", choice(*METHODS), "the method", "sgd"),
    Quantity("steps", "num_steps", integer(1, letters=False), "how many steps", 1),
    Quantity("wd", "weight_decay", givens.number(0), "weight decay: that many times theta is added to the gradient", 0,
             only=where("method", *_DECAYED)),
    Quantity("gamma", "momentum", givens.number(0, 1), "momentum: the share of the last step that is kept", None,
             only=_case_of("gamma")),
    Quantity("rho", "decay", givens.number(0, 1), "rmsprop: the share of the old mean", None, only=_case_of("rho")),
    Quantity("beta1", "beta1", givens.number(0, 1), "adam: the share of the old mean", None, only=_case_of("beta1")),
    Quantity("beta2", "beta2", givens.number(0, 1), "adam: the share of the old mean of squares", None,
             only=_case_of("beta2")),
    Quantity("epsilon", "eps", givens.number(0), "added to the root, against division by zero", 0,
             only=_case_of("epsilon")),
)  # fmt: skip
RESULTS = (
    Result("theta", "theta after the last step", answer=True, label="new theta", symbol="new_theta"),
    Result("thetas", "theta after each step", label="theta after each step"),
    Result("gradients", "the gradient that each step used", label="gradient of each step"),
    Result("derivative", "dJ/dtheta", label="J'(theta)"),
    Result("rule", "one step of plain descent, with letters", label="one step"),
    Result("J", "J after the last step", label="J after the last step", symbol="J_end"),
)


def prepare(values: Values) -> Values:
    """Reads J or the gradients; takes the usual hyperparameters where none are given."""
    env = values | {name: usual for name, usual in _USUAL.items() if values[name] is None}
    env["wd"] = env["wd"] if env["method"] in _DECAYED else 0
    if env["steps"] > _MOST_STEPS:
        raise GivenError(f"steps: {env['steps']} are more than the {_MOST_STEPS:,} that are worked", "steps")
    if (env["J"] is None) == (env["gradient"] is None):
        raise GivenError("give J, as in 6*theta^2 - 6*theta + 6, or the gradient (and not both)", "J")
    if env["method"] == "adam" and 1 in (env["beta1"], env["beta2"]):
        raise GivenError("beta1 and beta2 must be below 1: nothing of the gradient would be left", "beta1")
    if env["J"] is None:
        return env | {"gradient": _read_gradient(env["gradient"], env["steps"])}
    env["J"] = _in_theta(env["J"], "J")
    if len(walk(env["J"])) * env["steps"] > _MOST_WORK:
        raise GivenError("steps: too many for so long a J; take fewer", "steps")
    return env


def _in_theta(text: Any, name: str) -> Expr:
    """The expression with its one variable called theta."""
    found = parse(text, *_VARIABLES)
    used = sorted(names_in(found))
    if len(used) > 1:
        raise GivenError(f"{name}: {' and '.join(used)} both occur; write it in theta alone", name)
    return replace(found, {one: Name("theta") for one in used})


def _read_gradient(raw: Any, steps: int) -> Any:
    """A number for each step, or an expression in theta."""
    try:
        found: tuple[Any, ...] = numbers(_MOST_STEPS).read(raw if isinstance(raw, list | tuple | str) else [raw])
    except GivenError:
        return _in_theta(raw, "gradient")
    if len(found) != steps:
        raise GivenError(f"gradient: {len(found)} for {steps} steps; give one for each step, or J", "gradient")
    return found


def _slope_formula(env: Env) -> Expr | None:
    """The derivative of J, or the gradient, as a formula in theta; None where it is given step by step."""
    if env["J"] is not None:
        return derivative(env["J"], "theta")
    return None if isinstance(env["gradient"], Vector) else env["gradient"]


def _gradient(env: Env) -> Gradient:
    """The gradient at a place in a step, by sympy's derivative of J, without the weight decay."""
    formula = _slope_formula(env)
    if formula is None:
        return lambda at, t: env["gradient"][t - 1]
    return lambda at, t: number(formula, {"theta": at})


def _with_decay(env: Env, gradient: Gradient) -> Gradient:
    """The gradient with the weight decay."""
    return lambda at, t: limit_digits(gradient(at, t) + env["wd"] * at) if env["wd"] else gradient(at, t)


def _states(env: Env, method: Method | None = None, gradient: Gradient | None = None, **other: Any) -> Iterator[Any]:
    """Each step's state and rules; of another method, by another gradient or with other hyperparameters."""
    asked = {**env, **other}
    decayed = _with_decay(asked, gradient or _gradient(env))
    return run(method or METHODS[env["method"]], asked, decayed, env["steps"])


def _hyperparameters(env: Env, method: Method) -> str:
    """What the method takes besides alpha, in words."""
    added = " (frameworks add 1e-8)" if "epsilon" in method.takes and not env["epsilon"] else ""
    return ", ".join(f"{name} = {value_math(env[name]).ascii}" for name in method.takes) + added


def _J(env: Env, theta: Any) -> Any:
    return number(env["J"], {"theta": theta})


def work(env: Env) -> Values:
    """Every step, exactly or to 100 digits."""
    states = [state for state, _ in _states(env)]
    found: Values = {"thetas": Vector(rounded(state["theta"]) for state in states)}
    found["new_theta"] = found["thetas"][-1]
    found["gradients"] = Vector(rounded(state["g"]) for state in states)
    formula = _slope_formula(env)
    if formula is not None:
        found["derivative"] = ascii_text(formula)
        if env["method"] == "sgd":
            whole = parse("g + wd*theta", "g", "wd", "theta") if env["wd"] else Name("g")
            whole = replace(whole, {"g": formula, "wd": Num(env["wd"])})
            found["rule"] = ascii_text(replace(METHODS["sgd"].rules[0].expr, {"g": whole}))
    if env["J"] is not None:
        found["J_end"] = rounded(_J(env, states[-1]["theta"]))
    return found


def explain(env: Env, results: Results, want: str | None) -> Steps:
    """The derivative, then the rules of each step with their numbers."""
    formula, method = _slope_formula(env), METHODS[env["method"]]
    if env["J"] is not None and formula is not None:
        left = chain("J'(theta) = d/dtheta [", math(env["J"]), "]")
        yield step("Differentiate", left, value=math(formula), of="theta")
    place = "l" if method.ahead else "theta"
    for t, (state, rules) in enumerate(islice(_states(env), _SHOWN), 1):
        if method.ahead:
            filled = _with_numbers(parse("theta - gamma*v", *state), rules[0][1])
            why = "Nesterov looks ahead: the gradient is taken where the velocity leads."
            yield step(f"Step {t}: look ahead", "l = theta - gamma*v", filled, rounded(state["l"]), why, "theta")
        gradient = rounded(state["g"])
        if formula is None:
            given = env["gradient"][t - 1]
            yield step(f"Step {t}: gradient", "g", value=given, of="theta")
        else:
            filled, given = math(formula, {"theta": rounded(state["l"])}), rounded(_gradient(env)(state["l"], t))
            yield step(f"Step {t}: gradient", f"g = J'({place})", filled, given, "", "theta")
        if env["wd"]:
            filled = chain(given, " + ", env["wd"], "*", factor(rounded(state["l"])))
            why = "Weight decay adds to the gradient, so every step also shrinks theta." if t == 1 else ""
            yield step(f"Step {t}: weight decay", "g + wd*theta", filled, gradient, why, "theta")
        for rule, before, after in rules:
            title = f"Step {t}: {rule.title[:1].lower()}{rule.title[1:]}"
            why = _overshoot(env, state) if rule.symbol == "theta" else ""
            why = why or (rule.why if t == 1 else "")
            left, filled = math(rule.expr, left=rule.symbol), _with_numbers(rule.expr, before)
            yield step(title, left, filled, rounded(after), why, "theta")


def _with_numbers(formula: Expr, state: Results) -> Any:
    return math(formula, {name: rounded(one) for name, one in state.items()})


def _overshoot(env: Env, state: Results) -> str:
    """A sentence that the step is too long, where J grew in it."""
    if env["J"] is None:
        return ""
    before, after = (rounded(_J(env, at)) for at in (state["l"], rounded(state["theta"])))
    if after <= before:
        return ""
    return f"J grew from {value_math(before).ascii} to {value_math(after).ascii}: the step is too long."


def count(env: Env) -> Values:
    """The recurrences as sums over all gradients, which are found by dual numbers instead of sympy; J by sympy.

    Counted are up to 60 steps.
    """
    J, gradient = env["J"], env["gradient"]
    found: Values = {}
    with suppress(KeyError):
        formula = gradient if J is None else derivative_by_rules(J, "theta")
        if not isinstance(formula, Vector):
            found["derivative"] = ascii_text(formula)
            parts = {"g": formula, "wd": Num(env["wd"])}
            if env["method"] == "sgd":
                found["rule"] = ascii_text(replace(parse("(1 - alpha*wd)*theta - alpha*g", *NAMES, "wd"), parts))
    if env["steps"] > _COUNTED:
        return found
    with suppress(KeyError):
        slopes = _gradient(env) if J is None else lambda at, t: slope(J, "theta", at)
        thetas, used = thetas_by_sums(env["method"], env, _with_decay(env, slopes), env["steps"])
        found |= {"theta": rounded(thetas[-1]), "thetas": Vector(map(rounded, thetas))}
        found["gradients"] = Vector(map(rounded, used))
        if J is not None:
            found["J"] = lambda: from_sympy(symbolic(J, {"theta": sympy_value(thetas[-1])}))
    return found


def _thetas(env: Env, **other: Any) -> Values:
    thetas = Vector(rounded(state["theta"]) for state, _ in _states(env, **other))
    return {"theta": thetas[-1], "thetas": thetas}


def _with_last_rule(env: Env, old: str, new: str) -> Method:
    """The method with part of its last rule replaced."""
    method = METHODS[env["method"]]
    return with_formulas(method, theta=method.rules[-1].formula.replace(old, new, 1))


_ADAPTIVE = ("adagrad", "rmsprop", "adam")
MISCONCEPTIONS = (
    misconception("ascended", "Descend: subtract the gradient.",
                  wrong=lambda env: _thetas(env, method=_with_last_rule(env, "theta - ", "theta + "))),
    misconception("forgot-learning-rate", "The step is the gradient times the learning rate.",
                  wrong=lambda env: _thetas(env, alpha=1)),
    misconception("forgot-weight-decay", "The weight decay times theta belongs to the gradient.",
                  wrong=lambda env: _thetas(env, wd=0)),
    misconception("J-for-derivative", "The step follows the slope of J, not its value.",
                  where={"gradient": (None,)}, wrong=lambda env: _thetas(env, gradient=lambda at, t: _J(env, at))),
    misconception("plain", "That is plain gradient descent: the method's memory is missing.",
                  where={"method": ("momentum", "nesterov", *_ADAPTIVE)},
                  wrong=lambda env: _thetas(env, method=METHODS["sgd"])),
    misconception("averaged-form", "Here v = gamma v + alpha g; the averaged form weighs g by 1 - gamma.",
                  where={"method": ("momentum",)},
                  wrong=lambda env: _thetas(env, method=with_formulas(
                      METHODS["momentum"], v="gamma*v + (1 - gamma)*g", theta="theta - alpha*v"))),
    misconception("no-look-ahead", "Nesterov takes the gradient at theta - gamma v.",
                  where={"method": ("nesterov",)}, wrong=lambda env: _thetas(env, method=METHODS["momentum"])),
    misconception("forgot-root", "Divide by the square root of the squared gradients.",
                  where={"method": _ADAPTIVE}, wrong=lambda env: _thetas(env, method=_with_last_rule(env, "sqrt", ""))),
    misconception("never-forgot", "RMSProp averages the squares; AdaGrad adds them up.",
                  where={"method": ("rmsprop",)}, wrong=lambda env: _thetas(env, method=METHODS["adagrad"])),
    misconception("averaged-squares", "AdaGrad adds the squares up; RMSProp averages them.",
                  where={"method": ("adagrad",)},
                  wrong=lambda env: _thetas(env, method=METHODS["rmsprop"], rho=_USUAL["rho"])),
    misconception("forgot-bias-correction", "Divide both means by 1 - beta^t: they start at 0.",
                  where={"method": ("adam",)},
                  wrong=lambda env: _thetas(env, method=with_formulas(METHODS["adam"], mhat="m", shat="s"))),
)  # fmt: skip


def drawings(env: Env, results: Results) -> Drawings:
    """J with the places that the steps reach."""
    if env["J"] is None:
        return
    thetas = [env["theta"], *results["thetas"]][:_SHOWN]
    low, high = _view(env, thetas)
    xs = [low + (high - low) * Fraction(at, 40) for at in range(41)]
    with suppress(CnnquizError, OverflowError):
        ys = [float(_J(env, x)) for x in xs]
        names = ["start", *(f"step {t}" for t in range(1, len(thetas)))]
        marks = [[float(x), float(_J(env, x)), name] for name, x in zip(names, thetas, strict=True)]
        yield Drawing("curve", {"xs": list(map(float, xs)), "ys": ys, "marks": marks, "xlabel": "theta", "ylabel": "J"})


def _view(env: Env, thetas: list[Any]) -> tuple[Any, Any]:
    """The part of the axis that is drawn, between round numbers: the steps, and the lowest place near them."""
    low, high = min(thetas), max(thetas)
    reach = max(high - low, Fraction(1, 2))
    near = [low - reach * 2 + (high - low + reach * 4) * Fraction(at, 60) for at in range(61)]
    with suppress(CnnquizError):
        lowest = min(near[1:-1], key=lambda x: _J(env, x))
        low, high = min(low, lowest), max(high, lowest)
    edge = max((high - low) / Fraction(4), Fraction(1, 10))
    grain = Fraction(10) ** (floor(log10(high - low + 2 * edge)) - 1)
    return floor((low - edge) / grain) * grain, ceil((high + edge) / grain) * grain
