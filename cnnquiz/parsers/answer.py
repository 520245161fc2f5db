"""What a reading comes to: the value of what it asks, and the option that holds it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from msgspec import Struct

from cnnquiz import calculators
from cnnquiz.language.option_value import meaning, says_none
from cnnquiz.mathematics.values import same
from cnnquiz.parsers.reading import Reading
from cnnquiz.solution import Solution, jsonable
from cnnquiz.solver import inverse
from cnnquiz.solver.inverse import Found

LETTERS = "abcdefghijklmnopqrstuvwxyz"
_NUMBER = re.compile(r"(?<![\w.])[-−–]?\d+(?:\.(\d+))?(%)?")
_NAMED = re.compile(r"[^\W\d]+[₀-₉\d]*\s*=\s*")


class Answer(Struct, frozen=True):
    """A reading, worked.

    value     of what is asked, exact; a tuple where several are asked
    option    the letter of the one option that holds the value; None where there is none
    solutions the worked calculator, or what the search found; of a sum or difference, one for each term
    """

    value: Any
    option: str | None
    solutions: tuple[Solution | Found, ...]

    def as_json(self, reading: Reading, steps: bool = False) -> dict[str, Any]:
        """The contract of a batch line in words."""
        first, *others = self.solutions
        results = {} if others or isinstance(first, Found) else jsonable(first.results)
        given = [jsonable(dict(one.given)) for one in reading.terms] or jsonable(dict(reading.given))
        body: dict[str, Any] = {
            "calculator": reading.calculator,
            "given": given,
            "want": list(reading.want or reading.find),
            "value": jsonable(self.value),
            "option": self.option,
            "assumed": list(reading.assumed),
            "read": [{"from": one.words, "quantity": one.quantity, "value": one.value} for one in reading.phrases],
            "results": results,
        }
        every = [step for one in self.solutions for step in one.as_json()["steps"]] if steps else []
        return body | ({"steps": every} if steps else {})


def answer(reading: Reading, options: Sequence[str] = (), steps: bool = False) -> Answer:
    """The reading worked; CnnquizError where the calculator refuses."""
    if reading.terms:
        every = [answer(one, (), steps) for one in reading.terms]
        counts = [one.value for one in every]
        value = sum(counts) if reading.calculator == "sum" else abs(counts[0] - counts[1])
        return Answer(value, held(options, value), tuple(solution for one in every for solution in one.solutions))
    calculator = calculators.load(reading.calculator)
    if reading.find:
        found = inverse.find(calculator, reading.given, reading.find, reading.targets)
        cases = [one[name] for one in found.solutions for name in reading.find]
        one = cases[0] if len(cases) == 1 else tuple(cases)
        return Answer(one, held(options, one), (found,))
    only = reading.want[0] if len(reading.want) == 1 else None
    solution = calculator.solve(calculator.read(reading.given), only, steps)
    values = tuple(solution.results[name] for name in reading.want or solution.answer)
    value = values[0] if len(values) == 1 else values
    return Answer(value, held(options, value, only or ""), (solution,))


def held(options: Sequence[str], value: Any, want: str = "") -> str | None:
    """The letter of the only option that holds a value; of `none of the above` where every other has another value."""
    holding = [letter for letter, option in zip(LETTERS, options, strict=False) if _holds(option, value, want)]
    if holding:
        return holding[0] if len(holding) == 1 else None
    none = [letter for letter, option in zip(LETTERS, options, strict=False) if says_none(option)]
    return none[0] if len(none) == 1 else None


def _holds(option: str, value: Any, want: str) -> bool:
    said = meaning(option, value, want)
    if said is not None and same(value, said):
        return True
    numbers, right = list(_NUMBER.finditer(_NAMED.sub("", option))), _flat(value)
    if len(numbers) != len(right) or (isinstance(said, tuple) and len(said) != len(right)):
        return False
    return all(_rounds_to(one, number) for one, number in zip(numbers, right, strict=True))


def _rounds_to(written: re.Match[str], value: Any) -> bool:
    """Whether a decimal is the value as far as its digits go; a whole number is only itself."""
    if not isinstance(value, int | Fraction) or isinstance(value, bool):
        return False
    digits = len(written[1] or "") + 2 * bool(written[2])
    said = Fraction(written[0].translate({0x2212: "-", 0x2013: "-"}).rstrip("%")) / (100 if written[2] else 1)
    return said == value or (digits > 0 and abs(said - value) <= Fraction(1, 2 * 10**digits))


def _flat(value: Any) -> list[Any]:
    return [one for part in value for one in _flat(part)] if isinstance(value, tuple | list) else [value]
