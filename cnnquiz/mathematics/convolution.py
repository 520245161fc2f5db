"""A kernel that slides over a sequence or a small image: which outputs a mode keeps, and what each of them is."""

from __future__ import annotations

from typing import Any, NamedTuple

from cnnquiz.solution import Vector

Grid = tuple[tuple[Any, ...], ...]


def rows(grid: Any) -> Grid:
    """A sequence as a matrix of one row."""
    return grid if isinstance(grid[0], tuple) else (grid,)


def size(grid: Grid) -> tuple[int, int]:
    """Rows and columns."""
    return len(grid), len(grid[0])


def half_turn(grid: Grid) -> Grid:
    """The kernel reversed along both axes."""
    return tuple(row[::-1] for row in grid[::-1])


def grid_sum(x: Grid, y: Grid) -> Grid:
    """The sum, number by number."""
    return tuple(tuple(a + b for a, b in zip(p, q, strict=True)) for p, q in zip(x, y, strict=True))


class Convolution(NamedTuple):
    """A kernel with the way in which it slides.

    mode       which outputs are kept: full, valid or same (numpy's rule)
    correlate  whether the kernel is taken as it is, instead of turned round
    bias       a number added to every output
    """

    kernel: Grid
    mode: str
    correlate: bool
    bias: Any

    @property
    def weights(self) -> Grid:
        """The kernel as it lies on the input."""
        return self.kernel if self.correlate else half_turn(self.kernel)

    def places(self, x: Grid) -> tuple[range, range]:
        """The rows and columns of the full convolution that are kept."""
        (xr, xc), (hr, hc) = size(x), size(self.kernel)
        return self._range(xr, hr), self._range(xc, hc)

    def _range(self, x: int, h: int) -> range:
        if self.mode == "full":
            return range(x + h - 1)
        small = min(x, h)
        if self.mode == "valid":
            return range(small - 1, max(x, h))
        start = small // 2 if self.correlate and h > x else (small - 1) // 2
        return range(start, start + max(x, h))

    def output(self, x: Grid) -> Grid:
        """For each place, the products of the kernel with what lies under it, added up."""
        down, across = self.places(x)
        return Vector(
            Vector(sum(a * b for a, b in self.window(x, row, column)) + self.bias for column in across) for row in down
        )

    def window(self, x: Grid, row: int, column: int) -> list[tuple[Any, Any]]:
        """What lies under the window whose last corner is at (row, column), each with its weight."""
        h = self.weights
        top, left = row - len(h) + 1, column - len(h[0]) + 1
        return [
            (x[r][c], h[r - top][c - left])
            for r in range(max(top, 0), min(row + 1, len(x)))
            for c in range(max(left, 0), min(column + 1, len(x[0])))
        ]

    def scatter(self, x: Grid) -> Grid:
        """The same output by adding every product x[i] h[j] to the place that it belongs to."""
        (xr, xc), (hr, hc) = size(x), size(self.kernel)
        full = [[self.bias] * (xc + hc - 1) for _ in range(xr + hr - 1)]
        for i, row in enumerate(x):
            for j, one in enumerate(row):
                for a, weights in enumerate(self.kernel):
                    for b, weight in enumerate(weights):
                        at = (i + hr - 1 - a, j + hc - 1 - b) if self.correlate else (i + a, j + b)
                        full[at[0]][at[1]] += one * weight
        down, across = self.places(x)
        return Vector(Vector(full[r][across.start : across.stop]) for r in down)
