"""What the text of an option means: the one value in it, or that no other option is right, or that several are."""

from __future__ import annotations

import re
from math import prod
from typing import Any

from cnnquiz.marking import arithmetic
from cnnquiz.marking.answers import read_value

LONGEST = 200  # characters of an option that can still be one value
MOST_WORDS = 5  # beside the value; a longer text is a statement that only holds a number

_TOKEN = re.compile(
    r"[\[(]\s*[-+−]?\d[^\[\]()a-zA-Z]*[\])]"
    r"|\d[\d,]*(?:\s*[x×*·]\s*\d+)+"
    r"|[-+−]?(?:\d[\d,]*(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?(?:\s*/\s*\d+(?:\.\d+)?)?(?![\d.,]*[x×*·/\d])"
)
_GLUED_BEFORE, _GLUED_AFTER = re.compile(r"[\w.\-+*/^=<>≤≥≈~%)\]]$"), re.compile(r"^(?:[\w^*/+(\[%]|\.\d|-\w)")
_WORD = re.compile(r"[^\W\d_]+")
_OTHERWISE = frozenset((
    "k", "m", "g", "b", "kb", "mb", "gb", "kib", "mib", "gib", "thousand", "million", "billion", "dozen", "percent",
    "about", "approximately", "roughly", "around", "nearly", "almost", "more", "less", "fewer", "than", "least",
    "most", "over", "under", "up", "to", "not", "no", "without", "between", "or", "and", "times", "per", "squared",
    "cubed", "square", "cube", "if", "minus", "plus", "below", "above", "except", "only", "same", "as",
))  # fmt: skip
_STATES = frozenset((
    "is", "are", "was", "were", "has", "have", "does", "do", "can", "will", "true", "false", "right", "wrong",
))  # fmt: skip
_NUMBERED = frozenset((
    "statement", "label", "layer", "question", "figure", "week", "option", "level", "class", "step", "stage", "panel",
    "row", "column", "block", "type", "version", "part", "case", "graph", "network", "model", "image", "method",
))  # fmt: skip
_BATCH = re.compile(r"[(\[]\s*(?:None|N|B|batch)\s*,\s*")
_SPELLED = {word: n for n, word in enumerate(("zero", "one", "two", "three", "four", "five", "six", "seven", "eight"))}
_NONE = re.compile(r"(?:none|neither|no(?:ne)? option)(?: of (?:the|these|those|them)\b.*)?\W*", re.IGNORECASE)
_SEVERAL = re.compile(
    r"\b(?:all|both|any|either|two|three) of (?:the|these|those|them)\b|\ball the above\b|^both\b", re.IGNORECASE
)


def meaning(text: str) -> Any:
    """The value that an option stands for: of "125 x 125 x 4 pixels" (125, 125, 4); None where there is not one."""
    value = read_value(text)
    if value is not None or len(text) > LONGEST or not any(map(str.isdigit, text)):
        return _SPELLED.get(text.strip(" .").casefold()) if value is None else value
    words = _BATCH.sub("(", arithmetic.plain(text)).strip().rstrip(".").strip()
    value = read_value(words)
    if value is None:
        value = arithmetic.value(words)
    return _right_side(words) if value is None else value


def _right_side(words: str) -> Any:
    """The value in the last side of an equation; of 5 x 5 x 3 = 75 the shape, which is the product as well."""
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
    if not _STATES.isdisjoint(behind) or (ahead and ahead[-1] in _NUMBERED):
        return None
    beside = ahead + behind
    if _GLUED_BEFORE.search(before) or _GLUED_AFTER.search(after) or len(beside) > MOST_WORDS:
        return None
    return None if not _OTHERWISE.isdisjoint(beside) else read_value(found[0][0])


def says_none(text: str) -> bool:
    """Whether an option says that none of the others is right."""
    return _NONE.fullmatch(text.strip()) is not None


def says_several(text: str) -> bool:
    """Whether an option says that several of the others are right."""
    return _SEVERAL.search(text) is not None
