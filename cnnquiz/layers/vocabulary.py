"""The words for layers: the kinds, the fields that each takes, and their usual spellings in other programs."""

from __future__ import annotations

from typing import Any

from cnnquiz.patterns import pattern

ACTIVATIONS = ("relu", "relu6", "leaky_relu", "sigmoid", "tanh", "softmax", "gelu", "elu", "silu", "selu", "celu",
               "mish", "hardswish", "hardsigmoid", "hardtanh", "softplus", "softsign", "logsoftmax")  # fmt: skip
POOL: dict[str, Any] = {"kind": "pool", "s": ()}
KINDS: dict[str, dict[str, Any]] = {
    "conv": {"kind": "conv"},
    "dw": {"kind": "conv", "groups": 0},
    "depthwise": {"kind": "conv", "groups": 0},
    "tconv": {"kind": "tconv"},
    "pool": {**POOL, "mode": "max"},
    "maxpool": {**POOL, "mode": "max"},
    "avgpool": {**POOL, "mode": "average"},
    "gap": {"kind": "gap", "mode": "average"},
    "gmp": {"kind": "gap", "mode": "max"},
    "adaptive": {"kind": "adaptive", "mode": "average"},
    "adaptivemaxpool": {"kind": "adaptive", "mode": "max"},
    "upsample": {"kind": "upsample", "s": ()},
    "pad": {"kind": "pad", "k": (1,)},
    "flatten": {"kind": "flatten"},
    "dense": {"kind": "dense"},
    "linear": {"kind": "dense"},
    "fc": {"kind": "dense"},
    "bn": {"kind": "bn"},
    "batchnorm": {"kind": "bn"},
    "lrn": {"kind": "lrn"},
    "dropout": {"kind": "dropout"},
    "window": {"kind": "window"},
    **{name: {"kind": "activation", "mode": name} for name in ACTIVATIONS},
}
ALSO = {
    "convolution": "conv", "depthwiseconv": "dw",
    **dict.fromkeys(("convtranspose", "transposedconv", "deconv"), "tconv"),
    "pooling": "maxpool", "maxpooling": "maxpool", "averagepool": "avgpool", "averagepooling": "avgpool",
    **dict.fromkeys(("globalaveragepool", "globalaveragepooling"), "gap"),
    **dict.fromkeys(("globalmaxpool", "globalmaxpooling"), "gmp"),
    **dict.fromkeys(("adaptiveavgpool", "adaptiveaveragepool"), "adaptive"),
    **dict.fromkeys(("zeropad", "zeropadding"), "pad"), "upsampling": "upsample",
    "leakyrelu": "leaky_relu", **dict.fromkeys(("fullyconnected", "affine"), "dense"),
    **dict.fromkeys(("batchnormalization", "batchnormalisation"), "bn"),
}  # fmt: skip
_AXES = pattern(r"(?<=[a-z])([123])d(?=$|transpose)")  # conv1d, conv2dtranspose
KIND_FIELDS = ("type", "kind", "layer")
USUAL = "conv, pool, avgpool, gap, adaptive, upsample, pad, flatten, dense, bn, dropout or an activation"
SPELLINGS = {
    "filters": "out", "units": "out", "out_channels": "out", "out_features": "out",
    "in_channels": "channels", "in_features": "inputs", "kernel_size": "k", "kernel": "k", "stride": "s",
    "padding": "p", "dilation": "d", "output_padding": "op", "g": "groups", "ceil_mode": "ceil",
    "output_size": "size", "scale_factor": "k",
}  # fmt: skip
BYTES = {"fp64": 8, "fp32": 4, "fp16": 2, "int8": 1}  # of a number
WINDOW = ("k", "s", "p", "d")
SPREADING = ("tconv", "upsample")  # kinds that write a window for every value, in place of reading one
WINDOWS = ("conv", *SPREADING, "pool", "window", "pad")  # kinds that slide a window
MAPS = (*WINDOWS, "adaptive", "gap")  # kinds that make a map of a map
KEPT = (*MAPS, "dense", "add", "concat")  # kinds whose output is a map of its own in memory
TAKES: dict[str, tuple[str, ...]] = {
    "conv": ("out", *WINDOW, "groups", "bias", "links", "channels"),
    "tconv": ("out", *WINDOW, "op", "groups", "bias", "channels"),
    "pool": (*WINDOW, "ceil", "learned"),
    "window": WINDOW,
    "adaptive": ("size",),
    "upsample": ("k",),
    "pad": ("p",),
    "dense": ("out", "inputs", "bias", "fixed"),
    "dropout": ("rate",),
    "bn": ("channels",),
}
EXAMPLES = {
    "conv": "conv 10 k3 s2 p1 d1 g1 nobias", "tconv": "tconv 8 k2 s2 p0 op0", "pool": "pool k3 s2 p1 ceil",
    "dense": "dense 10 inputs=1960 nobias", "window": "window k3 s1 d1", "dropout": "dropout 0.5",
    "adaptive": "adaptive 7", "upsample": "upsample 2", "pad": "pad 1",
}
BARE = {"pool": "k", "dropout": "rate", "adaptive": "size", "upsample": "k", "pad": "p"}
NEEDED = {  # what a layer of a kind must say
    **dict.fromkeys(("conv", "tconv", "pool", "window"), ("k", "kernel size: write k3 for 3x3, as in")),
    "dense": ("out", "number of units: write"), "adaptive": ("size", "output size: write"),
    "upsample": ("k", "factor: write"), "pad": ("p", "padding: write"),
}  # fmt: skip


def kind_of(word: str) -> dict[str, Any] | None:
    """What a word for a kind of layer stands for, in any usual spelling: batch-norm, Conv2D.

    A window that the word says slides along one axis, or along two or three, has these `axes`.
    """
    bare = word.replace("-", "").replace("_", "")
    axes = _AXES.search(bare)
    bare = _AXES.sub("", bare)
    kind = KINDS.get(word) or KINDS.get(ALSO.get(bare, bare))
    return {**kind, "axes": int(axes[1])} if kind and axes and kind["kind"] in MAPS else kind


def bare_number(word: str) -> str:
    """What a number without a name says: how wide a pool is, how many filters or units there are."""
    return BARE.get((kind_of(word) or {}).get("kind", ""), "out")


def example(word: str) -> str:
    """A layer of that kind as it may be written, for messages."""
    return EXAMPLES.get((kind_of(word) or {}).get("kind", "conv"), word)
