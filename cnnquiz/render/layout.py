"""Text laid out as lines: wrapped under hanging indents, in columns, as bars."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from rich.cells import cell_len
from rich.text import Text

from cnnquiz.render.console import Screen

NOTHING = Text("")


def hang(screen: Screen, text: Text, first: Text | str = "", rest: str | None = None) -> list[Text]:
    """The text wrapped to the screen's width; `first` stands before it, later lines begin below its end."""
    lead = first if isinstance(first, Text) else Text(first)
    below = " " * lead.cell_len if rest is None else rest
    if lead.cell_len > screen.width // 2 and rest is None:
        return [*hang(screen, lead, "", "  "), *hang(screen, text, "    ")]
    room = max(screen.width - max(lead.cell_len, cell_len(below)), 10)
    lines = text.wrap(screen.console, room, overflow="fold") or [Text()]
    return [trim(Text.assemble(lead if not number else below, line)) for number, line in enumerate(lines)]


def trim(line: Text) -> Text:
    """The line without blanks at its end."""
    line.rstrip()
    return line


def indent(lines: Iterable[Text], margin: str) -> list[Text]:
    """Each line moved to the right."""
    return [Text.assemble(margin, line) if line.plain else line for line in lines]


def paragraph(screen: Screen, words: Text | str, style: str = "") -> list[Text]:
    """The words wrapped at the screen's margin; a str is taken as untrusted text."""
    return hang(screen, screen.text(words, style) if isinstance(words, str) else words, screen.margin)


def stack(screen: Screen, texts: Iterable[Text | str]) -> list[Text]:
    """Texts under one another, each wrapped at the screen's margin."""
    return [line for words in texts for line in paragraph(screen, words)]


def paragraphs(blocks: Iterable[Sequence[Text]]) -> list[Text]:
    """The blocks that are not empty, with one empty line between them."""
    lines: list[Text] = []
    for block in blocks:
        if block:
            lines += [NOTHING, *block] if lines else block
    return lines


def columns(rows: Sequence[Sequence[Text]], right: Collection[int] = (), gap: int = 3) -> list[Text]:
    """Rows in aligned columns; those in `right` are flush right, as numbers are."""
    widths = [max(cell.cell_len for cell in column) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = []
        for place, (cell, width) in enumerate(zip(row, widths, strict=True)):
            blank = " " * (width - cell.cell_len)
            cells.append(Text.assemble(blank, cell) if place in right else Text.assemble(cell, blank))
        lines.append(trim(Text(" " * gap).join(cells)))
    return lines


def count(number: int, noun: str) -> str:
    """A number with its noun: 1 item, 2 items."""
    return f"{number:,} {noun}" + "s" * (number != 1)


def bar(screen: Screen, part: float, whole: float, width: int, style: str = "bar") -> Text:
    """A bar of `width` cells in proportion: at least one cell when there is anything at all; none to be heard."""
    if screen.spoken:
        return Text()
    filled = round(width * part / whole) if whole else 0
    filled = max(1, filled) if part > 0 else 0
    full, empty = screen.pick("━", "#"), screen.pick("─", "-")
    return Text.assemble((full * min(filled, width), style), empty * (width - filled))


def table(screen: Screen, cells: Sequence[Sequence[Text]]) -> list[Text]:
    """Rows in columns, or, where the window is too narrow, each as a paragraph."""
    rows = indent(columns(cells), screen.margin)
    if all(row.cell_len <= screen.columns for row in rows):
        return rows
    return [line for row in cells for line in hang(screen, Text("  ").join(row), screen.margin, screen.margin + "   ")]
