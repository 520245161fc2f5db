"""The worked solution behind an item: its derivation, solved for the givens that were asked."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from typing import Any

from cnnquiz.bank.shorthand import derivation_of
from cnnquiz.model import CnnquizError, Item, Variant
from cnnquiz.steps import Solution


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


def work_ahead(variants: Iterable[Variant]) -> None:
    """Work items before they are asked for, so that whatever this has to import is there in time."""
    for variant in variants:
        worked_out(variant)


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
