"""Receptive fields by walking indices back, from one value of the output to the pixels that it touches."""

from __future__ import annotations

from collections.abc import Sequence

from cnnquiz.flow import Length
from cnnquiz.kinds import per_axis
from cnnquiz.layers import Layer
from cnnquiz.propagate import Join, Part
from cnnquiz.windows import same_padding

MOST_TOUCHED = 20_000  # indices that are followed one by one; beyond, only the ends of their span
Touched = set[int]


def path_to(parts: Sequence[Part], name: str) -> tuple[Part, ...]:
    """The parts on the way to the layer of that name; of branches that it stands in, only its own."""
    for index, part in enumerate(parts):
        if part.name == name:
            return tuple(parts[: index + 1])
        if isinstance(part, Join):
            for _, branch in part.branches:
                if inside := path_to(branch, name):
                    return (*parts[:index], *inside)
    return ()


def touched(parts: Sequence[Part], at: int, axis: int, axes: int, grids: dict[str, int]) -> Touched:
    """The pixels along one axis that the value at an index depends on; negative ones lie in the padding.

    grids  the size of the map before each layer, by its name; a layer that is not in it was not worked: the
           shortcut that is the input itself
    """
    now = {at}
    for part in reversed(parts):
        now = _through(part, now, axis, axes, grids)
    return now


def _through(part: Part, now: Touched, axis: int, axes: int, grids: dict[str, int]) -> Touched:
    if isinstance(part, Layer):
        return _before(part, now, axis, axes, grids.get(part.name, 1))
    found: Touched = set()
    for name, branch in part.branches:
        direct = name == "shortcut" and grids and branch[0].name not in grids
        one = now
        for inner in () if direct else reversed(branch):
            one = _through(inner, one, axis, axes, grids)
        found |= one
    return _thinned(found)


def _before(layer: Layer, now: Touched, axis: int, axes: int, size: int) -> Touched:
    """The indices that a layer reads for these of its output."""
    if layer.kind in ("gap", "dense"):
        return _thinned(set(range(size))) if size <= MOST_TOUCHED else {0, size - 1}
    if layer.kind not in ("conv", "pool", "window"):
        return now
    k, d = per_axis("k", layer.k, axes)[axis], per_axis("d", layer.d, axes)[axis]
    s = per_axis("s", layer.s or layer.k, axes)[axis]
    before = same_padding(k, d)[0] if isinstance(layer.p, str) else per_axis("p", layer.p, axes)[axis]
    taps = range(0, k * d, d) if k * len(now) <= MOST_TOUCHED else (0, (k - 1) * d)
    return _thinned({index * s - before + tap for index in now for tap in taps})


def _thinned(now: Touched) -> Touched:
    """The ends alone where there are too many to follow."""
    return now if len(now) <= MOST_TOUCHED else {min(now), max(now)}


def exactly(found: Touched, span: Length) -> int | None:
    """How many pixels are touched, where each of them was followed."""
    return len(found) if span <= MOST_TOUCHED else None
