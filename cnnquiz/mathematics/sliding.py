"""A window that slides over a matrix of numbers: what lies under it at each place, padding left out."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

from cnnquiz.solution import Vector

Place = tuple[int, int]


class Sliding(NamedTuple):
    """A window over the rows and columns of a matrix; all pairs are (rows, columns).

    size    of the matrix
    window  of the window
    places  how many places it takes
    s, p    its stride, and the padding on each side
    """

    size: Place
    window: Place
    places: Place
    s: int
    p: int

    @property
    def products(self) -> int:
        """How many entries lie under all windows together, where each moves by 1: as many as are ever worked."""
        sizes = zip(self.size, self.window, strict=True)
        rows, columns = (max(1, n + 2 * self.p - k + 1) * k for n, k in sizes)
        return rows * columns

    def every(self) -> Iterator[Place]:
        """All places, row by row."""
        return product(range(self.places[0]), range(self.places[1]))

    def under(self, place: Place) -> Iterator[tuple[Place, Place]]:
        """The entries of the matrix under the window at a place, each with its entry of the window."""
        top, left = (at * self.s - self.p for at in place)
        for a, b in product(range(self.window[0]), range(self.window[1])):
            if 0 <= top + a < self.size[0] and 0 <= left + b < self.size[1]:
                yield (top + a, left + b), (a, b)


def grid(size: Place, value: Any) -> Vector:
    """The matrix of that size whose entries are value(row, column)."""
    return Vector(Vector(value(row, column) for column in range(size[1])) for row in range(size[0]))
