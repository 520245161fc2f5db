"""What each kind of layer makes of a map, and what it costs: one function a kind."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

from msgspec import Struct

from cnnquiz.layers.layer import Layer, LayerFault, per_axis
from cnnquiz.layers.state import (
    LayerState,
    Shape,
    after_adaptive,
    after_flatten,
    after_tconv,
    after_whole_map,
    after_windows,
)
from cnnquiz.layers.windows import Window, adaptive_window
from cnnquiz.solution import text


class Counts(Struct, frozen=True):
    """What a layer costs: learned and stored numbers, multiply-adds, and what `count` may add."""

    parameters: int = 0
    stored: int = 0
    macs: int = 0
    extra: tuple[tuple[str, int], ...] = ()


Effect = Callable[[Layer, LayerState], tuple[LayerState, Counts]]


def _axes_of(layer: Layer, state: LayerState) -> Shape:
    if len(state.shape) < 2:
        got = f"gets {state.shape[0]} values in a row"
        raise LayerFault(f"a {layer.kind} needs a map and {got}: put it before flatten and dense")
    if layer.axes not in (0, axes := len(state.shape) - 1):
        along = f"{layer.kind}{layer.axes}d slides along {layer.axes} {'axis' if layer.axes == 1 else 'axes'}"
        raise LayerFault(f"{along}, but {text(state.shape)} has {axes}: write {layer.kind}{axes}d")
    return state.shape[:-1]


def windows_of(layer: Layer, axes: int) -> tuple[Window, ...]:
    """Its window along each axis; LayerFault for numbers that do not go together, whatever the size of the map."""
    windows = layer.windows(axes)
    if layer.p == "same":
        if layer.kind == "tconv":
            raise LayerFault("a transposed convolution takes no padding same: write a number, as in p1")
        if any(window.s != 1 for window in windows):
            stride = text(tuple(window.s for window in windows))
            raise LayerFault(f"padding same is for stride 1, not {stride}: write a number, as in p1")
        return windows
    for window in windows:
        k, p = window.k, window.before
        if layer.kind == "pool" and 2 * p > k:
            raise LayerFault(f"padding {p} is more than half the kernel {k}: write p{k // 2} or less")
        if layer.kind == "tconv" and window.op >= max(window.s, window.d):
            larger = f"stride {window.s} or the dilation {window.d}"
            raise LayerFault(f"output padding {window.op} must be smaller than the {larger}")
    return windows


def _channels(layer: Layer, state: LayerState) -> int:
    """The channels that arrive; LayerFault where the layer is made for others."""
    channels = state.shape[-1]
    if layer.channels not in (None, channels):
        raise LayerFault(f"channels is {layer.channels}, but {channels} arrive ({text(state.shape)})")
    return channels


def _channels_and_groups(layer: Layer, state: LayerState) -> tuple[int, int, int]:
    """Channels, filters and groups, which must divide both."""
    channels = _channels(layer, state)
    if layer.out is None and layer.groups:
        raise LayerFault(f"it has no number of filters: write {layer.kind} 10 ...")
    groups = layer.groups or channels
    filters = layer.out or channels
    if channels % groups or filters % groups:
        raise LayerFault(f"{groups} groups do not divide {channels} channels and {filters} filters evenly")
    return channels, filters, groups


def _weight_counts(weights: int, uses: int, biases: int, positions: int, fixed: bool = False) -> Counts:
    """The counts of weights that are each used `uses` times, and of biases that are added at so many positions."""
    stored = weights + biases
    extra = (("bias", positions * biases),) if biases else ()
    return Counts(0 if fixed else stored, stored, weights * uses, extra)


def _conv(layer: Layer, state: LayerState) -> tuple[LayerState, Counts]:
    size = _axes_of(layer, state)
    windows = windows_of(layer, len(size))
    channels, filters, groups = _channels_and_groups(layer, state)
    out = tuple(map(Window.places, windows, size))
    links = layer.links or filters * (channels // groups)
    if links > filters * channels:
        raise LayerFault(f"links {links} is more than all pairs of {channels} channels and {filters} filters")
    weights = prod(window.k for window in windows) * links
    after = after_windows(state, (*out, filters), windows)
    return after, _weight_counts(weights, prod(out), filters if layer.bias else 0, prod(out))


def _tconv(layer: Layer, state: LayerState) -> tuple[LayerState, Counts]:
    size = _axes_of(layer, state)
    windows = windows_of(layer, len(size))
    channels, filters, groups = _channels_and_groups(layer, state)
    out = tuple(map(_tconv_size, windows, size))
    weights = prod(window.k for window in windows) * filters * (channels // groups)
    after = after_tconv(state, (*out, filters), windows)
    return after, _weight_counts(weights, prod(size), filters if layer.bias else 0, prod(out))


def _tconv_size(window: Window, n: int) -> int:
    size = window.tconv_length(n)
    if size < 1:
        most = (size + 2 * window.before - 1) // 2
        raise LayerFault(f"padding {window.before} leaves nothing of the output: write p{most} or less")
    return size


def _pool(layer: Layer, state: LayerState) -> tuple[LayerState, Counts]:
    size = _axes_of(layer, state)
    windows = windows_of(layer, len(size))
    ceil = layer.ceil and layer.p != "same"
    out = tuple(window.places(n, ceil) for window, n in zip(windows, size, strict=True))
    channels = state.shape[-1]
    learned = 2 * channels if layer.learned else 0
    extra = (("pool", prod(out) * channels * prod(window.k for window in windows)),)
    return after_windows(state, (*out, channels), windows), Counts(learned, learned, 0, extra)


def _gap(layer: Layer, state: LayerState) -> tuple[LayerState, Counts]:
    size = _axes_of(layer, state)
    shape = (*(1 for _ in size), state.shape[-1])
    return after_whole_map(state, shape, shape[:-1]), Counts(extra=(("pool", prod(state.shape)),))


def _adaptive(layer: Layer, state: LayerState) -> tuple[LayerState, Counts]:
    size = _axes_of(layer, state)
    sizes = per_axis("size", layer.size, len(size))
    taken = (sum(len(adaptive_window(n, to, at)) for at in range(to)) for n, to in zip(size, sizes, strict=True))
    return after_adaptive(state, sizes), Counts(extra=(("pool", prod(taken) * state.shape[-1]),))


def _upsample(layer: Layer, state: LayerState) -> tuple[LayerState, Counts]:
    size = _axes_of(layer, state)
    windows = layer.windows(len(size))
    out = tuple(map(Window.tconv_length, windows, size))
    return after_tconv(state, (*out, state.shape[-1]), windows), Counts()


def _pad(layer: Layer, state: LayerState) -> tuple[LayerState, Counts]:
    size = _axes_of(layer, state)
    windows = layer.windows(len(size))
    return after_windows(state, (*map(Window.places, windows, size), state.shape[-1]), windows), Counts()


def _flatten(layer: Layer, state: LayerState) -> tuple[LayerState, Counts]:
    return after_flatten(state), Counts()


def _dense(layer: Layer, state: LayerState) -> tuple[LayerState, Counts]:
    inputs, units = prod(state.shape), layer.out or 0
    if layer.inputs not in (None, inputs):
        size = f" has {inputs} ({text(state.shape)})" if len(state.shape) > 1 else f" has {inputs}"
        raise LayerFault(f"inputs is {layer.inputs}, but the flattened map{size}: write inputs={inputs}")
    counts = _weight_counts(inputs * units, 1, units if layer.bias else 0, 1, layer.fixed)
    return after_whole_map(state, (units,), (1,) * len(state.grid)), counts


def _bn(layer: Layer, state: LayerState) -> tuple[LayerState, Counts]:
    channels = _channels(layer, state)
    return state, Counts(2 * channels, 4 * channels, 0, (("bn", prod(state.shape)),))


def _activation(layer: Layer, state: LayerState) -> tuple[LayerState, Counts]:
    return state, Counts(extra=(("activation", prod(state.shape)),))


def _dropout(layer: Layer, state: LayerState) -> tuple[LayerState, Counts]:
    return state, Counts()


EFFECTS: dict[str, Effect] = {
    "conv": _conv,
    "tconv": _tconv,
    "pool": _pool,
    "window": _pool,
    "gap": _gap,
    "adaptive": _adaptive,
    "upsample": _upsample,
    "pad": _pad,
    "flatten": _flatten,
    "dense": _dense,
    "bn": _bn,
    "activation": _activation,
    "lrn": _activation,
    "dropout": _dropout,
}
