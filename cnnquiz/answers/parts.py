"""Several answers to one item, in its order, with semicolons between them: each is read and marked as its type is.

A response may hold the first ones alone, until the others follow. A hyphen skips one.
"""

from __future__ import annotations

from cnnquiz import answers
from cnnquiz.items.variants import Variant
from cnnquiz.model import Mark


def read(variant: Variant, words: str) -> str | None:
    """The answers, if each spells one of its part."""
    given = [each.strip() for each in words.rstrip("; ").split(";")]
    pairs = list(zip(variant.parts, given, strict=False))
    found = [each if each == answers.LEFT_OUT else answers.read_response(part, each) for part, each in pairs]
    return "; ".join(filter(None, found)) if len(pairs) == len(given) and all(found) else None


def mark(variant: Variant, response: str) -> Mark:
    """The share of the parts that are right."""
    every = [one for _, _, one in answers.marked_parts(variant, response)]
    score = sum(one.score for one in every) / len(variant.parts)
    names = tuple(dict.fromkeys(name for one in every for name in one.misconceptions))
    return Mark("right" if score == 1 else "partly" if score else "wrong", score, names)
