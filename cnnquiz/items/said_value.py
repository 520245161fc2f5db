"""Values as sentences say them beside values as derivations take them: whether one is the other."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache
from typing import Any

from cnnquiz.mathematics.values import read_value
from cnnquiz.solution import text


def flat(value: Any) -> tuple[Any, ...]:
    """The numbers and words of a value, its tuples and lists taken apart; a mapping has none."""
    if isinstance(value, tuple | list):
        return tuple(number for part in value for number in flat(part))
    return () if value is None or isinstance(value, dict) else (value,)


def numbers(values: Iterable[Any]) -> set[int | Fraction]:
    """The numbers among some values, those in their tuples too."""
    return {one for value in values for one in flat(value) if isinstance(one, int | Fraction)}


def numbers_within(values: Iterable[Any]) -> set[int | Fraction]:
    """The numbers among some values, and the digits in their texts: the 64 and 3 of `conv 64 k3`."""
    found: set[int | Fraction] = set()
    left = list(values)
    while left:
        one = left.pop()
        if isinstance(one, int | Fraction):
            found.add(one)
        elif isinstance(one, str):
            found |= _digits(one)
        elif isinstance(one, tuple | list):
            left += one
        elif isinstance(one, dict):
            left += one.values()
    return found


@lru_cache(maxsize=4096)
def _digits(words: str) -> frozenset[int]:
    return frozenset(int(digits) for digits in re.findall(r"\d{1,18}", words))


def letters(words: str) -> str:
    """The letters and digits of some words, in lower case: what two spellings of a name share."""
    return re.sub(r"[^a-z0-9]", "", words.casefold())


def with_value(words: str, value: Any) -> str:
    """The words with another value in them: of `a 3x3 kernel` and 5, `a 5x5 kernel`; empty where they have no place."""
    said = re.search(r"\d[\d.]*(?:\s?[x×*]\s?\d+)*", words)
    if said is None:
        quantity = re.sub(r"(?i)^(?:no|without|zero) ", "", words)
        named = quantity != words and not isinstance(value, bool | str)
        return f"{quantity} {text(value)}" if named else value if isinstance(value, str) and words.isalpha() else ""
    axes = len(re.split("[x×*]", said[0]))
    shown = "x".join([text(value)] * axes) if not isinstance(value, tuple) else text(value)
    return f"{words[: said.start()]}{shown}{words[said.end() :]}"


def is_size(said: Any, known: Any, channels: Any) -> bool:
    """Whether a size is the known one: without its channels, with a batch axis before it, or a square by its side."""
    said, known = flat(said), flat(known)
    if said == known or (len(said) == 1 and set(known[:2]) == set(said)):
        return True
    if len(said) < len(known):
        return bool(known[: len(said)] == said or known[-len(said) :] == said)
    axes: tuple[Any, ...] = (known, (*known, channels), (channels, *known), known[:-1])
    if len(known) == 1:
        axes = (*axes, known * 2, (*known * 2, channels))
    more = said[1:] if said[0] in (None, 1) or len(said) == 4 else said
    return said in axes or more in axes or (len(known) == 3 and more == (known[-1], *known[:-1]))


def is_same(said: Any, known: Any) -> bool:
    """Whether a value that a text says is the known one; 5x5, and 5x5x3 with its depth, are a kernel of 5."""
    if isinstance(said, str) or isinstance(known, str):
        if said == "valid" or known == "valid":
            return {said, known} <= {"valid", 0}
        values = [read_value(str(value)) for value in (said, known)]
        if None not in values:
            return bool(values[0] == values[1])
        return letters(str(said)) == letters(str(known))
    if isinstance(said, bool) or isinstance(known, bool):
        return said is known
    one, other = flat(said), flat(known)
    if one == other:
        return True
    if len(one) == 1 and len(other) > 1 and one[0] in other and all(isinstance(part, int) for part in other):
        return True  # stride 1 down and 2 across
    if len(other) == 1:
        return bool(one) and (set(one) == set(other) or (len(one) > 2 and set(one[:-1]) == set(other)))
    return len(one) == 1 and set(other) == set(one) and not isinstance(known, list)
