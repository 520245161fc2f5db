"""A number in prose contradicts the item's derivation, or arithmetic in prose is wrong.

Found are: a `{name}` that stands for nothing; an equation between numbers that is false (a result may be rounded to the
decimals it shows, and where the sentence speaks of rounding, to a whole number); and in the rationale or the key's own
why, another value than the derived one that is said to be the answer.

Bad:

    rationale: "(256 - 7)/2 = 124, so the output is 126x126x4."

Good:

    rationale: "(256 - 7)/2 = 124.5, rounded down 124, so the output is {output_shape}."
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cnnquiz.checks import _equations
from cnnquiz.marking import arithmetic
from cnnquiz.marking.meaning import meaning
from cnnquiz.model import CnnquizError, Finding, Level
from cnnquiz.proof import NOTHING, Subject, Worked
from cnnquiz.proof.derivations import Path, Work, means
from cnnquiz.steps import text
from cnnquiz.variants.prose import fill

LEVEL: Level = "error"

_VALUE = r"(\d[\d,.]*(?:\s?[x×*]\s?\d+)*|\(\d+(?:,\s?\d+)+\))"
_SAID = re.compile(
    rf"\b(?:right |correct )?(?:answer|key|result|output(?: size| shape)?|final (?:answer|size|shape)|total)"
    rf"(?: size| shape| value)? (?:is|are|must be|equals|=|comes to|will be)"
    rf" (?:then |thus |therefore |exactly |a )?{_VALUE}"
    r"(?![\w%]|\s?[-+*/^=]|\s(?:times|million|thousand|billion)\b)",
    re.IGNORECASE,
)
_HEDGED = re.compile(
    r"\b(?:not|if|would|without|instead|wrong|round(?:s|ed|ing)? up|slide|page|book|mistake|forget\w*|forgot\w*|were|"
    r"cannot|only|layer|input|each|per|first|second|third|slip|some)\b|n't\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.;!?])\s+")


def check(subject: Subject) -> Iterator[Finding]:
    """Each number in prose that cannot be."""
    for item in subject.items:
        if item.work is None and item.item.derivation is not None:
            continue  # nothing can be said about its numbers
        values = item.work.values if item.work else NOTHING
        for path, words, answer in prose(item):
            if "{" in words or "=" in words or answer:
                yield from faults(subject, item, path, words, values, answer)


def prose(item: Worked) -> Iterator[tuple[Path, str, bool]]:
    """The item's texts with their paths, and whether the text says what the answer is."""
    one = item.item
    yield ("stem",), one.stem, False
    yield ("rationale",), one.rationale, item.asked
    for index, hint in enumerate(one.hints):
        yield ("hints", index), hint, False
    for letter, option in item.options.items():
        yield ("options", letter, *(("text",) if option.why else ())), option.text, False
        yield ("options", letter, "why"), option.why, item.asked and letter in item.keys


def faults(
    subject: Subject, item: Worked, path: Path, words: str, values: dict[str, Any], answer: bool
) -> Iterator[Finding]:
    """What is wrong with the numbers of one text."""
    try:
        words = fill(words, values)
    except CnnquizError as fault:
        yield subject.finding(__name__, LEVEL, item, path, str(fault))
        return
    told = path[-1] == "why" and path[1] not in item.keys
    for sentence in _SENTENCE.split(words):
        if "=" in sentence and (wrong := _equations.false_equation(sentence, told)):
            yield subject.finding(__name__, LEVEL, item, path, wrong[0], wrong[1])
        elif answer and item.work is not None and (said := another_answer(sentence, item, item.work)):
            right = text(item.work.value)
            message = f"`{said}` is said to be the answer, but {item.work.want} is {right}"
            remedy = f"Write {{{item.work.want}}}, which is always right."
            yield subject.finding(__name__, LEVEL, item, path, message, right, remedy)


def another_answer(sentence: str, item: Worked, work: Work) -> str:
    """The value that a sentence gives as the answer, if it is of the derived one's kind and another; or nothing."""
    match = _SAID.search(arithmetic.plain(sentence) if "$" in sentence else sentence)
    if match is None or _HEDGED.search(sentence):
        return ""
    words = match[1].rstrip(".,")
    value = meaning(words)
    alike = type(value) is type(work.value) and (not isinstance(value, tuple) or len(value) == len(work.value))
    known = any(value == other for other in work.results.values())
    return words if alike and not known and not means(work, value, item.item) else ""
