"""The experiment behind a key does not show it: the claim does not hold for each seed, or there is no record of it.

A record (`cnnquiz lab run NAME --output FILE`) has the figures of five seeds, and the hash of the experiment's source:
one that was made by another version of it proves nothing. `cnnquiz lab run` lists the experiments, and
`cnnquiz lab run NAME --check` runs one again.

Bad:

    evidence: {experiment: vanishing, holds: sigmoid_10 > sigmoid_2}

Good:

    evidence: {experiment: vanishing, holds: sigmoid_10 < sigmoid_2/100}
"""

from __future__ import annotations

from collections.abc import Iterator

from cnnquiz.checks.subject import Subject
from cnnquiz.model import Finding, Level

LEVEL: Level = "error"


def check(subject: Subject) -> Iterator[Finding]:
    """Each experiment that does not show what an item claims of it."""
    yield from subject.faults(__name__, LEVEL)
