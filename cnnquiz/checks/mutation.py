"""Keys made wrong on purpose, to see that `check` notices: each slip applied, each key moved to each distractor."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from cnnquiz.bank.loader import Loaded
from cnnquiz.checks import rules
from cnnquiz.checks.report import Mutation
from cnnquiz.items.worked_item import Subject, Worked, subject, worked
from cnnquiz.model import Item, Option
from cnnquiz.solution import text

RULES = ("key-wrong", "no-right-option", "two-right-options", "duplicate-option", "claim-wrong", "key-not-an-option")


def score(banks: list[Loaded]) -> Mutation:
    """The mutation score over the provable items of some banks."""
    mutants, missed = 0, []
    for loaded in banks:
        seen = subject(loaded)
        for item in seen.items:
            for words, mutant in mutations(item):
                mutants += 1
                if not noticed(seen, item, mutant):
                    missed.append(f"{loaded.path}: {item.item.id}: {words}")
    return Mutation(mutants, mutants - len(missed), tuple(missed))


def noticed(seen: Subject, item: Worked, mutant: Item) -> bool:
    """Whether any rule about keys finds an error in the mutated item."""
    alone = Subject(seen.loaded, seen.bank, (worked(seen.bank, mutant, item.index),))
    return any(finding.level == "error" for finding in rules.findings(alone, RULES))


def mutations(item: Worked) -> Iterator[tuple[str, Item]]:
    """The wrong keys of one provable item, each with what was done."""
    if item.status == "asserted":
        return
    for letter in item.options:
        if letter not in item.keys:
            yield f"key moved to {letter}", replace(item.item, key=letter)
    if item.status == "proved" and item.work is not None:
        for names, value in item.work.calculator.wrong_values(item.work.given, item.work.want).items():
            yield f"{' and '.join(names)} applied to the key", with_key(item, text(value))


def with_key(item: Worked, words: str) -> Item:
    """The item with another value as its key."""
    if not item.options:
        return replace(item.item, key=words)
    key = item.keys[0]
    return replace(item.item, options={**item.item.options, key: Option(text=words, why=item.options[key].why)})
