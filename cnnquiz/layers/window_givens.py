"""What conv, pool and tconv share: givens an axis, the fit of a window, and counting positions by sliding it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from cnnquiz.errors import GivenError, NoLayerError
from cnnquiz.layers.windows import span, unfit
from cnnquiz.solution import Drawing, Math, Step
from cnnquiz.solver.declaration import Quantity
from cnnquiz.solver.givens import MAX_AXES, Letter, Written, choice
from cnnquiz.solver.lines import Env, Line, line, one

LONG = 100_000  # positions beyond this are counted by Python's range, not walked one by one


LAYOUT = Quantity("layout", "layout", choice("hwc", "chw"), "how shapes are written", "hwc")


def shape_lines(channels: str, why: str) -> tuple[Line, ...]:
    """The output's shape in either layout; slips that make other channels change `made`."""
    return (
        line("made", channels),
        line("shape", "shape(o, made)", "Output shape", why, when="not channels_first"),
        line("shape", "shape(made, o)", "Output shape", why, when="channels_first"),
    )


def shaped(env: Env, sizes: Sequence[int], channels: int) -> tuple[int, ...]:
    """Sizes and channels, written as the layout has it."""
    return (*sizes, channels) if env["layout"] == "hwc" else (channels, *sizes)


def numbers(*values: Any) -> bool:
    """Whether all of these are known numbers, not letters and not missing."""
    return all(v is not None and not isinstance(v, Letter) for v in values)


def spread(values: dict[str, Any], per_axis: tuple[str, ...]) -> dict[str, Any]:
    """The givens with one value for every axis, and `axes`, their number.

    256x256x3 has two axes and 3 channels. With channels given apart, all numbers of a list are axes;
    256x256x3 written as text with 3 channels still has two. A value for each axis, as in k = [3, 3],
    settles the number of axes. A bare number is one axis, or the side of a square image where channels
    or filters are given as well.
    """
    env = dict(values)
    size, channels = env.get("in"), env.get("channels")
    ends = [env[name] for name in per_axis if isinstance(env.get(name), tuple)]
    count = len(ends[0]) if ends else None
    if isinstance(size, tuple):
        size, env["channels"], count = _split(size, channels, count, env.get("layout") == "chw")
    count = count or (2 if numbers_given(env) else 1)
    env["i"] = size if isinstance(size, tuple) else None if size is None else (size,) * count
    for name in per_axis:
        value = env.get(name)
        if isinstance(value, tuple) and len(value) != count:
            raise GivenError(f"{name} has {len(value)} values for {count} {'axis' if count == 1 else 'axes'}", name)
        if isinstance(value, Letter) or not (value is None or isinstance(value, tuple | str)):
            env[name] = (value,) * count
    env["axes"] = count
    env["channels_first"] = env.get("layout") == "chw"
    return env


def numbers_given(env: dict[str, Any]) -> bool:
    """Whether more than one bare axis is meant: channels or filters make an image of it."""
    return env.get("channels") is not None or env.get("filters") is not None


def _split(
    size: tuple[Any, ...], channels: Any, count: int | None, first: bool
) -> tuple[tuple[Any, ...], Any, int]:
    """The axes and the channels of a size, and the number of axes; `first`: its channels stand before them."""
    axes, last = size, None
    if _holds_channels(size, channels, count, first):
        axes, last = (size[1:], size[0]) if first else (size[:-1], size[-1])
    if len(axes) > MAX_AXES or (count is not None and len(axes) != count):
        raise GivenError(f"in: {'x'.join(map(str, size))} does not go with {count or 'at most 3'} axes", "in")
    if last is not None and channels is not None and last != channels:
        raise GivenError(f"channels: {channels} are given, but in has {last}", "channels")
    return axes, channels if last is None else last, len(axes)


def _holds_channels(size: tuple[Any, ...], channels: Any, count: int | None, first: bool) -> bool:
    """Whether the channels stand in the size, beside its axes."""
    if count is not None:
        return len(size) == count + 1
    if channels is None or len(size) > MAX_AXES:
        return len(size) >= MAX_AXES
    return isinstance(size, Written) and len(size) == MAX_AXES and size[0 if first else -1] == channels


def must_fit(i: int, total: int, k: int, d: int, lacking: int = 0) -> None:
    """Refuses a window that is larger than the padded input, with the remedies, before anything is divided.

    lacking  pixels that an incomplete window may lack
    """
    if span(k, d) - i - total > lacking:
        raise NoLayerError(unfit(i, total, k, d), "k")


@lru_cache(maxsize=8192)
def slide(i: int, before: int, after: int, k: int, s: int, d: int) -> int:
    """How many places the window takes, found by sliding it: it starts in the padding, each move is one stride,

    and its last tap must stay inside the padded input.
    """
    last_tap = max(range(0, k * d, d)) if k <= LONG else d * (k - 1)
    starts = range(-before, i + after - last_tap, s)
    return sum(1 for _ in starts) if len(starts) <= LONG else len(starts)


@lru_cache(maxsize=8192)
def tally(*sizes: int) -> int:
    """How many numbers an array of these sizes holds, found by adding up its rows, one after another."""
    total = 1
    for size in sizes:
        total = sum(total for _ in range(size)) if size <= LONG else total * size
    return total


def window_drawing(env: Env, results: Mapping[str, Any], padding: Sequence[int]) -> Drawing:
    """The window sliding along the first axis."""
    size, kernel, stride, dilation = (env[name][0] for name in ("i", "k", "s", "d"))
    return Drawing("window", {
        "size": size, "padding": list(padding), "kernel": kernel, "stride": stride, "dilation": dilation,
        "positions": results["output_size"][0], "unused": results["unused_border"][0],
    })  # fmt: skip


def inverse_steps(env: Env, name: str, target: Any) -> Iterator[Step]:
    """How an output size leads back to the interval of the input or of the padding: rounding down, undone."""
    i, k, s, p, d, o = (one(env[n]) if n != "o" else one(target) for n in ("i", "k", "s", "p", "d", "o"))
    known = [value for value in (i, k, s, p, d, o) if isinstance(value, int)]
    if name not in ("in", "p") or len(known) != 5 or env.get("ceil") or o < 1:
        return
    reach, low, high = span(k, d), (o - 1) * s, o * s
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
