"""The worked solution behind an item: its derivation, solved for the givens that were asked."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import prod
from typing import Any, Literal

from cnnquiz.answers import same
from cnnquiz.bank.derivation_syntax import derivation_of
from cnnquiz.errors import CnnquizError
from cnnquiz.items.option_value import meaning
from cnnquiz.model import Item, Variant
from cnnquiz.solution import Math, Solution, text

Standing = Literal["proved", "claimed", "asserted"]
_LETTERS = re.compile(r"[A-Za-z_]\w*")


def worked_out(variant: Variant) -> Solution | None:
    """The steps to the key; None for an item without a derivation, or with one that cannot be worked."""
    from cnnquiz import calculators

    derivation = derivation_of(variant.item)
    if derivation is None:
        return None
    try:
        calculator = calculators.load(derivation.calculator)
        return calculator.solve(calculator.read(variant.given or derivation.given), derivation.want)
    except CnnquizError:
        return None


def wanted_formula(solution: Solution | None) -> str:
    """The formula of what is asked for, and those of the letters in it, whole rather than in parts."""
    steps = [step for step in solution.steps if step.formula] if solution else []
    if solution is None or not steps:
        return ""
    asked = next((step for step in reversed(steps) if step.of in solution.answer), steps[-1])
    whole: dict[str, Math] = {}
    for step in steps:
        letter, equals, _ = step.formula.ascii.partition(" = ")
        if equals or step is asked:
            whole.setdefault(letter, step.formula)  # the first one of a letter is the whole one
    first, *others = (whole[name].latex for name in _needed(asked.formula.ascii.partition(" = ")[0], whole))
    return f"${first}$" + (", with " if others else "") + ", ".join(f"${each}$" for each in others)


def _needed(name: str, whole: Mapping[str, Math]) -> list[str]:
    """A letter, and every letter that its formula needs, each once and in that order."""
    found = [name]
    for each in found:
        inside = _LETTERS.findall(whole[each].ascii)
        found += [letter for letter in dict.fromkeys(inside) if letter in whole and letter not in found]
    return found


def work_ahead(variants: Iterable[Variant]) -> None:
    """Work items before they are asked for, so that whatever this has to import is there in time."""
    for variant in variants:
        worked_out(variant)


def standing(item: Item) -> Standing:
    """How an item's key stands, as the bank says, without working anything: `check` is who proves it."""
    if item.derivation is not None:
        return "proved"
    options = item.choices.values()
    return "claimed" if options and all(option.claim is not None for option in options) else "asserted"


def contradiction(variant: Variant, solution: Solution | None) -> tuple[str, str] | None:
    """The value that the steps give and the key's, where they are not the same: the bank has a wrong key."""
    derivation = derivation_of(variant.item)
    if solution is None or derivation is None or not variant.item.asks or len(variant.key) != 1:
        return None
    texts = {choice.letter: choice.text for choice in variant.choices}
    words = texts.get(variant.key[0], variant.key[0])
    derived, key = solution.results.get(derivation.want), meaning(words)
    comparable = all(_is_number(value) or isinstance(value, tuple) for value in (derived, key))
    return None if not comparable or _agree(derived, key, variant.item) else (text(derived), words)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Fraction) and not isinstance(value, bool)


def _agree(derived: Any, key: Any, item: Item) -> bool:
    """Whether the two are one value, in either layout; 76 x 100 may stand for its product."""
    if any(same(derived, key, layout, item.tolerance or None) for layout in ("hwc", "chw")):
        return True
    return isinstance(key, tuple) and all(map(_is_number, key)) and prod(key) == derived


def solve_command(item: Item, given: Mapping[str, Any] | None = None) -> str | None:
    """The command that works this item's numerical, for the givens that were asked; None where there is none."""
    derivation = derivation_of(item)
    if derivation is None:
        return None
    given = given or derivation.given
    if not all(isinstance(value, str | int) for value in given.values()):
        return None
    return shlex.join(["cnnquiz", "solve", derivation.calculator, *_arguments(given)])


def _arguments(given: Mapping[str, Any]) -> Iterable[str]:
    for name, value in given.items():
        yield from ([f"--{name}", str(value)] if name else [str(value)])
