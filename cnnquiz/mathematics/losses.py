"""The givens of `loss`, read: predictions and targets of the same length; and what each element adds."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from cnnquiz.errors import GivenError
from cnnquiz.mathematics.precise import exp, ln, rounded, sigmoid
from cnnquiz.mathematics.worked_text import value
from cnnquiz.solution import Vector
from cnnquiz.solver.lines import Env

WIDEST = 1_000


def prepare(values: dict[str, Any]) -> dict[str, Any]:
    """Predictions and targets of the same length; probabilities from logits."""
    env = dict(values)
    if env["kind"] is None:
        return env
    given = [name for name in ("p", "logits") if env[name] is not None]
    if len(given) != 1 or (given == ["logits"] and env["kind"] in ("mse", "mae")):
        raise GivenError("give the predictions p" + ("" if env["kind"] in ("mse", "mae") else ", or the logits"), "p")
    size = len(env[given[0]])
    _target(env, size)
    if len(env["y"]) != size:
        raise GivenError(f"y has {len(env['y'])} numbers for {size} predictions: give as many", "y")
    if env["logits"] is not None:
        if any(abs(z) > WIDEST for z in env["logits"]):
            raise GivenError(f"logits: stay within -{WIDEST} and {WIDEST}", "logits")
        env["q"] = _probabilities(env)
    else:
        env["q"] = list(env["p"])
    _check(env)
    return env


def _target(env: dict[str, Any], size: int) -> None:
    """The target as a list: for a class, 1 at its place."""
    if env["class"] is not None:
        if env["kind"] != "cross-entropy" or env["y"] is not None:
            raise GivenError("class goes with cross-entropy alone, instead of y", "class")
        if env["class"] > size:
            raise GivenError(f"class: there are only {size} classes", "class")
        env["y"] = Vector(int(at == env["class"]) for at in range(1, size + 1))
    if env["y"] is None:
        raise GivenError("y is missing: the targets" + (", or class" if env["kind"] == "cross-entropy" else ""), "y")


def _probabilities(env: Env) -> list[Any]:
    if env["kind"] == "bce":
        return [sigmoid(z) for z in env["logits"]]
    powers = [exp(z) for z in env["logits"]]
    return [Fraction(one) / sum(powers) for one in powers]


def _check(env: Env) -> None:
    if env["kind"] in ("mse", "mae"):
        return
    for p, y in zip(env["q"], env["y"], strict=True):
        if not 0 <= p <= 1 or not 0 <= y <= 1:
            raise GivenError(f"{'p' if not 0 <= p <= 1 else 'y'}: probabilities lie between 0 and 1", "p")
        if (p == 0 and y > 0) or (env["kind"] == "bce" and p == 1 and y < 1):
            raise GivenError(f"p: a target of probability {value(p).ascii} makes the loss infinite", "p")
    if (
        env["kind"] == "cross-entropy"
        and env["p"] is not None
        and sum(env["p"]) != 1
        and abs(sum(env["p"]) - 1) > Fraction(1, 100)
    ):
        raise GivenError(f"p: the probabilities add up to {value(rounded(sum(env['p']))).ascii}, not to 1", "p")


def _log(weight: Any, p: Any) -> Any:
    """-weight ln p, with 0 ln 0 = 0."""
    return 0 if weight == 0 else -weight * ln(p)


TERMS: dict[str, Callable[[Any, Any], Any]] = {
    "mse": lambda p, y: (p - y) ** 2,
    "mae": lambda p, y: abs(p - y),
    "bce": lambda p, y: _log(y, p) + _log(1 - y, 1 - p),
    "cross-entropy": lambda p, y: _log(y, p),
}


def terms_of(env: Env, kind: str = "") -> list[Any]:
    return [TERMS[kind or env["kind"]](p, y) for p, y in zip(env["q"], env["y"], strict=True)]


def total_of(env: Env, terms: list[Any]) -> Any:
    """The sum over the classes, or the mean over the elements."""
    total = Fraction(sum(terms))
    return rounded(total if env["kind"] == "cross-entropy" else total / len(terms))
