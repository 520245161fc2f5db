"""The families of items that the words after `cnnquiz drill` name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from cnnquiz import files
from cnnquiz.bank import open_bank
from cnnquiz.errors import CnnquizError
from cnnquiz.model import Bank
from cnnquiz.naming import did_you_mean
from cnnquiz.quiz.drill import Family


def families(words: Iterable[str]) -> list[Family]:
    """The families that the words name: a calculator, a bank, BANK/ITEM, or a topic of any bank."""
    found: dict[tuple[str, str], Family] = {}
    for word in words:
        here = list(_families_of(word))
        if not here:
            raise CnnquizError(f"{word[:60]}: nothing to drill there, its questions have no numbers to change")
        found |= {(family.bank.id, family.item.id): family for family in here}
    return list(found.values())


def _families_of(word: str) -> Iterator[Family]:
    drills, banks = files.drills(), files.bundled()
    name, _, item = word.partition("/")
    if word in drills:
        yield from _in_bank(drills[word])
    elif word in banks or Path(word).is_file() or word.endswith((".yaml", ".yml")):
        yield from _in_bank(word)
    elif item and (name in banks or name in drills):
        bank = _bank(drills.get(name, name))
        if bank.item(item) is None:
            hint = did_you_mean(item.lower(), [each.id for each in bank.items], most=1)
            raise CnnquizError(f"{name} has no item {item[:60]!r}" + (f": {hint}" if hint else ""))
        yield from (family for family in _in_bank(drills.get(name, name)) if family.item.id == item)
    else:
        yield from _with_topic(word, [*banks.values(), *drills.values()])


def _with_topic(word: str, paths: Sequence[Path]) -> Iterator[Family]:
    every = [Family(bank, item, str(path)) for path in paths for bank in [_bank(path)] for item in bank.items]
    topics = {family.item.topic.casefold() for family in every}
    if word.casefold() not in topics:
        names = [*files.drills(), *files.bundled()]
        hint = did_you_mean(word.casefold(), dict.fromkeys([*names, *topics]), f"there are {', '.join(names)}")
        raise CnnquizError(f"no calculator, bank or topic is called {word[:60]!r}: {hint}")
    yield from (f for f in every if f.item.topic.casefold() == word.casefold() and _comes_in_variants(f))


def _in_bank(source: str | Path) -> Iterator[Family]:
    bank = _bank(source)
    return (family for family in (Family(bank, item, str(source)) for item in bank.items) if _comes_in_variants(family))


def _bank(source: str | Path) -> Bank:
    bank = open_bank(str(source)).bank
    assert bank is not None  # open_bank refuses a bank with faults
    return bank


def _comes_in_variants(family: Family) -> bool:
    return bool(family.item.vary) and family.item.derivation is not None
