"""What comes out by a misconception: the same lines, with some of their formulas replaced by wrong ones."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

from cnnquiz.errors import CnnquizError
from cnnquiz.mathematics.expression import Expr
from cnnquiz.solver import lines
from cnnquiz.solver.declaration import Given, Misconception

if TYPE_CHECKING:
    from cnnquiz.solver.calculator import Calculator


def slips(calculator: Calculator, given: Given, want: str, pairs: bool) -> dict[tuple[str, ...], Any]:
    """The wrong value of `want` by each misconception that changes it, and on request by two at once."""
    right = calculator.results(given).get(want)
    singles = [(one,) for one in calculator.misconceptions]
    doubles = combinations(calculator.misconceptions, 2) if pairs else ()
    found: dict[tuple[str, ...], Any] = {}
    for group in [*singles, *doubles]:
        value = calculator.slipped(given, group, want)
        if value is not None and value != right:
            found[tuple(one.name for one in group)] = value
    return found


def slipped(calculator: Calculator, given: Given, group: tuple[Misconception, ...], want: str) -> Any:
    """The value of `want` under these misconceptions together; None where that makes no sense."""
    leading = calculator.leading.get(want)
    if leading is not None and any(one.instead and leading.isdisjoint(one.instead) for one in group):
        return None
    instead: dict[str, Expr] = {}
    for one in group:
        if instead.keys() & one.instead.keys():
            return None
        instead |= one.instead
    try:
        if any(one.wrong or one.change for one in group):
            return None if instead else _without_lines(calculator, given, group, want)
        value = calculator.results(given, instead).get(want)
    except (CnnquizError, ArithmeticError):
        return None
    return value if lines.plausible(value) else None


def _without_lines(calculator: Calculator, given: Given, group: tuple[Misconception, ...], want: str) -> Any:
    """The givens changed by one slip after another, then worked: as ever, or by the one wrong rule in the group."""
    rules = [one.wrong for one in group if one.wrong]
    work = rules[0] if rules else calculator.work
    env: dict[str, Any] | None = dict(given.env)
    for one in group:
        env = one.change(env) if one.change and env is not None else env
    return work(env).get(want) if len(rules) < 2 and work is not None and env is not None else None
