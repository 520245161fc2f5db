"""The formats in which a bank leaves, one per file, each a pure function of its questions.

    SUFFIX                     of the file that is written
    losses(question)           what of a question the format cannot carry, a sentence each without a full stop
    write(title, questions)    the whole file
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import cache
from typing import Protocol, cast

from msgspec import Struct

from cnnquiz.items.variants import Variant, solution_of
from cnnquiz.mathematics.values import read_value
from cnnquiz.solution import Step, decimal_text, equation_parts, latex_chain


class Choice(Struct, frozen=True):
    """An option: its text and its why as Markdown, and whether it is right."""

    letter: str
    text: str
    why: str
    right: bool


class Question(Struct, frozen=True):
    """One question as it leaves: an item, or one part of one.

    name       stable from one export to the next: week8/conv-output-size
    type       single, multiple, true-false, number, shape or expression
    answers    what is right where it is typed, each way to write it; of a number, its decimal first
    tolerance  how far a number may be off; "0" for an exact one
    steps      the derivation, a line of Markdown each
    """

    name: str
    topic: str
    type: str
    stem: str
    choices: tuple[Choice, ...] = ()
    answers: tuple[str, ...] = ()
    tolerance: str = "0"
    rationale: str = ""
    steps: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    figure: str = ""
    alt: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """The letters of the right options."""
        return tuple(choice.letter for choice in self.choices if choice.right)

    @property
    def is_true(self) -> bool:
        """Of a statement that is true or false, whether it is true."""
        said = next((choice.text for choice in self.choices if choice.right), "".join(self.answers[:1]))
        return read_value(said) is True

    @property
    def explanation(self) -> str:
        """Why the key is right, and the steps, as Markdown."""
        steps = "\n".join(f"{number}. {step}" for number, step in enumerate(self.steps, 1))
        return "\n\n".join(filter(None, [self.rationale, steps]))


class Exporter(Protocol):
    """What each file of this folder is."""

    SUFFIX: str

    def losses(self, question: Question) -> Iterable[str]: ...

    def write(self, title: str, questions: Sequence[Question]) -> bytes: ...


@cache
def names() -> tuple[str, ...]:
    """The names of the formats, without importing any."""
    return tuple(sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_")))


def load(format: str) -> Exporter:
    """The exporter of one of the formats."""
    return cast("Exporter", importlib.import_module(f"{__name__}.{format}"))


def questions(variant: Variant, figure: str) -> Iterator[Question]:
    """The questions of one variant: of an item in parts, one for each."""
    for number, one in enumerate(variant.questions, 1):
        part = f"-{number}" if variant.parts else ""
        stem = f"{variant.stem.partition(chr(10) + '1. ')[0].rstrip()}\n\n{one.stem}" if variant.parts else variant.stem
        yield _question(variant, one, part, stem, figure)


def _question(variant: Variant, one: Variant, part: str, stem: str, figure: str) -> Question:
    item, solution = one.item, solution_of(one)
    seed = "" if variant.seed is None else f"-s{variant.seed}"
    choices = tuple(Choice(c.letter, c.text, c.why, c.letter in one.key) for c in one.choices)
    answers, tolerance = ((), "0") if choices else _typed(item.type, one.key, item.tolerance)
    steps = tuple(map(_step, solution.steps)) if solution else ()
    return Question(
        f"{variant.bank}/{variant.item.id}{part}{seed}", item.topic, item.type, stem, choices, answers, tolerance,
        variant.rationale, steps, variant.hints, figure, item.figure.alt if item.figure else "",
    )  # fmt: skip


def _step(step: Step) -> str:
    """A step as a line of Markdown."""
    return f"{step.title}: ${latex_chain(step)}$" if equation_parts(step) else step.title


def _typed(kind: str, keys: Sequence[str], tolerance: str) -> tuple[tuple[str, ...], str]:
    """What is right where it is typed, and the tolerance of a number."""
    value = read_value(keys[0])
    if kind == "number" and isinstance(value, int | Fraction) and not isinstance(value, bool):
        number = Fraction(value)
        digits = len(keys[0].partition(".")[2].rstrip("%"))
        usual = Fraction(1, 2 * 10**digits) if "." in keys[0] else Fraction(0)
        share = tolerance.endswith("%")
        off = abs(number) * Fraction(tolerance[:-1]) / 100 if share else Fraction(tolerance or usual)
        return (_decimal(number), *(key for key in keys if key != _decimal(number))), _decimal(off)
    if isinstance(value, tuple) and all(isinstance(each, int) for each in value):
        numbers = list(map(str, value))
        forms = [sign.join(numbers) for sign in ("x", " x ", "×", " × ")] + [f"({', '.join(numbers)})"]
        return tuple(dict.fromkeys([keys[0], *forms])), "0"
    return tuple(keys), "0"


def _decimal(value: Fraction) -> str:
    """A number as a decimal, rounded where it has no end."""
    text = decimal_text(value)
    return text if "/" not in text else f"{float(value):.12g}"
