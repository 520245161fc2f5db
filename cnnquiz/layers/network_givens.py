"""What net, rf and cost share: a network or layers given, worked through; one layer or one block of it picked out."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from cnnquiz.errors import CnnquizError, GivenError
from cnnquiz.layers import networks
from cnnquiz.layers.blocks import expand, flat
from cnnquiz.layers.layer import Layer, LayerFault
from cnnquiz.layers.layer_givens import INPUT, WINDOWS, input_shape, no_channels, spatial
from cnnquiz.layers.propagation import Part, Row, propagate
from cnnquiz.layers.state import Shape, exact
from cnnquiz.solver.calculator import Quantity
from cnnquiz.solver.givens import choice, integer, shown, words

NETWORK = Quantity(
    "network", "network", words("NETWORK"), "a bundled network (vgg16, alexnet/ungrouped) or a YAML file", None,
    positional=True,
)  # fmt: skip
LAYERS = Quantity("layers", "layers", words("LAYERS"), 'layers in place of a network: "conv 8 k3; pool k2"', None)
IN = Quantity("in", "in_size", INPUT, "input size: 224x224x3; without it, what the network is made for", None)
CHANNELS = Quantity("channels", "in_channels", integer(1, letters=False), "input channels, where `in` has none", None)
LAYOUT = Quantity("layout", "layout", choice("hwc", "chw"), "how shapes are written", "hwc")
LAYER = Quantity("layer", "layer", words("NAME"), "one layer or block by its name: conv3_1", None)
KEPT = (*WINDOWS, "gap", "dense", "add", "concat")  # layers whose output is a map of its own in memory


def worked(values: dict[str, Any]) -> dict[str, Any]:
    """The network's rows, the shape that goes in, and what is called by name; refuses what does not fit."""
    if (values["network"] is None) == (values["layers"] is None):
        both = "not both" if values["network"] is not None else "as in vgg16 or --layers 'conv 8 k3'"
        raise GivenError(f"give a network or layers, {both}", "network")
    if values["network"] is not None:
        return _from_network(str(values["network"]), values)
    parts = with_classes(expand(_unnested(values["layers"]))[0], values.get("classes"))
    if values["in"] is None:
        raise GivenError("in is missing: the input size, as in 224x224x3", "in")
    begin = begin_shape(values, list(flat(parts)))
    return {"begin": begin, "parts": parts, "rows": propagate(parts, begin), "net": None}


def _unnested(layers: Any) -> Any:
    if isinstance(layers, str | list | tuple) and layers:
        return layers
    raise GivenError('layers: write a text, "conv 10 k3; pool k2", or a list of layers', "layers")


def _from_network(name: str, values: dict[str, Any]) -> dict[str, Any]:
    net = networks.load(name)
    parts = with_classes(net.parts, values.get("classes"))
    layers = list(flat(parts))
    begin = net.input if values["in"] is None else begin_shape(values, layers, net.input)
    try:
        return {"begin": begin, "parts": parts, "rows": propagate(parts, begin), "net": net}
    except LayerFault as fault:
        line, column = net.places.get(str(fault.path[0]) if fault.path else "", (0, 0))
        if not line:
            raise
        raise CnnquizError(f"{net.path}:{line}:{column}: {fault}") from None


def with_classes(parts: Sequence[Part], classes: int | None) -> tuple[Part, ...]:
    """The parts, the last dense layer with as many units as there are classes."""
    if classes is None:
        return tuple(parts)
    for index in range(len(parts) - 1, -1, -1):
        last = parts[index]
        if isinstance(last, Layer) and last.kind == "dense":
            return (*parts[:index], replace(last, out=classes), *parts[index + 1 :])
    raise GivenError("classes: no dense layer stands at the end: leave it out", "classes")


def begin_shape(values: dict[str, Any], layers: Sequence[Layer], made_for: Shape = ()) -> Shape:
    """The input's shape; a network knows its channels where only the size is given."""
    begin = input_shape(values["in"], values["channels"], values["layout"], layers)
    if begin[-1] == 0 and len(made_for) > 1:
        begin = (*begin[:-1], made_for[-1])
    if begin[-1] == 0:
        raise no_channels(begin)
    return begin


def picked(rows: Sequence[Row], name: Any) -> list[Row]:
    """The rows of one layer, or of all layers of a block: conv3_1, or conv3 for everything in it."""
    wanted = str(name).strip()
    exactly = [row for row in rows if row.name == wanted]
    inside = [row for row in rows if row.name.startswith((wanted + ".", wanted + "_"))]
    if exactly or inside:
        return exactly or inside
    known = list(dict.fromkeys(part for row in rows for part in (row.name, row.name.partition(".")[0])))
    near = difflib.get_close_matches(wanted[:60], known, 3, 0.4) or known[:3]
    raise GivenError(f"layer: no layer is called {shown(wanted)}: did you mean {' or '.join(near)}?", "layer")


def number(value: Sequence[Any]) -> Any:
    """One number where all axes agree, otherwise one for each."""
    return spatial(tuple(exact(one) for one in value))


def written(shape_: Shape, layout: str) -> Shape:
    """A shape in the layout asked for."""
    return shape_ if layout == "hwc" else (shape_[-1], *shape_[:-1])


def macs(row: Row, counted: frozenset[str]) -> int:
    """A layer's multiply-adds, with the operations that `count` adds."""
    return row.counts.macs + sum(many for kind, many in row.counts.extra if kind in counted)


def described_type(row: Row) -> str:
    """What a layer is, in the words that `--layers` takes."""
    return row.layer.mode if row.layer.kind == "activation" else row.layer.kind
