"""Weights between 0 and 1 as shades: a row for each query, a column for each key.

data: rows [[weight]]
"""

from __future__ import annotations

from typing import Any

from rich.text import Text

from cnnquiz.render.console import Screen

MOST = 7
UNICODE, ASCII = "·░▒▓█", ".-+*#"


def draw(screen: Screen, data: dict[str, Any], *_: object) -> list[Text]:
    """Each weight as the darker a shade, the larger it is; 0 is a dot."""
    rows, shades = data["rows"], screen.pick(UNICODE, ASCII)
    if max(len(rows), len(rows[0])) > MOST:
        return []
    heading = " " * 4 + "".join(f"k{key}".ljust(5) for key in range(1, len(rows[0]) + 1))
    lines = [Text(heading.rstrip(), "note")]
    for query, row in enumerate(rows, 1):
        cells = (shades[min(-int(-weight * 4 // 1), 4)] * 4 for weight in row)
        lines.append(Text.assemble((f"q{query}".ljust(4), "note"), (" ".join(cells), "bar")))
    return lines if max(line.cell_len for line in lines) <= screen.width else []
