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

from cnnquiz.checks.subject import ItemOutline, Outline
from cnnquiz.model import Finding, Level

LEVEL: Level = "error"


def compare(bank: Outline) -> Iterator[Finding]:
    """Each item whose id an earlier one has."""
    first: dict[str, ItemOutline] = {}
    taken = {one.id for one in bank.items}
    for one in bank.items:
        earlier = first.setdefault(one.id, one)
        if earlier is not one:
            message = f"the id `{one.id}` is that of the item in line {bank.locate(earlier, 'id')[0]} already"
            remedy = f"Write `id: {free_id(one.id, taken)}`."
            yield bank.finding(__name__, LEVEL, one, ("id",), message, remedy=remedy)


def free_id(name: str, taken: set[str]) -> str:
    """The name with the first number behind it that makes it another than those taken."""
    return next(free for number in count(2) if (free := f"{name}-{number}") not in taken)
