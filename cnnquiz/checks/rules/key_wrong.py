"""The key is not the value that follows from the item's derivation, or fails its own marking, or lets that value fail.

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
from fractions import Fraction

from cnnquiz.answers import mark, read_response
from cnnquiz.checks import wrong_values
from cnnquiz.checks.subject import Subject
from cnnquiz.items.variants import Choice, Variant
from cnnquiz.items.worked_item import WorkedItem
from cnnquiz.mathematics.values import read_value
from cnnquiz.model import Finding, Level
from cnnquiz.solution import text

LEVEL: Level = "error"
DECIMALS = 15  # most that a key is rounded to


def check(subject: Subject) -> Iterator[Finding]:
    """Each key that another option, or another value, contradicts."""
    for worked in subject.derived:
        if worked.derived is not None and worked.value_refutes_key and (worked.right_letters or not worked.options):
            message, remedy = wrong_values.message_and_remedy(worked)
            yield subject.finding(__name__, LEVEL, worked, ("key",), message, worked.right_text, remedy)
    yield from narrow_tolerances(subject)
    yield from unmarkable(subject)


def narrow_tolerances(subject: Subject) -> Iterator[Finding]:
    """Each key that rounds the right value, which is then out of the tolerance and marked as wrong."""
    for worked in subject.derived:
        key, rounded = worked.keys[0], worked.key_follows and not worked.is_right(worked.key_value)
        if not key or worked.options or not worked.item.tolerance or not rounded:
            continue
        exact = worked.derived and text(worked.derived.value)
        message = f"the tolerance is narrower than the key's rounding: beside {key}, {exact} would be marked as wrong"
        remedy = f"Write `key: {shortest_decimal(worked)}`, or a wider `tolerance`."
        yield subject.finding(__name__, LEVEL, worked, ("tolerance",), message, remedy=remedy)


def shortest_decimal(worked: WorkedItem) -> str:
    """The right value with as few decimals as its tolerance allows."""
    value = worked.derived.value if worked.derived else 0
    numbers = (f"{float(value):.{places}f}" for places in range(1, DECIMALS) if isinstance(value, Fraction))
    return next((shown for shown in numbers if worked.is_right(read_value(shown))), text(value))


def unmarkable(subject: Subject) -> Iterator[Finding]:
    """Each key that its own marking refuses."""
    for worked in subject.questions:
        variant = variant_of(worked)
        if variant is None:
            continue
        response = key_response(worked, variant)
        if response is None or mark(variant, response).verdict != "right":
            message = f"the key `{' '.join(worked.keys)[:60]}` fails its own marking: {reason(worked)}"
            yield subject.finding(__name__, LEVEL, worked, ("key",), message, remedy=readable_key(worked))


def variant_of(worked: WorkedItem) -> Variant | None:
    """The item as it is asked; None where another rule already says that its key cannot be an answer."""
    if not any(worked.keys) or any(key not in worked.options for key in worked.keys if worked.options):
        return None
    if len(worked.keys) > 1 and worked.item.type != "multiple":
        return None
    choices = tuple(Choice(letter, letter, words, "") for letter, words in worked.texts.items())
    return Variant("", worked.item, None, worked.item.stem, choices, worked.keys, (), "", worked)


def key_response(worked: WorkedItem, variant: Variant) -> str | None:
    """The key as a student would type it, read by the program."""
    return read_response(variant, " ".join(worked.keys) if worked.options else worked.keys[0])


def reason(worked: WorkedItem) -> str:
    """Why a key cannot be read."""
    kinds = {"expression": "an expression", "shape": "a shape", "number": "a number", "true-false": "true or false"}
    return f"it does not read as {kinds.get(worked.item.type, 'a value')}"


def readable_key(worked: WorkedItem) -> str:
    """What to write for a key that cannot be read: the derived value, or something of the item's type."""
    examples = {"expression": "2*x + 1", "shape": "14x14x6", "number": "0.25", "true-false": "true"}
    if worked.derived is not None and worked.item.type == "true-false" and not isinstance(worked.derived.value, bool):
        return "Write `type: number`, or give the item options with claims."
    if worked.derived is not None and not worked.options:
        return f"Write `key: {worked.right_text}`."
    return f"Write `key: {examples.get(worked.item.type, '14x14x6')}`, say, or give the item options."
