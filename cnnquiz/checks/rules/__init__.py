"""One rule a file; the folder is the registry. A rule is a docstring (its manual), a LEVEL and one generator function.

    check(subject) -> the findings of that rule in one bank, or in a part of it: it looks at each item by itself
    compare(outline) -> the findings of a rule that compares the items of a whole bank with one another

The file's name, with hyphens, is the rule's name. The docstring says what the rule finds, with a bad example and a
good one; `cnnquiz check --explain RULE` prints it.
"""

from __future__ import annotations

import importlib
import inspect
import math
import pkgutil
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from functools import cache, partial
from itertools import islice
from typing import Protocol, cast

from msgspec import Struct

from cnnquiz.bank.loader import Loaded
from cnnquiz.checks import family
from cnnquiz.checks.report import Checked, CheckedItem
from cnnquiz.checks.subject import ItemOutline, Outline, Subject, outline_of, subject_of
from cnnquiz.checks.subject import rule_name as name_of_module
from cnnquiz.errors import CnnquizError, program_fault
from cnnquiz.mathematics.time_limit import time_limit
from cnnquiz.model import Finding, Level
from cnnquiz.naming import did_you_mean
from cnnquiz.patterns import pattern

ALWAYS = ("yaml-syntax", "duplicate-key", "schema")  # what keeps a bank or an item from being read


class Rule(Protocol):
    """What each file of this folder is: it has one of the two functions."""

    __name__: str
    LEVEL: Level
    check: Callable[[Subject], Iterator[Finding]]
    compare: Callable[[Outline], Iterator[Finding]]


@cache
def names() -> tuple[str, ...]:
    """The names of all rules, without importing any."""
    modules = (module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))
    return tuple(sorted(name.replace("_", "-") for name in modules))


def rule_name(name: str) -> str:
    """The name, if there is such a rule; CnnquizError with the nearest names if not."""
    if name in names():
        return name
    hint = did_you_mean(name.replace("_", "-"), names(), f"there are {', '.join(names())}", most=2, cutoff=0.5)
    raise CnnquizError(f"there is no rule `{name[:60]}`: {hint}")


@cache
def load(name: str) -> Rule:
    """The rule of that name."""
    return cast(Rule, importlib.import_module(f"{__name__}.{rule_name(name).replace('-', '_')}"))


def explain(name: str) -> str:
    """The rule's manual: its docstring."""
    rule = load(name)
    return f"{name} ({rule.LEVEL})\n\n{inspect.cleandoc(rule.__doc__ or '')}\n"


def selection(select: Iterable[str] = (), ignore: Iterable[str] = ()) -> tuple[str, ...]:
    """The rules to run: those selected, or all, without those ignored; an unknown name is refused.

    What keeps a bank from being read at all is always reported: neither option leaves it out.
    """
    left_out = {rule_name(name) for name in ignore}
    if always := left_out.intersection(ALWAYS):
        what = " and ".join(sorted(always))
        raise CnnquizError(f"{what} cannot be ignored: a bank that cannot be read proves nothing")
    chosen = [rule_name(name) for name in select] or names()
    return tuple(name for name in dict.fromkeys((*ALWAYS, *chosen)) if name not in left_out)


class Part(Struct, frozen=True):
    """A bank, or a part of one, as the rules found it that look at each item by itself.

    unreadable  what the loader found
    allowed     the findings that items allow, each as the item's id and the rule
    families    how many families were worked as a whole, and how many in part
    """

    path: str
    items: tuple[CheckedItem, ...]
    outline: tuple[ItemOutline, ...]
    found: tuple[Finding, ...]
    unreadable: tuple[Finding, ...]
    allowed: frozenset[tuple[str, str]]
    families: tuple[int, int]
    stopped: bool
    slow: bool


def run(loaded: Loaded, rules: Iterable[str] | None = None) -> Checked:
    """Check one bank by these rules, or by all."""
    chosen = tuple(names() if rules is None else rules)
    return join([part(loaded, chosen)], loaded.text, chosen, lambda number: loaded)


def part(loaded: Loaded, rules: Iterable[str], number: int = 0) -> Part:
    """Check a bank, or its part of that number, by the rules that look at each item by itself."""
    subject = subject_of(loaded)
    found = tuple(each_item(subject, rules))
    return Part(
        path=loaded.path,
        items=tuple(item_statuses(subject)),
        outline=outline_of(subject, number),
        found=found,
        unreadable=loaded.findings,
        allowed=allowances(subject),
        families=family.kinds_of_survey(subject),
        stopped=loaded.sound is None,
        slow=loaded.slow,
    )


def join(parts: Sequence[Part], text: str, rules: Iterable[str], loaded: Callable[[int], Loaded]) -> Checked:
    """The bank of these parts, the rules that compare items run on all of them; `loaded` gives a part as loaded."""
    outline = Outline(parts[0].path, tuple(one for each in parts for one in each.outline), loaded)
    allowed = frozenset[tuple[str, str]]().union(*(each.allowed for each in parts))
    found, left_out = kept([*(one for each in parts for one in each.found), *comparisons(outline, rules)], allowed)
    places = {one.line for one in found}
    lines = enumerate(islice(_LINE.finditer(text), max(places, default=0)), 1)
    items = [one for each in parts for one in each.items]
    return Checked(
        path=parts[0].path,
        items=(*items, *unreadable_items(items, [one for each in parts for one in each.unreadable])),
        findings=found,
        allowed=left_out,
        families=(sum(each.families[0] for each in parts), sum(each.families[1] for each in parts)),
        excerpts={number: line[1] for number, line in lines if number in places},
        slow=parts[0].slow,
    )


_END = r"\n\r\v\f\x1c-\x1e\x85\u2028\u2029"  # of a line, as splitlines has it
_LINE = pattern(rf"([^{_END}]*)(?:\r\n|[{_END}]|(?<=.)\Z)")
CAUSE = "yaml-syntax"  # told before the faults that may follow from it


def findings(subject: Subject, rules: Sequence[str]) -> tuple[Finding, ...]:
    """What the rules that look at each item by itself find, without what items allow."""
    return kept(list(each_item(subject, rules)), allowances(subject))[0]


def each_item(subject: Subject, rules: Iterable[str]) -> Iterator[Finding]:
    """The findings of the rules that look at each item by itself; within one limit, those inside cost less."""
    with time_limit("to check", math.inf):
        for rule in map(load, rules):
            if hasattr(rule, "check"):
                yield from whole(rule, subject.loaded.path, partial(rule.check, subject))


def comparisons(outline: Outline, rules: Iterable[str]) -> Iterator[Finding]:
    """The findings of the rules that compare items."""
    for rule in map(load, rules):
        if hasattr(rule, "compare"):
            yield from whole(rule, outline.path, partial(rule.compare, outline))


def whole(rule: Rule, path: str, found: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """A rule's findings; where it fails, which nobody foresaw, that is one more, and the other rules still look."""
    try:
        yield from found()
    except Exception as problem:
        remedy = "Report it; until then, this rule says nothing more about this bank."
        yield Finding(name_of_module(rule.__name__), "error", path, 1, 1, None, program_fault(problem), remedy=remedy)


def allowances(subject: Subject) -> frozenset[tuple[str, str]]:
    """Each item's id with each rule that it allows."""
    every = ((item.item.id, rule) for item in subject.items for rule in item.item.allow)
    return frozenset(one for one in every if one[1] not in ALWAYS)


def kept(found: list[Finding], allowed: Container[tuple[str | None, str]]) -> tuple[tuple[Finding, ...], int]:
    """The findings in the order of the file, behind what cannot be read; and how many were left out as allowed."""
    left = [one for one in found if (one.item, one.rule) not in allowed]
    left.sort(key=lambda one: (one.rule != CAUSE, one.line, one.column, one.rule))
    return tuple(left), len(found) - len(left)


def item_statuses(subject: Subject) -> Iterator[CheckedItem]:
    """Each item with its status, the reason and its source."""
    for one in subject.items:
        yield CheckedItem(one.item.id, *family.status_and_reason(subject, one), one.source)


def unreadable_items(items: Iterable[CheckedItem], unreadable: Iterable[Finding]) -> Iterator[CheckedItem]:
    """The items that the loader found faults in."""
    sound = {one.item for one in items}
    for name in dict.fromkeys(one.item for one in unreadable if one.item and one.item not in sound):
        yield CheckedItem(name, "asserted", "the item cannot be read")
