"""A value that is typed: a number (7,600, 1/4), a size (125x125x4), or whatever form the key has."""

from __future__ import annotations

from typing import Any

from cnnquiz.items.derived_answer import names_of
from cnnquiz.items.variants import Variant, misconceptions_behind
from cnnquiz.mathematics.values import joined, read_value, same
from cnnquiz.model import Mark
from cnnquiz.patterns import pattern

_MEMORY = pattern(r"(?<=\d)\s?([kKMG]i?B)\b")  # of two answers that name one, it must be the same


def read(variant: Variant, words: str) -> str | None:
    """The words as typed, if they spell a value of the form of the answer."""
    return words if _has_form(variant, value_of(variant.item.type, words)) else None


def mark(variant: Variant, response: str) -> Mark:
    """Right where the values are the same, within the item's tolerance; a wrong one brings its misconceptions."""
    kind, tolerance = variant.item.type, variant.item.tolerance
    value = value_of(kind, response)
    keys = [key for key in variant.key if len({*_MEMORY.findall(key), *_MEMORY.findall(response)}) < 2]
    if any(same(value_of(kind, key), value, tolerance=tolerance or None) for key in keys):
        return Mark("right", 1.0)
    return Mark("wrong", 0.0, names_of(misconceptions_behind(variant, value)))


def value_of(kind: str, response: str) -> Any:
    """The value that a response spells; in an answer that is a size, commas stand between the axes."""
    value = read_value(joined(response) if kind == "number" else response)
    if kind == "number" and value is None and any(map(str.isdigit, response)):
        from cnnquiz.items import option_value  # what reads words is not needed to ask a question

        return option_value.meaning(_MEMORY.sub("", response))
    if kind == "number" and isinstance(value, tuple) and len(value) == 1:
        return value[0]
    if kind == "shape" and isinstance(value, int) and "," in response:
        return read_value(response.replace(",", " "))
    return value


def _has_form(variant: Variant, value: Any) -> bool:
    """Whether a value has the form of the answer: one number, or as many as the size has axes."""
    kind = variant.item.type
    right = value_of(kind, variant.key[0]) if variant.key else None
    if value is None or isinstance(value, bool) is not isinstance(right, bool):
        return False
    if isinstance(right, tuple) and isinstance(right[0], tuple) and isinstance(value, tuple):
        return all(isinstance(row, tuple) for row in value)  # a matrix may be of a wrong size
    if kind == "number":
        return not isinstance(value, tuple)
    if not isinstance(right, tuple) or kind != "shape":
        return True
    if isinstance(value, tuple):
        return len(value) == len(right)
    return len(right) < 3 and len(set(right)) == 1  # a square may be written as one of its sides
