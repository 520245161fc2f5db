"""What layers come to: the amounts of one, all of them together, and a network's table."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from cnnquiz.layers.blocks import depth
from cnnquiz.layers.propagation import LayerResult
from cnnquiz.layers.state import one_number, with_layout
from cnnquiz.layers.vocabulary import KEPT
from cnnquiz.mathematics.expression import Env


def parameters(result: LayerResult) -> int:
    """A layer's trainable numbers."""
    return result.counts.parameters


def numbers_in_storage(result: LayerResult) -> int:
    """The numbers that a layer keeps in a file: also fixed ones, and running means and variances."""
    return result.counts.stored


def macs(result: LayerResult, counted: frozenset[str] = frozenset()) -> int:
    """A layer's multiply-adds, with the operations that `counted` names: bias, bn, activation, pool."""
    return result.counts.macs + sum(many for kind, many in result.counts.extra if kind in counted)


def numbers_in_memory(result: LayerResult) -> int:
    """The numbers in the map that a layer makes, if it makes one of its own."""
    return prod(result.shape) if result.layer.kind in KEPT else 0


def totals(results: Sequence[LayerResult], counted: frozenset[str] = frozenset()) -> dict[str, int]:
    """The amounts of all layers together, for one image."""
    multiply_adds = sum(macs(result, counted) for result in results)
    amounts = {"parameters": parameters, "stored": numbers_in_storage, "activations": numbers_in_memory}
    found = {name: sum(map(amount, results)) for name, amount in amounts.items()}
    return found | {"macs": multiply_adds, "flops": 2 * multiply_adds}


def last_map(results: Sequence[LayerResult]) -> LayerResult:
    """The last layer that slides a window or joins branches: behind it, every value sees everything."""
    maps = [one for one in results if one.layer.kind in KEPT and one.layer.kind not in ("gap", "dense")]
    return maps[-1] if maps else results[-1]


def network_results(env: Env) -> dict[str, Any]:
    """The totals, and a row for each layer."""
    results: Sequence[LayerResult] = env["view"]
    sums, last = totals(results, env["count"]), last_map(results).after
    filters = [result.shape[-1] for result in results if result.layer.kind in ("conv", "tconv")]
    dense = [prod(result.before.shape) for result in results if result.layer.kind == "dense"]
    kept = sums.pop("activations") + (prod(env["begin"]) if results is env["results"] else 0)
    return {
        "output_shape": with_layout(results[-1].shape, env["layout"]),
        "inputs": prod(results[0].before.shape),
        **sums,
        "conv_layers": len(filters),
        "dense_layers": len(dense),
        "filters": sum(filters),
        "flattened": dense[0] if dense else None,
        "depth": None if env["layer"] else depth(env["parts"]),
        "receptive_field": one_number(last.field),
        "jump": one_number(last.jump),
        "weight_bytes": 4 * sums["stored"],
        "activation_bytes": 4 * kept,
        "layers": [_row(result, env) for result in results],
    }


def _row(result: LayerResult, env: Env) -> dict[str, Any]:
    return {
        "name": result.name,
        "type": result.layer.word,
        "shape": with_layout(result.shape, env["layout"]),
        "parameters": result.counts.parameters,
        "macs": macs(result, env["count"]),
        "receptive_field": one_number(result.after.field),
        "jump": one_number(result.after.jump),
    }
