"""The items that the words after `cnnquiz drill` name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from cnnquiz import files
from cnnquiz.bank import open_bank
from cnnquiz.errors import CnnquizError
from cnnquiz.model import Bank
from cnnquiz.naming import did_you_mean, nearest_names
from cnnquiz.quiz.drill import Family


def families(words: Iterable[str]) -> list[Family]:
    """The items that the words name: a calculator, a bank, BANK/ITEM, or a topic of any bank."""
    found: dict[tuple[str, str], Family] = {}
    for word in words:
        found |= {(family.bank.id, family.item.id): family for family in _families_of(word)}
    return list(found.values())


def _families_of(word: str) -> Iterator[Family]:
    drills, banks = files.drills(), files.bundled()
    name, _, item = word.rpartition("/")
    if word in drills:
        yield from _in_bank(drills[word])
    elif word in banks or Path(word).is_file() or word.endswith((".yaml", ".yml")):
        yield from _in_bank(word)
    elif item and (name in banks or name in drills or Path(name).is_file()):
        bank = _bank(drills.get(name, name))
        if bank.item(item) is None:
            near = nearest_names(item.lower(), [each.id for each in bank.items], most=1)
            hint = f": did you mean {name}/{near[0]}?" if near else ""
            raise CnnquizError(f"{name} has no item {item[:60]!r}{hint}")
        yield from (family for family in _in_bank(drills.get(name, name)) if family.item.id == item)
    else:
        yield from _with_topic(word, [*banks.values(), *drills.values()])


def _with_topic(word: str, paths: Sequence[Path]) -> Iterator[Family]:
    every = [Family(bank, item, str(path)) for path in paths for bank in [_bank(path)] for item in bank.items]
    topics = {family.item.topic.casefold() for family in every if family.item.topic}
    if word.casefold() not in topics:
        names = [*files.drills(), *files.bundled()]
        hint = did_you_mean(word.casefold(), dict.fromkeys([*names, *topics]), f"there are {', '.join(names)}")
        raise CnnquizError(f"no calculator, bank or topic is called {word[:60]!r}: {hint}")
    yield from (family for family in every if family.item.topic.casefold() == word.casefold())


def _in_bank(source: str | Path) -> Iterator[Family]:
    bank = _bank(source)
    return (Family(bank, item, str(source)) for item in bank.items)


def _bank(source: str | Path) -> Bank:
    bank = open_bank(str(source)).bank
    assert bank is not None  # open_bank refuses a bank with faults
    return bank
