"""An option names a slip that its calculator does not know, or one that does not lead to the option's value.

Bad:

    b: {text: 128x128x4, slip: forgot-kernal}

Good:

    b: {text: 128x128x4, slip: forgot-kernel}
"""

from __future__ import annotations

from collections.abc import Iterator

from cnnquiz.answers.values import same
from cnnquiz.bank.validation import nearest
from cnnquiz.items.derivation import Work, slip_names, slipped
from cnnquiz.items.worked_item import Subject, Worked
from cnnquiz.model import Finding, Level
from cnnquiz.solution import text

LEVEL: Level = "warning"


def check(subject: Subject) -> Iterator[Finding]:
    """Each slip that explains nothing."""
    for item in subject.items:
        for letter, option in item.options.items():
            if option.slip and (item.work is not None or item.item.derivation is None):
                message = fault(item, letter)
                if message:
                    yield subject.finding(__name__, LEVEL, item, ("options", letter, "slip"), message)


def fault(item: Worked, letter: str) -> str:
    """What is wrong with an option's slip, in words; empty if nothing is."""
    work, option = item.work, item.options[letter]
    if work is None:
        return "a slip needs a derivation that it can change"
    known = [one.name for one in work.calculator.misconceptions]
    for name in slip_names(option.slip):
        if name not in known:
            near = nearest(name, known)
            hint = f"did you mean `{near}`?" if near else f"it knows {', '.join(known) or 'none'}"
            return f"{work.calculator.name} knows no slip `{name[:40]}`: {hint}"
    return "" if letter in item.keys else mismatch(work, item, letter)


def mismatch(work: Work, item: Worked, letter: str) -> str:
    """A slip that leads to another value than the option's."""
    value, stated = slipped(work, item.options[letter].slip), item.meanings[letter]
    names = " with ".join(slip_names(item.options[letter].slip))
    if value is None:
        return f"{names} leads to no value with these givens"
    if stated is None or same(value, stated, work.layout, item.item.tolerance or None):
        return ""
    return f"{names} leads to {text(value)}, not to {item.texts[letter][:60]}"
