"""What prose says of how the item's own values differ, and of their parts: each side shrinks by 4, 1 of them a bias."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import prod
from typing import Any

from cnnquiz.checks.hedges import leaves_the_case, opens_a_case
from cnnquiz.items.derived_answer import DerivedAnswer
from cnnquiz.items.said_value import flat, numbers
from cnnquiz.language.tokens import read_count, singular
from cnnquiz.language.vocabulary import PHRASES
from cnnquiz.solution import text

_COUNT = r"(\d[\d,]*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_SIDES = r"\b(?:each|every|the|both) (?:side|width|height|edge)s?"
_END = r"(?= ?[.,;:!)](?!\d)|$| (?:and|to|from|because|since|as)\b)"
_FACTORS = {"doubl": "2", "tripl": "3", "quadrupl": "4", "halv": "1/2", "quarter": "1/4", "twice": "2"}
_BY = re.compile(
    rf"{_SIDES} (?:(?:shrink|grow|fall|drop)s? by|(?:lose|gain)s?) {_COUNT}(?: pixels?| px| cells?)?{_END}",
    re.IGNORECASE,
)
_FACTOR = re.compile(
    rf"{_SIDES} (?:(?:is|are|gets?) )?(?:({'|'.join(_FACTORS)})(?:e?s|ed)?|(twice|{_COUNT} times)"
    rf"(?: as (?:long|large|big|wide|high))?){_END}",
    re.IGNORECASE,
)
_PART = re.compile(
    rf"(?<![\d.,])(\d[\d,]*) (?:\w+ )?(?:parameters|numbers|values)(?:,? of which |, | \()(?:and )?{_COUNT}"
    r"(?: (?:of (?:them|these|those|which)|are|is|being|an?))* (bias(?:es)?|weights?)\b",
    re.IGNORECASE,
)
_HELD = re.compile(
    rf"\b{_COUNT} (?:full |whole |complete )?(batch|epoch|filter|kernel)e?s (?:hold|contain|take|use|cover|have|see) "
    r"(\d[\d,]*)(?![.\w]*\d)(?! (?:\w+ )?(?:each|apiece|per|for)\b)",
    re.IGNORECASE,
)
_UNITS = {
    "batch": ("batch_size",), "epoch": ("num_samples", "iterations_per_epoch"),
    "filter": ("filter_weights", "filter_parameters"), "kernel": ("filter_weights", "filter_parameters"),
}  # fmt: skip
_SAYS = re.compile(r"\b(?:side|width|height|edge|bias|biase|weight|batche|epoch|filter|kernel)s?\b", re.IGNORECASE)

Change = tuple[str, str, str]  # as written, the name of what it should be, the right number or word


def says(words: str) -> bool:
    """Whether a text may tell how long a side becomes, without a number."""
    return _FACTOR.search(words) is not None


def contradictions(sentence: str, before: str, derived: DerivedAnswer) -> Iterator[Change]:
    """Each change, part or count that the derivation has otherwise; of another case than the item's nothing is said."""
    if _SAYS.search(sentence) and not opens_a_case(sentence):
        readers = ((_BY, _difference), (_FACTOR, _factor), (_PART, _part), (_HELD, _held))
        for pattern, right in readers:
            found = pattern.search(sentence)
            if found and not leaves_the_case(sentence.replace(found[0], ""), before):
                other = right(found, derived)
                yield from ((found[0], *other),) if other else ()
    for name, value in derived.results.items():
        if type(value) is int and name.endswith("s") and singular(name) not in PHRASES and name[:-1] in sentence:
            yield from _counted(sentence, before, name, value)


def _sides(derived: DerivedAnswer) -> list[tuple[int, int]]:
    """The axes of the input beside those of the output; none for a chain, in which each layer has its own."""
    known = derived.values
    into, out = flat(known.get("i")), flat(derived.results.get("output_size"))
    if "shapes" in derived.results or not all(type(one) is int for one in (*into, *out)):
        return []
    return list(zip(into * (len(out) if len(into) == 1 else 1), out, strict=False))


def _difference(found: re.Match[str], derived: DerivedAnswer) -> tuple[str, str] | None:
    """The pixels by which a side changes, where another number of them is said; one border has half of them."""
    known, sides = derived.values, _sides(derived)
    right = {abs(a - b) for a, b in sides}
    steps = [one - 1 for one in numbers((known.get("e"),))] + [2 * one for one in numbers((known.get("p"),))]
    explained = {*right, *(Fraction(one, 2) for one in right), *steps}
    if not right or _number(found[1]) in explained:
        return None
    return "the difference of input and output", text(next(iter(right)))


def _factor(found: re.Match[str], derived: DerivedAnswer) -> tuple[str, str] | None:
    """How many times as long a side becomes, where it is another number; a stride may be said, before rounding."""
    factor = Fraction(_number(found[3]) if found[3] else _FACTORS[(found[1] or found[2]).casefold()])
    sides, strides = _sides(derived), numbers((derived.values.get("s"),))
    near = any(abs(b - a * factor) < (factor if factor > 1 else 1) for a, b in sides)
    if not sides or near or not factor or factor in strides or 1 / factor in strides:
        return None
    return "the factor from input to output", text(Fraction(sides[0][1], sides[0][0]))


def _part(found: re.Match[str], derived: DerivedAnswer) -> tuple[str, str] | None:
    """The weights or biases among parameters of the layer, or of one filter or unit."""
    whole, said = _number(found[1]), _number(found[2])
    for parameters, weights in _parameters_and_weights(derived.values):
        right = weights if found[3].casefold().startswith("weight") else parameters - weights
        if whole == parameters:
            return (f"of {parameters} the number of {found[3]}", text(right)) if said != right else None
    return None


def _parameters_and_weights(known: Mapping[str, Any]) -> Iterator[tuple[int, int]]:
    one, filters, bias = known.get("filter_weights"), known.get("out_channels"), known.get("bias") is True
    weights = known.get("weights")
    if weights is None and type(one) is int and type(filters) is int:
        weights = one * filters
    for parameters, own in ((known.get("parameters"), weights), (known.get("filter_parameters"), one)):
        if type(parameters) is int and type(own) is int:
            yield parameters, own
    if bias and type(inputs := known.get("in_features")) is int:
        yield inputs + 1, inputs


def _held(found: re.Match[str], derived: DerivedAnswer) -> tuple[str, str] | None:
    """What so many batches, epochs or filters hold, where it is no multiple of what one holds."""
    count, said, known = _number(found[1]), _number(found[3]), derived.values
    each = [one for name in _UNITS[found[2].casefold()] if type(one := known.get(name)) is int]
    if not each or said in {count * one for one in each} or said in numbers(known.values()):
        return None
    return f"{count} x {each[0]}", text(prod((count, each[0])))


def _counted(sentence: str, before: str, name: str, value: int) -> Iterator[Change]:
    """A count of a result that is called by its name: two drops have been made."""
    begins, ends = r"(?:^|\b(?:are|so|after|makes?|gives?),? )", rf"{_END[:-1]}| (?:have|has|are|is|were)\b)"
    found = re.search(rf"{begins}{_COUNT} ({name[:-1]}s?){ends}", sentence, re.IGNORECASE)
    if found and _number(found[1]) != value and not leaves_the_case(sentence.replace(found[2], ""), before):
        yield found[0], name, text(value)


def _number(words: str) -> int:
    return read_count(words.replace(",", "")) or 0
