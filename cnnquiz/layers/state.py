"""What stands between two layers, and what one value of it sees of the input. Exact."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import prod

from msgspec import Struct

from cnnquiz.errors import GivenError
from cnnquiz.layers.windows import span

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


def exact(value: Length) -> Length:
    """An integer where the fraction is one."""
    return value.numerator if value.denominator == 1 else value


def begin(shape: Shape) -> LayerState:
    """The input: each pixel sees itself."""
    grid = shape[:-1] or shape
    ones = (1,) * len(grid)
    return LayerState(shape, grid, ones, ones, (0,) * len(grid))


def widened(
    flow: LayerState, shape: Shape, k: Shape, s: Shape, d: Shape, paddings: Sequence[tuple[int, int]]
) -> LayerState:
    """After a window of kernel k: the field grows by d(k-1) jumps, and the jump by the stride."""
    field = tuple(r + (span(a, b) - 1) * j for r, a, b, j in zip(flow.field, k, d, flow.jump, strict=True))
    edge = tuple(e - p[0] * j for e, p, j in zip(flow.edge, paddings, flow.jump, strict=True))
    jump = tuple(j * b for j, b in zip(flow.jump, s, strict=True))
    if max(jump) > FARTHEST:
        raise GivenError(f"the strides so far multiply to {len(str(int(max(jump))))} digits: stride less", "layers")
    return LayerState(shape, shape[:-1], field, jump, edge)


def spread(flow: LayerState, shape: Shape, k: Shape, s: Shape, d: Shape, p: Shape) -> LayerState:
    """After a transposed convolution: each value gathers from at most ceil(reach / stride) neighbours."""
    gathered = [-(-span(a, b) // c) - 1 for a, b, c in zip(k, d, s, strict=True)]
    field = tuple(r + g * j for r, g, j in zip(flow.field, gathered, flow.jump, strict=True))
    jump = tuple(exact(Fraction(j) / b) for j, b in zip(flow.jump, s, strict=True))
    reach = [Fraction(b * (a - 1)) / 2 - q for a, b, q in zip(k, d, p, strict=True)]
    centre = [c - j * w for c, j, w in zip(flow.start, jump, reach, strict=True)]
    edge = tuple(exact(c - Fraction(r) / 2) for c, r in zip(centre, field, strict=True))
    return LayerState(shape, shape[:-1], field, jump, edge)


def at_once(flow: LayerState, shape: Shape, grid: Shape) -> LayerState:
    """After a layer that takes the whole map in at once: global pooling, or a dense layer."""
    field = tuple(r + (n - 1) * j for r, n, j in zip(flow.field, flow.grid, flow.jump, strict=True))
    return LayerState(shape, grid, field, flow.jump, flow.edge)


def flat(flow: LayerState) -> LayerState:
    """All values in one row; each still sees what it saw."""
    return LayerState((prod(flow.shape),), flow.grid, flow.field, flow.jump, flow.edge)


def merged(kind: str, flows: Sequence[LayerState]) -> LayerState:
    """Branches together: the field is as wide as all of them."""
    first = flows[0]
    channels = sum(flow.shape[-1] for flow in flows) if kind == "concat" else first.shape[-1]
    edge = tuple(map(min, *(flow.edge for flow in flows)))
    ends = [tuple(e + r for e, r in zip(flow.edge, flow.field, strict=True)) for flow in flows]
    field = tuple(end - e for end, e in zip(map(max, *ends), edge, strict=True))
    return LayerState((*first.shape[:-1], channels), first.grid, field, first.jump, edge)
