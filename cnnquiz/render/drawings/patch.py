"""A window where it first lies on a matrix, the kernel that lies in it, and what comes of it.

data: x, window [rows, columns], kernel and y, matrices of numbers; the zeros of the padding are None
"""

from __future__ import annotations

from typing import Any

from rich.text import Text

from cnnquiz.render.console import Screen
from cnnquiz.render.layout import trim
from cnnquiz.render.solution import display_value
from cnnquiz.render.typeset import typeset

MOST_ROWS, MOST_COLUMNS = 8, 40


def draw(screen: Screen, data: dict[str, Any], *_: object) -> list[Text]:
    """The matrix with its window in brackets, a star, the kernel, an equals sign, the output with its first value."""
    blocks = [
        _block(screen, data["x"], data["window"]),
        _block(screen, data["kernel"], (0, 0)),
        _block(screen, data["y"], (1, 1)),
    ]
    high = max(map(len, blocks))
    if high > MOST_ROWS:
        return []
    lines = []
    for row in range(high):
        joints = (screen.pick("∗", "*"), "=") if row == (len(blocks[1]) - 1) // 2 else (" ", " ")
        pieces = [block[row] if row < len(block) else Text(" " * block[0].cell_len) for block in blocks]
        lines.append(trim(Text.assemble(pieces[0], f"  {joints[0]} ", pieces[1], f"  {joints[1]} ", pieces[2])))
    return lines if max(line.cell_len for line in lines) <= min(screen.width, MOST_COLUMNS) else []


def _spell(screen: Screen, value: Any) -> str:
    return "." if value is None else typeset(screen, display_value(value))


def _block(screen: Screen, rows: Any, window: Any) -> list[Text]:
    """A matrix, the first rows and columns of it in brackets."""
    cells = [[_spell(screen, one) for one in row] for row in rows]
    wide = max(len(cell) for row in cells for cell in row)
    found = []
    for at, row in enumerate(cells):
        inside = window[1] if at < window[0] else 0
        signs = ["[" if inside and not n else "]" if inside and n == inside else " " for n in range(len(row) + 1)]
        line = Text()
        for n, cell in enumerate(row):
            line.append(signs[n] + cell.rjust(wide), "bar" if n < inside else "")
        found.append(line.append(signs[-1]))
    return found
