"""A text as words and values: 3x3 and (3, 3) are sizes, [1, 2] is a list, `three` is 3."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

from cnnquiz.mathematics import arithmetic

LONGEST = 4_000  # characters of a text that are read

_NUMBER = r"\d+(?:\.\d+)?(?:[eE]-?\d{1,3})?|\.\d+"
_SIGNED = rf"(?:(?<![\w)\]])-)?(?:{_NUMBER})"
_TOKEN = re.compile(
    rf"(?P<list>[\[(]\s*(?:(?:None|{_SIGNED})\s*[,;]\s*)+(?:{_SIGNED})?\s*[\])])"
    r"|(?P<size>\d{1,9}(?:\s?[*x]\s?\d{1,9})+(?!\w|\.\d))"
    r"|(?P<glued>\d+(?!e-?\d)[^\W\d_]\w*)"
    rf"|(?P<number>{_SIGNED})(?P<percent>\s?%)?"
    r"|(?P<word>[^\W\d_]+\d*[^\W\d_]*)(?:_\{?(?:\d+|[a-z])\}?(?![a-z]))?"
    r"|(?P<mark>[^\w\s]|\n)"
)
_BY = re.compile(r"(?<=\d)(?:\s+by\s+|\s?-\s?by\s?-\s?)(?=\d)", re.IGNORECASE)
_INSIDE = re.compile(rf"None|-?(?:{_NUMBER})")
SPELLED = {
    "single": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90,
}  # fmt: skip
ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
}  # fmt: skip
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_PREFIXES = {"k": "thousand", "m": "million"}
_SPELLED = "|".join(sorted({*SPELLED, "one", "a", *_SCALES} - {"single"}, key=len, reverse=True))
_COMPOUND = re.compile(rf"\b(?:{_SPELLED})(?:(?:[ -]| and )(?:{_SPELLED})\b)+", re.IGNORECASE)
_LARGE = re.compile(r"hundred|thousand|million|billion|ty[ -](?:one|two|three|four|five|six|seven|eight|nine)", re.I)
_SPELLED_BY = re.compile(rf"\b({'|'.join(SPELLED)})[- ]by[- ]({'|'.join(SPELLED)})\b", re.IGNORECASE)
_SCALED = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?) (thousand|million|billion)\b", re.IGNORECASE)
_THOUSANDS = re.compile(
    r"(?<![\w.])(\d+(?:\.\d+)?)([kM])"
    r"(?= (?:\w+ )?(?:images?|samples?|examples?|instances?|pictures?|photos?|records?)\b)"
)
_GROUPED = re.compile(r"(?<![\d.,] )(?<![\w.,])(\d{1,3})((?: \d{3})*) 000(?!\d)")
_SINGULAR = {"biases": "bias", "classes": "class", "batches": "batch", "losses": "loss", "matrices": "matrix",
             "axes": "axis", "patches": "patch", "passes": "pass", "boxes": "box",
             "probabilities": "probability"}  # fmt: skip
_KEPT = ("ss", "us", "is", "as")
_SENTENCE = re.compile(r"(?<=[.!?])(?<!\bal\.)(?<!e\.g\.)(?<!i\.e\.)(?<!\bcf\.)(?<!\bvs\.)(?<!Fig\.)(?<!\bSec\.)\s+")


class Token(NamedTuple):
    """One word, value or mark of a text.

    kind   word, number, size, list or mark
    text   as written; of a word, in lower case and in the singular
    value  of a number, an int or Fraction; of a size or list, a tuple; else None
    word   of a word, as written
    """

    kind: str
    text: str
    value: Any = None
    word: str = ""

    @property
    def as_written(self) -> str:
        """As written, for messages."""
        return self.word or self.text.replace("*", "x")


@lru_cache(maxsize=512)
def tokens(text: str) -> tuple[Token, ...]:
    """The words, values and marks of a text, Markdown and LaTeX taken off."""
    plain = in_digits(arithmetic.plain(text[:LONGEST]))
    if "by" in plain.casefold():
        plain = _SPELLED_BY.sub(lambda found: "x".join(str(SPELLED[word.lower()]) for word in found.groups()), plain)
        plain = _BY.sub("x", plain)
    return tuple(_tokens(plain))


def in_digits(plain: str) -> str:
    """A text with its large numbers in digits: 60 000, 1.2M images, a hundred million."""
    if " 000" in plain:
        plain = _GROUPED.sub(lambda found: found[0].replace(" ", ""), plain)
    plain = _THOUSANDS.sub(_digits_of_scale, plain)
    if _LARGE.search(plain):
        plain = _SCALED.sub(_digits_of_scale, _COMPOUND.sub(_compound, plain))
    return plain


def read_count(word: str) -> int | None:
    """A small number, in digits or spelled; None for another word."""
    return int(word) if word.isdecimal() else {"zero": 0, "one": 1, **SPELLED}.get(word.casefold())


def _compound(match: re.Match[str]) -> str:
    """Spelled numbers in digits: one thousand and fifty as 1050, twenty-five as 25; other words as they are."""
    total = part = 0
    words = re.split(r"[ -](?:and )?", match[0].casefold())
    two_digits = len(words) == 2 and SPELLED.get(words[0], 0) >= 20 and words[1] in SPELLED
    if not two_digits and not _SCALES.keys() & set(words):
        return match[0]
    for word in words:
        if word in ("thousand", "million", "billion"):
            total, part = total + max(part, 1) * _SCALES[word], 0
        elif word == "hundred":
            part = max(part, 1) * 100
        else:
            part += SPELLED.get(word, 1)
    return str(total + part)


def _digits_of_scale(match: re.Match[str]) -> str:
    scale = match[2].casefold()
    value = Fraction(match[1]) * _SCALES[_PREFIXES.get(scale, scale)]
    return str(value.numerator) if value.denominator == 1 else match[0]


def _tokens(text: str) -> Iterator[Token]:
    for match in _TOKEN.finditer(text):
        kind, found = match.lastgroup, match[0]
        if kind == "word":
            yield _word(match["word"])
        elif kind == "mark":
            yield Token("mark", found)
        elif kind == "size":
            yield Token("size", found, tuple(map(int, re.findall(r"\d+", found))))
        elif kind == "list":
            values = tuple(None if each == "None" else number(each) for each in _INSIDE.findall(found))
            yield Token("list", found, values)
        elif kind == "glued":
            yield Token("word", found.casefold())
        else:  # number, with or without a percent sign
            value = number(match["number"])
            yield Token("number", found, value / Fraction(100) if match["percent"] else value)


def number(text: str) -> int | Fraction:
    """The exact value of digits as written."""
    value = Fraction(text)
    return value.numerator if value.denominator == 1 else value


@lru_cache(maxsize=4096)
def _word(text: str) -> Token:
    word = text.casefold()
    if word in SPELLED:
        return Token("number", word, SPELLED[word], text)
    return Token("word", singular(word), None, text)


def singular(word: str) -> str:
    """A word in the singular."""
    if word in _SINGULAR:
        return _SINGULAR[word]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(_KEPT) else word


def sentences(words: str) -> list[str]:
    """The sentences of a text; an abbreviation ends none."""
    return _SENTENCE.split(words)
