"""Two boxes, and what both cover.

data: boxes [[x1, y1, x2, y2], [x1, y1, x2, y2]], y downwards
"""

from __future__ import annotations

from typing import Any

from rich.text import Text

from cnnquiz.render.console import Screen
from cnnquiz.render.layout import trim

ROWS, COLUMNS = 7, 38
ASPECT = 2  # a character is about twice as high as wide


def draw(screen: Screen, data: dict[str, Any], *_: object) -> list[Text]:
    """The plane around both boxes to scale; each character is what covers its middle."""
    boxes = data["boxes"]
    left, top = (min(box[at] for box in boxes) for at in (0, 1))
    width, height = max(box[2] for box in boxes) - left, max(box[3] for box in boxes) - top
    unit = max(height / ROWS, width / COLUMNS * ASPECT)  # of the plane for one row
    rows, columns = (max(1, round(length)) for length in (height / unit, width / unit * ASPECT))
    if columns + 2 > screen.width:
        return []
    signs = dict(zip(((True, False), (False, True), (True, True)), screen.pick("░▒█", "ab#"), strict=True))
    lines = []
    for row in range(rows):
        y = top + (row + 0.5) * height / rows
        middles = (left + (column + 0.5) * width / columns for column in range(columns))
        covered = ([x1 <= x < x2 and y1 <= y < y2 for x1, y1, x2, y2 in boxes] for x in middles)
        lines.append(trim(Text("".join(signs.get((a, b), " ") for a, b in covered), "bar")))
    words = zip(signs.values(), ("a", "b", "both"), strict=True)
    return [*lines, Text("   ".join(f"{sign} {word}" for sign, word in words))]
