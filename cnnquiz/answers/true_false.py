"""True or false, as a word, its first letter, or the letter of an option that says it."""

from __future__ import annotations

from cnnquiz.answers import single
from cnnquiz.items.derived_answer import names_of
from cnnquiz.items.variants import Variant, misconceptions_behind
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
    """Right for the key; a wrong one brings its misconceptions."""
    if variant.choices:
        return single.mark(variant, response)
    said = single.TRUTH.get(response.casefold())
    right = said is not None and said in (single.TRUTH.get(key.casefold()) for key in variant.key)
    if right:
        return Mark("right", 1.0)
    return Mark("wrong", 0.0, names_of(misconceptions_behind(variant, value_of(variant, response))))


def value_of(variant: Variant, response: str) -> bool | None:
    """What a word says of that which is derived, which the stem may deny; None where it is no such word."""
    said = single.TRUTH.get(response.casefold())
    return None if said is None else (said == "true") is not variant.worked.is_denied
