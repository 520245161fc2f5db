"""What a layer or a network costs: multiply-adds, FLOPs, and bytes at several precisions.

    MACs = weights of a filter x filters x positions, FLOPs = 2 MACs

Source: K. He and J. Sun, Convolutional neural networks at constrained time cost (2015), equation 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from math import prod
from struct import calcsize
from typing import Any

from cnnquiz.calculators import _counting, _layer_steps
from cnnquiz.calculators._network import CHANNELS, IN, KEPT, LAYER, LAYERS, LAYOUT, NETWORK, picked, worked
from cnnquiz.calculators._windows import tally
from cnnquiz.network.flow import exact
from cnnquiz.network.propagate import Row
from cnnquiz.solver import notation
from cnnquiz.solver.calculator import Calculator, Misconception, Quantity, Result
from cnnquiz.solver.derive import Env
from cnnquiz.solver.expression import parse
from cnnquiz.solver.givens import integer
from cnnquiz.steps import Step

BYTES = {"fp32": 4, "fp16": 2, "int8": 1}
PACKED = {"fp32": "f", "fp16": "e", "int8": "b"}  # the codes of C's types, for the count

QUANTITIES = (
    NETWORK, LAYERS, LAYER, IN, CHANNELS,
    Quantity("batch", "batch_size", integer(1, letters=False), "images at once", 1),
    LAYOUT,
)  # fmt: skip

RESULTS = (
    Result("macs", "macs", "multiply-adds for the batch", answer=True),
    Result("flops", "flops", "floating-point operations: two for each multiply-add", answer=True),
    Result("parameters", "parameters", "trainable numbers"),
    Result("activations", "activations", "numbers in the maps that the layers make, for the batch"),
    Result("output_bytes", "output_bytes", "bytes of the last map in fp32, for the batch"),
    Result("output_mib", "output_mib", "the same in MiB, 1,048,576 bytes"),
    *(Result(f"weight_bytes_{name}", f"weight_bytes_{name}", f"bytes of the weights in {name}", name == "fp32")
      for name in BYTES),
    *(Result(f"activation_bytes_{name}", f"activation_bytes_{name}", f"bytes of the activations in {name}")
      for name in BYTES),
)  # fmt: skip


def prepare(values: dict[str, Any]) -> dict[str, Any]:
    """The layers worked through, and those in view."""
    env = {**values, **worked(values), "count": frozenset()}
    env["view"] = env["rows"] if env["layer"] is None else picked(env["rows"], env["layer"])
    return env


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


def explain(env: Env, results: Mapping[str, Any], want: str | None) -> Iterator[Step]:
    """The multiply-adds, then what follows from them."""
    rows, batch = env["view"], env["batch"]
    if want in (None, "macs", "flops"):
        steps = _layer_steps.steps(rows) if len(rows) == 1 else _layer_steps.totals(rows, "macs", _macs)
        yield from (step for step in steps if step.of != "parameters" or want is None)
        if batch > 1:
            one = results["macs"] // batch
            yield _product("All images", "B*a", {"B": batch, "a": one}, "Every image costs the same.", "macs")
        why = "Each multiply-add is one multiplication and one addition."
        yield _product("Floating-point operations", "2*MACs", {"MACs": results["macs"]}, why, "flops")
    if want is None or want.startswith("weight_bytes"):
        values = {"b": 4, "n": results["weight_bytes_int8"]}
        yield _product("Bytes of the weights", "b*n", values, "A number in fp32 takes 4 bytes.", "weight_bytes_fp32")


def _macs(row: Row) -> int:
    return row.counts.macs


def _product(title: str, formula: str, values: dict[str, int], why: str, of: str) -> Step:
    expr = parse(formula)
    total = 2 * values["MACs"] if "MACs" in values else prod(values.values())
    return Step(title, notation.math(expr), notation.math(expr, values), notation.value_math(total), why, of)


def count(env: Env) -> dict[str, Any]:
    """The weights added up place by place, the maps number by number, image by image; bytes as C packs a number."""
    rows, batch = env["view"], env["batch"]
    found = _counting.count(env)
    macs = tally(found["macs"], batch)
    stored = sum(map(_counting.stored, rows))
    kept = tally(sum(_counting.made(row) for row in rows if row.layer.kind in KEPT), batch)
    output = tally(_counting.made(rows[-1]), batch, calcsize(PACKED["fp32"]))
    counted = {"macs": macs, "flops": macs + macs, "parameters": found["parameters"], "activations": kept}
    counted |= {"output_bytes": output, "output_mib": exact(Fraction(output) / 1024 / 1024)}
    for name, code in PACKED.items():
        counted[f"weight_bytes_{name}"] = tally(stored, calcsize(code))
        counted[f"activation_bytes_{name}"] = tally(kept, calcsize(code))
    return counted


# -- wrong rules --------------------------------------------------------------------------------------


def _macs_by(rule: Callable[[Row], int]) -> Callable[[Env], dict[str, Any]]:
    """Multiply-adds and FLOPs with another rule for each layer."""

    def wrong(env: Env) -> dict[str, Any]:
        macs = sum(rule(row) for row in env["view"] if row.counts.macs) * env["batch"]
        return {"macs": macs, "flops": 2 * macs}

    return wrong


def _weights(row: Row) -> int:
    return sum(_counting.weighed(row)[:1])


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
    Misconception(
        "flops-as-macs", "One multiply-add is one MAC and two FLOPs: say which.", wrong=_scaled(macs=Fraction(2))
    ),
    Misconception(
        "macs-as-flops", "One multiply-add is one MAC and two FLOPs: say which.",
        wrong=_scaled(flops=Fraction(1, 2)),
    ),
    Misconception(
        "forgot-positions", "Each weight is used at every output position.",
        wrong=_macs_by(_weights),
    ),
    Misconception(
        "used-input-size", "Count the positions of the output, not those of the input.", wrong=_macs_by(_over_input)
    ),
    Misconception(
        "forgot-depth", "Each filter also reaches through all input channels.", wrong=_macs_by(_without_depth)
    ),
    Misconception(
        "forgot-batch", "Every image of the batch costs as much.",
        wrong=lambda env: work({**env, "batch": 1}),
    ),
    Misconception(
        "numbers-as-bytes", "A number in fp32 takes 4 bytes.",
        wrong=_in_bytes(Fraction(1, 4)),
    ),
    Misconception(
        "bits-for-bytes", "8 bits are one byte.",
        wrong=_in_bytes(Fraction(8)),
    ),
    Misconception(
        "half-precision", "That is fp16: fp32 takes 4 bytes a number.",
        wrong=_in_bytes(Fraction(1, 2)),
    ),
)  # fmt: skip


def conventions(env: Env) -> dict[str, str]:
    """What was done where sources differ."""
    return {"macs": "multiply-adds of convolutions and dense layers; biases not counted", "flops": "2 x MACs"}


CALCULATOR = Calculator(
    name="cost",
    title="Cost",
    summary="multiply-adds, FLOPs and bytes of a layer or a network",
    source="He and Sun, Convolutional neural networks at constrained time cost, 2015",
    quantities=QUANTITIES,
    results_declared=RESULTS,
    misconceptions=MISCONCEPTIONS,
    prepare=prepare,
    work=work,
    explain=explain,
    count=count,
    conventions=conventions,
    examples=("resnet18 --layer conv1", "vgg16 --batch 32", '--in 28x28x192 --layers "conv 16 k1; conv 32 k5 p2"'),
)
