"""What a comparison is: how its cases are drawn, what PyTorch makes of them, and what may differ, by name."""

from __future__ import annotations

import json
import math
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch

from cnnquiz import calculators
from cnnquiz.commands import _batch
from cnnquiz.errors import CnnquizError
from cnnquiz.solver.declaration import NoPartError

Given = dict[str, Any]
Asked = Mapping[str, Any]
Chance = random.Random
PYTORCH, CNNQUIZ = "PyTorch", "cnnquiz"
_REFUSALS = (RuntimeError, ValueError, TypeError)  # what PyTorch raises where it cannot do a thing


@dataclass(frozen=True)
class Convention:
    """A difference that has a name: `applies` says in which cases, `reason` why both are right.

    refused_by  who refuses these cases; empty: both answer, and these results differ
    """

    name: str
    reason: str
    applies: Callable[[Asked], Any]
    refused_by: str = ""
    results: tuple[str, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """One calculator beside PyTorch.

    draw         the givens of a random case, and the same case in PyTorch's terms
    pytorch      its results by our names, from PyTorch; it raises what PyTorch raises
    undrawn      givens that no case has, with the reason
    uncompared   results that PyTorch does not give, with the reason
    """

    calculator: str
    draw: Callable[[Chance], tuple[Given, Asked]]
    pytorch: Callable[[Asked], dict[str, Any]]
    conventions: tuple[Convention, ...] = ()
    undrawn: Mapping[str, str] = field(default_factory=dict)
    uncompared: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Tally:
    """What came of the cases of one comparison."""

    cases: int = 0
    compared: int = 0
    refused: int = 0
    differences: list[str] = field(default_factory=list)
    named: Counter[str] = field(default_factory=Counter)
    drawn: set[str] = field(default_factory=set)
    results: set[str] = field(default_factory=set)


def tally(comparison: Comparison, cases: int, seed: int) -> Tally:
    """The comparison's cases worked by both."""
    chance, found = random.Random(f"{comparison.calculator} {seed}"), Tally()
    for _ in range(cases):
        given, asked = comparison.draw(chance)
        given = _without_idle(comparison.calculator, given)
        found.cases += 1
        found.drawn |= given.keys()
        _compare(comparison, given, asked, _ours(comparison.calculator, given), _theirs(comparison, asked), found)
    calculator = calculators.load(comparison.calculator)
    undrawn = {q.short for q in calculator.quantities} - found.drawn - comparison.undrawn.keys()
    uncompared = set(calculator.result_names) - found.results - comparison.uncompared.keys()
    found.differences += [f"the given {name} was never drawn" for name in sorted(undrawn)]
    found.differences += [f"the result {name} was never compared" for name in sorted(uncompared)]
    return found


def _without_idle(name: str, given: Given) -> Given:
    """The givens without those that take no part in the case, which the program refuses to take."""
    while True:
        try:
            calculators.load(name).read(given)
        except NoPartError as fault:
            given = {short: value for short, value in given.items() if short != fault.quantity}
        except CnnquizError:
            return given
        else:
            return given


def _ours(name: str, given: Given) -> dict[str, Any] | str:
    """Our results as a line of `solve --batch` gives them, or why there are none."""
    try:
        results: dict[str, Any] = _batch.answer({"calculator": name, "given": given})["results"]
    except CnnquizError as fault:
        return str(fault)
    return results


def _theirs(comparison: Comparison, asked: Asked) -> dict[str, Any] | str:
    """PyTorch's results, or why there are none: what it raises, or that one is no finite number."""
    try:
        results = {name: _plain(value) for name, value in comparison.pytorch(asked).items()}
    except _REFUSALS as fault:
        return f"{type(fault).__name__}: {str(fault)[:150]}"
    return results if all(map(_is_finite, results.values())) else "a result is no finite number"


def _plain(value: Any) -> Any:
    """A tensor as lists of numbers, a size as a list."""
    if isinstance(value, torch.Tensor):
        return value.tolist()
    return list(map(_plain, value)) if isinstance(value, list | tuple) else value


def _is_finite(value: Any) -> bool:
    if isinstance(value, list):
        return all(map(_is_finite, value))
    return not isinstance(value, float) or math.isfinite(value)


def _compare(
    comparison: Comparison,
    given: Given,
    asked: Asked,
    ours: dict[str, Any] | str,
    theirs: dict[str, Any] | str,
    found: Tally,
) -> None:
    if isinstance(ours, str) and isinstance(theirs, str):
        found.refused += 1
        return
    about = json.dumps(given, default=str)
    if isinstance(ours, str) or isinstance(theirs, str):
        by, fault = (CNNQUIZ, ours) if isinstance(ours, str) else (PYTORCH, theirs)
        named = (one.name for one in comparison.conventions if one.refused_by == by and one.applies(asked))
        if name := next(named, None):
            found.named[name] += 1
        else:
            found.differences.append(f"{about}: {by} alone refuses: {fault}")
        return
    for name, value in theirs.items():
        found.compared += 1
        found.results.add(name)
        if alike(ours.get(name), value):
            continue
        named = (one.name for one in comparison.conventions if name in one.results and one.applies(asked))
        if convention := next(named, None):
            found.named[convention] += 1
        else:
            found.differences.append(f"{about}: {name} is {ours.get(name)}, but {value} by PyTorch")


def alike(ours: Any, theirs: Any) -> bool:
    """Whether two results are the same: whole numbers and words exactly, others but for rounding.

    A row of ours may say more than PyTorch's.
    """
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return all(alike(ours.get(name), value) for name, value in theirs.items())
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(alike, ours, theirs))
    if isinstance(theirs, float) and isinstance(ours, int | float):
        return math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-9)
    return bool(ours == theirs) and isinstance(ours, bool) == isinstance(theirs, bool)


def some(chance: Chance, **options: Any) -> Given:
    """Each option with a chance of one half: a value, or a function that draws one."""
    chosen = {name: value for name, value in options.items() if chance.random() < 0.5}
    return {name.rstrip("_"): value() if callable(value) else value for name, value in chosen.items()}


def decimals(chance: Chance, low: float, high: float, places: int = 2) -> float | int:
    """A number of few decimals; whole ones, such as 0, come often."""
    if chance.random() < 0.3:
        return chance.randint(math.ceil(low), math.floor(high))
    return round(chance.uniform(low, high), places)


def row(chance: Chance, count: int, low: float = -3, high: float = 3) -> list[float | int]:
    """So many of these numbers."""
    return [decimals(chance, low, high) for _ in range(count)]


def rows(chance: Chance, height: int, width: int, low: float = -3, high: float = 3) -> list[list[float | int]]:
    """A matrix of these numbers."""
    return [row(chance, width, low, high) for _ in range(height)]


def tensor(numbers: Any) -> torch.Tensor:
    """The numbers in double precision."""
    return torch.tensor(numbers, dtype=torch.double)
