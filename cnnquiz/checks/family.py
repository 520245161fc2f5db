"""What the two rules about families share: each family looked at once, and how its trouble is told."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from cnnquiz.items.family_survey import Survey, Trouble, survey
from cnnquiz.items.worked_item import Subject, Worked
from cnnquiz.solution import text


def surveyed(subject: Subject) -> Iterator[tuple[Worked, Survey]]:
    """The bank's families, each looked at once for all rules."""
    for item in subject.items:
        if item.item.vary and item.work is not None and not item.faults and readable(item):
            found = subject.once(("survey", item.index), partial(look, subject, item))
            if found is not None:
                yield item, found


def look(subject: Subject, item: Worked) -> Survey | None:
    """One family, looked at."""
    return survey(subject.bank, item.item, item.work.calculator) if item.work else None


def readable(item: Worked) -> bool:
    """Whether the family varies givens that the calculator has, under conditions that can be read."""
    from cnnquiz.checks.rules import schema

    return not any(True for _ in schema.family_faults(item))


def sentence(found: Survey, trouble: Trouble) -> str:
    """How many variants are in trouble, and the first of them with its seed and parameters."""
    of = f"{trouble.count:,} of {found.looked_at:,} variants" if found.looked_at else "no variant can be asked"
    seeds = "" if found.whole else " (of the first seeds)"
    first = ", ".join(f"{name} = {text(value)}" for name, value in trouble.parameters.items())
    seed = f"seed {trouble.seed}: " if trouble.seed is not None else ""
    return f"{of}{seeds}: {seed}{first}{': ' if first else ''}{trouble.message}"
