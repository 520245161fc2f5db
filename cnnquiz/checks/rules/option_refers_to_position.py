"""An option refers to others by letter or place, which breaks as soon as options are shuffled.

"All of the above" and "none of the above" may stand, but only as the last option, where shuffling leaves them.

Bad:

    d: Both a and b

Good:

    d: Both sigmoid and tanh
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cnnquiz.checks.subject import Subject
from cnnquiz.items.worked_item import WorkedItem
from cnnquiz.model import Finding, Level

LEVEL: Level = "warning"

_NUMBERED = re.compile(
    r"\b(?:options?|choices?|alternatives?)\s+(?:\([1-9]\)|[1-9](?![\w'%]|[.,]\d|\s*[-+*/^x×]\s*\d))", re.IGNORECASE
)
_LETTERS = re.compile(
    r"\b(?i:both|neither|either|only|not)\s+\(?[a-fA-F]\)?\s*(?:and|or|nor|&|,)\s*\(?[a-fA-F]\)?(?![\w'])"
    r"|^\W*\(?(?:[a-f]|[A-F])\)?\s*(?:and|or|&|,)\s*\(?(?:[a-f]|[A-F])\)?(?:\s+(?:only|both|are\b.*))?\W*$"
    r"|\b(?i:options?|choices?|answers?|alternatives?)\s+\(?[a-fA-F]\)?(?![\w'])"
    r"|\b(?i:first|second|third|fourth|last|previous|next|preceding|following)\s+(?:two\s+|three\s+)?"
    r"(?:options?|choices?|answers?|alternatives?)\b"
)
_ABOVE = re.compile(r"\b(?:all|none|both|neither|any|either|each|one|two) (?:of )?(?:the )?above\b", re.IGNORECASE)
_MATHS = re.compile(r"\$[^$]*\$|`[^`]*`")


def check(subject: Subject) -> Iterator[Finding]:
    """Each option that points at another's place."""
    for worked in subject.items:
        for letter, words in worked.texts.items():
            if len(words) < 3 or (worked.meanings[letter] is not None and not _NUMBERED.search(words)):
                continue
            message, remedy = fault(worked, letter, _MATHS.sub(" ", words))
            if message:
                yield subject.finding(__name__, LEVEL, worked, ("options", letter), message, remedy=remedy)


def fault(worked: WorkedItem, letter: str, words: str) -> tuple[str, str]:
    """What is wrong with an option, in words, and the remedy; empty if nothing is."""
    if match := _LETTERS.search(words) or _NUMBERED.search(words):
        said = f"option {letter} refers to a place (`{match[0].strip()[:40]}`), which shuffling changes"
        return said, "Say what the other options say, in words of its own."
    if letter != max(worked.options) and (match := _ABOVE.search(words)):
        message = f"option {letter} says `{match[0]}`, but it is not the last option"
        return message, f"Exchange options `{letter}` and `{max(worked.options)}`, and the key with them."
    return "", ""
