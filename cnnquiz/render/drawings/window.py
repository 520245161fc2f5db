"""A window sliding along one axis: the cells, the padding, every position, and what is left over at the end.

data: size, padding [before, after], kernel, stride, dilation, positions, unused
"""

from __future__ import annotations

from typing import Any

from rich.text import Text

from cnnquiz.render.console import Screen
from cnnquiz.render.drawings import ends
from cnnquiz.render.layout import hang, trimmed

MOST_CELLS = 32
MOST_ROWS = 9
LABEL = 10


def draw(screen: Screen, data: dict[str, Any]) -> list[Text]:
    """One row for the input and one for each position of the window, below the numbers of the cells."""
    before, after = data.get("padding", (0, 0))
    size, kernel, dilation = data["size"], data["kernel"], data.get("dilation", 1)
    stride, positions = data.get("stride", 1), data["positions"]
    reach = (positions - 1) * stride + dilation * (kernel - 1) + 1
    cells = max(before + size + after, reach)
    room = (screen.width - LABEL) // cells
    if cells > MOST_CELLS or room < 1:
        return ends.draw(screen, data)
    cell = min(room, 3)
    unused = data.get("unused", 0)
    rows = [_numbers(before, size, cell), _input(screen, before, size, after, unused, cell)]
    for position in _some(positions):
        if position is None:
            rows.append(Text("...".rjust(LABEL - 2)))
        else:
            rows.append(_window(screen, position, stride, kernel, dilation, cell))
    return [*map(trimmed, rows), Text(), *_legend(screen, before + after, dilation, unused, kernel)]


def _some(positions: int) -> list[int | None]:
    """All positions, or the first and the last ones with a gap between them."""
    if positions <= MOST_ROWS:
        return list(range(positions))
    return [*range(MOST_ROWS - 3), None, positions - 2, positions - 1]


def _block(mark: str, cell: int) -> str:
    """A cell: the mark as wide as it may be, with a gap where there is room for one."""
    return mark * max(cell - 1, 1) + " " * (cell > 1)


def _label(words: str) -> str:
    return words.rjust(LABEL - 2) + "  "


def _numbers(before: int, size: int, cell: int) -> Text:
    """The cells' numbers, counted from 0: all of them where two digits fit, else every fifth."""
    row = [" "] * ((before + size) * cell + 2)
    for number in range(0, size, 1 if cell == 3 or (cell == 2 and size <= 10) else 5):
        start = (before + number) * cell
        row[start : start + len(str(number))] = str(number)
    return Text(_label("") + "".join(row).rstrip())


def _input(screen: Screen, before: int, size: int, after: int, unused: int, cell: int) -> Text:
    """The input between its padding; what no window reaches is crossed out."""
    pad = _block(screen.pick("░", "."), cell)
    row = Text(_label("input"))
    row.append(pad * before)
    marks = [_block(screen.pick("▒", "o"), cell)] * size + [pad] * after
    whole = len(marks) - unused
    row.append("".join(marks[:whole]))
    row.append(_block(screen.pick("×", "x"), cell) * min(unused, len(marks)), style="wrong")
    return row


def _window(screen: Screen, position: int, stride: int, kernel: int, dilation: int, cell: int) -> Text:
    """One position of the window: the cells that it touches, and the holes of a dilated one."""
    row = Text(_label(str(position + 1)) + " " * (position * stride * cell))
    touched, hole = _block(screen.pick("█", "#"), cell), _block(screen.pick("·", "-"), cell)
    for offset in range(dilation * (kernel - 1) + 1):
        row.append(*((touched, "bar") if offset % dilation == 0 else (hole, "")))
    return row


def _legend(screen: Screen, padding: int, dilation: int, unused: int, kernel: int) -> list[Text]:
    """What the signs mean, only those that occur, and why the rest is left over."""
    signs = [
        (screen.pick("█", "#"), "bar", "window", True),
        (screen.pick("·", "-"), "", "skipped by the dilation", dilation > 1 and kernel > 1),
        (screen.pick("░", "."), "", "padding", padding > 0),
        (screen.pick("×", "x"), "wrong", "not reached: one more window would not fit", unused > 0),
    ]
    words = [Text.assemble((sign, style), " ", meaning) for sign, style, meaning, occurs in signs if occurs]
    return hang(screen, Text("   ").join(words), _label(""))
