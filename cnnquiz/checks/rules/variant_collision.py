"""In a variant of an item, two options are the same, or too few slips give distractors that differ.

All variants of a small family are looked at; of a large one its corners (the first or last value of each given), the
edges of its conditions and a sample of seeds. The finding tells the first variant's seed and parameters.

Bad:

    options: {a: {text: 6x6x4, slip: forgot-kernel}, b: 5x5x4}     # with k = 1 and s = 2 both are right
    key: b
    vary: {k: {choice: [1, 3]}}

Good:

    options: {a: {text: 6x6x4, slip: forgot-kernel}, b: 5x5x4}
    key: b
    vary: {k: {choice: [3, 5]}}
"""

from __future__ import annotations

from collections.abc import Iterator

from cnnquiz.checks import family
from cnnquiz.checks.subject import Subject
from cnnquiz.model import Finding, Level

LEVEL: Level = "error"


def check(subject: Subject) -> Iterator[Finding]:
    """Each family in which options meet."""
    for worked, survey in family.surveys(subject):
        if survey.collision is not None:
            message = survey.sentence(survey.collision)
            remedy = survey.collision.remedy
            yield subject.finding(__name__, LEVEL, worked, ("vary",), message, remedy=remedy, at_name=True)
