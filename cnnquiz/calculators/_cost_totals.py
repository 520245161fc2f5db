"""What a layer or a network costs in all, and the wrong rules by which people get it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import prod
from typing import Any

from cnnquiz.layers import counting
from cnnquiz.layers.network_givens import KEPT
from cnnquiz.layers.propagation import Row
from cnnquiz.layers.state import exact
from cnnquiz.solver.calculator import misconception
from cnnquiz.solver.lines import Env

BYTES = {"fp32": 4, "fp16": 2, "int8": 1}


def work(env: Env) -> dict[str, Any]:
    """The totals for the batch."""
    rows: Sequence[Row] = env["view"]
    batch = env["batch"]
    macs = sum(row.counts.macs for row in rows) * batch
    stored = sum(row.counts.stored for row in rows)
    activations = sum(prod(row.shape) for row in rows if row.layer.kind in KEPT) * batch
    output = 4 * prod(rows[-1].shape) * batch
    found = {
        "macs": macs,
        "flops": 2 * macs,
        "parameters": sum(row.counts.parameters for row in rows),
        "activations": activations,
        "output_bytes": output,
        "output_mib": exact(Fraction(output, 2**20)),
    }
    found |= {f"weight_bytes_{name}": size * stored for name, size in BYTES.items()}
    return found | {f"activation_bytes_{name}": size * activations for name, size in BYTES.items()}


def _macs_by(rule: Callable[[Row], int]) -> Callable[[Env], dict[str, Any]]:
    """Multiply-adds and FLOPs with another rule for each layer."""

    def wrong(env: Env) -> dict[str, Any]:
        macs = sum(rule(row) for row in env["view"] if row.counts.macs) * env["batch"]
        return {"macs": macs, "flops": 2 * macs}

    return wrong


def _weights(row: Row) -> int:
    return sum(counting.weighed(row)[:1])


def _over_input(row: Row) -> int:
    """The weights at every position of the input, not of the output."""
    if row.layer.kind != "conv":
        return row.counts.macs
    return row.counts.macs * prod(row.before.shape[:-1]) // prod(row.shape[:-1])


def _without_depth(row: Row) -> int:
    if row.layer.kind != "conv":
        return row.counts.macs
    groups = row.layer.groups or row.before.shape[-1]
    return row.counts.macs * groups // row.before.shape[-1]


def _scaled(**factors: Fraction) -> Callable[[Env], dict[str, Any]]:
    def wrong(env: Env) -> dict[str, Any]:
        right = work(env)
        return {name: exact(right[name] * factor) for name, factor in factors.items()}

    return wrong


def _in_bytes(factor: Fraction) -> Callable[[Env], dict[str, Any]]:
    return _scaled(weight_bytes_fp32=factor, output_bytes=factor, activation_bytes_fp32=factor)


MISCONCEPTIONS = (
    misconception(
        "flops-as-macs", "One multiply-add is one MAC and two FLOPs: say which.", wrong=_scaled(macs=Fraction(2))
    ),
    misconception(
        "macs-as-flops", "One multiply-add is one MAC and two FLOPs: say which.",
        wrong=_scaled(flops=Fraction(1, 2)),
    ),
    misconception(
        "forgot-positions", "Each weight is used at every output position.",
        wrong=_macs_by(_weights),
    ),
    misconception(
        "used-input-size", "Count the positions of the output, not those of the input.", wrong=_macs_by(_over_input)
    ),
    misconception(
        "forgot-depth", "Each filter also reaches through all input channels.", wrong=_macs_by(_without_depth)
    ),
    misconception(
        "forgot-batch", "Every image of the batch costs as much.",
        wrong=lambda env: work({**env, "batch": 1}),
    ),
    misconception(
        "numbers-as-bytes", "A number in fp32 takes 4 bytes.",
        wrong=_in_bytes(Fraction(1, 4)),
    ),
    misconception(
        "bits-for-bytes", "8 bits are one byte.",
        wrong=_in_bytes(Fraction(8)),
    ),
    misconception(
        "half-precision", "That is fp16: fp32 takes 4 bytes a number.",
        wrong=_in_bytes(Fraction(1, 2)),
    ),
)  # fmt: skip
