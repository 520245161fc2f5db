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
from itertools import count

from cnnquiz.checks.subject import Subject
from cnnquiz.model import Finding, Level

LEVEL: Level = "error"


def check(subject: Subject) -> Iterator[Finding]:
    """Each item whose id an earlier one has."""
    first: dict[str, int] = {}
    taken = {worked.item.id for worked in subject.items}
    for worked in subject.items:
        earlier = first.setdefault(worked.item.id, worked.index)
        if earlier != worked.index:
            line = subject.loaded.locate("items", earlier, "id")[0]
            message = f"the id `{worked.item.id}` is that of the item in line {line} already"
            remedy = f"Write `id: {free_id(worked.item.id, taken)}`."
            yield subject.finding(__name__, LEVEL, worked, ("id",), message, remedy=remedy)


def free_id(name: str, taken: set[str]) -> str:
    """The name with the first number behind it that makes it another than those taken."""
    return next(free for number in count(2) if (free := f"{name}-{number}") not in taken)
