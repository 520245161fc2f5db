"""Decimals as they are typed: their own digits, and those that a tolerance asks for: half a unit of the last."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from cnnquiz.mathematics.values import read_tolerance
from cnnquiz.patterns import pattern
from cnnquiz.solution import parts

_NUMBER = pattern(r"(?:\d+\.?|\.(?=\d))(?P<decimals>(?<=\.)\d+)?(?:[eE](?P<power>[+-]?\d{1,3}))?(?:\s?(?P<percent>%))?")
_ONLY = pattern(r"[-+\d.,;%\[\]()\seE]+")
MOST_PLACES = 100


def half_unit(places: int) -> Fraction:
    """Half a unit of the last of so many decimals."""
    return Fraction(1, 2 * 10**places)


def numbers(words: str) -> list[tuple[Fraction, int]]:
    """The numbers in a text without their signs, each with how many decimals it has; a percentage has two more."""
    return [_rounded_to(match) for match in _NUMBER.finditer(words)]


def _rounded_to(number: re.Match[str]) -> tuple[Fraction, int]:
    percent = 2 * len(number["percent"] or "")
    places = len(number["decimals"] or "") - int(number["power"] or 0) + percent
    return Fraction(number[0].rstrip(" %")) / 10**percent, max(places, 0)


def leaves(value: Any) -> Iterator[Fraction]:
    """The numbers in a value, in order."""
    for part in parts(value):
        if isinstance(part, tuple):
            yield from leaves(part)
        elif isinstance(part, int | Fraction):
            yield Fraction(part)


def holds_to_its_digits(words: str, value: Any) -> bool:
    """Whether each decimal is this value, or its number in that place, rounded or cut off to the digits that it has.

    Other forms, such as 3/4 or a product, have no digits to hold to.
    """
    if _ONLY.fullmatch(words) is None:
        return True
    pairs = zip(numbers(words), leaves(value), strict=False)
    over = ((number - abs(leaf), half_unit(places)) for (number, places), leaf in pairs if places)
    return all(-2 * half < more <= half for more, half in over)


def decimals_asked(tolerance: str) -> int | None:
    """How many decimals a tolerance asks for; None where it is relative, or asks for none."""
    read = read_tolerance(tolerance)
    if read is None or read[1] or not read[0]:
        return None
    return next((places for places in range(1, MOST_PLACES) if half_unit(places) <= read[0] < half_unit(0)), None)
