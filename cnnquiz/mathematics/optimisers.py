"""Gradient descent and its variants: each method's rules for one step, in order, over the state that they change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from cnnquiz.errors import GivenError
from cnnquiz.mathematics.analysis import number, parse
from cnnquiz.mathematics.expression import Env, Expr
from cnnquiz.mathematics.precise import limit_digits

NAMES = ("theta", "g", "v", "s", "m", "l", "mhat", "shat", "t", "alpha", "gamma", "rho", "beta1", "beta2", "epsilon")
FAR = 10**50
Gradient = Callable[[Any, int], Any]


class Assignment(Struct, frozen=True):
    """One line of a step: what it changes, its formula, and what it is for."""

    symbol: str
    formula: str
    title: str
    why: str = ""

    @property
    def expr(self) -> Expr:
        """The formula, read."""
        return parse(self.formula, *NAMES)


class Method(Struct, frozen=True):
    """One method: the hyperparameters that it takes, where it takes the gradient, and its rules."""

    takes: tuple[str, ...]
    rules: tuple[Assignment, ...]
    convention: str
    ahead: bool = False


_DOWN = "Against the gradient, downhill."
_EACH = "The step is divided by the root of the squared gradients."
METHODS = {
    "sgd": Method((), (Assignment("theta", "theta - alpha*g", "New theta", _DOWN),), "theta - alpha*g"),
    "momentum": Method(
        ("gamma",),
        (
            Assignment("v", "gamma*v + alpha*g", "Velocity", "A share gamma of the last step is kept; v starts at 0."),
            Assignment("theta", "theta - v", "New theta", _DOWN),
        ),
        "v = gamma*v + alpha*g, theta - v (others average, v = gamma*v + (1 - gamma)*g)",
    ),
    "nesterov": Method(
        ("gamma",),
        (
            Assignment("v", "gamma*v + alpha*g", "Velocity", "The gradient is that of the place ahead."),
            Assignment("theta", "theta - v", "New theta", _DOWN),
        ),
        "the gradient is taken at theta - gamma*v",
        ahead=True,
    ),
    "adagrad": Method(
        ("epsilon",),
        (
            Assignment(
                "s", "s + g^2", "Squared gradients, added up", "They are never forgotten, so the steps get smaller."
            ),
            Assignment("theta", "theta - alpha*g/(sqrt(s) + epsilon)", "New theta", _EACH),
        ),
        "the squared gradients are added up from s = 0",
    ),
    "rmsprop": Method(
        ("rho", "epsilon"),
        (
            Assignment(
                "s", "rho*s + (1 - rho)*g^2", "Running mean of the squared gradients", "Old gradients are forgotten."
            ),
            Assignment("theta", "theta - alpha*g/(sqrt(s) + epsilon)", "New theta", _EACH),
        ),
        "the running mean of the squared gradients starts at 0",
    ),
    "adam": Method(
        ("beta1", "beta2", "epsilon"),
        (
            Assignment("m", "beta1*m + (1 - beta1)*g", "Running mean of the gradients"),
            Assignment("s", "beta2*s + (1 - beta2)*g^2", "Running mean of their squares"),
            Assignment(
                "mhat", "m/(1 - beta1^t)", "Correct the start at 0", "Both means start at 0 and are too small at first."
            ),
            Assignment("shat", "s/(1 - beta2^t)", "Correct the squares too"),
            Assignment("theta", "theta - alpha*mhat/(sqrt(shat) + epsilon)", "New theta", _EACH),
        ),
        "both running means start at 0 and are corrected for it",
    ),
}


def with_formulas(method: Method, **formulas: str) -> Method:
    """The method with other formulas for some symbols: a misconception."""
    rules = tuple(replace(rule, formula=formulas.get(rule.symbol, rule.formula)) for rule in method.rules)
    return replace(method, rules=rules)


State = dict[str, Any]


def run(
    method: Method, start: Env, gradient: Gradient, steps: int
) -> Iterator[tuple[State, list[tuple[Assignment, State, Any]]]]:
    """For each step, the state at its end, and each rule with the state before it and its value."""
    state = {**start, "v": 0, "s": 0, "m": 0}
    for t in range(1, steps + 1):
        at = state["theta"] - state["gamma"] * state["v"] if method.ahead else state["theta"]
        state = state | {"t": t, "l": at, "g": gradient(at, t)}
        done = []
        for rule in method.rules:
            before = dict(state)
            state[rule.symbol] = _value(rule, state)
            done.append((rule, before, state[rule.symbol]))
        if abs(state["theta"]) > FAR:
            raise GivenError(f"theta runs away: it is beyond 10^50 after step {t}; take a smaller alpha", "alpha")
        yield dict(state), done


def _value(rule: Assignment, state: State) -> Any:
    """The value of the rule; theta stays where an adaptive step would divide 0 by 0."""
    if rule.symbol == "theta" and "sqrt" in rule.formula and state["epsilon"] == 0:
        above, below = ("mhat", "shat") if "shat" in rule.formula else ("g", "s")
        if state[below] == 0 and state[above] == 0:
            return state["theta"]
        if state[below] == 0:
            raise GivenError(f"step {state['t']} divides by 0: give an epsilon, such as 1e-8", "epsilon")
    return limit_digits(number(rule.expr, state))


def thetas_by_sums(name: str, start: Env, gradient: Gradient, steps: int) -> tuple[list[Any], list[Any]]:
    """The same thetas from the sums that the recurrences stand for, over all gradients so far; and the gradients."""
    theta, seen, thetas = start["theta"], list[Any](), list[Any]()
    a, eps = start["alpha"], start["epsilon"]
    for t in range(1, steps + 1):
        kept = a * _geometric_sum(seen, start["gamma"])
        at = theta - start["gamma"] * kept if name == "nesterov" else theta
        seen.append(gradient(at, t))
        squares = [g * g for g in seen]
        if name in ("momentum", "nesterov"):
            step = a * _geometric_sum(seen, start["gamma"])
        elif name == "sgd":
            step = a * seen[-1]
        else:
            top, below = _adaptive(name, start, seen, squares, t)
            root = number(parse("sqrt(x)", "x"), {"x": below}) + eps
            step = a * Fraction(top) / root if root else 0
        theta = limit_digits(theta - step)
        thetas.append(theta)
    return thetas, seen


def _adaptive(name: str, start: Env, seen: list[Any], squares: list[Any], t: int) -> tuple[Any, Any]:
    """The numerator of an adaptive step, and the number under its root."""
    if name == "adagrad":
        return seen[-1], sum(squares)
    if name == "rmsprop":
        return seen[-1], (1 - start["rho"]) * _geometric_sum(squares, start["rho"])
    b1, b2 = Fraction(start["beta1"]), Fraction(start["beta2"])
    mean, square = (1 - b1) * _geometric_sum(seen, b1), (1 - b2) * _geometric_sum(squares, b2)
    return mean / (1 - b1**t), square / (1 - b2**t)


def _geometric_sum(values: list[Any], keep: Any) -> Any:
    """The sum of the values, each one weighted by `keep` to the power of its age."""
    return sum(value * Fraction(keep) ** age for age, value in enumerate(reversed(values)))
