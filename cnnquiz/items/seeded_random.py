"""Repeatable random draws: the same words give the same draws, on every machine and every Python."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")


class SeededRandom:
    """A source of draws of its own for each set of words: (bank, item, seed, role).

    What is drawn from one source never moves the draws of another, so an item's options do not change
    because its numbers are drawn in another way.
    """

    __slots__ = ("_count", "_key")

    def __init__(self, *words: object) -> None:
        self._key = "\x1f".join(map(str, words)).encode()
        self._count = 0

    def below(self, bound: int) -> int:
        """A whole number from 0 up to, not including, the bound."""
        self._count += 1
        digest = blake2b(b"%s\x1e%d" % (self._key, self._count), digest_size=16).digest()
        return int.from_bytes(digest, "big") % bound

    def choice(self, values: Sequence[T]) -> T:
        """One of the values."""
        return values[self.below(len(values))]

    def shuffle(self, values: Sequence[T]) -> list[T]:
        """The values in a drawn order."""
        left = list(values)
        return [left.pop(self.below(len(left))) for _ in range(len(left))]
