"""Equations between numbers in prose: found, worked, and compared as a reader would."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor
from typing import Any

from cnnquiz.checks import number_words, ratios
from cnnquiz.mathematics import arithmetic
from cnnquiz.mathematics.values import equivalent, read_expression
from cnnquiz.solution import text

Number = int | Fraction
NEAR = 20  # characters before an equation that can belong to it

_RUN = re.compile(rf"(?:[-+*/^()=.\s\d]|{arithmetic.FUNCTION_CALLS})+")
_OPERATOR = re.compile(r"\d\s*\)*\s*[-+*/^]|floor|ceil|exp|ln|sqrt")
_ROUNDS = re.compile(
    r"\b(?:round|floor|ceil|truncat|whole|about|approx|roughly|nearly|almost|remainder|integer|int\b|mod\b|left over)"
    r"|≈|\d\.\.|…",
    re.IGNORECASE,
)
_TOLD = re.compile(r"\b(?:not|wrong|mistake|slip|instead|forg[eo]t|as if|confus|should|would|error|false)|n't\b", re.I)
_LISTED, _MORE = re.compile(r"\d\s*,$"), re.compile(r",\s*[-+]?\d")
_FUNCTION = re.compile(r"\b(?:\w|relu|sigmoid|tanh|softmax|exp|log|ln|sqrt|sin|cos|max|min|sum|abs)$", re.I)
_NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?")
_PRODUCT = re.compile(r"\d+(?:\s*\*\s*\d+)+")
_OTHERWISE = re.compile(r"\b(?:binary|hexadecimal|hex|modulo|base \d)\b", re.IGNORECASE)
_SCALED = re.compile(r"\b(?:half|third|quarter|fifth|tenth|square|cube|root|twice|double|minus|plus|times)(?: of)?$")
_OF_LETTERS = re.compile(r"[-+*/^]")
_UNFINISHED = re.compile(r"[-+*/^(]\s*$")


def says(words: str) -> bool:
    """Whether a text may hold an equation, written or in words, or a ratio."""
    in_words = number_words.SAYS.search(words) or number_words.CHAINS.search(words)
    return "=" in words or in_words is not None or ratios.says(words)


def false_equations(sentence: str, told: bool = False, answer: Any = None) -> Iterator[tuple[str, str, str]]:
    """Each false equation in a sentence: in words, the value that it should have, and its last side.

    answer: the item's, which may be one of two numbers that are compared
    told: the sentence tells a mistake, so that an equation may be what somebody wrongly thought
    """
    if _OTHERWISE.search(sentence) or (told and _TOLD.search(sentence)):
        return
    rounds = _ROUNDS.search(sentence) is not None
    crossed = number_words.CROSSED.search(sentence) is not None
    words = number_words.arithmetic_of(sentence)
    for left, right in [*sides_with_sign(words), *number_words.sides_in_words(words, crossed)]:
        a = arithmetic.value(f"({left})" if " - " in left else left)  # 1-5 is a range, 12 - 6 is none
        b = arithmetic.value(right)
        if a is None or b is None or (" - " in left and a < 0 <= b):
            continue
        if equal(a, b, left, right, rounds) or (crossed and _of_shapes(left, right)):
            continue
        yield fault(left, right, a)
    for left, right in sides_with_sign(words.replace("≈", "=")) if "≈" in words else ():
        a, b = arithmetic.value(left), arithmetic.value(right)
        if a is None or b is None or equal(a, b, left, right, rounds):
            continue
        if abs(Fraction(a) - Fraction(b)) * 20 > abs(Fraction(a)):
            yield fault(left, right, a)
            break
    for root, shown, exact in number_words.roots(words):
        if not _rounds_to(exact, shown, Fraction(shown), rounds):
            yield fault(root, shown, round(exact, 4))
    for left, right in number_words.sides_of_chains(words, crossed):
        a, b = arithmetic.value(left), arithmetic.value(right)
        if a is not None and b is not None and not equal(a, b, left, right, rounds):
            yield fault(left, right, a)
    if united := number_words.sides_without_units(words):
        left, right = united
        a, b = arithmetic.value(left), arithmetic.value(right)
        if a is not None and b is not None and not equal(a, b, left, right, rounds or b in (floor(a), ceil(a))):
            yield fault(left, right, a)
    if ratios.says(sentence):
        yield from [*ratios.false_ratios(sentence, answer), *ratios.false_percentages(sentence)][:1]


def fault(left: str, right: str, value: Number) -> tuple[str, str, str]:
    """What is said of a false equation, whose left side has this value: in words, the right result, the wrong one."""
    side, literal, other = "left", right, arithmetic.value(right)
    if _NUMBER.fullmatch(left.strip()) and other is not None and not _NUMBER.fullmatch(right.strip(" .")):
        side, literal, value = "right", left, other
    shown = text(value) if len(text(value)) <= 60 else f"{text(value)[:57]}..."
    return f"`{left.strip()} = {right.strip()}` is false: the {side} side is {shown}", shown, literal.strip(" .")


def false_identities(sentence: str, letters: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The sides of each false equation in which letters stand for numbers: n - 3 + 1 = n - 1."""
    letter = rf"(?<![A-Za-z])(?:{'|'.join(map(re.escape, letters))})(?![A-Za-z(])"
    for run in re.finditer(rf"(?:[-+*/^()=.\s\d]|{letter})+", arithmetic.plain(sentence)):
        for left, right in pairwise(side.strip(" .") for side in run[0].split("=")):
            both = all(re.search(letter, side) for side in (left, right))
            if both and _OF_LETTERS.search(left) and read_expression(left) is not None and not equivalent(left, right):
                yield left, right


def sides_with_sign(words: str) -> Iterator[tuple[str, str]]:
    """The two sides of each equation that is written with `=`, where one of them is more than a number."""
    for run in _RUN.finditer(words) if "=" in words else ():
        for left, right in pairwise(sides_of(words, run) if "=" in run[0] else ()):
            if _OPERATOR.search(left) or _OPERATOR.search(right):
                yield left, right


def _of_shapes(left: str, right: str) -> bool:
    """Whether shapes are put together, as in 3x3 + 3x3 = 5x5, which is no arithmetic."""
    sides = (left.strip(), right.strip())
    pure = any(_PRODUCT.fullmatch(side) for side in sides)
    return pure and all("*" in side for side in sides) and any(set("+-/") & set(side) for side in sides)


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
    if _SCALED.search(before):
        return True
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
    if a == b or _rounds_to(a, right, b, rounds) or _rounds_to(b, left, a, rounds):
        return True
    return rounds and (b in (floor(a), ceil(a)) or a in (floor(b), ceil(b)))


def _rounds_to(exact: Number, shown: str, value: Number, cut: bool) -> bool:
    """Whether a decimal is what another number rounds to, or where the sentence says so, is cut to."""
    digits = shown.strip().rstrip(".").partition(".")[2]
    if not digits.isdigit():
        return False
    unit = Fraction(1, 10 ** len(digits))
    gap = abs(Fraction(exact)) - abs(Fraction(value))
    return -unit / 2 <= gap < (unit if cut else unit / 2 + unit / 10**6) and (exact < 0) == (value < 0)
