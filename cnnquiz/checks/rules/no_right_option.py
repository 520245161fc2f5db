"""No option holds the derived value, so that no answer is right.

A rounded decimal holds it only within a `tolerance`: 0.33 is not 1/3.

Bad:

    options: {a: 126x126x4, b: 124x124x4}
    key: a
    derivation: {conv: {in: 256x256x3, k: 7, s: 2, filters: 4}, want: output_shape}

Good:

    options: {a: 125x125x4, b: 124x124x4}
    key: a
    derivation: {conv: {in: 256x256x3, k: 7, s: 2, filters: 4}, want: output_shape}
"""

from __future__ import annotations

from collections.abc import Iterator

from cnnquiz.checks import wrong_values as words
from cnnquiz.items.worked_item import Subject
from cnnquiz.model import Finding, Level
from cnnquiz.solution import text

LEVEL: Level = "error"


def check(subject: Subject) -> Iterator[Finding]:
    """Each item in which the right value is missing."""
    for item in subject.derived:
        if not item.options or item.held or item.none_of_these or item.work is None:
            continue
        if item.meanings.get(item.keys[0]) is not None:  # a key in words may still mean the value
            message, remedy = words.wrong(item)
            message = f"no option holds the right value: {message}"
            yield subject.finding(__name__, LEVEL, item, ("key",), message, text(item.work.value), remedy)
