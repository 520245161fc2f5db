"""A field is written twice in the same mapping, so that one of the two values would silently be lost.

Bad:

    key: b
    key: d

Good:

    key: d
"""

from __future__ import annotations

from collections.abc import Iterator

from cnnquiz.checks.subject import Subject
from cnnquiz.model import Finding, Level

LEVEL: Level = "error"


def check(subject: Subject) -> Iterator[Finding]:
    """What the reader found."""
    return (finding for finding in subject.loaded.findings if finding.rule == "duplicate-key")
