"""A table: one row for each layer or unit of a network, numbers flush right; its last columns go where it is too wide.

data: columns [word], rows [[text, number or shape]]; small, the same with fewer rows
"""

from __future__ import annotations

from typing import Any

from rich.text import Text

from cnnquiz.render.console import Screen
from cnnquiz.render.layout import columns, hang
from cnnquiz.render.solution import display_value
from cnnquiz.render.typeset import typeset

MOST_ROWS = 400


def draw(screen: Screen, data: dict[str, Any], *_: object) -> list[Text]:
    """The table, with as many of its columns as fit."""
    if not data["rows"]:
        return []
    rows = [[_cell(screen, value) for value in row] for row in data["rows"][:MOST_ROWS]]
    numbers = {index for index, value in enumerate(data["rows"][0]) if not isinstance(value, str | tuple)}
    for count in range(len(data["columns"]), 1, -1):
        kept = _choice_of_columns(count, len(data["columns"]))
        heading = [Text(data["columns"][index], "note") for index in kept]
        cells = [heading, *([screen.text(row[index]) for index in kept] for row in rows)]
        right = {place for place, index in enumerate(kept) if index in numbers}
        lines = columns(cells, right, 2)
        if max(line.cell_len for line in lines) <= screen.width:
            break
    missing = [name for index, name in enumerate(data["columns"]) if index not in kept]
    if missing:
        lines += hang(screen, screen.text(f"Left out, for want of room: {', '.join(missing)}.", "note"))
    more = len(data["rows"]) - len(rows)
    return lines + ([Text(f"... and {more} more layers", "note")] if more else [])


def _choice_of_columns(count: int, among: int) -> list[int]:
    """Which columns stay: the second goes first, then the last ones."""
    return [0, *range(2, count + 1)] if count < min(6, among) else list(range(count))


def _cell(screen: Screen, value: Any) -> str:
    return value if isinstance(value, str) else typeset(screen, display_value(value))
