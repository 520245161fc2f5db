"""True or false, as a word, its first letter, or the letter of an option that says it."""

from __future__ import annotations

from cnnquiz.answers import single
from cnnquiz.items.variants import Variant
from cnnquiz.model import Mark


def read(variant: Variant, words: str) -> str | None:
    """The letter of the option that is meant; without options, the words as typed."""
    letter, letters = words.casefold().strip("().: "), single.letters(variant)
    if not letters:
        return words if words.casefold() in single.TRUTH else None
    if letter in letters and letter not in single.TRUTH:
        return letter
    return single.letter_that_says(variant, letter) or (letter if letter in letters else None)


def mark(variant: Variant, response: str) -> Mark:
    """Right for the key."""
    if variant.choices:
        return single.mark(variant, response)
    said = single.TRUTH.get(response.casefold())
    right = said is not None and said in (single.TRUTH.get(key.casefold()) for key in variant.key)
    return Mark("right" if right else "wrong", float(right))
