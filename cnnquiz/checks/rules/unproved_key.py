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

from cnnquiz.items.option_value import beside, meaning, says_none
from cnnquiz.items.worked_item import Subject, Worked
from cnnquiz.model import Finding, Level

LEVEL: Level = "warning"


def check(subject: Subject) -> Iterator[Finding]:
    """Each numerical item without proof."""
    for item in subject.items:
        if item.item.derivation is None:
            if numerical(item) and not item.answers and item.status == "asserted":
                remedy = "Add `derivation:` with a calculator and its givens (cnnquiz solve --help lists them)."
                yield subject.finding(__name__, LEVEL, item, ("key",), "nothing proves this number", remedy=remedy)
        elif item.asked and unread(item):
            message = f"the derivation cannot be compared with the key, `{item.texts[item.keys[0]][:60]}`: no value"
            yield subject.finding(__name__, LEVEL, item, ("key",), message, remedy="Write the value alone.")


def numerical(item: Worked) -> bool:
    """Whether the item asks for a number or a shape."""
    if not item.options:
        return item.item.type in ("number", "shape")
    values = [item.meanings.get(key) for key in item.keys]
    if not values or any(value is None or isinstance(value, bool) for value in values):
        return False
    words = {beside(text) for letter, text in item.texts.items() if not says_none(text)}
    units = {after for _, after in words} - {""}
    if any(isinstance(value, tuple) for value in values) and units - {"pixels", "px"}:
        return False
    bare = all(not before and len(after.split()) < 3 for before, after in words)
    return bare and len(units) < 2 and all(map(is_value, item.texts.values()))


def is_value(text: str) -> bool:
    """Whether an option is a value, or says that none is."""
    return says_none(text) or meaning(text) is not None


def unread(item: Worked) -> bool:
    """Whether no option can be shown to hold the derived value, or not to."""
    if item.held or not item.options or item.keys[0] not in item.options or item.key_follows:
        return False
    return item.meanings[item.keys[0]] is None
