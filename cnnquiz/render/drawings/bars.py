"""Numbers as bars, all to one scale.

data: rows [{name, value, text}]; `text` stands behind the bar in place of the value
"""

from __future__ import annotations

from typing import Any

from rich.text import Text

from cnnquiz.render.console import Screen
from cnnquiz.render.layout import bar, trimmed
from cnnquiz.solution import text

WIDEST = 40


def draw(screen: Screen, data: dict[str, Any]) -> list[Text]:
    """One bar a row, the names before it and the values behind it."""
    rows = data["rows"]
    names = [screen.text(row["name"]) for row in rows]
    values = [screen.text(str(row.get("text") or text(row["value"]))) for row in rows]
    most = max((float(row["value"]) for row in rows), default=0.0)
    label = max((name.cell_len for name in names), default=0)
    room = screen.width - label - 4 - max((value.cell_len for value in values), default=0)
    if room < 5 or most <= 0:
        return []
    lines = []
    for name, value, row in zip(names, values, rows, strict=True):
        name.pad_right(label + 2 - name.cell_len)
        drawn = bar(screen, float(row["value"]), most, min(room, WIDEST))
        lines.append(trimmed(Text.assemble(name, drawn, "  ", value)))
    return lines
