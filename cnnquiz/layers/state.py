"""The map between two layers, and what one value of it sees of the input; exact."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import gcd, lcm, prod
from typing import Any

from msgspec import Struct

from cnnquiz.errors import GivenError
from cnnquiz.layers.windows import Window, adaptive_window
from cnnquiz.mathematics.precise import divide, exact
from cnnquiz.solver.lines import one

Shape = tuple[int, ...]
Length = int | Fraction
Span = tuple[int, int]
FARTHEST = 10**1000  # pixels apart; beyond, the numbers would only grow
MOST_UNLIKE = 1_000  # values that see unequally


class View(Struct, frozen=True):
    """What the values of a map see of the input along one axis.

    spans    the first and the last pixel that a value sees, counted from 0 (negative: in the padding). One stands for
             all values, each `advance` pixels further. Behind a transposed convolution values see unequally, and their
             spans come back after some values, `advance` pixels further; None: a value that sees nothing
    """

    spans: tuple[Span | None, ...] = ((0, 0),)
    advance: int = 1

    @property
    def field(self) -> int:
        """The pixels that the value that sees most sees."""
        return max([last - first + 1 for first, last in filter(None, self.spans)], default=0)

    @property
    def jump(self) -> Length:
        """How many pixels apart neighbours look."""
        period = len(self.spans)
        return self.advance if period == 1 else divide(self.advance, period)

    @property
    def first(self) -> Span:
        """What the first value sees; where that is nothing, the first that sees something."""
        return next(filter(None, self.spans), (0, -1))

    def union(self, values: range) -> Span | None:
        """From the first to the last pixel that these values see."""
        period = len(self.spans)
        if period == 1 and (one := self.spans[0]):  # most maps, and soonest done
            return one[0] + values[0] * self.advance, one[1] + values[-1] * self.advance
        found = []
        for value in {*values[:period], *values[-period:]}:
            turns, at = divmod(value, period)
            if span := self.spans[at]:
                found.append((span[0] + turns * self.advance, span[1] + turns * self.advance))
        return (min(first for first, _ in found), max(last for _, last in found)) if found else None

    def after_window(self, w: Window) -> View:
        """The view behind a window: value m has its taps at m s - p + t d."""
        period = len(self.spans) // gcd(len(self.spans), w.s)
        starts = range(-w.before, -w.before + period * w.s, w.s)
        spans = tuple(self.union(range(start, start + w.reach, w.d)) for start in starts)
        return View(spans, self.advance * w.s * period // len(self.spans))

    def after_tconv(self, w: Window) -> View:
        """The view behind a transposed convolution: value o gathers from the values i with o + p = i s + t d."""
        period, every = len(self.spans) * w.s, w.s // gcd(w.s, w.d)
        if period > MOST_UNLIKE:
            most = f"at most {MOST_UNLIKE:,} are worked"
            raise GivenError(f"the strides of transposed convolutions multiply to {period}: {most}", "layers")
        spans: list[Span | None] = []
        for at in range(w.before, w.before + period):
            tap = next((t for t in range(min(w.k, every)) if (at - t * w.d) % w.s == 0), w.k)
            last_tap = tap + (w.k - 1 - tap) // every * every
            gathered = range((at - last_tap * w.d) // w.s, (at - tap * w.d) // w.s + 1, every * w.d // w.s)
            spans.append(self.union(gathered) if tap < w.k else None)
        return View(tuple(spans), self.advance)

    def after_adaptive(self, n: int, size: int) -> View:
        """The view behind adaptive pooling of n values to `size`: where these share a divisor, windows come back."""
        turns = len(self.spans) // gcd(len(self.spans), n // gcd(n, size))
        period, passed = turns * size // gcd(n, size), turns * n // gcd(n, size)
        if period > MOST_UNLIKE:
            raise GivenError(f"{period} values see unequally: at most {MOST_UNLIKE:,} are worked", "layers")
        spans = tuple(self.union(adaptive_window(n, size, at)) for at in range(period))
        return View(spans, self.advance * passed // len(self.spans))

    def after_whole_axis(self, size: int) -> View:
        """The view of a value that takes in all values of the axis at once."""
        return View((self.union(range(size)),) * len(self.spans), self.advance)


class LayerState(Struct, frozen=True):
    """A map between two layers.

    shape   the axes, then the channels; a single number for a vector
    grid    the axes of the last map, which a dense layer takes in at once
    views   what its values see along each axis
    """

    shape: Shape
    grid: Shape
    views: tuple[View, ...]

    @property
    def field(self) -> tuple[int, ...]:
        """How many pixels one value sees along each axis."""
        return tuple([view.field for view in self.views])

    @property
    def jump(self) -> tuple[Length, ...]:
        """How many pixels apart neighbours look."""
        return tuple([view.jump for view in self.views])

    @property
    def edge(self) -> tuple[int, ...]:
        """Where the first value's field begins, counted from 0 (negative: in the padding)."""
        return tuple(view.first[0] for view in self.views)

    @property
    def start(self) -> tuple[Length, ...]:
        """The centre of the first value's field, where the first pixel's centre is 0.5."""
        return tuple(exact(Fraction(sum(view.first) + 1, 2)) for view in self.views)


def begin(shape: Shape) -> LayerState:
    """The state of the input: each pixel sees itself."""
    grid = shape[:-1] or shape
    return LayerState(shape, grid, (View(),) * len(grid))


def after_windows(state: LayerState, shape: Shape, windows: Sequence[Window]) -> LayerState:
    """After windows, one an axis: the field grows by their reach less 1, in jumps, and the jump by their stride."""
    views = tuple(view.after_window(w) for view, w in zip(state.views, windows, strict=True))
    if (most := max(view.advance for view in views)) > FARTHEST:
        raise GivenError(f"the strides so far multiply to {len(str(most))} digits: stride less", "layers")
    return LayerState(shape, shape[:-1], views)


def after_tconv(state: LayerState, shape: Shape, windows: Sequence[Window]) -> LayerState:
    """After a transposed convolution: each value gathers from some neighbours."""
    views = tuple(view.after_tconv(w) for view, w in zip(state.views, windows, strict=True))
    return LayerState(shape, shape[:-1], views)


def after_adaptive(state: LayerState, sizes: Shape) -> LayerState:
    """After adaptive pooling to these sizes: each value takes in some neighbours."""
    views = tuple(view.after_adaptive(*each) for view, *each in zip(state.views, state.grid, sizes, strict=True))
    return LayerState((*sizes, state.shape[-1]), sizes, views)


def after_whole_map(state: LayerState, shape: Shape, grid: Shape) -> LayerState:
    """After a layer that takes the whole map in at once: global pooling, or a dense layer."""
    views = tuple(view.after_whole_axis(n) for view, n in zip(state.views, state.grid, strict=True))
    return LayerState(shape, grid, views)


def after_flatten(state: LayerState) -> LayerState:
    """All values in one row; each still sees what it saw."""
    return LayerState((prod(state.shape),), state.grid, state.views)


def after_join(kind: str, states: Sequence[LayerState]) -> LayerState:
    """Branches together: the field is as wide as all of them."""
    first = states[0]
    channels = sum(state.shape[-1] for state in states) if kind == "concat" else first.shape[-1]
    views = tuple(_union_view(views) for views in zip(*(state.views for state in states), strict=True))
    return LayerState((*first.shape[:-1], channels), first.grid, views)


def _union_view(views: Sequence[View]) -> View:
    """What is seen through any of these views, whose neighbours look equally far apart."""
    if all(view == views[0] for view in views):
        return views[0]
    period = lcm(*(len(view.spans) for view in views))
    spans: list[Span | None] = []
    for value in range(period):
        each = list(filter(None, (view.union(range(value, value + 1)) for view in views)))
        spans.append((min(first for first, _ in each), max(last for _, last in each)) if each else None)
    return View(tuple(spans), views[0].advance * period // len(views[0].spans))


def with_layout(shape: Shape, layout: str) -> Shape:
    """A shape as the layout writes it: axes and channels (hwc), or channels and axes (chw)."""
    return shape if layout == "hwc" else (shape[-1], *shape[:-1])


def one_number(values: Sequence[Length]) -> Any:
    """One exact number where all axes agree, otherwise one for each."""
    return one(tuple(map(exact, values)))
