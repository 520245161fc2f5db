"""The answer of a derivation, worked once: by formula, by independent count and by each misconception."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from functools import cached_property
from math import prod
from typing import Any, cast

from msgspec import Struct

from cnnquiz import calculators
from cnnquiz.errors import CnnquizError
from cnnquiz.items import wanted
from cnnquiz.items.seeded_random import SeededRandom
from cnnquiz.items.wanted import Wanted
from cnnquiz.mathematics.expression import evaluate, names_in, parse
from cnnquiz.mathematics.values import confirms, read_expression, same
from cnnquiz.model import Derivation
from cnnquiz.patterns import pattern
from cnnquiz.solution import Approximate, Math, Solution, parts, text
from cnnquiz.solver.calculator import Calculator, Given, Misconception
from cnnquiz.solver.lines import one as one_axis

Group = tuple[Misconception, ...]
TRIES, ENOUGH, LARGEST = 60, 5, 40  # numbers tried in the place of letters, how many have to fit, and their size
PLACES = 12  # decimals that a rounded answer may have
_DECIMALS = pattern(r"\d*\.(\d+)")
_LETTERS = pattern(r"[A-Za-z_]\w*")


class DerivedAnswer(Struct, frozen=True, eq=False, dict=True):
    """A derivation with its givens read, and the value of the wanted result.

    want     what is wanted, as the bank writes it: a result, or a part of one
    results  every result by name
    layout   chw where the bank writes the channels first and the calculator does not
    target   of a derivation that searches (`find`): the known result, by name

    The count, the intermediate values and the steps are worked when they are first needed.
    """

    calculator: Calculator
    given: Given
    want: str
    results: dict[str, Any]
    layout: str = "hwc"
    target: Mapping[str, Any] = {}

    @cached_property
    def wanted(self) -> Wanted:
        """The result or the part of one that is wanted."""
        return wanted.read(self.want, self.results)

    @property
    def value(self) -> Any:
        """The wanted value, by the formula."""
        return self.wanted.of(self.results[self.wanted.result])

    @cached_property
    def count(self) -> Any:
        """The wanted value, by the independent count; None where the calculator counts nothing for it.

        What was searched for counts where it leads to the target by the independent count.
        """
        if self.given.letters:
            return self.value if self._holds_for_numbers() else None
        if self.target:
            counts = {name: self.calculator.counted(self.given, name) for name in self.target}
            return self.value if all(same(counts[name], value) for name, value in self.target.items()) else None
        return self.wanted.of(self.calculator.counted(self.given, self.wanted.result))

    def _holds_for_numbers(self) -> bool:
        """Whether an answer with letters has the counted value wherever numbers take the letters' place."""
        formula, holds = parse(self.value), 0
        chance = SeededRandom(self.calculator.name, self.want, 0, "numbers for letters")
        for _ in range(TRIES):
            numbers = {letter: chance.choice(range(1, LARGEST)) for letter in names_in(formula)}
            try:
                given = self.calculator.read(_with_numbers(self.given.stated, numbers))
                counted = self.wanted.of(self.calculator.counted(given, self.wanted.result))
            except CnnquizError:
                continue
            if counted is None or not same(one_axis(counted), evaluate(formula, numbers)):
                return False
            holds += 1
        return holds >= ENOUGH

    @cached_property
    def count_agrees(self) -> bool:
        """Whether the count, where there is one, gives the same value."""
        return self.count is None or confirms(self.count, self.value)

    @cached_property
    def values(self) -> Mapping[str, Any]:
        """Givens, results and intermediate values by all their names: what `{name}` in prose stands for."""
        found = self.calculator.prose_values(self.given)
        return found if self.want in found else ChainMap({self.want: self.value}, cast("dict[str, Any]", found))

    @cached_property
    def solution(self) -> Solution:
        """The steps that lead to the wanted result."""
        return self.calculator.solve(self.given, self.wanted.result)

    def equals(self, value: Any, tolerance: str = "") -> bool:
        """Whether a value read from a bank equals the derived one; 76 × 100 may stand for its product."""
        if value is None:
            return False
        if same(self.value, value, self.layout, tolerance or None):
            return True
        product = type(value) is tuple and len(value) > 1 and type(self.value) is int
        return product and all(type(axis) is int for axis in value) and prod(value) == self.value

    def rounds_to(self, value: Any, words: str) -> bool:
        """Whether a value, written in these words, is the derived one rounded to the decimals that it shows."""
        shown = _DECIMALS.findall(words)
        pairs = list(zip(parts(self.value), parts(value), strict=False))
        numbers = all(isinstance(one, Fraction) and isinstance(other, int | Fraction) for one, other in pairs)
        shared = all(isinstance(other, Fraction) for _, other in pairs) and "/" in words  # 3/4, of given decimals
        if not (shown or shared) or not numbers or len(parts(self.value)) != len(parts(value)):
            return False
        half = Fraction(1, 2 * 10 ** min(map(len, shown), default=PLACES))
        return all(abs(one - other) <= half for one, other in pairs)

    def wrong_value(self, names: Iterable[str]) -> Any:
        """The value to which these misconceptions lead together; None where they lead to none."""
        group = tuple(self.calculator.misconception(name) for name in names)
        known = tuple(one for one in group if one is not None)
        return self.wrong_value_of(known) if known and len(known) == len(group) else None

    def wrong_value_of(self, group: Group) -> Any:
        """The same for the calculator's own Misconception records; None for an answer with letters."""
        names = tuple(one.name for one in group)
        if names not in self._wrong_values and not self.given.letters:
            wrong = self.calculator.wrong_value(self.given, group, self.wanted.result)
            self._wrong_values[names] = self.wanted.of(wrong)
        return self._wrong_values.get(names)

    @cached_property
    def _wrong_values(self) -> dict[tuple[str, ...], Any]:
        """What groups of misconceptions lead to, as far as it was asked for."""
        return {}

    def wrong_values(self, pairs: bool = False) -> dict[tuple[str, ...], Any]:
        """The wrong value by each misconception that changes the answer; with `pairs`, by two at once as well."""
        if self.given.letters:
            return {}
        found = self.calculator.wrong_values(self.given, self.wanted.result, pairs=pairs)
        wrong = {names: self.wanted.of(value) for names, value in found.items()}
        return {names: value for names, value in wrong.items() if value is not None and value != self.value}

    def misconceptions_behind(self, value: Any, tolerance: str = "") -> list[Group]:
        """The misconceptions that lead to a value: each that does so alone, otherwise the pairs that do together.

        Behind the right value there is none, though a wrong one may round to it.
        """
        if value is None or value == self.value:
            return []
        for pairs in (False, True):
            wrong = self.wrong_values(pairs)
            found = [names for names, other in wrong.items() if matches(other, value, tolerance)]
            if found:
                return [tuple(filter(None, map(self.calculator.misconception, names))) for names in found]
        return []


def derive(
    derivation: Derivation, given: Mapping[str, Any] | None = None, layout: str = "hwc", letters: bool = False
) -> DerivedAnswer:
    """Work a derivation, with its own givens or others; CnnquizError where that is impossible.

    One that wants no result, of an item of several parts, is worked towards what its calculator answers first.

    layout   how the bank writes shapes; ignored where the givens state the layout
    letters  whether letters may stand for numbers, so that the answer is an expression
    """
    raw = derivation.given if given is None else given
    calculator = calculators.load(derivation.calculator)
    if "find" in raw:
        return _derive_backwards(calculator, derivation.want, raw, layout)
    read = calculator.read(raw)
    if read.letters and not letters:
        raise CnnquizError("a letter stands for a number in these givens: write `type: expression`, or a number")
    results, want = calculator.result_values(read), derivation.want or calculator.answers(read)[0]
    if read.letters:
        results = {name: text(value) for name, value in calculator.solve(read, steps=False).results.items()}
    if wanted.read(want, results).result not in results:
        raise CnnquizError(f"these givens do not determine `{want}`; they give {', '.join(results) or 'nothing'}")
    if read.letters and read_expression(results.get(want, "")) is None:
        said = results.get(want, "a part of one")
        raise CnnquizError(f"`{want}` is no single expression, but {said}: write another result under `want`")
    return DerivedAnswer(calculator, read, want, results, "hwc" if "layout" in raw else layout)


def _derive_backwards(calculator: Calculator, want: str, raw: Mapping[str, Any], layout: str) -> DerivedAnswer:
    """Work a derivation whose `find` names the unknown givens, and in which a result is known: out: 28x28."""
    from cnnquiz.solver import inverse  # few items search

    names = raw["find"] if isinstance(raw["find"], list) else str(raw["find"]).replace(",", " ").split()
    results = {word for result in calculator.results for word in (result.name, result.short) if word}
    targets = {name: value for name, value in raw.items() if name in results}
    known = {name: value for name, value in raw.items() if name != "find" and name not in targets}
    found = inverse.find(calculator, known, [str(name) for name in names], targets)
    if len(found.solutions) != 1:
        each = [", ".join(f"{name} = {text(value)}" for name, value in one.items()) for one in found.solutions]
        shown = "; ".join(each)
        raise CnnquizError(f"one solution is wanted, and there are {len(found.solutions)}: {shown[:80] or 'none'}")
    read = calculator.read(known | found.solutions[0])
    values = calculator.result_values(read) | found.solutions[0]
    want = want or names[0]
    if wanted.read(want, values).result not in values:
        raise CnnquizError(f"these givens do not determine `{want}`; they give {', '.join(values)}")
    target = {found.search.result: found.search.target}
    return DerivedAnswer(calculator, read, want, values, "hwc" if "layout" in raw else layout, target)


def _with_numbers(stated: Any, numbers: Mapping[str, int]) -> Any:
    """Givens, or one of them, with numbers in the place of letters."""
    if isinstance(stated, dict):
        return {name: _with_numbers(value, numbers) for name, value in stated.items()}
    if isinstance(stated, tuple):
        return "x".join(str(_with_numbers(value, numbers)) for value in stated)
    return numbers.get(stated, stated) if isinstance(stated, str) else stated


def matches(wrong: Any, value: Any, tolerance: str = "") -> bool:
    """Whether an answer is this wrong value, perhaps rounded, to two decimals or more."""
    if same(wrong, value, tolerance=tolerance or None):
        return True
    if isinstance(wrong, tuple) and isinstance(value, tuple) and len(wrong) == len(value):
        return all(matches(one, other, tolerance) for one, other in zip(wrong, value, strict=True))
    if isinstance(wrong, Approximate) and isinstance(value, int | Fraction) and abs(wrong - value) * 10**PLACES <= 1:
        return True
    if not isinstance(wrong, Fraction) or not isinstance(value, Fraction) or 10**PLACES % value.denominator:
        return False
    places = next(n for n in range(PLACES + 1) if 10**n % value.denominator == 0)
    return places > 1 and abs(wrong - value) * 10**places * 2 <= 1


def names_of(groups: Iterable[Group]) -> tuple[str, ...]:
    """The names of the misconceptions in the groups, each once."""
    return tuple(dict.fromkeys(one.name for group in groups for one in group))


def formula_of(solution: Solution) -> str:
    """The whole formula of the answer, and those of the letters in it, in LaTeX."""
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
