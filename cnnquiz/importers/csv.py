"""CSV with a line of names: question, options in columns of their own, answer, explanation.

Columns may be separated by commas, semicolons or tabs. An answer is an option's letter, its words, or its number.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from cnnquiz.errors import CnnquizError
from cnnquiz.importers import ForeignQuestion, Refusal
from cnnquiz.importers._made import chosen, typed
from cnnquiz.importers._text import decoded, markdown
from cnnquiz.importers.jsonl import index_of

_ROLES = (
    ("stem", r"questions?(?: ?text)?|stem|text|prompt|front"),
    ("key", r"(?:correct|right) ?(?:answers?|options?|choice|index)?|answers?(?: key)?|key|solution|back"),
    ("options", r"options|choices"),
    ("option", r"(?:options?|choices?|answers?) ?(?:[a-z]|\d{1,2})|[a-h]"),
    ("wrong", r"(?:incorrect|wrong)(?: (?:answers?|options?|choices?))? ?\d*|distractors?(?: \d)?"),
    ("reason", r"explanations?|rationale|feedback|reason|comment"),
    ("name", r"id|name|title|question ?(?:id|name)"),
    ("tolerance", r"tolerance"),
)


def sniff(name: str, head: str) -> bool:
    """Whether the file's name says so and its first line names a question and an answer."""
    roles = _roles(_row(head, _separator(head)))
    return name.endswith((".csv", ".tsv")) and "stem" in roles and "key" in roles


def questions(data: bytes, name: str) -> Iterator[ForeignQuestion | Refusal]:
    """One question for each row."""
    text = decoded(data, name)
    rows = csv.reader(io.StringIO(text), delimiter=_separator(text), strict=True)
    roles: list[str] = []
    found: list[tuple[int, dict[str, str], list[str]]] = []
    try:
        line = 1
        for row in rows:
            if not roles:
                roles = _roles(row)
                if "stem" not in roles or "key" not in roles:
                    raise CnnquizError(f"{name}:1: the first line names no column question and no column answer")
            elif any(cell.strip() for cell in row):
                found.append((line, *_cells(roles, row)))
            line = rows.line_num + 1
    except csv.Error as fault:
        raise CnnquizError(f"{name}:{rows.line_num}: this row cannot be read: {fault}") from None
    first = _first_number(found)
    for number, cells, options in found:
        yield _question(number, cells, options, first, "wrong" in roles)


def _separator(text: str) -> str:
    """What stands between the columns: the mark that the first line has most of."""
    return max(",;\t", key=text.partition("\n")[0].count)


def _row(text: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([text.partition("\n")[0]], delimiter=separator), [])
    except csv.Error:
        return []


def _roles(row: list[str]) -> list[str]:
    """What each column holds, by its name; empty for an unknown one."""
    names = (" ".join(re.split(r"[\s_-]+", cell.strip().lower()))[:60] for cell in row[:100])
    return [next((role for role, known in _ROLES if re.fullmatch(known, name)), "") for name in names]


def _cells(roles: list[str], row: list[str]) -> tuple[dict[str, str], list[str]]:
    """The cells of a row by role, and its options."""
    pairs = [(role, cell.strip()) for role, cell in zip(roles, row, strict=False)]
    options = [cell for role, cell in pairs if role in ("option", "wrong") and cell]
    options += [one.strip() for role, cell in pairs if role == "options" for one in re.split(r"[|;\n]", cell)]
    return {role: cell for role, cell in reversed(pairs) if role}, [one for one in options if one]


def _first_number(found: list[tuple[int, dict[str, str], list[str]]]) -> int | None:
    """The number of the first option, 0 or 1; None where no answer tells."""
    numbers = [(cells.get("key", ""), options) for _, cells, options in found if options]
    plain = [(int(key), len(options)) for key, options in numbers if re.fullmatch(r"\d", key) and key not in options]
    zero, one = any(key == 0 for key, _ in plain), any(key == most for key, most in plain)
    return None if zero is one else int(one)


def _question(
    line: int, cells: dict[str, str], options: list[str], first: int | None, wrong: bool
) -> ForeignQuestion | Refusal:
    """One row; `wrong` where its options are the wrong ones alone."""
    stem, key, name = markdown(cells.get("stem", "")), cells.get("key", ""), cells.get("name", "")
    reason = markdown(cells.get("reason", ""))
    if not stem or not key:
        return Refusal(line, "it has no question" if not stem else "no answer is given", name)
    if not options:
        return typed(line, stem, key, name, reason, cells.get("tolerance", ""))
    whole = index_of(key, options, first)
    found = {whole} if whole is not None else {index_of(one, options, first) for one in re.split(r"[,;|\s]+", key)}
    if wrong:
        options, found = [key, *options], {0}
    rights = [number in found and None not in found for number in range(len(options))]
    return chosen(line, stem, options, rights, markdown, name, reason)
