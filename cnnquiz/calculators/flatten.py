"""Flattened dimension: the size after each layer, and the inputs of the dense layer behind them.

    o = floor((i + 2p - d(k - 1) - 1)/s) + 1 for each layer, then n = H W C

Source: Dumoulin and Visin, A guide to convolution arithmetic for deep learning, 2016.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import prod
from typing import Any

from msgspec.structs import replace

from cnnquiz.errors import GivenError
from cnnquiz.layers import layer_givens
from cnnquiz.layers.drawings import shrinking
from cnnquiz.layers.layer import Layer, parse_layers
from cnnquiz.layers.propagation import propagate
from cnnquiz.layers.state import Shape
from cnnquiz.layers.window_givens import tally
from cnnquiz.mathematics import notation
from cnnquiz.mathematics.expression import parse
from cnnquiz.solution import Drawing, Step, text
from cnnquiz.solver.calculator import Quantity, Result, misconception
from cnnquiz.solver.givens import choice, integer, words
from cnnquiz.solver.lines import Env

EXAMPLES = (
    '--in 39x39x3 --layers "conv 10 k3; conv 20 k5 s2; conv 40 k5 s2"',
    '--in 28x28x1 --layers "conv 6 k5; pool k2"',
)
LETTERS = {
    "o": "output size", "i": "input size", "k": "kernel size", "s": "stride", "p": "padding", "d": "dilation",
    "n": "inputs of the dense layer", "H": "height", "W": "width", "C": "channels",
}  # fmt: skip

QUANTITIES = (
    Quantity("in", "in_size", layer_givens.INPUT, "input size: 39x39x3 (height x width x channels)"),
    Quantity("layers", "layers", words("LAYERS"), 'the layers: "conv 10 k3; conv 20 k5 s2; pool k2"'),
    Quantity("channels", "in_channels", integer(1, letters=False), "input channels, where `in` has none", None),
    Quantity("layout", "layout", choice("hwc", "chw"), "how shapes are written", "hwc"),
)

RESULTS = (
    Result("sizes", "sizes", "the size of the map after each layer"),
    Result("shapes", "shapes", "size and channels after each layer"),
    Result("last_shape", "last_shape", "size and channels of the last map"),
    Result("last_size", "last_size", "the side of the last map"),
    Result("last_channels", "last_channels", "the channels of the last map"),
    Result("flattened", "flattened", "numbers in the flattened map: the inputs of a dense layer", answer=True),
)


def prepare(values: dict[str, Any]) -> dict[str, Any]:
    """The layers worked through; refuses those that do not fit, by number."""
    layers = layer_givens.named(parse_layers(values["layers"]))
    if dense := next((n for n, one in enumerate(layers, 1) if one.kind == "dense"), 0):
        layers = _without_dense(layers, dense)
    begin = layer_givens.input_shape(values["in"], values["channels"], values["layout"], layers)
    if begin[-1] == 0 and layer_givens.needs_channels(layers):
        raise layer_givens.no_channels(begin)
    rows = [row for row in propagate(layers, begin) if row.layer.kind in (*layer_givens.WINDOWS, "gap")]
    if not rows:
        raise GivenError('layers: none of them changes the map: write for example "conv 10 k3"', "layers")
    return {**values, "begin": begin, "rows": rows, "chain": tuple(row.layer for row in rows)}


def _without_dense(layers: Sequence[Layer], number: int) -> tuple[Layer, ...]:
    """The layers before the first dense one, which takes the flattened map."""
    if number == 1:
        raise GivenError("layers: layer 1 is dense already: put the layers that make the map before it", "layers")
    return tuple(layers[: number - 1])


def work(env: Env) -> dict[str, Any]:
    """The results, from the layers as worked."""
    found = _named([row.shape for row in env["rows"]], env["layout"])
    return found | {f"size{n}": size for n, size in enumerate(found["sizes"], 1)}


def _named(shapes: Sequence[Shape], layout: str) -> dict[str, Any]:
    written = [one if layout == "hwc" else (one[-1], *one[:-1]) for one in shapes]
    last = shapes[-1]
    return {
        "sizes": [layer_givens.spatial(one[:-1]) for one in shapes],
        "shapes": written,
        "last_shape": written[-1],
        "last_size": layer_givens.spatial(last[:-1]),
        "last_channels": last[-1],
        "flattened": prod(last),
    }


def explain(env: Env, results: Mapping[str, Any], want: str | None) -> Iterator[Step]:
    """A step for each layer, then the product."""
    for number, row in enumerate(env["rows"], 1):
        if row.layer.kind == "gap":
            why = f"The output is {text(row.shape)}: global pooling leaves one value a channel."
            yield Step(f"Layer {number}: gap", value=notation.value_math(row.shape), why=why, of="sizes")
        else:
            yield from layer_givens.size_steps(row, number, "sizes")
    if want in (None, "flattened"):
        shape = env["rows"][-1].shape
        names = {1: "W*C", 2: "H*W*C", 3: "D*H*W*C"}[len(shape) - 1]
        formula = parse(names)
        values = dict(zip(names.split("*"), shape, strict=True))
        yield Step(
            "Flatten",
            notation.math(formula, left="n"),
            notation.math(formula, values),
            notation.value_math(prod(shape)),
            "Flattening keeps every number: each place of each channel becomes one input.",
            "flattened",
        )


def count(env: Env) -> dict[str, Any]:
    """Each window walked along each axis and its places counted; the last map's numbers counted up."""
    shapes: list[Shape] = []
    for row in env["rows"]:
        gone = row.layer.kind == "gap"
        shapes.append((*(1 for _ in row.shape[:-1]), row.shape[-1]) if gone else layer_givens.walked(row))
    return _named(shapes, env["layout"]) | {"flattened": tally(*shapes[-1])}


# -- wrong rules --------------------------------------------------------------------------------------


def _result(shape: Sequence[int]) -> dict[str, Any]:
    return {"flattened": prod(shape)} if all(shape) else {}


def _through(env: Env, chain: Sequence[Layer]) -> dict[str, Any]:
    """The input taken through other layers."""
    return {**env, "chain": tuple(chain), "rows": propagate(chain, env["begin"])}


def _each(change: Callable[[Layer], Layer]) -> Callable[[Env], dict[str, Any]]:
    """Every layer changed."""
    return lambda env: _through(env, [change(one) for one in env["chain"]])


def _stopped(end: int) -> Callable[[Env], dict[str, Any] | None]:
    """Only the layers up to there; not where none would be left."""
    return lambda env: {**env, "chain": env["chain"][:end], "rows": env["rows"][:end]} if env["rows"][:end] else None


def _filters(env: Env) -> list[int]:
    return [row.shape[-1] for row in env["rows"] if row.layer.kind in ("conv", "tconv")]


def _last_axes(env: Env) -> Shape:
    shape: Shape = env["rows"][-1].shape[:-1]
    return shape


def _rounded_up(env: Env) -> dict[str, Any]:
    """Every division rounded up."""
    size, shapes = env["begin"][:-1], []
    for row in env["rows"]:
        if row.layer.kind not in ("conv", "pool"):
            return {}
        axes = [axis | {"i": i} for axis, i in zip(layer_givens.axis_givens(row), size, strict=True)]
        size = tuple(-(-(a["i"] + a["P"] - a["d"] * (a["k"] - 1) - 1) // a["s"]) + 1 for a in axes)
        shapes.append((*size, row.shape[-1]))
    return _named(shapes, env["layout"])


MISCONCEPTIONS = (
    misconception(
        "forgot-channels", "Flattening keeps every channel: H W C.", wrong=lambda env: _result(_last_axes(env))
    ),
    misconception("one-layer-early", "That is the size one layer too early.", change=_stopped(-1)),
    misconception(
        "one-layer-late", "That is the size one layer too late.",
        change=lambda env: _through(env, (*env["chain"], env["chain"][-1])),
    ),
    misconception(
        "stopped-after-first-layer", "That is the map after the first layer: the others change it too.",
        change=_stopped(1),
    ),
    misconception(
        "kept-input", "That is the input flattened: the layers change it first.",
        wrong=lambda env: _result(env["begin"]),
    ),
    misconception(
        "kept-input-size", "The convolutions shrink the map first.",
        wrong=lambda env: _result((*env["begin"][:-1], env["rows"][-1].shape[-1])),
    ),
    misconception(
        "forgot-strides", "The strides were left out: a stride of 2 halves the map.",
        change=_each(lambda one: replace(one, s=(1,))),
    ),
    misconception(
        "forgot-padding", "The padding was left out.",
        change=_each(lambda one: replace(one, p=(0,))),
    ),
    misconception("rounded-up", "You rounded up: the last, incomplete window does not count.", wrong=_rounded_up),
    misconception(
        "channels-multiplied", "Each layer's filters replace the channels before; they do not multiply.",
        wrong=lambda env: _result((*_last_axes(env), *_filters(env))),
    ),
    misconception(
        "channels-added", "Only the last layer's channels are there to flatten; they do not add up.",
        wrong=lambda env: _result((*_last_axes(env), sum(_filters(env)))),
    ),
)  # fmt: skip


def conventions(env: Env) -> dict[str, str]:
    """What was done where sources differ."""
    ceil = any(one.ceil for one in env["chain"])
    rounding = "down, an incomplete last window does not count"
    return {"rounding": rounding + (", except in the pools with ceil" if ceil else ""), "layout": env["layout"]}


def drawings(env: Env, results: Mapping[str, Any]) -> Iterator[Drawing]:
    """The maps shrinking."""
    yield shrinking(env["rows"])
