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

from cnnquiz.items.worked_item import Subject
from cnnquiz.model import Finding, Level

LEVEL: Level = "error"


def check(subject: Subject) -> Iterator[Finding]:
    """Each item whose id an earlier one has."""
    first: dict[str, int] = {}
    for item in subject.items:
        earlier = first.setdefault(item.item.id, item.index)
        if earlier != item.index:
            line = subject.loaded.locate("items", earlier, "id")[0]
            message = f"the id `{item.item.id}` is that of the item in line {line} already"
            yield subject.finding(__name__, LEVEL, item, ("id",), message, remedy="Give it an id of its own.")
