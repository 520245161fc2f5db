"""What a written answer means: 125x125x4, 7,600, 1/4 and 0.25 as exact values, and when two of them are the same."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from cnnquiz.errors import CnnquizError
from cnnquiz.patterns import pattern

LONGEST = 2_000  # characters of an answer that are read at all
LONGEST_NUMBER = 200
LARGEST_EXPONENT = 400

_NUMBER = pattern(
    r"([+-]?)(\d{1,3}(?:(?:,\d{3})+|(?:_\d{3})+|(?:['’]\d{3})+)(?:\.\d*)?|\d+(?:\.\d*)?|\.\d+)"
    r"(?:[eE]([+-]?\d{1,4}))?(%?)"
)
_SEPARATORS = pattern(r"[,_'’]")
_GROUPED = pattern(r"^[+-]?\d{1,3}(?: \d{3})+(?=\s+[A-Za-z]|\s*$)")
_POWER = pattern(r"(\d{1,4})(?:\^|\*\*)(\d{1,3})")
_SHAPE = pattern(r"\d+(?:\s*[x×*]\s*\d+)+")
_LATEX_CROSS = pattern(r"\s*\\(?:times|cdot)\s*")
_OPEN_BATCH = pattern(r"^(?:None|N|B)\s*,\s*")
_SPACES = pattern(r"[,;\s]+")
_BLANKS = dict.fromkeys("\u00a0\u202f\u2009", " ")
_SIGNS = str.maketrans({"−": "-", "–": "-", "X": "x", "·": "*", "⋅": "*", "∗": "*", **_BLANKS})
_WORDS = {"yes": True, "true": True, "no": False, "false": False}


def read_value(text: str) -> Any:
    """The value that a text spells: a number, a shape or list as a tuple, yes or no as a bool; None for anything else.

    A comma, _ or ' before three digits groups thousands (7,600); shapes take x, ×, *, blanks, or brackets with commas,
    the last of them with an open batch axis too: (None, 26, 26, 32).
    """
    if text.isdecimal() and text.isascii() and len(text) <= LONGEST_NUMBER:
        return int(text)
    words = text.strip()
    if not words or len(words) > LONGEST:
        return None
    words = words.translate(_SIGNS)
    if "\\" in words or "$" in words:
        words = _LATEX_CROSS.sub("x", words).replace("$", "").strip()
        if not words:
            return None
    if words.lower() in _WORDS:
        return _WORDS[words.lower()]
    if _SHAPE.fullmatch(words):
        return _shape(words)
    number = _fraction(words)
    return _sequence(words) if number is None else number


def joined(text: str) -> str:
    """The text with the blanks that group thousands at its beginning left out: 7 600 parameters.

    It is for those who know that a number is wanted: 125 125 400 can be a shape.
    """
    words = text.strip().translate(_SIGNS)
    return _GROUPED.sub(lambda found: found[0].replace(" ", ""), words, count=1)


def _shape(words: str) -> tuple[int, ...] | None:
    axes = re.split(r"\s*[x×*]\s*", words)
    if len(axes) > 8 or any(len(axis) > LONGEST_NUMBER for axis in axes):
        return None
    return tuple(map(int, axes))


def _fraction(words: str) -> int | Fraction | None:
    top, slash, bottom = words.partition("/")
    value = _number(top.strip())
    if not slash or value is None:
        return value
    under = _number(bottom.strip())
    return _exact(Fraction(value) / under) if under else None


def _number(words: str) -> int | Fraction | None:
    """A plain number, exact: +7,600, .5, 2.5e3, 2^10, 25%."""
    if len(words) > LONGEST_NUMBER:
        return None
    if power := _POWER.fullmatch(words):
        base, exponent = int(power[1]), int(power[2])
        return int(base**exponent)
    match = _NUMBER.fullmatch(words)
    if match is None or (match[3] and abs(int(match[3])) > LARGEST_EXPONENT):
        return None
    value = Fraction(_SEPARATORS.sub("", match[2])) * Fraction(10) ** int(match[3] or 0)
    value = -value if match[1] == "-" else value
    return _exact(value / 100 if match[4] else value)


def _exact(value: Fraction) -> int | Fraction:
    return value.numerator if value.denominator == 1 else value


def _sequence(words: str) -> tuple[Any, ...] | None:
    """Numbers one after another, in brackets or not: (4, 125, 125), [0.5, 1/3], 125 125 4; rows as [[1, 2], [3, 4]]."""
    if words[0] + words[-1] in ("()", "[]"):
        inner = _OPEN_BATCH.sub("", words[1:-1].strip())
        if inner[:1] in ("[", "(") and inner[-1:] in ("]", ")"):
            return _all(re.split(r"[\])]\s*,?\s*[\[(]", inner[1:-1]), _row)
        if ";" not in inner:
            return _row(inner.rstrip(","))
        words = inner
    if ";" in words:
        return _all(words.split(";"), _row)
    row = _row(words) if re.search(r"[,\s]", words) else None
    return row if row is None or len(row) > 1 else None


def _row(words: str) -> tuple[Any, ...] | None:
    if _SHAPE.fullmatch(words.strip()):
        return _shape(words.strip())
    return _all([part for part in _SPACES.split(words.strip()) if part], _fraction)


def _all(parts: list[str], read: Any) -> tuple[Any, ...] | None:
    values = tuple(read(part) for part in parts)
    return values if values and None not in values else None


def read_tolerance(text: str) -> tuple[Fraction, bool] | None:
    """A tolerance as a number and whether it is a share of the right value ("1%"); None where it cannot be read."""
    relative = text.strip().endswith("%")
    value = read_value(text.strip().rstrip("%")) if text.strip() else None
    if isinstance(value, bool) or not isinstance(value, int | Fraction) or value < 0:
        return None
    return Fraction(value, 100) if relative else Fraction(value), relative


def same(value: Any, other: Any, layout: str = "hwc", tolerance: str | None = None) -> bool:
    """Whether an answer means the right value: equal, or so near that the tolerance reaches it (its edge included).

    value      the right value; its shapes are height x width x channels
    other      the answer; under layout `chw` its shapes begin with the channels
    tolerance  "0.01", or "1%" of the right value

    A square size may be written as one of its sides: (125, 125) and 125; the size of one axis as a square; a shape with
    a batch of 1 before it, (1, 4, 125, 125), or without its only channel.
    """
    if value is None or other is None or isinstance(value, bool) != isinstance(other, bool):
        return False
    if isinstance(value, str) or isinstance(other, str):
        return _casefold(value) == _casefold(other)
    if value == other:
        return True
    if isinstance(value, tuple) and isinstance(other, tuple):
        if layout == "chw" and len(other) > 2 and value == (*other[1:], other[0]):
            return True
        if len(value) == 1 and len(other) == 2 and type(value[0]) is int:
            return other == value * 2
        if len(value) == 3 and (other == value[:2] and value[2] == 1):
            return True
        if len(value) == 3 and len(other) == 4 and other[0] == 1:
            return other[1:] in (value, (value[2], *value[:2]))
        return len(value) == len(other) and all(map(lambda a, b: _near(a, b, tolerance), value, other))
    if isinstance(value, tuple) or isinstance(other, tuple):
        axes, side = (value, other) if isinstance(value, tuple) else (other, value)
        return 0 < len(axes) < 4 and all(axis == side for axis in axes)
    return _near(value, other, tolerance)


def _casefold(value: Any) -> str:
    return " ".join(str(value).split()).casefold()


def _near(value: Any, other: Any, tolerance: str | None) -> bool:
    if isinstance(value, tuple) and isinstance(other, tuple):
        return same(value, other, tolerance=tolerance)
    if value == other:
        return True
    read = read_tolerance(tolerance) if tolerance else None
    if read is None or isinstance(value, tuple) or isinstance(other, tuple):
        return False
    try:
        right, given = Fraction(value), Fraction(other)
    except (TypeError, ValueError, OverflowError):
        return False
    margin, relative = read
    return abs(given - right) <= (margin * abs(right) if relative else margin)


def read_expression(text: str) -> Any:
    """The expression that a text spells, generously (2k+1, 2·k + 1); None for what cannot be read."""
    from cnnquiz.mathematics import expression
    from cnnquiz.mathematics.functions import FUNCTIONS

    try:
        return expression.parse(text.strip().strip("$").translate(_SIGNS), functions=FUNCTIONS)
    except CnnquizError:
        return None


def confirms(count: Any, value: Any) -> bool:
    """Whether a count gives the same value; of an expression, another one that agrees wherever both have a value."""
    if isinstance(count, list | tuple) and isinstance(value, list | tuple) and len(count) == len(value):
        return all(map(confirms, count, value))
    text = isinstance(count, str) and isinstance(value, str)
    return same(value, count) or (text and equivalent(value, count, everywhere=False))


def equivalent(text: str, other: str, everywhere: bool = True) -> bool:
    """Whether two expressions have the same values, or only, unless `everywhere`, where both have one."""
    from cnnquiz.mathematics import equivalence

    left, right = read_expression(text), read_expression(other)
    return left is not None and right is not None and equivalence.agree(left, right, everywhere)
