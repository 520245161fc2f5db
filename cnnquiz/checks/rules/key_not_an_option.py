"""The key names no option of its item, names several where one is asked for, or is missing.

Bad:

    options: {a: "7600", b: "7500"}
    key: c

Good:

    options: {a: "7600", b: "7500"}
    key: a
"""

from __future__ import annotations

from collections.abc import Iterator

from cnnquiz.items.worked_item import Subject, Worked
from cnnquiz.model import Finding, Level

LEVEL: Level = "error"


def check(subject: Subject) -> Iterator[Finding]:
    """Each item whose key cannot be an answer to it."""
    for item in subject.items:
        if len(item.keys) == 1 and item.keys[0] in item.options:
            continue
        message = fault(item)
        if message:
            yield subject.finding(__name__, LEVEL, item, ("key",), message, remedy=remedy(item))


def fault(item: Worked) -> str:
    """What is wrong with the key, in words; empty if nothing is."""
    if not any(item.keys):
        return "" if item.work and not item.options else "this item has no key"
    if not item.options:
        return "" if len(item.keys) == 1 else "an item that is answered by typing has one key"
    strange = [key for key in item.keys if key not in item.options]
    if strange:
        return f"the key `{strange[0][:40]}` is none of the options {', '.join(item.options)}"
    if item.item.type != "multiple":
        return f"the key names {len(item.keys)} options, but the type `{item.item.type}` has one"
    return "" if len(set(item.keys)) == len(item.keys) else "the key names an option twice"


def remedy(item: Worked) -> str:
    """The letter that was probably meant."""
    for key in item.keys:
        for letter, text in item.texts.items():
            if key and key.strip("(). ").casefold() in (letter, " ".join(text.split()).casefold()):
                return f"Write `key: {letter}`."
    several = len(item.keys) > 1 and item.item.type != "multiple"
    return "Write one letter, or `type: multiple`." if several else "Write the letter of the right option."
