"""Values at integer places, each as a stem from zero: a sequence h[n], a bound by the number of layers.

data: xs, ys; xlabel, ylabel
"""

from __future__ import annotations

from typing import Any

from rich.text import Text

from cnnquiz.render.console import Screen
from cnnquiz.render.layout import trim
from cnnquiz.render.typeset import typeset

HEIGHT = 8
WIDEST_CELL = 5


def draw(screen: Screen, data: dict[str, Any], *_: object) -> list[Text]:
    """The stems over their places, with the largest and the smallest value at the side."""
    ys = [float(y) for y in data["ys"]]
    high, low = max([0.0, *ys]), min([0.0, *ys])
    above = round(HEIGHT * high / (high - low)) if high > low else 0
    labels = {row: typeset(screen, f"{y:.3g}") for row, y in ((0, high), (above, 0.0), (_rows(high, low) - 1, low))}
    left = max(map(len, labels.values())) + 1
    cell = min((screen.width - left - 2) // max(len(ys), 1), WIDEST_CELL)
    if not ys or cell < 1:
        return []
    unit = (high - low) / HEIGHT or 1.0
    lines = [screen.text(f"{' ' * left}{typeset(screen, data['ylabel'])}", "note")]
    for row in range(_rows(high, low)):
        line = Text(labels.get(row, "").rjust(left) + screen.pick("┤" if row in labels else "│", "|"))
        for y in ys:
            line.append(_mark(screen, above - row, round(y / unit)).center(cell), "bar")
        lines.append(trim(line))
    return [*lines, _places(data, left, cell)]


def _rows(high: float, low: float) -> int:
    """The rows from the highest to the lowest value, the one of zero among them."""
    return HEIGHT + 1 if high > low else 1


def _mark(screen: Screen, level: int, tip: int) -> str:
    """The sign of a stem so many rows above zero: its tip, its stalk, the zero line, or a blank."""
    if level == tip:
        return screen.pick("●", "o")
    if level == 0:
        return screen.pick("─", "-")
    return screen.pick("│", "|") if 0 < level < tip or tip < level < 0 else " "


def _places(data: dict[str, Any], left: int, cell: int) -> Text:
    """The places below their stems, as many as have room, and what they count."""
    every = -(-(max(len(str(x)) for x in data["xs"]) + 1) // cell)
    row = "".join(str(x).center(cell * every) if cell * every <= WIDEST_CELL else str(x).ljust(cell * every)
                  for x in data["xs"][::every])
    return trim(Text.assemble(" " * (left + 1), row.rstrip(), "  ", (str(data["xlabel"]), "note")))
