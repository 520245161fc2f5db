"""Activation function: value, derivative and largest derivative of an activation function.

    sigma'(x) = sigma(x) (1 - sigma(x)) <= 1/4

Source: Goodfellow, Bengio and Courville, Deep Learning, 2016, sections 6.2.2 and 6.3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from cnnquiz.mathematics.activations import activation, largest_slope, usual_alpha
from cnnquiz.mathematics.analysis import function_slope, function_value, parse, slope_formula, value_formula
from cnnquiz.mathematics.expression import Env
from cnnquiz.mathematics.notation import chain, math, step, value_math
from cnnquiz.mathematics.precise import rounded
from cnnquiz.mathematics.sympy_forms import from_sympy, symbolic
from cnnquiz.solution import Drawing, Step
from cnnquiz.solver.calculator import Quantity, Result, misconception
from cnnquiz.solver.givens import Kind, number

_WIDEST = 100  # |x| beyond this is not worked: what saturates has long done so
_KINKED = ("relu", "leaky-relu", "elu")
EXAMPLES = ("sigmoid --x 2", "relu --x -3", "tanh", "leaky-relu --x -2 --alpha 0.1")

QUANTITIES = (
    Quantity(
        "function", "activation", Kind("NAME", lambda raw: activation(raw).name),
        "the function: sigmoid, tanh, relu, leaky-relu, elu, softplus, gelu, swish, step", positional=True,
    ),
    Quantity("x", "input", number(-_WIDEST, _WIDEST), "the input: 2, -1/2", None),
    Quantity("alpha", "negative_slope", number(0, _WIDEST), "the slope below zero (leaky-relu: 0.01, elu: 1)", None),
)  # fmt: skip

RESULTS = (
    Result("value", "value", "f(x)", answer=True, label="f(x)"),
    Result("derivative", "derivative", "f'(x)", answer=True, label="f'(x)"),
    Result("maximum_derivative", "maximum_derivative", "the largest derivative", answer=True,
           label="largest derivative"),
    Result("value_exact", "value_exact", "f(x), as a formula", label="f(x) as a formula"),
    Result("derivative_exact", "derivative_exact", "f'(x), as a formula", label="f'(x) as a formula"),
)  # fmt: skip


def prepare(values: dict[str, Any]) -> dict[str, Any]:
    """The slope below zero, where none is given, as PyTorch has it."""
    f = activation(values["function"])
    return {**values, "alpha": usual_alpha(f) if values["alpha"] is None else values["alpha"]}


def work(env: Env) -> dict[str, Any]:
    """The value, the derivative and its maximum."""
    f, x, a = activation(env["function"]), env["x"], env["alpha"]
    found = {"maximum_derivative": largest_slope(f.name, a)}
    if x is None:
        return found
    return found | {
        "value": rounded(function_value(f, x, a)),
        "derivative": rounded(function_slope(f, x, a)),
        "value_exact": math(value_formula(f, x), {"x": x, "a": a}).ascii,
        "derivative_exact": math(slope_formula(f, x), {"x": x, "a": a}).ascii,
    }


def explain(env: Env, results: Mapping[str, Any], want: str | None) -> Iterator[Step]:
    """The rule, the number put in, and the same for the derivative."""
    f, x, a = activation(env["function"]), env["x"], env["alpha"]
    if x is not None:
        rule = parse(f.definition, "x") if f.name == "relu" else value_formula(f, x)
        said = f"{f.name} is {f.definition}." if f.name in ("leaky-relu", "elu", "gelu", "step") else ""
        parts = (("value", "f(x) = ", rule, said), ("derivative", "f'(x) = ", slope_formula(f, x), _reason(f.name, x)))
        for name, left, expr, why in parts:
            if want in (None, name, f"{name}_exact"):
                filled = math(expr, {"x": x, "a": a})
                yield step(name.capitalize(), chain(left, math(expr)), filled, results[name], why, name)
    if want in (None, name := "maximum_derivative"):
        why = f"The derivative is largest {f.steepest}."
        if f.name in ("leaky-relu", "elu") and a > 1:
            why = "With a slope above 1, the derivative is largest below zero."
        yield step("Largest derivative", "max f'(x)", value=results[name], why=why, of=name)


def _reason(name: str, x: Any) -> str:
    if name == "step":
        return "Flat on both sides, so no gradient passes; at the step itself there is no derivative (taken as 0)."
    if x == 0 and name in _KINKED:
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
        x = sympy.Rational(Fraction(env["x"]))
        whole = symbolic(value_formula(f, env["x"]), {"x": t, "a": a})
        found["value"] = from_sympy(whole.subs(t, x))
        found["derivative"] = from_sympy(sympy.diff(whole, t).subs(t, x))
    if f.name not in ("softplus", "gelu", "swish"):
        found["maximum_derivative"] = max(function_slope(f, Fraction(at, 4), a) for at in range(-20, 21))
    return found


def _wrong(name: str, rule: Callable[..., Any], *functions: str) -> Callable[[Env], dict[str, Any]]:
    """The wrong result of that name, for these functions (none: for all), from the function, x and alpha."""

    def wrong(env: Env) -> dict[str, Any]:
        f, x, a = activation(env["function"]), env["x"], env["alpha"]
        applies = (x is not None or name == "maximum_derivative") and (not functions or f.name in functions)
        return {name: rounded(rule(f, x, a))} if applies else {}

    return wrong


MISCONCEPTIONS = (
    misconception("derivative-as-value", "The derivative is sigma(x)(1 - sigma(x)), not sigma(x) itself.",
                  wrong=_wrong("derivative", function_value)),
    misconception("value-as-derivative", "That is the slope at x; the value is asked.",
                  wrong=_wrong("value", function_slope)),
    misconception("sign-in-exponent", "The exponent is -x: sigma grows with x.",
                  wrong=_wrong("value", lambda f, x, a: function_value(f, -x, a), "sigmoid")),
    misconception("squared-value", "The derivative is sigma times its complement, not sigma squared.",
                  wrong=_wrong("derivative", lambda f, x, a: function_value(f, x, a) ** 2, "sigmoid")),
    misconception("forgot-square", "The derivative is 1 - tanh(x)^2: the tanh is squared.",
                  wrong=_wrong("derivative", lambda f, x, a: 1 - function_value(f, x, a), "tanh")),
    misconception("passed-negative", "Below zero the input does not pass unchanged.",
                  wrong=_wrong("value", lambda f, x, a: x, *_KINKED)),
    misconception("dropped-sign", "max(0, x) cuts what is negative; it does not turn it round.",
                  wrong=_wrong("value", lambda f, x, a: abs(x), "relu")),
    misconception("forgot-leak", "Below zero this function still passes a little.",
                  wrong=_wrong("value", lambda f, x, a: max(x, 0), "leaky-relu", "elu")),
    misconception("slope-one-below-zero", "Below zero the slope is not that of x.",
                  wrong=_wrong("derivative", lambda f, x, a: 1, *_KINKED)),
    misconception("maximum-of-value", "That is the largest value; the derivative is at most 1/4.",
                  wrong=_wrong("maximum_derivative", lambda f, x, a: 1, "sigmoid")),
    misconception("value-at-maximum", "At 0 sigma is 1/2; its derivative there is 1/2 times 1/2.",
                  wrong=_wrong("maximum_derivative", lambda f, x, a: Fraction(1, 2), "sigmoid")),
    misconception("confused-with-sigmoid", "1/4 is the sigmoid's bound; this function is steeper.",
                  wrong=_wrong("maximum_derivative", lambda f, x, a: Fraction(1, 4), "tanh", "relu", "softplus")),
)  # fmt: skip


def conventions(env: Env) -> dict[str, str]:
    """What was done where sources differ."""
    rules = {}
    if env["function"] in _KINKED:
        rules["derivative at 0"] = "the left side's (PyTorch)"
    if env["function"] in ("leaky-relu", "elu"):
        rules["slope below zero"] = f"alpha = {value_math(env['alpha']).ascii}"
    if env["x"] is not None:
        rules["decimals"] = "exact where they end, otherwise shown rounded to 10 digits"
    return rules


def drawings(env: Env, results: Mapping[str, Any]) -> Iterator[Drawing]:
    """The curve around zero and x."""
    f, x, a = activation(env["function"]), env["x"], env["alpha"]
    reach = min(max(6, 2 * abs(x or 0)), _WIDEST) if f.name != "gelu" else max(6, abs(x or 0))
    xs = [Fraction(reach) * at / 30 for at in range(-30, 31)]
    marks = [] if x is None else [[float(x), float(results["value"]), f"f({value_math(x).ascii})"]]
    ys = [float(function_value(f, at, a)) for at in xs]
    yield Drawing("curve", {"xs": list(map(float, xs)), "ys": ys, "marks": marks, "xlabel": "x", "ylabel": f.name})
