"""A number in prose contradicts the item's derivation, or arithmetic in prose is wrong.

Found are: a `{name}` that stands for nothing; an equation between numbers that is false, written with `=` or in words
(a result may be rounded to the decimals it shows, and where the sentence speaks of rounding, to a whole number or cut);
and in the rationale or the key's own why, another value than the derived one that is said to be the answer, another
count of what is asked for, another width of the output, another number of filters than the given one.

A sentence under a condition (with ceil mode, in PyTorch, for grey images, it would) says nothing about this item, and
the why of a wrong option may tell the mistake.

Bad:

    rationale: "(256 - 7)/2 = 124, so the output is 126x126x4."

Good:

    rationale: "(256 - 7)/2 = 124.5, rounded down 124, so the output is {output_shape}."
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile
from typing import Any

from msgspec.structs import replace

from cnnquiz.checks import equations, number_words, stated_values
from cnnquiz.checks.subject import Subject
from cnnquiz.errors import CnnquizError
from cnnquiz.items.placeholders import fill
from cnnquiz.items.worked_item import Path, WorkedItem
from cnnquiz.model import Finding, Level

LEVEL: Level = "error"

_DIGIT = re.compile("[0-9]")


def check(subject: Subject) -> Iterator[Finding]:
    """Each number in prose that cannot be."""
    for worked in subject.items:
        if worked.derived is None and worked.item.derivation is not None:
            continue  # nothing can be said about its numbers
        values = worked.values
        for path, words, answer in prose(worked):
            if "{" in words or (_DIGIT.search(words) and (answer or number_words.says(words))):
                yield from faults(subject, worked, path, words, values, answer)


def prose(worked: WorkedItem) -> Iterator[tuple[Path, str, bool]]:
    """The item's texts with their paths, and whether the text says what the answer is."""
    one = worked.item
    yield ("stem",), one.stem, False
    yield ("rationale",), one.rationale, worked.asks_for_value
    for index, hint in enumerate(one.hints):
        yield ("hints", index), hint, False
    for letter, option in worked.options.items():
        yield ("options", letter, *(("text",) if option.why else ())), option.text, False
        yield ("options", letter, "why"), option.why, worked.asks_for_value and letter in worked.keys


def faults(
    subject: Subject, worked: WorkedItem, path: Path, words: str, values: dict[str, Any], answer: bool
) -> Iterator[Finding]:
    """What is wrong with the numbers of one text."""
    try:
        words = fill(words, values)
    except CnnquizError as fault:
        name = str(fault).partition(" ")[0]
        yield at_literal(subject, subject.finding(__name__, LEVEL, worked, path, str(fault)), name)
        return
    told = path[-1] == "why" and path[1] not in worked.keys
    for sentence in stated_values.sentences(words) if number_words.says(words) else ():
        for message, right, literal in equations.false_equations(sentence, told):
            yield at_literal(subject, subject.finding(__name__, LEVEL, worked, path, message, right), literal)
    if answer and worked.derived is not None:
        for said, want, right in stated_values.contradictions(words, worked, worked.derived):
            message = f"`{said}` is said to be the answer, but {want} is {right}"
            if want != worked.derived.want:
                message = f"`{said}` contradicts the derivation, where {want} is {right}"
            remedy = f"Write {{{want}}}, which is always right."
            yield at_literal(subject, subject.finding(__name__, LEVEL, worked, path, message, right, remedy), said)


def at_literal(subject: Subject, found: Finding, literal: str) -> Finding:
    """The finding where its number stands, in a text whose lines stand below its name; else as it was."""
    lines = subject.loaded.text.split("\n")
    first = lines[found.line - 1] if found.line <= len(lines) else ""
    if not literal or first[found.column - 1 : found.column] not in (">", "|"):
        return found
    below = list(takewhile(lambda line: not line.strip() or _indent(line) > _indent(first), lines[found.line :]))
    number = "".join(f"{character},?" if character.isdigit() else re.escape(character) for character in literal)
    for before in (r"=\s*", ""):
        shown = re.compile(rf"(?<![\d.]){before}({number})(?!\d|\.\d)")
        for index, line in enumerate(below, found.line + 1):
            if match := shown.search(line):
                return replace(found, line=index, column=match.start(1) + 1)
    return found


def _indent(line: str) -> int:
    """How many blanks a line begins with."""
    return len(line) - len(line.lstrip(" "))
