"""Cost: multiply-adds, FLOPs and bytes of a layer or a network.

    MACs = weights of a filter x filters x positions, FLOPs = 2 MACs

Source: He and Sun, Convolutional neural networks at constrained time cost, 2015.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import prod

from cnnquiz import calculators
from cnnquiz.layers import counts, network_counts, steps
from cnnquiz.layers.givens import (
    CHANNELS,
    IN,
    LAYER,
    LAYERS,
    LAYOUT_OF_INPUT,
    MEMORY_UNIT,
    NETWORK,
    input_assumptions,
    network_givens,
    other_unit,
    unit_name,
    unit_words,
)
from cnnquiz.layers.propagation import LayerResult, propagate
from cnnquiz.layers.totals import macs, numbers_in_memory, numbers_in_storage, parameters, totals
from cnnquiz.layers.vocabulary import BYTES, KEPT, UNITS
from cnnquiz.mathematics.notation import formula_step, step
from cnnquiz.mathematics.optimisers import METHODS
from cnnquiz.mathematics.precise import exact
from cnnquiz.solution import Step
from cnnquiz.solver.calculator import Env, Quantity, Result, Results, Steps, Values, misconception
from cnnquiz.solver.givens import choice, integer

_DTYPES = ("fp32", "fp16", "int8")
_SIZES = {"weight_size": "weight_bytes_fp32", "activation_size": "activation_bytes_fp32",
          "training_size": "training_bytes"}  # fmt: skip
QUANTITIES = (
    NETWORK, LAYERS, LAYER, IN, CHANNELS,
    Quantity("batch", "batch_size", integer(1, letters=False), "images at once", 1),
    Quantity("optimizer", "optimizer", choice(*METHODS), "the method that trains it, for its memory", None),
    MEMORY_UNIT,
    LAYOUT_OF_INPUT,
)  # fmt: skip
RESULTS = (
    Result("macs", "multiply-adds for the batch", answer=True),
    Result("flops", "floating-point operations: two for each multiply-add", answer=True),
    Result("parameters", "trainable numbers"),
    Result("activations", "numbers in the maps that the layers make, for the batch"),
    Result("output_bytes", "bytes of the last map in fp32, for the batch", label="output bytes"),
    Result("output_mib", "the same in MiB, 1,048,576 bytes", label="MiB of the last map"),
    *(Result(f"weight_bytes_{name}", f"bytes of the weights in {name}", name == "fp32",
             label=f"bytes of the weights, {name}")
      for name in _DTYPES),
    *(Result(f"activation_bytes_{name}", f"bytes of the activations in {name}",
             label=f"bytes of the activations, {name}")
      for name in _DTYPES),
    Result("training_bytes", "bytes of weights, gradients and the optimizer's state in fp32", answer=True,
           label="bytes of weights, gradients and state"),
    Result("weight_size", "the weights in fp32, in the unit that is asked for"),
    Result("activation_size", "the activations in fp32, in that unit"),
    Result("training_size", "weights, gradients and the optimizer's state in fp32, in that unit"),
)  # fmt: skip
TOPIC = "networks"
SYNONYMS = ("flops: want flops", "macs: want macs", "memory", "multiply-adds: want macs")
SHORTHAND = ("network", "in layers")
EXAMPLES = (
    "resnet18 --layer conv1", "vgg16 --batch 32", "vgg16 --optimizer adam",
    '--in 28x28x192 --layers "conv 16 k1; conv 32 k5 p2"',
)  # fmt: skip
_STATE_WORDS = {0: "no numbers", 1: "one number", 2: "two numbers", 3: "three numbers"}
CONVENTIONS = {
    "MACs": "multiply-adds of convolutions and dense layers, biases not counted",
    "FLOPs": "two for each MAC",
    "unit": lambda env: "" if env["unit"] is None else unit_words(env["unit"]),
    "state": lambda env: "" if env["optimizer"] is None else (
        f"{_STATE_WORDS[len(_state(env))]} for each parameter, running statistics left out"
    ),
}
LETTERS = steps.LETTERS | {
    "B": "images", "a": "amount for one image", "b": "bytes a number", "n": "numbers",
    "c": "numbers for each parameter",
}  # fmt: skip

assumptions = input_assumptions


def _sizes(found: Env, unit: str) -> Values:
    """The amounts of bytes in a unit."""
    known = {name: found[amount] for name, amount in _SIZES.items() if found.get(amount) is not None}
    return {name: exact(Fraction(amount, UNITS[unit])) for name, amount in known.items()}


def _state(env: Env) -> list[str]:
    """What the optimizer keeps for each parameter from step to step, as m and s."""
    return METHODS[env["optimizer"]].kept


def prepare(values: Values) -> Values:
    """What each layer makes, and those in view."""
    return {**network_givens(values), "count": frozenset()}


def work(env: Env) -> Values:
    """The totals for the batch."""
    results, batch = env["view"], env["batch"]
    one = totals(results)
    macs, activations, output = one["macs"] * batch, one["activations"] * batch, 4 * prod(results[-1].shape) * batch
    found = {"macs": macs, "flops": 2 * macs, "parameters": one["parameters"], "activations": activations}
    found |= {"output_bytes": output, "output_mib": exact(Fraction(output, 2**20))}
    found |= {f"weight_bytes_{name}": BYTES[name] * one["stored"] for name in _DTYPES}
    if env["optimizer"] is not None:
        found["training_bytes"] = 4 * one["parameters"] * (2 + len(_state(env)))
    found |= {f"activation_bytes_{name}": BYTES[name] * activations for name in _DTYPES}
    return found | (_sizes(found, unit_name(env["unit"])) if env["unit"] else {})


def count(env: Env) -> Values:
    """The weights added up place by place, the maps number by number, image by image; bytes as C packs a number."""
    results, batch = env["view"], env["batch"]
    found = network_counts.network_counts(env)
    multiply_adds = counts.tally(found["macs"], batch)
    in_file = sum(map(network_counts.numbers_in_file, results))
    kept = counts.tally(sum(network_counts.map_numbers(one) for one in results if one.layer.kind in KEPT), batch)
    output = counts.bytes_of(counts.tally(network_counts.map_numbers(results[-1]), batch), "fp32")
    amounts = {"macs": multiply_adds, "flops": multiply_adds + multiply_adds, "parameters": found["parameters"]}
    amounts |= {"activations": kept, "output_bytes": output, "output_mib": exact(Fraction(output) / 1024 / 1024)}
    for name in _DTYPES:
        amounts[f"weight_bytes_{name}"] = counts.bytes_of(in_file, name)
        amounts[f"activation_bytes_{name}"] = counts.bytes_of(kept, name)
    if env["optimizer"] is not None:
        copies = ["weights", "gradients", *_state(env)]
        amounts["training_bytes"] = sum(counts.bytes_of(found["parameters"], "fp32") for _ in copies)
    if env["unit"] is not None:
        for name in (one for one, amount in _SIZES.items() if amount in amounts):
            left = Fraction(amounts[_SIZES[name]])
            for _ in "kmg"[: "kmg".index(env["unit"][0]) + 1]:
                left /= 1024 if "i" in env["unit"] else 1000
            amounts[name] = exact(left)
    return amounts


def explain(env: Env, results: Results, want: str | None) -> Steps:
    """The multiply-adds, then what follows from them; or the way to what is wanted, and only that."""
    if want in _SIZES and want in results:
        yield from explain(env, results, _SIZES[want])
        yield _unit_step(env, results, want)
        return
    view = env["view"]
    if want in (None, "macs", "flops"):
        yield from _macs_steps(env, results, want)
    if want == "parameters":
        yield from steps.total_steps(view, "parameters", parameters)
    if want is None or want.startswith("weight_bytes"):
        name = want or "weight_bytes_fp32"
        if want or len(view) > 1:
            yield from steps.total_steps(view, "parameters", numbers_in_storage, name)
        yield _bytes_step("weights", results["weight_bytes_int8"], name)
    if want and want.startswith("activation"):
        yield from steps.total_steps(view, "activations", numbers_in_memory, want)
        yield from _all_images(env, results["activations"], "Every image has its own maps.", want)
        if want != "activations":
            yield _bytes_step("activations", results["activations"], want)
    if "training_bytes" in results and want in (None, "training_bytes"):
        if want:
            yield from steps.total_steps(view, "parameters", parameters, want)
        kept = 2 + len(_state(env))
        why = "Each parameter has its weight, its gradient, and what the optimizer keeps of it."
        numbers = {"n": results["parameters"], "c": kept}
        yield formula_step("Numbers in training", "c*n", numbers, why, "training_bytes")
        yield _bytes_step("training", kept * results["parameters"], "training_bytes", "fp32")
    if want in ("output_bytes", "output_mib"):
        yield from _output_steps(env, results, want)


def _unit_step(env: Env, results: Results, want: str) -> Step:
    unit = unit_name(env["unit"])
    why = f"One {unit} is {UNITS[unit]:,} bytes; one {other_unit(unit)} is {UNITS[other_unit(unit)]:,}."
    return step(f"In {unit}", "bytes/unit", f"{results[_SIZES[want]]}/{UNITS[unit]}", results[want], why, want)


def _macs_steps(env: Env, results: Results, want: str | None) -> Steps:
    if len(env["view"]) == 1:
        yield from steps.layer_steps(env["view"], calculators.load, want="macs" if want else None)
    else:
        yield from steps.total_steps(env["view"], "macs", macs)
    yield from _all_images(env, results["macs"], "Every image costs the same.", "macs")
    if want != "macs":
        why = "Each multiply-add is one multiplication and one addition."
        yield formula_step("Floating-point operations", "2*MACs", {"MACs": results["macs"]}, why, "flops")


def _all_images(env: Env, total: int, why: str, of: str) -> Steps:
    if (batch := env["batch"]) > 1:
        yield formula_step("All images", "B*a", {"B": batch, "a": total // batch}, why, of)


def _output_steps(env: Env, results: Results, want: str) -> Steps:
    formula, sizes = steps.map_product(env["view"][-1].shape)
    if env["batch"] > 1:
        formula, sizes = f"B*{formula}", {"B": env["batch"], **sizes}
    yield formula_step("Numbers in the last map", formula, sizes, "One for each place and channel.", want)
    yield _bytes_step("output", prod(sizes.values()), want, "fp32")
    if want == "output_mib":
        why = "One MiB is 2^20 = 1048576 bytes."
        yield step("In MiB", "bytes/2^20", f"{results['output_bytes']}/2^20", results["output_mib"], why, want)


def _bytes_step(what: str, numbers: int, of: str, kind: str = "") -> Step:
    kind = kind or of.rpartition("_")[2]
    size = BYTES[kind]
    why = f"A number in {kind} takes {size} byte{'s' if size > 1 else ''}."
    return formula_step(f"Bytes of the {what}", "b*n", {"b": size, "n": numbers}, why, of)


def _macs_by(
    env: Env, rule: Callable[[LayerResult], int] = macs, results: Sequence[LayerResult] | None = None
) -> Values:
    """Multiply-adds and FLOPs with another rule for each layer, or of other layers than those in view."""
    found = sum(rule(result) for result in results or env["view"] if result.counts.macs) * env["batch"]
    return {"macs": found, "flops": 2 * found}


def _over_input(result: LayerResult) -> int:
    """The weights at every position of the input, not of the output."""
    before, after = prod(result.before.shape[:-1]), prod(result.shape[:-1])
    return macs(result) * before // after if result.layer.kind == "conv" else macs(result)


def _without_depth(result: LayerResult) -> int:
    channels = result.before.shape[-1]
    return macs(result) * (result.layer.groups or channels) // channels if result.layer.kind == "conv" else macs(result)


def _macs_of_last_on_input(env: Env) -> Values:
    """The last layer alone, as if it worked on the input of the first."""
    return _macs_by(env, results=propagate([env["view"][-1].layer], env["view"][0].before.shape))


def _copies(env: Env, more: int) -> Values:
    """The bytes of training with so many numbers more for each parameter."""
    if env["optimizer"] is None:
        return {}
    return {"training_bytes": 4 * env["parameters"] * (2 + len(_state(env)) + more)}


def _bytes_times(env: Env, factor: Fraction | int) -> Values:
    names = ("weight_bytes_fp32", "output_bytes", "activation_bytes_fp32")
    return {name: exact(env[name] * factor) for name in names}


MISCONCEPTIONS = (
    misconception("forgot-positions", "Each weight is used at every output position.",
                  wrong=lambda env: _macs_by(env, lambda result: network_counts.weights_of(result)[0])),
    misconception("used-input-size", "Count the positions of the output, not those of the input.",
                  wrong=lambda env: _macs_by(env, _over_input)),
    misconception("forgot-depth", "Each filter also reaches through all input channels.",
                  wrong=lambda env: _macs_by(env, _without_depth)),
    misconception("forgot-batch", "Every image of the batch costs as much.",
                  wrong=lambda env: work({**env, "batch": 1})),
    misconception("numbers-as-bytes", "A number in fp32 takes 4 bytes.",
                  wrong=lambda env: _bytes_times(env, Fraction(1, 4))),
    misconception("bits-for-bytes", "8 bits are one byte.", wrong=lambda env: _bytes_times(env, 8)),
    misconception("last-layer-only", "Every layer costs something: add them up.",
                  wrong=lambda env: _macs_by(env, results=env["view"][-1:])),
    misconception("without-reduction", "The layers before make the map thin, so the last one costs less.",
                  wrong=_macs_of_last_on_input),
    misconception("other-unit", "KiB, MiB and GiB count by 1,024; KB, MB and GB by 1,000.",
                  wrong=lambda env: _sizes(env, other_unit(unit_name(env["unit"]))) if env["unit"] else {}),
    misconception("forgot-gradients", "Every weight has a gradient of its own.", wrong=lambda env: _copies(env, -1)),
    misconception("forgot-state", "The optimizer keeps numbers of its own for every weight.",
                  wrong=lambda env: _copies(env, -len(_state(env)) if env["optimizer"] else 0)),
    misconception("weights-only", "Training also keeps the gradients and the optimizer's state.",
                  wrong=lambda env: _copies(env, -1 - len(_state(env)) if env["optimizer"] else 0)),
    misconception("half-precision", "That is fp16: fp32 takes 4 bytes a number.",
                  wrong=lambda env: _bytes_times(env, Fraction(1, 2))),
)  # fmt: skip
