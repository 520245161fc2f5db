"""Pooling: output size and shape of a pooling layer.

    o = floor((i + 2p - d(k - 1) - 1)/s) + 1, with ceil in place of floor in ceil mode

In ceil mode the last window may be incomplete, even where it is the only one, but must start inside the input or
the padding before it; otherwise it is left out.

Source: Dumoulin and Visin, A guide to convolution arithmetic for deep learning, 2016.
"""

from __future__ import annotations

from typing import Any

from cnnquiz.errors import NoLayerError
from cnnquiz.layers import families
from cnnquiz.layers.counts import slide
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

_CEIL = "up, if the last window starts inside the input or the padding before it (ceil mode)"
QUANTITIES = (
    Quantity("in", "in_size", shape(), "input size: 55 or 55x55x96", None, (1, 512), symbol="i"),
    Quantity("k", "kernel_size", axes(1), "window size", search=(1, 11)),
    Quantity("s", "stride", axes(1), "stride; without one, a window steps by its own size", None, (1, 8),
             only=families.WITH_SIZE),
    Quantity("p", "padding", axes(0, ("same", "valid")), "padding on each side, at most half the window", 0, (0, 5),
             only=families.WITH_SIZE),
    Quantity("d", "dilation", axes(1), "dilation: the step between the window's taps", 1, (1, 8),
             only=families.WITH_SIZE),
    Quantity("ceil", "ceil_mode", FLAG, "whether an incomplete last window counts", False,
             only=Case("without p same", lambda env: not env["same"])),
    Quantity("channels", "in_channels", integer(1), "channels; pooling keeps them", None, symbol="C"),
    families.LAYOUT,
)
RESULTS = (
    *families.size_results("in"),
    Result("parameters", "trainable numbers: none", answer=True),
    Result("unused_border", "pixels at the end that no window covers", symbol="unused"),
)
LINES = (
    line("e", "k", axis=True, when="not dilated"),
    line("e", "d*(k - 1) + 1", "Effective window",
         "Dilation spreads the taps: the window reaches from its first tap to its last.", axis=True, when="dilated"),
    *lines_when("same", families.SAME_PADDING),
    line("span", "i + 2*p - e", axis=True, when="not same", name="span"),
    line("span", "i + P - e", axis=True, when="same", name="span"),
    families.QUOTIENT,
    *lines_when("not ceil", *families.ROUND_DOWN),
    *lines_when(
        "ceil",
        line("m", "ceil(q)", "Round up", "In ceil mode an incomplete last window counts too.", name="jumps", axis=True),
        line("c", *families.FIRST_POSITION, axis=True, combines=("span", "q", "m")),
        line("o", "min(c, ceil((i + p)/s))", "Leave out a window that starts in the padding behind",
             "A window must start inside the input or the padding before it: at most ceil((i + p)/s) do.", axis=True),
    ),
    line("unused", "max(span - (o - 1)*s, 0)", axis=True),
    *families.shape_lines("C", "Pooling works on each channel by itself: the channels stay."),
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
    misconception("forgot-kernel", "That only divides by the stride; the window's own width is missing.",
                  o="ceil(i/s)"),
    misconception("forgot-padding", "The padding was left out.", span="i - e"),
    misconception("pooled-over-depth", "Pooling keeps every channel.", made="1"),
    misconception("depth-divided", "The stride shrinks height and width, not the channels.", made="floor(C/max(s))"),
)  # fmt: skip
TOPIC = "convolution"
SYNONYMS = ("pooling", "maxpool", "maxpooling", "avgpool", "averagepool", "averagepooling")
SHORTHAND = ("in k s p",)
EXAMPLES = ("--in 55x55x96 --k 3 --s 2", "--in 112 --k 3 --s 2 --ceil yes")
CONVENTIONS = {
    "rounding": lambda env: _CEIL if env["ceil"] else families.ROUNDING,
    "same": lambda env: "ceil(i/s) (TensorFlow)" if env["same"] and env["i"] is not None else "",
}

assumptions, drawings, inverse_steps = families.assumptions, families.drawings, families.inverse_steps


def prepare(values: Values) -> Values:
    """One value an axis, the stride defaulting to the window; refuses what no layer could do."""
    stride = values["k"] if values["s"] is None else values["s"]
    same = "tf" if values["p"] == "same" else ""
    env = families.along_axes({**values, "s": stride, "same": same}, "k", "s", "p", "d")
    if isinstance(env["p"], str):
        env["p"] = None if same else (0,) * env["axes"]
    if same:
        return env if env["i"] is None else {**env, "ceil": False}
    for i, window in families.windows(env):
        _refuse_wide_padding(window.k, window.before)
        window.places(i, env["ceil"])
    if None not in (env[name] for name in ("i", "k", "s", "p", "d")):
        for k, p in zip(env["k"], env["p"], strict=True):
            _refuse_wide_padding(k, p)
    return env


def _refuse_wide_padding(k: Any, p: Any) -> None:
    if are_numbers(k, p) and 2 * p > k:
        raise NoLayerError(f"padding {p} is more than half the window {k}: padding <= {k // 2}", "p")


def count(env: Env) -> Values:
    """The window slid along each axis, its places counted."""
    sizes = (slide(i, window, env["ceil"]) for i, window in families.windows(env))
    found = families.size_counts(env, sizes, env["C"])
    return {"parameters": 0, **found, **families.border_counts(env, found)}


def notes(env: Env, results: Results) -> Notes:
    """What the other rounding would give."""
    if env["same"]:
        return
    sizes = count({**env, "ceil": not env["ceil"]}).get("output_size", ())
    if 0 in sizes:
        yield "With ceil_mode off the window does not fit."
    elif sizes and sizes != results["output_size"]:
        yield f"With ceil_mode {'off' if env['ceil'] else 'on'} it is {'x'.join(map(str, sizes))}."
