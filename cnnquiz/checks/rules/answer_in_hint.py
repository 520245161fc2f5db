"""A hint tells the answer, or the stem holds the letter or value of the key where it is asked for.

Bad:

    hints: ["It is 125x125x4."]
    key: 125x125x4

Good:

    hints: ["How many places can the kernel's left edge take?"]
    key: 125x125x4
"""

from __future__ import annotations

from collections.abc import Iterator

from cnnquiz.checks.rules.prose_letter import letters
from cnnquiz.checks.subject import Subject
from cnnquiz.errors import CnnquizError
from cnnquiz.items.placeholders import fill
from cnnquiz.items.said_value import flat
from cnnquiz.items.worked_item import WorkedItem
from cnnquiz.language.tokens import tokens
from cnnquiz.model import Finding, Level
from cnnquiz.solution import text

LEVEL: Level = "warning"
SMALLEST = 10  # a smaller number may stand in a hint by chance


def check(subject: Subject) -> Iterator[Finding]:
    """Each hint that holds the key's letter, or the derived value, which the stem does not."""
    for worked in subject.items:
        for index, hint in enumerate(worked.item.hints if worked.options else ()):
            named = [said for letter, said, _ in letters(hint, "") if letter in worked.keys]
            if named:
                message, remedy = f"the hint tells the answer: {named[0]}", "Say how to find it instead."
                yield subject.finding(__name__, LEVEL, worked, ("hints", index), message, remedy=remedy)
    for worked in subject.derived:
        for index, hint in enumerate(worked.item.hints):
            if tells(worked, hint):
                message = f"the hint tells the answer: {worked.derived and text(worked.derived.value)}"
                remedy = "Say how to find it instead."
                yield subject.finding(__name__, LEVEL, worked, ("hints", index), message, remedy=remedy)


def tells(worked: WorkedItem, hint: str) -> bool:
    """Whether a hint holds the derived value as a whole, which is neither small nor among the stem's numbers."""
    assert worked.derived is not None
    value = worked.derived.value
    if not isinstance(value, tuple) and not (isinstance(value, int) and value >= SMALLEST):
        return False
    try:
        filled = fill(hint, worked.values)
        if value not in [token.value for token in tokens(filled)]:
            return False
        stem = fill(worked.item.stem, worked.values)
    except CnnquizError:
        return False
    return not set(flat(value)) <= {number for token in tokens(stem) for number in flat(token.value)}
