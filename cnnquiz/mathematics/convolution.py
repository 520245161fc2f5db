"""The kernel slid over a sequence or a small image, for `convolve`: which outputs are kept, and what each one is."""

from __future__ import annotations

from typing import Any

from cnnquiz.solution import Vector
from cnnquiz.solver.lines import Env

Grid = tuple[tuple[Any, ...], ...]


def rows(grid: Any) -> Grid:
    """A sequence as a matrix of one row."""
    return grid if isinstance(grid[0], tuple) else (grid,)


def size(grid: Grid) -> tuple[int, int]:
    return len(grid), len(grid[0])


def turned(grid: Grid) -> Grid:
    """The kernel turned round along both axes."""
    return tuple(row[::-1] for row in grid[::-1])


def _range(x: int, h: int, mode: str, correlate: bool) -> range:
    """The outputs of the full convolution that a mode keeps, along one axis (numpy's rule)."""
    if mode == "full":
        return range(x + h - 1)
    small = min(x, h)
    if mode == "valid":
        return range(small - 1, max(x, h))
    start = small // 2 if correlate and h > x else (small - 1) // 2
    return range(start, start + max(x, h))


def kept(env: Env, **other: Any) -> tuple[range, range]:
    """The rows and columns of the full convolution that are asked for."""
    mode: str = {**env, **other}["mode"]
    correlate: bool = {**env, **other}["correlate"]
    (xr, xc), (hr, hc) = size(env["X"]), size(env["H"])
    return _range(xr, hr, mode, correlate), _range(xc, hc, mode, correlate)


def slid(env: Env, x: Grid, **other: Any) -> Any:
    """For each output, the products of the kernel with what lies under it."""
    h = env["H"] if {**env, **other}["correlate"] else turned(env["H"])
    rows, columns = kept(env, **other)
    bias = other.get("bias", env["bias"])
    y = Vector(Vector(sum(a * b for a, b in under(x, h, row, column)) + bias for column in columns) for row in rows)
    return y[0] if env["flat"] else y


def under(x: Grid, h: Grid, row: int, column: int) -> list[tuple[Any, Any]]:
    """What lies under the window whose last corner is at (row, column), each with its weight."""
    top, left = row - len(h) + 1, column - len(h[0]) + 1
    return [
        (x[r][c], h[r - top][c - left])
        for r in range(max(top, 0), min(row + 1, len(x)))
        for c in range(max(left, 0), min(column + 1, len(x[0])))
    ]


def added(x: Grid, y: Grid) -> Grid:
    return tuple(tuple(a + b for a, b in zip(p, q, strict=True)) for p, q in zip(x, y, strict=True))


def scattered(env: Env, x: Grid) -> Grid:
    """Every product x[i] h[j] added to the output that it belongs to, then the asked outputs cut out."""
    (xr, xc), (hr, hc) = size(x), size(env["H"])
    full = [[env["bias"]] * (xc + hc - 1) for _ in range(xr + hr - 1)]
    for i, row in enumerate(x):
        for j, one in enumerate(row):
            for a, weights in enumerate(env["H"]):
                for b, weight in enumerate(weights):
                    at = (i + hr - 1 - a, j + hc - 1 - b) if env["correlate"] else (i + a, j + b)
                    full[at[0]][at[1]] += one * weight
    down, across = kept(env)
    return Vector(Vector(full[r][across.start : across.stop]) for r in down)
