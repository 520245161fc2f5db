"""The givens that the calculators of layers and networks share, and how they are read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import Any

from msgspec.structs import replace

from cnnquiz.errors import CnnquizError, GivenError
from cnnquiz.layers import networks, shapes
from cnnquiz.layers.blocks import Scope, expand, flat
from cnnquiz.layers.layer import Layer, LayerFault, parse_layers
from cnnquiz.layers.propagation import LayerResult, Part, propagate
from cnnquiz.layers.shapes import LAYOUT
from cnnquiz.layers.state import Shape
from cnnquiz.layers.vocabulary import MAPS, UNITS, WINDOWS
from cnnquiz.mathematics.expression import Env, Letter
from cnnquiz.naming import nearest_names
from cnnquiz.solution import parts, text
from cnnquiz.solver.calculator import Case, Quantity, where
from cnnquiz.solver.givens import MAX_AXES, TypedShape, choice, excerpt, integer, shape, words

INPUT = shape()
NETWORK = Quantity(
    "network", "network", words("NETWORK"), "a bundled network (vgg16, alexnet/ungrouped) or a YAML file", None,
    positional=True,
)  # fmt: skip
LAYERS = Quantity("layers", "layers", words("LAYERS"), 'layers in place of a network: "conv 8 k3; pool k2"', None)
LAYER = Quantity("layer", "layer", words("NAME"), "one layer or block by its name: conv3_1", None)
IN = Quantity("in", "in_size", INPUT, "input size: 224x224x3; without it, what the network is made for", None)
CHANNELS = Quantity(
    "channels", "in_channels", integer(1, letters=False), "input channels, where `in` has none", None,
    only=where("in"),
)  # fmt: skip

MEMORY_UNIT = Quantity("unit", "memory_unit", choice(*map(str.lower, UNITS)),
                       "a unit for bytes: kb (1,000), kib (1,024), ...", None)  # fmt: skip


def unit_name(unit: str) -> str:
    """A unit of memory as it is written: KiB."""
    return next(name for name in UNITS if name.lower() == unit)


def other_unit(unit: str) -> str:
    """The unit that it is taken for: KB for KiB."""
    return unit.replace("i", "") if "i" in unit else f"{unit[0]}iB"


def unit_words(unit: str) -> str:
    """How many bytes a unit has."""
    return f"1 {unit_name(unit)} is {UNITS[unit_name(unit)]:,} bytes"


def _may_hold_channels(env: Env) -> bool:
    """Whether one number of the size is its channels, or could be."""
    size = env["in"]
    return isinstance(size, tuple) and (len(size) == len(env["begin"]) or size[0] == env["channels"])


_WITH_CHANNELS_IN_SIZE = Case("where in holds its channels", _may_hold_channels)
LAYOUT_OF_INPUT = replace(LAYOUT, only=_WITH_CHANNELS_IN_SIZE)


def input_shape(size: Any, channels: Any, layout: str | None, layers: Sequence[Any]) -> Shape:
    """Axes and channels, as `in`, `channels` and `layout` give them; a shape without channels has 0 of them.

    39 is a square image, 39x39 has no channels yet, 39x39x3 and 16x39x39x3 have; before a conv1d, 100x16 has them.
    With `channels` apart, all numbers are axes, except that 39x39x3 may be typed with 3 channels. Before a dense
    layer, 784 is a vector.
    """
    if any(isinstance(n, Letter) for n in (channels, *parts(size))):
        raise GivenError("layers are worked with numbers: write in as in 39x39x3", "in")
    shape = _input_shape(size, channels, layout, layers)
    if len(shape) > MAX_AXES + 1:
        raise GivenError(f"in: {text(shape[:-1])} has {len(shape) - 1} axes: write 1 to {MAX_AXES}", "in")
    return shape


def _input_shape(size: Any, channels: Any, layout: str | None, layers: Sequence[Any]) -> Shape:
    own = [one for one in layers if isinstance(one, Layer)]
    # Those that the layers' words and numbers speak of: conv1d has one, k3x5 has two
    axes = next((one.axes or len(one.k) for one in own if one.axes or len(one.k) > 1), 0)
    if axes == 1 and isinstance(size, tuple) and len(size) > 2:
        fault = f"in: {text(size)} has {len(size)} numbers: a conv1d takes a length and channels, as in 100x16"
        raise GivenError(fault, "in")
    if isinstance(size, int):
        first = next((one.kind for one in own if one.kind in (*WINDOWS, "dense")), "")
        if first == "dense" and channels is None:
            return (size,)
        size = (size,) * (axes or 2)
    elif layout is None and axes in (0, 2):
        shapes.ask_for_layout(size, channels)
    elif layout == "chw" and channels is None and len(size) == (axes + 1 if axes == 1 else max(len(size), 3)):
        size = (*size[1:], size[0])
    if channels is not None:
        place = 0 if layout == "chw" else -1
        if isinstance(size, TypedShape) and len(size) > 2 and size[place] == channels and len(size) != axes:
            return (*(size[1:] if layout == "chw" else size[:-1]), channels)
        return (*size, channels)
    with_channels = len(size) == 2 if axes == 1 else len(size) >= 3 and len(size) != axes
    return tuple(size) if with_channels else (*size, 0)


def no_channels(shape: Shape) -> GivenError:
    """The error for a size without channels where they matter."""
    axes = "x".join(map(str, shape[:-1]))
    return GivenError(f"in: {axes} has no channels: write {axes}x3, or give channels", "in")


def network_givens(values: dict[str, Any]) -> dict[str, Any]:
    """The givens of `net`, `cost` and `rf` with the network that they name.

    Adds its `parts`, the input's shape as `begin`, the `results` of its layers, those of the layer or block that is
    asked for as `view`, and the network itself as `net` (None for layers without a name). Refuses what does not fit.
    """
    if (values["network"] is None) == (values["layers"] is None):
        both = "not both" if values["network"] is not None else "as in vgg16 or --layers 'conv 8 k3'"
        raise GivenError(f"give a network or layers, {both}", "network")
    if values["network"] is not None:
        env = _from_network(str(values["network"]), values)
    else:
        env = _from_layers(values["layers"], values)
    results, name = env["results"], values["layer"]
    view = results if name is None else results_by_name(name, results)
    return {**values, **env, "view": view, "layout": values["layout"] or "hwc", "layout_stated": values["layout"]}


def _from_layers(layers: Any, values: dict[str, Any]) -> dict[str, Any]:
    if not (isinstance(layers, str | list | tuple) and layers):
        raise GivenError('layers: write a text, "conv 10 k3; pool k2", or a list of layers', "layers")
    parts = _with_classes(expand(layers)[0], values.get("classes"))
    if values["in"] is None:
        raise GivenError("in is missing: the input size, as in 224x224x3", "in")
    begin = _begin_shape(values, list(flat(parts)))
    return {"begin": begin, "parts": parts, "results": propagate(parts, begin), "net": None}


def _from_network(name: str, values: dict[str, Any]) -> dict[str, Any]:
    net = networks.load(name, tuple(values.get("blocks") or ()))
    parts = _with_classes(net.parts, values.get("classes"))
    begin = net.input if values["in"] is None else _begin_shape(values, list(flat(parts)), net.input)
    try:
        return {"begin": begin, "parts": parts, "results": propagate(parts, begin), "net": net}
    except LayerFault as fault:
        line, column = net.places.get(str(fault.path[0]) if fault.path else "", (0, 0))
        if not line:
            raise
        raise CnnquizError(f"{net.path}:{line}:{column}: {fault}") from None


def _with_classes(parts: Sequence[Part], classes: int | None) -> tuple[Part, ...]:
    """The parts, the last dense layer with as many units as there are classes."""
    if classes is None:
        return tuple(parts)
    for index in range(len(parts) - 1, -1, -1):
        last = parts[index]
        if isinstance(last, Layer) and last.kind == "dense":
            return (*parts[:index], replace(last, out=classes), *parts[index + 1 :])
    raise GivenError("classes: no dense layer stands at the end: leave it out", "classes")


def _begin_shape(values: dict[str, Any], layers: Sequence[Layer], made_for: Shape = ()) -> Shape:
    """The input's shape; a network knows its channels where only the size is given."""
    begin = input_shape(values["in"], values["channels"], values["layout"], layers)
    if begin[-1] == 0 and len(made_for) > 1:
        begin = (*begin[:-1], made_for[-1])
    if begin[-1] == 0:
        raise no_channels(begin)
    return begin


def results_by_name(name: Any, results: Sequence[LayerResult]) -> list[LayerResult]:
    """The results of one layer, or of all layers of a block: conv3_1, or conv3 for everything in it."""
    wanted = str(name).strip()
    exactly = [one for one in results if one.name == wanted]
    inside = [one for one in results if one.name.startswith((wanted + ".", wanted + "_"))]
    if exactly or inside:
        return exactly or inside
    known = list(dict.fromkeys(part for one in results for part in (one.name, one.name.partition(".")[0])))
    near = nearest_names(wanted, known, cutoff=0.4) or known[:3]
    raise GivenError(f"layer: no layer is called {excerpt(wanted)}: did you mean {' or '.join(near)}?", "layer")


def chain_givens(values: dict[str, Any]) -> dict[str, Any]:
    """The givens of `flatten` with what each layer makes, as `results`; refuses those that do not fit, by number."""
    layers = _with_names(parse_layers(values["layers"]))
    dense = next((n for n, layer in enumerate(layers, 1) if layer.kind == "dense"), 0)
    if dense == 1:
        raise GivenError("layers: layer 1 is dense already: put the layers that make the map before it", "layers")
    layers = layers[: dense - 1] if dense else layers  # the dense one takes the flattened map
    begin = input_shape(values["in"], values["channels"], values["layout"], layers)
    if begin[-1] == 0 and _need_channels(layers):
        raise no_channels(begin)
    every = propagate(layers, begin)
    results = [result for result in every if result.layer.kind in MAPS]
    if not results and every and every[0].layer.kind == "flatten":
        results = [replace(every[0], after=every[0].before)]  # the input itself is flattened
    if not results:
        raise GivenError('layers: none of them changes the map: write for example "conv 10 k3"', "layers")
    layout = values["layout"]
    return {**values, "begin": begin, "results": results, "layout": layout or "hwc", "layout_stated": layout}


def input_assumptions(env: Env) -> Iterator[str]:
    """How the input was understood, and what a network changes for an input that it is not made for."""
    size, begin = env["in"], env.get("begin")
    if size is None or begin is None:
        return
    if not isinstance(size, tuple):
        yield from shapes.square_assumption(size, len(begin) - 1)
    elif len(size) == len(begin) and env["layout_stated"] is None and env["channels"] is None:
        yield from shapes.order_assumption(size)
    net = env.get("net")
    if net is not None:
        yield from _network_assumptions(net, env)


def _network_assumptions(net: networks.Network, env: Env) -> Iterator[str]:
    size = parts(env["in"])
    if env["channels"] is None and len(size) < len(env["begin"]) and len(net.input) > 1:
        yield f"{env['begin'][-1]} channels, as {net.name} is made for"
    if env["begin"] == net.input:
        return
    first = next((one for one in env["results"] if one.layer.kind == "dense"), None)
    usual = next((one for one in propagate(net.parts, net.input) if one.layer.kind == "dense"), None)
    if first and usual and prod(first.before.shape) != prod(usual.before.shape):
        inputs, other = prod(first.before.shape), prod(usual.before.shape)
        made = f"{text(env['begin'])} in place of {text(net.input)}"
        yield f"{first.name} takes {inputs} inputs in place of {other}, for {made}"


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
