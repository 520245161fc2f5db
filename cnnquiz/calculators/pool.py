"""Pooling: output size and shape of a pooling layer.

    o = floor((i + 2p - d(k - 1) - 1)/s) + 1, with ceil in place of floor in ceil mode

In ceil mode the last window may be incomplete, even where it is the only one, but must start inside the input or
the padding before it; otherwise it is left out.

Source: Dumoulin and Visin, A guide to convolution arithmetic for deep learning, 2016.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from cnnquiz.errors import NoLayerError
from cnnquiz.layers.window_givens import (
    LAYOUT,
    must_fit,
    numbers,
    shape_lines,
    shaped,
    slide,
    spread,
    window_drawing,
)
from cnnquiz.layers.window_givens import (
    inverse_steps as inverse_steps,
)
from cnnquiz.solution import Drawing
from cnnquiz.solver.calculator import Quantity, Result, misconception
from cnnquiz.solver.givens import FLAG, axes, integer, shape
from cnnquiz.solver.lines import Env, line

EXAMPLES = ("--in 55x55x96 --k 3 --s 2", "--in 112 --k 3 --s 2 --ceil yes")

QUANTITIES = (
    Quantity("in", "in_size", shape(), "input size: 55 or 55x55x96", None, (1, 512), symbol="i", monotonic=True),
    Quantity("k", "kernel_size", axes(1), "window size", search=(1, 11)),
    Quantity("s", "stride", axes(1), "stride; without one, a window steps by its own size", None, (1, 8)),
    Quantity("p", "padding", axes(0), "padding on each side, at most half the window", 0, (0, 5)),
    Quantity("d", "dilation", axes(1), "dilation: the step between the window's taps", 1, (1, 8)),
    Quantity("ceil", "ceil_mode", FLAG, "whether an incomplete last window counts", False),
    Quantity("channels", "in_channels", integer(1), "channels; pooling keeps them", None, symbol="C"),
    LAYOUT,
)

RESULTS = (
    Result("output_size", "o", "size of the output along each axis", answer=True, short="out"),
    Result("output_shape", "shape", "size and channels of the output", answer=True, short="shape"),
    Result("parameters", "parameters", "trainable numbers: none", answer=True),
    Result("unused_border", "unused", "pixels at the end that no window covers"),
)


LINES = (
    line("e", "k", axis=True, when="not dilated"),
    line(
        "e", "d*(k - 1) + 1", "Effective window",
        "Dilation spreads the taps: the window reaches from its first tap to its last.",
        axis=True, when="dilated",
    ),
    line("span", "i + 2*p - e", axis=True, name="span"),
    line("q", "span/s", "Division, before rounding", "That is how many strides fit after the first position.",
         name="quotient", axis=True),
    line("m", "floor(q)", "Round down", "The last window must fit inside, so round down.",
         name="jumps", axis=True, when="not ceil"),
    line("m", "ceil(q)", "Round up", "In ceil mode an incomplete last window counts too.",
         name="jumps", axis=True, when="ceil"),
    line("o", "m + 1", "Add the first position", "The window's first place counts too.",
         axis=True, when="not ceil", combines=("span", "q", "m")),
    line("c", "m + 1", "Add the first position", "The window's first place counts too.",
         axis=True, when="ceil", combines=("span", "q", "m")),
    line("o", "min(c, ceil((i + p)/s))", "Leave out a window that starts in the padding behind",
         "A window must start inside the input or the padding before it: at most ceil((i + p)/s) do.",
         axis=True, when="ceil"),
    line("unused", "max(span - m*s, 0)", axis=True),
    *shape_lines("C", "Pooling works on each channel by itself: the channels stay."),
    line("parameters", "0", "Parameters", "Pooling learns nothing."),
)  # fmt: skip

MISCONCEPTIONS = (
    misconception("pool-has-weights", "Pooling learns nothing: 0 parameters.", parameters="prod(k)*C"),
    misconception("stride-one-default", "Without a stride, pooling steps by its own size.", q="span"),
    misconception("stride-equals-kernel", "The stride is given: it is not the window's size.", q="span/k"),
    misconception("rounded-up", "You rounded up: this layer rounds down.", m="ceil(q)"),
    misconception("rounded-down-in-ceil-mode", "This layer rounds up (ceil_mode).", o="floor(q) + 1"),
    misconception("kept-window-in-padding", "The last window starts in the padding behind: leave it out.", o="c"),
    misconception("forgot-plus-one", "The first position counts too: add 1.", o="m"),
    misconception(
        "forgot-kernel", "That only divides by the stride; the window's own width is missing.", o="ceil(i/s)",
    ),
    misconception("forgot-padding", "The padding was left out.", span="i - e"),
    misconception("pooled-over-depth", "Pooling keeps every channel.", made="1"),
    misconception("depth-divided", "The stride shrinks height and width, not the channels.", made="floor(C/max(s))"),
)


def prepare(values: dict[str, Any]) -> dict[str, Any]:
    """One value an axis, the stride defaulting to the window; refuses what no layer could do."""
    env = spread(values if values["s"] is not None else {**values, "s": values["k"]}, ("k", "s", "p", "d"))
    env["C"] = env["channels"]
    env["dilated"] = env["d"] is None or any(d != 1 for d in env["d"])
    if all(isinstance(env[name], tuple) for name in ("i", "k", "s", "p", "d")):
        for i, k, s, p, d in zip(env["i"], env["k"], env["s"], env["p"], env["d"], strict=True):
            _check_axis(i, k, s if env["ceil"] else 1, p, d)
    return env


def _check_axis(i: Any, k: Any, s: Any, p: Any, d: Any) -> None:
    """In ceil mode (`s` is the stride there, otherwise 1) even the only window may be incomplete."""
    if numbers(k, p) and 2 * p > k:
        raise NoLayerError(f"padding {p} is more than half the window {k}: padding <= {k // 2}", "p")
    if numbers(i, k, s, p, d):
        must_fit(i, 2 * p, k, d, s - 1)


@lru_cache(maxsize=8192)
def _slide_ceil(i: int, p: int, k: int, s: int, d: int) -> int:
    """Windows that start before the end of the input, the last one possibly incomplete: walked one by one."""
    whole = slide(i, p, p, k, s, d)
    last_end = -p + (whole - 1) * s + d * (k - 1)
    start = -p + whole * s
    return whole + (1 if last_end < i + p - 1 and start < i else 0)


def count(env: Env) -> dict[str, Any]:
    """The window slid along each axis, its places counted."""
    found: dict[str, Any] = {"parameters": 0}
    if env["i"] is None:
        return found
    sizes = []
    for i, k, s, p, d in zip(env["i"], env["k"], env["s"], env["p"], env["d"], strict=True):
        sizes.append(_slide_ceil(i, p, k, s, d) if env["ceil"] else slide(i, p, p, k, s, d))
    found["output_size"] = tuple(sizes)
    if env["C"] is not None:
        found["output_shape"] = shaped(env, sizes, env["C"])
    return found


def conventions(env: Env) -> dict[str, str]:
    """What was done where sources differ."""
    up = "up, if the last window starts inside the input or the padding before it (ceil mode)"
    return {"rounding": up if env["ceil"] else "down, an incomplete last window does not count"}


def notes(env: Env, results: Mapping[str, Any]) -> Iterator[str]:
    """What the other rounding would give."""
    if "output_size" not in results:
        return
    other = {**env, "ceil": not env["ceil"]}
    sizes = count(other)["output_size"]
    if 0 in sizes:
        yield "With ceil_mode off the window does not fit."
    elif sizes != results["output_size"]:
        yield f"With ceil_mode {'off' if env['ceil'] else 'on'} it is {'x'.join(map(str, sizes))}."


def drawings(env: Env, results: Mapping[str, Any]) -> Iterator[Drawing]:
    """The window sliding along the first axis."""
    if "output_size" in results and not env["ceil"]:
        yield window_drawing(env, results, [env["p"][0]] * 2)
