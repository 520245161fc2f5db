"""What a stem says of a calculator's quantities: in words, behind a sign (ceil_mode=False), as a formula."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from cnnquiz.errors import CnnquizError
from cnnquiz.language.mentions import FORMULA, Mention, mentions
from cnnquiz.solver.calculator import Calculator, Quantity

_COMMON = frozenset((
    "step", "sum", "mean", "none", "size", "true", "predicted", "training", "yes", "no", "linear", "full", "same",
    "valid",
))  # fmt: skip
_OTHERWISE_SAID = ("optimizer", "loss", "reduction", "layer", "activation", "nonlinearity")  # by words of their own
MOST_CAPITALS = 2  # letters of a word that is also another one: He, he
FORMULAS = ("EXPRESSION", "EQUATION")  # the kinds of givens that are formulas
_RECALLED = re.compile(r"\(?[^.?!()]*\b(?:would|recall)\b[^.?!()]*[.?!)]", re.IGNORECASE)  # another case
_LETTER = re.compile(r"(?<![A-Za-z])(?:theta|[A-Za-z])(?![A-Za-z(])")


def said(words: str, calculator: Calculator, stated: Mapping[str, Any]) -> list[Mention]:
    """What a stem says of quantities, in words and behind a sign: ceil_mode=False, x = [1, 2, 3], J(w) = (w - 4)^2."""
    own = _RECALLED.sub("", words) if "would" in words or "ecall" in words else words
    behind = (*_values(own, calculator), *_formulas(words, calculator, stated)) if "=" in own else ()
    return [*mentions(own), *_choices(own, calculator, stated), *behind]


def _choices(words: str, calculator: Calculator, stated: Mapping[str, Any]) -> Iterator[Mention]:
    """The word for a given that is one of several: a GRU, average pooling; none where the stem has two of them."""
    for quantity in _chosen(calculator):
        if quantity.short in stated:
            names = tuple(quantity.kind.hint.split("|"))
            said = {found[1].casefold(): found[0] for found in _choice(names).finditer(words)}
            if len(said) == 1:
                yield Mention((quantity.name,), *next(iter(said.items())))


@cache
def _chosen(calculator: Calculator) -> tuple[Quantity, ...]:
    """The quantities that are one of several words, for which a stem has no other way to say them."""
    return tuple(one for one in calculator.quantities if "|" in one.kind.hint and one.name not in _OTHERWISE_SAID)


@cache
def _choice(names: tuple[str, ...]) -> re.Pattern[str]:
    """Each of these words, unless it is a common one; a short one only with a capital: He, GRU."""
    plain = [name for name in names if name not in _COMMON]
    spelled = [f"(?i:{re.escape(name)})" if len(name) > MOST_CAPITALS else f"{name.capitalize()}" for name in plain]
    return re.compile(rf"(?<![\w-])({'|'.join(spelled) or '(?!)'})(?:imum)?(?![\w-])")


def _values(words: str, calculator: Calculator) -> Iterator[Mention]:
    own = (one for one in calculator.quantities if one.short not in calculator.letters)
    quantities = {name: one for one in own for name in spellings(one)}
    for name, value in _assignment(tuple(quantities)).findall(words.replace("$", "")):
        quantity = quantities[name]
        try:
            read = value == "True" if value in ("True", "False") else quantity.kind.read(value.strip())
        except CnnquizError:
            continue
        if not isinstance(read, str):
            yield Mention((quantity.name,), read, f"{name} = {value}")


def _formulas(words: str, calculator: Calculator, stated: Mapping[str, Any]) -> Iterator[Mention]:
    """The formulas for those that are stated, each in the stated one's letter."""
    for quantity in calculator.quantities:
        known = str(stated.get(quantity.short, ""))
        own = _LETTER.search(known) if quantity.kind.hint in FORMULAS else None
        for found in FORMULA.finditer(words.replace("$", "")) if own else ():
            whole = found[0].strip(" .")
            if quantity.kind.hint == "EQUATION" and whole[:2] == known[:2]:
                yield Mention((quantity.name,), whole, whole)
            elif quantity.kind.hint == "EXPRESSION" and own:
                letter = rf"(?<![A-Za-z]){re.escape(found[1])}(?![A-Za-z])"
                yield Mention((quantity.name,), re.sub(letter, own[0], found[2]).strip(" ."), whole)


@cache
def _assignment(names: tuple[str, ...]) -> re.Pattern[str]:
    """A quantity with the value that code or mathematics gives it."""
    every = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    row = r"\[[^\[\]]*\]"
    value = rf"True|False|\[\s*{row}(?:\s*,\s*{row})*\s*\]|{row}|-?\d+(?:\.\d+)?"
    return re.compile(rf"(?<![\w.\[(^/*+-])({every})\s*=\s*({value})(?![\w(]|\.\d|\s?[-+*/^])")


def spellings(quantity: Quantity) -> set[str]:
    """The names by which a stem may call a quantity."""
    return {quantity.short, quantity.name, quantity.letter}


def bare(formula: Any) -> str:
    """A formula without what may be left out: blanks and signs of multiplication."""
    return re.sub(r"[\s*·]", "", str(formula))


def is_read(quantity: Quantity, raw: Any) -> bool:
    """Whether a value may be given for the quantity at all."""
    try:
        quantity.kind.read(raw)
    except CnnquizError:
        return False
    return True
