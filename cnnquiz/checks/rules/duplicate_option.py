"""Two options of an item say the same: in the same words, in words that differ by nothing but case, or by one value.

Options that differ by case alone are a warning, since a letter's case can matter. Values are compared where the words
beside them are the same: a stride of 2 and a padding of 2 are two things.

Bad:

    options: {a: "7600", b: "2600", c: "7,600"}

Good:

    options: {a: "7600", b: "2600", c: "7500"}
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from cnnquiz.checks.subject import Subject
from cnnquiz.items.worked_item import WorkedItem
from cnnquiz.language.option_value import beside
from cnnquiz.model import Finding, Level

LEVEL: Level = "error"


def check(subject: Subject) -> Iterator[Finding]:
    """Each option that says what an earlier one says."""
    for worked in subject.items:
        texts = worked.texts
        if len(set(texts.values())) == len(texts) and distinct(worked):
            continue
        for first, second in combinations(texts, 2):
            words = alike(worked, first, second)
            if words:
                level: Level = "warning" if words.endswith("case") else LEVEL
                message = f"option {second} says the same as option {first}: {words}"
                advice = remedy(worked, first, second)
                yield subject.finding(__name__, level, worked, ("options", second), message, remedy=advice)


def remedy(worked: WorkedItem, first: str, second: str) -> str:
    """Which of two options to take out; where no two would be left, that it has to say something else."""
    spare = first if second in worked.keys and first not in worked.keys else second
    if len(worked.options) < 3:
        return f"Say something else in option {spare}."
    return f"Delete `{spare}` under `options`, or say something else in it."


def distinct(worked: WorkedItem) -> bool:
    """A quick look: no two values and no two folded texts are equal."""
    folded = {" ".join(text.casefold().split()) for text in worked.texts.values()}
    values = [value for value in worked.meanings.values() if value is not None]
    return len(folded) == len(worked.texts) and len(set(values)) == len(values)


def alike(worked: WorkedItem, first: str, second: str) -> str:
    """How two options are the same, in words; empty if they are not, or if that is another rule's to say."""
    one, other = (" ".join(worked.texts[letter].split()) for letter in (first, second))
    if one == other:
        return f"both are `{one[:60]}`" if one else ""
    if one.casefold() == other.casefold():
        return f"`{one[:60]}` and `{other[:60]}` differ by nothing but case"
    if {first, second} & {*worked.holders} & {*worked.keys}:
        return ""  # two right options
    values = worked.meanings[first], worked.meanings[second]
    brackets = {text[:1] for text in (one, other)} == {"(", "["}  # [0, 1] and (0, 1) can be two intervals
    if values[0] is not None and values[0] == values[1] and beside(one) == beside(other) and not brackets:
        return f"`{one[:60]}` and `{other[:60]}` are one value"
    return ""
