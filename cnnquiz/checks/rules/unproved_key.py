"""The key is a number, but nothing proves it: a derivation would.

A warning for items whose options are bare values, with one unit at most. Items in words are not found; the summary
counts them as asserted.

Bad:

    stem: How many parameters has a 5x5 convolution from 3 channels to 100 filters?
    options: {a: "7500", b: "7600"}
    key: b

Good:

    stem: How many parameters has a 5x5 convolution from 3 channels to 100 filters?
    options: {a: "7500", b: "7600"}
    key: b
    derivation: {params: {k: 5, channels: 3, filters: 100}, want: parameters}
"""

from __future__ import annotations

from collections.abc import Iterator

from cnnquiz.checks.subject import Subject
from cnnquiz.items.worked_item import WorkedItem
from cnnquiz.language.option_value import beside, meaning, says_none
from cnnquiz.model import Finding, Level
from cnnquiz.solution import text

LEVEL: Level = "warning"


def check(subject: Subject) -> Iterator[Finding]:
    """Each numerical item without proof."""
    for worked in subject.questions:
        if worked.item.derivation is None:
            if numerical(worked) and not worked.claim_answers and worked.status not in ("proved", "claimed"):
                remedy = "Add `derivation:` with a calculator and its givens (cnnquiz solve --help lists them), or "
                remedy = remedy if worked.part is None else "Add `want:` with a result of the item's derivation, or "
                remedy += "`allow: [unproved-key]` with the reason in a comment."
                yield subject.finding(__name__, LEVEL, worked, ("key",), "nothing proves this number", remedy=remedy)
        elif worked.asks_for_value and is_incomparable(worked):
            message = f"the derivation cannot be compared with the key, `{worked.texts[worked.keys[0]][:60]}`: no value"
            remedy = f"Write `{worked.keys[0]}: {worked.derived and text(worked.derived.value)}` under `options`."
            yield subject.finding(__name__, LEVEL, worked, ("key",), message, remedy=remedy)


def numerical(worked: WorkedItem) -> bool:
    """Whether the item asks for a number or a shape."""
    if not worked.options:
        return worked.item.type in ("number", "shape")
    values = [worked.meanings.get(key) for key in worked.keys]
    if not values or any(value is None or isinstance(value, bool) for value in values):
        return False
    words = {beside(said) for said in worked.texts.values() if not says_none(said)}
    units = {after for _, after in words} - {""}
    if any(isinstance(value, tuple) for value in values) and units - {"pixels", "px"}:
        return False
    bare = all(not before and len(after.split()) < 3 for before, after in words)
    return bare and len(units) < 2 and all(map(is_value, worked.texts.values()))


def is_value(words: str) -> bool:
    """Whether an option is a value, or says that none is."""
    return says_none(words) or meaning(words) is not None


def is_incomparable(worked: WorkedItem) -> bool:
    """Whether no option can be shown to hold the derived value, or not to."""
    if worked.holders or not worked.options or worked.keys[0] not in worked.options or worked.key_follows:
        return False
    return worked.meanings[worked.keys[0]] is None
