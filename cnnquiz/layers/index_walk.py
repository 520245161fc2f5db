"""Receptive fields by walking indices back, from one value of the output to the pixels that it touches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from cnnquiz.layers.kinds import per_axis
from cnnquiz.layers.layer import Layer
from cnnquiz.layers.propagation import Join, Part
from cnnquiz.layers.windows import same_padding

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


class Walk(Struct, frozen=True):
    """One walk back along one axis.

    grids  the size of the map before each layer, by its name; a layer that is not in it was not worked: the
           shortcut that is the input itself
    most   so many indices are followed one by one; of more, only the ends of their span
    """

    axis: int
    axes: int
    grids: Mapping[str, int]
    most: int

    def back(self, parts: Sequence[Part], at: int) -> Touched:
        """The pixels that the value at an index depends on; negative ones lie in the padding."""
        now = {at}
        for part in reversed(parts):
            now = self.through(part, now)
        return now

    def through(self, part: Part, now: Touched) -> Touched:
        """The indices before one part, for these behind it."""
        if isinstance(part, Layer):
            return self.before(part, now)
        found: Touched = set()
        for name, branch in part.branches:
            direct = name == "shortcut" and self.grids and branch[0].name not in self.grids
            one = now
            for inner in () if direct else reversed(branch):
                one = self.through(inner, one)
            found |= one
        return self.thinned(found)

    def before(self, layer: Layer, now: Touched) -> Touched:
        """The indices that a layer reads for these of its output."""
        if layer.kind in ("gap", "dense"):
            size = self.grids.get(layer.name, 1)
            return set(range(size)) if size <= self.most else {0, size - 1}
        if layer.kind not in ("conv", "pool", "window"):
            return now
        k, d = (per_axis(name, getattr(layer, name), self.axes)[self.axis] for name in ("k", "d"))
        s = per_axis("s", layer.s or layer.k, self.axes)[self.axis]
        before = same_padding(k, d)[0] if isinstance(layer.p, str) else per_axis("p", layer.p, self.axes)[self.axis]
        taps = range(0, k * d, d) if k * len(now) <= self.most else (0, (k - 1) * d)
        return self.thinned({index * s - before + tap for index in now for tap in taps})

    def thinned(self, now: Touched) -> Touched:
        """The ends alone where there are too many to follow."""
        return now if len(now) <= self.most else {min(now), max(now)}
