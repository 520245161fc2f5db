"""Another option besides the key holds the derived value, so that a right answer would be marked as wrong.

Bad:

    options: {a: "7600", b: "76 × 100"}
    key: a
    derivation: {params: {k: 5, channels: 3, filters: 100}, want: parameters}

Good:

    options: {a: "7600", b: "7500"}
    key: a
    derivation: {params: {k: 5, channels: 3, filters: 100}, want: parameters}
"""

from __future__ import annotations

from collections.abc import Iterator

from cnnquiz.items.option_value import beside
from cnnquiz.items.worked_item import Subject
from cnnquiz.model import Finding, Level
from cnnquiz.solution import text

LEVEL: Level = "error"


def check(subject: Subject) -> Iterator[Finding]:
    """Each distractor that is right."""
    for item in subject.derived:
        if len(item.held) < 2 or item.keys[0] not in item.held or item.work is None:
            continue
        right = text(item.work.value)
        for letter in item.held:
            if letter not in item.keys and alike(item.texts[item.keys[0]], item.texts[letter]):
                message = f"option {letter}, `{item.texts[letter][:60]}`, is right as well: {item.work.want} is {right}"
                remedy = "Change it to a value that a slip leads to."
                yield subject.finding(__name__, LEVEL, item, ("options", letter), message, right, remedy)


def alike(key: str, words: str) -> bool:
    """Whether two options give one value, in other letters, for one thing: 5 pixels is not 5 channels."""
    sides = {beside(key), beside(words), ("", "")}
    return key.casefold().split() != words.casefold().split() and len(sides) < 3
