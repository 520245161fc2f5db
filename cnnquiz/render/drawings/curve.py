"""A curve through points, drawn in characters.

data: xs, ys; others [ys, ...] are drawn too; marks [[x, y, "what it is"], ...] stand out; xlabel, ylabel

A number that was answered in the place of a mark's height is a mark of its own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import chain, pairwise
from typing import Any, NamedTuple

from rich.text import Text

from cnnquiz.render.console import Screen
from cnnquiz.render.layout import hang, trim
from cnnquiz.render.typeset import typeset

HEIGHT = 12
WIDEST = 60
# The dots of a Braille cell, by row and column, as bits.
DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))


class Frame(NamedTuple):
    """The ends of both axes."""

    left: float
    right: float
    low: float
    high: float

    def place(self, x: float, y: float, columns: int, rows: int) -> tuple[int, int]:
        """The row (from the top) and the column of a point on a grid."""
        column = round((x - self.left) / (self.right - self.left) * (columns - 1))
        return round((self.high - y) / (self.high - self.low) * (rows - 1)), column


def draw(
    screen: Screen, data: dict[str, Any], answer: tuple[Any, Any] | None = None, rows: int | None = None
) -> list[Text]:
    """The plot between its axes, with the ends of the axes in numbers and the marks explained below."""
    marks = [(float(x), float(y), str(name)) for x, y, name in data.get("marks", ())]
    marks += _answered(answer, marks)
    high = HEIGHT if rows is None else max(min(rows - 2 - len(marks), HEIGHT), 3)
    each = [data["ys"], *data.get("others", ())]
    lines = [[(float(x), float(y)) for x, y in zip(data["xs"], ys, strict=True)] for ys in each]
    xs, ys = zip(*chain(*lines), *((x, y) for x, y, _ in marks), strict=True)
    frame = Frame(*_ends(xs), *_round(_ends(ys)))
    labels = [typeset(screen, f"{value:.4g}") for value in (frame.low, frame.high)]
    left = max(map(len, labels)) + 1
    width = min(screen.width - left - 2, WIDEST)
    if width < 16 or len(data["xs"]) < 2:
        return []
    cells = _plot(screen, lines, frame, width, high)
    for number, (x, y, _) in enumerate(marks):
        row, column = frame.place(x, y, width, high)
        cells[row][column] = Text(_sign(number), "slip")
    drawn = _with_axes(screen, cells, labels, left)
    drawn.append(Text(" " * (left + 1)) + _axis_ends(screen, frame, width, str(data.get("xlabel", ""))))
    if data.get("ylabel") and rows is None:
        drawn.insert(0, screen.text(f"{' ' * left}{typeset(screen, data['ylabel'])}", "note"))
    for number, (x, y, name) in enumerate(marks):
        lead = Text.assemble(" " * (left + 1), (_sign(number), "slip"), "  ")
        drawn += hang(screen, screen.text(typeset(screen, f"{name} ({x:.4g}, {y:.4g})".strip())), lead)
    return drawn


def _answered(answer: tuple[Any, Any] | None, marks: list[tuple[float, float, str]]) -> list[tuple[float, float, str]]:
    """The mark of a number that was answered, above or below the mark of the right one; of one far away, none."""
    if answer is None or not all(isinstance(each, int | Fraction) for each in answer):
        return []
    given, right = map(float, answer)
    far = 3 * max((abs(y) for _, y, _ in marks), default=0) + 3
    found = [(x, given, "your answer") for x, y, _ in marks if math.isclose(y, right, rel_tol=1e-6)]
    return found[:1] if abs(given) < far else []


def _ends(values: Sequence[float]) -> tuple[float, float]:
    """The smallest and the largest value; around values that are all the same, some room."""
    low, high = min(values), max(values)
    room = max(abs(low), abs(high), 1.0)
    return (low, high) if high - low > 1e-9 * room else (low - room, high + room)


def _round(ends: tuple[float, float]) -> tuple[float, float]:
    """The ends moved out to round numbers, so that the axis can be read."""
    grain = 10.0 ** (math.floor(math.log10(ends[1] - ends[0])) - 1)
    return math.floor(ends[0] / grain + 1e-9) * grain, math.ceil(ends[1] / grain - 1e-9) * grain


def _plot(
    screen: Screen, lines: list[list[tuple[float, float]]], frame: Frame, width: int, high: int
) -> list[list[Text]]:
    """The points of each line joined, on a grid of Braille dots or of stars."""
    fine = screen.unicode
    columns, rows = (2 * width, 4 * high) if fine else (width, high)
    bits = [[0] * width for _ in range(high)]
    many = 2 * max(columns, rows) // max(len(lines[0]) - 1, 1) + 2
    for (x1, y1), (x2, y2) in chain(*map(pairwise, lines)):
        for t in (part / many for part in range(many + 1)):
            row, column = frame.place(x1 + t * (x2 - x1), y1 + t * (y2 - y1), columns, rows)
            if fine:
                bits[row // 4][column // 2] |= DOTS[row % 4][column % 2]
            else:
                bits[row][column] = 1
    return [[Text((chr(0x2800 + bit) if fine else "*") if bit else " ", "bar") for bit in line] for line in bits]


def _with_axes(screen: Screen, cells: list[list[Text]], labels: list[str], left: int) -> list[Text]:
    """The rows between the vertical and the horizontal axis."""
    beside = [labels[1], *[""] * (len(cells) - 2), labels[0]]
    bar, corner, line = screen.pick("│", "|"), screen.pick("└", "+"), screen.pick("─", "-")
    rows = [trim(Text.assemble(label.rjust(left), bar, *row)) for label, row in zip(beside, cells, strict=True)]
    return [*rows, Text(" " * left + corner + line * len(cells[0]))]


def _axis_ends(screen: Screen, frame: Frame, width: int, name: str) -> Text:
    """The ends of the horizontal axis in numbers, and its label between them."""
    first, last = (typeset(screen, f"{value:.4g}") for value in (frame.left, frame.right))
    middle = screen.text(typeset(screen, name), "note")
    room = max(width - len(first) - len(last) - middle.cell_len, 2)
    return Text.assemble(first, " " * (room // 2), middle, " " * (room - room // 2), last)


def _sign(number: int) -> str:
    """The letter of a mark."""
    return chr(ord("A") + number % 26)
