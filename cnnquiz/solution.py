"""Step and Solution: a derivation as data, and as JSON, Markdown and LaTeX; `render` shows it in a terminal."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import pairwise
from typing import Any

from msgspec import Struct


class Math(Struct, frozen=True):
    """One piece of mathematics in its three spellings: ASCII, Unicode and LaTeX (without dollar signs).

    rounded  whether a number in it is shown with fewer digits than it has: it then stands behind ≈
    """

    ascii: str
    unicode: str
    latex: str
    rounded: bool = False

    def __bool__(self) -> bool:
        return bool(self.ascii)


NO_MATH = Math("", "", "")
SPELLED_AS = {"macs": "MACs", "flops": "FLOPs", "mib": "MiB", "lti": "LTI"}


class Vector(tuple[Any, ...]):
    """Numbers in a row (or rows of them), which are no shape: written [1, 3, 5] and not 1x3x5."""

    __slots__ = ()


def parts(value: Any) -> tuple[Any, ...]:
    """The axes of a shape, or the components of a vector; a single value as its own only part."""
    return value if isinstance(value, tuple) else (value,)


class Approximate(Fraction):
    """A number that was rounded to become this fraction: it stands behind ≈, however short it is."""

    __slots__ = ()


class Step(Struct, frozen=True):
    """One line of a derivation.

    title        what is done, in words
    formula      the rule, with letters
    substituted  the rule, with the numbers put in
    value        what comes out
    why          one sentence: why the rule is so
    of           the result that this step leads to, under which the step is shown
    """

    title: str
    formula: Math = NO_MATH
    substituted: Math = NO_MATH
    value: Math = NO_MATH
    why: str = ""
    of: str = ""


_UNWRITTEN = "too long to write out"
TOO_LONG = Step("The steps", value=Math(_UNWRITTEN, _UNWRITTEN, rf"\text{{{_UNWRITTEN}}}"))  # in place of the steps


class Drawing(Struct, frozen=True):
    """A picture as data: `kind` names the drawing in `render`, `data` is what it draws."""

    kind: str
    data: dict[str, Any]


class Solution(Struct, frozen=True):
    """A solved problem: what was given, the results by name, the steps to them, and the conventions.

    `answer` names the results that a reader came for, the most important first. `notes` say, a line each,
    where a common other convention would give another number. `symbols` says what the letters of the formulas mean.
    `assumed` says how givens were understood that could be understood otherwise.
    """

    calculator: str
    title: str
    given: dict[str, Any]
    results: dict[str, Any]
    steps: tuple[Step, ...]
    conventions: dict[str, str]
    answer: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    drawings: tuple[Drawing, ...] = ()
    labels: dict[str, str] = {}
    symbols: dict[str, str] = {}
    assumed: tuple[str, ...] = ()

    def as_json(self, steps: bool = True) -> dict[str, Any]:
        """The JSON contract's object: calculator, given, results, steps, conventions."""
        body: dict[str, Any] = {"calculator": self.calculator}
        body |= {"given": jsonable(self.given), "results": jsonable(self.results)}
        if steps:
            body["steps"] = list(map(step_as_json, self.steps))
        body["conventions"] = self.conventions
        if self.assumed:
            body["assumed"] = list(self.assumed)
        if self.notes:
            body["notes"] = list(self.notes)
        return body

    def as_markdown(self) -> str:
        """The solution as Markdown, with `$...$` for mathematics."""
        lines = [f"**{self.title}**", ""]
        for number, step in enumerate(self.steps, 1):
            chain = latex_chain(step)
            lines.append(f"{number}. *{step.title}*" + (f": ${chain}$" if chain else ""))
            if step.why:
                lines.append(f"   {step.why}")
        lines += ["", *(f"- **{self.label(name)}**: {latex_value(self.results[name])}" for name in self.answer)]
        lines += [f"- {note}" for note in self.notes]
        lines += [f"- Assumed: {assumption}." for assumption in self.assumed]
        if self.conventions:
            lines += ["", "Conventions: " + "; ".join(f"{k}: {v}" for k, v in self.conventions.items()) + "."]
        return "\n".join(lines) + "\n"

    def as_latex(self) -> str:
        """The solution as LaTeX: one `align*` of the steps, with the reasons as text."""
        rows = (rf"  &\text{{{latex_text(step.title)}:}} && " + latex_chain(step) for step in self.steps)
        body = " \\\\\n".join(rows)
        answers = "".join(
            f"\\noindent\\textbf{{{latex_text(self.label(name))}:}} {latex_value(self.results[name])}\\par\n"
            for name in self.answer
        )
        return f"% {self.title}\n\\begin{{align*}}\n{body}\n\\end{{align*}}\n{answers}"

    def label(self, name: str) -> str:
        """How a result is called in words: `output_size` -> `output size`, `macs` -> `MACs`."""
        return self.labels.get(name) or " ".join(SPELLED_AS.get(word, word) for word in name.split("_"))

    def _repr_markdown_(self) -> str:
        return self.as_markdown()


def equation_parts(step: Step) -> list[Math]:
    """Formula, numbers and value, leaving out what repeats the part before: no `f(x) = 0 = 0`."""
    kept: list[Math] = []
    said = ""
    for part in (step.formula, step.substituted, step.value):
        says = part.ascii.rpartition(" = ")[2].replace(" ", "")
        if part and says != said:
            kept.append(part)
        elif part and part is step.value and kept and kept[-1] is not step.formula:
            kept[-1] = part
        said = says or said
    return kept


def equation_signs(parts: list[Math], equal: str, about: str) -> list[str]:
    """The sign before each part but the first: `about` where a number on either side of it is rounded."""
    return [about if before.rounded or part.rounded else equal for before, part in pairwise(parts)]


def latex_chain(step: Step) -> str:
    """Formula = numbers = value in LaTeX."""
    parts = equation_parts(step)
    signs = ["", *equation_signs(parts, " = ", r" \approx ")]
    return "".join(sign + part.latex for sign, part in zip(signs, parts, strict=False))


def step_as_json(step: Step) -> dict[str, str]:
    """One step as the JSON contract has it, in plain ASCII mathematics."""
    spelled = {name: getattr(step, name).ascii for name in ("formula", "substituted", "value")}
    return {"title": step.title, **spelled, "why": step.why}


def jsonable(value: Any) -> Any:
    """A value as JSON can hold it: tuples as lists, a fraction as a number, a formula as its text."""
    if type(value) is int or type(value) is str:  # most are
        return value
    if isinstance(value, dict):
        return {key: jsonable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [jsonable(inner) for inner in value]
    if isinstance(value, Fraction):
        return value.numerator if value.denominator == 1 else float(value)
    if isinstance(value, Math):
        return value.ascii
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def text(value: Any) -> str:
    """A value as a person writes it: a shape as 125x125x4, a half as 0.5, a third as 1/3, yes and no as words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple) and not isinstance(value, Vector) and value and all(isinstance(v, int) for v in value):
        return "x".join(map(str, value))
    if isinstance(value, list | tuple):
        return "[" + ", ".join(text(inner) for inner in value) + "]"
    if isinstance(value, Fraction):
        return decimal_text(value)
    if isinstance(value, Math):
        return value.ascii
    return str(value)


def latex_value(value: Any) -> str:
    """A result in running LaTeX text: numbers, shapes and formulas between dollar signs, words as they are."""
    if isinstance(value, Math):
        return f"${value.latex}$"
    if isinstance(value, tuple) and not isinstance(value, Vector):
        return "$" + r" \times ".join(map(text, value)) + "$"
    if isinstance(value, int | Fraction | Vector) and not isinstance(value, bool):
        return f"${text(value)}$"
    return latex_text(text(value))


def is_rounded(value: Any) -> bool:
    """Whether `text` shows the value, or one of the numbers in it, with fewer digits than it has."""
    if isinstance(value, list | tuple):
        return any(map(is_rounded, value))
    return isinstance(value, Approximate) or (isinstance(value, Fraction) and Fraction(decimal_text(value)) != value)


LONGEST_WHOLE = 10**16  # beyond this, a rounded number is written with an exponent
LONGEST_RATIO = 10**9  # beyond this, p/q tells a reader less than a rounded decimal


def decimal_text(value: Fraction) -> str:
    """A fraction as an exact decimal where that ends within 12 places, otherwise as p/q; a long p/q rounded."""
    if isinstance(value, Approximate) and abs(value) >= LONGEST_WHOLE:
        return significant_digits(value)
    if value.denominator == 1:
        return str(value.numerator)
    scaled = value * 10**12
    if scaled.denominator != 1:
        if value.denominator < LONGEST_RATIO and abs(value.numerator) < LONGEST_RATIO:
            return f"{value.numerator}/{value.denominator}"
        return significant_digits(value)
    sign, digits = ("-", -scaled.numerator) if scaled < 0 else ("", scaled.numerator)
    whole, fraction = divmod(digits, 10**12)
    return f"{sign}{whole}.{fraction:012d}".rstrip("0")


def is_mixed(value: Any) -> bool:
    """Whether it is a fraction above 1 that no short decimal gives: 128/3."""
    return isinstance(value, Fraction) and value > 1 and "/" in decimal_text(value)


def prose_text(value: Any) -> str:
    """A value as prose says it: as `text`, but 128/3 as 42.67."""
    return f"{float(round(value, 2)):.2f}" if is_mixed(value) else text(value)


def significant_digits(value: Fraction, digits: int = 10) -> str:
    """A fraction as a decimal of so many significant digits: 0.6652409558."""
    with localcontext() as context:
        context.prec = digits
        quotient = Decimal(value.numerator) / Decimal(value.denominator)
        words = f"{quotient:f}"
    if not -7 < quotient.adjusted() < digits + 6:
        return f"{quotient.normalize():e}"
    return words.rstrip("0").rstrip(".") if "." in words else words


def latex_text(words: str) -> str:
    """Words with LaTeX's special characters escaped."""
    special = {"\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}"}
    special |= {"^": r"\textasciicircum{}"} | {c: "\\" + c for c in "#$%&_"}
    return "".join(special.get(character, character) for character in words)
