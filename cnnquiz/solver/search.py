"""What a search backwards is asked and what it finds, as records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from cnnquiz.errors import CnnquizError, GivenError
from cnnquiz.solution import Solution, Step, jsonable, step_as_json, text
from cnnquiz.solver.calculator import Calculator, Quantity
from cnnquiz.solver.givens import Letter, count, split_axes
from cnnquiz.solver.lines import parts

WIDEST = 10**9  # the widest bounds of one unknown


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for: the unknown givens with their bounds, and the value that a result must take."""

    calculator: Calculator
    stated: Mapping[str, Any]
    unknown: tuple[Quantity, ...]
    bounds: Mapping[str, tuple[int, int]]
    result: str
    target: Any


@dataclass(frozen=True, slots=True)
class Found:
    """All solutions within the bounds, the number of cases there, and the nearest miss where none fits."""

    search: Search
    solutions: tuple[dict[str, Any], ...]
    cases: int
    nearest: tuple[dict[str, int], Any] | None = None
    steps: tuple[Step, ...] = field(default=())

    def as_json(self, steps: bool = True) -> dict[str, Any]:
        """The JSON contract's object for a search."""
        body: dict[str, Any] = {
            "calculator": self.search.calculator.name,
            "given": jsonable(dict(self.search.stated)),
            "find": [quantity.short for quantity in self.search.unknown],
            "target": {self.search.result: jsonable(self.search.target)},
            "bounds": {name: list(bound) for name, bound in self.search.bounds.items()},
            "solutions": jsonable(self.solutions),
            "complete": True,
        }
        if self.nearest:
            body["nearest"] = {**self.nearest[0], self.search.result: jsonable(self.nearest[1])}
        if steps:
            body["steps"] = [step_as_json(step) for step in self.steps]
        return body

    def as_solution(self) -> Solution:
        """The search as a solution, to be shown like any other."""
        sets = [", ".join(f"{name} = {text(value)}" for name, value in one.items()) for one in self.solutions]
        names = ", ".join(quantity.short for quantity in self.search.unknown)
        return Solution(
            calculator=self.search.calculator.name,
            title=f"{self.search.calculator.title}, backwards",
            given={**self.search.stated, self.search.result.replace("_", " "): self.search.target},
            results={names: "; ".join(sets) or "no solution"},
            steps=self.steps,
            conventions={"search": "all whole numbers within the bounds; one for all axes, where such fit"},
            answer=(names,),
        )


def stated(
    calculator: Calculator,
    raw: Mapping[str, Any],
    unknown: Sequence[str],
    targets: Mapping[str, Any],
    bounds: Mapping[str, Any],
) -> Search:
    """The search that is asked for; raises GivenError where it cannot be one."""
    if not unknown:
        raise GivenError("find names nothing to look for: --find s,p", "find")
    wanted = tuple(calculator.quantity(name) for name in unknown)
    for quantity in wanted:
        if quantity.search is None:
            able = ", ".join(q.short for q in calculator.quantities if q.search)
            raise GivenError(f"{quantity.short} cannot be searched for; these can: {able or 'none'}", quantity.short)
        if any(calculator.quantity(name) is quantity for name in raw):
            raise GivenError(f"{quantity.short} is given and searched for: leave one out", quantity.short)
    result, target = _target(calculator, targets)
    found = {q.short: _bound(q, bounds) for q in wanted}
    for name in bounds:
        if calculator.quantity(name).short not in found:
            raise GivenError(f"bounds are stated for {name}, which is not searched for", name)
    known = calculator.read_values(raw, without=[q.short for q in wanted])
    if any(isinstance(v, Letter) for value in known.values() for v in parts(value)):
        raise GivenError("a search needs numbers: letters cannot stand beside --find")
    return Search(calculator, known, wanted, found, *_as_meant(calculator, known, wanted, result, target))


def _as_meant(
    calculator: Calculator, stated: dict[str, Any], wanted: Sequence[Quantity], result: str, target: Any
) -> tuple[str, Any]:
    """A size that names the channels too is the output's shape; any other number of axes is refused."""
    axes = axes_of(calculator, stated, wanted)
    if result != "output_size" or axes is None or len(parts(target)) in (1, axes):
        return result, target
    if len(target) == axes + 1 and "output_shape" in calculator.result_names:
        return "output_shape", target
    if axes == 1 and len(set(target)) == 1:
        return result, target
    raise GivenError(f"out: {text(target)} has {len(target)} numbers for {axes} axes", "out")


def axes_of(calculator: Calculator, stated: dict[str, Any], wanted: Sequence[Quantity]) -> int | None:
    """The number of axes, where the known givens say it."""
    if any(quantity.short == "in" for quantity in wanted):
        return None
    with suppress(CnnquizError):
        return calculator.given_from(stated, [quantity.short for quantity in wanted]).env.get("axes")
    return None


def _target(calculator: Calculator, targets: Mapping[str, Any]) -> tuple[str, Any]:
    if len(targets) != 1:
        able = ", ".join(f"--{r.short}" for r in calculator.results if r.short)
        raise GivenError(f"a search needs exactly one known result: {able}", "out")
    name, raw = next(iter(targets.items()))
    shorts = [result.short for result in calculator.results if result.short]
    if name == "out" and "out" not in shorts and shorts:
        name = shorts[0]  # the result that the calculator is for
    for result in calculator.results:
        if name.replace("-", "_") in (result.name, result.short.replace("-", "_")):
            split = split_axes(raw)
            return result.name, count(raw) if split is None else tuple(map(count, split))
    raise GivenError(f"{calculator.name} has no result `{name[:40]}`", name[:40])


def _bound(quantity: Quantity, bounds: Mapping[str, Any]) -> tuple[int, int]:
    raw = bounds.get(quantity.short, bounds.get(quantity.name))
    if raw is None:
        assert quantity.search is not None
        return quantity.search
    ends = raw if isinstance(raw, list | tuple) else str(raw).split(":")
    if len(ends) != 2:
        raise GivenError(f"bounds of {quantity.short}: write them as in {quantity.short}=1:11", quantity.short)
    low, high = map(count, ends)
    if low > high or high - low > WIDEST:
        raise GivenError(f"bounds of {quantity.short}: {low} to {high} cannot be searched", quantity.short)
    return low, high
