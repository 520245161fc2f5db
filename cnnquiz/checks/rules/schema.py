"""A field is unknown, missing or of the wrong type, or names a calculator, given, result or rule that does not exist.

Bad:

    derivation: {conv: {in: 256, kernel: 7}, want: output_sise}

Good:

    derivation: {conv: {in: 256, k: 7}, want: output_size}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cnnquiz.checks import family, rules
from cnnquiz.checks.subject import Subject
from cnnquiz.errors import CnnquizError
from cnnquiz.items import claims
from cnnquiz.items.claimed_question import claim_faults
from cnnquiz.items.worked_item import Path, WorkedItem
from cnnquiz.mathematics.values import read_tolerance
from cnnquiz.model import Finding, Level
from cnnquiz.naming import nearest_names

LEVEL: Level = "error"

_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


def check(subject: Subject) -> Iterator[Finding]:
    """What the types refuse, and what only the calculators and rules can know."""
    yield from (finding for finding in subject.loaded.findings if finding.rule == "schema")
    yield from subject.faults(__name__, LEVEL)
    hidden = _TURNING.search(subject.loaded.text) is not None or "\\u20" in subject.loaded.text
    for worked in subject.items:
        one = worked.item
        if len(one.options) == 1:
            message = f"an item of type {one.type} has two options or more"
            remedy = "Add an option, or delete `options` and write the value as the key."
            yield subject.finding(__name__, LEVEL, worked, ("options",), message, remedy=remedy, at_name=True)
        if hidden:
            for path, message, remedy in invisible_marks(worked):
                yield subject.finding(__name__, LEVEL, worked, path, message, remedy=remedy)
        if one.allow or one.tolerance or one.vary or one.where or one.pool:
            for path, message, remedy in faults(worked):
                at_name = path[0] == "vary"
                yield subject.finding(__name__, LEVEL, worked, path, message, remedy=remedy, at_name=at_name)


def invisible_marks(worked: WorkedItem) -> Iterator[tuple[Path, str, str]]:
    """Marks that turn the direction of writing, so that a reader sees another text than the program reads."""
    one = worked.item
    texts: list[tuple[Path, str]] = [(("stem",), one.stem), (("rationale",), one.rationale)]
    texts += [(("options", letter), option.text + option.why) for letter, option in worked.options.items()]
    texts += [(("key",), key) for key in worked.keys]
    for path, words in texts:
        if found := _TURNING.search(words):
            mark = f"U+{ord(found[0]):04X}"
            yield path, f"{mark}, which cannot be seen, turns the direction of writing", f"Delete the character {mark}."


def faults(worked: WorkedItem) -> Iterator[tuple[Path, str, str]]:
    """The names and numbers in an item's small fields that mean nothing."""
    for index, rule in enumerate(worked.item.allow):
        try:
            rules.rule_name(rule)
        except CnnquizError as fault:
            near = nearest_names(rule, rules.names(), most=1)
            yield ("allow", index), str(fault), f"Write `{near[0]}` for `{rule}`." if near else "Delete this name."
    if worked.item.tolerance and read_tolerance(worked.item.tolerance) is None:
        message = f"`{worked.item.tolerance[:40]}` is no tolerance"
        yield ("tolerance",), message, "Write `tolerance: 0.01`, say, or `tolerance: 1%`."
    yield from family.faults(worked)
    yield from pool_faults(worked)


def pool_faults(worked: WorkedItem) -> Iterator[tuple[Path, str, str]]:
    """The claims of a pool that cannot be decided, or say something else than their option; and a pool too small."""
    known = {str(index): option for index, option in enumerate(worked.item.pool)}
    for index, message, _ in claim_faults(known, {index: option.text for index, option in known.items()}):
        yield ("pool", int(index), "claim"), message, "Write in the claim what the option says."
    for index, option in known.items():
        if option.claim and (why := claims.truth(option.claim)[1]):
            remedy = "Write `claim: {linear: 2*x}`, say: one that its calculator can decide."
            yield ("pool", int(index), "claim"), why, remedy
            return
    if known and not any(one.claim is None for one in worked.options.values()):
        answers = list(claims.answers_in_pool(worked.item)[1].values())
        if not (any(answers) and answers.count(False) >= len(worked.options) - 1):
            yield ("pool",), "the options do not suffice for a right one and wrong ones", "Add options of either kind."
