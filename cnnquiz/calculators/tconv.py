"""Transposed convolution: output size, output shape and parameters of a transposed convolution.

    o = (i - 1)s - 2p + d(k - 1) + op + 1

Source: Dumoulin and Visin, A guide to convolution arithmetic for deep learning, 2016.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from cnnquiz.errors import NoLayerError
from cnnquiz.layers import weights
from cnnquiz.layers.window_givens import LAYOUT, LONG, numbers, shape_lines, shaped, spread
from cnnquiz.solver.calculator import Quantity, Result, misconception
from cnnquiz.solver.givens import FLAG, axes, integer, shape
from cnnquiz.solver.lines import Env, line

EXAMPLES = ("--in 7 --k 3 --s 2 --p 1", "--in 7x7x64 --k 4 --s 2 --p 1 --filters 32")

QUANTITIES = (
    Quantity("in", "in_size", shape(), "input size: 7 or 7x7x64", None, (1, 512), symbol="i", monotonic=True),
    Quantity("k", "kernel_size", axes(1), "kernel size", search=(1, 11)),
    Quantity("s", "stride", axes(1), "stride: the step between the places that one input pixel writes to", 1, (1, 8)),
    Quantity("p", "padding", axes(0), "padding, cut off the output on each side", 0, (0, 16)),
    Quantity("d", "dilation", axes(1), "dilation: the step between the kernel's taps", 1, (1, 8)),
    Quantity("op", "output_padding", axes(0), "output padding, added at the end", 0, (0, 7)),
    Quantity("groups", "groups", integer(1), "groups that the channels are split into", 1, symbol="g"),
    Quantity("channels", "in_channels", integer(1), "input channels", None, (1, 2048), symbol="C"),
    Quantity("filters", "out_channels", integer(1), "output channels", None, (1, 4096), symbol="F"),
    Quantity("bias", "bias", FLAG, "whether each output channel has a bias", True),
    LAYOUT,
)

RESULTS = (
    Result("output_size", "o", "size of the output along each axis", answer=True, short="out"),
    Result("output_shape", "shape", "size and channels of the output", answer=True, short="shape"),
    Result("parameters", "parameters", "trainable numbers", answer=True, short="parameters"),
    Result("macs", "macs", "multiply-adds for one image"),
)

LINES = (
    line("e", "k", axis=True, when="not dilated"),
    line("e", "d*(k - 1) + 1", "Effective kernel", "Dilation spreads the taps.",
         axis=True, when="dilated"),
    line("starts", "(i - 1)*s", "Where the last input pixel writes",
         "Each input pixel writes one kernel, each a stride further.", name="starts", axis=True),
    line("full", "starts + e", "Add the kernel", "The last kernel reaches its whole length.", name="full", axis=True),
    line("o", "full - 2*p + op", "Cut off the padding, add the output padding",
         "Padding shrinks the output of a transposed convolution; output padding adds at the end.",
         axis=True, combines=("starts", "full")),
    *shape_lines("F", "Each filter gives one output channel."),
    *weights.LINES,
    line("macs", "w*F*prod(i)", "Multiply-adds", "Each input pixel is multiplied with each of its weights once."),
)  # fmt: skip

MISCONCEPTIONS = (
    misconception(
        "used-conv-formula", "A transposed convolution runs the formula backwards.", o="floor((i + 2*p - e)/s) + 1"
    ),
    misconception("only-stride", "That only multiplies by the stride; kernel and padding are missing.", o="i*s"),
    misconception("added-padding", "Padding shrinks the output here: subtract 2p.", o="full + 2*p + op"),
    misconception("forgot-output-padding", "The output padding was left out.", o="full - 2*p"),
    misconception("forgot-minus-one", "The first pixel needs no stride: (i - 1)s.", starts="i*s"),
    misconception("padding-once", "Padding is cut off both sides: 2p.", o="full - p + op"),
    *weights.SLIPS,
)


def prepare(values: dict[str, Any]) -> dict[str, Any]:
    """One value an axis; refuses what no layer could do."""
    env = spread(values, ("k", "s", "p", "d", "op"))
    env |= {"C": env["channels"], "F": env["filters"], "g": env["groups"]}
    env["dilated"] = env["d"] is None or any(d != 1 for d in env["d"])
    weights.must_divide(env)
    if all(isinstance(env[name], tuple) for name in ("i", "k", "s", "p", "d", "op")):
        for axis in zip(env["i"], env["k"], env["s"], env["p"], env["d"], env["op"], strict=True):
            if numbers(*axis):
                _check_axis(*axis)
    return env


def _check_axis(i: int, k: int, s: int, p: int, d: int, op: int) -> None:
    if op >= max(s, d):
        larger = f"stride {s} or the dilation {d}"
        raise NoLayerError(f"output padding {op} must be smaller than the {larger}: op <= {max(s, d) - 1}", "op")
    full = (i - 1) * s + d * (k - 1) + 1 + op
    if full - 2 * p < 1:
        raise NoLayerError(f"padding {p} leaves nothing of the {full} pixels: padding <= {(full - 1) // 2}", "p")


@lru_cache(maxsize=8192)
def _written(i: int, k: int, s: int, p: int, d: int, op: int) -> int:
    """How many output pixels there are between the first and the last that some input pixel writes to."""
    last = 0
    for pixel in range(i) if i <= LONG else (0, i - 1):
        last = max(last, pixel * s + max(range(0, k * d, d)) if k <= LONG else pixel * s + d * (k - 1))
    return len(range(p, last + 1 - p + op))


def count(env: Env) -> dict[str, Any]:
    """Every input pixel's kernel written out, and the output's pixels counted; the weights added up."""
    found = dict(weights.counted(env))
    if env["i"] is None:
        return found
    axes_ = zip(env["i"], env["k"], env["s"], env["p"], env["d"], env["op"], strict=True)
    found["output_size"] = tuple(_written(*axis) for axis in axes_)
    if env["F"] is not None:
        found["output_shape"] = shaped(env, found["output_size"], env["F"])
    return found


def conventions(env: Env) -> dict[str, str]:
    """What was done where sources differ."""
    return {"padding": "cut off the output on both sides (PyTorch)", "output_padding": "added at the end only"}


def notes(env: Env, results: Mapping[str, Any]) -> Iterator[str]:
    """Why more than one size could be meant."""
    if "output_size" in results and any(numbers(s) and s > 1 for s in env["s"]):
        yield "With a stride, several input sizes of the convolution give this size: output_padding chooses among them."
