"""The file cannot be read as YAML, or holds what a bank may not hold: anchors, aliases, tags, tabs, other encodings.

Bad:

    stem: What is this: a kernel?

Good:

    stem: "What is this: a kernel?"
"""

from __future__ import annotations

from collections.abc import Iterator

from cnnquiz.checks.subject import Subject
from cnnquiz.model import Finding, Level

LEVEL: Level = "error"


def check(subject: Subject) -> Iterator[Finding]:
    """What the parser found."""
    return (finding for finding in subject.loaded.findings if finding.rule == "yaml-syntax")
