"""The wrong rules by which people get an impulse response, or judge a system."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cnnquiz.mathematics.difference_equations import Past, run_with
from cnnquiz.mathematics.precise import rounded
from cnnquiz.solution import Vector
from cnnquiz.solver.calculator import misconception
from cnnquiz.solver.lines import Env


def _changed(env: Env, past: Past, x: Callable[[int], Any] = lambda n: int(n == 0)) -> dict[str, Any]:
    """The response with other past outputs, or for another input."""
    if env["system"] is None:
        return {}
    y = run_with(env["system"], env["n"], past, x)
    return {"h": Vector(rounded(y[n]) for n in range(env["n"]))}


MISCONCEPTIONS = (
    misconception(
        "forgot-feedback",
        "The earlier outputs come back in: y[n-1] is not 0.",
        wrong=lambda env: _changed(env, lambda n, y: 0),
    ),
    misconception(
        "feedback-sign",
        "The past outputs enter with the sign that the equation gives them.",
        wrong=lambda env: _changed(env, lambda n, y: -y.get(n, 0)),
    ),
    misconception(
        "step-response",
        "That is the output for a step; the impulse is 1 at n = 0 only.",
        wrong=lambda env: _changed(env, lambda n, y: y.get(n, 0), lambda n: int(n >= 0)),
    ),
    misconception(
        "constant-is-linear",
        "Superposition fails: see the two inputs that show it.",
        wrong=lambda env: {"linear": True, "lti": True},
    ),
    misconception(
        "linear-means-time-invariant",
        "A factor that depends on n changes the output when the input comes later.",
        wrong=lambda env: {"time_invariant": True, "lti": True},
    ),
)
