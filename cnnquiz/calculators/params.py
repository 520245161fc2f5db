"""Parameters of a layer: how many numbers a layer learns and stores.

    convolution: (k*k*C + 1) F      dense: (n + 1) m      batch normalisation: 2 F learned, 4 F stored

Depthwise separable convolutions are those of Howard et al., MobileNets, 2017.

Source: Goodfellow, Bengio and Courville, Deep Learning, 2016, chapters 6 and 9.
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from cnnquiz.layers import families
from cnnquiz.layers.counts import tally
from cnnquiz.solver.calculator import (
    Case,
    Env,
    Notes,
    Quantity,
    Result,
    Results,
    Values,
    line,
    lines_when,
    misconception,
    where,
)
from cnnquiz.solver.givens import FLAG, are_numbers, axes, choice, integer, shape

_NEEDS = {
    "conv": ("k", "channels", "filters"),
    "dense": ("inputs", "units"),
    "depthwise": ("k", "channels"),
    "separable": ("k", "channels", "filters"),
    "batchnorm": ("features",),
    "embedding": ("vocabulary", "width"),
}
_BIASED = ("conv", "dense", "depthwise", "separable")
_ALSO = {
    "convolution": "conv", "conv2d": "conv", "linear": "dense", "fc": "dense", "fully-connected": "dense",
    "depthwise-conv": "depthwise", "dw": "depthwise", "depthwise-separable": "separable", "separable-conv": "separable",
    "batch-norm": "batchnorm", "batch-normalization": "batchnorm", "batch-normalisation": "batchnorm",
    "bn": "batchnorm",
}  # fmt: skip


def _bias_words(env: Env) -> str:
    if not env["bias"]:
        return "none"
    if env["layer"] != "separable":
        return "counted"
    return f"counted, {'one for each filter (Keras)' if env['keras'] else 'in both halves (PyTorch)'}"


def _part_of(name: str) -> Case:
    """The cases of the layers that have this number."""
    return where("layer", *(layer for layer, needs in _NEEDS.items() if name in needs))


_FILTERS = Case(
    "with layer conv or separable, or with batchnorm in place of features",
    lambda env: env["layer"] in ("conv", "separable") or (env["layer"] == "batchnorm" and not env["features"]),
)
QUANTITIES = (
    Quantity("layer", "layer", choice(*_NEEDS, also=_ALSO), "the layer; without it, the one that the givens belong to",
             None, positional=True),
    Quantity("k", "kernel_size", axes(1), "kernel size: 5, or one for each axis, 3x5", None, (1, 11),
             only=_part_of("k")),
    replace(families.CHANNELS, only=_part_of("channels")),
    Quantity("filters", "out_channels", integer(1), "filters", None, (1, 4096), symbol="F", only=_FILTERS),
    replace(families.GROUPS, only=where("layer", "conv")),
    Quantity("bias", "bias", FLAG, "whether there are biases", None, only=where("layer", *_BIASED)),
    Quantity("framework", "framework", families.FRAMEWORK,
             "whose separable layer: with tf (Keras), only the pointwise half has biases", "torch",
             only=Case("with layer separable and biases", lambda env: env["layer"] == "separable" and env["bias"])),
    Quantity("bn", "batch_norm", FLAG, "whether batch normalisation follows the convolution", False,
             only=where("layer", "conv")),
    Quantity("inputs", "in_features", integer(1), "inputs, dense", None, (1, 4096), symbol="n",
             only=_part_of("inputs")),
    Quantity("units", "out_features", integer(1), "units, dense", None, (1, 4096), symbol="m",
             only=_part_of("units")),
    Quantity("features", "num_features", integer(1), "channels, batch norm", None, (1, 4096), symbol="F",
             only=_part_of("features")),
    Quantity("vocabulary", "num_embeddings", integer(1), "words, embedded", None, (1, 100_000), symbol="V",
             only=_part_of("vocabulary")),
    Quantity("width", "embedding_dim", integer(1), "numbers a word", None, (1, 4096), symbol="D",
             only=_part_of("width")),
    Quantity("out", "out_size", shape(), "size of the output map (it does not matter)", None, symbol="o",
             only=where("layer", "conv")),
)  # fmt: skip
_SIZES = ("inputs", "units", "features", "vocabulary", "width")
RESULTS = (
    Result("parameters", "trainable parameters", True, "parameters", symbol="trainable", grows_with=_SIZES),
    Result("trainable", "numbers that are learned", short="trainable", grows_with=_SIZES),
    Result("stored", "numbers that are kept: learned ones and running averages", short="stored", grows_with=_SIZES),
    Result("weights", "weights among them", grows_with=("inputs", "units", "vocabulary", "width")),
    Result("biases", "biases among them", grows_with=("inputs", "units")),
)
LINES = (
    *lines_when("is_conv", *families.WEIGHT_LINES),
    line("weights", "w*F", when="is_conv"),
    line("biases", "F", when="is_conv and bias"),
    # dense
    line("weights", "n*m", "Weights", "Every unit has one weight for every input.", when="is_dense"),
    line("biases", "m", "Biases", "Every unit has one bias.", when="is_dense and bias"),
    # depthwise, and the two halves of a depthwise separable convolution
    line("weights", "prod(k)*C", "Weights", "Each channel has one filter of its own, one channel deep.",
         when="is_depthwise"),
    line("biases", "C", "Biases", "Each channel's filter has one bias.", when="is_depthwise and bias"),
    line("depthwise", "prod(k)*C", "Depthwise half", "One filter for each channel, one channel deep.",
         when="is_separable"),
    line("pointwise", "C*F", "Pointwise half", "1x1 filters mix the channels.", when="is_separable"),
    line("weights", "depthwise + pointwise", "Weights", when="is_separable"),
    line("biases", "C + F", "Biases", "One for each filter of both halves.",
         when="is_separable and bias and not keras"),
    line("biases", "F", "Biases", "Keras adds one for each filter, behind both halves.",
         when="is_separable and bias and keras"),
    # batch normalisation, alone or behind a convolution
    *lines_when(
        "normed",
        line("learned", "2*F", "Scale and shift", "Each channel learns one gamma and one beta."),
        line("running", "2*F", "Running mean and variance", "They are measured and stored, not learned."),
    ),
    line("trainable", "learned", when="is_batchnorm"),
    line("trainable", "parameters + learned", "Together", when="bn"),
    line("stored", "trainable + running", "Stored", when="normed"),
    # embedding
    line("weights", "V*D", "Weights", "Each word of the vocabulary has its own row.", when="is_embedding"),
    *lines_when(
        "not is_conv and not is_batchnorm",
        line("total", "weights + biases", "Together", when="bias and not is_embedding"),
        line("total", "weights", when="not bias"),
        line("trainable", "total"),
    ),
    line("trainable", "parameters", when="is_conv and not bn"),
    line("stored", "trainable", when="not normed"),
)  # fmt: skip
MISCONCEPTIONS = (
    *families.WEIGHT_MISCONCEPTIONS,
    misconception("swapped-channels", "The depth is that of the input; each filter has one bias.",
                  parameters="(prod(k)*F + 1)*C"),
    misconception("bias-per-position", "A filter's bias serves at every position.", parameters="w*F + F*prod(o)"),
    misconception("kernel-side-only", "A kernel has k*k places, not k.", w="max(k)*C"),
    misconception("dense-forgot-bias", "One bias for each unit is missing.", biases="0"),
    misconception("dense-bias-per-input", "Biases belong to the outputs.", biases="n"),
    misconception("dense-added-sizes", "Every unit is connected with every input: multiply.", weights="n + m"),
    misconception("dense-one-bias", "Each unit has its own bias, not one for the layer.", biases="1"),
    misconception("standard-convolution", "Depthwise and pointwise are added, not multiplied.", weights="prod(k)*C*F"),
    misconception("forgot-pointwise", "The 1x1 half that mixes the channels is missing.", weights="depthwise"),
    misconception("forgot-depthwise", "The depthwise half is missing.", weights="pointwise"),
    misconception("batchnorm-counted-running", "Running mean and variance are stored, not learned.", learned="4*F"),
    misconception("batchnorm-scale-only", "A channel learns a scale and a shift.", learned="F"),
    misconception("batchnorm-once", "Every channel has a scale and a shift of its own.", learned="2"),
    misconception("batchnorm-ignored", "Batch normalisation learns a scale and a shift for each channel.",
                  trainable="parameters"),
    misconception("bias-before-batchnorm", "The shift of the normalisation makes a bias before it superfluous.",
                  trainable="parameters + F + learned"),
)  # fmt: skip
TOPIC = "convolution"
SYNONYMS = ("parameters", "depthwise: layer depthwise", "separable: layer separable", "embedding: layer embedding")
SHORTHAND = (
    "k channels filters", "layer k channels filters", "inputs units", "layer inputs units", "layer features",
    "layer vocabulary width",
)  # fmt: skip
EXAMPLES = (
    "--k 5 --channels 3 --filters 100",
    "--inputs 1960 --units 10",
    "separable --k 3 --channels 32 --filters 64",
)
CONVENTIONS = {
    "bias": lambda env: _bias_words(env),
    "parameters": "trainable ones (running averages are stored only)",
}


def prepare(values: Values) -> Values:
    """The layer that is meant, and whether it has biases or is normalised."""
    marked = (name for name in ("dense", "batchnorm", "embedding") if any(values[q] is not None for q in _NEEDS[name]))
    layer = values["layer"] or next(marked, "conv")
    env = families.along_axes({**values, "in": None}, "k")
    bn = bool(values["bn"]) and layer == "conv"
    keras = layer == "separable" and values["framework"] == "tf"
    usual = keras or (layer in ("conv", "dense") and not bn)
    bias = layer in _BIASED and (usual if values["bias"] is None else values["bias"])
    env |= {"layer": layer, "keras": keras, "bias": bias, "bn": bn, "normed": bn or layer == "batchnorm"}
    filters = values["filters"] if "filters" in _NEEDS[layer] or layer == "batchnorm" else None
    env["F"] = values["features"] or filters if layer == "batchnorm" else filters
    env["k"] = env["k"] if "k" in _NEEDS[layer] else None
    env |= {f"is_{name}": name == layer for name in _NEEDS}
    if layer == "conv":
        families.refuse_uneven_groups(env)
    return env


def count(env: Env) -> Values:
    """The numbers that the layer holds, added up array by array."""
    layer, F, C, m, g = env["layer"], env["F"], env["C"], env["m"], env["g"]
    kernel = (*(env["k"] or (None,)), C)
    arrays: dict[str, tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]] = {  # of weights and of biases
        "conv": ([(*kernel, F)], [(F,)]), "dense": ([(env["n"], m)], [(m,)]), "depthwise": ([kernel], [(C,)]),
        "separable": ([kernel, (C, F)], [(F,)] if env["keras"] else [(C,), (F,)]), "batchnorm": ([], []),
        "embedding": ([(env["V"], env["D"])], []),
    }  # fmt: skip
    weights, biases = arrays[layer][0], arrays[layer][1] if env["bias"] else []
    normed = [(F,), (F,)] if env["normed"] else []  # gamma and beta; as many means and variances
    if not all(are_numbers(*sizes) for sizes in (*weights, *biases, *normed, (g,))):
        return {}
    if layer == "conv":  # each group has filters of its own, which see its channels alone
        weights = [(*kernel[:-1], len(range(0, C, g)), len(range(0, F, g)))] * g
    parts = {"weights": weights, "biases": biases}
    found = {name: sum(tally(*sizes) for sizes in part) for name, part in parts.items() if part}
    learned = sum(found.values()) + sum(tally(*sizes) for sizes in normed)
    stored = learned + sum(tally(*sizes) for sizes in normed)
    return found | {"parameters": learned, "trainable": learned, "stored": stored}


def notes(env: Env, results: Results) -> Notes:
    """Where a common other convention gives another number."""
    if env["layer"] in ("conv", "dense") and {"parameters", "biases"} <= results.keys():
        yield f"Without biases: {results['parameters'] - results['biases']} parameters."
    if env["layer"] in ("depthwise", "separable") and not env["bias"]:
        extra = env["C"] + (env["F"] if env["layer"] == "separable" else 0)
        yield f"With biases: {results['parameters'] + extra} parameters."
    if env["normed"]:
        yield f"Counting the running averages too: {results['stored']}."
