"""Neither the item nor its bank says where the question and its key come from.

Bad:

    - id: softmax
      stem: ...

Good:

    - id: softmax
      stem: ...
      source: slide, question 9
"""

from __future__ import annotations

from collections.abc import Iterator

from cnnquiz.checks.subject import Subject
from cnnquiz.model import Finding, Level

LEVEL: Level = "warning"


def check(subject: Subject) -> Iterator[Finding]:
    """Each item without a source, in a bank without one."""
    if subject.bank.source.strip():
        return
    for worked in subject.items:
        if not worked.item.source.strip():
            message = "neither the item nor the bank names a source"
            remedy = "Add `source:` with where it comes from, here or for the whole bank."
            yield subject.finding(__name__, LEVEL, worked, (), message, remedy=remedy)
