"""Gradient through the layers: the chain-rule product of the activations' derivatives, and its bound.

    |dL/dx_1| <= (max f')^n |dL/dx_n|,  (1/4)^n for the sigmoid

Source: Hochreiter, The vanishing gradient problem during learning recurrent neural nets, 1998.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import prod
from typing import Any

from cnnquiz.errors import GivenError
from cnnquiz.mathematics.activations import ACTIVATIONS, Activation, activation, largest_slope
from cnnquiz.mathematics.expression import exact
from cnnquiz.mathematics.functions import evaluated, symbolic
from cnnquiz.mathematics.precise import rounded, shortened
from cnnquiz.mathematics.worked_text import chain, factor, value
from cnnquiz.solution import Drawing, Math, Step
from cnnquiz.solver.calculator import Quantity, Result, misconception
from cnnquiz.solver.givens import Kind, are_numbers, integer
from cnnquiz.solver.givens import numbers as number_list
from cnnquiz.solver.lines import Env, line

MOST_LAYERS = 1_000
MOST_LAYERS_IRRATIONAL = 90  # a bound such as 1.0998...^n stays a fraction of bounded length

EXAMPLES = ("sigmoid --layers 5", "tanh --values 0,1,-2", "sigmoid --layers n")

QUANTITIES = (
    Quantity(
        "function",
        "activation",
        Kind("NAME", lambda raw: activation(raw).name),
        "the activation of every layer: sigmoid, tanh, relu, ...",
        "sigmoid",
        positional=True,
    ),
    Quantity("layers", "num_layers", integer(1), "layers that the gradient passes", None, symbol="n"),
    Quantity(
        "values", "pre_activations", number_list(MOST_LAYERS), "the input z of each layer's activation: 0,1,-2", None
    ),
    Quantity(
        "weights", "weight", number_list(MOST_LAYERS), "the weight on the path into each layer (none: all 1)", None
    ),
)

RESULTS = (
    Result("bound", "bound", "the most that is left of the gradient", answer=True),
    Result("product", "product", "the chain-rule product at these values", answer=True),
    Result("maximum_derivative", "M", "the largest derivative of one layer", label="largest derivative"),
    Result("vanishes", "vanishes", "whether every further layer shrinks the bound", label="bound shrinks with depth"),
)


CHAIN = "The chain rule multiplies: each layer passes on at most its largest derivative."
LINES = (
    line("bound", "M**n", "Bound", CHAIN, when="not weights"),
    line("bound", "M**n*w", "Bound", f"{CHAIN} w is the product of the weights' sizes.", when="weights"),
)

SLOPES = "Each factor is the derivative at that layer's input, not the activation's value."


def _product_of(rule: str) -> Any:
    def wrong(env: Env) -> dict[str, Any]:
        if env["values"] is None:
            return {}
        f, pairs = ACTIVATIONS[env["function"]], _pairs(env)
        slopes = [w * f.slope(z, env["alpha"]) for z, w in pairs]
        if rule == "sum":
            return {"product": rounded(sum(slopes))}
        if rule == "values":
            return {"product": rounded(prod(w * f.value(z, env["alpha"]) for z, w in pairs))}
        return {"product": rounded(prod(f.slope(z, env["alpha"]) for z, _ in pairs))}

    return wrong


MISCONCEPTIONS = (
    misconception("sum-instead-of-product", "The chain rule multiplies.", bound="n*M"),
    misconception("one-layer-only", "Each layer has its own factor: take the power.", bound="M"),
    misconception("one-layer-short", "There are as many factors as layers.", bound="M**(n - 1)"),
    misconception("divided-by-layers", "The derivatives are multiplied with one another, not shared out.", bound="M/n"),
    misconception("value-for-derivative", "sigma is at most 1, but its derivative at most 1/4.", bound="1"),
    misconception("added-derivatives", "The chain rule multiplies the derivatives.", wrong=_product_of("sum")),
    misconception("values-for-derivatives", SLOPES, wrong=_product_of("values")),
    misconception(
        "forgot-weights", "Each layer also multiplies by the weight into it.", wrong=_product_of("no weights")
    ),
)


def prepare(values: dict[str, Any]) -> dict[str, Any]:
    """The largest derivative, the number of layers, and lists that go together."""
    name = values["function"]
    alpha = Fraction(1, 100) if name == "leaky-relu" else 1
    given = {key: len(values[key]) for key in ("layers", "values", "weights") if isinstance(values[key], tuple)}
    layers: Any = values["layers"] if values["layers"] is not None else next(iter(given.values()), None)
    for key, size in given.items():
        if are_numbers(layers) and size != layers:
            raise GivenError(f"{key}: {size} for {layers} layers; give one for each layer", key)
    most = MOST_LAYERS_IRRATIONAL if name in ("gelu", "swish") else MOST_LAYERS
    if are_numbers(layers) and layers > most:
        raise GivenError(f"layers: {layers} are more than the {most} that are worked for {name}", "layers")
    if any(abs(z) > 100 for z in values["values"] or ()):
        raise GivenError("values: stay within -100 and 100", "values")
    sizes = [abs(w) for w in values["weights"] or ()]
    return {**values, "alpha": alpha, "n": layers, "M": largest_slope(name, alpha), "w": exact(prod(sizes))}


def _pairs(env: Env) -> list[tuple[Any, Any]]:
    """The input of each layer's activation, and the weight into the layer."""
    return list(zip(env["values"], env["weights"] or [1] * len(env["values"]), strict=True))


def work(env: Env) -> dict[str, Any]:
    """The product along the chain, where the values are given."""
    found: dict[str, Any] = {"vanishes": env["M"] < 1}
    if env["values"] is not None:
        f, total = ACTIVATIONS[env["function"]], 1
        for z, w in _pairs(env):
            total = shortened(total * w * f.slope(z, env["alpha"]))
        found["product"] = rounded(total)
    return found


def explain(env: Env, results: Mapping[str, Any], want: str | None) -> Iterator[Step]:
    """The largest derivative; each layer's factor; their product."""
    f: Activation = ACTIVATIONS[env["function"]]
    if want != "product":
        why = f"{f.name}: the derivative is largest {f.steepest}."
        yield Step("Largest derivative", chain("M = max f'(z)"), value=value(env["M"]), why=why, of="bound")
    if "product" not in results or want not in (None, "product"):
        return
    factors: list[Math] = []
    for number, (z, w) in enumerate(_pairs(env)[:8], 1):
        slope = rounded(f.slope(z, env["alpha"]))
        left = chain("f'(", value(z), ")")
        yield Step(f"Layer {number}", left, value=value(slope), why=SLOPES if number == 1 else "", of="product")
        factors.append(chain(factor(w), "*", factor(slope)) if w != 1 else factor(slope))
    rest = ["..."] if len(env["values"]) > 8 else []
    rule = "f'(z_1)*f'(z_2)*..." if env["weights"] is None else "w_1 f'(z_1)*w_2 f'(z_2)*..."
    filled = chain(*factors, *rest, joint="*")
    yield Step("Chain rule", chain(rule), filled, value(results["product"]), "The chain rule multiplies.", "product")


def count(env: Env) -> dict[str, Any]:
    """The bound by walking back through the layers; the product by sympy's derivatives, evaluated once."""
    found: dict[str, Any] = {}
    if are_numbers(env["n"]):
        left: Any = Fraction(1)
        for weight in env["weights"] or [1] * env["n"]:
            left = left * env["M"] * abs(weight)
        found["bound"] = exact(left)
    if env["values"] is not None and len(env["values"]) <= 20:
        import sympy

        f, x, total = ACTIVATIONS[env["function"]], sympy.Symbol("x", real=True), sympy.Integer(1)
        for z, w in _pairs(env):
            at, weight = (sympy.Rational(Fraction(one).numerator, Fraction(one).denominator) for one in (z, w))
            total *= weight * sympy.diff(symbolic(f.side(z), {"x": x, "a": env["alpha"]}), x).subs(x, at)
        found["product"] = evaluated(total)
    return found


def conventions(env: Env) -> dict[str, str]:
    """What the bound leaves out."""
    return {"weights": "of the given sizes" if env["weights"] else "taken as 1, only the activations are counted"}


def notes(env: Env, results: Mapping[str, Any]) -> Iterator[str]:
    """What the number means for learning."""
    if env["M"] < 1:
        yield "Every further layer shrinks the bound: the deeper the network, the likelier the gradient vanishes."
    elif "product" in results:
        yield "A bound that does not shrink decides nothing: the product at these values does."
    else:
        yield "A bound that does not shrink decides nothing: how much is left depends on the values (give --values)."


def drawings(env: Env, results: Mapping[str, Any]) -> Iterator[Drawing]:
    """What is left after each layer."""
    if "bound" in results and env["n"] > 1 and not env["weights"]:
        ns = list(range(min(env["n"], 40) + 1))
        ys = [float(Fraction(env["M"]) ** n) for n in ns]
        yield Drawing("stems", {"xs": ns, "ys": ys, "xlabel": "layers", "ylabel": "bound"})
