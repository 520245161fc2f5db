"""Several letters on the screen: a c, ac, "a and c"."""

from __future__ import annotations

import re

from cnnquiz.answers import single
from cnnquiz.items.variants import Variant
from cnnquiz.model import Mark

_BETWEEN = re.compile(r"[\s,;&+]+|\band\b")


def read(variant: Variant, words: str) -> str | None:
    """The letters in the order of the screen, if all of them are options'."""
    letters = single.letters(variant)
    parts = [part.strip("().") for part in _BETWEEN.split(words.casefold()) if part]
    if len(parts) == 1 and parts[0] not in letters:
        parts = list(parts[0])
    known = bool(parts) and all(part in letters for part in parts)
    return " ".join(letter for letter in letters if letter in parts) if known else None


def mark(variant: Variant, response: str) -> Mark:
    """The share of right letters picked, minus that of the wrong ones, never below 0."""
    picked, key = set(response.split()), set(variant.key)
    if picked == key:
        return Mark("right", 1.0)
    score = max(0, len(picked & key) - len(picked - key)) / max(1, len(key))
    wrong = (choice for choice in variant.choices if choice.letter in picked - key)
    return Mark("partly" if score else "wrong", score, single.misconceptions(wrong))
