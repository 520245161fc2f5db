"""The slips behind a wrong answer: which misconceptions lead to just this value."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from cnnquiz import calculators
from cnnquiz.answers.values import same
from cnnquiz.bank.derivation_syntax import derivation_of
from cnnquiz.errors import CnnquizError
from cnnquiz.model import Derivation, Variant
from cnnquiz.solution import text
from cnnquiz.solver.calculator import Calculator, Given, Misconception

PLACES = 12  # decimals that a rounded response may have
Group = tuple[Misconception, ...]


def groups(variant: Variant, value: Any) -> list[Group]:
    """The misconceptions that lead to a value: each that does so alone, otherwise the pairs that do together."""
    if value is None or (worked := _worked(variant)) is None:
        return []
    calculator, given, derivation = worked
    tolerance = variant.item.tolerance or None
    return list(explained(calculator, given, derivation.want, value, tolerance))


def explained(
    calculator: Calculator, given: Given, want: str, value: Any, tolerance: str | None = None
) -> Iterator[Group]:
    """The same for a calculator's own givens and one of its results."""
    for pairs in (False, True):
        slips = calculator.wrong_values(given, want, pairs=pairs)
        found = [names for names, wrong in slips.items() if meant(wrong, value, tolerance)]
        for names in found:
            yield tuple(one for name in names if (one := calculator.misconception(name)) is not None)
        if found:
            return


def meant(wrong: Any, value: Any, tolerance: str | None = None) -> bool:
    """Whether a response is this wrong value, perhaps rounded, to two decimals or more."""
    if same(wrong, value, tolerance=tolerance):
        return True
    if isinstance(wrong, tuple) and isinstance(value, tuple) and len(wrong) == len(value):
        return all(meant(one, other, tolerance) for one, other in zip(wrong, value, strict=True))
    if not isinstance(wrong, Fraction) or not isinstance(value, Fraction) or 10**PLACES % value.denominator:
        return False
    places = next(n for n in range(PLACES + 1) if 10**n % value.denominator == 0)
    return places > 1 and abs(wrong - value) * 10**places * 2 <= 1


def names(found: list[Group]) -> tuple[str, ...]:
    """The names in the groups, each once."""
    return tuple(dict.fromkeys(one.name for group in found for one in group))


def slipped(variant: Variant, slips: tuple[str, ...]) -> str | None:
    """The answer that these misconceptions lead to together, as it would be typed; None where they lead nowhere."""
    if (worked := _worked(variant)) is None:
        return None
    calculator, given, derivation = worked
    group = tuple(one for slip in slips if (one := calculator.misconception(slip)) is not None)
    value = calculator.wrong_value(given, group, derivation.want) if len(group) == len(slips) else None
    right = calculator.result_values(given).get(derivation.want)
    return None if value is None or value == right else text(value)


def _worked(variant: Variant) -> tuple[Calculator, Given, Derivation] | None:
    derivation = derivation_of(variant.item)
    if derivation is None:
        return None
    try:
        calculator = calculators.load(derivation.calculator)
        return calculator, calculator.read(variant.given or derivation.given), derivation
    except CnnquizError:
        return None
