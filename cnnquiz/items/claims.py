"""What options claim, decided by calculators: linear or not, how many layers; or none, or all, of the others."""

from __future__ import annotations

from functools import lru_cache
from string import ascii_lowercase
from typing import Any

from cnnquiz import calculators
from cnnquiz.errors import CnnquizError, program_fault
from cnnquiz.language.option_value import says_all, says_none
from cnnquiz.mathematics.expression import SIZES, evaluate, parse
from cnnquiz.mathematics.time_limit import TooLongError, time_limit
from cnnquiz.model import Claim, Item, Option
from cnnquiz.naming import did_you_mean

Path = tuple[str | int, ...]
WORDS = ("none", "all")


def decide(
    item: Item, options: dict[str, Option], texts: dict[str, str]
) -> tuple[dict[str, bool | None], list[tuple[Path, str]]]:
    """By letter, whether each option with a claim is a right answer to the item; and the faults found.

    An option is right where its claim is true; with `asks: false`, where it is false. `none` is right if no other
    option is, `all` if every other one is, and then it alone. None stands for undecided. The words "None of these"
    and "All of the above" are such claims.
    """
    found: dict[str, bool | None] = {}
    faults: list[tuple[Path, str]] = []
    said: dict[str, str] = {}
    claims: dict[str, Claim] = {}
    for letter, option in options.items():
        claim = option.claim
        if word := claim.word if claim else _word_of(texts[letter]):
            said[letter] = word
        elif claim is not None:
            claims[letter] = claim
    letter = ""
    try:
        with time_limit("to decide: claim something plainer"):
            for letter, claim in claims.items():
                found[letter], why = truth(claim)
                faults += [(("options", letter, "claim"), why)] if why else []
    except TooLongError as fault:
        faults.append((("options", letter, "claim"), str(fault)))
    found = {one: None if (said_true := found.get(one)) is None else said_true == item.asks for one in claims}
    others = [found.get(letter) for letter in options if letter not in said]
    for letter, word in said.items():
        found[letter] = _by_word(word, others)
        if word not in WORDS:
            faults.append((("options", letter, "claim"), _unknown(word)))
    if item.type != "multiple" and any(word == "all" and found[letter] for letter, word in said.items()):
        found = {letter: said.get(letter) == "all" for letter in found}
    return {letter: found[letter] for letter in options if letter in found}, faults


def answers_in_pool(item: Item) -> tuple[dict[str, Option], dict[str, bool]]:
    """The options of an item and of its pool, those under the letters behind; by letter, whether each is an answer.

    An option that claims something of the others (`none`) is left out of the second. CnnquizError where a claim cannot
    be decided.
    """
    free = (letter for letter in ascii_lowercase if letter not in item.options)
    every = item.choices | dict(zip(free, item.pool, strict=False))
    claims = {letter: one.claim for letter, one in every.items() if one.claim and not one.claim.word}
    with time_limit("to decide: claim something plainer"):
        return every, {letter: is_true(claim) == item.asks for letter, claim in claims.items()}


def truth(claim: Claim) -> tuple[bool | None, str]:
    """Whether a claim is true, or None and why that cannot be decided."""
    try:
        return is_true(claim), ""
    except Exception as fault:  # whatever a claim makes of a calculator, the other items are still worked
        return None, str(fault) if isinstance(fault, CnnquizError) else program_fault(fault)


def _word_of(text: str) -> str:
    """What an option claims by its words alone."""
    return "none" if says_none(text) else "all" if says_all(text) else ""


def _by_word(word: str, others: list[bool | None]) -> bool | None:
    """Whether no other option is an answer, or all of them are."""
    if word == "none" and True in others:
        return False
    if word == "all" and (False in others or not others):
        return False
    return None if None in others or word not in WORDS else True


def _unknown(word: str) -> str:
    otherwise = "write a calculator with its givens, or `none`, or `all`"
    hint = did_you_mean(word.lower(), (*WORDS, *calculators.names()), otherwise, most=1, quote="`")
    return f"`{word[:40]}` claims nothing that can be decided: {hint}"


@lru_cache(maxsize=1024)
def is_true(claim: Claim) -> bool:
    """Whether a claim is true: the calculator's first answer, or the condition over its results."""
    calculator = calculators.load(claim.calculator)
    given = calculator.read(claim.given)
    results = calculator.result_values(given)
    if claim.holds:
        names = {**calculator.prose_values(given), **results}
        truth = evaluate(parse(claim.holds, names=names, sizes=True), names, SIZES)
        wanted = f"`{claim.holds[:60]}` is no condition: compare, as in layers <= 1"
    else:
        truth = _first(calculator, results)
        wanted = f"{claim.calculator} decides nothing by itself: add `holds:` with a condition over its results"
    if not isinstance(truth, bool):
        raise CnnquizError(wanted)
    return truth


def _first(calculator: Any, results: dict[str, Any]) -> Any:
    """The first result that a reader comes for."""
    return next((results[r.name] for r in calculator.results if r.answer and r.name in results), None)
