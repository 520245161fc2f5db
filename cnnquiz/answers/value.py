"""A value that is typed: a number (7,600, 1/4, 26*26*75, e/(1+e)), a size (125x125x4), or whatever form the key has.

Where one number is asked for, a comma before exactly three digits, after a whole number that is not 0, separates
thousands, and any other comma is a decimal one; 1,234 is asked again where the answer has decimals. A decimal is
right only as far as its own digits are: of 0.73106, 0.73 and 0.731 are right where two are asked for, and 0.735 is not.
What stands before the answer, up to the last sign of equality, is its working.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from cnnquiz.items.derived_answer import names_of
from cnnquiz.items.variants import Variant, misconceptions_behind
from cnnquiz.mathematics.rounding import holds_to_its_digits
from cnnquiz.mathematics.values import joined, read_value, same
from cnnquiz.model import Mark
from cnnquiz.patterns import pattern

_COMMA = pattern(r"([+-]?)\s*(\d+),(\d+)(%?)")
_PERCENT = pattern(r"\s+%$")
_SIGN = pattern(r"^([+-])\s+(?=[\d.])")
_EQUAL = pattern(r"\s*(?:=>|->|[=→⇒≈])\s*")  # theta = -1, and working: 26*26*4 = 2704
_THOUSANDS = pattern(r"([+-]?[\d.,]+)\s?([kM])")
_BY = pattern(r"\s+by\s+")  # 62 by 62 by 6
_EULER = pattern(r"(?<![\w.])e(?!\w)")
_MEMORY = pattern(r"(?<=\d)\s?([kKMG]i?B)\b")  # of two answers that name one, it must be the same


def read(variant: Variant, words: str) -> str | None:
    """The words as typed, if they spell a value of the form of the answer, and one alone."""
    return None if is_ambiguous(variant, words) or not _has_form(variant, value_of(variant, words)) else words


def is_ambiguous(variant: Variant, words: str) -> bool:
    """Whether its comma may be either: 1,234 where the answer is one number with decimals."""
    comma = _COMMA.fullmatch(answer_in(words))
    right = value_of(variant, variant.key[0]) if variant.key and variant.item.type == "number" else 0
    return comma is not None and _is_thousands(comma) and isinstance(right, Fraction)


def mark(variant: Variant, response: str) -> Mark:
    """Right where the values are the same, within the item's tolerance; a wrong one brings its misconceptions."""
    tolerance = variant.item.tolerance
    value = value_of(variant, response)
    keys = [key for key in variant.key if len({*_MEMORY.findall(key), *_MEMORY.findall(response)}) < 2]
    answer = _with_points(answer_in(response))
    said = [(value, answer)]
    if answer.endswith("%") and isinstance(value, int | Fraction):
        said.append((value * 100, answer.rstrip("% ")))
    rights = [right for right in (value_of(variant, key) for key in keys) if fits(variant, right, value)]
    pairs = ((right, each, words) for right in rights for each, words in said)
    near = [(right, words) for right, each, words in pairs if same(right, each, tolerance=tolerance or None)]
    if near and tolerance.endswith("%"):
        return Mark("right", 1.0)
    exact = variant.worked.derived.value if variant.worked.derived else None
    if any(holds_to_its_digits(words, right if exact is None else exact) for right, words in near):
        return Mark("right", 1.0)
    return Mark("wrong", 0.0, names_of(misconceptions_behind(variant, value)))


def answer_in(response: str) -> str:
    """The answer behind its working, or behind its name."""
    return working(response)[-1]


def working(response: str) -> list[str]:
    """What stands between the signs of equality, the answer as the last."""
    return [each for each in _EQUAL.split(response.strip()) if each] or [""]


def is_list(variant: Variant) -> bool:
    """Whether the answer is a list of numbers, or rows of them; no size, which may be written in other ways."""
    return variant.item.type == "shape" and variant.key[0].startswith(("[", "("))


def fits(variant: Variant, right: Any, value: Any) -> bool:
    """Whether a list has as many numbers as the answer, and its rows, too; every other answer fits."""
    return not is_list(variant) or _lengths(right) == _lengths(value)


def _lengths(value: Any) -> Any:
    return list(map(_lengths, value)) if isinstance(value, tuple) else 1


def value_of(variant: Variant, response: str) -> Any:
    """The value that a response spells; in an answer that is a size, commas stand between the axes."""
    kind, words = variant.item.type, answer_in(response)
    if kind == "number":
        return _number(words)
    words = _row(words) if is_list(variant) and not variant.key[0].startswith("[[") else words
    value = read_value(_BY.sub("x", words) if kind == "shape" else words)
    if kind == "shape" and isinstance(value, int) and "," in words:
        return read_value(words.replace(",", " "))
    return value


def _row(words: str) -> str:
    """The numbers of a list one behind another, also where semicolons separate them, or brackets stand around each."""
    if ";" in words:
        words = _with_points(words)
    return words.replace(";", " ").replace("],", " ").replace("[", " ").replace("]", " ")


def _with_points(words: str) -> str:
    """The words with points for the commas of decimals: those of one number, or of numbers between semicolons."""
    return ";".join(map(_with_point, words.split(";")))


def _with_point(words: str) -> str:
    comma = _COMMA.fullmatch(words.strip())
    if comma is None or _is_thousands(comma):
        return words
    sign, whole, decimals, percent = comma.groups()
    return f"{sign}{whole}.{decimals}{percent}"


def _is_thousands(comma: re.Match[str]) -> bool:
    """Whether what stands behind a comma are three digits, behind a whole number that is not 0."""
    return len(comma[3]) == 3 and int(comma[2]) > 0


def _number(response: str) -> Any:
    """The one number that a response spells; a tuple where it is several, None where it is none."""
    words = _with_point(_SIGN.sub(r"\1", _PERCENT.sub("%", joined(response))))
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


def _has_form(variant: Variant, value: Any) -> bool:
    """Whether a value has the form of the answer: one number, as many as the size has axes, a list of any length."""
    kind = variant.item.type
    right = value_of(variant, variant.key[0]) if variant.key else None
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
