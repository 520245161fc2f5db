"""Network: a whole network, layer by layer: shapes, parameters, multiply-adds, receptive fields.

Source: the papers named in each network's file; Araujo, Norris and Sim 2019 for receptive fields.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import partial
from math import prod
from typing import Any

from cnnquiz import calculators
from cnnquiz.errors import GivenError
from cnnquiz.layers import drawings as pictures
from cnnquiz.layers import network_counts, networks, steps, totals
from cnnquiz.layers.blocks import depth, expand
from cnnquiz.layers.givens import (
    CHANNELS,
    IN,
    LAYER,
    LAYERS,
    NETWORK,
    input_assumptions,
    network_givens,
    results_by_name,
)
from cnnquiz.layers.propagation import LayerResult, propagate
from cnnquiz.layers.shapes import LAYOUT
from cnnquiz.mathematics.notation import chain, formula_step, series, step
from cnnquiz.mathematics.precise import exact
from cnnquiz.solution import Step, Vector
from cnnquiz.solver.calculator import (
    Case,
    Drawings,
    Env,
    Notes,
    Quantity,
    Result,
    Results,
    Steps,
    Values,
    misconception,
    where,
)
from cnnquiz.solver.givens import Kind, choices, integer, numbers, whole, words

_EXTRAS = ("bias", "bn", "activation", "pool")


def _first(results: Iterable[LayerResult], kind: str) -> LayerResult | None:
    return next((one for one in results if one.layer.kind == kind), None)


def _works_last_dense(env: Env) -> bool:
    """Whether the last dense layer is among those in view."""
    return _first(reversed(env["results"]), "dense") in env["view"]


_COMPARED = {"parameters": "parameters", "macs": "MACs"}
_BLOCKS = Kind("A,B,C", lambda raw: Vector(whole(one, 1, letters=False) for one in numbers(20).read(raw)))
QUANTITIES = (
    NETWORK, LAYERS, IN, CHANNELS, LAYER,
    Quantity("count", "count", choices("bias,bn,...", *_EXTRAS), "count these too: bias,bn,activation,pool", ()),
    Quantity("classes", "num_classes", integer(1, letters=False), "units of the last dense layer, if others", None,
             only=Case("where the last dense layer is worked", _works_last_dense)),
    Quantity("blocks", "block_counts", _BLOCKS, "blocks in each stage of the network, if others: 3,4,6,3", None,
             only=where("network")),
    Quantity("trained", "trained_layers", words("NAMES"), "the layers that are trained, the others frozen: fc", None),
    Quantity("against", "against", words("LAYERS"),
             'a network, or layers on the same input, to compare with: "dense 2"', None),
    LAYOUT,
)  # fmt: skip
RESULTS = (
    Result("output_shape", "what comes out", answer=True),
    Result("inputs", "numbers that go in"),
    Result("parameters", "trainable numbers", answer=True),
    Result("trainable", "trainable numbers", symbol="parameters"),
    Result("trained", "trainable numbers of the layers that are not frozen", answer=True),
    Result("stored", "numbers kept in a file: trainable, fixed, and running means and variances"),
    Result("macs", "multiply-adds for one image", answer=True),
    Result("flops", "two for each multiply-add"),
    Result("conv_layers", "convolutional layers"),
    Result("dense_layers", "fully connected layers"),
    Result("filters", "filters of all convolutional layers together"),
    Result("flattened", "inputs of the first fully connected layer"),
    Result("depth", "layers with weights on the longest way through: the 18 of ResNet-18"),
    Result("receptive_field", "pixels that one value of the last map sees", label="receptive field of the last map"),
    Result("jump", "pixels between what neighbours in the last map see", label="jump in the last map"),
    Result("weight_bytes", "bytes of what is stored, in fp32"),
    Result("activation_bytes", "bytes of the maps of one image, in fp32"),
    Result("layers", "a row for each layer"),
    *(Result(f"{what}_difference", f"{said}, less those of what it is compared with", answer=True,
             label=f"difference in {said}") for what, said in _COMPARED.items()),
    *(Result(f"{what}_ratio", f"{said}, over those of what it is compared with", label=f"ratio of {said}")
      for what, said in _COMPARED.items()),
)  # fmt: skip
EXAMPLES = (
    "vgg16", "vgg16 --layer conv3_1", "vgg16 --against resnet18",
    '--in 32x32x3 --layers "conv 8 k3 p1; relu; pool k2; dense 10"',
)  # fmt: skip
TOPIC = "networks"
SYNONYMS = ("network", "sequential", "cnn", "mlp")
SHORTHAND = ("network", "in layers")
CONVENTIONS = {
    "MACs": lambda env: f"multiply-adds of convolutions and dense layers, {_extras(env)}",
    "FLOPs": "two for each MAC",
    "memory": "fp32, with activations, normalisation and dropout worked in place",
    "network": lambda env: f"{env['net'].name} ({env['net'].source})" if env["net"] and env["net"].source else "",
}
LETTERS = steps.LETTERS | {"b": "bytes a number", "n": "numbers"}

assumptions = input_assumptions


def _extras(env: Env) -> str:
    """What is counted besides the multiply-adds, in words."""
    names = ", ".join(name for name in _EXTRAS if name in env["count"])
    return f"with one for each {names}" if names else "biases not counted"


def prepare(values: Values) -> Values:
    """What each layer makes, and those in view: all, or those of the layer that is asked for."""
    env = {**network_givens(values), "count": frozenset(values["count"])}
    names = [name.strip() for name in str(values["trained"]).split(",")] if values["trained"] is not None else None
    env["unfrozen"] = names and [one for name in names for one in results_by_name(name, env["view"])]
    return env | {"other": None if values["against"] is None else _other(env)}


def _other(env: Env) -> Sequence[LayerResult]:
    """The layers that it is compared with: a network of that name, or layers on what comes in here."""
    asked = str(env["against"]).strip()
    known = networks.own_name(asked.partition("/")[0], networks.names())
    try:
        if known in networks.names():
            net = networks.load(asked)
            return propagate(net.parts, net.input)
        return propagate(expand(env["against"])[0], env["view"][0].before.shape)
    except GivenError as fault:
        raise GivenError(f"against: {str(fault).removeprefix('layers: ')}", "against") from None


def _comparison(here: Values, there: Values) -> Values:
    """Differences and ratios of two amounts of parameters and of multiply-adds."""
    found: Values = {f"{what}_difference": here[what] - there[what] for what in _COMPARED}
    return found | {f"{what}_ratio": exact(Fraction(here[what], there[what])) for what in _COMPARED if there[what]}


def work(env: Env) -> Values:
    """The totals; of frozen networks, also the numbers that are trained; beside another, what lies between them."""
    found = totals.network_results(env)
    if env["other"] is not None:
        found |= _comparison(found, totals.totals(env["other"], env["count"]))
    if env["unfrozen"] is not None:
        found["trained"] = sum(map(totals.parameters, env["unfrozen"]))
    return found


def count(env: Env) -> Values:
    """Each window slid, the weights added up place by place; the trained ones by leaving out the frozen layers."""
    found = network_counts.network_counts(env)
    if env["other"] is not None:
        found |= _comparison(found, network_counts.network_counts({**env, "view": env["other"]}))
    if env["unfrozen"] is not None:
        frozen = [one for one in env["view"] if one not in env["unfrozen"]]
        weights = [network_counts.weights_of(one) for one in frozen if not one.layer.fixed]
        found["trained"] = found["parameters"] - sum(more + biases for more, biases, _ in weights)
    return found


def explain(env: Env, results: Results, want: str | None) -> Steps:
    """The steps of the network itself, and how far it is from the other."""
    asked, _, how = str(want).rpartition("_")
    if asked not in _COMPARED:
        yield from _own_steps(env, results, want)
    if env["other"] is not None:
        for what in [asked] if asked in _COMPARED else _COMPARED if want is None else ():
            yield from _comparison_steps(env, results, what, how if want else "")


def _own_steps(env: Env, results: Results, want: str | None) -> Steps:
    """One layer in its own steps, or the totals added up by kind of layer; the layers that are trained."""
    if env["unfrozen"] is not None and want in (None, "trained"):
        yield from steps.total_steps(env["unfrozen"], "parameters", totals.parameters, "trained")
    if want == "trained":
        return
    if want == "depth" and results.get("depth"):
        yield _depth_step(env, results["depth"])
    if want == "flattened" and (flat := _first(env["view"], "flatten") or _first(env["view"], "dense")):
        why = "Every number of the last map comes in."
        yield formula_step("Flatten", *steps.map_product(flat.before.shape), why, want)
    if want == "weight_bytes":
        yield from steps.total_steps(env["view"], "parameters", totals.numbers_in_storage, want)
        why = "A number in fp32 takes 4 bytes."
        yield formula_step("Bytes", "b*n", {"b": 4, "n": results["stored"]}, why, want)
    if env["layer"] is not None:
        known = {"trainable": "parameters", "flops": "macs", "parameters": "parameters", "macs": "macs"}
        wanted = want and known.get(want, "output_shape")
        yield from steps.layer_steps(env["view"], calculators.load, env["count"], wanted)
        return
    if want in (None, "parameters", "trainable", "stored"):
        yield from steps.total_steps(env["results"], "parameters", totals.parameters)
    if want in (None, "output_shape"):
        yield steps.output_step(env["results"], env["layout"])
    if want in (None, "macs", "flops"):
        yield from steps.total_steps(env["results"], "macs", lambda result: totals.macs(result, env["count"]))


def _comparison_steps(env: Env, results: Results, what: str, how: str) -> Steps:
    """The other's amount, and what lies between: the difference or ratio that is asked for, or all of it."""
    amount = totals.parameters if what == "parameters" else partial(totals.macs, counted=env["count"])
    if how:
        yield from steps.total_steps(env["view"], what, amount, f"{what}_{how}")
    there = sum(map(amount, env["other"]))
    said = f"{_COMPARED[what][0].upper()}{_COMPARED[what][1:]} of the other"
    yield step(said, value=there, why=f"That is {env['against']}.", of=f"{what}_{how or 'difference'}")
    for word, sign in (("difference", " - "), ("ratio", "/")):
        name = f"{what}_{word}"
        if how in ("", word) and name in results:
            filled = chain(results[what], sign, there)
            yield step(word.capitalize(), substituted=filled, value=results[name], of=name)


def _depth_step(env: Env, found: int) -> Step:
    """The layers with weights on the longest way, stage by stage."""
    stages: dict[str, int] = {}
    for part in env["parts"]:
        stage = re.split(r"[._]", part.name)[0]
        stages[stage] = stages.get(stage, 0) + depth([part])
    terms = [many for many in stages.values() if many]
    why = f"On the way through {', '.join(name for name, many in stages.items() if many)}; shortcuts are not counted."
    return step("Layers with weights", substituted=series(terms, " + ", 20), value=found, why=why, of="depth")


def _only(env: Env, *kinds: str) -> Values:
    """The totals of the layers of these kinds alone."""
    found = totals.totals([result for result in env["view"] if result.layer.kind in kinds])
    names = ("parameters",) if env["count"] else ("parameters", "macs")
    return {name: found[name] for name in names if found[name]}


def _biases(results: Sequence[LayerResult]) -> int:
    biased = [one for one in results if one.layer.kind in ("conv", "tconv", "dense") and one.layer.bias]
    return sum(network_counts.weights_of(one)[1] for one in biased)


def _without(env: Env, leaves_out: Callable[[LayerResult], bool]) -> Any:
    """The parameters of the other layers."""
    return env["parameters"] - sum(one.counts.parameters for one in env["view"] if leaves_out(one))


def _is_projection(result: LayerResult) -> bool:
    """Whether a layer is the convolution of a shortcut."""
    return _is_in_shortcut(result) and result.layer.kind == "conv"


def _is_in_shortcut(result: LayerResult) -> bool:
    return not {"shortcut", "projection"}.isdisjoint(result.name.split("."))


def _is_pointwise(result: LayerResult) -> bool:
    return result.layer.kind == "conv" and set(result.layer.k) == {1}


def _widest_twice(env: Env) -> int | None:
    """The weights of two layers of the widest kernel at all channels, in place of a reduction and what follows."""
    first, kernels = env["view"][0], [prod(one.layer.windows(len(one.shape) - 1)[0].k for _ in one.shape[:-1])
                                      for one in env["view"] if one.layer.kind == "conv"]  # fmt: skip
    return 2 * max(kernels) * first.before.shape[-1] ** 2 if _is_pointwise(first) else None


def _usual_inputs(env: Env) -> int | None:
    """The inputs of the first dense layer with the input that the network is made for."""
    dense = _first(propagate(env["net"].parts, env["net"].input), "dense") if env["net"] else None
    return prod(dense.before.shape) if dense else None


def _before_last_pool(env: Env) -> int | None:
    pool = _first(reversed(env["view"]), "pool")
    return prod(pool.before.shape) if pool else None


def _channels_of_last_convolution(env: Env) -> int | None:
    conv = _first(reversed(env["view"]), "conv")
    return conv.shape[-1] if conv else None


def _old_head(env: Env) -> int:
    """The trained numbers, with the classes that the network was made for."""
    if env["classes"] is None or env["net"] is None:
        return int(env["trained"])
    usual = {one.name: one.counts.parameters for one in propagate(env["net"].parts, env["begin"])}
    return sum(usual[one.name] for one in env["unfrozen"])


def _with_wide_projections(env: Env) -> Any:
    """The parameters with 3x3 kernels in the shortcuts."""
    wider = [8 * one.counts.parameters for one in env["view"] if _is_projection(one) and one.layer.k == (1,)]
    return env["parameters"] + sum(wider)


def _turned_round(env: Env) -> Values:
    """Differences and ratios the other way round."""
    if env["other"] is None:
        return {}
    found = _comparison(totals.totals(env["other"], env["count"]), {what: env[what] for what in _COMPARED})
    return {name: value for name, value in found.items() if env.get(name) not in (None, value)}


_MACS_ALONE = {"count": [frozenset[str]()]}
MISCONCEPTIONS = (
    misconception("forgot-bias", "The biases are missing.",
                  wrong=lambda env: {"parameters": env["parameters"] - _biases(env["view"])}
                  | ({"trained": env["trained"] - _biases(env["unfrozen"])} if env["unfrozen"] is not None else {})),
    misconception("counted-frozen", "Frozen layers are not trained.",
                  wrong=lambda env: {"trained": env["parameters"]} if env["unfrozen"] is not None else {}),
    misconception("old-head", "The last layer was replaced: it has as many units as there are classes.",
                  wrong=lambda env: {"trained": _old_head(env)} if env["unfrozen"] is not None else {}),
    misconception("usual-input", "The network is made for another size of input: follow this one through.",
                  flattened=_usual_inputs),
    misconception("one-pool-short", "Every pool makes the map smaller: count them all.",
                  flattened=_before_last_pool),
    misconception("channels-only", "Flattening keeps every place of the map, not only its channels.",
                  flattened=_channels_of_last_convolution),
    misconception("widest-kernel-only", "The layers with 1x1 kernels have weights too.",
                  parameters=lambda env: _without(env, lambda one: _is_pointwise(one))),
    misconception("one-pointwise-short", "Every layer with 1x1 kernels has weights of its own.",
                  parameters=lambda env: _without(env, lambda one: one is env["view"][0] and _is_pointwise(one))),
    misconception("without-reduction", "The 1x1 layers make the map thin before the wide kernels work on it.",
                  parameters=_widest_twice),
    misconception("forgot-projection", "A shortcut with a 1x1 convolution has weights too.",
                  parameters=lambda env: _without(env, _is_in_shortcut)),
    misconception("wide-projection", "The convolution in the shortcut is 1x1.", parameters=_with_wide_projections),
    misconception("turned-round", "Which is taken from which, and which is divided by which, says the question.",
                  wrong=_turned_round),
    misconception("forgot-biases-of-both", "The biases of both count.",
                  wrong=lambda env: {} if env["other"] is None else {"parameters_difference": (
                      env["parameters_difference"] - _biases(env["view"]) + _biases(env["other"]))}),
    misconception("forgot-batchnorm", "Each normalised channel learns a scale and a shift.",
                  parameters=lambda env: _without(env, lambda one: one.layer.kind == "bn")),
    misconception("forgot-dense", "The dense layers hold weights too.",
                  wrong=lambda env: _only(env, "conv", "tconv", "bn")),
    misconception("forgot-conv", "The convolutions hold weights too.", wrong=lambda env: _only(env, "dense")),
    misconception("batchnorm-counted-running", "Running mean and variance are stored, not learned.",
                  where=_MACS_ALONE, parameters=lambda env: env["stored"]),
    misconception("forgot-positions", "Each weight is used at every output position.",
                  where=_MACS_ALONE, macs=lambda env: env["parameters"]),
)  # fmt: skip


def notes(env: Env, results: Results) -> Notes:
    """Where the table goes on, and where a common other convention gives another number."""
    last = totals.last_map(env["results"])
    if env["layer"] is None and env["results"][-1].after.field != last.after.field:
        name = last.name
        yield f"The receptive field is that of the last map ({name}), before the layers that take in the whole map."
    if env["net"] is not None and env["net"].variants:
        base = env["net"].name.partition("/")[0]
        yield f"Other forms of this network: {', '.join(f'{base}/{name}' for name in env['net'].variants)}."


def drawings(env: Env, results: Results) -> Drawings:
    """The table of layers, and the maps shrinking."""
    if env["layer"] is None:
        yield pictures.layer_table(env["results"], results["layers"])
        yield pictures.map_sizes(env["results"])
