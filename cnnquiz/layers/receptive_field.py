"""What each layer of a chain or of a network sees, from the givens of `rf`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from cnnquiz.errors import GivenError
from cnnquiz.layers import index_walk
from cnnquiz.layers.layer import Layer, LayerFault, parse_layers
from cnnquiz.layers.layer_givens import WINDOWS, axis_numbers
from cnnquiz.layers.network_givens import picked, worked
from cnnquiz.layers.propagation import Join
from cnnquiz.layers.state import LayerState, spread, widened

MOST_EQUAL = 10_000  # equal layers


class Seen(Struct, frozen=True):
    """One layer, and what its values see before and after it."""

    layer: Layer
    before: LayerState
    flow: LayerState


def prepare(values: dict[str, Any]) -> dict[str, Any]:
    """What each layer sees; refuses layers that need the size of the map."""
    if values["network"] is None and values["layers"] is None:
        return _equal(values)
    if values["k"] is not None:
        raise GivenError("k belongs to equal layers without `layers` or a network: leave it out", "k")
    if values["network"] is not None or values["in"] is not None:
        return _network(values)
    layers = parse_layers(values["layers"])
    return _alone(values, layers)


def _equal(values: dict[str, Any]) -> dict[str, Any]:
    """A stack of equal layers; nothing where one of their numbers is searched for."""
    if values["layer"] is not None or values["in"] is not None:
        raise GivenError("give a network or layers: as in vgg16, or --layers 'conv k3; pool k2'", "layers")
    numbers = [values[name] for name in ("k", "s", "d", "n")]
    if any(one is None for one in numbers):
        if values["k"] is None and values["n"] == 1:
            raise GivenError("give layers, as in --layers 'k3; k2 s2', or a network, or k", "layers")
        return {**values, "seen": []}
    k, s, d, n = numbers
    if n > MOST_EQUAL:
        raise GivenError(f"n: {n} layers are too many: at most {MOST_EQUAL}", "n")
    return _alone(values, (Layer("window", k=(k,), s=(s,), d=(d,)),) * n)


def _alone(values: dict[str, Any], layers: Sequence[Layer]) -> dict[str, Any]:
    """Layers without the size of their input: it does not matter to windows."""
    axes = max((len(one) for layer in layers for one in (layer.k, layer.s, layer.p, layer.d)), default=1)
    flow = LayerState((), (), (1,) * axes, (1,) * axes, (0,) * axes)
    seen = []
    for index, layer in enumerate(layers, 1):
        if layer.kind in ("gap", "dense"):
            raise LayerFault(f"layer {index} ({layer.kind}) sees the whole map: give in, or leave it out")
        after = _after(layer, flow, axes, index)
        seen.append(Seen(layer, flow, after))
        flow = after
    if values["layer"] is not None:
        seen = _up_to(seen, values["layer"])
    return {**values, "seen": seen, "parts": tuple(one.layer for one in seen), "axes_seen": axes, "grids": {}}


def _after(layer: Layer, flow: LayerState, axes: int, index: int) -> LayerState:
    if layer.kind not in WINDOWS:
        return flow
    try:
        k, s, d, _, paddings = axis_numbers(layer, axes)
        if layer.kind == "tconv":
            return spread(flow, (), k, s, d, tuple(before for before, _ in paddings))
        return widened(flow, (), k, s, d, paddings)
    except GivenError as fault:
        raise LayerFault(f"layer {index} ({layer.kind}): {fault}") from None


def _up_to(seen: list[Seen], name: Any) -> list[Seen]:
    """The layers up to the one of that number or name."""
    if str(name).isdigit() and 1 <= int(name) <= len(seen):
        return seen[: int(name)]
    for index, one in enumerate(seen, 1):
        if one.layer.name == name:
            return seen[:index]
    raise GivenError(f"layer: write its number, 1 to {len(seen)}", "layer")


def _network(values: dict[str, Any]) -> dict[str, Any]:
    """A network up to the layer that is asked for, or to its last map."""
    env = {**values, **worked(values)}
    rows = env["rows"]
    last = picked(rows, env["layer"])[-1] if env["layer"] is not None else None
    if last is None:
        maps = [row for row in rows if row.layer.kind in (*WINDOWS, "add", "concat")]
        last = maps[-1] if maps else rows[-1]
    parts = index_walk.path_to(env["parts"], last.name)
    names = _names(parts)
    seen = [Seen(row.layer, row.before, row.flow) for row in rows if row.name in names]
    grids = {row.name: row.before.grid for row in rows}
    return {**env, "seen": seen, "parts": parts, "axes_seen": len(last.flow.field), "grids": grids}


def _names(parts: Sequence[Any]) -> set[str]:
    found: set[str] = set()
    for part in parts:
        found.add(part.name)
        if isinstance(part, Join):
            for _, branch in part.branches:
                found |= _names(branch)
    return found
