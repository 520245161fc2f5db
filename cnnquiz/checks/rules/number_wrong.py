"""A number in prose contradicts the item's derivation, or arithmetic in prose is wrong.

Found are: a `{name}` that stands for nothing, or in mathematics, where it stays as it is; an equation between numbers
(or in the letters of the derivation) that is false, written with `=` or in words (a result may be rounded to the
decimals it shows, and where the sentence speaks of rounding, to a whole number or cut); a share or multiple that the
numbers beside it do not have (9 of 36 is 20 %); and in the rationale, a hint or the key's own why, a step of the
derivation with another operand, another value than the derived one that is said to be the answer, another count of what
is asked for, another width of the output, another value of a given, in words too (there are no biases, the input is
grey).

A sentence under a condition (with ceil mode, in PyTorch, for grey images, it would) says nothing about this item, and
the why of a wrong option may tell the mistake.

Bad:

    rationale: "(256 - 7)/2 = 124, so the output is 126x126x4."

Good:

    rationale: "(256 - 7)/2 = 124.5, rounded down 124, so the output is {output_shape}."
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from cnnquiz.answers.single import TRUTH
from cnnquiz.checks import equations, prose_switches, prose_values
from cnnquiz.checks.hedges import leaves_the_case
from cnnquiz.checks.subject import Subject
from cnnquiz.errors import CnnquizError
from cnnquiz.items import families
from cnnquiz.items.derived_answer import DerivedAnswer
from cnnquiz.items.placeholders import fill, names_in_mathematics
from cnnquiz.items.said_value import flat
from cnnquiz.items.worked_item import Path, WorkedItem
from cnnquiz.language.option_value import meaning
from cnnquiz.language.question import marked_negation
from cnnquiz.language.tokens import sentences, tokens
from cnnquiz.mathematics import arithmetic
from cnnquiz.mathematics.expression import names_in, parse
from cnnquiz.mathematics.values import equivalent
from cnnquiz.model import Finding, Level
from cnnquiz.naming import nearest_names
from cnnquiz.solution import prose_text, text

LEVEL: Level = "error"

_DIGIT = re.compile("[0-9]")
_RESULT = re.compile(r"=\s*(\d[\d,]*(?:\.\d+)?)(?![\w.]*\s?[-+*/^=(])")
_SAID = re.compile(r"\(\d+(?:,\s?\d+)+\)|\d[\d,.]*(?:\s?[x×*]\s?\d+)*")
_BRACES = re.compile(r"\{[^{}]*\}")
SMALLEST = 10  # a smaller number may be written out for other reasons


def check(subject: Subject) -> Iterator[Finding]:
    """Each wrong number in prose; where the parts of an item share the text, once."""
    for worked in subject.items:
        told: set[tuple[int, int]] = set()
        for question in worked.questions:
            found = [one for one in wrong_numbers(subject, question) if (one.line, one.column) not in told]
            told |= {(one.line, one.column) for one in found}
            yield from found


def wrong_numbers(subject: Subject, worked: WorkedItem) -> Iterator[Finding]:
    """Each wrong number in the prose of one question."""
    if worked.derived is None and worked.item.derivation is not None:
        return  # nothing can be said about its numbers
    yield from last_result(subject, worked)
    yield from stale_numbers(subject, worked)
    values = worked.values
    for path, words, answer in prose(worked):
        yield from contradictions(subject, worked, path, words) if answer else ()
        spelled = answer and not _DIGIT.search(words) and any(one.kind == "number" for one in tokens(words))
        if "{" in words or spelled or (_DIGIT.search(words) and (answer or equations.says(words))):
            yield from faults(subject, worked, path, words, values, answer)


def last_result(subject: Subject, worked: WorkedItem) -> Iterator[Finding]:
    """A rationale that ends in another option's value than the key's, where no derivation says which is right."""
    if worked.item.derivation is not None or len(worked.keys) != 1 or not _DIGIT.search(worked.item.rationale):
        return
    found = _RESULT.findall(arithmetic.plain(worked.item.rationale))
    value = meaning(found[-1].rstrip(".,")) if found else None
    holders = [letter for letter, one in worked.meanings.items() if one is not None and one == value]
    key = worked.keys[0]
    if len(holders) != 1 or key in holders or worked.meanings.get(key) is None or _negative(worked):
        return
    said = text(worked.meanings[key])
    if said not in worked.item.rationale.replace(",", ""):
        message = f"the rationale ends in {found[-1]}, which is option {holders[0]}, but the key is {key}, {said}"
        remedy = f"Write `key: {holders[0]}`, or mend the rationale."
        yield subject.finding(
            __name__, LEVEL, worked, ("rationale",), message, found[-1], remedy, phrase=found[-1]
        )


def _negative(worked: WorkedItem) -> bool:
    return not worked.item.asks or bool(marked_negation(worked.item.stem)) or " not " in worked.item.stem


def _is_false(worked: WorkedItem) -> bool:
    """Whether the key says that the stem is false."""
    key = worked.keys[0] if worked.item.type == "true-false" else ""
    return TRUTH.get(worked.texts.get(key, key).casefold()) == "false"


def stale_numbers(subject: Subject, worked: WorkedItem) -> Iterator[Finding]:
    """Numbers written out in a family's prose, though they are another in each variant."""
    if not worked.item.vary or worked.derived is None:
        return
    fixed, varying = families.numbers_by_variance(worked.item, worked.derived, subject.bank.layout)
    stated = {number for token in tokens(_BRACES.sub(" ", worked.item.stem)) for number in flat(token.value)}
    for path, words, _ in prose(worked):
        about_key = path[0] in ("rationale", "hints") or (path[-1] == "why" and path[1] in worked.keys)
        every = sentences(words) if about_key and _DIGIT.search(words) else []
        own = [each for before, each in pairwise(["", *every]) if not leaves_the_case(each, before)]
        for token in (token for each in own for token in tokens(_BRACES.sub(" ", each))):
            for number in flat(token.value):
                name = varying.get(number)
                if name is not None and number not in fixed | stated and (number >= SMALLEST or number % 1):
                    said, remedy = token.as_written, f"Write `{{{name}}}` for `{token.as_written}`."
                    message = f"{said} is written out, but `{name}` is another number in each variant"
                    yield subject.finding(__name__, LEVEL, worked, path, message, remedy=remedy, phrase=said)
                    return


def prose(worked: WorkedItem) -> Iterator[tuple[Path, str, bool]]:
    """The item's texts with their paths, and whether the text says what the answer is."""
    one = worked.item
    yield ("stem",), one.stem, False
    yield ("rationale",), one.rationale, worked.asks_for_value
    for index, hint in enumerate(one.hints):
        yield ("hints", index), hint, worked.asks_for_value
    for letter, option in worked.options.items():
        yield ("options", letter, *(("text",) if option.why else ())), option.text, False
        yield ("options", letter, "why"), option.why, worked.asks_for_value and letter in worked.keys


def contradictions(subject: Subject, worked: WorkedItem, path: Path, words: str) -> Iterator[Finding]:
    """What a text says in words against a given: that there are no biases, or that the input is grey."""
    for said, taken in prose_switches.contradictions(words, worked.derived) if worked.derived else ():
        message, remedy = f"`{said}` contradicts the derivation, where {taken}", "Say what the derivation takes."
        yield subject.finding(__name__, LEVEL, worked, path, message, remedy=remedy, phrase=said)


def faults(
    subject: Subject, worked: WorkedItem, path: Path, words: str, values: Mapping[str, Any], answer: bool
) -> Iterator[Finding]:
    """What is wrong with the numbers of one text."""
    written = words
    try:
        words = fill(words, values)
    except CnnquizError as fault:
        name = str(fault).partition(" ")[0]
        message, remedy = f"{name} stands for nothing", placeholder_remedy(name, worked)
        yield subject.finding(__name__, LEVEL, worked, path, message, remedy=remedy, phrase=name)
        return
    for name in (one for one in names_in_mathematics(written) if one in values):
        message = f"`{{{name}}}` stays as it is in mathematics"
        remedy = f"Write `{prose_text(values[name])}` for `{{{name}}}`, or the formula without dollar signs."
        yield subject.finding(__name__, LEVEL, worked, path, message, remedy=remedy, phrase=f"{{{name}}}")
        return
    value = worked.derived.value if worked.derived else None
    letters = names_in(parse(str(value))) if worked.derived and worked.derived.given.letters else ()
    for left, right in equations.false_identities(words, letters) if answer and letters and "=" in words else ():
        same = str(value) if equivalent(left, str(value)) else left
        message, remedy = f"`{left} = {right}` is false", f"Write `{same}` for the result `{right}`."
        yield subject.finding(__name__, LEVEL, worked, path, message, remedy=remedy, phrase=right)
    told = path[-1] == "why" and path[1] not in worked.keys
    for sentence in sentences(words) if equations.says(words) and not (path == ("stem",) and _is_false(worked)) else ():
        for message, right, literal in equations.false_equations(sentence, told, value):
            remedy = f"Write `{right}` for the result `{literal}`."
            yield subject.finding(__name__, LEVEL, worked, path, message, right, remedy, phrase=literal)
    if answer and worked.derived is not None:
        yield from against_derivation(subject, worked, worked.derived, path, written, words)


def against_derivation(
    subject: Subject, worked: WorkedItem, derived: DerivedAnswer, path: Path, written: str, words: str
) -> Iterator[Finding]:
    """What a text, as written and as filled in, says against the derivation, or what nothing in the item explains."""
    values = worked.values
    for said, want, right, place, write in prose_values.contradictions(written, words, worked, derived):
        message = f"`{said}` is said to be the answer, but {want} is {right}"
        if want != derived.want:
            message = f"`{said}` contradicts the derivation, where {want} is {right}"
        remedy = f"Write {write}." if write else value_remedy(written, place or said, want, values)
        yield subject.finding(__name__, LEVEL, worked, path, message, right, remedy, phrase=place or said)
        return
    for one in prose_values.stray_numbers(words, worked, derived) if worked.key_follows else ():
        message = f"nothing in the item explains {one.words}: {one.name} is {one.right}"
        remedy = f"Write `{one.right}` for `{one.words}`."
        remedy = value_remedy(written, one.words, one.name, values) if one.name in values else remedy
        yield subject.finding(__name__, LEVEL, worked, path, message, remedy=remedy, phrase=one.words)


def placeholder_remedy(name: str, worked: WorkedItem) -> str:
    """The placeholder that was probably meant; the result's where none is near."""
    if worked.derived is None:
        return f"Write what it stands for in the place of `{name}`: the item has no derivation."
    near = nearest_names(name.strip("{}"), worked.values, most=1) or [worked.derived.want]
    return f"Write `{{{near[0]}}}` for `{name}`, or another given or result of {worked.derived.calculator.name}."


def value_remedy(written: str, said: str, name: str, values: Mapping[str, Any]) -> str:
    """What to write for a wrong value: a placeholder; the number itself where one axis of a size is said."""
    found, value = _SAID.search(said), values[name]
    number = found[0].rstrip(".,") if found else said
    filled = (one[0] for one in _BRACES.finditer(written) if prose_text(values.get(one[0][1:-1])) == number)
    if (placeholder := next(filled, None)) is not None:
        return f"Write `{{{name}}}` for `{placeholder}`."
    if isinstance(value, tuple) and number.replace(",", "").isdigit():
        return f"Write `{text(value[0])}` for `{number}`."
    axes = 1 if isinstance(value, tuple) else len(re.split("[x×*]", number))
    return f"Write `{'x'.join([f'{{{name}}}'] * axes)}` for `{number}`, which is always right."
