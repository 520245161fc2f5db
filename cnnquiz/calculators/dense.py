"""Dense layer: the output Wx + b of a fully connected layer, also as one product, and its parameters.

    parameters = n m + m,  Wx + b = [W b][x; 1]

Source: Goodfellow, Bengio and Courville, Deep Learning, 2016, section 6.1.
"""

from __future__ import annotations

from math import prod
from operator import add
from typing import Any

from cnnquiz.errors import GivenError
from cnnquiz.layers.counts import tally
from cnnquiz.mathematics.notation import chain, step, sum_of_products
from cnnquiz.solution import Vector, parts
from cnnquiz.solver.calculator import Env, Notes, Quantity, Result, Results, Steps, Values, line, misconception
from cnnquiz.solver.givens import FLAG, are_numbers, integer, matrix, numbers, shape

QUANTITIES = (
    Quantity("inputs", "in_features", shape(), "numbers that come in: 1960, or a map, 7x7x40", None, (1, 10_000),
             symbol="n"),
    Quantity("units", "out_features", integer(1), "units, which are the numbers that go out", None, (1, 10_000),
             symbol="m"),
    Quantity("bias", "bias", FLAG, "whether each unit has a bias (with W given: whether b is)", None),
    Quantity("x", "input", numbers(), "the input vector: 1,2", None),
    Quantity("W", "weight", matrix(), "the weights, a row for each unit: 1 2; 3 4", None),
    Quantity("b", "bias_vector", numbers(), "the biases, one for each unit: 5,6", None),
)  # fmt: skip
RESULTS = (
    Result("y", "the output Wx + b", answer=True, label="output y"),
    Result("augmented_weights", "[W b], which takes [x; 1] to the same output"),
    Result("augmented_input", "[x; 1]"),
    Result("parameters", "trainable numbers", answer=True, short="parameters"),
    Result("weights", "weights without the biases"),
)
LINES = (
    line("n", "h*w*c", "Flatten", "Every number of the map comes in.", when="axes_in == 3"),
    line("n", "prod(i)", "Flatten", "Every number of the map comes in.", when="axes_in == 2 or axes_in == 4"),
    line("weights", "n*m", "Weights", "Every unit has a weight for every input."),
    line("parameters", "weights + m", "Add the biases", "Every unit has one bias.", when="biased"),
    line("parameters", "weights", when="not biased"),
)


def _output(W: Any, x: Any, b: Any = None) -> Vector:
    """y = Wx + b, row by row."""
    sums = [sum(w * one for w, one in zip(row, x, strict=True)) for row in W]
    return Vector(map(add, sums, b)) if b else Vector(sums)


def _output_by_columns(env: Env) -> Vector | None:
    columns = list(zip(*env["W"], strict=True))
    return _output(columns, env["x"], env["b"]) if len(env["W"]) == len(env["x"]) else None


MISCONCEPTIONS = (
    misconception("forgot-bias", "One bias for each unit is missing.", parameters="weights"),
    misconception("bias-per-input", "Biases belong to the outputs, not to the inputs.", parameters="n*m + n"),
    misconception("one-bias-per-layer", "Each unit has a bias of its own, not one for the layer.",
                  parameters="weights + 1"),
    misconception("forgot-channels", "Flattening keeps every channel: H W C numbers come in.", n="h*w"),
    misconception("added-sizes", "Every unit is connected with every input: multiply.", weights="n + m"),
    misconception("forgot-bias-column", "Add b, or append 1 to x.", y=lambda env: _output(env["W"], env["x"])),
    misconception("transposed-weights", "Each row of W, not each column, gives one output.",
                  y=_output_by_columns),
)  # fmt: skip
TOPIC = "dense layers"
SYNONYMS = ("fully connected", "fc", "linear")
SHORTHAND = ("inputs units",)
EXAMPLES = ("--inputs 1960 --units 10", "--inputs 7x7x40 --units 10", "--W '1 2; 3 4' --x 1,1 --b 5,6")
CONVENTIONS = {
    "bias": lambda env: "one for each unit, counted" if env["biased"] else "none",
    "W": lambda env: "a row for each unit, x and y columns (y = Wx + b)" if env["W"] else "",
}


def prepare(values: Values) -> Values:
    """Sizes from W, x and b where they are given; refuses those that do not go together."""
    env = dict(values)
    if env["W"] is not None:
        _take_sizes(env)
    elif env["x"] is not None or env["b"] is not None:
        raise GivenError("W is missing: the weights, a row for each unit, as in 1 2; 3 4", "W")
    inputs = env["inputs"]
    env["axes_in"] = len(parts(inputs))
    env["n"], env["i"] = (None, inputs) if isinstance(inputs, tuple) else (inputs, None)
    env["h"], env["w"], env["c"] = inputs if env["axes_in"] == 3 else (None, None, None)
    env["m"] = env["units"]
    env["biased"] = env["bias"] if env["bias"] is not None else env["W"] is None or env["b"] is not None
    if env["W"] is not None and env["biased"] != (env["b"] is not None):
        raise GivenError("bias and b contradict each other: give b, or bias no", "bias")
    return env


def _take_sizes(env: Values) -> None:
    """Inputs and units as W has them."""
    W, x, b = env["W"], env["x"], env["b"]
    if x is not None and len(x) != len(W[0]):
        raise GivenError(f"x has {len(x)} numbers, but the rows of W have {len(W[0])}: they must be as many", "x")
    if b is not None and len(b) != len(W):
        raise GivenError(f"b has {len(b)} numbers, but W has {len(W)} rows: one bias for each row", "b")
    for name, size in (("inputs", len(W[0])), ("units", len(W))):
        stated = parts(size if env[name] is None else env[name])
        if not are_numbers(*stated) or prod(stated) != size:
            raise GivenError(f"{name}: {'x'.join(map(str, stated))} are given, but W has {size}", name)
        env[name] = size if env[name] is None else env[name]


def work(env: Env) -> Values:
    """y = Wx + b, and the same as one product."""
    W, x, b = env["W"], env["x"], env["b"]
    if W is None or x is None:
        return {}
    found: Values = {"y": _output(W, x, b)}
    if b is not None:
        wide = Vector(Vector((*row, bias)) for row, bias in zip(W, b, strict=True))
        found |= {"augmented_weights": wide, "augmented_input": Vector((*x, 1))}
    return found


def explain(env: Env, results: Results, want: str | None) -> Steps:
    """Each unit's sum; then the same as one product."""
    if "y" not in results or want not in (None, "y", "augmented_weights", "augmented_input"):
        return
    x, b, y = env["x"], env["b"], results["y"]
    for at, row in enumerate(env["W"][:6]):
        rule = f"y_{at + 1} = sum_i W_{at + 1}i x_i" + (f" + b_{at + 1}" if b else "")
        why = "A row of W holds one unit's weights; its bias is added." if at == 0 else ""
        yield step(f"Unit {at + 1}", rule, sum_of_products(row, x, b[at] if b else None), y[at], why, "y")
    if b is not None:
        product = chain(results["augmented_weights"], results["augmented_input"], joint=" ")
        why = "A 1 appended to x meets the column of biases, so Wx + b is one product."
        yield step("As one product", "y = [W b][x; 1]", product, y, why, "y")


def count(env: Env) -> Values:
    """The weights and biases added up unit by unit; y as a sum of the columns of [W b]."""
    found: Values = {}
    sizes = parts(env["inputs"])
    if are_numbers(*sizes, env["units"]):
        found["weights"] = tally(*sizes, env["units"])
        found["parameters"] = tally(tally(*sizes) + (1 if env["biased"] else 0), env["units"])
    if env["W"] is not None and env["x"] is not None:
        ones = [1] if env["b"] else []  # each with a column of biases
        factors, columns = [*env["x"], *ones], [*zip(*env["W"], strict=True), *([env["b"]] if env["b"] else [])]
        total = [0] * len(env["W"])
        for factor, column in zip(factors, columns, strict=True):
            total = [sofar + factor * entry for sofar, entry in zip(total, column, strict=True)]
        found["y"] = Vector(total)
        if env["b"]:
            found["augmented_weights"] = Vector(map(Vector, zip(*columns, strict=True)))
            found["augmented_input"] = Vector(factors)
    return found


def notes(env: Env, results: Results) -> Notes:
    """Where leaving the biases out gives another number."""
    if "parameters" in results and env["biased"]:
        yield f"Without biases: {results['weights']} parameters."
