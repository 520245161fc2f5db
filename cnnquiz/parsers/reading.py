"""How a text was understood: calculator, givens, what is asked, and which words gave which."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from cnnquiz.errors import CnnquizError


class Phrase(Struct, frozen=True):
    """The words of a text that gave a quantity its value.

    words     as written: a stride of 2
    quantity  the quantity's short name: s
    value     as a batch line writes it
    """

    words: str
    quantity: str
    value: Any


class Reading(Struct, frozen=True):
    """A text as a request to a calculator.

    given    by short names, as a batch line writes them
    want     the results that are asked for, in the order of the text; empty where it asks for none
    find     the unknowns of an inverse question, whose known results are the `targets`
    phrases  which words gave which quantity
    assumed  what the text leaves open and how it was taken, in words: padding 0
    terms    of a calculator `sum` or `difference`: the readings whose values are added up, or compared
    """

    calculator: str
    given: Mapping[str, Any]
    want: tuple[str, ...] = ()
    find: tuple[str, ...] = ()
    targets: Mapping[str, Any] = {}
    phrases: tuple[Phrase, ...] = ()
    assumed: tuple[str, ...] = ()
    terms: tuple[Reading, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The parts of the JSON contract that say how the text was read."""
        read = [{"from": one.words, "quantity": one.quantity, "value": one.value} for one in self.phrases]
        return {"read": read, "assumed": list(self.assumed)}


class UnreadError(CnnquizError):
    """A text that is refused, since some of its words could not be placed or leave more than one meaning."""

    def __init__(self, message: str, words: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.words = words
