"""A shape error explained: what happened, the line that repairs it, and the shapes up to the layer that fails."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from cnnquiz.parsers.diagnosis import Diagnosis, Row
from cnnquiz.render.console import Screen
from cnnquiz.render.layout import columns, hang, indent, paragraph, paragraphs

ROWS = 23  # of a terminal with 24: the last one is the prompt's
HEAD = 2  # rows of the table's beginning that stay where its middle is left out


def show(screen: Screen, diagnosis: Diagnosis) -> None:
    """Print a diagnosis so that it fits a small terminal."""
    screen.show(*diagnosis_lines(screen, diagnosis))


def diagnosis_lines(screen: Screen, diagnosis: Diagnosis) -> list[Text]:
    """The cause, with its line and the number; the repair; the table, without its middle where there is no room."""
    blocks = [_cause(screen, diagnosis), _fix(screen, diagnosis)]
    room = ROWS - sum(map(len, blocks)) - len(blocks)
    table = _table(screen, diagnosis.rows, room) if diagnosis.rows else []
    return paragraphs([*blocks, table])


def _cause(screen: Screen, diagnosis: Diagnosis) -> list[Text]:
    where = f"line {diagnosis.line}: " if diagnosis.line else ""
    name = diagnosis.kind if "_" in diagnosis.kind else diagnosis.kind.capitalize()
    value = "" if diagnosis.value is None else f": {diagnosis.value}"
    return [*paragraph(screen, f"{name}{value}", "title"), *paragraph(screen, f"{where}{diagnosis.cause}.")]


def _fix(screen: Screen, diagnosis: Diagnosis) -> list[Text]:
    return hang(screen, screen.text(diagnosis.fix, "code"), f"{screen.margin}write: ")


def _table(screen: Screen, rows: Sequence[Row], room: int) -> list[Text]:
    """A line for each layer; those in the middle go first."""
    heading = [Text(word, "note") for word in ("layer", "output", "line")]
    lines = indent(columns([heading, *(_cells(screen, row) for row in rows)], {2}, 2), screen.margin)
    if len(lines) <= room:
        return lines
    left_out = len(lines) - max(room, HEAD + 2) + 1
    gap = Text(f"{screen.margin}{screen.pick('…', '...')} {left_out} layers")
    return [*lines[:HEAD], gap, *lines[HEAD + left_out :]]


def _cells(screen: Screen, row: Row) -> list[Text]:
    """The layer, its output and its line; a mark and no output where it fails."""
    shape = screen.text(row.shape) if row.shape else Text.assemble((screen.pick("✗", "x"), "wrong"), " fails here")
    return [screen.text(row.layer), shape, Text(str(row.line or ""), "note")]
