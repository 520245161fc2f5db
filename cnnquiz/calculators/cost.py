"""Cost: multiply-adds, FLOPs and bytes of a layer or a network.

    MACs = weights of a filter x filters x positions, FLOPs = 2 MACs

Source: He and Sun, Convolutional neural networks at constrained time cost, 2015.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import prod
from struct import calcsize
from typing import Any

from msgspec.structs import replace

from cnnquiz.calculators._cost_totals import BYTES
from cnnquiz.calculators._cost_totals import MISCONCEPTIONS as MISCONCEPTIONS
from cnnquiz.calculators._cost_totals import work as work
from cnnquiz.layers import counting, steps
from cnnquiz.layers.network_givens import CHANNELS, IN, KEPT, LAYER, LAYERS, LAYOUT, NETWORK, picked, worked
from cnnquiz.layers.propagation import Row
from cnnquiz.layers.state import exact
from cnnquiz.layers.window_givens import tally
from cnnquiz.mathematics import notation
from cnnquiz.mathematics.expression import parse
from cnnquiz.mathematics.notation import chain
from cnnquiz.solution import Step
from cnnquiz.solver.calculator import Quantity, Result
from cnnquiz.solver.givens import integer
from cnnquiz.solver.lines import Env

PACKED = {"fp32": "f", "fp16": "e", "int8": "b"}  # the codes of C's types, for the count

EXAMPLES = ("resnet18 --layer conv1", "vgg16 --batch 32", '--in 28x28x192 --layers "conv 16 k1; conv 32 k5 p2"')
LETTERS = steps.LETTERS | {"B": "images", "a": "amount for one image", "b": "bytes a number", "n": "numbers"}

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
    Result("output_bytes", "output_bytes", "bytes of the last map in fp32, for the batch", label="output bytes"),
    Result("output_mib", "output_mib", "the same in MiB, 1,048,576 bytes", label="MiB of the last map"),
    *(Result(f"weight_bytes_{name}", f"weight_bytes_{name}", f"bytes of the weights in {name}", name == "fp32",
             label=f"bytes of the weights, {name}")
      for name in BYTES),
    *(Result(f"activation_bytes_{name}", f"activation_bytes_{name}", f"bytes of the activations in {name}",
             label=f"bytes of the activations, {name}")
      for name in BYTES),
)  # fmt: skip


def prepare(values: dict[str, Any]) -> dict[str, Any]:
    """The layers worked through, and those in view."""
    env = {**values, **worked(values), "count": frozenset()}
    env["view"] = env["rows"] if env["layer"] is None else picked(env["rows"], env["layer"])
    return env


def explain(env: Env, results: Mapping[str, Any], want: str | None) -> Iterator[Step]:
    """The multiply-adds, then what follows from them; or the way to what is wanted, and only that."""
    if want in (None, "macs", "flops"):
        yield from _macs_steps(env, results, want)
    if want == "parameters":
        yield from steps.totals(env["view"], "parameters", lambda row: row.counts.parameters)
    if want is None or want.startswith("weight_bytes"):
        yield from _weight_steps(env, results, want)
    if want and want.startswith("activation"):
        yield from _activation_steps(env, results, want)
    if want in ("output_bytes", "output_mib"):
        yield from _output_steps(env, results, want)


def _macs_steps(env: Env, results: Mapping[str, Any], want: str | None) -> Iterator[Step]:
    rows, batch = env["view"], env["batch"]
    if len(rows) == 1:
        yield from steps.steps(rows, want="macs" if want else None)
    else:
        yield from steps.totals(rows, "macs", _macs)
    if batch > 1:
        one = results["macs"] // batch
        yield _product("All images", "B*a", {"B": batch, "a": one}, "Every image costs the same.", "macs")
    if want != "macs":
        why = "Each multiply-add is one multiplication and one addition."
        yield _product("Floating-point operations", "2*MACs", {"MACs": results["macs"]}, why, "flops")


def _weight_steps(env: Env, results: Mapping[str, Any], want: str | None) -> Iterator[Step]:
    kind = (want or "weight_bytes_fp32").rpartition("_")[2]
    if want or len(env["view"]) > 1:
        for step in steps.totals(env["view"], "parameters", lambda row: row.counts.stored):
            yield replace(step, of=f"weight_bytes_{kind}")
    yield _in_bytes_of(kind, "weights", results["weight_bytes_int8"], f"weight_bytes_{kind}")


def _activation_steps(env: Env, results: Mapping[str, Any], want: str) -> Iterator[Step]:
    def kept(row: Row) -> int:
        return prod(row.shape) if row.layer.kind in KEPT else 0

    for step in steps.totals(env["view"], "activations", kept):
        yield replace(step, of=want)
    if env["batch"] > 1:
        one = results["activations"] // env["batch"]
        yield _product("All images", "B*a", {"B": env["batch"], "a": one}, "Every image has its own maps.", want)
    if want != "activations":
        yield _in_bytes_of(want.rpartition("_")[2], "activations", results["activations"], want)


def _output_steps(env: Env, results: Mapping[str, Any], want: str) -> Iterator[Step]:
    formula, sizes = steps.map_product(env["view"][-1].shape)
    numbers = prod(sizes.values()) * env["batch"]
    if env["batch"] > 1:
        formula, sizes = f"B*{formula}", {"B": env["batch"], **sizes}
    yield _product("Numbers in the last map", formula, sizes, "One for each place and channel.", want)
    yield _in_bytes_of("fp32", "output", numbers, want)
    if want == "output_mib":
        filled, value = chain(f"{results['output_bytes']}/2^20"), notation.value_math(results["output_mib"])
        yield Step("In MiB", chain("bytes/2^20"), filled, value, "One MiB is 2^20 = 1048576 bytes.", want)


def _in_bytes_of(kind: str, what: str, numbers: int, of: str) -> Step:
    size = BYTES[kind]
    why = f"A number in {kind} takes {size} byte{'s' if size > 1 else ''}."
    return _product(f"Bytes of the {what}", "b*n", {"b": size, "n": numbers}, why, of)


def _macs(row: Row) -> int:
    return row.counts.macs


def _product(title: str, formula: str, values: dict[str, int], why: str, of: str) -> Step:
    expr = parse(formula)
    total = 2 * values["MACs"] if "MACs" in values else prod(values.values())
    return Step(title, notation.math(expr), notation.math(expr, values), notation.value_math(total), why, of)


def count(env: Env) -> dict[str, Any]:
    """The weights added up place by place, the maps number by number, image by image; bytes as C packs a number."""
    rows, batch = env["view"], env["batch"]
    found = counting.count(env)
    macs = tally(found["macs"], batch)
    stored = sum(map(counting.stored, rows))
    kept = tally(sum(counting.made(row) for row in rows if row.layer.kind in KEPT), batch)
    output = tally(counting.made(rows[-1]), batch, calcsize(PACKED["fp32"]))
    counted = {"macs": macs, "flops": macs + macs, "parameters": found["parameters"], "activations": kept}
    counted |= {"output_bytes": output, "output_mib": exact(Fraction(output) / 1024 / 1024)}
    for name, code in PACKED.items():
        counted[f"weight_bytes_{name}"] = tally(stored, calcsize(code))
        counted[f"activation_bytes_{name}"] = tally(kept, calcsize(code))
    return counted


def conventions(env: Env) -> dict[str, str]:
    """What was done where sources differ."""
    return {"MACs": "multiply-adds of convolutions and dense layers, biases not counted", "FLOPs": "two for each MAC"}
