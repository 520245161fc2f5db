"""A discrete convolution: h, reversed, slides along x, one row for each output.

data: x, h, y, offset; y[i] is the output at index i + offset of the full convolution
"""

from __future__ import annotations

from typing import Any

from rich.text import Text

from cnnquiz.render.console import Screen
from cnnquiz.render.layout import trim
from cnnquiz.solution import text

MOST_ROWS = 16


def draw(screen: Screen, data: dict[str, Any], *_: object) -> list[Text]:
    """x on top; below it, for each output, h as it lies there, and the sum of the products."""
    x, h, y = ([_spell(screen, value) for value in data[name]] for name in ("x", "h", "y"))
    offset = int(data.get("offset", 0))
    if not x or not h or len(y) > MOST_ROWS:
        return []
    cell = max(map(len, [*x, *h])) + 2
    lead = len(h) - 1
    label = len(f"y[{len(y) - 1}]") + 2
    rows = [Text.assemble("x".ljust(label), " " * (lead * cell), _row(x, cell))]
    for index, value in enumerate(y):
        at = index + offset
        before = " " * (at * cell)
        after = " " * ((len(x) + lead - at - 1) * cell)
        window = Text(_row(h[::-1], cell), "bar")
        name = f"y[{index}]".ljust(label)
        rows.append(Text.assemble(name, before, window, after, "   ", _sum(screen, x, h, at), (value, "answer")))
    rows = [trim(row) for row in rows]
    return rows if max(row.cell_len for row in rows) <= screen.width else []


def _spell(screen: Screen, value: Any) -> str:
    return text(value).replace("-", screen.pick("−", "-"))


def _row(values: list[str], cell: int) -> str:
    return "".join(value.rjust(cell) for value in values)


def _sum(screen: Screen, x: list[str], h: list[str], at: int) -> str:
    """The products where x and the reversed h overlap: `2·1 + 3·1 = `."""
    times, minus = screen.pick("·", "*"), screen.pick("−", "-")
    pairs = [(x[k], h[at - k]) for k in range(len(x)) if 0 <= at - k < len(h)]
    bracket = [[f"({part})" if part.startswith(minus) else part for part in pair] for pair in pairs]
    return " + ".join(times.join(pair) for pair in bracket) + " = " if pairs else ""
