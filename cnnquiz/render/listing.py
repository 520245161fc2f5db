"""Lists of banks, calculators and networks: each name with its description beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rich.text import Text

from cnnquiz.render.console import Screen
from cnnquiz.render.layout import hang, paragraph, paragraphs, table
from cnnquiz.shown import json_text

Entry = tuple[str, Sequence[str]]


def show_listing(screen: Screen, heading: str, entries: Sequence[Entry], next_step: str) -> None:
    """Show the entries, each name with its lines beside it, and what to type next."""
    wide = max((len(name) for name, _ in entries), default=0)
    close = all(len(lines) == 1 for _, lines in entries)
    blocks = [_entry(screen, name.ljust(wide), lines) for name, lines in entries]
    body = [line for block in blocks for line in block] if close else paragraphs(blocks)
    title = paragraph(screen, heading, "title")
    hint = paragraph(screen, next_step, "note")
    screen.show("", *paragraphs([title, body, hint]), "")


def topics_lines(screen: Screen, topics: Sequence[Entry], ways: Sequence[tuple[str, str]]) -> list[Text]:
    """What can be asked, by topic, and the ways to ask it: no more lines than a small terminal has."""
    wide = max(len(topic) for topic, _ in topics)
    every = [line for topic, lines in topics for line in _entry(screen, topic.ljust(wide), lines)]
    rows = table(screen, [[screen.text(command, "code"), Text(what)] for command, what in ways])
    return paragraphs([[*paragraph(screen, "What can be asked", "title"), *every], rows])


def _entry(screen: Screen, name: str, lines: Iterable[str]) -> list[Text]:
    """One entry; where the window is narrow its lines stand under its name."""
    lead = Text.assemble(screen.margin, screen.text(name, "key"), "  ")
    if lead.cell_len > screen.width // 3:
        below = [line for each in lines for line in hang(screen, screen.text(each), screen.margin + "  ")]
        return [Text.assemble(screen.margin, screen.text(name.rstrip(), "key")), *below]
    rest = " " * lead.cell_len
    wrapped = (hang(screen, screen.text(each), lead if not n else rest) for n, each in enumerate(lines))
    return [line for block in wrapped for line in block]


def show_json(screen: Screen, document: Any) -> None:
    """Show one JSON document and nothing else."""
    screen.raw(json_text(document, 2, not screen.unicode) + "\n")
