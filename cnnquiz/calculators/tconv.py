"""Transposed convolution: output size, output shape and parameters of a transposed convolution.

    o = (i - 1)s - 2p + d(k - 1) + op + 1

Source: Dumoulin and Visin, A guide to convolution arithmetic for deep learning, 2016.
"""

from __future__ import annotations

from msgspec.structs import replace

from cnnquiz.errors import NoLayerError
from cnnquiz.layers import families
from cnnquiz.layers.counts import filter_counts, filter_weights, tally, write_out
from cnnquiz.solver.calculator import Case, Env, Notes, Quantity, Result, Results, Values, line, misconception
from cnnquiz.solver.givens import FLAG, are_numbers, axes, integer, shape

QUANTITIES = (
    Quantity("in", "in_size", shape(), "input size: 7 or 7x7x64", None, (1, 512), symbol="i"),
    Quantity("k", "kernel_size", axes(1), "kernel size", search=(1, 11)),
    Quantity("s", "stride", axes(1), "stride: the step between the places that one input pixel writes to", 1, (1, 8),
             only=families.WITH_SIZE),
    Quantity("p", "padding", axes(0, ("same", "valid")), "padding, cut off the output on each side", 0, (0, 16),
             only=families.WITH_SIZE),
    replace(families.DILATION, only=families.WITH_SIZE),
    Quantity("op", "output_padding", axes(0), "output padding, added at the end", 0, (0, 7),
             only=Case("where in is given, without p same", lambda env: env["i"] is not None and not env["same"])),
    Quantity("groups", "groups", integer(1), "groups that the channels are split into", 1, symbol="g",
             only=families.WITH_CHANNELS),
    families.CHANNELS,
    Quantity("filters", "out_channels", integer(1), "output channels", None, (1, 4096), symbol="F"),
    Quantity("bias", "bias", FLAG, "whether each output channel has a bias", True,
             only=families.WITH_CHANNELS),
    families.LAYOUT,
)
RESULTS = (
    *families.size_results("in"),
    Result("parameters", "trainable numbers", answer=True, short="parameters"),
    Result("macs", "multiply-adds for one image", grows_with=("in",)),
)
LINES = (
    line("e", "k", axis=True, when="not dilated"),
    line("e", "d*(k - 1) + 1", "Effective kernel", "Dilation spreads the taps.", axis=True, when="dilated"),
    line("starts", "(i - 1)*s", "Where the last input pixel writes",
         "Each input pixel writes one kernel, each a stride further.", name="starts", axis=True),
    line("full", "starts + e", "Add the kernel", "The last kernel reaches its whole length.", name="full", axis=True),
    line("P", "e - s", "Total padding", "TensorFlow cuts off just enough for one stride each pixel: o = i*s.",
         axis=True, when="same"),
    line("o", "full - P", "Cut off the padding", "Padding shrinks the output of a transposed convolution.",
         axis=True, when="same", combines=("starts", "full")),
    line("o", "full - 2*p + op", "Cut off the padding, add the output padding",
         "Padding shrinks the output of a transposed convolution; output padding adds at the end.",
         axis=True, when="not same", combines=("starts", "full")),
    *families.shape_lines("F", "Each filter gives one output channel."),
    *families.WEIGHT_LINES,
    line("macs", "w*F*prod(i)", "Multiply-adds", "Each input pixel is multiplied with each of its weights once."),
)  # fmt: skip
MISCONCEPTIONS = (
    misconception("used-conv-formula", "A transposed convolution runs the formula backwards.",
                  o="floor((i + 2*p - e)/s) + 1"),
    misconception("only-stride", "That only multiplies by the stride; kernel and padding are missing.", o="i*s"),
    misconception("added-padding", "Padding shrinks the output here: subtract 2p.", o="full + 2*p + op"),
    misconception("forgot-output-padding", "The output padding was left out.", o="full - 2*p"),
    misconception("forgot-minus-one", "The first pixel needs no stride: (i - 1)s.", starts="i*s"),
    misconception("padding-once", "Padding is cut off both sides: 2p.", o="full - p + op"),
    *families.WEIGHT_MISCONCEPTIONS,
)  # fmt: skip
TOPIC = "convolution"
SYNONYMS = ("transposed convolution", "deconvolution", "deconv", "convtranspose", "conv2dtranspose", "upconvolution")
SHORTHAND = ("in k s p",)
EXAMPLES = ("--in 7 --k 3 --s 2 --p 1", "--in 7x7x64 --k 4 --s 2 --p 1 --filters 32")
CONVENTIONS = {
    "padding": lambda env: "same, i*s (TensorFlow)" if _is_same(env) else "cut off the output on both sides (PyTorch)",
    "output_padding": lambda env: "" if _is_same(env) else "added at the end only",
}

assumptions = families.assumptions


def _is_same(env: Env) -> bool:
    return bool(env["same"]) and env["i"] is not None


def prepare(values: Values) -> Values:
    """One value an axis; refuses what no layer could do."""
    same = "transposed" if values["p"] == "same" else ""
    env = families.along_axes({**values, "same": same}, "k", "s", "p", "d", "op")
    if isinstance(env["p"], str):
        env["p"] = None if same else (0,) * env["axes"]
    families.refuse_uneven_groups(env)
    for i, window in families.windows(env):
        most = max(window.s, window.d) - 1
        if window.op > most:
            larger = f"stride {window.s} or the dilation {window.d}"
            raise NoLayerError(f"output padding {window.op} must be smaller than the {larger}: op <= {most}", "op")
        p, length = window.before, window.tconv_length(i)
        if length < 1:
            full = length + 2 * p
            raise NoLayerError(f"padding {p} leaves nothing of the {full} pixels: padding <= {(full - 1) // 2}", "p")
    return env


def count(env: Env) -> Values:
    """Every input pixel's kernel written out, and the output's pixels counted; the weights added up."""
    weights, sizes = filter_weights(env), (write_out(i, window) for i, window in families.windows(env))
    found = filter_counts(env) | families.size_counts(env, sizes, env["F"])
    if weights is not None and are_numbers(*(env["i"] or (None,))):
        found["macs"] = tally(*env["i"], weights)
    return found


def notes(env: Env, results: Results) -> Notes:
    """Why more than one size could be meant."""
    if not env["same"] and "output_size" in results and any(are_numbers(s) and s > 1 for s in env["s"]):
        yield "With a stride, several input sizes of the convolution give this size: output_padding chooses among them."
