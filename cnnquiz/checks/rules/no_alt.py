"""A figure has no description in words, so that somebody who cannot see it cannot answer.

Bad:

    figure: {file: figures/edges.txt}

Good:

    figure: {file: figures/edges.txt, alt: "Three panels: faces, parts of faces, straight strokes."}
"""

from __future__ import annotations

from collections.abc import Iterator

from cnnquiz.checks.subject import Subject
from cnnquiz.model import Finding, Level

LEVEL: Level = "warning"


def check(subject: Subject) -> Iterator[Finding]:
    """Each figure without an alt."""
    for worked in subject.items:
        if worked.item.figure is not None and not worked.item.figure.alt.strip():
            message = "the figure has no `alt`, which says in words what it shows"
            remedy = "Add `alt:` under `figure`, with what it shows in words."
            yield subject.finding(__name__, LEVEL, worked, ("figure",), message, remedy=remedy)
