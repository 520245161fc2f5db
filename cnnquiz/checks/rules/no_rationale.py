"""The item does not say why its key is right.

Bad:

    key: d

Good:

    key: d
    rationale: The last window must fit inside the image, so the division is rounded down.
"""

from __future__ import annotations

from collections.abc import Iterator

from cnnquiz.checks.subject import Subject
from cnnquiz.model import Finding, Level

LEVEL: Level = "warning"


def check(subject: Subject) -> Iterator[Finding]:
    """Each item without a rationale."""
    for worked in subject.items:
        if not worked.item.rationale.strip():
            message = "no rationale says why the key is right"
            yield subject.finding(__name__, LEVEL, worked, (), message, remedy="Add `rationale:` with the reason.")
