"""A response to a verdict, a score and the slips behind it: one marking code, for students and for `check`."""

from __future__ import annotations

import re
from typing import Any

from cnnquiz.answers.values import equivalent, joined, read_expression, read_value, same
from cnnquiz.model import Mark, Variant

__all__ = ["mark", "read_response", "read_value", "same", "value_of"]

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
    if variant.item.type in readers:
        return None if readers[variant.item.type](words) is None else words
    return words if _could_be_right(variant, value_of(variant, words)) else None


def value_of(variant: Variant, response: str) -> Any:
    """The value that a typed response spells; in an answer that is a size, commas stand between the axes."""
    value = read_value(joined(response) if variant.item.type == "number" else response)
    if variant.item.type == "number" and isinstance(value, tuple) and len(value) == 1:
        return value[0]
    if variant.item.type == "shape" and isinstance(value, int) and "," in response:
        return read_value(response.replace(",", " "))
    return value


def _could_be_right(variant: Variant, value: Any) -> bool:
    """Whether a value has the form of the answer: one number, or as many as the size has axes."""
    right = value_of(variant, variant.key[0]) if variant.key else None
    if value is None or isinstance(value, bool) is not isinstance(right, bool):
        return False
    if variant.item.type == "number":
        return not isinstance(value, tuple)
    if not isinstance(right, tuple) or variant.item.type != "shape":
        return True
    if isinstance(value, tuple):
        return len(value) == len(right)
    return len(right) < 3 and len(set(right)) == 1  # a square may be written as one of its sides


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
    return _mark_value(variant, value_of(variant, response))


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
    if any(same(value_of(variant, key), value, tolerance=tolerance) for key in variant.key):
        return Mark("right", 1.0)
    from cnnquiz.items import diagnosis  # only a wrong number needs the calculators

    return Mark("wrong", 0.0, diagnosis.names(diagnosis.groups(variant, value)))
