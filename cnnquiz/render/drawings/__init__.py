"""The pictures of a solution, one kind per file: `draw(screen, data)` gives its lines, none where it does not fit.

A kind that can be drawn in fewer lines has `small(screen, data)` too.
"""

from __future__ import annotations

import importlib
from pathlib import Path

from rich.text import Text

from cnnquiz.render.console import Screen
from cnnquiz.solution import Drawing


def kinds() -> list[str]:
    """The kinds of drawings that there are, without importing any."""
    return sorted(path.stem for path in Path(__path__[0]).glob("[!_]*.py"))


def draw(screen: Screen, drawing: Drawing, small: bool = False) -> list[Text]:
    """The lines of a drawing; none where it does not fit the screen or no file draws its kind."""
    if drawing.kind not in kinds():
        return []
    kind = importlib.import_module(f"{__name__}.{drawing.kind}")
    lines: list[Text] = (getattr(kind, "small", kind.draw) if small else kind.draw)(screen, drawing.data)
    return lines if all(line.cell_len <= screen.width for line in lines) else []
