"""Anki's notes exported as text: a question and its answer in columns, with lines such as #separator:tab before them.

Source: the Anki manual, Importing, Text Files.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from cnnquiz.errors import CnnquizError
from cnnquiz.importers import ForeignQuestion, Refusal, _lettered
from cnnquiz.importers._html import text_of
from cnnquiz.importers._made import typed
from cnnquiz.importers._text import decoded, markdown

SEPARATORS = {"tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " ", "colon": ":"}
_CLOZE = re.compile(r"\{\{c\d+::")


def sniff(name: str, head: str) -> bool:
    """Whether Anki's own lines begin the file, or a text of two columns."""
    lines = list(filter(None, head.split("\n")[:20]))
    columns = all(0 < line.count("\t") < 4 for line in lines) and not head.lower().startswith("question\t")
    return head.startswith(("#separator:", "#html:", "#notetype")) or (name.endswith((".txt", ".tsv")) and columns)


def questions(data: bytes, name: str) -> Iterator[ForeignQuestion | Refusal]:
    """One question for each note."""
    text = decoded(data, name)
    told: dict[str, str] = {}
    for words_of_line in text.split("\n"):
        if not words_of_line.startswith("#"):
            break
        label, _, value = words_of_line[1:].partition(":")
        told[label.strip().lower()] = value.strip()
    separator = SEPARATORS.get(told.get("separator", "tab").lower(), told.get("separator", "\t")[:1])
    others = {int(value) - 1 for label, value in told.items() if label.endswith(" column") and value.isdecimal()}
    words = text_of if told.get("html", "true").lower() == "true" else markdown
    start = sum(1 for line in text.split("\n")[: len(told) + 20] if line.startswith("#"))
    body = "\n".join(text.split("\n")[start:])
    rows = csv.reader(io.StringIO(body), delimiter=separator or "\t", strict=False)
    line = start + 1
    try:
        for row in rows:
            cells = [cell for number, cell in enumerate(row) if number not in others]
            if any(cell.strip() for cell in cells):
                yield _question(line, [words(cell) for cell in cells])
            line = start + rows.line_num + 1
    except csv.Error as fault:
        raise CnnquizError(f"{name}:{start + rows.line_num}: this note cannot be read: {fault}") from None


def _question(line: int, cells: list[str]) -> ForeignQuestion | Refusal:
    """A note: its front is the question, perhaps with lettered options, its back the answer."""
    if len(cells) < 2 or not cells[0] or not cells[1]:
        cloze = bool(cells and _CLOZE.search(cells[0]))
        return Refusal(line, "a cloze note cannot be carried" if cloze else "this note has no second field")
    if _CLOZE.search(cells[0]):
        return Refusal(line, "a cloze note cannot be carried")
    front, back = cells[0], cells[1]
    draft = next(_lettered.drafts(f"{front}\nAnswer: {back.partition(chr(10))[0]}"), None)
    if draft is not None and draft.options:
        made = _lettered.question(draft)
        if isinstance(made, Refusal):
            return Refusal(line, made.why)
        reason = back.partition("\n")[2].strip()
        return ForeignQuestion(line, made.stem, made.type, made.options, rationale=reason)
    return typed(line, front, back)
