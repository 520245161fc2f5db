"""A response to a verdict, a score and the slips behind it: one marking code, for students and for `check`."""

from __future__ import annotations

import re
from typing import Any

from cnnquiz.answers import equivalent, read_expression, read_value, same
from cnnquiz.model import Mark, Variant

__all__ = ["mark", "read_response", "read_value", "same"]

LONGEST = 200
_TRUTH = {"true": "true", "t": "true", "false": "false", "f": "false"}
_LETTERS = re.compile(r"[\s,;&+]+|\band\b")


def read_response(variant: Variant, text: str) -> str | None:
    """What was typed as a response that can be marked; None where it cannot be read, so that it is asked again.

    For options a letter on the screen ("d", "D", "d)"), several for an item of type `multiple` ("a c"), or the
    words true and false; for typed answers the words as typed, if they spell a value of the item's kind.
    """
    words = " ".join(text.split())
    if not words or len(words) > LONGEST:
        return None
    if variant.choices:
        return _read_letters(variant, words.casefold())
    readers = {"expression": read_expression, "true-false": _truth}
    value = readers.get(variant.item.type, read_value)(words)
    if value is None or (variant.item.type == "number" and isinstance(value, tuple)):
        return None
    return words


def _truth(words: str) -> str | None:
    return _TRUTH.get(words.casefold())


def _read_letters(variant: Variant, words: str) -> str | None:
    letters = [choice.letter for choice in variant.choices]
    if variant.item.type == "multiple":
        parts = [part.strip("().") for part in _LETTERS.split(words) if part]
        if len(parts) == 1 and parts[0] not in letters:
            parts = list(parts[0])
        known = bool(parts) and all(part in letters for part in parts)
        return " ".join(letter for letter in letters if letter in parts) if known else None
    letter = words.strip("().: ")
    if letter in letters and (variant.item.type != "true-false" or letter not in _TRUTH):
        return letter
    wanted = _TRUTH.get(letter)
    named = (c.letter for c in variant.choices if wanted and c.text.strip().rstrip(".!").casefold() == wanted)
    return next(named, letter if letter in letters else None)


def mark(variant: Variant, response: str) -> Mark:
    """The mark of a response that `read_response` has read."""
    if variant.choices:
        return _mark_letters(variant, response)
    if variant.item.type == "expression":
        right = any(equivalent(key, response) for key in variant.key)
        return Mark("right" if right else "wrong", float(right))
    if variant.item.type == "true-false":
        right = _truth(response) is not None and _truth(response) in map(_truth, variant.key)
        return Mark("right" if right else "wrong", float(right))
    return _mark_value(variant, read_value(response))


def _mark_letters(variant: Variant, response: str) -> Mark:
    """Several letters score the share of right ones picked, minus the wrong ones, never below 0."""
    picked, key = set(response.split()), set(variant.key)
    misconceptions = [m for c in variant.choices if c.letter in picked - key for m in c.misconceptions]
    slips = tuple(dict.fromkeys(misconceptions))
    if picked == key:
        return Mark("right", 1.0)
    if variant.item.type != "multiple":
        return Mark("wrong", 0.0, slips)
    score = max(0, len(picked & key) - len(picked - key)) / max(1, len(key))
    return Mark("partly" if score else "wrong", score, slips)


def _mark_value(variant: Variant, value: Any) -> Mark:
    tolerance = variant.item.tolerance or None
    if any(same(read_value(key), value, tolerance=tolerance) for key in variant.key):
        return Mark("right", 1.0)
    from cnnquiz import diagnosis  # only a wrong number needs the calculators

    return Mark("wrong", 0.0, diagnosis.names(diagnosis.groups(variant, value)))
