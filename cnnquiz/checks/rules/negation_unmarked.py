"""The stem asks for what is not so in small letters, which are easily overread; or `asks: false`, and it does not.

Write the word in capitals or emphasised. `asks: false` belongs to items that ask for the false statement, and to no
others. Where it is missing, the claims are read as the answers: `stem-disagrees` says so.

Bad:

    stem: Which of these is not linear?

Good:

    stem: Which of these is NOT linear?
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cnnquiz.checks.subject import Subject
from cnnquiz.items.worked_item import WorkedItem
from cnnquiz.model import Finding, Level

LEVEL: Level = "warning"

_WORDS = r"(not|cannot|false|incorrect|wrong|untrue|NOT|CANNOT|FALSE|INCORRECT|WRONG|UNTRUE)\b"
_MARK = r"([*_]{0,2})"
_CLAUSE = re.compile(r"\b(?:that|who|whose|if|when|where|while|because|since|although)\b")
_VERBS = r"(?:is|are|was|were|does|do|did|has|have|can|could|will|would|should|may|must|)"
_CHOOSE = "(?:[Cc]hoose|[Ss]elect|[Pp]ick|[Mm]ark|[Ff]ind|[Ii]dentify|[Tt]ick|[Nn]ame)"
_ASKED = (
    re.compile(rf"\b[Ww]hich\b((?: [^\s,.?;:!]+){{0,12}}?) {_VERBS} ?{_MARK}{_WORDS}"),
    re.compile(rf"\b{_CHOOSE}((?: \w+){{0,2}}) {_MARK}{_WORDS}"),
    re.compile(r"\b[Aa]ll\b((?: [^\s,.?;:!]+){0,10}?) ([*_]{0,2})(except|EXCEPT)\b"),
)
_NEGATIVE = re.compile(
    r"\b(?:not|cannot|false|incorrect|wrong|untrue|except|never|without|neither|no|none|unlike|odd|mistake|error|least)\b"
    r"|n't\b|n’t\b",
    re.IGNORECASE,
)


def check(subject: Subject) -> Iterator[Finding]:
    """Each stem whose negation is easy to miss."""
    for worked in subject.items:
        if fault := small_negation(worked.item.stem) or unsaid(worked):
            message, remedy, phrase = fault
            yield subject.finding(__name__, LEVEL, worked, ("stem",), message, remedy=remedy, phrase=phrase)


def small_negation(stem: str) -> tuple[str, str, str] | None:
    """The word in small letters by which a stem asks for what is not so: message, remedy and the word."""
    asked = next(filter(None, (one.search(" ".join(stem.split())) for one in _ASKED)), None)
    if asked is None or _CLAUSE.search(asked[1]) or asked[2] or not asked[3].islower():
        return None
    if asked.re is _ASKED[0] and asked[3] not in ("not", "cannot"):
        return None  # which statements are wrong
    word = asked[3]
    return f"the stem asks for what is `{word}`, in small letters", f"Write `{word.upper()}` for `{word}`.", word


def unsaid(worked: WorkedItem) -> tuple[str, str, str] | None:
    """What is wrong where `asks: false` stands beside a stem without any negation."""
    if worked.item.asks or _NEGATIVE.search(worked.item.stem) or worked.claims_asked_for is False:
        return None
    message = "`asks: false` says that the false one is asked for, but nothing in the stem does"
    return message, "Delete `asks`, or ask in the stem which is FALSE.", ""
