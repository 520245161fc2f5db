"""A picture in a sentence, for those who hear it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cnnquiz.solution import text


def words(kind: str, data: dict[str, Any]) -> str:
    """What a picture of that kind shows; empty where it is made of words itself."""
    describe = _BY_KIND.get(kind)
    return describe(**data) if describe else ""


def _window(size: int, kernel: int, stride: int, positions: int, unused: int, **more: Any) -> str:
    before, after = more.get("padding", (0, 0))
    padded = f" with a padding of {before} before and {after} after them" if before or after else ""
    left = f"; {unused} at the end are not reached" if unused else ""
    slides = f"A window of {kernel} cells, stride {stride}, slides along {size} cells{padded}"
    return f"{slides}: {positions} positions{left}."


def _shrink(layers: list[dict[str, Any]]) -> str:
    maps = (f"{one['name']} {one['height']} high with {one['channels']} channels" for one in layers)
    return f"The maps on their way: {', '.join(maps)}."


def _curve(xs: list[Any], ys: list[Any], **more: Any) -> str:
    of, over = more.get("ylabel") or "y", more.get("xlabel") or "x"
    marks = "".join(f"; at {x:.4g} it is {y:.4g}, {name}" for x, y, name in more.get("marks", ()))
    ends = f"from {float(ys[0]):.4g} at {float(xs[0]):.4g} to {float(ys[-1]):.4g} at {float(xs[-1]):.4g}"
    return f"A curve of {of} over {over}, {ends}{marks}."


def _stems(xs: list[Any], ys: list[Any], **more: Any) -> str:
    values = ", ".join(f"{float(y):.3g} at {x}" for x, y in zip(xs, ys, strict=True))
    return f"The values of {more.get('ylabel') or 'y'}: {values}."


def _boxes(boxes: list[list[Any]]) -> str:
    corners = (f"from ({text(a)}, {text(b)}) to ({text(c)}, {text(d)})" for a, b, c, d in boxes)
    return f"Two boxes, {' and '.join(corners)}."


def _patch(x: Any, window: Any, kernel: Any, y: Any) -> str:
    rows, columns = window
    covered = [["padding" if value is None else text(value) for value in row[:columns]] for row in x[:rows]]
    under = "; ".join(", ".join(row) for row in covered)
    return f"The window first covers {under}; with the kernel that gives {text(y[0][0])}."


def _shades(rows: list[list[Any]]) -> str:
    each = (f"query {at}: {', '.join(f'{float(one):.2g}' for one in row)}" for at, row in enumerate(rows, 1))
    return f"The weights of each {'; '.join(each)}."


def _sequence(x: list[Any], h: list[Any], y: list[Any], **more: Any) -> str:
    outputs = ", ".join(f"y[{at}] {text(value)}" for at, value in enumerate(y))
    return f"{text(h)}, turned round, slides along {text(x)}: {outputs}."


_BY_KIND: dict[str, Callable[..., str]] = {
    "window": _window, "shrink": _shrink, "curve": _curve, "stems": _stems, "boxes": _boxes, "patch": _patch,
    "shades": _shades, "sequence": _sequence,
}  # fmt: skip
