"""No option holds the derived value, so that no answer is right.

A rounded decimal holds it only within a `tolerance`: 0.33 is not 1/3.

Bad:

    options: {a: 126x126x4, b: 124x124x4}
    key: a
    derivation: {conv: {in: 256x256x3, k: 7, s: 2, filters: 4}, want: output_shape}

Good:

    options: {a: 125x125x4, b: 124x124x4}
    key: a
    derivation: {conv: {in: 256x256x3, k: 7, s: 2, filters: 4}, want: output_shape}
"""

from __future__ import annotations

from collections.abc import Iterator

from cnnquiz.checks import wrong_values
from cnnquiz.checks.subject import Subject
from cnnquiz.model import Finding, Level

LEVEL: Level = "error"


def check(subject: Subject) -> Iterator[Finding]:
    """Each item in which the right value is missing."""
    for worked in subject.derived:
        if worked.options and worked.derived is not None and worked.value_refutes_key and not worked.right_letters:
            message, remedy = wrong_values.message_and_remedy(worked)
            message = f"no option holds the right value: {message}"
            yield subject.finding(__name__, LEVEL, worked, ("key",), message, worked.right_text, remedy)
