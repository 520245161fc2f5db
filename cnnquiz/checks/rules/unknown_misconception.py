"""An option names a slip that its calculator does not know, or one that does not lead to the option's value.

Bad:

    b: {text: 128x128x4, slip: forgot-kernal}

Good:

    b: {text: 128x128x4, slip: forgot-kernel}
"""

from __future__ import annotations

from collections.abc import Iterator

from cnnquiz.checks.subject import Subject
from cnnquiz.items.derived_answer import DerivedAnswer
from cnnquiz.items.worked_item import WorkedItem
from cnnquiz.mathematics.values import same
from cnnquiz.model import Finding, Level
from cnnquiz.naming import nearest_names
from cnnquiz.solution import text

LEVEL: Level = "warning"


def check(subject: Subject) -> Iterator[Finding]:
    """Each slip that explains nothing."""
    for worked in subject.items:
        for letter, option in worked.options.items():
            if option.slip and (worked.derived is not None or worked.item.derivation is None):
                message, remedy = fault(worked, letter)
                if message:
                    path = ("options", letter, "slip")
                    yield subject.finding(__name__, LEVEL, worked, path, message, remedy=remedy)


def fault(worked: WorkedItem, letter: str) -> tuple[str, str]:
    """What is wrong with an option's slip, in words, and the remedy; empty if nothing is."""
    derived, option, leave_out = worked.derived, worked.options[letter], f"Delete `slip` under `{letter}`."
    if derived is None:
        return "a slip needs a derivation that it can change", leave_out
    known = [one.name for one in derived.calculator.misconceptions]
    for name in option.misconceptions:
        if name not in known:
            near = nearest_names(name.lower(), known, most=1)
            names = f"it knows {', '.join(known) or 'none'}"
            message = f"{derived.calculator.name} knows no slip `{name[:40]}`{'' if near else f': {names}'}"
            return message, f"Write `{near[0]}` for `{name}`." if near else leave_out
    if letter in worked.keys:
        return "the key names a slip: it would follow from a misconception", leave_out
    return mismatch(derived, worked, letter), leave_out


def mismatch(derived: DerivedAnswer, worked: WorkedItem, letter: str) -> str:
    """A slip that leads to another value than the option's."""
    option, stated = worked.options[letter], worked.meanings[letter]
    value, names = derived.wrong_value(option.misconceptions), " with ".join(option.misconceptions)
    if value is None:
        return f"{names} leads to no value with these givens"
    if stated is None or same(value, stated, derived.layout, worked.item.tolerance or None):
        return ""
    return f"{names} leads to {text(value)}, not to {worked.texts[letter][:60]}"
