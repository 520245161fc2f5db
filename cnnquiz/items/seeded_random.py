"""Repeatable random draws: the same words give the same draws, on every machine and every Python."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")


class SeededRandom:
    """A random source for each set of words: (bank, item, seed, role).

    Sources are independent: an item's options do not change because its numbers are drawn in another way.
    """

    __slots__ = ("_count", "_key")

    def __init__(self, *words: object) -> None:
        self._key = "\x1f".join(map(str, words)).encode()
        self._count = 0

    def below(self, bound: int) -> int:
        """A whole number from 0 up to, not including, the bound."""
        self._count += 1
        digest = _blake2b()(b"%s\x1e%d" % (self._key, self._count), digest_size=16).digest()
        return int.from_bytes(digest, "big") % bound

    def choice(self, values: Sequence[T]) -> T:
        """One of the values."""
        return values[self.below(len(values))]

    def shuffle(self, values: Sequence[T]) -> list[T]:
        """The values in a drawn order."""
        left = list(values)
        return [left.pop(self.below(len(left))) for _ in range(len(left))]


@cache
def _blake2b() -> Callable[..., Any]:
    from hashlib import blake2b  # slow, and needed only where something is drawn

    return blake2b
