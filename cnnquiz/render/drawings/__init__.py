"""The pictures of a solution, one kind per file: `draw(screen, data, answer, rows)` gives its lines.

There are none where it does not fit. `answer` is what somebody answered, with the right value: a kind that can shows it
in the picture. `rows` is how many lines there should be at most; a kind that cannot keep to it gives more.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from fractions import Fraction
from math import isclose
from pathlib import Path
from typing import Any

from rich.text import Text

from cnnquiz.render.console import Screen
from cnnquiz.render.drawings._words import words
from cnnquiz.render.layout import hang
from cnnquiz.render.typeset import typeset
from cnnquiz.solution import Drawing, parts

Answer = tuple[Any, Any]


def kinds() -> list[str]:
    """The kinds of drawings that there are, without importing any."""
    return sorted(path.stem for path in Path(__path__[0]).glob("[!_]*.py"))


def shows(drawing: Drawing, value: Any) -> bool:
    """Whether the first number of a value stands in the drawing."""
    first = next((each for each in parts(value) if isinstance(each, int | Fraction)), None)
    return first is not None and any(isclose(first, number, rel_tol=1e-6) for number in _numbers(drawing.data))


def _numbers(data: Any) -> Iterator[float]:
    """The numbers in a drawing's data."""
    for each in data.values() if isinstance(data, dict) else data:
        if isinstance(each, dict | list | tuple):
            yield from _numbers(each)
        elif isinstance(each, int | float):
            yield each


def draw(screen: Screen, drawing: Drawing, answer: Answer | None = None, rows: int | None = None) -> list[Text]:
    """The lines of a drawing, or what it shows in words; none where it does not fit or no file draws its kind."""
    if drawing.kind not in kinds():
        return []
    if screen.spoken and (said := words(drawing.kind, drawing.data)):
        return hang(screen, screen.text(typeset(screen, said)))
    kind = importlib.import_module(f"{__name__}.{drawing.kind}")
    lines: list[Text] = kind.draw(screen, drawing.data, answer, rows)
    return lines
