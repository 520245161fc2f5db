"""Receptive field: how many pixels one value sees, and how far apart neighbours look.

    r = r + d(k - 1) j, then j = j s, from r = 1 and j = 1

Source: Araujo, Norris and Sim, Computing receptive fields of convolutional neural networks, Distill, 2019.
"""

from __future__ import annotations

from math import prod

from cnnquiz.layers import receptive_fields
from cnnquiz.layers.givens import CHANNELS, IN, LAYER, LAYERS, LAYOUT_OF_INPUT, NETWORK, input_assumptions
from cnnquiz.layers.vocabulary import SPREADING, WINDOWS
from cnnquiz.layers.windows import Window
from cnnquiz.solution import text
from cnnquiz.solver.calculator import Env, Notes, Quantity, Result, Results, misconception, where
from cnnquiz.solver.givens import integer

_NUMBER = integer(1, letters=False)
QUANTITIES = (
    NETWORK, LAYERS, LAYER, IN, CHANNELS,
    Quantity("k", "kernel_size", _NUMBER, "kernel of equal layers, in place of `layers`", None, (1, 15)),
    Quantity("s", "stride", _NUMBER, "their stride", 1, (1, 4), only=where("k")),
    Quantity("d", "dilation", _NUMBER, "their dilation", 1, (1, 8), only=where("k")),
    Quantity("n", "number", _NUMBER, "how many of them stand behind one another", 1, (1, 100), only=where("k")),
    LAYOUT_OF_INPUT,
)  # fmt: skip
RESULTS = (
    Result("receptive_field", "pixels that one value sees along each axis", True, "out"),
    Result("jump", "pixels between the centres of what neighbours see", answer=True),
    Result("start", "centre of what the first value sees; the first pixel's centre is 0.5", answer=True),
    Result("first", "index of the first pixel that the first value sees; negative: in the padding",
           label="first pixel"),
    Result("touched", "pixels in that span that are really read", label="pixels really read"),
    Result("by_layer", "field, jump and start behind each layer"),
)  # fmt: skip
TOPIC = "convolution"
SYNONYMS = ("receptive field",)
SHORTHAND = ("network", "k s n")
EXAMPLES = ('--layers "k3; k2 s2; k3"', "vgg16 --layer pool5", "--k 3 --out 7 --find n")
CONVENTIONS = {
    "field": "a span, padding included, along the widest of branches",
    "start": "a centre, the first pixel's centre being 0.5",
}
LETTERS = {
    "r": "receptive field", "j": "jump", "k": "kernel size", "d": "dilation", "f": "first pixel",
    "n": "size of the map",
}  # fmt: skip

prepare, assumptions = receptive_fields.field_givens, input_assumptions
work, explain = receptive_fields.field_results, receptive_fields.steps
count = receptive_fields.field_counts


def notes(env: Env, results: Results) -> Notes:
    """Where the span is not all that is read."""
    touched, field = results.get("touched"), results.get("receptive_field")
    if touched is not None and touched != field:
        yield f"Of this span of {text(field)} pixels only {text(touched)} are read: dilation or stride leaves holes."


def _windows(env: Env) -> list[tuple[bool, Window]]:
    """The windows along the first axis, each with whether it pools; none where branches part."""
    layers = [one.layer for one in env["seen"]]
    if any(layer.kind in ("add", "concat", *SPREADING, "adaptive", "gap", "dense") for layer in layers):
        return []
    sliding = [(layer, layer.windows(env["axes_seen"])[0]) for layer in layers
               if layer.kind in WINDOWS and layer.kind != "pad"]
    return [(layer.kind == "pool" or (layer.kind == "window" and w.k == w.s > 1), w) for layer, w in sliding]


def _field(
    env: Env, *, strides: bool = True, own_first: bool = False, pools: bool = True, dilated: bool = True
) -> int | None:
    """The field by the rule, with one thing done wrong."""
    r = j = 1
    for is_pool, window in _windows(env):
        jump = j * window.s if own_first else j if strides else 1
        r += (window.k - 1) * (window.d if dilated else 1) * jump if pools or not is_pool else 0
        j *= window.s
    return r if _windows(env) else None


def _kernels(env: Env) -> list[int]:
    return [window.k for _, window in _windows(env)]


MISCONCEPTIONS = (
    misconception("added-kernels", "Each further layer adds (k-1) times the product of the strides before it.",
                  receptive_field=lambda env: sum(_kernels(env)) or None),
    misconception("ignored-strides", "Strides before a layer widen its steps.",
                  receptive_field=lambda env: _field(env, strides=False)),
    misconception("own-stride-first", "A layer's own stride widens only the steps of the layers behind it.",
                  receptive_field=lambda env: _field(env, own_first=True)),
    misconception("skipped-pools", "A pool has a kernel too, and sees more than one value.",
                  receptive_field=lambda env: _field(env, pools=False)),
    misconception("forgot-dilation", "A dilated kernel reaches d(k-1)+1 pixels.",
                  receptive_field=lambda env: _field(env, dilated=False)),
    misconception("multiplied-kernels", "Fields grow by addition, kernels are not multiplied.",
                  receptive_field=lambda env: prod(_kernels(env)) if _kernels(env) else None),
)  # fmt: skip
