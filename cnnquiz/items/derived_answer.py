"""The answer that a derivation gives, worked once: by the formula, by an independent count, by each misconception."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import prod
from typing import Any

from cnnquiz import calculators
from cnnquiz.errors import CnnquizError
from cnnquiz.mathematics.values import same
from cnnquiz.model import Derivation
from cnnquiz.solution import Math, Solution
from cnnquiz.solver.calculator import Calculator, Given, Misconception

Group = tuple[Misconception, ...]
PLACES = 12  # decimals that a rounded answer may have
_LETTERS = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True, eq=False)
class DerivedAnswer:
    """A derivation with its givens read, and the value of the wanted result.

    results  every result by name
    layout   how the bank's shapes stand to the calculator's: hwc where both are written in the same order

    The count, the values on the way and the steps are worked when they are first asked for.
    """

    calculator: Calculator
    given: Given
    want: str
    results: dict[str, Any]
    layout: str = "hwc"

    @property
    def value(self) -> Any:
        """The wanted value, by the formula."""
        return self.results[self.want]

    @cached_property
    def count(self) -> Any:
        """The wanted value, by the independent count; None where the calculator counts nothing for it."""
        return self.calculator.counted(self.given).get(self.want)

    @cached_property
    def count_agrees(self) -> bool:
        """Whether the count, where there is one, gives the same value."""
        return self.count is None or same(self.value, self.count)

    @cached_property
    def values(self) -> dict[str, Any]:
        """Givens, results and values on the way by all their names: what `{name}` in prose stands for."""
        return self.calculator.prose_values(self.given)

    @cached_property
    def solution(self) -> Solution:
        """The steps that lead to the wanted result."""
        return self.calculator.solve(self.given, self.want)

    def equals(self, value: Any, tolerance: str = "") -> bool:
        """Whether a value read from a bank is the derived one; 76 × 100 is a product where a number is wanted."""
        if value is None:
            return False
        if same(self.value, value, self.layout, tolerance or None):
            return True
        product = type(value) is tuple and len(value) > 1 and type(self.value) is int
        return product and all(type(axis) is int for axis in value) and prod(value) == self.value

    def wrong_value(self, names: Iterable[str]) -> Any:
        """The value to which these misconceptions lead together; None where they lead to none."""
        group = tuple(self.calculator.misconception(name) for name in names)
        known = tuple(one for one in group if one is not None)
        return self.wrong_value_of(known) if known and len(known) == len(group) else None

    def wrong_value_of(self, group: Group) -> Any:
        """The same for misconceptions of the calculator."""
        return self.calculator.slipped(self.given, group, self.want)

    def wrong_values(self, pairs: bool = False) -> dict[tuple[str, ...], Any]:
        """The wrong value by each misconception that changes the right one; with `pairs`, by two at once too."""
        return self.calculator.slips(self.given, self.want, pairs=pairs)

    def misconceptions_behind(self, value: Any, tolerance: str = "") -> list[Group]:
        """The misconceptions that lead to a value: each that does so alone, otherwise the pairs that do together."""
        if value is None:
            return []
        for pairs in (False, True):
            wrong = self.wrong_values(pairs)
            found = [names for names, other in wrong.items() if matches(other, value, tolerance)]
            if found:
                return [tuple(filter(None, map(self.calculator.misconception, names))) for names in found]
        return []


def derive(derivation: Derivation, given: Mapping[str, Any] | None = None, layout: str = "hwc") -> DerivedAnswer:
    """The derivation worked with its own givens, or with others; CnnquizError where they do not allow it.

    layout  how the bank writes shapes; it stands for nothing where the givens say how the calculator does
    """
    raw = derivation.given if given is None else given
    calculator = calculators.load(derivation.calculator)
    read = calculator.read(raw)
    if read.letters:
        raise CnnquizError("a letter stands for a number in these givens: an item asks with numbers")
    results, want = calculator.results(read), derivation.want
    if want not in results:
        raise CnnquizError(f"these givens do not determine `{want}`; they give {', '.join(results) or 'nothing'}")
    return DerivedAnswer(calculator, read, want, results, "hwc" if "layout" in raw else layout)


def matches(wrong: Any, value: Any, tolerance: str = "") -> bool:
    """Whether an answer is this wrong value, perhaps rounded, to two decimals or more."""
    if same(wrong, value, tolerance=tolerance or None):
        return True
    if isinstance(wrong, tuple) and isinstance(value, tuple) and len(wrong) == len(value):
        return all(matches(one, other, tolerance) for one, other in zip(wrong, value, strict=True))
    if not isinstance(wrong, Fraction) or not isinstance(value, Fraction) or 10**PLACES % value.denominator:
        return False
    places = next(n for n in range(PLACES + 1) if 10**n % value.denominator == 0)
    return places > 1 and abs(wrong - value) * 10**places * 2 <= 1


def names_of(groups: Iterable[Group]) -> tuple[str, ...]:
    """The names of the misconceptions in the groups, each once."""
    return tuple(dict.fromkeys(one.name for group in groups for one in group))


def formula_of(solution: Solution) -> str:
    """The formula of what is asked for, and those of the letters in it, whole rather than in parts."""
    steps = [step for step in solution.steps if step.formula]
    if not steps:
        return ""
    asked = next((step for step in reversed(steps) if step.of in solution.answer), steps[-1])
    whole: dict[str, Math] = {}
    for step in steps:
        letter, equals, _ = step.formula.ascii.partition(" = ")
        if equals or step is asked:
            whole.setdefault(letter, step.formula)  # the first one of a letter is the whole one
    first, *others = (whole[name].latex for name in _letters_from(asked.formula.ascii.partition(" = ")[0], whole))
    return f"${first}$" + (", with " if others else "") + ", ".join(f"${each}$" for each in others)


def _letters_from(name: str, whole: Mapping[str, Math]) -> Iterator[str]:
    """A letter, and every letter that its formula needs, each once and in that order."""
    found = [name]
    for each in found:
        inside = _LETTERS.findall(whole[each].ascii)
        found += [letter for letter in dict.fromkeys(inside) if letter in whole and letter not in found]
    return iter(found)
