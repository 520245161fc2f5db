"""A family looked at as a whole: every variant where there are few enough, and otherwise a stated number of seeds."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, combinations
from typing import Any

from msgspec import Struct

from cnnquiz.answers import mark, read_response
from cnnquiz.answers.values import same
from cnnquiz.bank.derivation_syntax import derivation_of
from cnnquiz.errors import CnnquizError, ItemFault
from cnnquiz.items import families, variants
from cnnquiz.items.seeded_random import SeededRandom
from cnnquiz.model import Bank, Derivation, Item
from cnnquiz.solution import text
from cnnquiz.solver.calculator import Calculator, Given

LARGEST = 20_000  # variants of a family that are all looked at
SEEDS = 500  # seeds that are looked at in a larger family
MARKED = 25  # seeds whose variants are drawn whole and answered
SEARCHED = 3_000  # seeds tried to find one that draws given parameters
TRIED = 40_000  # draws, over all these seeds, that the conditions may refuse


class Trouble(Struct, frozen=True):
    """What is wrong with some variants: how many, and the first with its seed, parameters and words."""

    count: int
    seed: int | None
    parameters: dict[str, Any]
    message: str


class Survey(Struct, frozen=True):
    """A family's variants: how many were looked at, whether that is all, and what is wrong with some."""

    looked_at: int
    whole: bool
    invalid: Trouble | None = None
    collision: Trouble | None = None


def survey(bank: Bank, item: Item, calculator: Calculator) -> Survey | None:
    """Look at a family; None for an item that is no family."""
    derivation = derivation_of(item)
    if derivation is None or not item.vary:
        return None
    whole = families.size(item) <= LARGEST
    found: dict[str, tuple[int, Trouble]] = {}
    looked_at = 0
    for seed, given in _all(item) if whole else _some(bank, item, derivation, calculator):
        kind, message = _look(item, derivation, calculator, given)
        looked_at += kind != "refused"
        if message:
            count, first = found.get(kind, (0, Trouble(1, seed, given, message)))
            found[kind] = count + 1, first
    if looked_at == 0 and "invalid" not in found:
        every = "every variant" if whole else "every draw, and the printed givens"
        found["invalid"] = 1, Trouble(1, None, {}, f"the conditions under `where` refuse {every}")
    return Survey(looked_at, whole, *(_told(bank, item, derivation, calculator, found.get(kind)) for kind in KINDS))


KINDS = ("invalid", "collision")


def _all(item: Item) -> Iterator[tuple[int | None, dict[str, Any]]]:
    return ((None, given) for given in families.combinations(item))


def _some(
    bank: Bank, item: Item, derivation: Derivation, calculator: Calculator
) -> Iterator[tuple[int | None, dict[str, Any]]]:
    return _drawn(bank, item, derivation, calculator, SEEDS)


def _drawn(
    bank: Bank, item: Item, derivation: Derivation, calculator: Calculator, seeds: int
) -> Iterator[tuple[int, dict[str, Any]]]:
    """The first seeds with the varied givens that each draws; no more where the conditions refuse too many draws."""
    tried = 0
    for seed in range(seeds):
        for varied in families.draws(item, derivation, SeededRandom(bank.id, item.id, seed, "given")):
            tried += 1
            if _admits(item, derivation, calculator, varied):
                yield seed, varied
                break
        if tried > TRIED + seed:
            return


def _admits(item: Item, derivation: Derivation, calculator: Calculator, varied: dict[str, Any]) -> bool:
    """Whether these givens are asked; what the conditions let through though it cannot be read, would be."""
    try:
        return families.admitted(item, calculator, {**derivation.given, **varied}) is not None
    except CnnquizError:
        return True


def _look(item: Item, derivation: Derivation, calculator: Calculator, varied: dict[str, Any]) -> tuple[str, str]:
    """What is wrong with one variant: its kind, and the words; `refused` where the conditions keep it out."""
    try:
        read = families.admitted(item, calculator, {**derivation.given, **varied})
        if read is None:
            return "refused", ""
        if read.letters:
            return "invalid", "a letter stands for a number in these givens"
        right = calculator.result_values(read).get(derivation.want)
    except (CnnquizError, ArithmeticError) as fault:
        return "invalid", str(fault)
    if right is None:
        return "invalid", f"these givens do not determine `{derivation.want}`"
    return ("collision", _collision(item, derivation, calculator, read, right)) if item.options else ("", "")


def _collision(item: Item, derivation: Derivation, calculator: Calculator, given: Given, right: Any) -> str:
    """How two options meet, or that there are too few slips to make them; empty if all is well."""
    taken: dict[str, Any] = dict.fromkeys(item.keys, right)
    spare = 0
    for letter, option in item.choices.items():
        if letter in item.keys:
            continue
        names = variants.slips_of(option)
        value = _slipped(calculator, given, names, derivation.want) if names else None
        if value is None:
            spare += 1
            continue
        meets = next((other for other, held in taken.items() if same(held, value)), None)
        if meets is not None:
            return f"options {meets} and {letter} are both {text(value)}"
        taken[letter] = value
    return _too_few(calculator, given, derivation.want, list(taken.values()), spare)


def _slipped(calculator: Calculator, given: Given, names: tuple[str, ...], want: str) -> Any:
    group = [calculator.misconception(name) for name in names]
    known = tuple(one for one in group if one is not None)
    return calculator.wrong_value(given, known, want) if len(known) == len(names) else None


def _too_few(calculator: Calculator, given: Given, want: str, taken: list[Any], wanted: int) -> str:
    """Whether slips, alone and in pairs, give enough distractors that differ from the others."""
    alone = calculator.misconceptions
    for group in chain(((one,) for one in alone), combinations(alone, 2)):
        if wanted <= 0:
            return ""
        value = calculator.wrong_value(given, group, want)
        if value is not None and not any(same(held, value) for held in taken):
            taken.append(value)
            wanted -= 1
    return f"there are too few slips for its distractors: {wanted} more are needed" if wanted > 0 else ""


def _told(
    bank: Bank, item: Item, derivation: Derivation, calculator: Calculator, found: tuple[int, Trouble] | None
) -> Trouble | None:
    """The trouble with its count and, if one of the first seeds draws these parameters, that seed."""
    if found is None:
        return None
    count, first = found
    seed = first.seed
    if seed is None and first.parameters:
        seeds = _drawn(bank, item, derivation, calculator, SEARCHED)
        seed = next((seed for seed, varied in seeds if varied == first.parameters), None)
    return Trouble(count, seed, first.parameters, first.message)


def answered(bank: Bank, item: Item) -> Trouble | None:
    """The first seeds' variants, drawn whole and answered with every option: exactly the key must be right."""
    for seed in range(MARKED):
        try:
            variant = variants.draw(bank, item, seed)
        except ItemFault as fault:
            return Trouble(1, seed, {}, fault.why)
        responses = [choice.letter for choice in variant.choices] or list(variant.key)
        for response in responses:
            read = read_response(variant, response)
            right = read is not None and mark(variant, read).verdict == "right"
            if right != (response in variant.key):
                said = "is marked as wrong" if response in variant.key else "is marked as right"
                return Trouble(1, seed, variant.given, f"`{response}` {said}, but the key is {' '.join(variant.key)}")
    return None
