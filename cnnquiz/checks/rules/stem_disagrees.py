"""The stem says something else than the derivation that proves the key, or asks for something else.

Compared are the values that the stem gives to quantities (stride 2, 4 filters, a 7x7 kernel, RGB, without padding,
biases excluded), the layer that it speaks of, and the count that it asks for. A difference that changes nothing about
the right value is no fault. A family's stem says each given that varies, by its placeholder.

Bad:

    stem: A {in} image is convolved with {filters} kernels of size 7x7, stride 1. What is the size of the output?
    derivation: {conv: {in: 256x256x3, k: 7, s: 2, filters: 4}, want: output_shape}

Good:

    stem: A {in} image is convolved with {filters} kernels of size 7x7, stride {s}. What is the size of the output?
    derivation: {conv: {in: 256x256x3, k: 7, s: 2, filters: 4}, want: output_shape}
"""

from __future__ import annotations

from collections.abc import Iterator

from cnnquiz.checks.subject import Subject
from cnnquiz.items.worked_item import WorkedItem
from cnnquiz.language import question
from cnnquiz.language.option_value import beside
from cnnquiz.model import Finding, Level

LEVEL: Level = "error"


def check(subject: Subject) -> Iterator[Finding]:
    """Each point in which a stem contradicts its derivation."""
    for worked in subject.questions:
        for one in worked.agreement.disagreements if worked.agreement else ():
            message, remedy, phrase = one.message, one.remedy, one.literal
            yield subject.finding(__name__, LEVEL, worked, ("stem",), message, remedy=remedy, phrase=phrase)
        for message, remedy, phrase in worked.stem_faults:
            yield subject.finding(__name__, LEVEL, worked, ("stem",), message, remedy=remedy, phrase=phrase)
        for letter, message, remedy in unit_faults(worked):
            yield subject.finding(__name__, LEVEL, worked, ("options", letter), message, remedy=remedy)


def unit_faults(worked: WorkedItem) -> Iterator[tuple[str, str, str]]:
    """The right option's unit, where it counts something else than the derivation: letter, message and remedy."""
    for letter in worked.holders if worked.derived and worked.asks_for_value else ():
        unit = beside(worked.texts[letter])[1]
        results = question.results_of_unit(unit)
        if results and worked.derived is not None and not question.answers(worked.derived.wanted.result, results):
            own = worked.derived.want.replace("_", " ")
            message = f"`{worked.texts[letter][:60]}` counts something else than `{worked.derived.want}`"
            written = worked.texts[letter][worked.texts[letter].casefold().find(unit) :][: len(unit)]
            yield letter, message, f"Write `{own}` for `{written}`, or another `want` under `derivation`."
