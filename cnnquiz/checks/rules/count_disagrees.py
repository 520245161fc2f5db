"""The formula and the independent count give different values: either is wrong, and nothing is proved.

Each derivation is worked twice, by the formula and by counting (sliding the window, adding up the weights one by one).
No bank can bring this about; it means a fault in cnnquiz. Please report it.

Bad:

    the formula gives 126, the count 125

Good:

    the formula gives 125, and so does the count
"""

from __future__ import annotations

from collections.abc import Iterator

from cnnquiz.checks.subject import Subject
from cnnquiz.model import Finding, Level
from cnnquiz.solution import text

LEVEL: Level = "error"


def check(subject: Subject) -> Iterator[Finding]:
    """Each derivation that is worked to two values."""
    for worked in subject.questions:
        derived = worked.derived
        if derived is not None and not derived.count_agrees:
            message = f"{derived.want} is {text(derived.value)} by the formula, but {text(derived.count)} by the count"
            remedy = "This is a fault of cnnquiz, not of the bank: please report it."
            yield subject.finding(__name__, LEVEL, worked, ("derivation",), message, remedy=remedy)
