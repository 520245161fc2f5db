"""From an item to what is asked: as printed, or, with a seed, its numbers drawn anew and its options with them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from itertools import combinations
from typing import Any

from cnnquiz import calculators
from cnnquiz.bank.derivation_syntax import derivation_of
from cnnquiz.errors import CnnquizError, ItemFault
from cnnquiz.items import families
from cnnquiz.items.placeholders import fill
from cnnquiz.items.seeded_random import SeededRandom
from cnnquiz.model import Bank, Choice, Derivation, Item, Option, Variant
from cnnquiz.solution import text
from cnnquiz.solver.calculator import Calculator, Given, Misconception
from cnnquiz.solver.lines import parts

FARTHEST = 100  # a distractor is at most so many times larger or smaller than the key
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def given_of(derivation: Derivation) -> tuple[Calculator, Given]:
    """The derivation's calculator and its givens, read."""
    calculator = calculators.load(derivation.calculator)
    return calculator, calculator.read(derivation.given)


def printed(bank: Bank, item: Item) -> Variant:
    """The item as the course printed it: its own givens, its options in their order; ItemFault if they do not go."""
    with _naming(item):
        return _printed(bank, item)


def draw(bank: Bank, item: Item, seed: int) -> Variant:
    """The item's variant of that seed; an item that is no family stays as printed, without a seed.

    The givens, the choice of distractors and the order of the options are drawn from sources of their own.
    Raises ItemFault where there is none.
    """
    with _naming(item):
        return _drawn(bank, item, seed)


@contextmanager
def _naming(item: Item) -> Iterator[None]:
    """Say which item a fault is about."""
    try:
        yield
    except CnnquizError as fault:
        raise ItemFault(item.id, str(fault)) from None


def _printed(bank: Bank, item: Item) -> Variant:
    derivation = derivation_of(item)
    if derivation is None:
        return _variant(bank, item, None, {}, {}, _typed(item, {}), item.keys)
    calculator, given = given_of(derivation)
    values = calculator.prose_values(given)
    worked = _Worked(item, derivation.want, calculator, given, values)
    key = item.keys if item.options or item.keys != ("",) else (text(worked.right()),)
    choices = tuple(
        Choice(letter, letter, worked.text_of(option), fill(option.why, values), slips_of(option))
        for letter, option in item.choices.items()
    )
    return _variant(bank, item, None, dict(derivation.given), values, choices, key)


def _drawn(bank: Bank, item: Item, seed: int) -> Variant:
    derivation = derivation_of(item)
    if derivation is None or not item.vary:
        return _printed(bank, item)
    calculator = calculators.load(derivation.calculator)
    given, read = families.drawn(item, derivation, calculator, SeededRandom(bank.id, item.id, seed, "given"))
    values = calculator.prose_values(read)
    worked = _Worked(item, derivation.want, calculator, read, values)
    if not item.options:
        return _variant(bank, item, seed, given, values, (), (text(worked.right()),))
    chance = SeededRandom(bank.id, item.id, seed, "options")
    origins = worked.options(chance)
    order = SeededRandom(bank.id, item.id, seed, "order").shuffled(origins)
    choices = tuple(
        Choice(letter, one.origin, one.text, one.why, one.misconceptions)
        for letter, one in zip(LETTERS, order, strict=False)
    )
    key = tuple(choice.letter for choice in choices if choice.origin in item.keys)
    return _variant(bank, item, seed, given, values, choices, key)


def _variant(
    bank: Bank,
    item: Item,
    seed: int | None,
    given: dict[str, Any],
    values: Mapping[str, Any],
    choices: tuple[Choice, ...],
    key: tuple[str, ...],
) -> Variant:
    return Variant(
        bank=bank.id,
        item=item,
        seed=seed,
        stem=fill(item.stem, values),
        choices=choices,
        key=key,
        hints=tuple(fill(hint, values) for hint in item.hints),
        rationale=fill(item.rationale, values),
        given=given,
        content_hash=content_hash(item),
    )


def _typed(item: Item, values: Mapping[str, Any]) -> tuple[Choice, ...]:
    return tuple(
        Choice(letter, letter, fill(option.text, values), fill(option.why, values), slips_of(option))
        for letter, option in item.choices.items()
    )


def slips_of(option: Option) -> tuple[str, ...]:
    """The misconceptions that an option says it comes from."""
    if option.slip is None:
        return ()
    return (option.slip,) if isinstance(option.slip, str) else tuple(option.slip)


class _Worked:
    """One item with givens that have been read: its right value, its wrong ones, the texts of its options."""

    def __init__(
        self, item: Item, want: str, calculator: Calculator, given: Given, values: Mapping[str, Any]
    ) -> None:
        self.item, self.want = item, want
        self.calculator, self.given, self.values = calculator, given, values

    def right(self) -> Any:
        """The value of the derivation."""
        if self.want not in self.values:
            raise CnnquizError(f"{self.calculator.name} does not give `{self.want}` here")
        return self.values[self.want]

    def wrong(self, names: tuple[str, ...]) -> Any:
        """The value by these misconceptions together; None where they give none."""
        group = [self.calculator.misconception(name) for name in names]
        known = tuple(one for one in group if one is not None)
        return self.calculator.wrong_value(self.given, known, self.want) if len(known) == len(names) else None

    def text_of(self, option: Option) -> str:
        """An option's text: as typed, or worked out from its slip."""
        if option.text:
            return fill(option.text, self.values)
        value = self.wrong(slips_of(option))
        if value is None:
            raise CnnquizError(f"the slip {' and '.join(slips_of(option))} gives no value here")
        return text(value)

    def options(self, chance: SeededRandom) -> list[Choice]:
        """The key with its new value, the distractors of stated slips, and others in place of typed ones."""
        right = self.right()
        taken = [right]
        found: dict[str, Choice] = {}
        for letter, option in self.item.choices.items():
            value = right if letter in self.item.keys else self.wrong(slips_of(option)) if option.slip else None
            if letter in self.item.keys or (value is not None and value not in taken):
                taken.append(value)
                found[letter] = Choice("", letter, text(value), fill(option.why, self.values), slips_of(option))
        spare = self.distractors(chance, taken)
        for letter in self.item.choices:
            if letter not in found and (one := next(spare, None)) is not None:
                found[letter] = Choice("", letter, text(one[1]), " ".join(m.say for m in one[0]), _names(one[0]))
        return [found[letter] for letter in self.item.choices if letter in found]

    def distractors(self, chance: SeededRandom, taken: list[Any]) -> Iterator[tuple[tuple[Misconception, ...], Any]]:
        """Wrong values by misconceptions in a drawn order, alone and then in pairs; each differs from all before."""
        alone = chance.shuffled(self.calculator.misconceptions)
        for group in [*((one,) for one in alone), *combinations(alone, 2)]:
            value = self.calculator.wrong_value(self.given, group, self.want)
            if value is not None and value not in taken and _near(value, taken[0]):
                taken.append(value)
                yield group, value


def _names(group: tuple[Misconception, ...]) -> tuple[str, ...]:
    return tuple(one.name for one in group)


def _near(value: Any, right: Any) -> bool:
    """Whether a wrong value has the size that somebody could believe."""
    pairs = list(zip(parts(value), parts(right), strict=False))
    if not all(isinstance(v, int | Fraction) and isinstance(r, int | Fraction) for v, r in pairs):
        return True
    return all(v * FARTHEST >= r and v <= r * FARTHEST for v, r in pairs)


def content_hash(item: Item) -> str:
    """A short hash of what is asked and what is right: it tells an item's revisions apart.

    Stem, options' texts, key, derivation and family count; whys, hints and notes may be mended freely.
    """
    asked = (
        item.type, item.stem, [(letter, option.text) for letter, option in item.choices.items()], item.keys,
        item.derivation, sorted((name, draw.choice, draw.range) for name, draw in item.vary.items()), item.where,
    )  # fmt: skip
    return hashlib.sha256(repr(asked).encode()).hexdigest()[:12]
