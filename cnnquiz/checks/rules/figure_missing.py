"""An item's figure cannot be shown: its file is not there, is not text, or lies outside the bank's folder.

Bad:

    figure: {file: ../secret.txt, alt: "..."}

Good:

    figure: {file: figures/edges.txt, alt: "Three panels of straight strokes."}
"""

from __future__ import annotations

from collections.abc import Iterator

from cnnquiz.checks.subject import Subject
from cnnquiz.errors import CnnquizError
from cnnquiz.files import figure_text
from cnnquiz.model import Finding, Level

LEVEL: Level = "error"
REMEDY = "Write `file:` under `figure` with the path of a text file in the bank's folder, or delete `figure`."


def check(subject: Subject) -> Iterator[Finding]:
    """Each figure that cannot be read."""
    for worked in subject.items:
        if worked.item.figure is None:
            continue
        try:
            words = figure_text(subject.loaded, worked.item.figure)
        except CnnquizError as fault:
            message = f"the figure cannot be shown: {fault}"
            yield subject.finding(__name__, LEVEL, worked, ("figure", "file"), message, remedy=REMEDY)
        else:
            if not words.strip():
                message = "the figure's file is empty"
                yield subject.finding(__name__, LEVEL, worked, ("figure", "file"), message, remedy=REMEDY)
