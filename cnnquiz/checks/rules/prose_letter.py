"""A rationale, a why or a hint names another letter as the right answer than the key.

Bad:

    key: d
    rationale: The window makes 124 jumps, so the correct answer is c.

Good:

    key: d
    rationale: The window makes 124 jumps, so the output has 125 positions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from cnnquiz.checks.hedges import leaves_the_case
from cnnquiz.checks.subject import Subject
from cnnquiz.items.worked_item import Path, WorkedItem
from cnnquiz.language.tokens import sentences
from cnnquiz.model import Finding, Level

LEVEL: Level = "error"

_END = r"(?=\s*(?:[.,;:!?]|$|is\b|because\b|since\b|as\b|and\b))"
_SAYS = re.compile(
    r"\b(?:answer|key|option|choice|letter|one|choose|pick|select|take|hence|so|thus|therefore)\b", re.IGNORECASE
)
_NAMED = (
    re.compile(
        rf"\b(?:answer|key|right option|correct option|right choice|correct choice)\s*(?:is|:|=|must be)\s*"
        rf"(?:option\s+|choice\s+)?[(*_`]*([A-Za-z])[)*_`]*{_END}",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(?:hence|so|thus|therefore),?\s+(?:option\s+|choice\s+)?[(*_`]*([A-Za-z])[)*_`]*\s+"
        r"(?:is\s+(?:right|correct|true|the\s+(?:right\s+|correct\s+)?(?:answer|key|one))|follows)\b",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\b(?:right|correct)\s+(?:letter|one)\s+is\s+(?:option\s+|choice\s+)?[(*_`]*([A-Za-z])[)*_`]*{_END}", re.I
    ),
    re.compile(
        r"(?:^|[.:;,]\s+)(?:(?:so|hence|then),? )?(?:choose|pick|select|take)\s+(?:option\s+)?\(([a-z])\)"
        r"(?=\W*$|[.,;])", re.I,
    ),
    re.compile(r"\b(?:option|choice)\s+[(*_`]*([A-Za-z])[)*_`]*\s+is\s+(?:right|correct|the\s+(?:answer|key))\b", re.I),
)


_PLACED = re.compile(
    r"\bthe (first|second|third|fourth|last) (?:option|choice) is (?:the )?(?:right|correct|true)\b", re.IGNORECASE
)
_PLACES = {"first": 0, "second": 1, "third": 2, "fourth": 3, "last": -1}


def check(subject: Subject) -> Iterator[Finding]:
    """Each letter that prose calls the answer and the key does not."""
    for worked in subject.items:
        for path, words in _prose(worked) if worked.options else ():
            every = sentences(words) if _PLACED.search(words) else []
            own = [each for before, each in pairwise(["", *every]) if not leaves_the_case(each, before)]
            for found in (found for each in own for found in _PLACED.finditer(each)):
                place, options = _PLACES[found[1].casefold()], list(worked.options)
                if place < len(options) and options[place] not in worked.keys:
                    message = f"the {found[1]} option is said to be right, but the key is {' and '.join(worked.keys)}"
                    right = worked.texts.get(worked.keys[0], "")[:60]
                    remedy = f"Write `{right} is right` for `{found[0]}`: options are shuffled."
                    yield subject.finding(__name__, LEVEL, worked, path, message, remedy=remedy)
            for letter, said, other in letters(words, worked.texts.get(worked.keys[0], "")):
                if letter in worked.options and letter not in worked.keys:
                    message = f"the answer is said to be {letter}, but the key is {' and '.join(worked.keys)}"
                    remedy = f"Write `{other}` for `{said}`: options are shuffled, so that letters say nothing."
                    yield subject.finding(__name__, LEVEL, worked, path, message, worked.keys[0], remedy)


def _prose(worked: WorkedItem) -> Iterator[tuple[Path, str]]:
    yield ("rationale",), worked.item.rationale
    for index, hint in enumerate(worked.item.hints):
        yield ("hints", index), hint
    for letter, option in worked.options.items():
        yield ("options", letter, "why"), option.why


def letters(words: str, right: str) -> Iterator[tuple[str, str, str]]:
    """The letters that are called the answer, the words that do, and the same words about the right one.

    A capital or a bracketed letter may stand for a small one.
    """
    for pattern in _NAMED if _SAYS.search(words) else ():
        for found in pattern.finditer(words):
            if " not " not in words[max(0, found.start() - 12) : found.end()]:
                begin, end = found.start(1) - found.start(), found.end(1) - found.start()
                yield found[1].lower(), found[0], f"{found[0][:begin]}{right[:60]}{found[0][end:]}"
