"""Convolution: output size, output shape, parameters and multiply-adds of a convolution.

    o = floor((i + 2p - d(k - 1) - 1)/s) + 1

Source: Dumoulin and Visin, A guide to convolution arithmetic for deep learning, 2016.
"""

from __future__ import annotations

from cnnquiz.errors import NoLayerError
from cnnquiz.layers import families
from cnnquiz.layers.counts import filter_counts, filter_weights, reaches, slide, tally
from cnnquiz.solution import text
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
)
from cnnquiz.solver.givens import FLAG, are_numbers, axes, integer, shape

_STRICT = "none, a size that does not divide is refused (strict)"
_SAME = {"": "", "tf": "ceil(i/s) (TensorFlow)", "torch": "total padding d(k-1), stride 1 (PyTorch)"}
QUANTITIES = (
    Quantity("in", "in_size", shape(), "input size: 256 or 256x256x3", None, (1, 512), symbol="i"),
    Quantity("k", "kernel_size", axes(1), "kernel size: 3, or one for each axis, 3x5", search=(1, 11)),
    Quantity("s", "stride", axes(1), "stride", 1, (1, 8), only=families.WITH_SIZE),
    Quantity("p", "padding", axes(0, ("same", "valid")), "padding on each side", 0, (0, 16),
             only=families.WITH_SIZE),
    families.DILATION,
    families.GROUPS,
    families.CHANNELS,
    Quantity("filters", "out_channels", integer(1), "filters: the output channels", None, (1, 4096), symbol="F"),
    Quantity("bias", "bias", FLAG, "whether each filter has a bias", True, only=families.WITH_CHANNELS),
    Quantity("framework", "framework", families.FRAMEWORK, "whose rule `same` follows", "torch",
             only=Case("with p same", lambda env: env["same"])),
    Quantity("strict", "strict", FLAG, "refuse a size that does not divide, instead of rounding", False,
             only=Case("where in is given, without p same", lambda env: env["i"] is not None and not env["same"])),
    families.LAYOUT,
)
RESULTS = (
    *families.size_results("in", "p"),
    Result("parameters", "trainable numbers", answer=True, short="parameters"),
    Result("macs", "multiply-adds for one image", short="macs", grows_with=("in", "p")),
    Result("effective_kernel", "pixels from the kernel's first tap to its last", symbol="e"),
    Result("unused_border", "pixels at the end that no window covers", symbol="unused"),
)
LINES = (
    line("e", "k", axis=True, when="not dilated"),
    line("e", "d*(k - 1) + 1", "Effective kernel",
         "Dilation spreads the taps: the kernel reaches from its first tap to its last.",
         name="effective_kernel", axis=True, when="dilated"),
    line("P", "e - 1", "Total padding", "With stride 1 this keeps the size.", axis=True, when="same_torch"),
    *lines_when("same_tf", families.SAME_PADDING),
    line("span", "i + 2*p - e", axis=True, when="not same", name="span"),
    line("span", "i + P - e", axis=True, when="same", name="span"),
    families.QUOTIENT,
    *families.ROUND_DOWN,
    line("unused", "span - m*s", axis=True),
    *families.shape_lines("F", "Each filter gives one output channel."),
    *families.WEIGHT_LINES,
    line("macs", "w*F*prod(o)", "Multiply-adds",
         "Each weight of each filter is used once at every position of the output."),
)  # fmt: skip
MISCONCEPTIONS = (
    misconception("rounded-up", "You rounded up: the last, incomplete window does not count.", m="ceil(q)"),
    misconception("forgot-plus-one", "The first position counts too: add 1.", o="m"),
    misconception("forgot-kernel", "That only divides by the stride; the kernel's own width is missing.",
                  o="floor(i/s)"),
    misconception("padding-once", "Padding goes on both sides: 2p.", span="i + p - e"),
    misconception("forgot-padding", "The padding was left out.", span="i - e"),
    misconception("forgot-stride", "The stride was left out.", q="span"),
    misconception("forgot-dilation", "A dilated kernel reaches d(k-1)+1 pixels.", e="k"),
    misconception("stride-times-one", "The +1 belongs outside the division.", o="floor((span + 1)/s)"),
    misconception("kept-input-depth", "The output has one channel for each filter, not for each input channel.",
                  made="C"),
    misconception("depth-multiplied", "Each filter sums over the input channels; it does not keep them apart.",
                  made="C*F"),
    *families.WEIGHT_MISCONCEPTIONS,
)  # fmt: skip
TOPIC = "convolution"
SYNONYMS = ("convolution", "conv2d", "convolutional", "convolution size")
SHORTHAND = ("in k s p",)
EXAMPLES = ("--in 256 --k 7 --s 2", "--in 256x256x3 --k 7 --s 2 --filters 4", "--k 3 --out 32 --in 64 --find s,p")
CONVENTIONS = {
    "rounding": lambda env: _STRICT if _refuses_rest(env) else families.ROUNDING,
    "same": lambda env: _SAME[env["same"]] if env["i"] is not None else "",
    "bias": lambda env: ("one for each filter, counted" if env["bias"] else "none") if "parameters" in env else "",
    "MACs": lambda env: "one multiply-add is one MAC, biases are not counted" if "parameters" in env else "",
}

assumptions, drawings, inverse_steps = families.assumptions, families.drawings, families.inverse_steps


def prepare(values: Values) -> Values:
    """One value an axis, `same` and `valid` resolved; refuses what no layer could do."""
    same = values["framework"] if values["p"] == "same" else ""
    env = families.along_axes(values, "k", "s", "p", "d")
    env |= {"same": same, "same_torch": same == "torch", "same_tf": same == "tf"}
    if isinstance(env["p"], str):
        env["p"] = None if same else (0,) * env["axes"]
    if same == "torch" and any(are_numbers(s) and s != 1 for s in env["s"] or ()):
        raise NoLayerError("padding `same` needs stride 1 in PyTorch: take framework tf, or a number", "p")
    families.refuse_uneven_groups(env)
    for i, window in families.windows(env) if not same else ():
        window.places(i)
        if env["strict"] and (rest := window.rest(i)):
            room = window.room(i)
            raise NoLayerError(f"stride {window.s} leaves {rest} of {room} pixels over: no whole number of steps", "s")
    return env


def count(env: Env) -> Values:
    """The window slid along each axis, its places counted; the weights added up filter by filter."""
    weights, sizes = filter_weights(env), (slide(i, window) for i, window in families.windows(env))
    found = reaches(env) | filter_counts(env) | families.size_counts(env, sizes, env["F"])
    found |= families.border_counts(env, found)
    if weights is not None and "output_size" in found:
        found["macs"] = tally(weights, *found["output_size"])
    return found


def _refuses_rest(env: Env) -> bool:
    return bool(env["strict"]) and env["i"] is not None and not env["same"]


def notes(env: Env, results: Results) -> Notes:
    """Where a common other convention gives another number."""
    unused = results.get("unused_border", ())
    if any(unused) and not env["same"]:
        up = text(tuple(o + (rest > 0) for o, rest in zip(results["output_size"], unused, strict=True)))
        invalid = "some courses call a size that does not divide invalid (--strict refuses it)"
        yield f"Rounding up would give {up}; {invalid}."
    if "parameters" in results and env["bias"]:
        yield f"Without biases: {results['parameters'] - env['F']} parameters."
