"""Network: a whole network, layer by layer: shapes, parameters, multiply-adds, receptive fields.

Source: the papers named in each network's file; Araujo, Norris and Sim 2019 for receptive fields.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import Any

from cnnquiz import calculators
from cnnquiz.errors import GivenError
from cnnquiz.layers import counts, steps
from cnnquiz.layers import drawings as pictures
from cnnquiz.layers.blocks import depth
from cnnquiz.layers.families import LAYOUT
from cnnquiz.layers.givens import CHANNELS, IN, LAYER, LAYERS, NETWORK, network_givens
from cnnquiz.layers.propagation import LayerResult
from cnnquiz.layers.state import one_number, with_layout
from cnnquiz.layers.vocabulary import KEPT
from cnnquiz.mathematics.expression import Env
from cnnquiz.solution import Drawing, Step
from cnnquiz.solver.calculator import Quantity, Result, misconception
from cnnquiz.solver.givens import Kind, excerpt, integer

_EXTRAS = ("bias", "bn", "activation", "pool")


def _read_extras(raw: Any) -> tuple[str, ...]:
    """What is counted besides the multiply-adds: some of bias, bn, activation, pool."""
    names = raw if isinstance(raw, list | tuple) else re.split(r"[,\s]+", str(raw).strip())
    for name in names:
        if name and name not in _EXTRAS:
            raise GivenError(f"{excerpt(name)} is none of {', '.join(_EXTRAS)}")
    return tuple(name for name in names if name)


QUANTITIES = (
    NETWORK, LAYERS, IN, CHANNELS, LAYER,
    Quantity("count", "count", Kind("bias,bn,...", _read_extras), "count these too: bias,bn,activation,pool", ()),
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
)  # fmt: skip
EXAMPLES = ("vgg16", "vgg16 --layer conv3_1", '--in 32x32x3 --layers "conv 8 k3 p1; relu; pool k2; dense 10"')
CONVENTIONS = {
    "MACs": lambda env: f"multiply-adds of convolutions and dense layers, {_extras(env)}",
    "FLOPs": "two for each MAC",
    "memory": "fp32, with activations, normalisation and dropout worked in place",
    "network": lambda env: f"{env['net'].name} ({env['net'].source})" if env["net"] and env["net"].source else "",
}
LETTERS = steps.LETTERS

count = counts.network_counts


def _extras(env: Env) -> str:
    """What is counted besides the multiply-adds, in words."""
    names = ", ".join(name for name in _EXTRAS if name in env["count"])
    return f"with one for each {names}" if names else "biases not counted"


def prepare(values: dict[str, Any]) -> dict[str, Any]:
    """What each layer makes, and those in view: all, or those of the layer that is asked for."""
    return {**network_givens(values), "count": frozenset(values["count"])}


def work(env: Env) -> dict[str, Any]:
    """The totals, and a row for each layer."""
    results: Sequence[LayerResult] = env["view"]
    stored = sum(result.counts.stored for result in results)
    macs = sum(steps.macs(result, env["count"]) for result in results)
    kinds = [result.layer.kind for result in results]
    kept = sum(map(steps.numbers_in_memory, results))
    last = _last_map(results).after
    return {
        "output_shape": with_layout(results[-1].shape, env["layout"]),
        "inputs": prod(results[0].before.shape),
        "parameters": sum(map(steps.parameters, results)),
        "stored": stored,
        "macs": macs,
        "flops": 2 * macs,
        "conv_layers": kinds.count("conv") + kinds.count("tconv"),
        "dense_layers": kinds.count("dense"),
        "filters": sum(result.shape[-1] for result in results if result.layer.kind in ("conv", "tconv")),
        "flattened": next((prod(result.before.shape) for result in results if result.layer.kind == "dense"), None),
        "depth": None if env["layer"] else depth(env["parts"]),
        "receptive_field": one_number(last.field),
        "jump": one_number(last.jump),
        "weight_bytes": 4 * stored,
        "activation_bytes": 4 * (kept + (prod(env["begin"]) if results is env["results"] else 0)),
        "layers": [_row(result, env) for result in results],
    }


def _last_map(results: Sequence[LayerResult]) -> LayerResult:
    """The last layer that slides a window or joins branches: behind it, every value sees everything."""
    maps = [one for one in results if one.layer.kind in KEPT and one.layer.kind not in ("gap", "dense")]
    return maps[-1] if maps else results[-1]


def _row(result: LayerResult, env: Env) -> dict[str, Any]:
    return {
        "name": result.name,
        "type": result.layer.word,
        "shape": with_layout(result.shape, env["layout"]),
        "parameters": result.counts.parameters,
        "macs": steps.macs(result, env["count"]),
        "receptive_field": one_number(result.after.field),
        "jump": one_number(result.after.jump),
    }


def explain(env: Env, results: Mapping[str, Any], want: str | None) -> Iterator[Step]:
    """One layer in its own steps, or the totals added up by kind of layer."""
    if env["layer"] is not None:
        known = {"trainable": "parameters", "flops": "macs", "parameters": "parameters", "macs": "macs"}
        wanted = want and known.get(want, "output_shape")
        yield from steps.layer_steps(env["view"], calculators.load, env["count"], wanted)
        return
    if want in (None, "parameters", "trainable", "stored"):
        yield from steps.total_steps(env["results"], "parameters", steps.parameters)
    if want in (None, "output_shape"):
        yield steps.output_step(env["results"])
    if want in (None, "macs", "flops"):
        yield from steps.total_steps(env["results"], "macs", lambda result: steps.macs(result, env["count"]))


def _only(*kinds: str) -> Any:
    def wrong(env: Env) -> dict[str, Any]:
        results = [result for result in env["view"] if result.layer.kind in kinds]
        found = {"parameters": sum(map(steps.parameters, results)), "macs": sum(map(steps.macs, results))}
        return {name: value for name, value in found.items() if value and not (name == "macs" and env["count"])}

    return wrong


def _without_biases(env: Env) -> dict[str, Any]:
    biased = [one for one in env["view"] if one.layer.kind in ("conv", "tconv", "dense") and one.layer.bias]
    return {"parameters": sum(map(steps.parameters, env["view"])) - sum(counts.weights_of(one)[1] for one in biased)}


def _total(name: str, amount: steps.Amount) -> Any:
    return lambda env: {} if env["count"] else {name: sum(map(amount, env["view"]))}


MISCONCEPTIONS = (
    misconception("forgot-bias", "The biases are missing.", wrong=_without_biases),
    misconception("forgot-dense", "The dense layers hold weights too.", wrong=_only("conv", "tconv", "bn")),
    misconception("forgot-conv", "The convolutions hold weights too.", wrong=_only("dense")),
    misconception("batchnorm-counted-running", "Running mean and variance are stored, not learned.",
                  wrong=_total("parameters", lambda result: result.counts.stored)),
    misconception("flops-as-macs", "One multiply-add is one MAC and two FLOPs: say which.",
                  wrong=_total("macs", lambda result: 2 * result.counts.macs)),
    misconception("macs-as-flops", "One multiply-add is one MAC and two FLOPs: say which.",
                  wrong=_total("flops", steps.macs)),
    misconception("forgot-positions", "Each weight is used at every output position.",
                  wrong=_total("macs", steps.parameters)),
)  # fmt: skip


def notes(env: Env, results: Mapping[str, Any]) -> Iterator[str]:
    """Where the table goes on, and where a common other convention gives another number."""
    last = _last_map(env["results"])
    if env["layer"] is None and env["results"][-1].after.field != last.after.field:
        name = last.name
        yield f"The receptive field is that of the last map ({name}), before the layers that take in the whole map."
    if env["net"] is not None and env["net"].variants:
        base = env["net"].name.partition("/")[0]
        yield f"Other forms of this network: {', '.join(f'{base}/{name}' for name in env['net'].variants)}."


def drawings(env: Env, results: Mapping[str, Any]) -> Iterator[Drawing]:
    """The table of layers, and the maps shrinking."""
    if env["layer"] is None:
        yield pictures.layer_table(env["results"], results["layers"])
        yield pictures.map_sizes(env["results"])
