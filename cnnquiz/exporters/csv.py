"""CSV: a row for each question, its options side by side, for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from cnnquiz.exporters import Question

SUFFIX = ".csv"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def losses(question: Question) -> Iterator[str]:
    """What a row has no column for."""
    if question.figure and not question.alt:
        yield "the figure"


def write(title: str, questions: Sequence[Question]) -> bytes:
    """One row for each question, behind a row of names; UTF-8 with the mark by which spreadsheets know it."""
    most = max((len(question.choices) for question in questions), default=0)
    letters = _LETTERS[:most]
    page = io.StringIO(newline="")
    rows = csv.writer(page)
    names = ["id", "topic", "type", "stem", "figure", *letters, "key", "tolerance", "rationale", "steps", "hints"]
    rows.writerow([*names, *(f"why {letter}" for letter in letters)])
    for question in questions:
        empty = [""] * (most - len(question.choices))
        key = " ".join(question.keys) or "".join(question.answers[:1])
        row = [
            question.name, question.topic, question.type, question.stem, question.alt,
            *(choice.text for choice in question.choices), *empty,
            key, question.tolerance if question.type == "number" else "", question.rationale,
            "\n".join(question.steps), "\n".join(question.hints),
            *(choice.why for choice in question.choices), *empty,
        ]  # fmt: skip
        rows.writerow(map(_harmless, row))
    return page.getvalue().encode("utf-8-sig")


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula; a number stays one."""
    number = cell[:1] == "-" and cell[1:2].isdigit()
    return f"'{cell}" if cell.startswith(_FORMULA) and not number else cell
