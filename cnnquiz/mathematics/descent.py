"""The givens of `update`, read: J or the gradients, in one variable, and where the steps start."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from cnnquiz.errors import GivenError
from cnnquiz.mathematics.expression import Expr, Name, names_in, replace, walk
from cnnquiz.mathematics.functions import derivative, number, parse
from cnnquiz.mathematics.optimisers import State
from cnnquiz.solution import Vector
from cnnquiz.solver.givens import numbers
from cnnquiz.solver.lines import Env

MOST_STEPS = 10_000
MOST_WORK = 100_000  # steps times the operations of J
VARIABLES = ("theta", "t", "x", "w")
HYPER = {"gamma": Fraction(9, 10), "rho": Fraction(9, 10), "beta1": Fraction(9, 10), "beta2": Fraction(999, 1000)}


def prepare(values: dict[str, Any]) -> dict[str, Any]:
    """J or the gradients, read; the usual hyperparameters where none are given."""
    env = dict(values)
    for name, usual in HYPER.items():
        env[name] = usual if env[name] is None else env[name]
    if env["steps"] > MOST_STEPS:
        raise GivenError(f"steps: {env['steps']} are more than the {MOST_STEPS:,} that are worked", "steps")
    if (env["J"] is None) == (env["gradient"] is None):
        raise GivenError("give J, as in 6*theta^2 - 6*theta + 6, or the gradient (and not both)", "J")
    if env["beta1"] == 1 or env["beta2"] == 1:
        raise GivenError("beta1 and beta2 must be below 1: nothing of the gradient would be left", "beta1")
    if env["J"] is not None:
        env["J"] = _in_theta(env["J"], "J")
        if len(walk(env["J"])) * env["steps"] > MOST_WORK:
            raise GivenError("steps: too many for so long a J; take fewer", "steps")
    else:
        _read_gradient(env)
    return env


def _in_theta(text: Any, name: str) -> Expr:
    """The expression with its one variable called theta."""
    found = parse(text, *VARIABLES)
    used = sorted(names_in(found))
    if len(used) > 1:
        raise GivenError(f"{name}: {' and '.join(used)} both occur; write it in theta alone", name)
    return replace(found, {one: Name("theta") for one in used})


def _read_gradient(env: dict[str, Any]) -> None:
    raw = env["gradient"]
    try:
        env["gradient"] = numbers(MOST_STEPS).read(raw if isinstance(raw, list | tuple | str) else [raw])
    except GivenError:
        env["gradient"] = _in_theta(raw, "gradient")
        return
    if len(env["gradient"]) != env["steps"]:
        raise GivenError(
            f"gradient: {len(env['gradient'])} for {env['steps']} steps; give one for each step, or J", "gradient"
        )


def slope_expr(env: Env) -> Expr | None:
    if env["J"] is not None:
        return derivative(env["J"], "theta")
    return None if isinstance(env["gradient"], Vector) else env["gradient"]


def gradient_of(env: Env) -> Callable[[Any, int], Any]:
    """The gradient at a place in a step, by sympy's derivative of J."""
    formula = slope_expr(env)
    if formula is None:
        return lambda at, t: env["gradient"][t - 1]
    return lambda at, t: number(formula, {"theta": at})


def start_of(env: Env) -> State:
    return {name: env[name] for name in ("theta", "alpha", "epsilon", *HYPER)}


def value_of(env: Env) -> Callable[[Any, int], Any]:
    """J itself at a place, as a slip takes it for the gradient."""
    return lambda at, t: number(env["J"], {"theta": at})
