"""Whether an option's words say what its claim decides, and whether the stem asks for what the claims decide."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cnnquiz import calculators
from cnnquiz.errors import CnnquizError
from cnnquiz.items.said_expression import expressions, says_another
from cnnquiz.items.said_value import flat, is_same, is_size, with_value
from cnnquiz.language import polarity
from cnnquiz.language.mentions import Mention, mentions
from cnnquiz.language.option_value import meaning, says_none
from cnnquiz.language.question import marked_negation
from cnnquiz.language.tokens import Token, sentences, tokens
from cnnquiz.language.vocabulary import FUNCTIONS
from cnnquiz.model import Claim, Item, Option
from cnnquiz.solution import text
from cnnquiz.solver.calculator import Calculator, Given

_SUPPOSING = re.compile(r"\b(?:if|suppose|assume|imagine|would|statement \d)\b", re.IGNORECASE)
_NONE = re.compile(r"\W*(?:none|neither|no|nothing|false|true)\b", re.IGNORECASE)
_NUMBERED = re.compile(r"\b(?:statement|option|layer|figure|part|case|week|panel|question|label|step)s? \d+", re.I)
_NEGATIVE = re.compile(r"\b(?:not|never|no|other than|differ\w*|neither|without|unlike|cannot|false)\b|n['’]t\b", re.I)
_INEXACT = re.compile(
    r"\b(?:about|nearly|roughly|approximately|around|almost|million|thousand|billion|half|twice|times|quarter|third)\b"
    r"|[≈~%]|\d[kKMG]\b",
)


def claim_faults(options: Mapping[str, Option], texts: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """What an option says and its claim does not: letter, message and remedy."""
    for letter, option in options.items():
        claim, words = option.claim, texts[letter]
        if claim is None:
            continue
        if claim.word == "none" and not (says_none(words) or _NONE.match(words)):
            message = f"`claim: none` belongs to an option such as `None of these`, not to `{words[:60]}`"
            yield letter, message, f"Delete `claim` under `{letter}`, or write what it claims."
        elif not claim.word and (fault := _other_words(words, claim) or _other_count(letter, option.why, claim)):
            yield letter, *fault


def numbers_in(words: str) -> list[Token]:
    """The numbers and sizes in an option's words; not those of `Statement 2`."""
    return [token for token in tokens(_NUMBERED.sub("", words)) if token.kind in ("number", "size")]


def _other_words(words: str, claim: Claim) -> tuple[str, str] | None:
    """What the words have and the claim does not: a number, a function, or the claim's negation; with the remedy."""
    if claim.calculator == "linear" and not claim.holds and expressions(words):
        operator = str(next(iter(claim.given.values()), ""))
        message = f"the option says another function than its claim, {operator[:60]}"
        return (message, _in_words([], "")) if says_another(words, operator) else None
    written = f"{claim.given} {claim.holds}"
    inside = tokens(written.replace("'", " ").replace('"', " "))
    known = {number for token in inside for number in flat(token.value)}
    known |= set() if words.strip(" .").isdecimal() else {0}  # `0 for x < 0` may be a claim's function
    known |= {number for digits in re.findall(r"[a-z](\d+)\b", written) for number in [int(digits)]}
    for token in numbers_in(words):
        if not _INEXACT.search(words) and not set(flat(token.value)) <= known:
            message = f"the option says {token.as_written}, which does not stand in its claim"
            return message, _in_words(re.findall(r"\d+(?:\.\d+)?", claim.holds), token.as_written)
    functions = {FUNCTIONS[token.text] for token in tokens(words) if token.text in FUNCTIONS}
    if len(functions) == 1 and FUNCTIONS.keys() & set(re.findall(r"[a-z]+", written.casefold())):
        named = {FUNCTIONS[word] for word in re.findall(r"[a-z]+", written.casefold()) if word in FUNCTIONS}
        if functions.isdisjoint(named):
            said = next(token.as_written for token in tokens(words) if FUNCTIONS.get(token.text) in functions)
            message = f"the option speaks of {next(iter(functions))}, but its claim of {next(iter(named))}"
            return message, _in_words(list(named), said)
    if (own := polarity.condition(claim.holds)) and not _SUPPOSING.search(words):
        counts = polarity.comparisons(words, own[0])
        if len(counts) == 1 and counts[0].is_opposite(own[1]):
            return f"its claim, `{claim.holds[:60]}`, denies what the option says", _in_words([], "")
    denied = re.search(r"!=\s*(\d+)", claim.holds)
    if denied and not _NEGATIVE.search(words) and re.search(rf"\b{denied[1]}\b", words):
        return f"its claim, `{claim.holds[:60]}`, denies what the option says", "Write `==` for `!=` in the claim."
    return None


def _other_count(letter: str, why: str, claim: Claim) -> tuple[str, str] | None:
    """Another count than the one that the claim compares, where a reason is nothing but a count: 26 million."""
    own, read = polarity.condition(claim.holds), _read(claim) if any(map(str.isdigit, why)) else None
    right = read[0].result_values(read[1]).get(own[0]) if own and read else None
    said = meaning(why, right, own[0]) if own and isinstance(right, int) and not isinstance(right, bool) else None
    if own is None or not isinstance(said, int) or said in (right, own[1].number):
        return None
    message = f"its reason says {text(said)}, but {own[0]} is {text(right)}"
    return message, f"Write `why: {text(right)}` under `{letter}`."


def _in_words(claimed: list[str], said: str) -> str:
    """How an option comes to say what its claim does: in its own words where the claim has several such values."""
    if len(claimed) == 1:
        return f"Write `{claimed[0]}` for `{said}` in the option, or change its claim."
    return "Say in the option what its claim says, or change the claim."


def stem_faults(item: Item, claims: Sequence[Claim]) -> Iterator[tuple[str, str, str]]:
    """What the stem says against every claim: message, remedy and the stem's words."""
    read = [pair for claim in claims if (pair := _read(claim)) is not None]
    if not read:
        return
    marked = marked_negation(item.stem)
    if item.asks and answer_is_claim(item.stem, claims) is False and not (marked and item.type == "multiple"):
        message = "the stem asks for what is not so, but the claims are read as if it did not"
        yield message, "Write `asks: false`.", marked or polarity.denial(item.stem, claims[0].calculator)
    said: dict[str, list[Mention]] = {}
    own = [sentence for sentence in sentences(item.stem) if not _SUPPOSING.search(sentence)]
    for mention in (one for sentence in own for one in mentions(sentence)):
        for name in mention.names:
            said.setdefault(name, []).append(mention)
    for name, group in said.items():
        stated = [value for calculator, given in read if (value := _stated_value(calculator, given, name)) is not None]
        if len(stated) == len(read) and not any(_fits(name, one.value, value) for one in group for value in stated):
            shown = " and ".join(dict.fromkeys(map(text, stated)))
            words, other = group[0].words, with_value(group[0].words, stated[0])
            write = f"Write `{other}` for `{words}` in the stem" if other else "Say in the stem what the claims take"
            remedy = f"{write}, or change the claims."
            yield f"the stem says `{words}`, but the claims take {shown}", remedy, words


def _read(claim: Claim) -> tuple[Calculator, Given] | None:
    try:
        calculator = calculators.load(claim.calculator)
        return calculator, calculator.read(claim.given)
    except CnnquizError:
        return None


def _stated_value(calculator: Calculator, given: Given, name: str) -> Any:
    for quantity in calculator.quantities:
        if quantity.name == name:
            default = given.env.get(quantity.short) if quantity.kind.hint == "yes|no" else None
            return given.stated.get(quantity.short, default)
    return None


def _fits(name: str, said: Any, known: Any) -> bool:
    return is_size(said, known, None) if name == "in_size" else is_same(said, known)


def answer_is_claim(stem: str, claims: Sequence[Claim]) -> bool | None:
    """Whether the options whose claims are true are asked for, by the stem's words; False for those that are not.

    True as well where each option claims something of its own, which the stem need not say. None where the stem asks
    for something that may be another: affine operators beside claims of linear ones.
    """
    marked = bool(marked_negation(stem))
    decided = {(claim.calculator, claim.holds) for claim in claims if not claim.word}
    if len(decided) != 1 or len(claims) < 2:
        return not marked
    calculator, holds = next(iter(decided))
    if not holds and polarity.other_properties(stem, calculator):
        return None
    if marked or holds:
        return not marked and _says_condition(stem, holds)
    return polarity.affirms(stem, calculator) if polarity.names_property(stem, calculator) else True


def _says_condition(stem: str, holds: str) -> bool | None:
    own = polarity.condition(holds)
    said = polarity.comparisons(stem, own[0]) if own else []
    if own is None or not said or any(one.is_same(own[1]) for one in said):
        return True
    if any(one.is_opposite(own[1]) or (one.number == own[1].number and one.excludes(own[1])) for one in said):
        return False
    return None if any(one.number == own[1].number for one in said) else True
