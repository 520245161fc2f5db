"""A person's own answer to a numerical of theirs, read and marked as a quiz reads and marks answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from cnnquiz import answers
from cnnquiz.items.derived_answer import Group, names_of
from cnnquiz.items.variants import Variant, misconceptions_behind, original
from cnnquiz.mathematics.rounding import MOST_PLACES, half_unit, leaves, numbers
from cnnquiz.mathematics.values import same
from cnnquiz.model import Bank, Derivation, Item, ItemType
from cnnquiz.solution import Vector, is_rounded, text
from cnnquiz.solver.calculator import Calculator


class OwnAnswer(Struct, frozen=True):
    """An answer as it was read: for which result, whether it is right, and the misconceptions that lead to a wrong one.

    exact   whether a right one is the value itself, and not that value rounded
    values  of a wrong one, its value and the right one; `question` is what it was read as an answer to
    """

    result: str
    response: str
    right: bool
    exact: bool = True
    misconceptions: tuple[Group, ...] = ()
    values: tuple[Any, Any] | None = None
    question: Variant | None = None

    def as_json(self) -> dict[str, Any]:
        """The JSON contract's `answer`."""
        name = "+".join(names_of(self.misconceptions)) or None
        return {"response": self.response, "correct": self.right, "misconception": name}


def questions(calculator: Calculator, raw: Mapping[str, Any], want: str | None, words: str) -> list[Variant]:
    """The result that is wanted, or each main result, as a question to which the words are the answer."""
    given = calculator.read(raw)
    results = calculator.result_values(given)
    names = (want,) if want in results else calculator.answers(given)
    found = [_question(calculator.name, raw, name, results[name], given.letters, words) for name in names]
    return [variant for variant in found if all(answers.read_response(variant, key) for key in variant.key)]


def _question(name: str, raw: Mapping[str, Any], want: str, value: Any, letters: bool, words: str) -> Variant:
    derivation = Derivation({name: dict(raw), "want": want})
    tolerance = _tolerance(words[: answers.LONGEST], value)
    item = Item(want, "", type=_kind(value, letters), derivation=derivation, tolerance=tolerance)
    return original(Bank(1, name, "", [item]), item)


def own_answer(asked: Iterable[Variant], words: str) -> OwnAnswer | None:
    """The answer to the question that it fits best; None where it cannot be read as an answer to any."""
    read = [_marked(variant, response) for variant in asked if (response := answers.read_response(variant, words))]
    return min(read, key=lambda one: (not one.right, not one.misconceptions), default=None)


def _marked(variant: Variant, response: str) -> OwnAnswer:
    value = answers.value_of(variant, response)
    if answers.mark(variant, response).verdict == "right":
        exact = value is None or any(same(answers.value_of(variant, key), value) for key in variant.key)
        return OwnAnswer(variant.item.id, response, True, exact)
    right = variant.worked.derived.value if variant.worked.derived else None
    behind = tuple(misconceptions_behind(variant, value))
    return OwnAnswer(variant.item.id, response, False, misconceptions=behind, values=(value, right), question=variant)


def _kind(value: Any, letters: bool) -> ItemType:
    """The type of item whose answers look like the value."""
    if isinstance(value, bool):
        return "true-false"
    if letters or isinstance(value, str):
        return "expression"
    several = isinstance(value, tuple) and (len(value) > 1 or isinstance(value, Vector))
    return "shape" if several else "number"


def _tolerance(words: str, value: Any) -> str:
    """Half a unit of the last decimal that is typed, but of none beyond those to which a rounded value is known.

    Of several numbers it is that of the one with the fewest decimals, unless one with more is not rounded rightly.
    """
    known = min(_decimals(text(value)), default=MOST_PLACES) if is_rounded(value) else MOST_PLACES
    typed = [min(places, known) for places in _decimals(words)]
    pairs = zip(numbers(words), leaves(value), strict=False)
    astray = any(places and abs(number - abs(leaf)) > half_unit(min(places, known)) for (number, places), leaf in pairs)
    return str(half_unit((max if astray else min)(typed))) if typed else ""


def _decimals(words: str) -> list[int]:
    """How many decimals each number has that has any."""
    return [places for _, places in numbers(words) if places]
