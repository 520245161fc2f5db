"""cnnquiz in Python: `solve`, `find`, `read` and `check`, whose results show themselves in a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from html import escape
from typing import Any

from cnnquiz import calculators
from cnnquiz.bank import open_bank as load_bank
from cnnquiz.checks import runner
from cnnquiz.checks.report import Checked
from cnnquiz.checks.rules import names as rule_names
from cnnquiz.errors import CnnquizError
from cnnquiz.parsers.diagnosis import Diagnosis
from cnnquiz.parsers.reading import Reading, UnreadError
from cnnquiz.solution import Math, Solution, equation_parts, equation_signs, text
from cnnquiz.solver import inverse
from cnnquiz.solver.calculator import Calculator

__all__ = ["Solved", "check", "find", "load_bank", "read", "solve"]
_RENAMED = {"size": "in", "in_": "in", "class_": "class"}  # which Python keeps for itself


class Solved(Solution, frozen=True):
    """A solution whose results go by name: `solved["output_size"]`, `solved.output_size`.

    Whole numbers are ints, other exact ones Fractions, sizes tuples; a formula with letters is its text.
    """

    def __getitem__(self, name: str) -> Any:
        """A result by its name; KeyError names those that there are."""
        if name not in self.results:
            raise KeyError(f"{name}: there are {', '.join(self.results)}")
        return _plain(self.results[name])

    def __getattr__(self, name: str) -> Any:
        """A result by its name."""
        if name.startswith("_") or name not in self.results:
            raise AttributeError(f"{self.calculator} has no result {name}: there are {', '.join(self.results)}")
        return _plain(self.results[name])

    def __dir__(self) -> list[str]:
        """What an interactive shell completes: the results besides the rest."""
        return [*super().__dir__(), *self.results]

    def __repr__(self) -> str:
        """The calculator and the results that a reader came for."""
        return f"<{self.calculator}: {', '.join(f'{name} {text(self.results[name])}' for name in self.answer)}>"

    def _repr_latex_(self) -> str:
        return self.as_latex()

    def _repr_html_(self) -> str:
        """Results, steps and pictures as a piece of a page that loads nothing."""
        from cnnquiz.render.svg import drawing_svg

        named = ((self.label(name), text(self.results[name])) for name in self.answer)
        rows = "".join(f"<dt>{escape(name)}</dt><dd><b>{escape(value)}</b></dd>" for name, value in named)
        steps = "".join(f"<li>{escape(_line(step))}</li>" for step in self.steps)
        pictures = "".join(drawing_svg(drawing) for drawing in self.drawings)
        return f"<section><h4>{escape(self.title)}</h4><dl>{rows}</dl><ol>{steps}</ol>{pictures}</section>"


def _line(step: Any) -> str:
    """A step in a line: what is done, the equation, the reason."""
    every = equation_parts(step)
    signs = ["", *equation_signs(every, " = ", " ≈ ")]
    equation = "".join(sign + part.unicode for sign, part in zip(signs, every, strict=False))
    parts = (f"{step.title}:" if equation else step.title, equation, f"({step.why})" if step.why else "")
    return " ".join(filter(None, parts))


def _plain(value: Any) -> Any:
    if isinstance(value, Math):
        return value.ascii
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    if isinstance(value, Fraction):
        return value.numerator if value.denominator == 1 else Fraction(value)
    return value


def _givens(calculator: Calculator, given: dict[str, Any]) -> dict[str, Any]:
    return {_RENAMED.get(name, name): value for name, value in given.items()}


def solve(calculator: str, want: str | None = None, **given: Any) -> Solved:
    """Solve one numerical: `solve("conv", size=256, kernel_size=7, stride=2).output_size`.

    Givens go by their short names or by PyTorch's (`size` and `in_` stand for `in`, which Python keeps
    for itself). Raises `errors.GivenError` for a given that cannot be used.
    """
    declared = calculators.load(calculator)
    found = declared.solve(declared.read(_givens(declared, given)), want)
    return Solved(**{name: getattr(found, name) for name in found.__struct_fields__})


def find(calculator: str, *unknown: str, **given: Any) -> tuple[dict[str, int], ...]:
    """Every solution of an inverse problem: `find("conv", "s", "p", size=64, k=3, out=32)`.

    The known result stands among the givens by its short name; bounds go as `bounds={"k": "1:11"}`.
    """
    declared = calculators.load(calculator)
    known, bounds = _givens(declared, given), given.pop("bounds", {})
    known.pop("bounds", None)
    taken = {name for quantity in declared.quantities for name in (quantity.short, quantity.name)}
    by_short = {result.short: result.name for result in declared.results if result.short}
    targets = {by_short.get(name, name): known.pop(name) for name in list(known)
               if name not in taken and (name in by_short or name in declared.result_names)}  # fmt: skip
    return inverse.find(declared, known, unknown, targets, bounds).solutions


def read(text: str, options: Sequence[str] = ()) -> Reading | Diagnosis:
    """How a text is understood: a question, layers as code writes them, or a shape error.

    Raises `parsers.reading.UnreadError`, with the words that could not be placed, where it is refused.
    """
    from cnnquiz.parsers.layer import layer
    from cnnquiz.parsers.question import question
    from cnnquiz.parsers.shape_error import shape_error

    found = shape_error(text) or layer(text) or question(text, options)
    if found is None:
        raise UnreadError("the text is neither a question, nor layers, nor a shape error that can be read")
    return found


def check(path: str) -> Checked:
    """One bank, checked: the status of each item, and the findings. Raises `errors.CnnquizError` for no bank."""
    found = runner.check([path], rule_names())
    if not found:
        raise CnnquizError(f"{path}: nothing to check")
    return found[0]
