"""Gradient descent, step by step: steps of sgd, momentum, nesterov, adagrad, rmsprop or adam for a given J or gradient.

    theta <- theta - alpha dJ/dtheta

Source: Ruder, An overview of gradient descent optimization algorithms, 2016, sections 2 and 4.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import suppress
from fractions import Fraction
from typing import Any

from cnnquiz.calculators._descent_slips import MISCONCEPTIONS as MISCONCEPTIONS
from cnnquiz.errors import CnnquizError
from cnnquiz.mathematics import notation
from cnnquiz.mathematics.derivatives import slope
from cnnquiz.mathematics.descent import gradient_of, slope_expr, start_of
from cnnquiz.mathematics.descent import prepare as prepare
from cnnquiz.mathematics.expression import Expr, replace
from cnnquiz.mathematics.functions import number, parse
from cnnquiz.mathematics.optimisers import METHODS, run, unrolled
from cnnquiz.mathematics.precise import rounded
from cnnquiz.mathematics.worked_text import chain, value
from cnnquiz.solution import Drawing, Step, Vector
from cnnquiz.solver.calculator import Quantity, Result
from cnnquiz.solver.givens import Kind, choice, integer, words
from cnnquiz.solver.givens import number as exact_number
from cnnquiz.solver.lines import Env

SHOWN = 8
COUNTED = 60
EXAMPLES = (
    "'6*theta^2 - 6*theta + 6' --theta 3 --alpha 0.05",
    "'theta^2' --theta 1 --alpha 0.1 --method momentum --steps 2",
    "--gradient 2 --theta 1 --alpha 0.1",
)

QUANTITIES = (
    Quantity(
        "J",
        "loss",
        words("EXPRESSION", 1_000),
        "the function to minimise: 6*theta^2 - 6*theta + 6",
        None,
        positional=True,
    ),
    Quantity(
        "gradient", "grad", Kind("G1,G2", lambda raw: raw), "the gradient instead of J: a number for each step", None
    ),
    Quantity("theta", "parameter", exact_number(), "where it starts", 0),
    Quantity("alpha", "lr", exact_number(), "the learning rate"),
    Quantity("method", "optimizer", choice(*METHODS), "the method", "sgd"),
    Quantity("steps", "num_steps", integer(1, letters=False), "how many steps", 1),
    Quantity("gamma", "momentum", exact_number(0, 1), "momentum: the share of the last step that is kept", None),
    Quantity("rho", "decay", exact_number(0, 1), "rmsprop: the share of the old mean", None),
    Quantity("beta1", "beta1", exact_number(0, 1), "adam: the share of the old mean", None),
    Quantity("beta2", "beta2", exact_number(0, 1), "adam: the share of the old mean of squares", None),
    Quantity("epsilon", "eps", exact_number(0), "added to the root, against division by zero", 0),
)

RESULTS = (
    Result("theta", "new_theta", "theta after the last step", answer=True, label="new theta"),
    Result("thetas", "thetas", "theta after each step", label="theta after each step"),
    Result("gradients", "gradients", "the gradient that each step used", label="gradient of each step"),
    Result("derivative", "derivative", "dJ/dtheta", label="J'(theta)"),
    Result("rule", "rule", "one step of plain descent, with letters", label="one step"),
    Result("J", "J_end", "J after the last step", label="J after the last step"),
)


def work(env: Env) -> dict[str, Any]:
    """Every step, exactly or to 100 digits."""
    states = [state for state, _ in run(METHODS[env["method"]], start_of(env), gradient_of(env), env["steps"])]
    found: dict[str, Any] = {"thetas": Vector(rounded(state["theta"]) for state in states)}
    found["new_theta"] = found["thetas"][-1]
    found["gradients"] = Vector(rounded(state["g"]) for state in states)
    formula = slope_expr(env)
    if formula is not None:
        found["derivative"] = notation.math(formula).ascii
        if env["method"] == "sgd":
            found["rule"] = notation.math(replace(METHODS["sgd"].rules[0].expr, {"g": formula})).ascii
    if env["J"] is not None:
        found["J_end"] = rounded(number(env["J"], {"theta": states[-1]["theta"]}))
    return found


def explain(env: Env, results: Mapping[str, Any], want: str | None) -> Iterator[Step]:
    """The derivative, then the rules of each step with their numbers."""
    formula = slope_expr(env)
    if env["J"] is not None and formula is not None:
        left = chain("J'(theta) = d/dtheta [", notation.math(env["J"]), "]")
        yield Step("Differentiate", left, value=notation.math(formula), of="theta")
    worked = run(METHODS[env["method"]], start_of(env), gradient_of(env), min(env["steps"], SHOWN))
    for t, (state, rules) in enumerate(worked, 1):
        shown = {name: rounded(one) for name, one in state.items()}
        if METHODS[env["method"]].ahead:
            filled = notation.math(parse("theta - gamma*v", *state), {n: rounded(v) for n, v in rules[0][1].items()})
            why = "Nesterov looks ahead: the gradient is taken where the velocity leads."
            yield Step(f"Step {t}: look ahead", chain("l = theta - gamma*v"), filled, value(shown["l"]), why, "theta")
        yield _gradient_step(env, formula, t, shown)
        for rule, before in rules:
            filled = notation.math(rule.expr, {name: rounded(one) for name, one in before.items()})
            rule_math = notation.math(rule.expr, left=rule.symbol)
            after = (
                rounded(rules[rules.index((rule, before)) + 1][1][rule.symbol]) if rule is not rules[-1][0] else None
            )
            got = value(shown["theta"] if after is None else after)
            yield Step(
                f"Step {t}: {rule.title[:1].lower()}{rule.title[1:]}",
                rule_math,
                filled,
                got,
                _why(env, rule, t, state, shown),
                "theta",
            )


def _why(env: Env, rule: Any, t: int, state: Mapping[str, Any], shown: Mapping[str, Any]) -> str:
    """Why a rule is so; of a step that goes too far, that it does."""
    if rule.symbol == "theta" and env["J"] is not None:
        before, after = (rounded(number(env["J"], {"theta": at})) for at in (state["l"], shown["theta"]))
        if after > before:
            return f"J grew from {value(before).ascii} to {value(after).ascii}: the step is too long."
    return str(rule.why) if t == 1 else ""


def _gradient_step(env: Env, formula: Expr | None, t: int, shown: Mapping[str, Any]) -> Step:
    if formula is None:
        return Step(f"Step {t}: gradient", chain("g"), value=value(shown["g"]), of="theta")
    at = "l" if METHODS[env["method"]].ahead else "theta"
    filled = notation.math(formula, {"theta": shown["l"]})
    return Step(f"Step {t}: gradient", chain(f"g = J'({at})"), filled, value(shown["g"]), "", "theta")


def count(env: Env) -> dict[str, Any]:
    """The recurrences as sums over all gradients, which are found by dual numbers instead of sympy."""
    if env["steps"] > COUNTED:
        return {}
    if isinstance(env["gradient"], Vector):
        thetas = unrolled(env["method"], start_of(env), lambda at, t: env["gradient"][t - 1], env["steps"])
    elif env["J"] is None:
        thetas = unrolled(env["method"], start_of(env), gradient_of(env), env["steps"])
    else:
        try:
            thetas = unrolled(env["method"], start_of(env), lambda at, t: slope(env["J"], "theta", at), env["steps"])
        except KeyError:
            return {}
    return {"theta": rounded(thetas[-1]), "thetas": Vector(map(rounded, thetas))}


def conventions(env: Env) -> dict[str, str]:
    """What was done where sources differ."""
    method = METHODS[env["method"]]
    rules = {"method": f"{env['method']}, {method.convention}"}
    used = [f"{name} = {value(env[name]).ascii}" for name in method.takes]
    if used:
        rules["taken"] = ", ".join(used) + (
            " (frameworks add 1e-8)" if "epsilon" in method.takes and not env["epsilon"] else ""
        )
    return rules


def _view(env: Env, thetas: list[Any]) -> tuple[Any, Any]:
    """The part of the axis that is drawn, between round numbers: the steps, and the lowest place near them."""
    low, high = min(thetas), max(thetas)
    reach = max(high - low, Fraction(1, 2))
    near = [low - reach * 2 + (high - low + reach * 4) * Fraction(at, 60) for at in range(61)]
    with suppress(CnnquizError):
        lowest = min(near[1:-1], key=lambda x: number(env["J"], {"theta": x}))
        low, high = min(low, lowest), max(high, lowest)
    edge = max((high - low) / Fraction(4), Fraction(1, 10))
    grain = Fraction(10) ** (math.floor(math.log10(high - low + 2 * edge)) - 1)
    return math.floor((low - edge) / grain) * grain, math.ceil((high + edge) / grain) * grain


def drawings(env: Env, results: Mapping[str, Any]) -> Iterator[Drawing]:
    """J with the places that the steps reach."""
    if env["J"] is None:
        return
    thetas = [env["theta"], *results["thetas"]][:SHOWN]
    low, high = _view(env, thetas)
    xs = [low + (high - low) * Fraction(at, 40) for at in range(41)]
    try:
        ys = [float(number(env["J"], {"theta": x})) for x in xs]
        marks = [
            [float(x), float(number(env["J"], {"theta": x})), f"step {t}" if t else "start"]
            for t, x in enumerate(thetas)
        ]
    except (CnnquizError, OverflowError):
        return
    yield Drawing("curve", {"xs": list(map(float, xs)), "ys": ys, "marks": marks, "xlabel": "theta", "ylabel": "J"})
