"""A window sliding along one axis: the cells, the padding, every position, and what is left over at the end.

data: size, padding [before, after], kernel, stride, dilation, positions, unused

Where the cells are too many to be drawn, both ends of the axis are in view, with a gap between them. Of an answer with
too many positions the first one too many is drawn, which does not fit; of one with too few, what it leaves out is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from msgspec import Struct
from rich.text import Text

from cnnquiz.render.console import Screen
from cnnquiz.render.layout import hang, trim

LABEL = 10
GAP = 7
MOST_CELLS = 32  # that are drawn without a gap
MOST_ROWS = 9
AT_EACH_END = 3  # positions beside a gap


class Axis(Struct, frozen=True):
    """The axis and the window on it, counted in cells from the first one of the padding."""

    size: int
    padding: tuple[int, int]
    kernel: int
    stride: int
    positions: int
    unused: int
    dilation: int = 1
    claimed: int = 0  # positions, by an answer; 0 without one

    @property
    def goes_on(self) -> bool:
        """Whether one more position is drawn, which does not fit."""
        return self.claimed > self.positions

    @property
    def end(self) -> int:
        """The number of cells, padding included."""
        return self.padding[0] + self.size + self.padding[1]

    @property
    def span(self) -> int:
        """The cells from the window's first to its last."""
        return self.dilation * (self.kernel - 1) + 1


class View(Struct, frozen=True):
    """The cells in view: the first and the last `side` ones, each so many columns wide; all of them without a gap."""

    cells: int
    side: int
    wide: int

    @property
    def gap(self) -> bool:
        """Whether cells in the middle are left out."""
        return self.side < self.cells

    def column(self, cell: int) -> int | None:
        """Where a cell begins on the line; None for one in the gap."""
        late = cell - (self.cells - self.side)
        if cell < self.side:
            return cell * self.wide
        return (self.side + late) * self.wide + GAP if late >= 0 else None

    def row(self, label: str, marks: Iterable[tuple[int, str, str]]) -> Text:
        """A line with signs: each with its cell and its style, from left to right, as wide as a cell may be."""
        line = Text(label.rjust(LABEL - 2) + "  ")
        for cell, sign, style in marks:
            column = self.column(cell)
            if column is not None:
                line.pad_right(LABEL + column - line.cell_len)
                line.append(sign * max(self.wide - 1, 1), style)
        return line


def draw(
    screen: Screen, data: dict[str, Any], answer: tuple[Any, Any] | None = None, rows: int | None = None
) -> list[Text]:
    """One row for the input and one for each position of the window, below the numbers of the cells."""
    axis = Axis(**data, claimed=_claimed(answer, data["positions"]))
    view = _view(screen, axis)
    if view is None:
        return []
    legend = _legend(screen, axis, view)
    most = MOST_ROWS if rows is None else max(rows - len(legend) - 2, 0)
    drawn = [_numbers(axis, view), _input(screen, axis, view), *_positions(screen, axis, view, most)]
    return [*map(trim, drawn), *([Text()] if rows is None else []), *legend]


def _claimed(answer: tuple[Any, Any] | None, positions: int) -> int:
    """How many positions an answer claims, where it is a size of the output; else 0."""
    given, right = ((each[0] if isinstance(each, tuple) and each else each) for each in answer or (None, None))
    return given if isinstance(given, int) and right == positions and given != right else 0


def _view(screen: Screen, axis: Axis) -> View | None:
    """All cells, or as many at each end as have room; None where not even two windows fit."""
    cells = max(axis.end, (axis.positions - 1 + axis.goes_on) * axis.stride + axis.span)
    wide = min((screen.width - LABEL) // cells, 3)
    if cells <= MOST_CELLS and wide >= 1:
        return View(cells, cells, wide)
    cells = max(axis.end, axis.positions * axis.stride + axis.span) if axis.unused or axis.goes_on else axis.end
    least = axis.span + axis.stride
    for wide in (2, 1):
        side = min((screen.width - LABEL - GAP - 3) // (2 * wide), least + (AT_EACH_END + 1) * max(least // 3, 2))
        if side >= least and axis.positions > 1:
            return View(cells, min(side, cells // 2), wide)
    return None


def _numbers(axis: Axis, view: View) -> Text:
    """The numbers of the input's cells, as many as have room: from 0, beside a gap also from the last one inwards."""
    every = 1 if view.wide == 3 or (view.wide == 2 and axis.size <= 10) else 5
    found = [*range(0, min(axis.size, MOST_CELLS), every)]
    if view.gap:
        tip = axis.size if view.cells > axis.padding[0] + axis.size else axis.size - 1
        every = 2 if view.wide == 2 and axis.size < 1_000 else 5
        found = [0, tip, *range(0, min(axis.size, view.side), every), *range(tip, max(tip - view.side, 0), -every)]
    row = [" "] * (2 * view.side * view.wide + GAP + 6)
    for number in found:
        at = view.column(axis.padding[0] + number)
        digits = str(number)
        if at is not None and not "".join(row[max(at - 1, 0) : at + len(digits) + 1]).strip():
            row[at : at + len(digits)] = digits
    return Text(" " * LABEL + "".join(row).rstrip())


def _input(screen: Screen, axis: Axis, view: View) -> Text:
    """The input between its padding; what no window reaches is crossed out; dots for what is not drawn."""

    def mark(cell: int) -> tuple[int, str, str]:
        if cell >= axis.end - axis.unused:
            return cell, screen.pick("×", "x"), "wrong"
        inside = 0 <= cell - axis.padding[0] < axis.size
        return cell, screen.pick("▒", "o") if inside else screen.pick("░", "."), ""

    ends = range(min(view.side, axis.end)), range(max(view.cells - view.side, view.side), axis.end)
    line = view.row("input", map(mark, chain(*ends)))
    if not view.gap:
        return line
    middle = LABEL + view.side * view.wide + GAP // 2 - 2
    return Text.assemble(line[:middle], "...", line[middle + 3 :])


def _positions(screen: Screen, axis: Axis, view: View, most: int) -> Iterator[Text]:
    """The rows of the positions, or of the first and the last; the next one too, which does not fit, where it helps."""
    next_one = axis.goes_on or (view.gap and axis.unused > 0)
    most -= next_one and most < MOST_ROWS
    last = 2 if most >= MOST_ROWS else 1
    first, last = (max(most - last - 1, 0), last) if axis.positions > most else (axis.positions, 0)
    if view.gap:
        first, last = min(first, AT_EACH_END), AT_EACH_END if most >= MOST_ROWS else last
    early, late = range(min(first, axis.positions)), range(max(axis.positions - last, first), axis.positions)
    yield from (_window(screen, axis, view, at) for at in early if at * axis.stride + axis.span <= view.side)
    if first and last:
        yield Text("...".rjust(LABEL - 2))
    yield from (_window(screen, axis, view, at) for at in late if at * axis.stride >= view.cells - view.side)
    if next_one:
        yield _window(screen, axis, view, axis.positions)


def _window(screen: Screen, axis: Axis, view: View, place: int) -> Text:
    """One position of the window, with the holes of a dilated one; the one that does not fit is hollow."""
    touched = (screen.pick("█", "#"), "bar") if place < axis.positions else (screen.pick("□", "?"), "wrong")
    hole = (screen.pick("·", "-") if not view.gap else " ", "")
    start = place * axis.stride
    return view.row(
        str(place + 1),
        ((start + at, *(hole if at % axis.dilation else touched)) for at in range(axis.span)),
    )


def _legend(screen: Screen, axis: Axis, view: View) -> list[Text]:
    """What the signs mean, only those that occur, and why the rest is left over."""
    after = axis.padding[1]
    column = axis.positions * axis.stride + axis.span - 1 - axis.padding[0]
    end = f", the padding ends at {axis.size - 1 + after}" if after else ""
    needed = f"window {axis.positions + 1} would need column {column}{end}"
    left_out = ""
    if axis.goes_on:
        needed = f"your {axis.claimed}: {needed}" + ("" if end else f", the input ends at {axis.size - 1}")
    elif axis.claimed:
        left_out = f"your {axis.claimed}: window {axis.claimed + 1} fits too"
    left_over = "not reached" if view.gap else "not reached: one more window would not fit"
    signs = [
        (screen.pick("█", "#"), "bar", "window", True),
        (screen.pick("·", "-"), "", "skipped by the dilation", not view.gap and axis.dilation > 1 and axis.kernel > 1),
        (screen.pick("░", "."), "", "padding", any(axis.padding)),
        (screen.pick("×", "x"), "wrong", left_over, axis.unused > 0),
        (screen.pick("□", "?"), "wrong", needed, axis.goes_on or (axis.unused > 0 and view.gap)),
        ("", "wrong", left_out, bool(left_out)),
    ]
    occurring = [(f"{sign} "[: 2 * len(sign)], style, meaning) for sign, style, meaning, occurs in signs if occurs]
    words = [Text.assemble((sign, style), meaning) for sign, style, meaning in occurring]
    return hang(screen, Text("   ").join(words), " " * LABEL)
