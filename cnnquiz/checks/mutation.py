"""Keys made wrong on purpose, to see that `check` notices: each slip applied, each key moved to each distractor."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from cnnquiz.bank.loader import Loaded
from cnnquiz.checks import rules
from cnnquiz.checks.report import Mutation
from cnnquiz.checks.subject import Subject, subject_of
from cnnquiz.items.worked_item import WorkedItem, work
from cnnquiz.model import Item, Option
from cnnquiz.solution import text

RULES = ("key-wrong", "no-right-option", "two-right-options", "duplicate-option", "claim-wrong", "key-not-an-option")


def score(banks: list[Loaded]) -> Mutation:
    """The mutation score over the provable items of some banks."""
    mutants, missed = 0, []
    for loaded in banks:
        subject = subject_of(loaded)
        for worked in subject.items:
            for words, mutant in mutations(worked):
                mutants += 1
                if not is_noticed(subject, worked, mutant):
                    missed.append(f"{loaded.path}: {worked.item.id}: {words}")
    return Mutation(mutants, mutants - len(missed), tuple(missed))


def is_noticed(subject: Subject, worked: WorkedItem, mutant: Item) -> bool:
    """Whether any rule about keys finds an error in the mutated item."""
    alone = Subject(subject.loaded, subject.bank, (work(mutant, None, subject.bank.layout, worked.index),))
    return any(finding.level == "error" for finding in rules.findings(alone, RULES)[0])


def mutations(worked: WorkedItem) -> Iterator[tuple[str, Item]]:
    """The wrong keys of one provable item, each with what was done."""
    if worked.status not in ("proved", "claimed"):
        return
    for letter in worked.options:
        if letter not in worked.keys:
            yield f"key moved to {letter}", replace(worked.item, key=letter)
    if worked.status == "proved" and worked.derived is not None:
        for names, value in worked.derived.wrong_values().items():
            yield f"{' and '.join(names)} applied to the key", with_key(worked, text(value))


def with_key(worked: WorkedItem, words: str) -> Item:
    """The item with another value as its key."""
    if not worked.options:
        return replace(worked.item, key=words)
    key = worked.keys[0]
    return replace(worked.item, options={**worked.item.options, key: Option(text=words, why=worked.options[key].why)})
