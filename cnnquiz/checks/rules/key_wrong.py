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
from cnnquiz.checks.subject import Subject
from cnnquiz.model import Finding, Level
from cnnquiz.solution import text

LEVEL: Level = "error"


def check(subject: Subject) -> Iterator[Finding]:
    """Each key that another option, or another value, contradicts."""
    for worked in subject.derived:
        if worked.derived is not None and worked.value_refutes_key and (worked.right_letters or not worked.options):
            message, remedy = words.wrong(worked)
            yield subject.finding(__name__, LEVEL, worked, ("key",), message, text(worked.derived.value), remedy)
    yield from unmarkable(subject)


def unmarkable(subject: Subject) -> Iterator[Finding]:
    """Each key that its own marking refuses, and each distractor that it lets pass."""
    for worked in subject.items:
        variant = words.variant_of(worked)
        if variant is None:
            continue
        response = words.key_response(worked, variant)
        if response is None or mark(variant, response).verdict != "right":
            message = f"the key `{' '.join(worked.keys)[:60]}` fails its own marking: {words.reason(worked)}"
            yield subject.finding(__name__, LEVEL, worked, ("key",), message)
        for choice in variant.choices if worked.item.type != "multiple" else ():
            if choice.letter not in worked.keys and mark(variant, choice.letter).verdict == "right":
                message = f"option {choice.letter} is marked as right, but the key is {worked.keys[0]}"
                yield subject.finding(__name__, LEVEL, worked, ("options", choice.letter), message)
