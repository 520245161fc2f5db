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

from cnnquiz.checks.subject import ItemOutline, Outline
from cnnquiz.model import Finding, Level

LEVEL: Level = "error"


def compare(bank: Outline) -> Iterator[Finding]:
    """Each item whose id an earlier one has."""
    first: dict[str, ItemOutline] = {}
    for one in bank.items:
        earlier = first.setdefault(one.id, one)
        if earlier is not one:
            message = f"the id `{one.id}` is that of the item in line {bank.locate(earlier, 'id')[0]} already"
            yield bank.finding(__name__, LEVEL, one, ("id",), message, remedy="Give it an id of its own.")
