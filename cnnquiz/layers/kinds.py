"""One rule a kind of layer: what becomes of the map, and what the layer costs."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

from msgspec import Struct

from cnnquiz.layers.layer import Layer, LayerFault
from cnnquiz.layers.state import LayerState, Shape, at_once, flat, spread, widened
from cnnquiz.layers.windows import conv_size, pool_size, same_padding, tconv_size
from cnnquiz.solution import text


class Counts(Struct, frozen=True):
    """What a layer costs: learned and stored numbers, multiply-adds, and what `count` may add."""

    parameters: int = 0
    stored: int = 0
    macs: int = 0
    extra: tuple[tuple[str, int], ...] = ()


Rule = Callable[[Layer, LayerState], tuple[LayerState, Counts]]


def per_axis(name: str, values: tuple[int, ...], axes: int) -> tuple[int, ...]:
    """One number for every axis, from one number or from one each."""
    if len(values) == axes:
        return values
    if len(values) == 1:
        return values * axes
    raise LayerFault(f"{name} has {len(values)} numbers, but the map has {axes} axes: write one, or {axes}")


def _axes_of(layer: Layer, flow: LayerState) -> tuple[int, ...]:
    if len(flow.shape) < 2:
        got = f"gets {flow.shape[0]} values in a row"
        raise LayerFault(f"a {layer.kind} needs a map and {got}: put it before flatten and dense")
    return flow.shape[:-1]


def _paddings(layer: Layer, k: Shape, s: Shape, d: Shape) -> tuple[tuple[int, int], ...]:
    if isinstance(layer.p, str):
        if any(one != 1 for one in s):
            raise LayerFault(f"padding same is for stride 1, not {text(s)}: write a number, as in p1")
        return tuple(map(same_padding, k, d))
    return tuple((one, one) for one in per_axis("p", layer.p, len(k)))


def _window(layer: Layer, axes: int) -> tuple[Shape, Shape, Shape, tuple[tuple[int, int], ...]]:
    k = per_axis("k", layer.k, axes)
    s = per_axis("s", layer.s or layer.k, axes)
    d = per_axis("d", layer.d, axes)
    return k, s, d, _paddings(layer, k, s, d)


def _channels(layer: Layer, flow: LayerState) -> int:
    channels = flow.shape[-1]
    if layer.channels not in (None, channels):
        raise LayerFault(f"channels is {layer.channels}, but {channels} arrive ({text(flow.shape)})")
    return channels


def _grouped(layer: Layer, flow: LayerState) -> tuple[int, int, int]:
    """Channels, filters and groups, which must divide both."""
    channels = _channels(layer, flow)
    if layer.out is None and layer.groups:
        raise LayerFault(f"it has no number of filters: write {layer.kind} 10 ...")
    groups = layer.groups or channels
    filters = layer.out or channels
    if channels % groups or filters % groups:
        raise LayerFault(f"{groups} groups do not divide {channels} channels and {filters} filters evenly")
    return channels, filters, groups


def _conv(layer: Layer, flow: LayerState) -> tuple[LayerState, Counts]:
    size = _axes_of(layer, flow)
    k, s, d, paddings = _window(layer, len(size))
    channels, filters, groups = _grouped(layer, flow)
    out = tuple(map(conv_size, size, k, s, paddings, d))
    links = layer.links or filters * (channels // groups)
    if links > filters * channels:
        raise LayerFault(f"links {links} is more than all pairs of {channels} channels and {filters} filters")
    weights = prod(k) * links
    after = widened(flow, (*out, filters), k, s, d, paddings)
    return after, _counts(weights, prod(out), filters if layer.bias else 0)


def _counts(weights: int, positions: int, biases: int, fixed: bool = False) -> Counts:
    stored = weights + biases
    extra = (("bias", positions * biases),) if biases else ()
    return Counts(0 if fixed else stored, stored, weights * positions, extra)


def _tconv(layer: Layer, flow: LayerState) -> tuple[LayerState, Counts]:
    size = _axes_of(layer, flow)
    axes = len(size)
    if isinstance(layer.p, str):
        raise LayerFault("a transposed convolution takes no padding same: write a number, as in p1")
    k, s, d = per_axis("k", layer.k, axes), per_axis("s", layer.s, axes), per_axis("d", layer.d, axes)
    p, op = per_axis("p", layer.p, axes), per_axis("op", layer.op, axes)
    channels, filters, groups = _grouped(layer, flow)
    out = tuple(map(tconv_size, size, k, s, p, d, op))
    weights = prod(k) * filters * (channels // groups)
    biases = filters if layer.bias else 0
    extra = (("bias", prod(out) * biases),) if biases else ()
    return spread(flow, (*out, filters), k, s, d, p), Counts(
        weights + biases, weights + biases, weights * prod(size), extra
    )


def _pool(layer: Layer, flow: LayerState) -> tuple[LayerState, Counts]:
    size = _axes_of(layer, flow)
    k, s, d, paddings = _window(layer, len(size))
    if isinstance(layer.p, str):
        out = tuple(map(conv_size, size, k, s, paddings, d))
    else:
        ps = [before for before, _ in paddings]
        out = tuple(map(pool_size, size, k, s, ps, d, (layer.ceil,) * len(size)))
    channels = flow.shape[-1]
    learned = 2 * channels if layer.learned else 0
    extra = (("pool", prod(out) * channels * prod(k)),)
    return widened(flow, (*out, channels), k, s, d, paddings), Counts(learned, learned, 0, extra)


def _gap(layer: Layer, flow: LayerState) -> tuple[LayerState, Counts]:
    size = _axes_of(layer, flow)
    shape = (*(1 for _ in size), flow.shape[-1])
    return at_once(flow, shape, shape[:-1]), Counts(extra=(("pool", prod(flow.shape)),))


def _flatten(layer: Layer, flow: LayerState) -> tuple[LayerState, Counts]:
    return flat(flow), Counts()


def _dense(layer: Layer, flow: LayerState) -> tuple[LayerState, Counts]:
    inputs, units = prod(flow.shape), layer.out or 0
    if layer.inputs not in (None, inputs):
        made = f" has {inputs} ({text(flow.shape)})" if len(flow.shape) > 1 else f" has {inputs}"
        raise LayerFault(f"inputs is {layer.inputs}, but the flattened map{made}: write inputs={inputs}")
    counts = _counts(inputs * units, 1, units if layer.bias else 0, layer.fixed)
    return at_once(flow, (units,), (1,) * len(flow.grid)), counts


def _bn(layer: Layer, flow: LayerState) -> tuple[LayerState, Counts]:
    channels = flow.shape[-1]
    return flow, Counts(2 * channels, 4 * channels, 0, (("bn", prod(flow.shape)),))


def _activation(layer: Layer, flow: LayerState) -> tuple[LayerState, Counts]:
    return flow, Counts(extra=(("activation", prod(flow.shape)),))


def _nothing(layer: Layer, flow: LayerState) -> tuple[LayerState, Counts]:
    return flow, Counts()


RULES: dict[str, Rule] = {
    "conv": _conv,
    "tconv": _tconv,
    "pool": _pool,
    "window": _pool,
    "gap": _gap,
    "flatten": _flatten,
    "dense": _dense,
    "bn": _bn,
    "activation": _activation,
    "lrn": _activation,
    "dropout": _nothing,
}
