"""The expressions in x that words hold or stand for, and whether two are the same function: |x|, 3x + 1, doubling."""

from __future__ import annotations

import re
from fractions import Fraction

from cnnquiz.errors import CnnquizError
from cnnquiz.mathematics import superposition
from cnnquiz.mathematics.functions import REAL_NAMES
from cnnquiz.mathematics.superposition import Map

_NAMES = "|".join(sorted(map(re.escape, REAL_NAMES), key=len, reverse=True))
_PART = rf"(?:(?:{_NAMES})\s?(?=\()|(?<![A-Za-z])x(?![A-Za-z])|\d+(?:\.\d+)?|[-+*/^().|])"
_RUN = re.compile(rf"(?<![\w.\[]){_PART}(?:\s*{_PART})*(?![\w\[])")
_OPERATOR = re.compile(r"[-+*/^|]|[a-z]\(")
_ABSOLUTE = re.compile(r"\|([^|]+)\|")
_JOINED = re.compile(r"(?<=[\d)])\s?(?=x\b)")
_SIGN = frozenset("^*/+-(,")  # beside a part of a longer expression
_BY_CASES = re.compile(r"[<>≤≥]|\([^()]*,|\b(?:if|for|otherwise|else|when|where)\b", re.IGNORECASE)
_SIGNS = str.maketrans({"−": "-", "·": "*", "⋅": "*", "²": "^2", "³": "^3", "$": " "})
_VERBS = {
    "doubling": "2*x", "tripling": "3*x", "quadrupling": "4*x", "halving": "x/2", "squaring": "x^2", "cubing": "x^3",
    "negating": "-x",
}  # fmt: skip
_ACTION = re.compile(
    rf"({'|'.join(_VERBS)})(?: (?:(?:the|its|each|every|an?|all) )?(?:inputs?|values?|numbers?|signal|samples?|x))?\W*",
    re.IGNORECASE,
)
_PLACES = (0, 1, -1, 2, -3, Fraction(1, 2))
LONGEST = 300  # characters of words that are read


def expressions(words: str) -> list[Map]:
    """The expressions in x that words hold; the one that they stand for where they are an action: doubling."""
    if len(words) > LONGEST or _BY_CASES.search(words):
        return []
    if action := _ACTION.fullmatch(words.strip()):
        return [superposition.read(_VERBS[action[1].casefold()])]
    found, plain = [], words.translate(_SIGNS)
    for run in _RUN.finditer(plain):
        around = plain[: run.start()].rstrip()[-1:], plain[run.end() :].lstrip()[:1]
        written = _JOINED.sub("*", _ABSOLUTE.sub(r"abs(\1)", run[0].strip(" .")))
        whole = _SIGN.isdisjoint(around) and "x" in written and _OPERATOR.search(written)
        if whole and (one := read(written)) is not None:
            found.append(one)
    return found


def read(written: str) -> Map | None:
    """The function that a text is; None where it is none."""
    try:
        return superposition.read(written)
    except (CnnquizError, ArithmeticError):
        return None


def says_another(words: str, written: str) -> bool:
    """Whether words hold functions of x, and none of them is the one that is written."""
    said = expressions(words)
    own = read(written.strip()) if said else None
    return own is not None and own.width == 1 and not any(_is_same(own, one) for one in said)


def _is_same(a: Map, b: Map) -> bool:
    return all(a.at_or_none((x,)) == b.at_or_none((x,)) for x in _PLACES)
