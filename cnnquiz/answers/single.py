"""One letter on the screen: d, D, d), (d)."""

from __future__ import annotations

from collections.abc import Iterable

from cnnquiz.items.variants import Choice, Variant
from cnnquiz.model import Mark

TRUTH = {"true": "true", "t": "true", "yes": "true", "false": "false", "f": "false", "no": "false"}


def read(variant: Variant, words: str) -> str | None:
    """The letter of an option; true and false stand for the option that says so."""
    letter = words.casefold().strip("().: ")
    return letter if letter in letters(variant) else letter_that_says(variant, letter)


def letter_that_says(variant: Variant, word: str) -> str | None:
    """The letter of the option that says just true, or just false."""
    said = TRUTH.get(word)
    return next((c.letter for c in variant.choices if said and c.text.strip().rstrip(".!").casefold() == said), None)


def mark(variant: Variant, response: str) -> Mark:
    """Right for the key; a wrong option brings its misconceptions."""
    if {response} == set(variant.key):
        return Mark("right", 1.0)
    return Mark("wrong", 0.0, misconceptions(c for c in variant.choices if c.letter == response))


def letters(variant: Variant) -> list[str]:
    """The letters on the screen."""
    return [choice.letter for choice in variant.choices]


def misconceptions(choices: Iterable[Choice]) -> tuple[str, ...]:
    """The misconceptions that lead to some options, each once."""
    return tuple(dict.fromkeys(name for choice in choices for name in choice.misconceptions))
