"""Whether a text affirms or denies what a calculator decides: a property (linear), or a number's comparison."""

from __future__ import annotations

import re
from functools import cache

from msgspec import Struct

from cnnquiz.language.tokens import in_digits, sentences

_PROPERTIES = {
    "linear": r"linear(?:ity|ly)?|superposition",
    "affine": r"affine",
    "additive": r"additiv(?:e|ity)",
    "homogeneous": r"homogene(?:ous|ity)",
    "time_invariant": r"(?:time|shift)[- ]?invarian(?:t|ce)",
    "lti": r"LTI|linear(?: and|,)? (?:time|shift)[- ]?invariant",
    "causal": r"causal(?:ity)?",
}
_NOTHING_SAID = re.compile(  # polite forms, which neither affirm nor deny
    r"\btrue or false\b|\b(?:true|right|correct|false|wrong) or (?:not|false|wrong|true)\b|\bor not\b"
    r"|\bnot only\b|\bis it (?:true|correct|right) that\b"
    r"|\b(?:no|without)(?: an?| any)? (?:bias(?:es)?|padding|offset)\b",
    re.IGNORECASE,
)
_DENIES = (
    r"(?:not|cannot|never|non-?|\w+n['’]t|anything but|far from|fails?|failing|violat\w+|breaks?|lacks?|no longer)"
)
_FALSE = re.compile(r"\bis (?:it )?(?:false|untrue|wrong|incorrect|not true|not the case) that\b", re.IGNORECASE)
_BETWEEN = r"(?:be|a|an|the|all|always|obey|satisfy|fulfil|fulfill|respect|have|show|strictly|really|truly|to|rule|of)"
_OTHER = re.compile(
    r"\b(?:no|not|cannot|never|neither|nor|none|nothing|without|false|wrong|untrue|incorrect|unlike|hardly|rarely"
    r"|except|opposite|contrary|den(?:y|ies)|refut\w+|unless|but)\b|n't\b",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(r"\b(?:false|wrong|untrue|incorrect|opposite|contrary|not true)\b", re.IGNORECASE)


def affirms(text: str, name: str) -> bool | None:
    """Whether a text says that a property holds, or asks whether it does; False where it says that it does not.

    None where that is not clear: the property is not named, another one is, or a negation is about something else.
    """
    every = sentences(_NOTHING_SAID.sub(" ", " ".join(text.split()).replace("’", "'")))
    words = " ".join(one for one in every if names_property(one, name))
    others = " ".join(one for one in every if not names_property(one, name))
    if not words or other_properties(text, name) or _ELSEWHERE.search(others):
        return None
    left, false = _FALSE.subn(" ", words)
    left, denied = _denying(name).subn(" ", left)
    if denied > 1 or false > 1 or _OTHER.search(left) or (denied and names_property(left, name)):
        return None
    return (denied + false) % 2 == 0


def denial(text: str, name: str) -> str:
    """The words with which a text denies a property: not linear, violates superposition; empty without any."""
    found = _denying(name).search(text)
    return found[0] if found else ""


@cache
def _denying(name: str) -> re.Pattern[str]:
    return re.compile(rf"\b{_DENIES}\W*(?:{_BETWEEN}\W+){{0,4}}(?:{_property(name)})\b", re.IGNORECASE)


def names_property(text: str, name: str) -> bool:
    """Whether a text has a word for a property."""
    return re.search(rf"\b(?:non-?)?(?:{_property(name)})\b", text, re.IGNORECASE) is not None


def other_properties(text: str, name: str) -> list[str]:
    """The other properties that a text has a word for."""
    own = {name, "linear", "time_invariant"} if name == "lti" else {name}
    return [other for other in _PROPERTIES if other not in own and names_property(text, other)]


def _property(name: str) -> str:
    return _PROPERTIES.get(name, re.escape(name).replace("_", "[ _-]"))


class Comparison(Struct, frozen=True):
    """What a text says of a count: > 1000, or == 0 for `no parameters`.

    words  as written
    """

    sign: str
    number: int
    words: str = ""

    def holds(self, value: float) -> bool:
        """Whether a count fulfils it."""
        n = self.number
        return {
            ">": value > n, "<": value < n, ">=": value >= n, "<=": value <= n, "==": value == n, "!=": value != n,
        }[self.sign]  # fmt: skip

    def is_opposite(self, other: Comparison) -> bool:
        """Whether every count fulfils just one of the two."""
        return all(self.holds(one) != other.holds(one) for one in self._counts(other))

    def excludes(self, other: Comparison) -> bool:
        """Whether no count fulfils both."""
        return not any(self.holds(one) and other.holds(one) for one in self._counts(other))

    def is_same(self, other: Comparison) -> bool:
        """Whether a count fulfils both or none."""
        return all(self.holds(one) == other.holds(one) for one in self._counts(other))

    def _counts(self, other: Comparison) -> set[int]:
        """The counts that tell two comparisons apart."""
        near = {number + step for number in (self.number, other.number) for step in (-1, 0, 1)}
        return {one for one in near | {0, 10**12} if one >= 0}


_SIGNS = (
    ("<=", r"(?:at most|no more than|not more than|up to)"), (">=", r"(?:at least|no fewer than|no less than)"),
    (">", r"(?:more than|greater than|larger than|above|over|exceeds?)"),
    ("<", r"(?:fewer than|less than|smaller than|below|under)"), ("==", r"(?:exactly|precisely)"), ("==", ""),
)  # fmt: skip
_NOT = r"(?P<not>(?:do|does|is|are|has|have|did)(?: not|n't) (?:have |contain |need )?)?"
_NONE_OF = r"(?:no|without(?: any)?|(?:does|do) not have(?: any)?)"
_COMPARED = tuple(
    (sign, re.compile(rf"\b{_NOT}{words} ?(?<![\w.,])(?P<number>\d[\d,]*)(?![\w.]*\d|\s?[x×*/])", re.IGNORECASE))
    for sign, words in _SIGNS
)
_CONDITION = re.compile(r"\s*([A-Za-z_]\w*)\s*(==|!=|<=|>=|<|>)\s*(\d+)\s*")


def condition(text: str) -> tuple[str, Comparison] | None:
    """The result and the comparison that a claim's condition is; None for a longer one."""
    found = _CONDITION.fullmatch(text)
    return (found[1], Comparison(found[2], int(found[3]), text.strip())) if found else None


def comparisons(text: str, name: str) -> list[Comparison]:
    """What a text says of a count: its comparisons with numbers, and that there is none of it."""
    opposite = {">": "<=", "<": ">=", ">=": "<", "<=": ">", "==": "!="}
    found, left = [], in_digits(text.replace("’", "'"))
    for sign, pattern in _COMPARED:
        for one in pattern.finditer(left):
            if sign == "==" and not one["not"] and not one[0][0].isalpha():
                continue  # a number alone says little
            number = int(one["number"].replace(",", ""))
            found.append(Comparison(opposite[sign] if one["not"] else sign, number, one[0].strip()))
        left = pattern.sub(" ", left)
    counted = re.escape(name.replace("_", " ").removesuffix("s"))
    none = rf"\b{_NONE_OF} (?:(?:trainable|learnable|free|learned|own) )*{counted}s?\b"
    if absent := re.search(none, left, re.IGNORECASE):
        found.append(Comparison("==", 0, absent[0]))
    return found
