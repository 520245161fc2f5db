"""Stability: the largest learning rate that converges for a curvature, with and without momentum.

    theta <- (1 - alpha J'') theta,  0 < alpha J'' < 2 + 2 gamma

Source: Goh, Why momentum really works, Distill, 2017.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from cnnquiz.errors import GivenError
from cnnquiz.mathematics.analysis import number, parse, slope
from cnnquiz.mathematics.expression import Name, Num, names_in, replace
from cnnquiz.mathematics.notation import chain, math, step
from cnnquiz.mathematics.precise import exact
from cnnquiz.mathematics.sympy_forms import derivative
from cnnquiz.solver import givens
from cnnquiz.solver.calculator import Env, Notes, Quantity, Result, Results, Steps, Values, line, misconception
from cnnquiz.solver.givens import are_numbers, words

QUANTITIES = (
    Quantity("curvature", "second_derivative", givens.number(letters=True), "the second derivative J'' of the loss",
             None, positional=True, symbol="L"),
    Quantity("J", "loss", words("EXPRESSION", 1_000), "or a quadratic loss: 6*theta^2 - 6*theta + 6", None),
    Quantity("alpha", "lr", givens.number(0, letters=True), "a learning rate", None),
    Quantity("gamma", "momentum", givens.number(0, 1, letters=True),
             "momentum: the share of the last step that is kept", None),
)  # fmt: skip
RESULTS = (
    Result("largest_rate", "the learning rate from which on it no longer converges", answer=True, symbol="largest"),
    Result("fastest_rate", "the learning rate that reaches the minimum in one step", symbol="fastest"),
    Result("factor", "what the distance to the minimum is multiplied by in one step"),
    Result("effective_rate", "the rate that steps in one direction grow to", answer=True, symbol="effective"),
    Result("converges", "whether this learning rate reaches the minimum"),
)
LINES = (
    line("largest", "2/L", "Largest rate",
         "Each step multiplies the distance to the minimum by 1 - alpha*L, which must stay above -1.",
         when="not has_momentum"),
    line("largest", "2*(1 + gamma)/L", "Largest rate",
         "Momentum allows more: the steps still shrink while alpha*L is below 2 + 2 gamma.", when="has_momentum"),
    line("fastest", "1/L", "Fastest rate", "There the factor 1 - alpha*L is 0.", when="not has_momentum"),
    line("factor", "1 - alpha*L", "Factor of one step", "The gradient is L times the distance to the minimum.",
         when="not has_momentum"),
    line("effective", "alpha/(1 - gamma)", "Effective rate",
         "While the gradient stays the same, the velocity is a geometric series: 1 + gamma + gamma^2 + ...",
         when="has_momentum"),
)  # fmt: skip
MISCONCEPTIONS = (
    misconception("fastest-for-largest", "That rate reaches the minimum in one step; twice that is the limit.",
                  largest="1/L"),
    misconception("coefficient-for-curvature", "The second derivative of a theta^2 is 2a, not a.", largest="4/L"),
    misconception("curvature-inverted", "The larger the curvature, the smaller the rate must be.", largest="L/2"),
    misconception("forgot-momentum", "Momentum moves the limit by the factor 1 + gamma.",
                  where={"has_momentum": (True,)}, largest_rate=lambda env: Fraction(2) / env["L"]),
    misconception("momentum-subtracted", "Momentum moves the limit up, by the factor 1 + gamma.",
                  where={"has_momentum": (True,)},
                  largest_rate=lambda env: 2 * (1 - Fraction(env["gamma"])) / env["L"]),
    misconception("forgot-curvature", "The gradient is the curvature times the distance.", factor="1 - alpha"),
    misconception("added-step", "Descend: the step is subtracted.", factor="1 + alpha*L"),
    misconception("times-momentum", "The velocity adds up 1 + gamma + gamma^2 + ..., which is 1/(1 - gamma).",
                  effective="alpha*gamma"),
    misconception("divided-by-momentum", "Divide by 1 - gamma, the share that is new.", effective="alpha/gamma"),
    misconception("times-one-plus-momentum", "The series goes on: 1 + gamma + gamma^2 + ...",
                  effective="alpha*(1 + gamma)"),
)  # fmt: skip
TOPIC = "training"
SYNONYMS = ("learning rate", "convergence")
SHORTHAND = ("curvature alpha",)
EXAMPLES = ("12", "--J '6*theta^2 - 6*theta + 6' --alpha 0.05", "12 --alpha 0.01 --gamma 0.9", "--curvature c")
CONVENTIONS = {
    "loss": "a quadratic with this second derivative, as every smooth loss is near its minimum",
    "momentum": lambda env: "v = gamma*v + alpha*g, theta - v" if env["has_momentum"] else "",
}
LETTERS = {"alpha": "learning rate"}


def prepare(values: Values) -> Values:
    """The curvature, from a loss where one is given; refuses one that is not above zero."""
    env: Values = {**values, "has_momentum": values["gamma"] is not None, "formula": None}
    if env["J"] is not None:
        if env["curvature"] is not None:
            raise GivenError("give the curvature, or a quadratic loss J (and not both)", "J")
        env["formula"], env["L"] = _curvature(env["J"])
    if env["L"] is None and (env["alpha"] is None or env["gamma"] is None):
        raise GivenError("give the curvature J'', or a learning rate with momentum for its effective rate", "curvature")
    if are_numbers(env["L"]) and env["L"] <= 0:
        raise GivenError("curvature: it must be above 0, where there is a minimum", "curvature")
    if env["gamma"] == 1:
        raise GivenError("gamma: with 1 nothing of the velocity is ever lost; take less", "gamma")
    return env


def _curvature(text: str) -> tuple[Any, Any]:
    """The first derivative of a quadratic loss, and its second derivative."""
    loss = parse(text, "theta", "t", "x", "w")
    loss = replace(loss, {name: Name("theta") for name in names_in(loss)})
    first = derivative(loss, "theta")
    second = derivative(first, "theta")
    if names_in(second):
        raise GivenError("J: its second derivative is no number; give a quadratic, or the curvature where you are", "J")
    return (loss, first), number(second, {})


def work(env: Env) -> Values:
    """Whether the learning rate is one that converges."""
    if not are_numbers(env["L"], env["alpha"], env["gamma"] or 0):
        return {}
    return {"converges": 0 < env["alpha"] < env["largest"]}


def explain(env: Env, results: Results, want: str | None) -> Steps:
    """The curvature of a loss."""
    if env["formula"] is not None and want != "effective_rate":
        loss, first = env["formula"]
        yield step("Differentiate twice", chain("J'(theta) = d/dtheta [", math(loss), "]"), value=math(first),
                   of="largest_rate")  # fmt: skip
        yield step("Curvature", "L = J''(theta)", value=env["L"], of="largest_rate")


def count(env: Env) -> Values:
    """The limits as zeros of straight lines in alpha; the slope's rise; the eigenvalues of the matrix of one step."""
    import sympy

    found: Values = {}
    keep, L = env["gamma"] or 0, env["L"]

    def matrix(alpha: Any) -> Any:
        """One step of the place and its velocity."""
        return sympy.Matrix([[1 - alpha * L, -keep], [alpha * L, keep]]).applyfunc(sympy.nsimplify)

    if L is not None:
        found["largest_rate"] = _zero(lambda alpha: (matrix(alpha) + sympy.eye(2)).det())
        if not env["has_momentum"]:
            found["fastest_rate"] = _zero(lambda alpha: matrix(alpha)[0, 0])
        if env["alpha"] is not None:
            moduli = [abs(one) for one in matrix(sympy.Rational(str(env["alpha"]))).eigenvals()]
            found["converges"] = all(bool(one < 1) for one in moduli)
            if not env["has_momentum"]:
                parabola = replace(parse("c*theta^2/2", "c", "theta"), {"c": Num(L)})
                loss = env["formula"][0] if env["formula"] else parabola
                rise = slope(loss, "theta", 1) - slope(loss, "theta", 0)
                found["factor"] = exact(1 - env["alpha"] * rise)
    if env["has_momentum"] and env["alpha"] is not None:
        found["effective_rate"] = _zero(lambda v: keep * v + env["alpha"] - v)
    return found


def _zero(line_of: Any) -> Any:
    """Where a straight line crosses zero, from two of its points."""
    start, rise = (Fraction(str(line_of(Fraction(at)))) for at in (0, 1))
    return exact(start / (start - rise))


def notes(env: Env, results: Results) -> Notes:
    """What the rate does."""
    if results.get("converges") is False and env["alpha"]:
        yield "At this rate the steps never settle: take a smaller one."
    elif "factor" in results and results["factor"] < 0:
        yield "The factor is negative: every step goes beyond the minimum, and comes nearer to it all the same."
