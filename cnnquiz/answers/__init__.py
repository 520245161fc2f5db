"""One type of answer per file: how it is read and marked. The same code marks students' answers and checks keys.

Each file has `read(variant, words)`, the response or None where it cannot be read, and `mark(variant, response)`.
"""

from __future__ import annotations

import importlib
from functools import cache
from typing import Any, Protocol, cast

from cnnquiz.answers import true_false, value
from cnnquiz.items.derived_answer import Group
from cnnquiz.items.variants import Variant, misconceptions_behind
from cnnquiz.model import Mark

LONGEST = 200  # characters of a response
LEFT_OUT = "-"  # in the place of the answer to one part
SKIPPED = Mark("skipped", 0.0)


class Answer(Protocol):
    """What each file of this folder is."""

    def read(self, variant: Variant, words: str) -> str | None: ...

    def mark(self, variant: Variant, response: str) -> Mark: ...


def read_response(variant: Variant, text: str) -> str | None:
    """What was typed as a response that can be marked; None where it cannot be read and is asked again.

    For options, a letter on the screen ("d", "D", "d)"), several letters for type `multiple` ("a c"), or the words
    true and false. For typed answers, the words as typed, if they spell a value of the item's type. Of several parts,
    the first may come alone: `missing_parts` says which are left.
    """
    words = " ".join(text.split())
    return _answer(variant).read(variant, words) if words and len(words) <= LONGEST else None


def mark(variant: Variant, response: str) -> Mark:
    """The mark of a response that `read_response` has read."""
    return _answer(variant).mark(variant, response)


def value_of(variant: Variant, response: str) -> Any:
    """The value that a typed response spells; None where it spells none."""
    return (true_false if variant.item.type == "true-false" else value).value_of(variant, response)


def misconceptions_of(variant: Variant, response: str) -> list[Group]:
    """The misconceptions that lead to a wrong response, alone or two together; none for one that is right."""
    wrong = not variant.choices and mark(variant, response).verdict == "wrong"
    return misconceptions_behind(variant, value_of(variant, response)) if wrong else []


def missing_parts(variant: Variant, response: str) -> tuple[Variant, ...]:
    """The parts that a response leaves unanswered."""
    return variant.parts[response.count(";") + bool(response) :]


def marked_parts(variant: Variant, response: str) -> list[tuple[Variant, str, Mark]]:
    """The parts of a variant, each with its response and mark; the whole where it has none."""
    if not variant.parts:
        return [(variant, response, mark(variant, response))]
    pairs = zip(variant.parts, response.split("; "), strict=False)
    return [(part, each, SKIPPED if each == LEFT_OUT else mark(part, each)) for part, each in pairs]


def _answer(variant: Variant) -> Answer:
    kind = variant.item.type
    if variant.choices:
        return _load(kind if kind in ("multiple", "true-false") else "single")
    return _load(kind if kind in ("true-false", "expression", "parts") else "value")


@cache
def _load(kind: str) -> Answer:
    return cast(Answer, importlib.import_module(f"{__name__}.{kind.replace('-', '_')}"))
