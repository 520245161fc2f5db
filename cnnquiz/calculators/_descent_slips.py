"""The slips of `update`: the same steps under a changed method, or with another learning rate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cnnquiz.mathematics.descent import gradient_of, start_of, value_of
from cnnquiz.mathematics.optimisers import METHODS, Method, run, swapped
from cnnquiz.mathematics.precise import rounded
from cnnquiz.solution import Vector
from cnnquiz.solver.calculator import misconception
from cnnquiz.solver.lines import Env


def _wrong(
    change: Callable[[Method], Method] = lambda method: method,
    only: tuple[str, ...] = (),
    **other: Any,
) -> Callable[[Env], dict[str, Any]]:
    """The thetas of a changed method, or with other hyperparameters."""

    def wrong(env: Env) -> dict[str, Any]:
        if only and env["method"] not in only:
            return {}
        start = start_of(env) | other
        gradient = gradient_of(env)
        if "J_itself" in other:
            if env["J"] is None:
                return {}
            gradient = value_of(env)
        states = [state for state, _ in run(change(METHODS[env["method"]]), start, gradient, env["steps"])]
        thetas = Vector(rounded(state["theta"]) for state in states)
        return {"theta": thetas[-1], "thetas": thetas}

    return wrong


def _upwards(method: Method) -> Method:
    return swapped(method, theta=method.rules[-1].formula.replace("theta - ", "theta + ", 1))


def _like(name: str) -> Callable[[Method], Method]:
    return lambda method: METHODS[name]


ADAPTIVE = ("adagrad", "rmsprop", "adam")
MISCONCEPTIONS = (
    misconception("ascended", "Descend: subtract the gradient.", wrong=_wrong(_upwards)),
    misconception("forgot-learning-rate", "The step is the gradient times the learning rate.", wrong=_wrong(alpha=1)),
    misconception("J-for-derivative", "The step follows the slope of J, not its value.", wrong=_wrong(J_itself=True)),
    misconception(
        "plain",
        "That is plain gradient descent: the method's memory is missing.",
        wrong=_wrong(_like("sgd"), ("momentum", "nesterov", *ADAPTIVE)),
    ),
    misconception(
        "averaged-form",
        "Here v = gamma v + alpha g; the averaged form weighs g by 1 - gamma.",
        wrong=_wrong(lambda m: swapped(m, v="gamma*v + (1 - gamma)*g", theta="theta - alpha*v"), ("momentum",)),
    ),
    misconception(
        "no-look-ahead",
        "Nesterov takes the gradient at theta - gamma v.",
        wrong=_wrong(_like("momentum"), ("nesterov",)),
    ),
    misconception(
        "forgot-root",
        "Divide by the square root of the squared gradients.",
        wrong=_wrong(lambda m: swapped(m, theta=m.rules[-1].formula.replace("sqrt", "")), ADAPTIVE),
    ),
    misconception(
        "never-forgot",
        "RMSProp averages the squares; AdaGrad adds them up.",
        wrong=_wrong(_like("adagrad"), ("rmsprop",)),
    ),
    misconception(
        "averaged-squares",
        "AdaGrad adds the squares up; RMSProp averages them.",
        wrong=_wrong(_like("rmsprop"), ("adagrad",)),
    ),
    misconception(
        "forgot-bias-correction",
        "Divide both means by 1 - beta^t: they start at 0.",
        wrong=_wrong(lambda m: swapped(m, mhat="m", shat="s"), ("adam",)),
    ),
)
