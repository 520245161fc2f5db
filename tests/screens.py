"""Screens for tests: of any width, with and without Unicode, at a terminal or not."""

from __future__ import annotations

import io

from rich.text import Text

from cnnquiz import calculators
from cnnquiz.render import console
from cnnquiz.render.console import Screen
from cnnquiz.solution import Solution

SCREENS = [(columns, unicode) for columns in (20, 40, 80, 120) for unicode in (True, False)]


class Stream(io.StringIO):
    """A stream that says of itself what a terminal or a file would."""

    def __init__(self, terminal: bool, encoding: str = "utf-8") -> None:
        super().__init__()
        self.terminal, self.named = terminal, encoding

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self.named

    def isatty(self) -> bool:
        return self.terminal


def a_screen(columns: int = 80, unicode: bool = True, terminal: bool = False) -> Screen:
    """A screen of that width, for a test."""
    stream = Stream(terminal, "utf-8" if unicode else "ascii")
    return console.screen(stream, {"TERM": "xterm", "PYTHONUTF8": "1"}, columns)


def solved(name: str, **texts: str) -> Solution:
    """A numerical, solved."""
    calculator = calculators.load(name)
    return calculator.solve(calculator.read({name.rstrip("_"): value for name, value in texts.items()}))


def widest(lines: list[Text]) -> int:
    return max((line.cell_len for line in lines), default=0)
