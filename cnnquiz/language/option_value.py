"""What an option's text means: its one value, or a statement about the other options."""

from __future__ import annotations

import re
from fractions import Fraction
from math import prod
from typing import Any

from cnnquiz.language import described_value
from cnnquiz.language.tokens import read_count
from cnnquiz.mathematics import arithmetic
from cnnquiz.mathematics.values import joined, read_value

LONGEST = 200  # characters of an option that can still be one value
MOST_WORDS = 5  # beside the value; a longer text is a statement that only holds a number

_TOKEN = re.compile(
    r"[\[(]\s*[-+−]?\d[^\[\]()a-zA-Z]*[\])]"
    r"|\d[\d,]*(?:\s*[x×*·]\s*\d+)+"
    r"|[-+−]?(?:\d[\d,]*(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?(?:\s*/\s*\d+(?:\.\d+)?)?(?![\d.,]*[x×*·/\d])"
)
_APPROXIMATE = re.compile(r"\s*(?:(?:about|approximately|roughly|around)\s+|[≈~]\s*)(?=\d)", re.IGNORECASE)
_GLUED_BEFORE = re.compile(r"(?:[\w.)\]]|[-+*/^=<>≤≥≈~%]\s*)$")
_GLUED_AFTER = re.compile(r"^(?:[\w(\[%!]|\s*[\^*/+<>≤≥≈=]|\.\d|-\w|\s+-\s*\w\b)")
_WORD = re.compile(r"[^\W\d_]+")
_OTHERWISE = frozenset((
    "k", "m", "g", "b", "kb", "mb", "gb", "kib", "mib", "gib", "thousand", "million", "billion", "dozen", "percent",
    "about", "approximately", "roughly", "around", "nearly", "almost", "more", "less", "fewer", "than", "least",
    "most", "over", "under", "up", "to", "not", "no", "without", "between", "or", "and", "times", "per", "squared",
    "cubed", "square", "cube", "if", "minus", "plus", "below", "above", "except", "only", "same", "as",
    "ms", "us", "ns", "s",
))  # fmt: skip
_STATES = frozenset((
    "is", "are", "was", "were", "has", "have", "does", "do", "can", "will", "true", "false", "right", "wrong",
))  # fmt: skip
_SCALED = re.compile(r"[kmgtp]i?(?:b|bytes?|bits?|macs?|flops?|params?|hz|s)")
_NUMBERED = frozenset((
    "statement", "label", "layer", "question", "figure", "week", "option", "level", "class", "step", "stage", "panel",
    "row", "column", "block", "type", "version", "part", "case", "graph", "network", "model", "image", "method",
))  # fmt: skip
_BATCH = re.compile(r"[(\[]\s*(?:None|N|B|batch)\s*,\s*")
_BY = re.compile(r"(?<=\d)(?:\s+by\s+|\s*-\s*by\s*-\s*)(?=\d)", re.IGNORECASE)
_NONE = re.compile(r"(?:none|neither|no(?:ne)? option)(?: of (?:the|these|those|them)\b.*)?\W*", re.IGNORECASE)
_SEVERAL = re.compile(
    r"\b(?:all|both|any|either|two|three) of (?:the|these|those|them)\b|\ball the above\b|^both\b", re.IGNORECASE
)

_ALL = re.compile(
    r"both\W*|(?:all|both)(?: of)? (?:(?:the|these|those) )?"
    r"(?:above|these|those|them|others?|(?:other )?(?:options|answers))\W*",
    re.IGNORECASE,
)


def meaning(text: str, wanted: Any = None, want: str = "") -> Any:
    """The value that an option stands for: of "125 x 125 x 4 pixels" (125, 125, 4); None where it has none.

    The right value and its name, where they are known, settle what is ambiguous: 7 600 is a number where one is
    wanted, "4 maps of 125x125" a shape where it has three axes, and 7.5k is no rounding of 7,600.
    """
    text = joined(text) if wanted is not None and type(wanted) is not tuple else text
    if type(wanted) in (int, Fraction) and (found := _APPROXIMATE.match(text)):
        return _approximate(text[found.end() :], wanted, want)
    value = read_value(text)
    if value is not None or len(text) > LONGEST:
        return value
    if not any(map(str.isdigit, text)):
        return read_count(text.strip(" ."))
    words = _plain(text)
    value = _whole(words)
    value = _right_side(words) if value is None else value
    return described_value.value_in_words(words, wanted, want) if value is None and wanted is not None else value


def _approximate(text: str, wanted: Any, want: str) -> Any:
    """The value that `about` stands before; None where it is near the right value, but not that."""
    value = meaning(text, wanted, want)
    near = type(value) in (int, Fraction) and value != wanted and abs(value - wanted) * 10 < abs(wanted)
    return None if near else value


def _plain(text: str) -> str:
    return _BY.sub("x", _BATCH.sub("(", arithmetic.plain(text))).strip().rstrip(".").strip()


def _whole(words: str) -> Any:
    """The value where the words are nothing but one."""
    value = read_value(words)
    return arithmetic.value(words) if value is None else value


def beside(text: str) -> tuple[str, str]:
    """The words around a text's value, in lower case: of "A stride of 2 pixels", `a stride of` and `pixels`."""
    words = _plain(text)
    if len(text) > LONGEST or _whole(words) is not None:
        return "", ""
    left, sign, right = words.rpartition("=")
    found = _TOKEN.search(right)
    if found is None:
        return "", ("" if read_count(text.strip(" .")) is not None else _casefold(text))
    named = "" if all(_whole(side.strip()) is not None for side in left.split("=")) else left + sign
    return _casefold(named + right[: found.start()]), _casefold(right[found.end() :])


def _casefold(words: str) -> str:
    return " ".join(words.split()).casefold()


def _right_side(words: str) -> Any:
    """The value of the last side of an equation; of 5 x 5 x 3 = 75 the shape."""
    left, _, right = words.rpartition("=")
    value, shape = _within(right.strip()), read_value(left.rpartition("=")[2].strip())
    return shape if isinstance(shape, tuple) and value == _product(shape) else value


def _product(shape: tuple[Any, ...]) -> Any:
    return prod(shape) if all(isinstance(axis, int) for axis in shape) else None


def _within(words: str) -> Any:
    found = list(_TOKEN.finditer(words))
    if len(found) != 1 or sum(character.isdigit() for character in words) != sum(map(str.isdigit, found[0][0])):
        return None
    before, after = words[: found[0].start()], words[found[0].end() :]
    ahead, behind = _WORD.findall(before.casefold()), _WORD.findall(after.casefold())
    if any(len(word) == 1 and word != "a" for word in ahead[-1:] + behind[:1]):
        return None  # x -1, 5 n
    if not _STATES.isdisjoint(behind) or (ahead and ahead[-1] in _NUMBERED):
        return None
    around = ahead + (behind if behind != ["times"] else [])
    if _GLUED_BEFORE.search(before) or _GLUED_AFTER.search(after) or len(around) > MOST_WORDS:
        return None
    return None if not _OTHERWISE.isdisjoint(around) or any(map(_SCALED.fullmatch, around)) else read_value(found[0][0])


def says_none(text: str) -> bool:
    """Whether an option says that none of the others is right."""
    return _NONE.fullmatch(text.strip()) is not None


def says_all(text: str) -> bool:
    """Whether an option says that every other one is right, and nothing else."""
    return _ALL.fullmatch(text.strip()) is not None


def says_several(text: str) -> bool:
    """Whether an option says that several of the others are right."""
    return _SEVERAL.search(text) is not None
