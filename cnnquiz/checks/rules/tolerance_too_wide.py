"""A tolerance lets wrong answers pass: around a count, around a misconception's value, or beyond the decimals asked.

A count of parameters, pixels or batches is exact: it takes a tolerance only where the stem asks for a rounded number.

Bad:

    stem: A fully connected layer takes 400 inputs to 120 units. How many parameters does it have?
    key: 48120
    tolerance: 1000

Good:

    stem: A fully connected layer takes 400 inputs to 120 units. How many parameters does it have?
    key: 48120
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from cnnquiz.checks.subject import Subject
from cnnquiz.items.derived_answer import DerivedAnswer
from cnnquiz.items.worked_item import WorkedItem
from cnnquiz.language.tokens import read_count
from cnnquiz.mathematics.values import read_tolerance, same
from cnnquiz.model import Finding, Level
from cnnquiz.solution import text

LEVEL: Level = "error"
PLACES = 9  # decimals that a tolerance may need

_ROUNDED = re.compile(
    r"\b(?:round|about|approximately|approx|roughly|nearest|decimals?|digits?|figures|thousands?|millions?|billions?|estimate|"
    r"accuracy|precision|nearly|per ?cent)\w*\b|≈|%",
    re.IGNORECASE,
)
_DECIMALS = re.compile(
    r"\b(\w+) (?:decimals?|decimal (?:places?|digits?)|digits? after the (?:decimal )?point)\b", re.IGNORECASE
)


def check(subject: Subject) -> Iterator[Finding]:
    """Each tolerance within which a wrong answer lies."""
    for worked in subject.derived:
        if worked.item.tolerance and worked.derived is not None and (
            message := fault(worked, worked.derived, worked.item.tolerance)
        ):
            remedy = narrower(worked, worked.derived)
            yield subject.finding(__name__, LEVEL, worked, ("tolerance",), message, remedy=remedy)


def narrower(worked: WorkedItem, derived: DerivedAnswer) -> str:
    """The remedy: the widest power of ten that lets nothing wrong pass; none around a count."""
    powers = [] if _exact(derived.value) else [f"0.{'0' * places}1" for places in range(PLACES)]
    fitting = next((power for power in powers if not fault(worked, derived, power)), "")
    return f"Write `tolerance: {fitting}`." if fitting else "Delete `tolerance`."


def fault(worked: WorkedItem, derived: DerivedAnswer, tolerance: str) -> str:
    """What is wrong with a tolerance, in words; empty if nothing is."""
    stem = worked.item.stem
    read, places = read_tolerance(tolerance), _decimals(stem)
    if _exact(derived.value) and read and read[0] and not _ROUNDED.search(stem):
        return f"{derived.want} is a whole number, {text(derived.value)}, and the stem asks for no rounding"
    for names, value in derived.wrong_values().items():
        if not same(derived.value, value) and same(derived.value, value, tolerance=tolerance):
            return f"{text(value)}, to which {' and '.join(names)} leads, would be accepted"
    if read and not read[1] and places is not None and read[0] > Fraction(1, 10**places):
        wanted = f"{places} decimal{'s' * (places != 1)}"
        return f"the stem asks for {wanted}, and within {tolerance} a wrong one is accepted"
    return ""


def _exact(value: Any) -> bool:
    """Whether a value is a count or a shape."""
    return (isinstance(value, int) and not isinstance(value, bool)) or (
        isinstance(value, tuple) and all(isinstance(one, int) for one in value)
    )


def _decimals(stem: str) -> int | None:
    """How many decimals a stem asks for."""
    found = _DECIMALS.search(stem)
    return read_count(found[1]) if found else None
