"""Two items of a bank have the same id, so that their histories would be mixed.

Bad:

    - id: conv-size
      ...
    - id: conv-size

Good:

    - id: conv-size
      ...
    - id: conv-size-padded
"""

from __future__ import annotations

from collections.abc import Iterator

from cnnquiz.checks.subject import Subject
from cnnquiz.model import Finding, Level

LEVEL: Level = "error"


def check(subject: Subject) -> Iterator[Finding]:
    """Each item whose id an earlier one has."""
    first: dict[str, int] = {}
    for worked in subject.items:
        earlier = first.setdefault(worked.item.id, worked.index)
        if earlier != worked.index:
            line = subject.loaded.locate("items", earlier, "id")[0]
            message = f"the id `{worked.item.id}` is that of the item in line {line} already"
            yield subject.finding(__name__, LEVEL, worked, ("id",), message, remedy="Give it an id of its own.")
