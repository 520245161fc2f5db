"""Parameters of a layer: how many numbers a layer learns and stores.

    convolution: (k*k*C + 1) F      dense: (n + 1) m      batch normalisation: 2 F learned, 4 F stored

Source: Goodfellow, Bengio and Courville, Deep Learning, 2016, chapters 6 and 9.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cnnquiz.errors import GivenError
from cnnquiz.layers import weights
from cnnquiz.layers.window_givens import numbers, spread, tally
from cnnquiz.solver.calculator import Quantity, Result, lines_when, misconception
from cnnquiz.solver.givens import FLAG, axes, choice, integer, shape
from cnnquiz.solver.lines import Env, line

LAYERS = ("conv", "dense", "depthwise", "separable", "batchnorm", "embedding")
ALSO = {
    "convolution": "conv", "conv2d": "conv", "linear": "dense", "fc": "dense", "fully-connected": "dense",
    "depthwise-conv": "depthwise", "dw": "depthwise", "depthwise-separable": "separable", "separable-conv": "separable",
    "batch-norm": "batchnorm", "batch-normalization": "batchnorm", "batch-normalisation": "batchnorm",
    "bn": "batchnorm",
}  # fmt: skip
NEEDS = {
    "conv": ("k", "channels", "filters"),
    "dense": ("inputs", "units"),
    "depthwise": ("k", "channels"),
    "separable": ("k", "channels", "filters"),
    "batchnorm": ("features",),
    "embedding": ("vocabulary", "width"),
}

EXAMPLES = (
    "--k 5 --channels 3 --filters 100",
    "--inputs 1960 --units 10",
    "separable --k 3 --channels 32 --filters 64",
)

QUANTITIES = (
    Quantity("layer", "layer", choice(*LAYERS, also=ALSO), "the layer; without it, the one that the givens belong to",
             None, positional=True),
    Quantity("k", "kernel_size", axes(1), "kernel size: 5, or one for each axis, 3x5", None, (1, 11)),
    Quantity("channels", "in_channels", integer(1), "input channels", None, (1, 2048), symbol="C"),
    Quantity("filters", "out_channels", integer(1), "filters", None, (1, 4096), symbol="F"),
    Quantity("groups", "groups", integer(1), "groups that the channels are split into", 1, (1, 64), symbol="g"),
    Quantity("bias", "bias", FLAG, "whether there are biases", None),
    Quantity("bn", "batch_norm", FLAG, "whether batch normalisation follows the convolution", False),
    Quantity("inputs", "in_features", integer(1), "inputs, dense", None, (1, 4096), symbol="n", monotonic=True),
    Quantity("units", "out_features", integer(1), "units, dense", None, (1, 4096), symbol="m", monotonic=True),
    Quantity(
        "features", "num_features", integer(1), "channels, batch norm", None, (1, 4096), symbol="F", monotonic=True,
    ),
    Quantity(
        "vocabulary", "num_embeddings", integer(1), "words, embedded", None, (1, 100_000), symbol="V", monotonic=True,
    ),
    Quantity("width", "embedding_dim", integer(1), "numbers a word", None, (1, 4096), symbol="D", monotonic=True),
    Quantity("out", "out_size", shape(), "size of the output map (it does not matter)", None, symbol="o"),
)  # fmt: skip

RESULTS = (
    Result("parameters", "trainable", "trainable parameters", answer=True, short="parameters"),
    Result("trainable", "trainable", "numbers that are learned", short="trainable"),
    Result("stored", "stored", "numbers that are kept: learned ones and running averages", short="stored"),
    Result("weights", "weights", "weights among them"),
    Result("biases", "biases", "biases among them"),
)


LINES = (
    *lines_when("is_conv", *weights.LINES),
    line("weights", "w*F", when="is_conv"),
    line("biases", "F", when="(is_conv or is_separable) and bias"),
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
    line("biases", "C + F", "Biases", "One for each filter of both halves.", when="is_separable and bias"),
    # batch normalisation, alone or behind a convolution
    line("learned", "2*F", "Scale and shift", "Each channel learns one gamma and one beta.",
         when="normed"),
    line("running", "2*F", "Running mean and variance", "They are measured and stored, not learned.",
         when="normed"),
    line("trainable", "learned", when="is_batchnorm"),
    line("trainable", "parameters + learned", "Together", when="bn"),
    line("stored", "trainable + running", "Stored", when="normed"),
    # embedding
    line("weights", "V*D", "Weights", "Each word of the vocabulary has its own row.", when="is_embedding"),
    line("total", "weights + biases", "Together", when="(is_dense or is_depthwise or is_separable) and bias"),
    line("total", "weights", when="(is_dense or is_depthwise or is_separable or is_embedding) and not bias"),
    line("trainable", "total", when="not is_conv and not is_batchnorm"),
    line("trainable", "parameters", when="is_conv and not bn"),
    line("stored", "trainable", when="not normed"),
)  # fmt: skip

MISCONCEPTIONS = (
    *weights.SLIPS,
    misconception("swapped-channels", "The depth is that of the input; each filter has one bias.",
         parameters="(prod(k)*F + 1)*C"),
    misconception("bias-per-position", "A filter's bias serves at every position.", parameters="w*F + F*prod(o)"),
    misconception("kernel-side-only", "A kernel has k*k places, not k.", w="max(k)*C"),
    misconception("dense-forgot-bias", "One bias for each unit is missing.", biases="0"),
    misconception("dense-bias-per-input", "Biases belong to the outputs.", biases="n"),
    misconception("dense-one-bias", "Each unit has its own bias, not one for the layer.", biases="1"),
    misconception("standard-convolution", "Depthwise and pointwise are added, not multiplied.", weights="prod(k)*C*F"),
    misconception("forgot-pointwise", "The 1x1 half that mixes the channels is missing.", weights="depthwise"),
    misconception("forgot-depthwise", "The depthwise half is missing.", weights="pointwise"),
    misconception("batchnorm-counted-running", "Running mean and variance are stored, not learned.", learned="4*F"),
    misconception("batchnorm-ignored", "Batch normalisation learns a scale and a shift for each channel.",
         trainable="parameters"),
    misconception("bias-before-batchnorm", "The shift of the normalisation makes a bias before it superfluous.",
         trainable="parameters + F + learned"),
)  # fmt: skip


def prepare(values: dict[str, Any]) -> dict[str, Any]:
    """The layer that is meant, and its givens by the letters of the formulas."""
    layer = values["layer"] or _meant(values)
    env = spread({**values, "in": None}, ("k",))
    bn = bool(values["bn"]) and layer == "conv"
    bias = values["bias"] if values["bias"] is not None else layer in ("conv", "dense") and not bn
    env |= {
        "layer": layer, "C": values["channels"], "F": values["features"] or values["filters"],
        "g": values["groups"], "n": values["inputs"], "m": values["units"], "V": values["vocabulary"],
        "D": values["width"], "o": values["out"], "bias": bias, "bn": bn, "normed": bn or layer == "batchnorm",
    }  # fmt: skip
    env |= {f"is_{name}": name == layer for name in LAYERS}
    env["k"] = env["k"] if layer in ("conv", "depthwise", "separable") else None
    _check(env, layer, values)
    if layer == "conv":
        weights.must_divide(env)
    return env


def _meant(values: Mapping[str, Any]) -> str:
    """The layer that the givens belong to."""
    kinds = ("dense", "batchnorm", "embedding")
    marked = (layer for layer in kinds if any(values[name] is not None for name in NEEDS[layer]))
    return next(marked, "conv")


def _check(env: Mapping[str, Any], layer: str, values: Mapping[str, Any]) -> None:
    strangers = {name for needs in NEEDS.values() for name in needs} - set(NEEDS[layer])
    if layer == "batchnorm":
        strangers -= {"filters"}
    for name in sorted(strangers):
        if values[name] is not None:
            raise GivenError(f"{name} does not belong to a {layer} layer: it takes {', '.join(NEEDS[layer])}", name)


def count(env: Env) -> dict[str, Any]:
    """The numbers that the layer holds, added up array by array."""
    layer, k = env["layer"], env["k"]
    F, C = env["F"], env["C"]
    arrays: list[tuple[Any, ...]] = []
    if layer == "conv":
        inner = weights.counted(env)
        arrays = [(inner["parameters"],)] if inner else [(None,)]
        arrays += [(F,), (F,)] if env["bn"] else []
    elif layer == "dense":
        arrays = [(env["n"], env["m"]), *([(env["m"],)] if env["bias"] else [])]
    elif layer == "depthwise":
        arrays = [(*(k or (None,)), C), *([(C,)] if env["bias"] else [])]
    elif layer == "separable":
        arrays = [(*(k or (None,)), C), (C, F), *([(C,), (F,)] if env["bias"] else [])]
    elif layer == "batchnorm":
        arrays = [(F,), (F,)]
    else:
        arrays = [(env["V"], env["D"])]
    if not all(numbers(*sizes) for sizes in arrays):
        return {}
    total = sum(tally(*sizes) for sizes in arrays)
    return {"parameters": total, "trainable": total}


def conventions(env: Env) -> dict[str, str]:
    """What was done where sources differ."""
    kept = "trainable ones (running averages are stored only)"
    return {"bias": "counted" if env["bias"] else "none", "parameters": kept}


def notes(env: Env, results: Mapping[str, Any]) -> Iterator[str]:
    """Where a common other convention gives another number."""
    if env["layer"] in ("conv", "dense") and env["bias"] and "biases" in results:
        yield f"Without biases: {results['parameters'] - results['biases']} parameters."
    if env["layer"] in ("depthwise", "separable") and not env["bias"]:
        extra = env["C"] + (env["F"] if env["layer"] == "separable" else 0)
        yield f"With biases: {results['parameters'] + extra} parameters."
    if env["normed"]:
        yield f"Counting the running averages too: {results['stored']}."
