"""Gradient through the layers: the chain-rule product of the activations' derivatives, and its bound.

    |dL/dx_1| <= (max f')^n |dL/dx_n|,  (1/4)^n for the sigmoid;  (1 + f')^n through blocks x + f(x)

Source: Hochreiter, The vanishing gradient problem during learning recurrent neural nets, 1998; He, Zhang, Ren and Sun,
Identity mappings in deep residual networks, 2016.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import accumulate
from math import prod
from operator import mul
from typing import Any

from cnnquiz.errors import GivenError
from cnnquiz.mathematics.activations import (
    activation,
    largest_slope,
    steepest_by_sympy,
    sympy_value_and_slope,
)
from cnnquiz.mathematics.analysis import function_slope, function_value
from cnnquiz.mathematics.notation import chain, factor, step
from cnnquiz.mathematics.precise import exact, limit_digits, rounded
from cnnquiz.mathematics.sympy_forms import from_sympy, sympy_value
from cnnquiz.solution import Drawing
from cnnquiz.solver.calculator import Case, Env, Notes, Quantity, Result, Results, Steps, Values, line, misconception
from cnnquiz.solver.givens import FLAG, Kind, are_numbers, integer, number, numbers

_SHOWN = 8
_MOST = 1_000
_MOST_IRRATIONAL = 90  # a bound such as 1.0998...^n stays a fraction of bounded length
TOPIC = "activations, losses"
SYNONYMS = ("vanishing gradient", "exploding gradient")
SHORTHAND = ("function layers", "layers")
EXAMPLES = (
    "sigmoid --layers 5", "tanh --values 0,1,-2", "sigmoid --layers n", "--slope 1/4 --layers 5 --shortcut yes",
)  # fmt: skip
CONVENTIONS = {
    "weights": lambda env: "" if env["has_slope"] else "of the given sizes" if env["weights"] else (
        "taken as 1, only the activations are counted"
    ),
}
QUANTITIES = (
    Quantity("function", "activation", Kind("NAME", lambda raw: activation(raw).name),
             "the activation of every layer: sigmoid, tanh, relu, ...", "sigmoid", positional=True,
             only=Case("without a slope", lambda env: env["slope"] is None)),
    Quantity("slope", "derivative", number(letters=True),
             "the derivative f' of every layer, instead of an activation: 1/4", None, symbol="m"),
    Quantity("shortcut", "residual", FLAG, "whether each layer is a block x + f(x), with a shortcut", False),
    Quantity("layers", "num_layers", integer(1), "layers that the gradient passes", None, symbol="n"),
    Quantity("values", "pre_activations", numbers(_MOST), "the input z of each layer's activation: 0,1,-2", None,
             only=Case("without a slope", lambda env: env["slope"] is None)),
    Quantity("weights", "weight", numbers(_MOST), "the weight on the path into each layer (none: all 1)", None,
             only=Case("without a slope", lambda env: env["slope"] is None)),
)  # fmt: skip
RESULTS = (
    Result("bound", "the most that is left of the gradient", answer=True),
    Result("product", "the chain-rule product at these values", answer=True),
    Result("maximum_derivative", "the largest derivative of one layer", label="largest derivative", symbol="M"),
    Result("vanishes", "whether every further layer shrinks the bound", label="bound shrinks with depth"),
)
_CHAIN = "The chain rule multiplies: each layer passes on at most its largest derivative."
_SLOPES = "Each factor is the derivative at that layer's input, not the activation's value."
_ADDED = "A block x + f(x) has the derivative 1 + f': the 1 of the shortcut keeps the gradient alive."
LINES = (
    line("bound", "M**n", "Bound", _CHAIN, when="not weights and not shortcut"),
    line("bound", "M**n*w", "Bound", f"{_CHAIN} w is the product of the weights' sizes.",
         when="weights and not shortcut"),
    line("bound", "(1 + M)**n", "Bound", _ADDED, when="shortcut and not weights"),
    line("bound", "B", "Bound", f"{_ADDED} B is the product of 1 + M*w for each block.", when="shortcut and weights"),
    line("product", "m**n", "Chain rule", "The chain rule multiplies: one factor for each layer.",
         when="has_slope and not shortcut"),
    line("product", "(1 + m)**n", "Chain rule", _ADDED, when="has_slope and shortcut"),
)  # fmt: skip


def prepare(values: Values) -> Values:
    """Finds the largest derivative and the number of layers; refuses lists of different lengths."""
    f = activation(values["function"])
    has_slope = values["slope"] is not None
    if has_slope and values["layers"] is None:
        raise GivenError("layers is missing: how many layers the gradient passes", "layers")
    listed = () if has_slope else ("values", "weights")
    given = {key: len(values[key]) for key in listed if values[key] is not None}
    layers: Any = values["layers"] if values["layers"] is not None else next(iter(given.values()), None)
    counted = are_numbers(layers)
    wanted = layers if counted else next(iter(given.values()), 0)
    for key, size in given.items():
        if size != wanted:
            raise GivenError(f"{key}: {size} for {wanted} layers; give one for each layer", key)
    most = _MOST_IRRATIONAL if f.name in ("gelu", "swish") else _MOST
    if counted and layers > most:
        raise GivenError(f"layers: {layers} are more than the {most} that are worked for {f.name}", "layers")
    if any(abs(z) > 100 for z in values["values"] or ()):
        raise GivenError("values: stay within -100 and 100", "values")
    alpha, sizes = f.alpha, [abs(w) for w in values["weights"] or ()]
    env = {**values, "alpha": alpha, "n": layers, "has_slope": has_slope}
    if has_slope:
        return {**env, "values": None, "weights": None, "M": None, "w": None, "B": None}
    largest = largest_slope(f.name, alpha)
    return {**env, "M": largest, "w": exact(prod(sizes)), "B": exact(prod(1 + largest * size for size in sizes))}


def _layers(env: Env) -> list[tuple[Any, Any]]:
    """The input of each layer's activation, and the weight into the layer."""
    return list(zip(env["values"], env["weights"] or [1] * len(env["values"]), strict=True))


def _slope(env: Env, z: Any) -> Any:
    return function_slope(activation(env["function"]), z, env["alpha"])


def work(env: Env) -> Values:
    """The product along the chain, where the values are given."""
    if env["has_slope"]:
        return {}
    passed = [env["M"] * abs(weight) for weight in env["weights"] or [1]]
    found: Values = {"vanishes": not env["shortcut"] and max(passed) < 1}
    if env["values"] is not None:
        total: Any = 1
        for z, w in _layers(env):
            total = limit_digits(total * (env["shortcut"] + w * _slope(env, z)))
        found["product"] = rounded(total)
    return found


def explain(env: Env, results: Results, want: str | None) -> Steps:
    """The largest derivative; each layer's factor; their product."""
    if env["has_slope"]:
        return
    if want != "product":
        f = activation(env["function"])
        why = f"{f.name}: the derivative is largest {f.steepest}."
        yield step("Largest derivative", "M = max f'(z)", value=env["M"], why=why, of="bound")
    if "product" not in results or want not in (None, "product"):
        return
    factors = []
    for at, (z, w) in enumerate(_layers(env)[:_SHOWN], 1):
        one, why = rounded(_slope(env, z)), _SLOPES if at == 1 else ""
        yield step(f"Layer {at}", chain("f'(", z, ")"), value=one, why=why, of="product")
        weighted = chain(factor(w), "*", factor(one)) if w != 1 else factor(one)
        factors.append(chain("(1 + ", weighted, ")") if env["shortcut"] else weighted)
    rest = ["..."] if len(env["values"]) > _SHOWN else []
    each = ["f'(z_1)", "f'(z_2)"] if env["weights"] is None else ["w_1 f'(z_1)", "w_2 f'(z_2)"]
    rule = "*".join([f"(1 + {one})" for one in each] if env["shortcut"] else each)
    filled = chain(*factors, *rest, joint="*")
    why = _ADDED if env["shortcut"] else "The chain rule multiplies."
    yield step("Chain rule", f"{rule}*...", filled, results["product"], why, "product")


def count(env: Env) -> Values:
    """The bound by walking back through the layers; the largest and the given derivatives by sympy."""
    if env["has_slope"]:
        *_, left = accumulate([env["m"] + int(env["shortcut"])] * env["n"], mul, initial=Fraction(1))
        return {"product": exact(left)}
    steepest = steepest_by_sympy(env["function"], env["alpha"])
    passed = [steepest * max(weight, -weight) + int(env["shortcut"]) for weight in env["weights"] or [1]]
    found: Values = {"maximum_derivative": steepest, "vanishes": max(passed) < 1}
    if are_numbers(env["n"]):
        *_, left = accumulate(passed if env["weights"] else passed * env["n"], mul, initial=Fraction(1))
        found["bound"] = exact(left)
    if env["values"] is not None and len(env["values"]) <= 20:
        f = activation(env["function"])
        slopes = [sympy_value_and_slope(f, z, env["alpha"])[1] for z in env["values"]]
        weights = map(sympy_value, env["weights"] or [1] * len(slopes))
        added = [w * one + int(env["shortcut"]) for w, one in zip(weights, slopes, strict=True)]
        found["product"] = from_sympy(prod(added))
    return found


def _product_of_values(env: Env) -> Any:
    return prod(w * function_value(activation(env["function"]), z, env["alpha"]) for z, w in _layers(env))


MISCONCEPTIONS = (
    misconception("sum-instead-of-product", "The chain rule multiplies.", bound="n*M", product="n*m"),
    misconception("one-layer-only", "Each layer has its own factor: take the power.", bound="M", product="m"),
    misconception("one-layer-short", "There are as many factors as layers.", bound="M**(n - 1)",
                  product="m**(n - 1)"),
    misconception("divided-by-layers", "The derivatives are multiplied with one another, not shared out.", bound="M/n",
                  product="m/n"),
    misconception("forgot-shortcut", "The shortcut passes the gradient on too: each factor is 1 + f'.",
                  bound="M**n", product="m**n"),
    misconception("one-block-only", "Each block has its own factor: take the power.", bound="1 + M", product="1 + m"),
    misconception("shortcuts-added", "The factors 1 + f' are multiplied: (1 + f')^n is more than 1 + n f'.",
                  bound="1 + n*M", product="1 + n*m"),
    misconception("value-for-derivative", "sigma is at most 1, but its derivative at most 1/4.", bound="1"),
    misconception("added-derivatives", "The chain rule multiplies the derivatives.", where={"has_slope": (False,)},
                  product=lambda env: sum(w * _slope(env, z) for z, w in _layers(env))),
    misconception("values-for-derivatives", _SLOPES, where={"has_slope": (False,)}, product=_product_of_values),
    misconception("forgot-weights", "Each layer also multiplies by the weight into it.", where={"has_slope": (False,)},
                  product=lambda env: prod(_slope(env, z) for z, _ in _layers(env))),
)  # fmt: skip


def notes(env: Env, results: Results) -> Notes:
    """What the number means for learning."""
    if env["has_slope"]:
        return
    if results["vanishes"]:
        yield "Every further layer shrinks the bound: the deeper the network, the likelier the gradient vanishes."
    elif "product" in results:
        yield "A bound that does not shrink decides nothing: the product at these values does."
    else:
        yield "A bound that does not shrink decides nothing: how much is left depends on the values (give --values)."


def drawings(env: Env, results: Results) -> Iterator[Drawing]:
    """What is left after each layer."""
    if "bound" in results and env["n"] > 1 and env["weights"] is None:
        ns = list(range(min(env["n"], 40) + 1))
        ys = [float((env["shortcut"] + Fraction(env["M"])) ** n) for n in ns]
        yield Drawing("stems", {"xs": ns, "ys": ys, "xlabel": "layers", "ylabel": "bound"})
