"""A derivation line by line: each line as a question of its own, and how far the working of an answer follows it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from fractions import Fraction
from typing import Any

from msgspec import Struct, structs

from cnnquiz import answers
from cnnquiz.answers.value import working
from cnnquiz.errors import CnnquizError
from cnnquiz.items.variants import Variant, solution_of
from cnnquiz.items.worked_item import WorkedItem
from cnnquiz.mathematics.expression import evaluate, parse, walk
from cnnquiz.mathematics.rounding import numbers
from cnnquiz.mathematics.values import read_value, same
from cnnquiz.model import Item
from cnnquiz.patterns import pattern
from cnnquiz.solution import Step, is_rounded

_LETTERS = pattern(r"[A-Za-z]\w*")
DIGITS = "0.00005"  # of a line whose value has more decimals than anybody writes


class Line(Struct, frozen=True):
    """One line of a derivation with a value, the question for this value, and what the letters of its rule mean."""

    step: Step
    question: Variant
    letters: dict[str, str] = {}

    @property
    def value(self) -> Any:
        """What comes out."""
        return answers.value_of(self.question, self.question.key[0])


class Reach(Struct, frozen=True):
    """How far a working follows the derivation: its last right line, the next one, and a factor that is missing.

    `next` is None where the working has the right value and leaves it again.
    """

    last: Line | None
    next: Line | None
    factor: int | None = None


def lines(variant: Variant) -> tuple[Line, ...]:
    """The lines that lead to the answer and have a value that can be typed; none where nothing is derived."""
    solution = solution_of(variant)
    if solution is None:
        return ()
    rights = [one.worked.derived.value for one in variant.questions if one.worked.derived]
    found = [line for step in solution.steps if (line := _line(variant, step, solution.symbols))]
    ends = [at for at, line in enumerate(found, 1) if any(same(right, line.value) for right in rights)]
    last = max([at for at in ends if found[at - 1].step.of in solution.answer] or ends, default=None)
    told = enumerate(found[:last], 1)
    return tuple(line for at, line in told if at in ends or line.step.formula or line.step.substituted)


def is_answer(variant: Variant, line: Line) -> bool:
    """Whether what comes out of a line is the answer, to be typed as such."""
    derived = variant.worked.derived
    typed = not variant.choices and not variant.parts
    return typed and derived is not None and same(derived.value, line.value)


def _line(variant: Variant, step: Step, symbols: Mapping[str, str]) -> Line | None:
    value = read_value(step.value.ascii)
    if value is None or isinstance(value, bool):
        return None
    rounded = step.value.rounded or is_rounded(value) or "/" in step.value.ascii
    item = Item(
        variant.item.id, step.title, type="shape" if isinstance(value, tuple) else "number", key=step.value.ascii,
        tolerance=(variant.item.tolerance or DIGITS) if rounded else "",
    )  # fmt: skip
    asked = structs.replace(
        variant, item=item, stem=step.title, choices=(), key=(step.value.ascii,), hints=(), rationale="",
        worked=WorkedItem(item), parts=(),
    )  # fmt: skip
    inside = set(_LETTERS.findall(step.formula.ascii.partition(" = ")[2]))
    return Line(step, asked, {letter: meaning for letter, meaning in symbols.items() if letter in inside})


def reach(variant: Variant, response: str) -> Reach | None:
    """How far the working of a wrong answer follows the derivation; None for an answer without working."""
    sized = variant.item.type == "shape"
    known = [value for side in working(response)[: -1 if sized else None] for value in _values_in(side)]
    if len(known) < 2 or answers.mark(variant, response).verdict != "wrong" or not (every := lines(variant)):
        return None
    right, said = every[-1].value, answers.value_of(variant, response)
    found = [
        at for at, line in enumerate(every)
        if any(_is(line, each) for each in known) and line.value not in _numbers_of(every[: at + 1])
    ]  # fmt: skip
    last = every[found[-1]] if found else None
    after = every[found[-1] + 1 : found[-1] + 2] if found else every[:1]
    ratio = Fraction(right) / said if _is_number(right) and _is_number(said) and said else Fraction(1)
    factor = ratio.numerator if ratio.denominator == 1 and ratio > 1 and ratio in _numbers_of(every) else None
    return Reach(last, after[0] if after else None, factor)


def _is(line: Line, value: Any) -> bool:
    return same(line.value, value, tolerance=line.question.item.tolerance or None)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Fraction) and not isinstance(value, bool)


def _numbers_of(every: tuple[Line, ...]) -> list[Any]:
    """The numbers that these lines put in."""
    return [number for line in every for number, _ in numbers(line.step.substituted.ascii)]


def _values_in(words: str) -> list[Any]:
    """The values of all that is worked in arithmetic: of the whole, and of what stands inside it."""
    from cnnquiz.mathematics import arithmetic  # it is not needed to ask a question

    plain = arithmetic.plain(words)
    if arithmetic.value(plain) is None:
        value = read_value(words)
        return [] if value is None else [value]
    found: list[Any] = []
    for part in walk(parse(plain, names=())):
        with suppress(CnnquizError, ArithmeticError):
            found.append(evaluate(part, {}))
    return found
