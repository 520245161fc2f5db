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

from cnnquiz.checks.subject import Subject
from cnnquiz.items.worked_item import WorkedItem
from cnnquiz.language.option_value import beside
from cnnquiz.model import Finding, Level
from cnnquiz.solution import text

LEVEL: Level = "error"


def check(subject: Subject) -> Iterator[Finding]:
    """Each distractor that is right."""
    for worked in subject.derived:
        if len(worked.holders) < 2 or worked.keys[0] not in worked.holders or worked.derived is None:
            continue
        right = worked.right_text
        for letter in worked.holders:
            if letter not in worked.keys and alike(worked.texts[worked.keys[0]], worked.texts[letter]):
                words = f"option {letter}, `{worked.texts[letter][:60]}`, is right as well"
                message = f"{words}: {worked.derived.want} is {right}"
                advice = remedy(worked, letter)
                yield subject.finding(__name__, LEVEL, worked, ("options", letter), message, right, advice)


def remedy(worked: WorkedItem, letter: str) -> str:
    """Another value for a distractor: one that a misconception leads to and that no other option has."""
    derived = worked.derived
    wrong = derived.wrong_values() if derived else {}
    free = (value for value in wrong.values() if value not in worked.meanings.values() and not worked.is_right(value))
    if (value := next(free, None)) is not None:
        return f"Write `{letter}: {text(value)}` under `options`, or another wrong value."
    if len(worked.options) > 2:
        return f"Delete `{letter}` under `options`."
    return f"Say something else in option {letter}."


def alike(key: str, words: str) -> bool:
    """Whether two options give one value, in other letters, for one thing: 5 pixels is not 5 channels."""
    sides = {beside(key), beside(words), ("", "")}
    return key.casefold().split() != words.casefold().split() and len(sides) < 3
