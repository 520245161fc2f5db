"""Activation function: value, derivative and largest derivative of an activation function.

    sigma'(x) = sigma(x) (1 - sigma(x)) <= 1/4

Source: Goodfellow, Bengio and Courville, Deep Learning, 2016, sections 6.2.2 and 6.3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from cnnquiz.mathematics import notation
from cnnquiz.mathematics.activations import WIDEST, Activation, activation, largest_slope
from cnnquiz.mathematics.expression import Expr
from cnnquiz.mathematics.functions import evaluated, parse, symbolic
from cnnquiz.mathematics.precise import rounded
from cnnquiz.mathematics.worked_text import chain, value
from cnnquiz.solution import NO_MATH, Drawing, Step
from cnnquiz.solver.calculator import Quantity, Result, misconception
from cnnquiz.solver.givens import Kind, number
from cnnquiz.solver.lines import Env

NAME = Kind("NAME", lambda raw: activation(raw).name)
EXAMPLES = ("sigmoid --x 2", "relu --x -3", "tanh", "leaky-relu --x -2 --alpha 0.1")

QUANTITIES = (
    Quantity(
        "function",
        "activation",
        NAME,
        "the function: sigmoid, tanh, relu, leaky-relu, elu, softplus, gelu, swish, step",
        positional=True,
    ),
    Quantity("x", "input", number(-WIDEST, WIDEST), "the input: 2, -1/2", None),
    Quantity("alpha", "negative_slope", number(0, WIDEST), "the slope below zero (leaky-relu: 0.01, elu: 1)", None),
)

RESULTS = (
    Result("value", "value", "f(x)", answer=True, label="f(x)"),
    Result("derivative", "derivative", "f'(x)", answer=True, label="f'(x)"),
    Result("maximum_derivative", "maximum_derivative", "the largest derivative", answer=True,
           label="largest derivative"),
    Result("value_exact", "value_exact", "f(x), as a formula", label="f(x) as a formula"),
    Result("derivative_exact", "derivative_exact", "f'(x), as a formula", label="f'(x) as a formula"),
)


def prepare(values: dict[str, Any]) -> dict[str, Any]:
    """The slope below zero, where none is given, as PyTorch has it."""
    usual = Fraction(1, 100) if values["function"] == "leaky-relu" else 1
    return {**values, "alpha": usual if values["alpha"] is None else values["alpha"]}


def work(env: Env) -> dict[str, Any]:
    """The value, the derivative and its maximum."""
    f, x, a = activation(env["function"]), env["x"], env["alpha"]
    found = {"maximum_derivative": largest_slope(f.name, a)}
    if x is None:
        return found
    put_in = {"x": x, "a": a}
    return found | {
        "value": rounded(f.value(x, a)),
        "derivative": rounded(f.slope(x, a)),
        "value_exact": notation.math(f.side(x), put_in).ascii,
        "derivative_exact": notation.math(f.slope_side(x), put_in).ascii,
    }


def explain(env: Env, results: Mapping[str, Any], want: str | None) -> Iterator[Step]:
    """The rule, the number put in, and the same for the derivative."""
    f, x, a = activation(env["function"]), env["x"], env["alpha"]
    put_in = {"x": x, "a": a}
    parts = (
        ("value", "f(x) = ", _whole if f.name == "relu" else f.side, _definition(f)),
        ("derivative", "f'(x) = ", f.slope_side, _reason(f.name, x)),
    )
    for name, left, side, why in parts:
        if x is None or want not in (None, name, f"{name}_exact"):
            continue
        rule = chain(left, notation.math(side(x)))
        filled = notation.math(side(x), put_in)
        yield Step(name.capitalize(), rule, filled, value(results[name]), why, name)
    if want in (None, "maximum_derivative"):
        why = f"The derivative is largest {f.steepest}."
        if f.name in ("leaky-relu", "elu") and a > 1:
            why = "With a slope above 1, the derivative is largest below zero."
        name = "maximum_derivative"
        yield Step("Largest derivative", chain("max f'(x)"), NO_MATH, value(results[name]), why, name)


def _whole(x: Any) -> Expr:
    """ReLU in one formula for both sides of zero."""
    return parse("max(0, x)", "x")


def _definition(f: Activation) -> str:
    """What the function is, where the step's own formula does not say all of it."""
    return f"{f.name} is {f.formula}." if f.name in ("leaky-relu", "elu", "gelu", "step") else ""


def _reason(name: str, x: Any) -> str:
    if name == "step":
        return "Flat on both sides, so no gradient passes; at the step itself there is no derivative (taken as 0)."
    if x == 0 and name in ("relu", "leaky-relu", "elu"):
        return "At the corner there is no derivative; by convention the left side's is taken."
    words = {"sigmoid": "The derivative of sigma is sigma times its complement.", "relu": "1 above zero, 0 below."}
    return words.get(name, "")


def count(env: Env) -> dict[str, Any]:
    """By sympy: the formula differentiated by its rules, both evaluated to 60 digits; the maximum sought on a grid."""
    import sympy

    f, a = activation(env["function"]), env["alpha"]
    t = sympy.Symbol("x", real=True)
    found: dict[str, Any] = {}
    if env["x"] is not None:
        x = sympy.Rational(Fraction(env["x"]).numerator, Fraction(env["x"]).denominator)
        whole = symbolic(f.side(env["x"]), {"x": t, "a": a})
        found["value"] = evaluated(whole.subs(t, x))
        found["derivative"] = evaluated(sympy.diff(whole, t).subs(t, x))
    if f.name not in ("softplus", "gelu", "swish"):
        found["maximum_derivative"] = max(f.slope(Fraction(at, 4), a) for at in range(-20, 21))
    return found


def _wrong(name: str, rule: Callable[[Any, Any, Any], Any], *functions: str) -> Callable[[Env], dict[str, Any]]:
    """The wrong result of that name, for these functions (none: for all), from the function, x and alpha."""

    def wrong(env: Env) -> dict[str, Any]:
        f, x, a = activation(env["function"]), env["x"], env["alpha"]
        applies = x is not None and (not functions or f.name in functions)
        return {name: rounded(rule(f, x, a))} if applies else {}

    return wrong


def _maximum(number: Any, *functions: str) -> Callable[[Env], dict[str, Any]]:
    return lambda env: {"maximum_derivative": number} if env["function"] in functions else {}


MISCONCEPTIONS = (
    misconception(
        "derivative-as-value",
        "The derivative is sigma(x)(1 - sigma(x)), not sigma(x) itself.",
        wrong=_wrong("derivative", lambda f, x, a: f.value(x, a)),
    ),
    misconception(
        "value-as-derivative",
        "That is the slope at x; the value is asked.",
        wrong=_wrong("value", lambda f, x, a: f.slope(x, a)),
    ),
    misconception(
        "sign-in-exponent",
        "The exponent is -x: sigma grows with x.",
        wrong=_wrong("value", lambda f, x, a: f.value(-x, a), "sigmoid"),
    ),
    misconception(
        "squared-value",
        "The derivative is sigma times its complement, not sigma squared.",
        wrong=_wrong("derivative", lambda f, x, a: f.value(x, a) ** 2, "sigmoid"),
    ),
    misconception(
        "forgot-square",
        "The derivative is 1 - tanh(x)^2: the tanh is squared.",
        wrong=_wrong("derivative", lambda f, x, a: 1 - f.value(x, a), "tanh"),
    ),
    misconception(
        "passed-negative",
        "Below zero the input does not pass unchanged.",
        wrong=_wrong("value", lambda f, x, a: x, "relu", "leaky-relu", "elu"),
    ),
    misconception(
        "dropped-sign",
        "max(0, x) cuts what is negative; it does not turn it round.",
        wrong=_wrong("value", lambda f, x, a: abs(x), "relu"),
    ),
    misconception(
        "forgot-leak",
        "Below zero this function still passes a little.",
        wrong=_wrong("value", lambda f, x, a: max(x, 0), "leaky-relu", "elu"),
    ),
    misconception(
        "slope-one-below-zero",
        "Below zero the slope is not that of x.",
        wrong=_wrong("derivative", lambda f, x, a: 1, "relu", "leaky-relu", "elu"),
    ),
    misconception(
        "maximum-of-value", "That is the largest value; the derivative is at most 1/4.", wrong=_maximum(1, "sigmoid")
    ),
    misconception(
        "value-at-maximum",
        "At 0 sigma is 1/2; its derivative there is 1/2 times 1/2.",
        wrong=_maximum(Fraction(1, 2), "sigmoid"),
    ),
    misconception(
        "confused-with-sigmoid",
        "1/4 is the sigmoid's bound; this function is steeper.",
        wrong=_maximum(Fraction(1, 4), "tanh", "relu", "softplus"),
    ),
)


def conventions(env: Env) -> dict[str, str]:
    """What was done where sources differ."""
    rules = {}
    if env["function"] in ("relu", "leaky-relu", "elu"):
        rules["derivative at 0"] = "the left side's (PyTorch)"
    if env["function"] in ("leaky-relu", "elu"):
        rules["slope below zero"] = f"alpha = {value(env['alpha']).ascii}"
    if env["x"] is not None:
        rules["decimals"] = "exact where they end, otherwise shown rounded to 10 digits"
    return rules


def drawings(env: Env, results: Mapping[str, Any]) -> Iterator[Drawing]:
    """The curve around zero and x."""
    f, x, a = activation(env["function"]), env["x"], env["alpha"]
    reach = min(max(6, 2 * abs(x or 0)), WIDEST) if f.name != "gelu" else max(6, abs(x or 0))
    xs = [Fraction(reach) * at / 30 for at in range(-30, 31)]
    marks = [] if x is None else [[float(x), float(results["value"]), f"f({value(x).ascii})"]]
    ys = [float(f.value(at, a)) for at in xs]
    yield Drawing("curve", {"xs": list(map(float, xs)), "ys": ys, "marks": marks, "xlabel": "x", "ylabel": f.name})
