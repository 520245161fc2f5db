"""The stem asks for what is not so, in small letters that are easily overread, or against what `asks` says.

Write the word in capitals or emphasised. `asks: false` belongs to items that ask for the false statement, and to no
others. It decides how options' claims are read, so it is missed only where options have claims, and not where these
already fit the key.

Bad:

    stem: Which of these is not linear?

Good:

    stem: Which of these is NOT linear?
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cnnquiz.checks.claimed_text import asks_for_false
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
_FALSE = re.compile(r"\b(FALSE|INCORRECT|UNTRUE|WRONG)\b|[*_]((?i:false|incorrect|untrue|wrong))[*_]")
_TRUE = re.compile(r"\b(?:TRUE|CORRECT|RIGHT)\b|[*_](?i:true|correct|right)[*_]")
_NEGATIVE = re.compile(
    r"\b(?:not|cannot|false|incorrect|wrong|untrue|except|never|without|neither|no|none|unlike|odd|mistake|error|least)\b"
    r"|n't\b|n’t\b",
    re.IGNORECASE,
)


def check(subject: Subject) -> Iterator[Finding]:
    """Each stem whose negation is easy to miss."""
    for worked in subject.items:
        message, remedy = fault(worked)
        if message:
            yield subject.finding(__name__, LEVEL, worked, ("stem",), message, remedy=remedy)


def fault(worked: WorkedItem) -> tuple[str, str]:
    """What is wrong with the stem's negation, in words, and the remedy; empty if nothing is."""
    negative = _NEGATIVE.search(worked.item.stem)
    if negative is None:
        claims = [option.claim for option in worked.options.values() if option.claim]
        if worked.item.asks or asks_for_false(worked.item.stem, claims):
            return "", ""
        said = "`asks: false` says that the false one is asked for, but nothing in the stem does"
        return said, "Delete `asks`, or ask in the stem which is FALSE."
    stem = " ".join(worked.item.stem.split())
    asked = next((found for found in (one.search(stem) for one in _ASKED) if found), None)
    small = ("not", "cannot", "except") if asked and asked.re is _ASKED[0] else asked and (asked[3].lower(),)
    if asked and not _CLAUSE.search(asked[1]):
        if not asked[2] and asked[3].islower() and asked[3] in (small or ()):
            remedy = f"Write `{asked[3].upper()}` for `{asked[3]}` in the stem."
            return f"the stem asks for what is `{asked[3]}`, in small letters", remedy
        word = "" if _TRUE.search(stem) else asked[3]
    else:
        marked = None if _TRUE.search(stem) else _FALSE.search(stem)
        word = (marked[1] or marked[2]) if marked else ""
    claimed = any(option.claim is not None for option in worked.options.values())
    undecided = worked.status not in ("proved", "claimed")
    if word and claimed and worked.item.asks and worked.item.type == "single" and undecided:
        return f"the stem asks for what is {word}, and the claims are read as if it did not", "Write `asks: false`."
    return "", ""
