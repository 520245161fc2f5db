"""Sizes and costs counted by another way than the formulas: windows slid place by place, numbers added up."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import repeat
from struct import calcsize
from typing import Any

from cnnquiz.layers.windows import Window
from cnnquiz.mathematics.expression import Env
from cnnquiz.solver.givens import are_numbers

C_TYPES = {"fp64": "d", "fp32": "f", "fp16": "e", "int8": "b"}  # their codes in `struct`
LONG = 100_000  # places beyond this are counted by Python's range, not walked one by one


@lru_cache(maxsize=8192)
def slide(n: int, window: Window, ceil: bool = False) -> int:
    """How many places a window takes along n pixels, found by sliding it.

    It starts in the padding, each move is one stride, and its last tap must stay inside the padded input.
    With `ceil`, one more place counts if pixels are left over for it and it starts before the padding behind.
    """
    last_tap = _last_tap(window)
    starts = range(-window.before, n + window.after - last_tap, window.s)
    places = sum(1 for _ in starts) if len(starts) <= LONG else len(starts)
    start = starts.start + places * window.s
    left_over = start - window.s + last_tap < n + window.after - 1
    return places + (1 if ceil and left_over and start < n else 0)


@lru_cache(maxsize=8192)
def write_out(n: int, window: Window) -> int:
    """How long the output of a transposed convolution is, found by writing out the kernel of every input pixel."""
    last = max(pixel * window.s for pixel in (range(n) if n <= LONG else (0, n - 1))) + _last_tap(window)
    return len(range(window.before, last + 1 - window.after + window.op))


def left_over(n: int, window: Window, places: int) -> int:
    """How many pixels at the end no window covers, those behind the last tap of the last of so many places."""
    last = -window.before + (places - 1) * window.s + _last_tap(window)
    return len(range(last + 1, n + window.after))


def reaches(env: Env) -> dict[str, Any]:
    """From the first tap of a kernel to its last, both included, along each axis; nothing of letters."""
    k, d = env["k"], env["d"]
    if k is None or d is None or not are_numbers(*k, *d):
        return {}
    return {"effective_kernel": tuple(_last_tap(Window(*one)) + 1 for one in zip(k, (1,) * len(k), d, strict=True))}


def _last_tap(window: Window) -> int:
    return max(range(0, window.k * window.d, window.d)) if window.k <= LONG else window.d * (window.k - 1)


@lru_cache(maxsize=8192)
def tally(*sizes: int) -> int:
    """How many numbers an array of these sizes holds, found by adding up its rows, one after another."""
    total = 1
    for size in sizes:
        total = sum(repeat(total, size)) if size <= LONG else total * size
    return total


def bytes_of(numbers: int, dtype: str) -> int:
    """How many bytes so many numbers take, as C packs them."""
    return tally(numbers, calcsize(C_TYPES[dtype]))


def filter_counts(env: Env) -> dict[str, Any]:
    """The parameters of a convolution, by walking through the filters and adding up the numbers that each holds."""
    weights = filter_weights(env)
    return {} if weights is None else {"parameters": weights + (env["F"] if env["bias"] else 0)}


def filter_weights(env: Env) -> int | None:
    """The weights of a convolution's filters; None where one of their numbers is a letter or not given."""
    k, C, F, g = env["k"], env["C"], env["F"], env["g"]
    return weights_by_filter(k, C, g, F) if are_numbers(C, F, g, *(k or (None,))) else None


def weights_by_filter(k: Sequence[int], channels: int, groups: int, filters: int) -> int:
    """The weights of all filters, each of which sees one channel for each `groups` of them."""
    return tally(tally(*k, len(range(0, channels, groups))), filters)
