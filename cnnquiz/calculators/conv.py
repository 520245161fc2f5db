"""Convolution: output size, output shape, parameters and multiply-adds of a convolution.

    o = floor((i + 2p - d(k - 1) - 1)/s) + 1

Source: Dumoulin and Visin, A guide to convolution arithmetic for deep learning, 2016.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cnnquiz.errors import NoLayerError
from cnnquiz.layers import weights
from cnnquiz.layers.window_givens import (
    LAYOUT,
    must_fit,
    numbers,
    shape_lines,
    shaped,
    slide,
    spread,
    tally,
    window_drawing,
)
from cnnquiz.layers.window_givens import (
    inverse_steps as inverse_steps,
)
from cnnquiz.solution import Drawing
from cnnquiz.solver.calculator import Quantity, Result, misconception
from cnnquiz.solver.givens import FLAG, axes, choice, integer, shape
from cnnquiz.solver.lines import Env, line

FRAMEWORKS = {"tensorflow": "tf", "keras": "tf", "pytorch": "torch"}
EXAMPLES = ("--in 256 --k 7 --s 2", "--in 256x256x3 --k 7 --s 2 --filters 4", "--k 3 --out 32 --in 64 --find s,p")

QUANTITIES = (
    Quantity("in", "in_size", shape(), "input size: 256 or 256x256x3", None, (1, 512), symbol="i", monotonic=True),
    Quantity("k", "kernel_size", axes(1), "kernel size: 3, or one for each axis, 3x5", search=(1, 11)),
    Quantity("s", "stride", axes(1), "stride", 1, (1, 8)),
    Quantity("p", "padding", axes(0, ("same", "valid")), "padding on each side", 0, (0, 16), monotonic=True),
    Quantity("d", "dilation", axes(1), "dilation: the step between the kernel's taps", 1, (1, 8)),
    Quantity("groups", "groups", integer(1), "groups that the channels are split into", 1, (1, 64), symbol="g"),
    Quantity("channels", "in_channels", integer(1), "input channels", None, (1, 2048), symbol="C"),
    Quantity("filters", "out_channels", integer(1), "filters: the output channels", None, (1, 4096), symbol="F"),
    Quantity("bias", "bias", FLAG, "whether each filter has a bias", True),
    Quantity("framework", "framework", choice("torch", "tf", also=FRAMEWORKS), "whose rule `same` follows", "torch"),
    Quantity("strict", "strict", FLAG, "refuse a size that does not divide, instead of rounding", False),
    LAYOUT,
)  # fmt: skip

RESULTS = (
    Result("output_size", "o", "size of the output along each axis", answer=True, short="out"),
    Result("output_shape", "shape", "size and channels of the output", answer=True, short="shape"),
    Result("parameters", "parameters", "trainable numbers", answer=True, short="parameters"),
    Result("macs", "macs", "multiply-adds for one image", short="macs"),
    Result("effective_kernel", "e", "pixels from the kernel's first tap to its last"),
    Result("unused_border", "unused", "pixels at the end that no window covers"),
)


LINES = (
    line("e", "k", axis=True, when="not dilated"),
    line(
        "e", "d*(k - 1) + 1", "Effective kernel",
        "Dilation spreads the taps: the kernel reaches from its first tap to its last.",
        name="effective_kernel", axis=True, when="dilated",
    ),
    line("P", "e - 1", "Total padding", "With stride 1 this keeps the size.", axis=True, when="same_torch"),
    line(
        "P", "max((ceil(i/s) - 1)*s + e - i, 0)", "Total padding",
        "TensorFlow pads just enough for ceil(i/s) windows, the odd pixel at the end.",
        axis=True, when="same_tf",
    ),
    line("span", "i + 2*p - e", axis=True, when="not same", name="span"),
    line("span", "i + P - e", axis=True, when="same", name="span"),
    line(
        "q", "span/s", "Division, before rounding",
        "That is how many strides fit after the first position.", name="quotient", axis=True,
    ),
    line("m", "floor(q)", "Round down", "The last window must fit inside, so round down.", name="jumps", axis=True),
    line("o", "m + 1", "Add the first position", "The window's first place counts too.", axis=True,
        combines=("span", "q", "m")),
    line("unused", "span - m*s", axis=True),
    *shape_lines("F", "Each filter gives one output channel."),
    *weights.LINES,
    line(
        "macs", "w*F*prod(o)", "Multiply-adds",
        "Each weight of each filter is used once at every position of the output.",
    ),
)  # fmt: skip

MISCONCEPTIONS = (
    misconception("rounded-up", "You rounded up: the last, incomplete window does not count.", m="ceil(q)"),
    misconception("forgot-plus-one", "The first position counts too: add 1.", o="m"),
    misconception(
        "forgot-kernel", "That only divides by the stride; the kernel's own width is missing.", o="floor(i/s)",
    ),
    misconception("padding-once", "Padding goes on both sides: 2p.", span="i + p - e"),
    misconception("forgot-padding", "The padding was left out.", span="i - e"),
    misconception("forgot-stride", "The stride was left out.", q="span"),
    misconception("forgot-dilation", "A dilated kernel reaches d(k-1)+1 pixels.", e="k"),
    misconception("stride-times-one", "The +1 belongs outside the division.", o="floor((span + 1)/s)"),
    misconception(
        "kept-input-depth", "The output has one channel for each filter, not for each input channel.",
        made="C",
    ),
    misconception(
        "depth-multiplied", "Each filter sums over the input channels; it does not keep them apart.",
        made="C*F",
    ),
    *weights.SLIPS,
)  # fmt: skip


def prepare(values: dict[str, Any]) -> dict[str, Any]:
    """One value an axis, `same` and `valid` resolved; refuses what no layer could do."""
    env = spread(values, ("k", "s", "p", "d"))
    env |= {"C": env["channels"], "F": env["filters"], "g": env["groups"], "same": ""}
    _resolve_padding(env)
    env |= {"same_torch": env["same"] == "torch", "same_tf": env["same"] == "tf"}
    env["dilated"] = env["d"] is None or any(d != 1 for d in env["d"])
    weights.must_divide(env)
    _check_axes(env)
    return env


def _resolve_padding(env: dict[str, Any]) -> None:
    if env["p"] == "valid":
        env["p"] = (0,) * env["axes"]
    elif env["p"] == "same":
        env["same"], env["p"] = env["framework"], None
        if env["framework"] == "torch" and any(numbers(s) and s != 1 for s in env["s"] or ()):
            raise NoLayerError("padding `same` needs stride 1 in PyTorch: write a number, or --framework tf", "p")


def _check_axes(env: dict[str, Any]) -> None:
    if env["same"] or not all(isinstance(env[name], tuple) for name in ("i", "k", "s", "p", "d")):
        return
    for i, k, s, p, d in zip(env["i"], env["k"], env["s"], env["p"], env["d"], strict=True):
        if not numbers(i, k, s, p, d):
            continue
        must_fit(i, 2 * p, k, d)
        rest = (i + 2 * p - d * (k - 1) - 1) % s
        if env["strict"] and rest:
            room = i + 2 * p - d * (k - 1) - 1
            raise NoLayerError(f"stride {s} leaves {rest} of {room} pixels over: no whole number of steps", "s")


def padding(env: Env, axis: int) -> tuple[int, int]:
    """The padding before and after along an axis; the odd pixel of `same` comes at the end."""
    if not env["same"]:
        return env["p"][axis], env["p"][axis]
    i, k, s, d = (env[name][axis] for name in ("i", "k", "s", "d"))
    reach = d * (k - 1) + 1
    total = reach - 1
    if env["same"] == "tf":
        covered = range(0, i, s)[-1] + reach
        total = max(covered - i, 0)
    return total // 2, total - total // 2


def count(env: Env) -> dict[str, Any]:
    """The window slid along each axis, its places counted; the weights added up filter by filter."""
    found = dict(weights.counted(env))
    if env["i"] is None:
        return found
    sizes = []
    for axis, (i, k, s, d) in enumerate(zip(env["i"], env["k"], env["s"], env["d"], strict=True)):
        sizes.append(slide(i, *padding(env, axis), k, s, d))
    found["output_size"] = tuple(sizes)
    if env["F"] is not None:
        found["output_shape"] = shaped(env, sizes, env["F"])
    if env["F"] is not None and env["C"] is not None:
        found["macs"] = tally(tally(*env["k"], env["C"] // env["g"]), env["F"], *sizes)
    return found


def conventions(env: Env) -> dict[str, str]:
    """What was done where sources differ."""
    rules = {"rounding": "down, an incomplete last window does not count"}
    if env["same"]:
        torch = env["same"] == "torch"
        rules["same"] = "total padding d(k-1), stride 1 (PyTorch)" if torch else "ceil(i/s) (TensorFlow)"
    if env["F"] is not None and env["C"] is not None:
        rules["bias"] = "one for each filter, counted" if env["bias"] else "none"
        rules["MACs"] = "one multiply-add is one MAC, biases are not counted"
    return rules


def notes(env: Env, results: Mapping[str, Any]) -> Iterator[str]:
    """Where a common other convention gives another number."""
    unused = results.get("unused_border")
    if unused and any(unused) and not env["same"]:
        up = tuple(o + (1 if rest else 0) for o, rest in zip(results["output_size"], unused, strict=True))
        yield (
            f"Rounding up would give {'x'.join(map(str, up))}; some courses call a size that does not divide "
            "invalid (--strict refuses it)."
        )
    if "parameters" in results and env["bias"]:
        yield f"Without biases: {results['parameters'] - env['F']} parameters."


def drawings(env: Env, results: Mapping[str, Any]) -> Iterator[Drawing]:
    """The window sliding along the first axis."""
    if "output_size" in results:
        yield window_drawing(env, results, padding(env, 0))
