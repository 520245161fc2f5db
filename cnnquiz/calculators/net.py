"""Network: a whole network, layer by layer: shapes, parameters, multiply-adds, receptive fields.

Source: the papers named in each network's file; Araujo, Norris and Sim 2019 for receptive fields.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import Any

from cnnquiz.errors import GivenError
from cnnquiz.layers import drawings as pictures
from cnnquiz.layers import steps
from cnnquiz.layers.blocks import depth
from cnnquiz.layers.counting import count as count
from cnnquiz.layers.counting import weighed
from cnnquiz.layers.network_givens import (  # fmt: skip
    CHANNELS,
    IN,
    KEPT,
    LAYER,
    LAYERS,
    LAYOUT,
    NETWORK,
    described_type,
    macs,
    number,
    picked,
    worked,
    written,
)
from cnnquiz.layers.propagation import Row
from cnnquiz.solution import Drawing, Step
from cnnquiz.solver.calculator import Quantity, Result, misconception
from cnnquiz.solver.givens import Kind, integer, shown
from cnnquiz.solver.lines import Env

EXTRAS = ("bias", "bn", "activation", "pool")


def _counted(raw: Any) -> tuple[str, ...]:
    """What is counted besides the multiply-adds: some of bias, bn, activation, pool."""
    names = raw if isinstance(raw, list | tuple) else re.split(r"[,\s]+", str(raw).strip())
    for name in names:
        if name and name not in EXTRAS:
            raise GivenError(f"{shown(name)} is none of {', '.join(EXTRAS)}")
    return tuple(name for name in names if name)


EXAMPLES = ("vgg16", "vgg16 --layer conv3_1", '--in 32x32x3 --layers "conv 8 k3 p1; relu; pool k2; dense 10"')
LETTERS = steps.LETTERS

QUANTITIES = (
    NETWORK, LAYERS, IN, CHANNELS, LAYER,
    Quantity("count", "count", Kind("bias,bn,...", _counted), "count these too: bias,bn,activation,pool", ()),
    Quantity("classes", "num_classes", integer(1, letters=False), "units of the last dense layer, if others", None),
    LAYOUT,
)  # fmt: skip

RESULTS = (
    Result("output_shape", "output_shape", "what comes out", answer=True),
    Result("inputs", "inputs", "numbers that go in"),
    Result("parameters", "parameters", "trainable numbers", answer=True),
    Result("trainable", "parameters", "trainable numbers"),
    Result("stored", "stored", "numbers kept in a file: trainable, fixed, and running means and variances"),
    Result("macs", "macs", "multiply-adds for one image", answer=True),
    Result("flops", "flops", "two for each multiply-add"),
    Result("conv_layers", "conv_layers", "convolutional layers"),
    Result("dense_layers", "dense_layers", "fully connected layers"),
    Result("filters", "filters", "filters of all convolutional layers together"),
    Result("flattened", "flattened", "inputs of the first fully connected layer"),
    Result("depth", "depth", "layers with weights on the longest way through: the 18 of ResNet-18"),
    Result("receptive_field", "receptive_field", "pixels that one value of the last map sees",
           label="receptive field of the last map"),
    Result("jump", "jump", "pixels between what neighbours in the last map see", label="jump in the last map"),
    Result("weight_bytes", "weight_bytes", "bytes of what is stored, in fp32"),
    Result("activation_bytes", "activation_bytes", "bytes of the maps of one image, in fp32"),
    Result("layers", "layers", "a row for each layer"),
)


def prepare(values: dict[str, Any]) -> dict[str, Any]:
    """The network worked through, and the rows in view: all, or those of the layer that is asked for."""
    env = {**values, **worked(values), "count": frozenset(values["count"])}
    env["view"] = env["rows"] if env["layer"] is None else picked(env["rows"], env["layer"])
    return env


def work(env: Env) -> dict[str, Any]:
    """The totals, and the rows."""
    rows: Sequence[Row] = env["view"]
    counted, layout = env["count"], env["layout"]
    parameters = sum(row.counts.parameters for row in rows)
    stored = sum(row.counts.stored for row in rows)
    total = sum(macs(row, counted) for row in rows)
    kinds = [row.layer.kind for row in rows]
    kept = sum(prod(row.shape) for row in rows if row.layer.kind in KEPT)
    last = _last_map(rows)
    return {
        "output_shape": written(rows[-1].shape, layout),
        "inputs": prod(rows[0].before.shape),
        "parameters": parameters,
        "stored": stored,
        "macs": total,
        "flops": 2 * total,
        "conv_layers": kinds.count("conv") + kinds.count("tconv"),
        "dense_layers": kinds.count("dense"),
        "filters": sum(row.shape[-1] for row in rows if row.layer.kind in ("conv", "tconv")),
        "flattened": next((prod(row.before.shape) for row in rows if row.layer.kind == "dense"), None),
        "depth": None if env["layer"] else depth(env["parts"]),
        "receptive_field": number(last.flow.field),
        "jump": number(last.flow.jump),
        "weight_bytes": 4 * stored,
        "activation_bytes": 4 * (kept + (prod(env["begin"]) if rows is env["rows"] else 0)),
        "layers": [_row(row, counted, layout) for row in rows],
    }


def _last_map(rows: Sequence[Row]) -> Row:
    """The last layer that slides a window or joins branches: behind it, every value sees everything."""
    maps = [row for row in rows if row.layer.kind in KEPT and row.layer.kind not in ("gap", "dense")]
    return maps[-1] if maps else rows[-1]


def _row(row: Row, counted: frozenset[str], layout: str) -> dict[str, Any]:
    return {
        "name": row.name,
        "type": described_type(row),
        "shape": written(row.shape, layout),
        "parameters": row.counts.parameters,
        "macs": macs(row, counted),
        "receptive_field": number(row.flow.field),
        "jump": number(row.flow.jump),
    }


def explain(env: Env, results: Mapping[str, Any], want: str | None) -> Iterator[Step]:
    """One layer in its own steps, or the totals added up by kind of layer."""
    if env["layer"] is not None:
        known = {"trainable": "parameters", "flops": "macs", "parameters": "parameters", "macs": "macs"}
        yield from steps.steps(env["view"], env["count"], want and known.get(want, "output_shape"))
        return
    if want in (None, "parameters", "trainable", "stored"):
        yield from steps.totals(env["rows"], "parameters", lambda row: row.counts.parameters)
    if want in (None, "output_shape"):
        yield steps.output(env["rows"])
    if want in (None, "macs", "flops"):
        yield from steps.totals(env["rows"], "macs", lambda row: macs(row, env["count"]))


# -- wrong rules, conventions, pictures ---------------------------------------------------------------


def _only(*kinds: str) -> Any:
    def wrong(env: Env) -> dict[str, Any]:
        rows = [row for row in env["view"] if row.layer.kind in kinds]
        found = {"parameters": sum(r.counts.parameters for r in rows), "macs": sum(r.counts.macs for r in rows)}
        return {name: value for name, value in found.items() if value and not (name == "macs" and env["count"])}

    return wrong


def _no_biases(env: Env) -> dict[str, Any]:
    biased = [row for row in env["view"] if row.layer.kind in ("conv", "tconv", "dense") and row.layer.bias]
    return {"parameters": sum(r.counts.parameters for r in env["view"]) - sum(weighed(r)[1] for r in biased)}


def _total(name: str, amount: Any) -> Any:
    return lambda env: {} if env["count"] else {name: sum(amount(row) for row in env["view"])}


MISCONCEPTIONS = (
    misconception("forgot-bias", "The biases are missing.", wrong=_no_biases),
    misconception("forgot-dense", "The dense layers hold weights too.", wrong=_only("conv", "tconv", "bn")),
    misconception("forgot-conv", "The convolutions hold weights too.", wrong=_only("dense")),
    misconception(
        "batchnorm-counted-running", "Running mean and variance are stored, not learned.",
        wrong=_total("parameters", lambda row: row.counts.stored),
    ),
    misconception(
        "flops-as-macs", "One multiply-add is one MAC and two FLOPs: say which.",
        wrong=_total("macs", lambda row: 2 * row.counts.macs),
    ),
    misconception(
        "macs-as-flops", "One multiply-add is one MAC and two FLOPs: say which.",
        wrong=_total("flops", lambda row: row.counts.macs),
    ),
    misconception(
        "forgot-positions", "Each weight is used at every output position.",
        wrong=_total("macs", lambda row: row.counts.parameters),
    ),
)  # fmt: skip


def conventions(env: Env) -> dict[str, str]:
    """What was done where sources differ."""
    counted = env["count"]
    names = ", ".join(name for name in EXTRAS if name in counted)
    also = f"with one for each {names}" if counted else "biases not counted"
    rules = {"MACs": f"multiply-adds of convolutions and dense layers, {also}", "FLOPs": "two for each MAC"}
    rules["memory"] = "fp32, with activations, normalisation and dropout worked in place"
    if env["net"] is not None and env["net"].source:
        rules["network"] = f"{env['net'].name} ({env['net'].source})"
    return rules


def notes(env: Env, results: Mapping[str, Any]) -> Iterator[str]:
    """Where the table goes on, and where a common other convention gives another number."""
    if env["layer"] is None and env["rows"][-1].flow.field != _last_map(env["rows"]).flow.field:
        name = _last_map(env["rows"]).name
        yield f"The receptive field is that of the last map ({name}), before the layers that take in the whole map."
    if env["net"] is not None and env["net"].variants:
        base = env["net"].name.partition("/")[0]
        yield f"Other forms of this network: {', '.join(f'{base}/{name}' for name in env['net'].variants)}."


def drawings(env: Env, results: Mapping[str, Any]) -> Iterator[Drawing]:
    """The table of layers, and the maps shrinking."""
    if env["layer"] is None:
        yield pictures.drawing(env["rows"], results["layers"])
        yield pictures.shrinking(env["rows"])
