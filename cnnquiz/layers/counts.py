"""Sizes and costs counted by another way than the formulas: windows slid place by place, numbers added up."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import repeat
from struct import calcsize
from typing import Any

from cnnquiz.layers.layer import Layer
from cnnquiz.layers.propagation import LayerResult
from cnnquiz.layers.state import Shape
from cnnquiz.layers.vocabulary import WINDOWS
from cnnquiz.layers.windows import Window
from cnnquiz.mathematics.expression import Env
from cnnquiz.solver.givens import are_numbers

C_TYPES = {"fp64": "d", "fp32": "f", "fp16": "e", "int8": "b"}  # their codes in `struct`
LONG = 100_000  # places beyond this are counted by Python's range, not walked one by one


@lru_cache(maxsize=8192)
def slide(n: int, window: Window, ceil: bool = False) -> int:
    """How many places a window takes along n pixels, found by sliding it.

    It starts in the padding, each move is one stride, and its last tap must stay inside the padded input.
    With `ceil`, one more place counts if pixels are left over for it and it starts before the padding behind.
    """
    last_tap = _last_tap(window)
    starts = range(-window.before, n + window.after - last_tap, window.s)
    places = sum(1 for _ in starts) if len(starts) <= LONG else len(starts)
    start = starts.start + places * window.s
    left_over = start - window.s + last_tap < n + window.after - 1
    return places + (1 if ceil and left_over and start < n else 0)


@lru_cache(maxsize=8192)
def write_out(n: int, window: Window) -> int:
    """How long the output of a transposed convolution is, found by writing out the kernel of every input pixel."""
    last = max(pixel * window.s for pixel in (range(n) if n <= LONG else (0, n - 1))) + _last_tap(window)
    return len(range(window.before, last + 1 - window.after + window.op))


def _last_tap(window: Window) -> int:
    return max(range(0, window.k * window.d, window.d)) if window.k <= LONG else window.d * (window.k - 1)


@lru_cache(maxsize=8192)
def tally(*sizes: int) -> int:
    """How many numbers an array of these sizes holds, found by adding up its rows, one after another."""
    total = 1
    for size in sizes:
        total = sum(repeat(total, size)) if size <= LONG else total * size
    return total


def bytes_of(numbers: int, dtype: str) -> int:
    """How many bytes so many numbers take, as C packs them."""
    return tally(numbers, calcsize(C_TYPES[dtype]))


def filter_counts(env: Env) -> dict[str, Any]:
    """The parameters of a convolution, by walking through the filters and adding up the numbers that each holds."""
    k, C, F, g = env["k"], env["C"], env["F"], env["g"]
    if not are_numbers(C, F, g, *(k or (None,))):
        return {}
    return {"parameters": _filter_weights(k, C, g, F) + (F if env["bias"] else 0)}


def _filter_weights(k: Sequence[int], channels: int, groups: int, filters: int) -> int:
    """The weights of all filters, each of which sees one channel for each `groups` of them."""
    return tally(tally(*k, len(range(0, channels, groups))), filters)


def network_counts(env: Env) -> dict[str, Any]:
    """Each window slid, and the weights of each layer added up filter by filter, place by place."""
    parameters = total = 0
    for result in env["view"]:
        weights, biases, places = weights_of(result)
        parameters += 0 if result.layer.fixed else weights + biases
        total += tally(weights, places) if result.layer.kind in ("conv", "tconv", "dense") else 0
    found = {"parameters": parameters, "trainable": parameters}
    return found if env["count"] else found | {"macs": total, "flops": total + total}


def weights_of(result: LayerResult) -> tuple[int, int, int]:
    """Weights, biases and places of one layer."""
    layer, channels = result.layer, result.before.shape[-1]
    if layer.kind in ("conv", "tconv"):
        groups, filters = layer.groups or channels, layer.out or channels
        k = [window.k for window in layer.windows(len(result.shape) - 1)]
        weights = tally(*k, layer.links) if layer.links else _filter_weights(k, channels, groups, filters)
        places = tally(*(shape_after(result)[:-1] if layer.kind == "conv" else result.before.shape[:-1]))
        return weights, filters if layer.bias else 0, places
    if layer.kind == "dense":
        units = layer.out or 0
        return tally(tally(*result.before.shape), units), units if layer.bias else 0, 1
    learned = 2 if layer.kind == "bn" or layer.learned else 0
    return 0, tally(learned, channels), 0


def numbers_in_file(result: LayerResult) -> int:
    """The numbers that one layer keeps, learned or not: a batch normalisation also its mean and variance."""
    weights, biases, _ = weights_of(result)
    return weights + (biases + biases if result.layer.kind == "bn" else biases)


def map_numbers(result: LayerResult) -> int:
    """The numbers in the map that one layer makes, place by place."""
    return tally(*shape_after(result))


def shape_after(result: LayerResult) -> Shape:
    """The shape of a layer's output, its windows slid along each axis; of layers without windows, as propagated."""
    layer, before = result.layer, result.before.shape
    if layer.kind == "gap":
        return (*(1 for _ in before[:-1]), before[-1])
    if layer.kind not in WINDOWS:
        return result.shape
    sizes = (_length_after(layer, n, w) for n, w in zip(before[:-1], layer.windows(len(before) - 1), strict=True))
    return (*sizes, before[-1] if layer.kind in ("pool", "window") else layer.out or before[-1])


def _length_after(layer: Layer, n: int, window: Window) -> int:
    return write_out(n, window) if layer.kind == "tconv" else slide(n, window, layer.ceil)
