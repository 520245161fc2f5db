"""Bytes in larger units: whether a stem asks for the one that is wanted, and says whether it is of 1000 or 1024."""

from __future__ import annotations

import re

from cnnquiz.items.wanted import UNITS, Wanted
from cnnquiz.mathematics import arithmetic
from cnnquiz.solution import text

_PREFIXES = {"bytes": "", "kilobytes": "k", "megabytes": "M", "gigabytes": "G"}
_BYTES = re.compile(r"(?<![\w^.,])((\d[\d,]*(?:\^\{?\d+\}?)?)\$? bytes?)\b")
_BINARY = re.compile(r"\b[KMG]iB\b|ibibytes?\b")


def disagreement(stem: str, asked: str, wanted: Wanted) -> tuple[str, str, str] | None:
    """Another unit than the stem asks for, or of another size: message, the stem's words and remedy."""
    prefix = _PREFIXES.get(asked)
    if prefix is None or "bytes" not in wanted.result:
        return None
    if prefix.upper() != wanted.unit[:1].upper():
        unit = f" in {prefix}B" if prefix else ""
        other = f", or `in {prefix.upper()}iB` for powers of 1024" if prefix else ""
        written = f"{wanted.result} in {wanted.unit}" if wanted.unit else wanted.result
        message = f"the stem asks for {asked}, but the derivation wants `{written}`"
        return message, "", f"Write `want: {wanted.result}{unit}` under `derivation`{other}."
    sizes = _sizes(stem) if wanted.unit else {}
    if not sizes or UNITS[wanted.unit] in sizes.values():
        return None
    said, size = next(iter(sizes.items()))
    unit = next(one for one, value in UNITS.items() if value == size)
    message = f"the stem takes {said} for the unit, but the derivation {text(UNITS[wanted.unit])}"
    return message, said, f"Write `want: {wanted.result} in {unit}` under `derivation`."


def is_unnamed(stem: str, wanted: Wanted) -> bool:
    """Whether a stem leaves open how many bytes the wanted unit has."""
    return bool(wanted.unit) and not _sizes(stem) and not _BINARY.search(stem)


def without_sizes(stem: str) -> str:
    """The stem without its words for the size of a unit: 10^6 bytes."""
    for words in _sizes(stem):
        stem = stem.replace(words, "")
    return stem


def _sizes(stem: str) -> dict[str, int]:
    """How many bytes a unit has, by the stem's words for it."""
    found = _BYTES.findall(stem) if "byte" in stem else ()
    said = [(words, arithmetic.value(arithmetic.plain(digits))) for words, digits in found]
    return {words: size for words, size in said if isinstance(size, int) and size in UNITS.values()}
