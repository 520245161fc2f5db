"""Flattened dimension: the size after each layer, and the inputs of the dense layer behind them.

    o = floor((i + 2p - d(k - 1) - 1)/s) + 1 for each layer, then n = H W C

Source: Dumoulin and Visin, A guide to convolution arithmetic for deep learning, 2016.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from msgspec.structs import replace

from cnnquiz.layers.counts import tally
from cnnquiz.layers.drawings import map_sizes
from cnnquiz.layers.families import ROUNDING
from cnnquiz.layers.givens import CHANNELS, INPUT, chain_givens, input_assumptions
from cnnquiz.layers.layer import Layer
from cnnquiz.layers.network_counts import shape_after
from cnnquiz.layers.propagation import propagate
from cnnquiz.layers.shapes import LAYOUT
from cnnquiz.layers.state import Shape, with_layout
from cnnquiz.layers.steps import map_product, size_steps
from cnnquiz.mathematics.notation import formula_step, step
from cnnquiz.solution import text
from cnnquiz.solver.calculator import Drawings, Env, Quantity, Result, Results, Steps, Values, misconception
from cnnquiz.solver.givens import words
from cnnquiz.solver.lines import one

QUANTITIES = (
    Quantity("in", "in_size", INPUT, "input size: 39x39x3 (height x width x channels)"),
    Quantity("layers", "layers", words("LAYERS"), 'the layers: "conv 10 k3; conv 20 k5 s2; pool k2"'),
    CHANNELS,
    LAYOUT,
)
RESULTS = (
    Result("sizes", "the size of the map after each layer"),
    Result("shapes", "size and channels after each layer"),
    Result("last_shape", "size and channels of the last map"),
    Result("last_size", "the side of the last map"),
    Result("last_channels", "the channels of the last map"),
    Result("flattened", "numbers in the flattened map: the inputs of a dense layer", answer=True),
)
TOPIC = "convolution"
SHORTHAND = ("in layers",)
EXAMPLES = (
    '--in 39x39x3 --layers "conv 10 k3; conv 20 k5 s2; conv 40 k5 s2"',
    '--in 28x28x1 --layers "conv 6 k5; pool k2"',
)
CONVENTIONS = {
    "rounding": lambda env: ROUNDING + (
        ", except in the pools with ceil" if any(layer.ceil for layer in _layers(env)) else ""
    ),
    "layout": lambda env: str(env["layout"]),
}
LETTERS = {
    "o": "output size", "i": "input size", "k": "kernel size", "s": "stride", "p": "padding", "d": "dilation",
    "n": "inputs of the dense layer", "H": "height", "W": "width", "C": "channels",
}  # fmt: skip


prepare, assumptions = chain_givens, input_assumptions


def work(env: Env) -> Values:
    """The shapes behind the layers."""
    found = _shape_results([result.shape for result in env["results"]], env["layout"])
    return found | {f"size{n}": size for n, size in enumerate(found["sizes"], 1)}


def _shape_results(shapes: Sequence[Shape], layout: str) -> Values:
    *_, last = written = [with_layout(shape, layout) for shape in shapes]
    *_, last_size = sizes = [one(shape[:-1]) for shape in shapes]
    found = {"sizes": sizes, "shapes": written, "last_shape": last, "last_size": last_size}
    return found | {"last_channels": shapes[-1][-1], "flattened": prod(last)}


def explain(env: Env, results: Results, want: str | None) -> Steps:
    """A step for each layer, then the product."""
    for number, result in enumerate(env["results"], 1):
        if result.layer.kind in ("gap", "adaptive"):
            why = f"The output is {text(result.shape)}: adaptive pooling makes the size that is asked for."
            if result.layer.kind == "gap":
                why = f"The output is {text(result.shape)}: global pooling leaves one value a channel."
            yield step(f"Layer {number}: {result.layer}", value=result.shape, why=why, of="sizes")
        elif result.layer.kind != "flatten":
            yield from size_steps(result, number, "sizes")
    if want in (None, "flattened"):
        names, sides = map_product(env["results"][-1].shape)
        why = "Flattening keeps every number: each place of each channel becomes one input."
        yield formula_step("Flatten", names, sides, why, "flattened", "n")


def count(env: Env) -> Values:
    """Each window slid along each axis and its places counted; the last map's numbers counted up."""
    shapes = [shape_after(result) for result in env["results"]]
    return _shape_results(shapes, env["layout"]) | {"flattened": tally(*shapes[-1])}


def _last(env: Env) -> Shape:
    """The shape of the last map."""
    shape: Shape = env["results"][-1].shape
    return shape


def _layers(env: Env) -> list[Layer]:
    return [result.layer for result in env["results"]]


def _filters(env: Env) -> list[int]:
    return [result.shape[-1] for result in env["results"] if result.layer.kind in ("conv", "tconv")]


def _through(env: Env, layers: Sequence[Layer]) -> Values:
    """The input taken through other layers."""
    return {**env, "results": propagate(layers, env["begin"])}


def _up_to(env: Env, end: int) -> Values | None:
    """Only the layers up to there; not where none would be left."""
    return {**env, "results": env["results"][:end]} if env["results"][:end] else None


def _with_ceil(env: Env) -> Values:
    size, shapes = env["begin"][:-1], []
    for result in env["results"]:
        if result.layer.kind not in ("conv", "pool"):
            return {}
        windows = zip(size, result.layer.windows(len(size)), strict=True)
        size = tuple(-(-window.room(n) // window.s) + 1 for n, window in windows)
        shapes.append((*size, result.shape[-1]))
    return _shape_results(shapes, env["layout"])


MISCONCEPTIONS = (
    misconception("forgot-channels", "Flattening keeps every channel: H W C.",
                  flattened=lambda env: prod(_last(env)[:-1])),
    misconception("one-layer-early", "That is the size one layer too early.", change=lambda env: _up_to(env, -1)),
    misconception("one-layer-late", "That is the size one layer too late.",
                  change=lambda env: _through(env, [*_layers(env), _layers(env)[-1]])),
    misconception("stopped-after-first-layer", "That is the map after the first layer: the others change it too.",
                  change=lambda env: _up_to(env, 1)),
    misconception("kept-input", "That is the input flattened: the layers change it first.",
                  flattened=lambda env: prod(env["begin"]) or None),
    misconception("kept-input-size", "The convolutions shrink the map first.",
                  flattened=lambda env: prod(env["begin"][:-1]) * _last(env)[-1] or None),
    misconception("forgot-strides", "The strides were left out: a stride of 2 halves the map.",
                  change=lambda env: _through(env, [replace(layer, s=(1,)) if layer.kind != "upsample" else layer
                                                  for layer in _layers(env)])),
    misconception("forgot-padding", "The padding was left out.",
                  change=lambda env: _through(env, [replace(layer, p=(0,)) for layer in _layers(env)])),
    misconception("rounded-up", "You rounded up: the last, incomplete window does not count.", wrong=_with_ceil),
    misconception("channels-multiplied", "Each layer's filters replace the channels before; they do not multiply.",
                  flattened=lambda env: prod(_last(env)[:-1]) * prod(_filters(env)) or None),
    misconception("channels-added", "Only the last layer's channels are there to flatten; they do not add up.",
                  flattened=lambda env: prod(_last(env)[:-1]) * sum(_filters(env)) or None),
)  # fmt: skip


def drawings(env: Env, results: Results) -> Drawings:
    """The maps shrinking."""
    yield map_sizes(env["results"])
