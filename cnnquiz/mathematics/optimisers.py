"""Gradient descent and its variants: each method's rules for one step, in order, over the state that they change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from cnnquiz.errors import GivenError
from cnnquiz.mathematics.analysis import number, parse
from cnnquiz.mathematics.expression import Env, Expr
from cnnquiz.mathematics.precise import limit_digits
from cnnquiz.solution import Vector, parts

STATE = ("v", "s", "m", "smax")  # what a method may keep for each parameter from step to step
BEGUN = {"v": "v0", "s": "s0", "m": "m0", "smax": "s0"}  # what it begins as
NAMES = ("theta", "g", *STATE, "l", "d", "mhat", "shat", "t", "alpha", "gamma", "rho", "beta1", "beta2", "epsilon",
         "wd")  # fmt: skip
ADAPTIVE_MEANS = ("adam", "adamw", "amsgrad")  # Adam and what is made of it
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
        return _expr(self.formula)


@lru_cache(maxsize=256)
def _expr(formula: str) -> Expr:
    return parse(formula, *NAMES)


class Method(Struct, frozen=True):
    """One method: the hyperparameters that it takes, its rules in order, and what it does that others do otherwise.

    ahead      it takes the gradient at theta - gamma*v
    decoupled  it takes weight decay off theta itself: its gradient is that of J alone
    """

    takes: tuple[str, ...]
    rules: tuple[Assignment, ...]
    convention: str
    ahead: bool = False
    decoupled: bool = False

    @property
    def kept(self) -> list[str]:
        """The symbols of what it keeps from step to step."""
        return [rule.symbol for rule in self.rules if rule.symbol in STATE]


_DOWN = "Against the gradient, downhill."
_EACH = "The step is divided by the root of the squared gradients."
_ADAM = (
    Assignment("m", "beta1*m + (1 - beta1)*g", "Running mean of the gradients"),
    Assignment("s", "beta2*s + (1 - beta2)*g^2", "Running mean of their squares"),
    Assignment("mhat", "m/(1 - beta1^t)", "Correct the start at 0", "Both means start at 0: too small at first."),
    Assignment("shat", "s/(1 - beta2^t)", "Correct the squares too"),
    Assignment("theta", "theta - alpha*mhat/(sqrt(shat) + epsilon)", "New theta", _EACH),
)
_OF_ADAM = ("beta1", "beta2", "epsilon")
METHODS = {
    "sgd": Method((), (Assignment("theta", "theta - alpha*g", "New theta", _DOWN),), "theta - alpha*g"),
    "momentum": Method(
        ("gamma",),
        (
            Assignment("v", "gamma*v + alpha*g", "Velocity", "A share gamma of the last step is kept."),
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
    "nesterov-pytorch": Method(
        ("gamma",),
        (
            Assignment("v", "gamma*v + g", "Velocity", "The gradient is that of where theta stands."),
            Assignment(
                "theta", "theta - alpha*(g + gamma*v)", "New theta", "The gradient comes in once more, ahead of v."
            ),
        ),
        "as in PyTorch, the gradient is taken at theta, which itself stands ahead",
    ),
    "adagrad": Method(
        ("epsilon",),
        (
            Assignment(
                "s", "s + g^2", "Squared gradients, added up", "They are never forgotten, so the steps get smaller."
            ),
            Assignment("theta", "theta - alpha*g/(sqrt(s) + epsilon)", "New theta", _EACH),
        ),
        "the squared gradients are added up",
    ),
    "rmsprop": Method(
        ("rho", "epsilon"),
        (
            Assignment(
                "s", "rho*s + (1 - rho)*g^2", "Running mean of the squared gradients", "Old gradients are forgotten."
            ),
            Assignment("theta", "theta - alpha*g/(sqrt(s) + epsilon)", "New theta", _EACH),
        ),
        "s is a running mean of the squared gradients",
    ),
    "adam": Method(_OF_ADAM, _ADAM, "both running means started at 0 and are corrected for it"),
    "adamw": Method(
        _OF_ADAM,
        (
            *_ADAM[:4],
            Assignment("d", "alpha*wd*theta", "Weight decay", "It is taken off theta itself: no root divides it."),
            Assignment("theta", "theta - d - alpha*mhat/(sqrt(shat) + epsilon)", "New theta", _EACH),
        ),
        "Adam, with the weight decay taken off theta itself",
        decoupled=True,
    ),
    "amsgrad": Method(
        _OF_ADAM,
        (
            *_ADAM[:2],
            Assignment("smax", "max(smax, s)", "The largest of these so far", "So the divisor never gets smaller."),
            _ADAM[2],
            Assignment("shat", "smax/(1 - beta2^t)", "Correct the squares too"),
            _ADAM[4],
        ),
        "Adam with the largest mean of the squares, corrected as in PyTorch (the paper corrects nothing)",
    ),
}


def with_formulas(method: Method, **formulas: str) -> Method:
    """The method with other formulas for some symbols: a misconception."""
    rules = tuple(replace(rule, formula=formulas.get(rule.symbol, rule.formula)) for rule in method.rules)
    return replace(method, rules=rules)


State = dict[str, Any]


def componentwise(work: Callable[..., Any], *values: Any) -> Any:
    """What the work makes of the values; of vectors among them, of their components one by one."""
    lengths = {len(value) for value in values if isinstance(value, Vector)}
    if not lengths:
        return work(*values)
    picks = (
        [value[at] if isinstance(value, Vector) else value for value in values] for at in range(max(lengths))
    )
    return Vector(work(*pick) for pick in picks)


def run(
    method: Method, start: Env, gradient: Gradient, steps: int
) -> Iterator[tuple[State, list[tuple[Assignment, State, Any]]]]:
    """For each step, the state at its end, and each rule with the state before it and its value.

    A theta of several components is a vector, as its gradient is, and every rule is worked component by component.
    What the method keeps begins as `start` has it, or at 0; `done` steps were made before.
    """
    state = {name: start[name] for name in NAMES if name in start}
    kept = method.kept
    state |= {name: (start.get(begun) or 0) if name in kept else 0 for name, begun in BEGUN.items()}
    for made in range(1, steps + 1):
        at = state["theta"]
        if method.ahead:
            at = componentwise(_ahead, at, state["gamma"], state["v"])
        state = state | {"t": (start.get("done") or 0) + made, "l": at, "g": gradient(at, made)}
        done = []
        for rule in method.rules:
            before = dict(state)
            state[rule.symbol] = _value(rule, state)
            done.append((rule, before, state[rule.symbol]))
        if any(abs(one) > FAR for one in parts(state["theta"])):
            raise GivenError(f"theta runs away: it is beyond 10^50 after step {made}; take a smaller alpha", "alpha")
        yield dict(state), done


def _ahead(theta: Any, gamma: Any, v: Any) -> Any:
    return theta - gamma * v


def _value(rule: Assignment, state: State) -> Any:
    """The value of the rule, for each component of theta."""
    return componentwise(lambda *values: _component(rule, dict(zip(state, values, strict=True))), *state.values())


def _component(rule: Assignment, state: State) -> Any:
    """The value of the rule for one number; where an adaptive step would divide 0 by 0, there is none."""
    if rule.symbol == "theta" and "sqrt" in rule.formula and state["epsilon"] == 0:
        above, below = ("mhat", "shat") if "shat" in rule.formula else ("g", "s")
        if state[below] == 0 and state[above] == 0:
            return limit_digits(number(rule.expr, {**state, below: 1}))
        if state[below] == 0:
            raise GivenError(f"step {state['t']} divides by 0: give an epsilon, such as 1e-8", "epsilon")
    return limit_digits(number(rule.expr, state))


def thetas_by_sums(name: str, start: Env, gradient: Gradient, steps: int) -> tuple[list[Any], list[Any]]:
    """The same thetas from the sums that the recurrences stand for, over all gradients so far; and the gradients."""
    theta, seen, thetas = start["theta"], list[Any](), list[Any]()
    for t in range(1, steps + 1):
        at = theta
        if name == "nesterov":
            v = memory(name, start, seen)["v"] if seen else _begun(name, start)[0]
            at = componentwise(_ahead, theta, start["gamma"], v)
        seen.append(gradient(at, t))
        theta = componentwise(lambda one, v, s, m, *own: _after(name, {**start, "v0": v, "s0": s, "m0": m}, one, own),
                              theta, *_begun(name, start), *seen)  # fmt: skip
        thetas.append(theta)
    return thetas, seen


def _after(name: str, start: Env, theta: Any, seen: Sequence[Any]) -> Any:
    """One component of theta after the step of its last gradient."""
    kept = memory(name, start, seen)
    if name == "nesterov-pytorch":
        return limit_digits(theta - start["alpha"] * (seen[-1] + start["gamma"] * kept["v"]))
    if METHODS[name].decoupled:
        theta *= 1 - Fraction(start["alpha"]) * start["wd"]
    if "s" not in kept:
        return limit_digits(theta - kept.get("v", start["alpha"] * seen[-1]))
    root = number(parse("sqrt(x)", "x"), {"x": kept.get("shat", kept["s"])}) + start["epsilon"]
    moved = start["alpha"] * Fraction(kept.get("mhat", seen[-1])) / root if root else 0
    return limit_digits(theta - moved)


def _begun(name: str, start: Env) -> list[Any]:
    """What a method keeps before the first step: v, s and m, those that it does not keep 0."""
    return [(start.get(BEGUN[symbol]) or 0) if symbol in METHODS[name].kept else 0 for symbol in ("v", "s", "m")]


def memory(name: str, start: Env, seen: Sequence[Any]) -> State:
    """What a method keeps of the gradients so far, by the symbols of its rules, as sums over all of them."""
    if any(isinstance(one, Vector) for one in seen):
        each = componentwise(lambda v, s, m, *own: memory(name, {**start, "v0": v, "s0": s, "m0": m}, own),
                             *_begun(name, start), *seen)  # fmt: skip
        return {symbol: Vector(one[symbol] for one in each) for symbol in each[0]}
    if name == "sgd":
        return {}
    v, s, m = _begun(name, start)
    if "v" in METHODS[name].kept:
        taken = 1 if name == "nesterov-pytorch" else start["alpha"]
        return {"v": taken * _geometric_sum(seen, start["gamma"]) + _left(v, start["gamma"], len(seen))}
    squares, t = [g * g for g in seen], len(seen)
    if name == "adagrad":
        return {"s": s + sum(squares)}
    if name == "rmsprop":
        return {"s": (1 - start["rho"]) * _geometric_sum(squares, start["rho"]) + _left(s, start["rho"], t)}
    b1, b2 = Fraction(start["beta1"]), Fraction(start["beta2"])
    sums = [(1 - b2) * _geometric_sum(squares[:at], b2) + _left(s, b2, at) for at in range(t + 1)]
    m, s, largest = (1 - b1) * _geometric_sum(seen, b1) + _left(m, b1, t), sums[-1], max(sums)
    made = (start.get("done") or 0) + t
    found = {"m": m, "s": s, "mhat": m / (1 - b1**made), "shat": (largest if name == "amsgrad" else s) / (1 - b2**made)}
    return found | ({"smax": largest} if name == "amsgrad" else {})


def _left(value: Any, keep: Any, steps: int) -> Any:
    """What is left of a value of which each step keeps a share."""
    return value * Fraction(keep) ** steps


def _geometric_sum(values: Sequence[Any], keep: Any) -> Any:
    """The sum of the values, each one weighted by `keep` to the power of its age."""
    return sum(value * Fraction(keep) ** age for age, value in enumerate(reversed(values)))
