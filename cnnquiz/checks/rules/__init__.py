"""One rule a file; the folder is the registry. A rule is a docstring (its manual), a LEVEL and one generator function.

    check(subject) -> the findings of that rule in one bank

The file's name, with hyphens, is the rule's name. The docstring says what the rule finds, with a bad example and a
good one; `cnnquiz check --explain RULE` prints it.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Protocol, cast

from cnnquiz.bank.loader import Loaded
from cnnquiz.checks.report import Checked, CheckedItem
from cnnquiz.checks.subject import Subject, subject_of
from cnnquiz.errors import CnnquizError
from cnnquiz.model import Finding, Level
from cnnquiz.naming import did_you_mean

ALWAYS = ("yaml-syntax", "duplicate-key", "schema")  # what keeps a bank or an item from being read


class Rule(Protocol):
    """What each file of this folder is."""

    __name__: str
    LEVEL: Level
    check: Callable[[Subject], Iterator[Finding]]


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


def run(loaded: Loaded, rules: Iterable[str] | None = None) -> Checked:
    """Check one bank by these rules, or by all."""
    subject = subject_of(loaded)
    found, allowed = findings(subject, names() if rules is None else rules)
    lines = loaded.text.splitlines() if found else []
    return Checked(
        path=loaded.path,
        items=(*item_statuses(subject), *unreadable_items(loaded)),
        findings=found,
        allowed=allowed,
        excerpts={one.line: lines[one.line - 1] for one in found if one.line <= len(lines)},
        slow=loaded.slow,
    )


CAUSE = "yaml-syntax"  # told before the faults that may follow from it


def findings(subject: Subject, rules: Iterable[str]) -> tuple[tuple[Finding, ...], int]:
    """What the rules find, in the order of the file, behind what cannot be read; and how many findings items allow."""
    allowed = {(item.item.id, rule) for item in subject.items for rule in item.item.allow if rule not in ALWAYS}
    found = [one for rule in rules for one in load(rule).check(subject)]
    kept = [one for one in found if (one.item, one.rule) not in allowed]
    kept.sort(key=lambda one: (one.rule != CAUSE, one.line, one.column, one.rule))
    return tuple(kept), len(found) - len(kept)


def item_statuses(subject: Subject) -> Iterator[CheckedItem]:
    """Each item with its status, the reason and its source."""
    for one in subject.items:
        yield CheckedItem(one.item.id, one.status, one.reason, one.source)


def unreadable_items(loaded: Loaded) -> Iterator[CheckedItem]:
    """The items that the loader found faults in."""
    sound = {item.id for _, item in loaded.items}
    for name in dict.fromkeys(one.item for one in loaded.findings if one.item and one.item not in sound):
        yield CheckedItem(name, "asserted", "the item cannot be read")
