"""What a search backwards is asked and what it finds, as records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cnnquiz.solver.calculator import Calculator, Quantity
from cnnquiz.steps import Solution, Step, jsonable, step_as_json


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
    solutions: tuple[dict[str, int], ...]
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
            "solutions": [dict(solution) for solution in self.solutions],
            "complete": True,
        }
        if self.nearest:
            body["nearest"] = {**self.nearest[0], self.search.result: jsonable(self.nearest[1])}
        if steps:
            body["steps"] = [step_as_json(step) for step in self.steps]
        return body

    def as_solution(self) -> Solution:
        """The search as a solution, to be shown like any other."""
        sets = [", ".join(f"{name} = {value}" for name, value in one.items()) for one in self.solutions]
        names = ", ".join(quantity.short for quantity in self.search.unknown)
        return Solution(
            calculator=self.search.calculator.name,
            title=f"{self.search.calculator.title}, backwards",
            given={**self.search.stated, self.search.result.replace("_", " "): self.search.target},
            results={names: "; ".join(sets) or "no solution"},
            steps=self.steps,
            conventions={"search": "whole numbers within the bounds, all of them found"},
            answer=(names,),
        )
