"""The functions of formulas, each once: its value, its derivative, its form in sympy and how it is written."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from msgspec import Struct

from cnnquiz.mathematics import precise


class Function(Struct, frozen=True):
    """One function of x; a second argument is y, and `a` is the alpha of an activation function.

    calls       the names by which an expression calls it
    value       its value, exact or to 100 digits; None: by its formula
    formula     one formula for it, by other functions
    sides       its formulas for x > 0 and for x <= 0, where a worked line shows one of them
    slopes      its derivative: for x > 0 (or everywhere), for x < 0, and its value by convention at 0
    sympy       sympy's name for it, or its form built from sympy's functions; empty: its formula
    latex       LaTeX's name for it
    takes       the least and the largest number of its arguments; None: any number
    exact       whether the formulas of calculators and banks may call it
    definition  how a book writes it, for activation functions
    steepest    where its derivative is largest, for activation functions
    slope_why   why its derivative is so
    alpha       the `a` of its formulas where none is given, as PyTorch has it
    """

    name: str
    calls: tuple[str, ...] = ()
    value: Callable[..., Any] | None = None
    formula: str = ""
    sides: tuple[str, str] | None = None
    slopes: tuple[str, ...] = ()
    sympy: str | Callable[..., Any] = ""
    latex: str = ""
    takes: tuple[int, int | None] = (1, 1)
    exact: bool = False
    definition: str = ""
    steepest: str = ""
    slope_why: str = ""
    alpha: Any = 1


def product(*values: Any) -> Any:
    """The product of numbers; a shape counts with all its axes."""
    total: Any = 1
    for value in values:
        total *= math.prod(value) if isinstance(value, tuple) else value
    return total


def shape(*parts: Any) -> tuple[Any, ...]:
    """Numbers and shapes, one behind the other, as one shape."""
    axes: list[Any] = []
    for part in parts:
        axes += part if isinstance(part, tuple) else (part,)
    return tuple(axes)


def part(values: tuple[Any, ...], at: int) -> Any:
    """One number of a shape, by its index from 0."""
    return values[at]


def _sympy_product(*values: Any) -> Any:
    import sympy

    return sympy.Mul(*shape(*values))


def _sympy_normal_cdf(x: Any) -> Any:
    import sympy

    return sympy.erfc(-x / sympy.sqrt(2)) / 2


def _sympy_normal_pdf(x: Any) -> Any:
    import sympy

    return sympy.exp(-(x**2) / 2) / sympy.sqrt(2 * sympy.pi)


def _sympy_step(x: Any) -> Any:
    import sympy

    return (1 + sympy.sign(x)) / 2 * abs(sympy.sign(x))


def _sympy_pi() -> Any:
    import sympy

    return sympy.pi


def _sympy_e() -> Any:
    import sympy

    return sympy.E


def _sympy_unit_step(x: Any) -> Any:
    import sympy

    return 1 + (sympy.sign(x) - abs(sympy.sign(x))) / 2


def _primitive(name: str, value: Callable[..., Any], slope: str = "", sympy: str = "", **more: Any) -> Function:
    """A function that LaTeX, sympy and expressions know by the same name."""
    slopes = (slope,) if slope else ()
    return Function(name, (name,), value, slopes=slopes, sympy=sympy or name, latex=rf"\{name}", **more)


_SELU, _SELU_BELOW = "1.050700987355", "1.758099340847"  # to 12 decimals, which is how far a text says a number
_ROOT = "0.79788456080286535587989211986876"  # sqrt(2/pi)
_GELU_TANH = f"tanh({_ROOT}*(x + 0.044715*x^3))"
_ALL = (
    Function("floor", ("floor",), math.floor, sympy="floor", exact=True),
    Function("ceil", ("ceil",), math.ceil, sympy="ceiling", exact=True),
    _primitive("min", min, sympy="Min", formula="(x + y - abs(x - y))/2", takes=(2, None), exact=True),
    _primitive("max", max, sympy="Max", formula="(x + y + abs(x - y))/2", takes=(2, None), exact=True),
    Function("abs", ("abs",), abs, slopes=("1", "-1", "0"), sympy="Abs", exact=True),
    Function("prod", ("prod",), product, sympy=_sympy_product, takes=(1, None), exact=True),
    Function("shape", ("shape",), shape, sympy=shape, takes=(1, None), exact=True),
    Function("part", ("part",), part, sympy=part, takes=(2, 2), exact=True),
    _primitive("exp", precise.exp, "exp(x)"),
    _primitive("ln", precise.ln, "1/x", sympy="log"),
    _primitive("log", precise.ln, "1/x"),
    Function("sqrt", ("sqrt",), precise.sqrt, slopes=("1/(2*sqrt(x))",), sympy="sqrt"),
    _primitive("sin", precise.sin, "cos(x)"),
    _primitive("cos", precise.cos, "-sin(x)"),
    Function("sinh", ("sinh",), precise.sinh, slopes=("cosh(x)",), sympy="sinh"),
    Function("cosh", ("cosh",), precise.cosh, slopes=("sinh(x)",), sympy="cosh"),
    Function("Phi", ("Phi",), precise.normal_cdf, slopes=("phi(x)",), sympy=_sympy_normal_cdf),
    Function("phi", ("phi",), precise.normal_pdf, slopes=("-x*phi(x)",), sympy=_sympy_normal_pdf),
    Function("sign", ("sign",), lambda x: (x > 0) - (x < 0), slopes=("0",), sympy="sign"),
    Function(
        "sigmoid", ("sigmoid", "sigma"), precise.sigmoid, "1/(1 + exp(-x))", slopes=("sigma(x)*(1 - sigma(x))",),
        definition="sigma(x) = 1/(1 + exp(-x))", steepest="at x = 0, where sigma is 1/2",
        slope_why="The derivative of sigma is sigma times its complement.",
    ),
    _primitive(
        "tanh", precise.tanh, "1 - tanh(x)^2",
        definition="tanh(x) = (exp(x) - exp(-x))/(exp(x) + exp(-x))", steepest="at x = 0",
    ),
    Function(
        "relu", ("relu",), formula="max(x, 0)", sides=("x", "0"), slopes=("1", "0", "0"),
        definition="max(0, x)", steepest="for every x > 0", slope_why="1 above zero, 0 below.",
    ),
    Function(
        "leaky-relu", formula="max(x, x/100)", sides=("x", "a*x"), slopes=("1", "a", "a"),
        definition="x for x > 0, a*x otherwise", steepest="for every x > 0", alpha=Fraction(1, 100),
    ),
    Function(
        "elu", formula="max(x, 0) + exp(min(x, 0)) - 1", sides=("x", "a*(exp(x) - 1)"),
        slopes=("1", "a*exp(x)", "a*exp(x)"),
        definition="x for x > 0, a*(exp(x) - 1) otherwise", steepest="for every x > 0",
    ),
    Function(
        "prelu", formula="max(x, x/4)", sides=("x", "a*x"), slopes=("1", "a", "a"),
        definition="x for x > 0, a*x otherwise, a learned", steepest="for every x > 0", alpha=Fraction(1, 4),
    ),
    Function(
        "relu6", formula="min(6, max(0, x))", sides=("min(6, x)", "0"), slopes=("step(6 - x)", "0", "0"),
        definition="max(0, x), at most 6", steepest="between 0 and 6", slope_why="1 between 0 and 6, 0 elsewhere.",
    ),
    Function(
        "selu", formula=f"{_SELU}*max(x, 0) + {_SELU_BELOW}*(exp(min(x, 0)) - 1)",
        sides=(f"{_SELU}*x", f"{_SELU_BELOW}*(exp(x) - 1)"),
        slopes=(f"{_SELU}", f"{_SELU_BELOW}*exp(x)", f"{_SELU_BELOW}"),
        definition="1.0507 x for x > 0, 1.7581 (exp(x) - 1) otherwise", steepest="just below 0",
    ),
    Function(
        "softplus", ("softplus",), formula="ln(1 + exp(x))", slopes=("sigma(x)",),
        definition="ln(1 + exp(x))", steepest="as x grows; 1 is never reached",
    ),
    Function(
        "gelu", formula="x*Phi(x)", slopes=("Phi(x) + x*phi(x)",),
        definition="x*Phi(x), Phi the normal distribution", steepest="at x = sqrt(2)",
    ),
    Function(
        "swish", formula="x*sigma(x)", slopes=("sigma(x) + x*sigma(x)*(1 - sigma(x))",),
        definition="x*sigma(x)", steepest="at x = 2.39936",
    ),
    Function(
        "mish", formula="x*tanh(ln(1 + exp(x)))",
        slopes=("tanh(ln(1 + exp(x))) + x*sigma(x)*(1 - tanh(ln(1 + exp(x)))^2)",),
        definition="x*tanh(ln(1 + exp(x)))", steepest="at x = 1.49058",
    ),
    Function(
        "gelu-tanh", formula=f"x*(1 + {_GELU_TANH})/2",
        slopes=(f"(1 + {_GELU_TANH})/2 + x*(1 - {_GELU_TANH}^2)*{_ROOT}*(1 + 0.134145*x^2)/2",),
        definition="x*(1 + tanh(sqrt(2/pi)*(x + 0.044715*x^3)))/2", steepest="at x = 1.41968",
    ),
    Function(
        "hard-swish", formula="x*min(6, max(0, x + 3))/6", sides=("x*min(6, x + 3)/6", "x*max(0, x + 3)/6"),
        slopes=("step(3 - x)*(2*x + 3)/6 + 1 - step(3 - x)", "step(x + 3)*(2*x + 3)/6", "1/2"),
        definition="x*relu6(x + 3)/6", steepest="just below 3", slope_why="Between -3 and 3 it is x (x + 3)/6.",
    ),
    Function(
        "step", ("step",), lambda x: int(x > 0), sides=("1", "0"), slopes=("0",), sympy=_sympy_step,
        definition="1 for x > 0, 0 otherwise", steepest="everywhere but at the step",
        slope_why="Flat on both sides, so no gradient passes; at the step itself there is no derivative (taken as 0).",
    ),
    Function("pi", ("pi",), precise.pi, sympy=_sympy_pi, takes=(0, 0)),
    Function("e", ("e",), lambda: precise.exp(1), sympy=_sympy_e, takes=(0, 0)),
    Function("unit step", ("u",), lambda x: int(x >= 0), slopes=("0",), sympy=_sympy_unit_step),
    Function("identity", formula="x", slopes=("1",), definition="x", steepest="everywhere"),
    Function(
        "linear", formula="x", sides=("a*x", "a*x"), slopes=("a",), definition="a*x", steepest="everywhere",
        slope_why="A straight line is as steep everywhere.",
    ),
)  # fmt: skip

CONSTANTS = ("pi", "e")
FUNCTIONS = {call: function for function in _ALL for call in function.calls}
ACTIVATIONS = {function.name: function for function in _ALL if function.steepest}
EXACT_NAMES = frozenset(call for call, function in FUNCTIONS.items() if function.exact)
REAL_NAMES = frozenset(FUNCTIONS) - {"prod", "shape", "part", "u"}  # the functions of numbers alone
