"""What the rules look at: one bank as loaded, with every sound item worked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cnnquiz.bank.loader import Loaded
from cnnquiz.items.worked_item import Path, WorkedItem, work
from cnnquiz.model import Bank, Finding, Level


@dataclass(frozen=True, eq=False)
class Subject:
    """One bank with its sound items worked."""

    loaded: Loaded
    bank: Bank
    items: tuple[WorkedItem, ...]

    def finding(
        self, rule: str, level: Level, worked: WorkedItem, path: Path, message: str,
        expected: str | None = None, remedy: str = "", at_name: bool = False, phrase: str = "",
    ) -> Finding:
        """A finding at a path inside an item, at a phrase of its text; `rule` is the module's name."""
        line, column = self.loaded.locate("items", worked.index, *path, at_name=at_name, phrase=phrase)
        name = rule.rpartition(".")[2].replace("_", "-")
        return Finding(name, level, self.loaded.path, line, column, worked.item.id, message, expected, remedy)

    def faults(self, rule: str, level: Level) -> Iterator[Finding]:
        """The faults met in working the items that belong to this rule."""
        name = rule.rpartition(".")[2].replace("_", "-")
        for worked in self.faulty:
            for fault in worked.faults:
                if fault.rule == name:
                    where = (fault.path, fault.message, None, fault.remedy, fault.at_name)
                    yield self.finding(rule, level, worked, *where)

    def once(self, name: object, work: Callable[[], Any]) -> Any:
        """What `work` gives, worked at the first call alone."""
        if name not in self.cache:
            self.cache[name] = work()
        return self.cache[name]

    @cached_property
    def cache(self) -> dict[object, Any]:
        """What several rules share, by name."""
        return {}

    @cached_property
    def faulty(self) -> tuple[WorkedItem, ...]:
        """The items that could not be worked."""
        return tuple(worked for worked in self.items if worked.faults)

    @cached_property
    def derived(self) -> tuple[WorkedItem, ...]:
        """The items whose derived value decides the key."""
        return tuple(worked for worked in self.items if worked.asks_for_value)


def subject_of(loaded: Loaded) -> Subject:
    """The bank with its sound items worked."""
    bank = loaded.sound or Bank(1, "unreadable", "", [])
    worked = (work(item, None, bank.layout, index, bank.source) for index, item in loaded.items)
    return Subject(loaded, bank, tuple(worked))
