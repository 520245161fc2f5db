"""Values in words, such as `4 feature maps of size 125x125`, `7.5k` and `12.25 MiB`, compared with the right value."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

Number = int | Fraction

_SIZE = re.compile(r"(?<![\d.])(\d{1,9})\s*[x×*]\s*(\d{1,9})(?![\d.]|\s*[x×*])")
_CHANNELS = re.compile(
    r"(?<![\d.x])(\d{1,9})\s+(?:(?:feature|activation|output|separate)\s+)?(?:maps?|channels?|filters?|deep)\b"
    r"|\b(?:channels|depth)\s*(?:of|:|=)?\s*(\d{1,9})\b"
)
_WIDTH = re.compile(r"\bwidth\s*(?:of|:|=)?\s*(\d{1,9})\b|(?<![\d.])(\d{1,9})\s+wide\b")
_HEIGHT = re.compile(r"\bheight\s*(?:of|:|=)?\s*(\d{1,9})\b|(?<![\d.])(\d{1,9})\s+(?:high|tall)\b")
_WORD = re.compile(r"[^\W\d_]+")
_PLAIN = frozenset((
    "a", "and", "with", "of", "size", "each", "the", "x", "feature", "activation", "output", "separate", "map", "maps",
    "channel", "channels", "filter", "filters", "depth", "deep", "width", "wide", "height", "high", "tall", "spatial",
))  # fmt: skip
_SCALED = re.compile(
    r"(\d[\d,]*)(?:\.(\d+))?"
    r"(?:([kKMGT])|\s*(thousand|million|billion)|\s*([kKMGT])(i?)(B|bytes?|MACs?|FLOPs?|FLOPS))"
    r"(?:\s+(?:parameters|weights|params|multiplications|operations))?"
)
_MEMORY = re.compile(r"(?: in |_)([kmg]i?b)$", re.IGNORECASE)  # weight_bytes in MB, output_mib
_POWER = {"k": 1, "K": 1, "M": 2, "G": 3, "T": 4, "thousand": 1, "million": 2, "billion": 3}


def value_in_words(words: str, wanted: Any, want: str) -> Any:
    """The value in words, where the right value leaves no doubt how to read it; else None."""
    if type(wanted) is tuple:
        return shape(words, wanted) if len(wanted) == 3 else None
    number = isinstance(wanted, int | Fraction) and not isinstance(wanted, bool)
    return value_with_prefix(words, wanted, want) if number else None


def shape(words: str, wanted: tuple[Any, ...]) -> tuple[int, ...] | None:
    """Height, width and channels where each is named, in the order of the right shape if they match it."""
    low = words.casefold()
    if not _PLAIN.issuperset(_WORD.findall(low)) or len(re.findall(r"\d+", low)) != 3:
        return None
    size, channels = _SIZE.search(low), _number(_CHANNELS, low)
    height, width = _number(_HEIGHT, low), _number(_WIDTH, low)
    if size and height is None and width is None:
        height, width = int(size[1]), int(size[2])
    if height is None or width is None or channels is None:
        return None
    turned = {(height, width, channels), (width, height, channels), (channels, height, width)}
    return wanted if wanted in turned else (height, width, channels)


def _number(pattern: re.Pattern[str], words: str) -> int | None:
    found = pattern.search(words)
    return int(found[1] or found[2]) if found else None


def value_with_prefix(words: str, wanted: Number, want: str) -> Number | None:
    """A number with a prefix: the right value where it rounds to this, the number itself where it is far from it."""
    found = _SCALED.fullmatch(words.strip())
    memory = (_MEMORY.findall(want) or [""])[0]
    if found is None or len(words) > 60 or (wanted < 1000 and not memory):
        return None
    whole, decimals, letter, word, prefix, binary, unit = found.groups()
    if unit and not _measures(unit.casefold(), want + "byte" * bool(memory)):
        return None
    number = Fraction(int(whole.replace(",", ""))) + Fraction(int(decimals or 0), 10 ** len(decimals or ""))
    power = _POWER[letter or word or prefix]
    if memory:  # in the unit's own steps: in MB, 2 GB is 2,000
        value = number * Fraction(1024 if "i" in memory else 1000) ** (power - _POWER[memory[0].upper()])
        return value.numerator if value.denominator == 1 else value
    bases = [1024] if binary else [1000, 1024] if unit in ("B", "byte", "bytes") else [1000]
    return _nearest(number, Fraction(1, 10 ** len(decimals or "")), [Fraction(base) ** power for base in bases], wanted)


def _measures(unit: str, want: str) -> bool:
    """Whether a result is measured in this unit: a wrong unit may still be a right value."""
    return {"b": "byte", "m": "mac", "f": "flop"}[unit[0]] in want


def _nearest(number: Fraction, digit: Fraction, scales: list[Fraction], wanted: Number) -> Number | None:
    away = [abs(number * scale - wanted) / (digit * scale) for scale in scales]
    if min(away) <= Fraction(1, 2):
        return wanted
    if min(away) < 1:
        return None  # cut off, perhaps, where it should be rounded
    value = number * scales[0]
    return value.numerator if value.denominator == 1 else value
