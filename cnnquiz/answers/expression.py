"""An expression in letters, such as 2k + 1: right where it has the same values as the key."""

from __future__ import annotations

from cnnquiz.items.variants import Variant
from cnnquiz.mathematics.values import equivalent, read_expression
from cnnquiz.model import Mark


def read(variant: Variant, words: str) -> str | None:
    """The words as typed, if they spell an expression."""
    return None if read_expression(words) is None else words


def mark(variant: Variant, response: str) -> Mark:
    """Right where both have the same values."""
    right = any(equivalent(key, response) for key in variant.key)
    return Mark("right" if right else "wrong", float(right))
