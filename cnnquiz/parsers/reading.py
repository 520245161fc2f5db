"""How a text was understood: calculator, givens, what is asked, and which words gave which."""

from __future__ import annotations

import shlex
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
    """

    calculator: str
    given: dict[str, Any]
    want: tuple[str, ...] = ()
    find: tuple[str, ...] = ()
    targets: dict[str, Any] = {}
    phrases: tuple[Phrase, ...] = ()
    assumed: tuple[str, ...] = ()

    @property
    def command_line(self) -> str:
        """The reading as a command line: conv --in 256 --k 7."""
        options = [f"--{name} {shlex.quote(_text(value))}" for name, value in (self.given | self.targets).items()]
        options += [f"--find {','.join(self.find)}"] if self.find else []
        options += [f"--want {self.want[0]}"] if len(self.want) == 1 and not self.find else []
        return " ".join([self.calculator, *options])

    def as_json(self) -> dict[str, Any]:
        """The parts of the JSON contract that say how the text was read."""
        read = [{"from": one.words, "quantity": one.quantity, "value": one.value} for one in self.phrases]
        return {"read": read, "assumed": list(self.assumed)}


def _text(value: Any) -> str:
    """A given as the command line takes it: 224x224x3, 1,2,3, '1 2; 3 4'."""
    if not isinstance(value, list | tuple):
        return str(value)
    if value and isinstance(value[0], list | tuple):
        return "; ".join(" ".join(map(str, row)) for row in value)
    return ",".join(map(str, value))


class UnreadError(CnnquizError):
    """A text that is refused, since some of its words could not be placed or leave more than one meaning."""

    def __init__(self, message: str, words: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.words = words
