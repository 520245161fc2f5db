"""A value that is typed: a number (7,600, 1/4, 26*26*75, e/(1+e)), a size (125x125x4), or whatever form the key has.

Where one number is asked for, a comma before exactly three digits, after a whole number that is not 0, separates
thousands, and any other comma is a decimal one. A decimal is right only as far as its own digits are: of 0.73106, 0.73
and 0.731 are right where two digits are asked for, and 0.735 is not.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from cnnquiz.items.derived_answer import names_of
from cnnquiz.items.variants import Variant, misconceptions_behind
from cnnquiz.mathematics.values import joined, read_value, same
from cnnquiz.model import Mark
from cnnquiz.patterns import pattern

_COMMA = pattern(r"([+-]?)\s*(\d+),(\d+)(%?)")
_PERCENT = pattern(r"\s+%$")
_SIGN = pattern(r"^([+-])\s+(?=[\d.])")
_NAME = pattern(r"^[^\W\d]\w*\s*=\s*(?=[^=\s])")  # theta = -1
_THOUSANDS = pattern(r"([+-]?[\d.,]+)\s?([kM])")
_BY = pattern(r"\s+by\s+")  # 62 by 62 by 6
_EULER = pattern(r"(?<![\w.])e(?!\w)")
_DECIMALS = pattern(r"[+-]?\d*\.(\d+)")
_MEMORY = pattern(r"(?<=\d)\s?([kKMG]i?B)\b")  # of two answers that name one, it must be the same


def read(variant: Variant, words: str) -> str | None:
    """The words as typed, if they spell a value of the form of the answer."""
    return words if _has_form(variant, value_of(variant.item.type, words)) else None


def mark(variant: Variant, response: str) -> Mark:
    """Right where the values are the same, within the item's tolerance; a wrong one brings its misconceptions."""
    kind, tolerance = variant.item.type, variant.item.tolerance
    value = value_of(kind, response)
    keys = [key for key in variant.key if len({*_MEMORY.findall(key), *_MEMORY.findall(response)}) < 2]
    values = [value, value * 100] if response.endswith("%") and isinstance(value, int | Fraction) else [value]
    rights = [right for right in (value_of(kind, key) for key in keys) if fits(variant, right, value)]
    near = any(same(right, each, tolerance=tolerance or None) for right in rights for each in values)
    if near and (tolerance.endswith("%") or _holds_to_its_digits(variant, response, value)):
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
    if kind == "number":
        return _number(response)
    value = read_value(_BY.sub("x", response) if kind == "shape" else response)
    if kind == "shape" and isinstance(value, int) and "," in response:
        return read_value(response.replace(",", " "))
    return value


def _number(response: str) -> Any:
    """The one number that a response spells; a tuple where it is several, None where it is none."""
    words = _SIGN.sub(r"\1", _PERCENT.sub("%", _NAME.sub("", joined(response))))
    if comma := _COMMA.fullmatch(words):
        sign, whole, decimals, percent = comma.groups()
        if len(decimals) != 3 or not int(whole):
            words = f"{sign}{whole}.{decimals}{percent}"
    if thousands := _THOUSANDS.fullmatch(words):
        base = _number(thousands[1])
        return base * (1_000 if thousands[2] == "k" else 1_000_000) if isinstance(base, int | Fraction) else None
    value = read_value(words)
    if isinstance(value, tuple) and len(value) == 1:
        return value[0]
    if value is not None and not (isinstance(value, tuple) and "*" in words):
        return value
    from cnnquiz.language import option_value  # what reads words is not needed to ask a question
    from cnnquiz.mathematics import arithmetic

    worked = arithmetic.value(_EULER.sub("exp(1)", arithmetic.plain(words)))
    if worked is None and any(map(str.isdigit, words)):
        worked = option_value.meaning(_MEMORY.sub("", words))
    return worked


def _holds_to_its_digits(variant: Variant, response: str, value: Any) -> bool:
    """Whether a decimal is as near to the right value as its last digit says; other forms have no digits to hold to."""
    found = _DECIMALS.fullmatch(response.strip())
    derived = variant.worked.derived
    right = derived.value if derived else value_of("number", variant.key[0])
    if found is None or not isinstance(value, int | Fraction) or not isinstance(right, int | Fraction):
        return True
    return abs(Fraction(value) - right) <= Fraction(1, 10 ** len(found[1]))


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
