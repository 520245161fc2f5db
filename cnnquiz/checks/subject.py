"""What the rules look at: one bank as loaded, with every sound item worked; and the outline of its items."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from msgspec import Struct

from cnnquiz.bank.loader import Loaded
from cnnquiz.items.worked_item import Path, WorkedItem, work
from cnnquiz.model import Bank, Finding, Level
from cnnquiz.yaml_text import Place


class ItemOutline(Struct, frozen=True):
    """What is known of an item to a rule that compares the items of a bank with one another.

    part     the part of the bank in which it stands, and `index` its place there
    longest  the letter of the option that is clearly the longest; empty where none is, or where options are values
    """

    part: int
    index: int
    id: str
    type: str
    letters: tuple[str, ...]
    keys: tuple[str, ...]
    longest: str


@dataclass(frozen=True, eq=False)
class Outline:
    """The sound items of a whole bank, in outline."""

    path: str
    items: tuple[ItemOutline, ...]
    loaded: Callable[[int], Loaded]  # each part, by its number

    def locate(self, one: ItemOutline, *path: str | int, at_name: bool = False) -> Place:
        """Line and column at a path inside an item."""
        return self.loaded(one.part).locate("items", one.index, *path, at_name=at_name)

    def finding(
        self, rule: str, level: Level, one: ItemOutline, path: Path, message: str,
        remedy: str = "", at_name: bool = False,
    ) -> Finding:
        """A finding at a path inside an item; `rule` is the module's name."""
        place = self.locate(one, *path, at_name=at_name)
        return Finding(rule_name(rule), level, self.path, *place, one.id, message, remedy=remedy)


_WANT = re.compile("(`want: [^`]*`) under `derivation`")


@dataclass(frozen=True, eq=False)
class Subject:
    """One bank, or a part of one, with its sound items worked."""

    loaded: Loaded
    bank: Bank
    items: tuple[WorkedItem, ...]

    def finding(
        self, rule: str, level: Level, worked: WorkedItem, path: Path, message: str,
        expected: str | None = None, remedy: str = "", at_name: bool = False, phrase: str = "",
    ) -> Finding:
        """A finding at a path inside an item, at a phrase of its text; `rule` is the module's name."""
        if worked.part is not None:
            path = self._in_part(worked, worked.part, path, phrase)
            remedy = _WANT.sub(rf"\1 in part {worked.part + 1}", remedy)
        place = self.loaded.locate("items", worked.index, *path, at_name=at_name, phrase=phrase)
        return Finding(rule_name(rule), level, self.loaded.path, *place, worked.item.id, message, expected, remedy)

    def _in_part(self, worked: WorkedItem, part: int, path: Path, phrase: str) -> Path:
        """Where a field of a part stands in its item; a phrase may be of the part's question, or of the stem."""
        whole = next(item for index, item in self.loaded.items if index == worked.index)
        if path[0] in ("key", "type", "tolerance") or path == ("derivation", "want"):
            return ("parts", part, path[-1])
        return ("parts", part, "ask") if path == ("stem",) and phrase in whole.parts[part].ask else path

    def faults(self, rule: str, level: Level) -> Iterator[Finding]:
        """The faults met in working the items that belong to this rule, each once."""
        found = (
            self.finding(rule, level, worked, fault.path, fault.message, None, fault.remedy, fault.at_name)
            for worked in self.faulty
            for fault in worked.faults
            if fault.rule == rule_name(rule)
        )
        return iter(dict.fromkeys(found))

    def once(self, name: object, work: Callable[[], Any]) -> Any:
        """What `work` gives, worked at the first call alone."""
        if name not in self.cache:
            self.cache[name] = work()
        return self.cache[name]

    @cached_property
    def cache(self) -> dict[Any, Any]:
        """What several rules share, by name."""
        return {}

    @cached_property
    def questions(self) -> tuple[WorkedItem, ...]:
        """The items, in the place of one with several parts each of these: all that has one key."""
        return tuple(one for worked in self.items for one in worked.questions)

    @cached_property
    def faulty(self) -> tuple[WorkedItem, ...]:
        """The questions that could not be worked."""
        return tuple(worked for worked in self.questions if worked.faults)

    @cached_property
    def derived(self) -> tuple[WorkedItem, ...]:
        """The questions whose derived value decides the key."""
        return tuple(worked for worked in self.questions if worked.asks_for_value)


def subject_of(loaded: Loaded) -> Subject:
    """The bank with its sound items worked."""
    bank = loaded.sound or Bank(1, "unreadable", "", [])
    worked = (work(item, None, bank.layout, index, bank.source) for index, item in loaded.items)
    return Subject(loaded, bank, tuple(worked))


def outline_of(subject: Subject, part: int = 0) -> tuple[ItemOutline, ...]:
    """The items of a bank's part in outline."""
    return tuple(
        ItemOutline(part, one.index, one.item.id, one.item.type, tuple(one.options), one.keys, _longest(one))
        for one in subject.items
    )


CLEARLY = 1.25  # times as long as the other options are on average


def _longest(worked: WorkedItem) -> str:
    if len(worked.keys) != 1 or len(worked.options) < 2 or any(value is not None for value in worked.meanings.values()):
        return ""
    lengths = {letter: len(words) for letter, words in worked.texts.items()}
    letter = max(lengths, key=lengths.__getitem__)
    others = [length for other, length in lengths.items() if other != letter]
    clearly = lengths[letter] > max(others) and lengths[letter] > CLEARLY * sum(others) / len(others)
    return letter if clearly else ""


def rule_name(module: str) -> str:
    """The name of the rule in a module: cnnquiz.checks.rules.key_wrong is key-wrong."""
    return module.rpartition(".")[2].replace("_", "-")
