"""An item's givens, as printed or in one of its variants, cannot be worked, or its variants cannot be asked.

All variants of a small family are looked at; of a large one its corners (the first or last value of each given), the
edges of its conditions and a sample of seeds. The finding tells the first variant's seed (cnnquiz show BANK/ITEM
--seed N shows it) and its parameters. Conditions under `where` keep out combinations that no layer allows.

Bad:

    derivation: {conv: {in: 16x16x3, k: 3, filters: 4}, want: output_shape}
    vary: {in: {choice: [4x4x3, 16x16x3]}, k: {choice: [3, 5]}}

Good:

    derivation: {conv: {in: 16x16x3, k: 3, filters: 4}, want: output_shape}
    vary: {in: {choice: [4x4x3, 16x16x3]}, k: {choice: [3, 5]}}
    where: [k <= i]
"""

from __future__ import annotations

from collections.abc import Iterator

from cnnquiz.checks import family
from cnnquiz.checks.subject import Subject
from cnnquiz.model import Finding, Level

LEVEL: Level = "error"


def check(subject: Subject) -> Iterator[Finding]:
    """Each derivation that cannot be worked, and each family with such variants."""
    yield from subject.faults(__name__, LEVEL)
    for worked, survey in family.surveys(subject):
        if survey.invalid is not None:
            message = survey.sentence(survey.invalid)
            remedy = survey.invalid.remedy
            yield subject.finding(__name__, LEVEL, worked, ("vary",), message, remedy=remedy, at_name=True)
        elif (trouble := survey.marking) is not None:
            message = f"the variant of seed {trouble.seed} cannot be asked: {trouble.message}"
            shown = f"cnnquiz show BANK/{worked.item.id} --seed {trouble.seed} --key"
            remedy = f"Delete `vary`, or mend what is wrong in this variant: {shown}."
            yield subject.finding(__name__, LEVEL, worked, ("vary",), message, remedy=remedy, at_name=True)
