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

from cnnquiz.checks.subject import Subject
from cnnquiz.items.worked_item import WorkedItem
from cnnquiz.model import Finding, Level

LEVEL: Level = "error"


def check(subject: Subject) -> Iterator[Finding]:
    """Each item whose key cannot be an answer to it."""
    for worked in subject.questions:
        if len(worked.keys) == 1 and worked.keys[0] in worked.options:
            continue
        message = fault(worked)
        if message:
            yield subject.finding(__name__, LEVEL, worked, ("key",), message, remedy=remedy(worked))


def fault(worked: WorkedItem) -> str:
    """What is wrong with the key, in words; empty if nothing is."""
    if not any(worked.keys):
        return "" if worked.item.derivation and not worked.options else "this item has no key"
    if not worked.options:
        return "" if len(worked.keys) == 1 else "an item that is answered by typing has one key"
    strange = [key for key in worked.keys if key not in worked.options]
    if strange:
        return f"the key `{strange[0][:40]}` is none of the options {', '.join(worked.options)}"
    if worked.item.type != "multiple":
        return f"the key names {len(worked.keys)} options, but the type `{worked.item.type}` has one"
    return "" if len(set(worked.keys)) == len(worked.keys) else "the key names an option twice"


def remedy(worked: WorkedItem) -> str:
    """The letter that was probably meant, or follows; else where it is looked for."""
    strange = [key for key in worked.keys if key not in worked.options]
    if not worked.options:
        joint = "x" if worked.item.type == "shape" and all(map(str.isdigit, worked.keys)) else ""
        own = f"Write `key: {(joint.join(worked.keys) if joint else worked.keys[0])[:60]}`, as one value."
        return own if any(worked.keys) else "Write `key:` with the right value."
    if any(worked.keys) and not strange:
        if worked.item.type != "multiple":
            return "Write `type: multiple`, or one letter."
        return f"Write `key: {' '.join(dict.fromkeys(worked.keys))}`."
    for key in filter(None, strange):
        for letter, text in worked.texts.items():
            if key.strip("(). ").casefold() in (letter, " ".join(text.split()).casefold()):
                return f"Write `key: {letter}`."
    if right := worked.right_letters or [letter for letter, answer in worked.claim_answers.items() if answer]:
        return f"Write `key: {right[0]}`."
    return f"Write `key:` with the letter of the right option: {', '.join(worked.options)}."
