"""Both ends of a row that is too long to draw: the first positions of a sliding window, and the last ones.

data: size, padding [before, after], kernel, stride, dilation, positions, unused
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct
from rich.text import Text

from cnnquiz.render.console import Screen
from cnnquiz.render.layout import hang, trimmed

LABEL = 10
GAP = 7
SHOWN = 3  # positions at each end


class Ends(Struct, frozen=True):
    """The cells in view: the first `side` and the last `side` of `cells`, each so many columns wide."""

    cells: int
    side: int
    wide: int

    def column(self, cell: int) -> int | None:
        """Where a cell begins on the line; None for one in the gap."""
        if cell < self.side:
            return cell * self.wide
        late = cell - (self.cells - self.side)
        return (self.side + late) * self.wide + GAP if late >= 0 else None

    @property
    def columns(self) -> int:
        """The length of the line, with room behind it for the number of the last cell."""
        return 2 * self.side * self.wide + GAP


def draw(screen: Screen, data: dict[str, Any]) -> list[Text]:
    """The input, the windows at both of its ends, and the one that would not fit any more."""
    before, after = data.get("padding", (0, 0))
    stride, positions, dilation = data.get("stride", 1), data["positions"], data.get("dilation", 1)
    reach = dilation * (data["kernel"] - 1) + 1
    missing = data.get("unused", 0) > 0
    end = before + data["size"] + after
    cells = max(end, positions * stride + reach) if missing else end
    ends = _ends(screen, cells, reach + stride)
    if ends is None or positions < 2:
        return []
    taps = range(0, reach, dilation)
    first = [at for at in range(min(SHOWN, positions)) if at * stride + reach <= ends.side]
    last = [at for at in range(max(positions - SHOWN, 0), positions) if at * stride >= cells - ends.side]
    rows = [_numbers(ends, before, data["size"]), _input(screen, ends, before, data["size"], after, data["unused"])]
    rows += [_window(screen, ends, at, at * stride, taps) for at in first]
    rows += [Text("...".rjust(LABEL - 2))]
    rows += [_window(screen, ends, at, at * stride, taps) for at in last if at not in first]
    if missing:
        rows.append(_window(screen, ends, positions, positions * stride, taps, end))
    return [*map(trimmed, rows), Text(), *_legend(screen, data, positions * stride + reach - 1 - before)]


def _ends(screen: Screen, cells: int, least: int) -> Ends | None:
    """As many cells at each end as have room, as wide as may be; none where not even two windows fit."""
    for wide in (2, 1):
        side = min((screen.width - LABEL - GAP - 3) // (2 * wide), least + (SHOWN + 1) * max(least // 3, 2))
        if side >= least:
            return Ends(cells, min(side, cells // 2), wide)
    return None


def _blank(ends: Ends) -> list[str]:
    return [" "] * (ends.columns + 6)


def _numbers(ends: Ends, before: int, size: int) -> Text:
    """The numbers of the cells, from both ends inwards, as many as have room."""
    row = _blank(ends)
    tip = size if ends.cells > before + size else size - 1
    every = 2 if ends.wide == 2 and size < 1_000 else 5
    for number in (0, tip, *range(0, min(size, ends.side), every), *range(tip, max(tip - ends.side, 0), -every)):
        at = ends.column(before + number)
        if at is None:
            continue
        digits = str(number)
        around = row[max(at - 1, 0) : at + len(digits) + 1]
        if all(cell == " " for cell in around):
            row[at : at + len(digits)] = digits
    return Text(" " * LABEL + "".join(row).rstrip())


def _cells(ends: Ends, marks: Iterable[tuple[int, str, str]]) -> Text:
    """A line with a mark in each of these cells."""
    row, styles = _blank(ends), {}
    for cell, mark, style in marks:
        at = ends.column(cell)
        if at is not None:
            row[at] = mark
            styles[at] = style
    line = Text()
    for at, mark in enumerate(row):
        line.append(mark, styles.get(at, ""))
    return line


def _input(screen: Screen, ends: Ends, before: int, size: int, after: int, unused: int) -> Text:
    """The input between its padding; what no window reaches is crossed out; dots for what is not drawn."""
    end = before + size + after

    def mark(cell: int) -> tuple[int, str, str]:
        if cell >= end - unused:
            return cell, screen.pick("×", "x"), "wrong"
        inside = before <= cell < before + size
        return cell, screen.pick("▒", "o") if inside else screen.pick("░", "."), ""

    shown = [*range(ends.side), *range(ends.cells - ends.side, end)]
    line = Text("input".rjust(LABEL - 2) + "  ").append_text(_cells(ends, map(mark, shown)))
    middle = LABEL + ends.side * ends.wide + GAP // 2 - 2
    return Text.assemble(line[:middle], "...", line[middle + 3 :])


def _window(screen: Screen, ends: Ends, place: int, start: int, taps: range, end: int | None = None) -> Text:
    """One position of the window; the one that does not fit is hollow, with `end` where the input stops."""
    full, style = (screen.pick("█", "#"), "bar") if end is None else (screen.pick("□", "?"), "wrong")
    line = Text(str(place + 1).rjust(LABEL - 2) + "  ")
    return line.append_text(_cells(ends, ((start + tap, full, style) for tap in taps)))


def _legend(screen: Screen, data: dict[str, Any], needed: int) -> list[Text]:
    """What the signs mean, and which column the next window would need."""
    padding, after = sum(data.get("padding", (0, 0))), data.get("padding", (0, 0))[1]
    words = [Text.assemble((screen.pick("█", "#"), "bar"), " window")]
    if padding:
        words.append(Text(screen.pick("░", ".") + " padding"))
    if data.get("unused", 0) > 0:
        words.append(Text.assemble((screen.pick("×", "x"), "wrong"), " not reached"))
        said = f" window {data['positions'] + 1} would need column {needed}"
        said += f", the padding ends at {data['size'] - 1 + after}" if after else ""
        words.append(Text.assemble((screen.pick("□", "?"), "wrong"), said))
    return hang(screen, Text("   ").join(words), " " * LABEL)
