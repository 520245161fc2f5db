"""A field is unknown, missing or of the wrong type, or names a calculator, given, result or rule that does not exist.

Bad:

    derivation: {conv: {in: 256, kernel: 7}, want: output_sise}

Good:

    derivation: {conv: {in: 256, k: 7}, want: output_size}
"""

from __future__ import annotations

from collections.abc import Iterator

from cnnquiz.answers.values import read_tolerance
from cnnquiz.checks import rules
from cnnquiz.errors import CnnquizError
from cnnquiz.items.derivation import Path
from cnnquiz.items.worked_item import Subject, Worked
from cnnquiz.mathematics.expression import parse
from cnnquiz.model import Finding, Level

LEVEL: Level = "error"


def check(subject: Subject) -> Iterator[Finding]:
    """What the types refuse, and what only the calculators and rules can know."""
    yield from (finding for finding in subject.loaded.findings if finding.rule == "schema")
    yield from subject.faults(__name__, LEVEL)
    for item in subject.items:
        one = item.item
        if len(one.options) == 1:
            message = f"an item of type {one.type} has two options or more"
            yield subject.finding(__name__, LEVEL, item, ("options",), message, at_name=True)
        if one.allow or one.tolerance or one.vary or one.where:
            for path, message in faults(item):
                yield subject.finding(__name__, LEVEL, item, path, message, at_name=path[0] == "vary")


def faults(item: Worked) -> Iterator[tuple[Path, str]]:
    """The names and numbers in an item's small fields that mean nothing."""
    for index, rule in enumerate(item.item.allow):
        try:
            rules.known(rule)
        except CnnquizError as fault:
            yield ("allow", index), str(fault)
    if item.item.tolerance and read_tolerance(item.item.tolerance) is None:
        yield ("tolerance",), f"`{item.item.tolerance[:40]}` is no tolerance: write 0.01, or 1%"
    yield from family_faults(item)


def family_faults(item: Worked) -> Iterator[tuple[Path, str]]:
    """A family varies givens of its derivation, under conditions that can be read."""
    if item.item.vary and item.item.derivation is None:
        yield ("vary",), "only an item with a derivation can vary: its key has to follow"
    for name in item.item.vary if item.work else ():
        try:
            if item.work:
                item.work.calculator.quantity(name)
        except CnnquizError as fault:
            yield ("vary", name), str(fault)
    for index, condition in enumerate(item.item.where):
        try:
            parse(condition)
        except CnnquizError as fault:
            yield ("where", index), str(fault)
