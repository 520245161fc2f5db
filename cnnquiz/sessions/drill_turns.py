"""One question of a drill on its way: its tries and hints, and what is kept of it while it is open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, ValidationError, convert

from cnnquiz.items.derived_answer import Group
from cnnquiz.model import Mark
from cnnquiz.quiz.drill import How, Question


class Try(Struct, frozen=True):
    """One marked response to a question, with the groups of misconceptions that lead to it."""

    response: str
    mark: Mark
    slips: tuple[Group, ...] = ()


class Done(Struct, frozen=True):
    """One question that has had its end."""

    question: Question
    tries: tuple[Try, ...]
    hints: int
    how: How


class Turn(Struct):
    """One question on its way: the tries, and how many hints were shown; `before`: the tries of an earlier run."""

    asked: Question
    begun: float
    tries: list[Try] = []
    hints: int = 0
    before: int = 0

    @property
    def tried(self) -> int:
        """How many tries there were, in this run and before it was left."""
        return self.before + len(self.tries)


class Opened(Struct, frozen=True):
    """What is kept of a question that is still open when the drill is left: which, its hints, its tries."""

    item: str
    seed: int | None
    hints: int = 0
    tries: int = 0


def opened(plan: Mapping[str, Any]) -> Opened | None:
    """The question that was open when the drill was left."""
    try:
        return convert(plan["open"], Opened)
    except (KeyError, ValidationError):
        return None
