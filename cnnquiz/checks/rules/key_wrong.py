"""The key is not the value that follows from the item's derivation, or fails its own marking.

The message gives the derived value, the option that holds it, and the slip that leads to the wrong key, if one does.

Bad:

    options: {a: 126x126x4, b: 125x125x4}
    key: a
    derivation: {conv: {in: 256x256x3, k: 7, s: 2, filters: 4}, want: output_shape}

Good:

    options: {a: 126x126x4, b: 125x125x4}
    key: b
    derivation: {conv: {in: 256x256x3, k: 7, s: 2, filters: 4}, want: output_shape}
"""

from __future__ import annotations

from collections.abc import Iterator

from cnnquiz.answers import mark
from cnnquiz.checks import wrong_values as words
from cnnquiz.items.derivation import means
from cnnquiz.items.option_value import says_several
from cnnquiz.items.worked_item import Subject, Worked
from cnnquiz.model import Finding, Level
from cnnquiz.solution import text

LEVEL: Level = "error"


def check(subject: Subject) -> Iterator[Finding]:
    """Each key that another option, or another value, contradicts."""
    for item in subject.derived:
        if item.work is not None and item.keys[0] and contradicted(item):
            message, remedy = words.wrong(item)
            yield subject.finding(__name__, LEVEL, item, ("key",), message, text(item.work.value), remedy)
    yield from unmarkable(subject)


def contradicted(item: Worked) -> bool:
    """Whether the derived value stands elsewhere than in the key."""
    key = item.keys[0]
    if not item.options:
        return not means(item.work, item.stated, item.item)
    right = item.held or item.none_of_these
    return bool(right) and key in item.options and key not in right and not says_several(item.texts[key])


def unmarkable(subject: Subject) -> Iterator[Finding]:
    """Each key that its own marking refuses, and each distractor that it lets pass."""
    for item in subject.items:
        variant = words.variant_of(item)
        if variant is None:
            continue
        response = words.key_response(item, variant)
        if response is None or mark(variant, response).verdict != "right":
            message = f"the key `{' '.join(item.keys)[:60]}` fails its own marking: {words.reason(item)}"
            yield subject.finding(__name__, LEVEL, item, ("key",), message)
        for choice in variant.choices if item.item.type != "multiple" else ():
            if choice.letter not in item.keys and mark(variant, choice.letter).verdict == "right":
                message = f"option {choice.letter} is marked as right, but the key is {item.keys[0]}"
                yield subject.finding(__name__, LEVEL, item, ("options", choice.letter), message)
