"""Drawings as SVG, for notebooks and pages: the characters of the terminal, with no font or script from elsewhere."""

from __future__ import annotations

import io
from html import escape

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text
from rich.theme import Theme

from cnnquiz.render.console import STYLES, screen
from cnnquiz.render.drawings import draw
from cnnquiz.solution import Drawing

WIDTH, ROW, COLUMN = 80, 17, 8.4  # columns of characters; pixels of a row and a column
COLOURS = {"green": "#1a7f37", "red": "#cf222e", "cyan": "#0969da", "magenta": "#8250df", "yellow": "#9a6700"}


def drawing_svg(drawing: Drawing) -> str:
    """One drawing as an SVG element."""
    page = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    lines = draw(screen(page, {}, WIDTH), drawing)
    console = Console(file=page, width=WIDTH, theme=Theme(STYLES))
    wide, high = max((line.cell_len for line in lines), default=1) * COLUMN + 16, len(lines) * ROW + 12
    rows = "".join(_row(console, line, number) for number, line in enumerate(lines, 1))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:.0f} {high}" width="{wide:.0f}" role="img" '
        f'font-family="ui-monospace, Menlo, Consolas, monospace" font-size="14" fill="currentColor">{rows}</svg>'
    )


def _row(console: Console, line: Text, number: int) -> str:
    """One line of characters, each run of one colour at its column."""
    spans, column = list[str](), 0
    for segment in line.render(console):
        words, style = segment.text.rstrip("\n"), segment.style
        fill = COLOURS.get(style.color.name, "") if style and style.color else ""
        colour = f' fill="{fill}"' if fill else ""
        place = f'x="{8 + column * COLUMN:.1f}" textLength="{cell_len(words) * COLUMN:.1f}"'
        if words.strip():
            spans.append(f"<tspan {place}{colour}>{escape(words)}</tspan>")
        column += cell_len(words)
    return f'<text y="{number * ROW}" xml:space="preserve">{"".join(spans)}</text>'
