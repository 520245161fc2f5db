"""An option refers to others by letter or place, which breaks as soon as options are shuffled.

Bad:

    d: Both a and b

Good:

    d: Both sigmoid and tanh
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cnnquiz.model import Finding, Level
from cnnquiz.proof import Subject

LEVEL: Level = "warning"

_LETTERS = re.compile(
    r"\b(?:both|neither|either|only|not)\s+\(?[a-fA-F]\)?\s*(?:and|or|nor|&|,)\s*\(?[a-fA-F]\)?(?![\w'])"
    r"|^\W*\(?(?:[a-f]|[A-F])\)?\s*(?:and|or|&|,)\s*\(?(?:[a-f]|[A-F])\)?(?:\s+(?:only|both|are\b.*))?\W*$"
    r"|\b(?:options?|choices?|answers?|alternatives?)\s+\(?[a-fA-F]\)?(?![\w'])"
    r"|\b(?:first|second|third|fourth|last|previous|next|preceding|following)\s+(?:two\s+|three\s+)?"
    r"(?:options?|choices?|answers?|alternatives?)\b"
)
_MATHS = re.compile(r"\$[^$]*\$|`[^`]*`")


def check(subject: Subject) -> Iterator[Finding]:
    """Each option that points at another's place."""
    for item in subject.items:
        for letter, words in item.texts.items():
            if len(words) < 3 or item.meanings[letter] is not None:
                continue
            match = _LETTERS.search(_MATHS.sub(" ", words))
            if match:
                message = f"option {letter} refers to a place (`{match[0].strip()[:40]}`), which shuffling changes"
                remedy = "Say what the other options say."
                yield subject.finding(__name__, LEVEL, item, ("options", letter), message, remedy=remedy)
