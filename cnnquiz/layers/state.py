"""The map between two layers, and what one value of it sees of the input; exact."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import prod
from typing import Any

from msgspec import Struct

from cnnquiz.errors import GivenError
from cnnquiz.layers.windows import Window
from cnnquiz.mathematics.precise import exact
from cnnquiz.solver.lines import one

Shape = tuple[int, ...]
Length = int | Fraction
FARTHEST = 10**1000  # pixels apart; beyond, the numbers would only grow


class LayerState(Struct, frozen=True):
    """A map between two layers.

    shape   the axes, then the channels; a single number for a vector
    grid    the axes of the last map, which a dense layer takes in at once
    field   how many pixels one value sees along each axis
    jump    how many pixels apart neighbours look
    edge    where the first value's field begins, counted from 0 (negative: in the padding)
    """

    shape: Shape
    grid: Shape
    field: tuple[Length, ...]
    jump: tuple[Length, ...]
    edge: tuple[Length, ...]

    @property
    def start(self) -> tuple[Length, ...]:
        """The centre of the first value's field, where the first pixel's centre is 0.5."""
        return tuple(exact(e + Fraction(r) / 2) for e, r in zip(self.edge, self.field, strict=True))


def begin(shape: Shape) -> LayerState:
    """The state of the input: each pixel sees itself."""
    grid = shape[:-1] or shape
    ones = (1,) * len(grid)
    return LayerState(shape, grid, ones, ones, (0,) * len(grid))


def after_windows(state: LayerState, shape: Shape, windows: Sequence[Window]) -> LayerState:
    """After windows, one an axis: the field grows by their reach less 1, in jumps, and the jump by their stride."""
    field = tuple(r + (w.reach - 1) * j for r, w, j in zip(state.field, windows, state.jump, strict=True))
    edge = tuple(e - w.before * j for e, w, j in zip(state.edge, windows, state.jump, strict=True))
    jump = tuple(j * w.s for j, w in zip(state.jump, windows, strict=True))
    if max(jump) > FARTHEST:
        raise GivenError(f"the strides so far multiply to {len(str(int(max(jump))))} digits: stride less", "layers")
    return LayerState(shape, shape[:-1], field, jump, edge)


def after_tconv(state: LayerState, shape: Shape, windows: Sequence[Window]) -> LayerState:
    """After a transposed convolution: each value gathers from at most ceil(reach / stride) neighbours."""
    more = [-(-w.reach // w.s) - 1 for w in windows]
    field = tuple(r + m * j for r, m, j in zip(state.field, more, state.jump, strict=True))
    jump = tuple(exact(Fraction(j) / w.s) for j, w in zip(state.jump, windows, strict=True))
    shift = [Fraction(w.reach - 1) / 2 - w.before for w in windows]
    centre = [c - j * m for c, j, m in zip(state.start, jump, shift, strict=True)]
    edge = tuple(exact(c - Fraction(r) / 2) for c, r in zip(centre, field, strict=True))
    return LayerState(shape, shape[:-1], field, jump, edge)


def after_whole_map(state: LayerState, shape: Shape, grid: Shape) -> LayerState:
    """After a layer that takes the whole map in at once: global pooling, or a dense layer."""
    field = tuple(r + (n - 1) * j for r, n, j in zip(state.field, state.grid, state.jump, strict=True))
    return LayerState(shape, grid, field, state.jump, state.edge)


def after_flatten(state: LayerState) -> LayerState:
    """All values in one row; each still sees what it saw."""
    return LayerState((prod(state.shape),), state.grid, state.field, state.jump, state.edge)


def after_join(kind: str, states: Sequence[LayerState]) -> LayerState:
    """Branches together: the field is as wide as all of them."""
    first = states[0]
    channels = sum(state.shape[-1] for state in states) if kind == "concat" else first.shape[-1]
    edge = tuple(map(min, *(state.edge for state in states)))
    ends = [tuple(e + r for e, r in zip(state.edge, state.field, strict=True)) for state in states]
    field = tuple(end - e for end, e in zip(map(max, *ends), edge, strict=True))
    return LayerState((*first.shape[:-1], channels), first.grid, field, first.jump, edge)


def with_layout(shape: Shape, layout: str) -> Shape:
    """A shape as the layout writes it: axes and channels (hwc), or channels and axes (chw)."""
    return shape if layout == "hwc" else (shape[-1], *shape[:-1])


def one_number(values: Sequence[Length]) -> Any:
    """One exact number where all axes agree, otherwise one for each."""
    return one(tuple(map(exact, values)))
