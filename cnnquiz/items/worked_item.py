"""Each item of a bank, worked once for all rules: what its key follows from, and what its options mean."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

from msgspec import Struct

from cnnquiz.answers.values import same
from cnnquiz.bank.loader import Loaded
from cnnquiz.errors import CnnquizError
from cnnquiz.items import claims
from cnnquiz.items.derivation import Fault, Path, Work, derived, means, slipped
from cnnquiz.items.option_value import meaning, says_none
from cnnquiz.items.placeholders import fill
from cnnquiz.model import Bank, Finding, Item, Level, Option
from cnnquiz.solution import text

NOTHING: dict[str, Any] = {}


class Worked(Struct, frozen=True):
    """One item with what rules share.

    texts     the options' texts by letter, placeholders filled
    meanings  the value that each option stands for, where it is one
    held      the letters of the options that hold the derived value
    answers   by letter, whether the option's claim makes it an answer; None where that is not decided
    """

    index: int
    item: Item
    options: dict[str, Option]
    keys: tuple[str, ...]
    texts: dict[str, str]
    meanings: dict[str, Any]
    work: Work | None = None
    held: tuple[str, ...] = ()
    answers: dict[str, bool | None] = NOTHING
    faults: tuple[Fault, ...] = ()

    @property
    def asked(self) -> bool:
        """Whether the derived value is what the item asks for: one key, and not "which is not"."""
        return self.work is not None and self.item.asks and len(self.keys) == 1 and self.item.type != "multiple"

    @property
    def status(self) -> str:
        """proved, claimed or asserted."""
        if self.asked and self.work is not None and self.work.counted is not None and self.key_follows:
            return "proved"
        decided = bool(self.answers) and len(self.answers) == len(self.options)
        right = decided and all(truth == (letter in self.keys) for letter, truth in self.answers.items())
        return "claimed" if right else "asserted"

    @property
    def key_follows(self) -> bool:
        """Whether the key, and no other option, is the derived value."""
        work = self.work
        if work is None or (work.counted is not None and not same(work.value, work.counted)):
            return False
        if not self.options:
            return means(work, self.stated, self.item) if self.keys[0] else True
        return (self.held or self.none_of_these) == self.keys

    @property
    def stated(self) -> Any:
        """The value that the key says."""
        key, work = self.keys[0], self.work
        return meaning(self.texts.get(key, key), *((work.value, work.want) if work else ()))

    @property
    def none_of_these(self) -> tuple[str, ...]:
        """The option that is right because no other one, each with a value, holds the derived value."""
        letters = tuple(letter for letter, words in self.texts.items() if says_none(words))
        others = (value for letter, value in self.meanings.items() if letter not in letters)
        decided = self.work is not None and not self.held and len(letters) == 1
        return letters if decided and all(value is not None for value in others) else ()


class Subject(Struct, frozen=True, dict=True):
    """What the rules look at: one bank as loaded, with every sound item worked."""

    loaded: Loaded
    bank: Bank
    items: tuple[Worked, ...]

    def finding(
        self, rule: str, level: Level, item: Worked, path: Path, message: str,
        expected: str | None = None, remedy: str = "", at_name: bool = False,
    ) -> Finding:
        """A finding at a path inside an item; `rule` is the module's name."""
        line, column = self.loaded.locate("items", item.index, *path, at_name=at_name)
        name = rule.rpartition(".")[2].replace("_", "-")
        return Finding(name, level, self.loaded.path, line, column, item.item.id, message, expected, remedy)

    def faults(self, rule: str, level: Level) -> Iterator[Finding]:
        """The faults met in working the items that belong to this rule."""
        name = rule.rpartition(".")[2].replace("_", "-")
        for item in self.faulty:
            for fault in item.faults:
                if fault.rule == name:
                    yield self.finding(rule, level, item, fault.path, fault.message, None, fault.remedy, fault.at_name)

    def once(self, name: object, work: Callable[[], Any]) -> Any:
        """What `work` gives, worked at the first call alone."""
        if name not in self.kept:
            self.kept[name] = work()
        return self.kept[name]

    @cached_property
    def kept(self) -> dict[object, Any]:
        """What several rules share, by name."""
        return {}

    @cached_property
    def faulty(self) -> tuple[Worked, ...]:
        """The items that could not be worked."""
        return tuple(item for item in self.items if item.faults)

    @cached_property
    def derived(self) -> tuple[Worked, ...]:
        """The items whose derived value decides the key."""
        return tuple(item for item in self.items if item.asked)


def subject(loaded: Loaded) -> Subject:
    """The bank with its sound items worked."""
    bank = loaded.sound or Bank(1, "unreadable", "", [])
    return Subject(loaded, bank, tuple(worked(bank, item, index) for index, item in loaded.items))


def worked(bank: Bank, item: Item, index: int = 0) -> Worked:
    """One item, worked."""
    faults: list[Fault] = []
    options, keys = item.choices, item.keys
    work = derived(bank, item, faults) if item.derivation is not None else None
    texts = {letter: _text(option, work) for letter, option in options.items()}
    wanted = (work.value, work.want) if work else ()
    meanings = {letter: meaning(words, *wanted) for letter, words in texts.items()}
    held = tuple(letter for letter, value in meanings.items() if means(work, value, item)) if work else ()
    answers: dict[str, bool | None] = NOTHING
    if any(option.claim is not None for option in options.values()):
        answers, wrong = claims.answers(item, options, texts)
        faults += [Fault("schema", path, message) for path, message in wrong]
    return Worked(index, item, options, keys, texts, meanings, work, held, answers, tuple(faults))


def _text(option: Option, work: Work | None) -> str:
    """The option's text with its placeholders filled; worked out from its slip where there is none."""
    if option.text:
        if work is None or "{" not in option.text:
            return option.text
        try:
            return fill(option.text, work.values)
        except CnnquizError:
            return option.text
    slip = slipped(work, option.slip) if work else None
    return text(slip) if slip is not None else ""
