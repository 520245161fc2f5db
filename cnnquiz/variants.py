"""From an item to what is asked: placeholders filled, options in order; with a seed, the numbers drawn anew."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from cnnquiz import calculators
from cnnquiz.calculator import Calculator, Given
from cnnquiz.model import Bank, Choice, CnnquizError, Derivation, Item, Variant
from cnnquiz.shorthand import derivation_of
from cnnquiz.steps import text

_PROSE = re.compile(r"\$[^$]*\$|\{([A-Za-z][\w-]*)\}")


def fill(words: str, values: Mapping[str, Any]) -> str:
    """The words with each `{name}` replaced by its value; mathematics between dollar signs stays as it is.

    Raises CnnquizError for a name that has no value.
    """

    def put(match: re.Match[str]) -> str:
        name = match[1]
        if name is None:
            return match[0]
        if name not in values:
            near = ", ".join(sorted(values))
            raise CnnquizError(f"{{{name}}} stands for nothing: write one of {near}" if near else
                               f"{{{name}}} stands for nothing: the item has no derivation")  # fmt: skip
        return text(values[name])

    return _PROSE.sub(put, words)


def placeholders(words: str) -> list[str]:
    """The names that stand in braces, outside mathematics."""
    return [match[1] for match in _PROSE.finditer(words) if match[1]]


def given_of(derivation: Derivation) -> tuple[Calculator, Given]:
    """The derivation's calculator and its givens, read."""
    calculator = calculators.load(derivation.calculator)
    return calculator, calculator.read(derivation.given)


def values_of(item: Item) -> dict[str, Any]:
    """What the placeholders of an item stand for; nothing for an item without a derivation."""
    derivation = derivation_of(item)
    if derivation is None:
        return {}
    calculator, given = given_of(derivation)
    return calculator.prose_values(given)


def printed(bank: Bank, item: Item) -> Variant:
    """The item as the course printed it: its own givens, its options in their order."""
    values = values_of(item)
    derivation = derivation_of(item)
    choices = tuple(
        Choice(letter, letter, fill(option.text, values), fill(option.why, values), _slips(option.slip))
        for letter, option in item.choices.items()
    )
    return Variant(
        bank=bank.id,
        item=item,
        seed=None,
        stem=fill(item.stem, values),
        choices=choices,
        key=item.keys,
        hints=tuple(fill(hint, values) for hint in item.hints),
        rationale=fill(item.rationale, values),
        given=dict(derivation.given) if derivation else {},
        content_hash=content_hash(item),
    )


def _slips(slip: str | list[str] | None) -> tuple[str, ...]:
    if slip is None:
        return ()
    return (slip,) if isinstance(slip, str) else tuple(slip)


def content_hash(item: Item) -> str:
    """A short hash of what is asked and what is right: it tells an item's revisions apart.

    Stem, options' texts, key, derivation and family count; whys, hints and notes may be mended freely.
    """
    asked = (
        item.type, item.stem, [(letter, option.text) for letter, option in item.choices.items()], item.keys,
        item.derivation, sorted((name, draw.choice, draw.range) for name, draw in item.vary.items()), item.where,
    )  # fmt: skip
    return hashlib.sha256(repr(asked).encode()).hexdigest()[:12]
