"""Activation function: value, derivative and largest derivative of an activation function.

    sigma'(x) = sigma(x) (1 - sigma(x)) <= 1/4

Source: Goodfellow, Bengio and Courville, Deep Learning, 2016, sections 6.2.2 and 6.3.
"""

from __future__ import annotations

from fractions import Fraction

from cnnquiz.mathematics.activations import (
    TAKES_ALPHA,
    activation,
    largest_slope,
    slope_reason,
    steepest_by_sympy,
    sympy_value_and_slope,
)
from cnnquiz.mathematics.analysis import function_slope, function_value, parse, slope_formula, value_formula
from cnnquiz.mathematics.notation import ascii_text, chain, math, step, value_math
from cnnquiz.mathematics.precise import irrational, rounded, sigmoid, tanh
from cnnquiz.mathematics.sympy_forms import from_sympy
from cnnquiz.solution import Drawing
from cnnquiz.solver.calculator import Drawings, Env, Quantity, Result, Results, Steps, Values, misconception, where
from cnnquiz.solver.givens import Kind, number

_WIDEST = 100  # |x| beyond this is not worked: what saturates has long done so
_LEAKY = ("leaky-relu", "prelu", "elu")
_KINKED = ("relu", "relu6", *_LEAKY)
_DEFINED = (*_LEAKY, "relu6", "selu", "gelu", "gelu-tanh", "hard-swish", "step")
TOPIC = "activations, losses"
SHORTHAND = ("function x",)
_RATIONAL = ("relu", "relu6", "leaky-relu", "prelu", "hard-swish", "step", "identity", "linear")
EXAMPLES = ("sigmoid --x 2", "relu --x -3", "tanh", "leaky-relu --x -2 --alpha 0.1")
CONVENTIONS = {
    "derivative at 0": lambda env: "the left side's (PyTorch)" if env["function"] in _KINKED else "",
    "slope below zero": lambda env: f"alpha = {value_math(env['alpha']).ascii}" if env["function"] in _LEAKY else "",
    "decimals": lambda env: "" if env["x"] is None else "exact where they end, otherwise shown rounded to 10 digits",
}
QUANTITIES = (
    Quantity("function", "activation", Kind("NAME", lambda raw: activation(raw).name),
             "the function: sigmoid, tanh, relu, leaky-relu, elu, softplus, gelu, swish, mish, step, ...",
             positional=True),
    Quantity("x", "input", number(-_WIDEST, _WIDEST), "the input: 2, -1/2", None),
    Quantity("alpha", "negative_slope", number(0, _WIDEST),
             "the slope below zero (leaky-relu: 0.01, prelu: 0.25, elu: 1), or of linear (1)", None,
             only=where("function", *TAKES_ALPHA)),
)  # fmt: skip
RESULTS = (
    Result("value", "f(x)", answer=True, label="f(x)"),
    Result("derivative", "f'(x)", answer=True, label="f'(x)"),
    Result("maximum_derivative", "the largest derivative", True, label="largest derivative"),
    Result("value_exact", "f(x), as a formula", label="f(x) as a formula"),
    Result("derivative_exact", "f'(x), as a formula", label="f'(x) as a formula"),
)  # fmt: skip


def prepare(values: Values) -> Values:
    """The slope below zero, where none is given, as PyTorch has it."""
    f = activation(values["function"])
    return {**values, "alpha": f.alpha if values["alpha"] is None else values["alpha"]}


def work(env: Env) -> Values:
    """The value, the derivative and its maximum."""
    f, x, a = activation(env["function"]), env["x"], env["alpha"]
    found = {"maximum_derivative": largest_slope(f.name, a)}
    if x is None:
        return found
    pieces = x == 0 or f.name in _RATIONAL or (f.name == "elu" and x > 0)
    shown = rounded if pieces else irrational
    return found | {
        "value": shown(function_value(f, x, a)),
        "derivative": shown(function_slope(f, x, a)),
        "value_exact": ascii_text(value_formula(f, x), {"x": x, "a": a}),
        "derivative_exact": ascii_text(slope_formula(f, x), {"x": x, "a": a}),
    }


def explain(env: Env, results: Results, want: str | None) -> Steps:
    """The rule, the number put in, and the same for the derivative."""
    f, x, a = activation(env["function"]), env["x"], env["alpha"]
    if x is not None:
        rule = parse(f.definition, "x") if f.name == "relu" else value_formula(f, x)
        said = f"{f.name} is {f.definition}." if f.name in _DEFINED else ""
        slope = ("derivative", "f'(x) = ", slope_formula(f, x), slope_reason(f, x))
        for name, left, expr, why in (("value", "f(x) = ", rule, said), slope):
            if want in (None, name, f"{name}_exact"):
                filled = math(expr, {"x": x, "a": a})
                yield step(name.capitalize(), chain(left, math(expr)), filled, results[name], why, name)
    if want in (None, name := "maximum_derivative"):
        why = f"The derivative is largest {f.steepest}."
        if f.name in _LEAKY and a > 1:
            why = "With a slope above 1, the derivative is largest below zero."
        yield step("Largest derivative", "max f'(x)", value=results[name], why=why, of=name)


def count(env: Env) -> Values:
    """By sympy: the formula differentiated by its rules, both evaluated to 60 digits; the maximum sought on a grid."""
    f, x, a = activation(env["function"]), env["x"], env["alpha"]
    found: Values = {"maximum_derivative": lambda: steepest_by_sympy(f.name, a)}
    if x is not None:
        found["value"], found["derivative"] = map(from_sympy, sympy_value_and_slope(f, x, a))
        found |= {f"{name}_exact": str(Fraction(found[name])) for name in ("value", "derivative")}
    return found


_SIGMOID = {"function": ("sigmoid",)}
MISCONCEPTIONS = (
    misconception("derivative-as-value", "The derivative is sigma(x)(1 - sigma(x)), not sigma(x) itself.",
                  derivative=lambda env: env["value"]),
    misconception("value-as-derivative", "That is the slope at x; the value is asked.",
                  value=lambda env: env["derivative"]),
    misconception("sign-in-exponent", "The exponent is -x: sigma grows with x.",
                  where=_SIGMOID, value=lambda env: sigmoid(-env["x"])),
    misconception("squared-value", "The derivative is sigma times its complement, not sigma squared.",
                  where=_SIGMOID, derivative=lambda env: sigmoid(env["x"]) ** 2),
    misconception("forgot-square", "The derivative is 1 - tanh(x)^2: the tanh is squared.",
                  where={"function": ("tanh",)}, derivative=lambda env: 1 - tanh(env["x"])),
    misconception("passed-negative", "Below zero the input does not pass unchanged.",
                  where={"function": _KINKED}, value=lambda env: env["x"]),
    misconception("dropped-sign", "max(0, x) cuts what is negative; it does not turn it round.",
                  where={"function": ("relu",)}, value=lambda env: abs(env["x"])),
    misconception("forgot-leak", "Below zero this function still passes a little.",
                  where={"function": _LEAKY}, value=lambda env: max(env["x"], 0)),
    misconception("slope-one-below-zero", "Below zero the slope is not that of x.",
                  where={"function": _KINKED}, derivative=lambda env: 1),
    misconception("maximum-of-value", "That is the largest value; the derivative is at most 1/4.",
                  where=_SIGMOID, maximum_derivative=lambda env: 1),
    misconception("value-at-maximum", "At 0 sigma is 1/2; its derivative there is 1/2 times 1/2.",
                  where=_SIGMOID, maximum_derivative=lambda env: Fraction(1, 2)),
    misconception("confused-with-sigmoid", "1/4 is the sigmoid's bound; this function is steeper.",
                  where={"function": ("tanh", "relu", "softplus")}, maximum_derivative=lambda env: Fraction(1, 4)),
)  # fmt: skip


def drawings(env: Env, results: Results) -> Drawings:
    """The curve around zero and x."""
    f, x, a = activation(env["function"]), env["x"], env["alpha"]
    reach = min(max(6, 2 * abs(x or 0)), _WIDEST)
    xs = [Fraction(reach) * at / 30 for at in range(-30, 31)]
    marks = [] if x is None else [[float(x), float(results["value"]), f"f({value_math(x).ascii})"]]
    ys = [float(function_value(f, at, a)) for at in xs]
    yield Drawing("curve", {"xs": list(map(float, xs)), "ys": ys, "marks": marks, "xlabel": "x", "ylabel": f.name})
