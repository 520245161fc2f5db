"""An item's family: the givens that its variants may have, drawn from a seed or enumerated."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import suppress
from fractions import Fraction
from functools import lru_cache
from itertools import product
from math import prod
from typing import Any, cast

from cnnquiz import calculators
from cnnquiz.errors import CnnquizError, GivenError
from cnnquiz.items.derived_answer import DerivedAnswer, derive
from cnnquiz.items.seeded_random import SeededRandom
from cnnquiz.mathematics.expression import SIZES, Expr, evaluate, names_in, parse
from cnnquiz.mathematics.time_limit import TooLongError, time_limit
from cnnquiz.model import Derivation, Draw, Item
from cnnquiz.solver.calculator import REQUIRED, Calculator, Quantity

_CHANNELS = {"C", "channels"}
MOST_TRIES = 2_000  # draws that the conditions may refuse before a family counts as empty


def values_of(draw: Draw) -> Sequence[Any]:
    """The values that one given may take; a range is not written out."""
    if draw.choice is not None:
        return draw.choice
    first, last, *step = draw.range or [0, -1]
    return range(first, last + 1, *step)


def size(item: Item) -> int:
    """The number of combinations, whatever the conditions."""
    return prod(len(values_of(draw)) for draw in item.vary.values())


def combinations(item: Item) -> Iterator[dict[str, Any]]:
    """Every combination, whatever the conditions."""
    names = list(item.vary)
    for values in product(*(values_of(item.vary[name]) for name in names)):
        yield dict(zip(names, values, strict=True))


def admit(item: Item, derivation: Derivation, given: Mapping[str, Any], layout: str = "hwc") -> DerivedAnswer | None:
    """The answer with these givens, if every condition holds; None where one does not.

    Conditions over givens alone are tested first, so that they can keep out impossible layers; conditions
    over results are tested after that. Raises CnnquizError where the conditions let through what cannot be worked.
    """
    conditions, names = _conditions(tuple(item.where))
    simple = _simple(calculators.load(derivation.calculator), given, names) if conditions else {}
    late = []
    for one in conditions:
        if not names_in(one) <= simple.keys():
            late.append(one)
        elif not evaluate(one, simple, SIZES):
            return None
    derived = derive(derivation, given, layout)
    values = derived.values
    if late and "in" in simple:
        values = ChainMap({"in": simple["in"]}, cast("dict[str, Any]", values))
    return derived if all(evaluate(one, values, SIZES) for one in late) else None


class Answers:
    """The answers of a family's variants, each worked once: None where the conditions refuse it, or its fault."""

    def __init__(self, item: Item, derivation: Derivation, layout: str) -> None:
        self.item, self.derivation, self.layout = item, derivation, layout
        self.known: dict[tuple[str, ...], DerivedAnswer | Exception | None] = {}

    def of(self, varied: Mapping[str, Any]) -> DerivedAnswer | Exception | None:
        """The answer with these givens."""
        key = key_of(varied)
        if key not in self.known:
            try:
                self.known[key] = admit(self.item, self.derivation, {**self.derivation.given, **varied}, self.layout)
            except (CnnquizError, ArithmeticError) as fault:
                self.known[key] = fault
        return self.known[key]


def key_of(varied: Mapping[str, Any]) -> tuple[str, ...]:
    """What tells the variants of a family apart."""
    return tuple(map(str, varied.values()))


def holds(words: str, derivation: Derivation, varied: Mapping[str, Any]) -> bool | None:
    """Whether a condition over givens alone holds for these; None where it is over results, or has no value."""
    (read,), names = _conditions((words,))
    known = _simple(calculators.load(derivation.calculator), {**derivation.given, **varied}, names)
    try:
        return bool(evaluate(read, known, SIZES)) if names <= known.keys() else None
    except CnnquizError:
        return None


@lru_cache(maxsize=1024)
def condition(words: str) -> Expr:
    """A condition under `where`; CnnquizError where it cannot be read."""
    return parse(words, sizes=True)


@lru_cache(maxsize=1024)
def _conditions(where: tuple[str, ...]) -> tuple[tuple[Expr, ...], frozenset[str]]:
    """The conditions, and all the names in them."""
    read = tuple(map(condition, where))
    return read, frozenset[str]().union(*map(names_in, read))


def _simple(calculator: Calculator, given: Mapping[str, Any], names: Set[str]) -> dict[str, Any]:
    """The givens of these names as numbers for conditions, by short name and by symbol.

    `in` is i as well, and C where it has channels.
    """
    values: dict[str, Any] = {}
    for quantity in _quantities(calculator, names):
        raw = given.get(quantity.short, given.get(quantity.name, quantity.default))
        if raw is None or raw is REQUIRED:
            continue
        try:
            value = calculator.value_of(quantity, raw)
        except GivenError:
            continue
        first = value[0] if isinstance(value, tuple) else value
        values |= {quantity.short: first, quantity.symbol or quantity.short: first}
        if quantity.short == "in" and isinstance(value, tuple) and len(value) > 2:
            values |= dict.fromkeys(_CHANNELS, value[-1])
    return values


@lru_cache(maxsize=64)
def _quantities(calculator: Calculator, names: Set[str]) -> tuple[Quantity, ...]:
    """The quantities that one of these names stands for."""
    more = {"in"} if names & _CHANNELS else set()
    return tuple(one for one in calculator.quantities if not (names | more).isdisjoint((one.short, one.symbol)))


def draws(item: Item, derivation: Derivation, chance: SeededRandom) -> Iterator[dict[str, Any]]:
    """The varied givens to try in turn: MOST_TRIES random ones, then the printed ones."""
    space = {name: values_of(draw) for name, draw in item.vary.items()}
    for _ in range(MOST_TRIES):
        yield {name: chance.choice(values) for name, values in space.items()}
    if space.keys() <= derivation.given.keys():
        yield {name: derivation.given[name] for name in space}


def draw(
    item: Item, chance: SeededRandom, layout: str = "hwc", answers: Answers | None = None
) -> tuple[dict[str, Any], DerivedAnswer]:
    """Random givens that the conditions admit, with their answer; CnnquizError where they refuse every draw.

    answers  those that are known already
    """
    derivation = item.derivation
    assert derivation is not None  # a family has one
    known = answers or Answers(item, derivation, layout)
    with time_limit("to draw: widen `vary` or loosen `where`"):
        for varied in draws(item, derivation, chance):
            derived = known.of(varied)
            if isinstance(derived, Exception):
                raise derived
            if derived is not None:
                return {**derivation.given, **varied}, derived
    raise CnnquizError("the conditions under `where` refuse every draw: widen `vary` or loosen them")


def numbers_by_variance(
    item: Item, derived: DerivedAnswer, layout: str = "hwc", tries: int = 3
) -> tuple[set[Any], dict[Any, str]]:
    """The numbers of the printed variant that stay in the others, and those that change, each with a name for it."""
    derivation = item.derivation
    assert derivation is not None
    own = dict(derived.values)
    same = set(own)
    chance = SeededRandom(item.id, "variance")
    drawn = 0
    with suppress(TooLongError), time_limit("to draw"):
        for varied in draws(item, derivation, chance):
            try:
                other = admit(item, derivation, {**derivation.given, **varied}, layout)
            except CnnquizError:
                continue
            if other is not None:
                same = {name for name in same if other.values.get(name) == own[name]}
                drawn += 1
            if drawn == tries:
                break
    fixed = {number for name in same for number in _numbers(own[name])}
    changing = sorted(own.keys() - same, key=lambda name: (-len(name), name))
    return fixed, {number: name for name in changing for number in _numbers(own[name])}


def _numbers(value: Any) -> Iterator[Any]:
    if isinstance(value, tuple):
        yield from (number for part in value for number in _numbers(part))
    elif isinstance(value, int | Fraction) and not isinstance(value, bool):
        yield value
