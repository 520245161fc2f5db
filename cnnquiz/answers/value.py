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
    rights = (value_of(kind, key) for key in keys)
    if any(same(right, value, tolerance=tolerance or None) for right in rights if fits(variant, right, value)):
        return Mark("right", 1.0)
    return Mark("wrong", 0.0, names_of(misconceptions_behind(variant, value)))


def is_list(variant: Variant) -> bool:
    """Whether the answer is a list of numbers, or rows of them; no size, which may be written in other ways."""
    return variant.item.type == "shape" and variant.key[0].startswith(("[", "("))


def fits(variant: Variant, right: Any, value: Any) -> bool:
    """Whether a list has as many numbers as the answer, and its rows, too; every other answer fits."""
    return not is_list(variant) or _lengths(right) == _lengths(value)


def _lengths(value: Any) -> Any:
    return list(map(_lengths, value)) if isinstance(value, tuple) else 1


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
    """Whether a value has the form of the answer: one number, as many as the size has axes, a list of any length."""
    kind = variant.item.type
    right = value_of(kind, variant.key[0]) if variant.key else None
    if value is None or isinstance(value, bool) is not isinstance(right, bool):
        return False
    if isinstance(right, tuple) and isinstance(right[0], tuple):
        return isinstance(value, tuple) and all(isinstance(row, tuple) for row in value)
    if kind == "number":
        return not isinstance(value, tuple)
    if not isinstance(right, tuple) or kind != "shape" or is_list(variant):
        return True
    if isinstance(value, tuple):
        return len(value) == len(right)
    return len(right) < 3 and len(set(right)) == 1  # a square may be written as one of its sides
