"""What the declarations of conv, pool, tconv and params share: quantities, results, lines and misconceptions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from cnnquiz.errors import GivenError, NoLayerError
from cnnquiz.layers import shapes
from cnnquiz.layers.counts import left_over
from cnnquiz.layers.state import with_layout
from cnnquiz.layers.windows import Window
from cnnquiz.mathematics.expression import Env, Letter
from cnnquiz.solution import Drawing, Math, Step
from cnnquiz.solver.calculator import Case, Quantity, Result, misconception
from cnnquiz.solver.givens import MAX_AXES, TypedShape, are_numbers, axes, choice, integer
from cnnquiz.solver.lines import Line, line, one

DILATION = Quantity("d", "dilation", axes(1), "dilation: the step between the kernel's taps", 1, (1, 8))
FRAMEWORK = choice("torch", "tf", also={"tensorflow": "tf", "keras": "tf", "pytorch": "torch"})
WITH_SIZE = Case("where in is given", lambda env: env["i"] is not None)
WITH_CHANNELS = Case("where the channels are given", lambda env: env["C"] is not None)
GROUPS = Quantity(
    "groups", "groups", integer(1), "groups that the channels are split into", 1, (1, 64), symbol="g",
    only=WITH_CHANNELS,
)  # fmt: skip
CHANNELS = Quantity("channels", "in_channels", integer(1), "input channels", None, (1, 2048), symbol="C")
_WITH_SHAPE = Case("where the size is written with channels", lambda env: _writes_channels(env))
LAYOUT = replace(shapes.LAYOUT, only=_WITH_SHAPE)
ROUNDING = "down, an incomplete last window does not count"

def size_results(*grows_with: str) -> tuple[Result, Result]:
    """The output's size and shape, and the givens with which they never get smaller."""
    return (
        Result("output_size", "size of the output along each axis", True, "out", symbol="o", grows_with=grows_with),
        Result("output_shape", "size and channels of the output", True, "shape", grows_with=grows_with, symbol="shape"),
    )


QUOTIENT = line(
    "q", "span/s", "Division, before rounding", "That is how many strides fit after the first position.",
    name="quotient", axis=True,
)  # fmt: skip
FIRST_POSITION = ("m + 1", "Add the first position", "The window's first place counts too.")
ROUND_DOWN = (
    line("m", "floor(q)", "Round down", "The last window must fit inside, so round down.", name="jumps", axis=True),
    line("o", *FIRST_POSITION, axis=True, combines=("span", "q", "m")),
)
SAME_PADDING = line(
    "P", "max((ceil(i/s) - 1)*s + e - i, 0)", "Total padding",
    "TensorFlow pads just enough for ceil(i/s) windows, the odd pixel at the end.", axis=True,
)  # fmt: skip
WEIGHT_LINES = (
    line("w", "prod(k)*C", "Weights of one filter",
         "A filter reaches through all the input channels, so it has a weight for every place and channel.",
         name="filter_weights", when="g == 1"),
    line("w", "prod(k)*C/g", "Weights of one filter",
         "In groups, each filter sees only its own share of the input channels.",
         name="filter_weights", when="g != 1"),
    line("f", "w + 1", "Add its bias", "Each filter has one bias.", name="filter_parameters", when="bias"),
    line("f", "w", name="filter_parameters", when="not bias"),
    line("parameters", "f*F", "All filters",
         "The same filters serve at every position: the image size does not matter."),
)  # fmt: skip
WEIGHT_MISCONCEPTIONS = (
    misconception("forgot-bias", "One bias for each filter is missing.", f="w"),
    misconception("forgot-depth", "Each filter also reaches through all input channels.", w="prod(k)"),
    misconception("forgot-depth-and-bias", "Both the depth and the biases are missing.", w="prod(k)", f="w"),
    misconception("one-bias-per-layer", "There is one bias for each filter, not one for the layer.",
                  parameters="w*F + 1"),
    misconception("bias-per-channel", "One bias for each filter, not for each filter and channel.",
                  parameters="(prod(k) + 1)*C*F"),
    misconception("no-weight-sharing",
                  "The same weights serve at every position: parameters do not depend on the image size.",
                  parameters="f*F*prod(o)"),
    misconception("one-filter-only", "That is one filter; there are F of them.", parameters="f"),
    misconception("forgot-groups", "Each filter sees only C/groups channels.", w="prod(k)*C"),
)  # fmt: skip


def shape_lines(channels: str, why: str) -> tuple[Line, ...]:
    """The output's shape in either layout; a misconception that makes other channels replaces `made`."""
    return (
        line("made", channels),
        line("shape", "shape(o, made)", "Output shape", why, when="not channels_first"),
        line("shape", "shape(made, o)", "Output shape", why, when="channels_first"),
    )


def along_axes(values: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """The givens with one value for every axis of `names`, the axes of the input as `i`, and `axes`, their number.

    256x256x3 has two axes and 3 channels. With channels given apart, all numbers of a list are axes;
    256x256x3 written as text with 3 channels still has two. A value for each axis, as in k = [3, 3],
    settles the number of axes. A bare number is one axis, or the side of a square image where channels
    or filters are given as well.
    """
    env = dict(values)
    size, channels = env.get("in"), env["C"]
    lengths = [len(env[name]) for name in names if isinstance(env.get(name), tuple)]
    count = lengths[0] if lengths else None
    stated = env.get("layout")
    first = stated == "chw"
    if isinstance(size, tuple):
        if stated is None and count in (None, 2):
            shapes.ask_for_layout(size, channels)
        if count is None:
            shapes.refuse_other_channels(size, channels)
        size, channels = _axes_and_channels(size, channels, count, first)
        count = len(size)
    count = count or (1 if channels is None and env.get("filters") is None else 2)
    env["i"] = size if isinstance(size, tuple) or size is None else (size,) * count
    for name in names:
        value = env.get(name)
        if isinstance(value, tuple) and len(value) != count:
            raise GivenError(f"{name} has {len(value)} values for {count} {'axis' if count == 1 else 'axes'}", name)
        if isinstance(value, Letter) or not (value is None or isinstance(value, tuple | str)):
            env[name] = (value,) * count
    env["channels"] = env["C"] = channels
    env["axes"], env["channels_first"], env["layout_stated"] = count, first, stated
    if "layout" in env:
        env["layout"] = stated or "hwc"
    env["dilated"] = env.get("d") is None or any(d != 1 for d in env["d"])
    return env


def _axes_and_channels(size: tuple[Any, ...], channels: Any, count: int | None, first: bool) -> tuple[Any, Any]:
    """The axes and the channels of a size; `first`: its channels stand before the axes."""
    axes, last = size, None
    if _has_channels(size, channels, count, first):
        axes, last = (size[1:], size[0]) if first else (size[:-1], size[-1])
    if len(axes) > MAX_AXES or (count is not None and len(axes) != count):
        raise GivenError(f"in: {'x'.join(map(str, size))} does not go with {count or 'at most 3'} axes", "in")
    if last is not None and channels is not None and last != channels:
        raise GivenError(f"channels: {channels} are given, but in has {last}", "channels")
    return axes, channels if last is None else last


def _has_channels(size: tuple[Any, ...], channels: Any, count: int | None, first: bool) -> bool:
    """Whether the channels stand in the size, beside its axes."""
    if count is not None:
        return len(size) == count + 1
    if channels is None or len(size) > MAX_AXES:
        return len(size) >= MAX_AXES
    return isinstance(size, TypedShape) and len(size) == MAX_AXES and size[0 if first else -1] == channels


def _writes_channels(env: Env) -> bool:
    """Whether channels stand in the input size, or in the output's shape."""
    size, made = env["in"], env["F"] if "F" in env else env["C"]
    if env["i"] is None or made is not None:
        return env["i"] is not None
    if not isinstance(size, tuple):
        return False
    could_stand = isinstance(size, TypedShape) and len(size) == MAX_AXES and env["C"] in (size[0], size[-1])
    return len(size) > env["axes"] or could_stand


def assumptions(env: Env) -> Iterable[str]:
    """How the input size was understood, where it could be understood otherwise."""
    size, axes = env["in"], env["axes"]
    if isinstance(size, tuple):
        return shapes.order_assumption(size) if len(size) > axes and env["layout_stated"] is None else ()
    return () if size is None else shapes.square_assumption(size, axes)


def windows(env: Env) -> Iterator[tuple[int, Window]]:
    """The input's length and the window along each axis whose numbers are all known.

    Where the padding is `same`, it is what the window needs; the odd pixel comes at the end.
    """
    i, k, s, d, p = (env[name] for name in ("i", "k", "s", "d", "p"))
    same, zeros = env.get("same"), (0,) * env["axes"]
    p, op = zeros if same else p, env.get("op", zeros)
    if None not in (i, k, s, d, p, op):
        for n, *numbers in zip(i, k, s, d, p, p, op, strict=True):
            if set(map(type, (n, *numbers))) == {int}:
                window = Window(*numbers)
                yield n, _with_same_padding(window, n, same) if same else window


def _with_same_padding(window: Window, n: int, same: str) -> Window:
    """The window with what `same` pads, found from where the last of TensorFlow's windows must end.

    A transposed one cuts off what is more than one stride for each pixel; it adds, at the end, what is missing.
    """
    if same == "transposed":
        total = window.reach - window.s
        return replace(window, before=max(total, 0) // 2, after=total - max(total, 0) // 2)
    total = max(range(0, n, window.s)[-1] + window.reach - n, 0) if same == "tf" else window.reach - 1
    return replace(window, before=total // 2, after=total - total // 2)


def size_counts(env: Env, lengths: Iterable[int], channels: Any) -> dict[str, Any]:
    """The output's counted lengths as results, with its shape where the channels are known; nothing of letters."""
    sizes = tuple(lengths)
    if not sizes or len(sizes) < env["axes"]:
        return {}
    shape = {} if channels is None else {"output_shape": with_layout((*sizes, channels), env["layout"])}
    return {"output_size": sizes, **shape}


def border_counts(env: Env, counts: Mapping[str, Any]) -> dict[str, Any]:
    """The pixels that are left over behind the last of the counted places, along each axis."""
    places = counts.get("output_size")
    if places is None:
        return {}
    pairs = zip(windows(env), places, strict=True)
    return {"unused_border": tuple(left_over(n, window, many) for (n, window), many in pairs)}


def refuse_uneven_groups(env: Env) -> None:
    """Raise NoLayerError where the groups do not divide the channels or the filters."""
    g = env["g"]
    for name, what in (("C", "input channels"), ("F", "filters")):
        if are_numbers(g, env[name]) and env[name] % g:
            remedy = f"take a divisor of {env[name]}"
            raise NoLayerError(f"groups {g} do not divide the {env[name]} {what}: {remedy}", "groups")


def drawings(env: Env, results: Mapping[str, Any]) -> Iterator[Drawing]:
    """The window sliding along the first axis; not in ceil mode, where the last one may be incomplete."""
    if "output_size" in results and not env.get("ceil"):
        n, window = next(windows(env))
        yield Drawing("window", {
            "size": n, "padding": [window.before, window.after], "kernel": window.k, "stride": window.s,
            "dilation": window.d, "positions": results["output_size"][0], "unused": results["unused_border"][0],
        })  # fmt: skip


def inverse_steps(env: Env, name: str, target: Any) -> Iterator[Step]:
    """From an output size back to the interval of the input or of the padding: rounding down, undone."""
    i, k, s, p, d, o = (one(env[n]) if n != "o" else one(target) for n in ("i", "k", "s", "p", "d", "o"))
    known = [value for value in (i, k, s, p, d, o) if isinstance(value, int)]
    if name not in ("in", "p") or len(known) != 5 or env.get("ceil") or o < 1:
        return
    reach, low, high = Window(k, d=d).reach, (o - 1) * s, o * s
    yield Step("Undo the last step", _math("m = o - 1"), _math(f"{o} - 1"), _math(str(o - 1)))
    quotient = _math("m <= (i + 2p - e)/s < m + 1")
    why = "Rounding down gives m for every quotient from m up to, but not including, m + 1."
    yield Step("Undo the rounding", quotient, why=why)
    inside = _math(f"{low} <= i + 2p - {reach} <= {high - 1}")
    yield Step("Multiply by the stride", _math("m*s <= i + 2p - e < (m + 1)*s"), value=inside)
    if name == "in":
        first, last = low + reach - 2 * p, high - 1 + reach - 2 * p
        yield Step("Solve for the input", value=_math(f"{max(first, 1)} <= i <= {last}"))
        return
    first, last = -((i - reach - low) // 2), (high - 1 + reach - i) // 2
    found = f"{max(first, 0)} <= p <= {last}" if last >= max(first, 0) else "no p"
    yield Step("Solve for the padding", value=_math(found), why="Padding stands on both sides: 2p is even.")


def _math(words: str) -> Math:
    unicode = words.replace(" - ", " − ").replace("*", "·").replace("<=", "≤")
    return Math(words, unicode, words.replace("<=", r"\le").replace("*", r" \cdot "))
