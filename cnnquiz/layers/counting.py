"""A network counted by another way: windows walked, weights added up filter by filter, place by place."""

from __future__ import annotations

from typing import Any

from cnnquiz.layers.kinds import per_axis
from cnnquiz.layers.layer_givens import WINDOWS, walked
from cnnquiz.layers.propagation import Row
from cnnquiz.layers.window_givens import tally
from cnnquiz.solver.lines import Env


def count(env: Env) -> dict[str, Any]:
    """Each window walked, and the weights of each layer added up filter by filter, place by place."""
    parameters = total = 0
    for row in env["view"]:
        weights, biases, places = weighed(row)
        parameters += 0 if row.layer.fixed else weights + biases
        total += tally(weights, places) if row.layer.kind in ("conv", "tconv", "dense") else 0
    found = {"parameters": parameters, "trainable": parameters}
    return found if env["count"] else found | {"macs": total, "flops": total + total}


def weighed(row: Row) -> tuple[int, int, int]:
    """Weights, biases and places of one layer, counted."""
    layer, channels = row.layer, row.before.shape[-1]
    if layer.kind in ("conv", "tconv"):
        groups, filters = layer.groups or channels, layer.out or channels
        k = per_axis("k", layer.k, len(row.shape) - 1)
        seen = len(range(0, channels, groups))
        weights = tally(*k, layer.links) if layer.links else tally(tally(*k, seen), filters)
        places = tally(*(walked(row)[:-1] if layer.kind == "conv" else row.before.shape[:-1]))
        return weights, filters if layer.bias else 0, places
    if layer.kind == "dense":
        units = layer.out or 0
        return tally(tally(*row.before.shape), units), units if layer.bias else 0, 1
    learned = 2 if layer.kind == "bn" or layer.learned else 0
    return 0, tally(learned, channels), 0


def stored(row: Row) -> int:
    """The numbers that one layer keeps, learned or not: a batch normalisation also its mean and variance."""
    weights, biases, _ = weighed(row)
    return weights + (biases + biases if row.layer.kind == "bn" else biases)


def made(row: Row) -> int:
    """The numbers in the map that one layer makes, place by place."""
    if row.layer.kind in WINDOWS:
        return tally(*walked(row))
    return tally(*(1 for _ in row.shape[:-1]), row.shape[-1]) if row.layer.kind == "gap" else tally(*row.shape)
