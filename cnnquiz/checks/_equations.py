"""Equations between numbers in prose: found, worked, and compared as a reader would."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from itertools import pairwise

from cnnquiz.marking import arithmetic
from cnnquiz.steps import text

Number = int | Fraction
NEAR = 20  # characters before an equation that can belong to it

_RUN = re.compile(r"(?:[-+*/^()=.\s\d]|floor\(|ceil\()+")
_OPERATOR = re.compile(r"\d\s*\)*\s*[-+*/^]|floor|ceil")
_ROUNDS = re.compile(
    r"\b(?:round|floor|ceil|truncat|whole|about|approx|roughly|nearly|almost|remainder|integer|int\b|mod\b|left over)"
    r"|≈",
    re.IGNORECASE,
)
_TOLD = re.compile(r"\b(?:not|wrong|mistake|slip|instead|forg[eo]t|as if|confus|should|would|error|false)|n't\b", re.I)
_LISTED, _MORE = re.compile(r"\d\s*,$"), re.compile(r",\s*[-+]?\d")
_FUNCTION = re.compile(r"\b(?:\w|relu|sigmoid|tanh|softmax|exp|log|ln|sqrt|sin|cos|max|min|sum|abs)$", re.I)
_UNFINISHED = re.compile(r"[-+*/^(]\s*$")


def false_equation(sentence: str, told: bool = False) -> tuple[str, str] | None:
    """The first false equation in a sentence, in words, and the value that it should have; None if there is none.

    told: the sentence tells a mistake, so that an equation may be what somebody wrongly thought
    """
    if told and _TOLD.search(sentence):
        return None
    words = arithmetic.plain(sentence)
    rounds = _ROUNDS.search(sentence) is not None
    for run in _RUN.finditer(words):
        for left, right in pairwise(sides_of(words, run) if "=" in run[0] else ()):
            if not _OPERATOR.search(left) and not _OPERATOR.search(right):
                continue
            a, b = arithmetic.value(left), arithmetic.value(right)
            if a is not None and b is not None and not equal(a, b, left, right, rounds):
                shown = text(a) if len(text(a)) <= 60 else f"{text(a)[:57]}..."
                return f"`{left.strip()} = {right.strip()}` is false: the left side is {shown}", shown
    return None


def sides_of(words: str, run: re.Match[str]) -> list[str]:
    """The sides of an equation; the first and the last are empty where they go on in letters, as in `n - 3 = 5`."""
    sides = run[0].split("=")
    if _goes_on_before(words[max(0, run.start() - NEAR) : run.start()].rstrip(), run[0]):
        sides[0] = ""
    if _goes_on_after(sides[-1], words[run.end() :]):
        sides[-1] = ""
    return [side.rstrip(" .") for side in sides]


def _goes_on_before(before: str, run: str) -> bool:
    """Whether the first side belongs to something before it: a name, an operation, another relation."""
    begin = run.lstrip()[:1]
    word = before[-1:].isalnum()
    called = begin == "(" and _FUNCTION.search(before) is not None
    glued = word and (not run[:1].isspace() or begin == "-" or called)
    return begin in "+*/^)." or glued or before[-1:] in tuple("_}]|<>!~≈≠%'$") or _LISTED.search(before) is not None


def _goes_on_after(side: str, after: str) -> bool:
    """Whether the last side goes on behind it; a blank before a word ends it, as in `= 7600 parameters`."""
    if _UNFINISHED.search(side):
        return True
    ends_in_words = side[-1:].isspace() and after[:1].isalpha()
    goes_on = after[:1].isalnum() or after[:1] in tuple("_[{!<>≈≠%")
    return not ends_in_words and (goes_on or _MORE.match(after) is not None)


def equal(a: Number, b: Number, left: str, right: str, rounds: bool) -> bool:
    """Whether two sides are equal, or one is the other rounded as its decimals show."""
    if a == b or _rounded(a, right, b) or _rounded(b, left, a):
        return True
    return rounds and (b in (math.floor(a), math.ceil(a)) or a in (math.floor(b), math.ceil(b)))


def _rounded(exact: Number, shown: str, value: Number) -> bool:
    """Whether a decimal is what another number rounds or is cut to."""
    digits = shown.strip().rstrip(".").partition(".")[2]
    if not digits.isdigit():
        return False
    unit = Fraction(1, 10 ** len(digits))
    gap = abs(Fraction(exact)) - abs(Fraction(value))
    return -unit / 2 <= gap < unit and (exact < 0) == (value < 0)
