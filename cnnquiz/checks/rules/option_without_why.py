"""An option does not say why it is right or wrong, so that whoever chooses it learns nothing.

An option with a `slip` needs no why: the misconception has its own sentence.

Bad:

    b: 128x128x4

Good:

    b: {text: 128x128x4, why: "That is 256/2: the kernel's own extent is forgotten."}
"""

from __future__ import annotations

from collections.abc import Iterator

from cnnquiz.checks.subject import Subject
from cnnquiz.model import Finding, Level

LEVEL: Level = "warning"


def check(subject: Subject) -> Iterator[Finding]:
    """Each item with such options, at the first of them."""
    for worked in subject.items:
        bare = [letter for letter, one in worked.options.items() if not one.why.strip() and not one.slip]
        if bare:
            letters = ", ".join(bare)
            message = f"option {letters} has no why" if len(bare) == 1 else f"options {letters} have no why"
            remedy = f"Add `why:` under `{bare[0]}`, as in `{bare[0]}: {{text: ..., why: ...}}`."
            yield subject.finding(__name__, LEVEL, worked, ("options", bare[0]), message, remedy=remedy)
