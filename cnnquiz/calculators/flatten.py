"""Flattened dimension: the size after each layer, and the inputs of the dense layer behind them.

    o = floor((i + 2p - d(k - 1) - 1)/s) + 1 for each layer, then n = H W C

Source: Dumoulin and Visin, A guide to convolution arithmetic for deep learning, 2016.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod

from msgspec.structs import replace

from cnnquiz.errors import GivenError
from cnnquiz.layers.blocks import Scope
from cnnquiz.layers.counts import shape_after, tally
from cnnquiz.layers.drawings import map_sizes
from cnnquiz.layers.families import LAYOUT, ROUNDING
from cnnquiz.layers.givens import INPUT, input_shape, no_channels
from cnnquiz.layers.layer import Layer, parse_layers
from cnnquiz.layers.propagation import propagate
from cnnquiz.layers.state import Shape, with_layout
from cnnquiz.layers.steps import map_product, size_steps
from cnnquiz.layers.vocabulary import WINDOWS
from cnnquiz.mathematics import notation
from cnnquiz.mathematics.expression import parse
from cnnquiz.solution import Step, text
from cnnquiz.solver.calculator import Drawings, Env, Quantity, Result, Results, Steps, Values, misconception
from cnnquiz.solver.givens import excerpt, integer, words
from cnnquiz.solver.lines import one

QUANTITIES = (
    Quantity("in", "in_size", INPUT, "input size: 39x39x3 (height x width x channels)"),
    Quantity("layers", "layers", words("LAYERS"), 'the layers: "conv 10 k3; conv 20 k5 s2; pool k2"'),
    Quantity("channels", "in_channels", integer(1, letters=False), "input channels, where `in` has none", None),
    LAYOUT,
)
RESULTS = (
    Result("sizes", "sizes", "the size of the map after each layer"),
    Result("shapes", "shapes", "size and channels after each layer"),
    Result("last_shape", "last_shape", "size and channels of the last map"),
    Result("last_size", "last_size", "the side of the last map"),
    Result("last_channels", "last_channels", "the channels of the last map"),
    Result("flattened", "flattened", "numbers in the flattened map: the inputs of a dense layer", answer=True),
)
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


def prepare(values: Values) -> Values:
    """What each layer makes, as `results`; refuses those that do not fit, by number."""
    layers = _with_names(parse_layers(values["layers"]))
    dense = next((n for n, layer in enumerate(layers, 1) if layer.kind == "dense"), 0)
    if dense == 1:
        raise GivenError("layers: layer 1 is dense already: put the layers that make the map before it", "layers")
    layers = layers[: dense - 1] if dense else layers  # the dense one takes the flattened map
    begin = input_shape(values["in"], values["channels"], values["layout"], layers)
    if begin[-1] == 0 and _need_channels(layers):
        raise no_channels(begin)
    results = [result for result in propagate(layers, begin) if result.layer.kind in (*WINDOWS, "gap")]
    if not results:
        raise GivenError('layers: none of them changes the map: write for example "conv 10 k3"', "layers")
    return {**values, "begin": begin, "results": results}


def _with_names(layers: Sequence[Layer]) -> list[Layer]:
    """The layers, with names where they have none: conv1, pool1, conv2."""
    taken: set[str] = set()
    for number, layer in enumerate(layers, 1):
        if layer.name and layer.name in taken:
            raise GivenError(f"layer {number}: the name {excerpt(layer.name)} is taken; write another", "layers")
        taken |= {layer.name}
    scope = Scope()
    return [layer if layer.name else replace(layer, name=scope.free_name(layer.word, taken)) for layer in layers]


def _need_channels(layers: Sequence[Layer]) -> bool:
    """Whether the output depends on the input's channels: no plain convolution sets them anew."""
    first = next((layer for layer in layers if layer.kind in ("conv", "tconv")), None)
    return first is None or first.groups != 1 or first.channels is not None


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
        if result.layer.kind == "gap":
            why = f"The output is {text(result.shape)}: global pooling leaves one value a channel."
            yield Step(f"Layer {number}: gap", value=notation.value_math(result.shape), why=why, of="sizes")
        else:
            yield from size_steps(result, number, "sizes")
    if want in (None, "flattened"):
        names, sides = map_product(env["results"][-1].shape)
        product, why = parse(names), "Flattening keeps every number: each place of each channel becomes one input."
        total = notation.value_math(prod(sides.values()))
        yield Step("Flatten", notation.math(product, left="n"), notation.math(product, sides), total, why, "flattened")


def count(env: Env) -> Values:
    """Each window slid along each axis and its places counted; the last map's numbers counted up."""
    shapes = [shape_after(result) for result in env["results"]]
    return _shape_results(shapes, env["layout"]) | {"flattened": tally(*shapes[-1])}


def _numbers_of(shape: Callable[[Env, Shape], Sequence[int]]) -> Callable[[Env], Values]:
    """The numbers of another shape, from the givens and the right one."""

    def wrong(env: Env) -> Values:
        sides = shape(env, env["results"][-1].shape)
        return {"flattened": prod(sides)} if all(sides) else {}

    return wrong


def _layers(env: Env) -> list[Layer]:
    return [result.layer for result in env["results"]]


def _filters(env: Env) -> list[int]:
    return [result.shape[-1] for result in env["results"] if result.layer.kind in ("conv", "tconv")]


def _through(layers: Callable[[list[Layer]], Sequence[Layer]]) -> Callable[[Env], Values]:
    """The input taken through other layers."""
    return lambda env: {**env, "results": propagate(layers(_layers(env)), env["begin"])}


def _up_to(end: int) -> Callable[[Env], Values | None]:
    """Only the layers up to there; not where none would be left."""
    return lambda env: {**env, "results": env["results"][:end]} if env["results"][:end] else None


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
                  wrong=_numbers_of(lambda env, shape: shape[:-1])),
    misconception("one-layer-early", "That is the size one layer too early.", change=_up_to(-1)),
    misconception("one-layer-late", "That is the size one layer too late.",
                  change=_through(lambda layers: [*layers, layers[-1]])),
    misconception("stopped-after-first-layer", "That is the map after the first layer: the others change it too.",
                  change=_up_to(1)),
    misconception("kept-input", "That is the input flattened: the layers change it first.",
                  wrong=_numbers_of(lambda env, shape: env["begin"])),
    misconception("kept-input-size", "The convolutions shrink the map first.",
                  wrong=_numbers_of(lambda env, shape: (*env["begin"][:-1], shape[-1]))),
    misconception("forgot-strides", "The strides were left out: a stride of 2 halves the map.",
                  change=_through(lambda layers: [replace(layer, s=(1,)) for layer in layers])),
    misconception("forgot-padding", "The padding was left out.",
                  change=_through(lambda layers: [replace(layer, p=(0,)) for layer in layers])),
    misconception("rounded-up", "You rounded up: the last, incomplete window does not count.", wrong=_with_ceil),
    misconception("channels-multiplied", "Each layer's filters replace the channels before; they do not multiply.",
                  wrong=_numbers_of(lambda env, shape: (*shape[:-1], *_filters(env)))),
    misconception("channels-added", "Only the last layer's channels are there to flatten; they do not add up.",
                  wrong=_numbers_of(lambda env, shape: (*shape[:-1], sum(_filters(env))))),
)  # fmt: skip


def drawings(env: Env, results: Results) -> Drawings:
    """The maps shrinking."""
    yield map_sizes(env["results"])
