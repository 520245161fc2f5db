"""Whole networks counted by another way than the formulas: layer by layer, filter by filter, place by place."""

from __future__ import annotations

from collections.abc import Sequence, Set
from functools import cache
from typing import Any

from cnnquiz.layers.counts import bytes_of, slide, tally, weights_by_filter, write_out
from cnnquiz.layers.layer import Layer
from cnnquiz.layers.propagation import LayerResult, Part
from cnnquiz.layers.receptive_fields import field_counts, path_before
from cnnquiz.layers.state import Shape, with_layout
from cnnquiz.layers.totals import last_map
from cnnquiz.layers.vocabulary import KEPT, SPREADING, WINDOWS
from cnnquiz.layers.windows import Window, adaptive_window
from cnnquiz.mathematics.expression import Env


def network_counts(env: Env) -> dict[str, Any]:
    """Each window slid, and the weights of each layer added up filter by filter, place by place; all ways walked."""
    view: Sequence[LayerResult] = env["view"]
    parameters = stored = total = kept = 0
    convolutions, dense = [], []
    for result in view:
        kind, (weights, biases, places) = result.layer.kind, weights_of(result)
        parameters += 0 if result.layer.fixed else weights + biases
        stored += numbers_in_file(result)
        total += tally(weights, places) if kind in ("conv", "tconv", "dense") else 0
        total += sum(tally(*sizes) for what, sizes in _operations(result) if what in env["count"])
        kept += map_numbers(result) if kind in KEPT else 0
        convolutions += [shape_after(result)[-1]] if kind in ("conv", "tconv") else []
        dense += [tally(*result.before.shape)] if kind == "dense" else []
    entering = tally(*view[0].before.shape)
    field = cache(lambda: field_counts(path_before(last_map(view), env["parts"], env["results"])))
    return {
        "output_shape": with_layout(shape_after(view[-1]), env["layout"]), "inputs": entering,
        "parameters": parameters, "trainable": parameters, "stored": stored, "macs": total, "flops": total + total,
        "conv_layers": len(convolutions), "dense_layers": len(dense), "filters": sum(convolutions),
        "flattened": next(iter(dense), None), "depth": None if env["layer"] else max(_depths(env["parts"], {0})),
        "weight_bytes": bytes_of(stored, "fp32"),
        "activation_bytes": bytes_of(kept + (entering if view is env["results"] else 0), "fp32"),
        "receptive_field": lambda: field().get("receptive_field"), "jump": lambda: field().get("jump"),
    }  # fmt: skip


def _operations(result: LayerResult) -> list[tuple[str, Shape]]:
    """What a layer does besides multiply-adds, with the sizes of an array that has a number for each operation."""
    layer, after = result.layer, shape_after(result)
    if layer.kind in ("conv", "tconv", "dense"):
        return [("bias", after)] if layer.bias else []
    if layer.kind in ("pool", "window"):
        return [("pool", (*after, *(window.k for window in layer.windows(len(after) - 1))))]
    if layer.kind == "gap":
        return [("pool", result.before.shape)]
    if layer.kind == "adaptive":
        each = zip(result.before.shape[:-1], after[:-1], strict=True)
        taken = (sum(1 for at in range(to) for _ in adaptive_window(n, to, at)) for n, to in each)
        return [("pool", (*taken, after[-1]))]
    return [("bn" if layer.kind == "bn" else "activation", after)] if layer.kind in ("bn", "activation", "lrn") else []


def _depths(parts: Sequence[Part], before: Set[int]) -> Set[int]:
    """How many layers with weights stand on each of the ways through; `before`: on those that lead here."""
    for part in parts:
        if isinstance(part, Layer):
            before = {many + 1 for many in before} if part.kind in ("conv", "tconv", "dense") else before
        else:
            before = set().union(*(_depths(branch, before) for _, branch in part.branches))
    return before


def weights_of(result: LayerResult) -> tuple[int, int, int]:
    """Weights, biases and places of one layer."""
    layer, channels = result.layer, result.before.shape[-1]
    if layer.kind in ("conv", "tconv"):
        groups, filters = layer.groups or channels, layer.out or channels
        k = [window.k for window in layer.windows(len(result.shape) - 1)]
        weights = tally(*k, layer.links) if layer.links else weights_by_filter(k, channels, groups, filters)
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
    return (*sizes, layer.out or before[-1])


def _length_after(layer: Layer, n: int, window: Window) -> int:
    return write_out(n, window) if layer.kind in SPREADING else slide(n, window, layer.ceil)
