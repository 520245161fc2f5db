"""A Solution on the screen: its steps under the results that they lead to, the results, the conventions.

For a person, numbers of four digits and more are grouped in tables and results (9,187,500), and nowhere else:
formulas, steps and sentences have them as they are computed with and typed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import groupby
from typing import Any

from rich.text import Text

from cnnquiz.render.console import Screen
from cnnquiz.render.drawings import draw
from cnnquiz.render.layout import columns, hang, indent, paragraph, paragraphs
from cnnquiz.render.prose import inline, prose
from cnnquiz.render.typeset import typeset
from cnnquiz.solution import Math, Solution, Step, Vector, equation_parts, equation_signs, significant_digits, text

FORMATS = ("rich", "plain", "json", "latex", "markdown")
SEPARATED_FROM = 1_000
SHORT = 40


def solution_text(solution: Solution, format: str) -> str:
    """The solution in a format that is the same on every screen: json, latex or markdown."""
    if format == "json":
        import json  # no quiz needs it

        return json.dumps(solution.as_json(), indent=2, ensure_ascii=False) + "\n"
    return solution.as_latex() if format == "latex" else solution.as_markdown()


def show_solution(screen: Screen, solution: Solution, drawings: bool = True) -> None:
    """Show the whole solution."""
    screen.show(*solution_lines(screen, solution, drawings), "")


def solution_lines(screen: Screen, solution: Solution, drawings: bool = True) -> list[Text]:
    """The whole solution: title and givens, steps, drawings, results, notes and conventions."""
    inside = screen.narrow(len(screen.margin))
    pictures = [draw(inside, drawing) for drawing in solution.drawings] if drawings else []
    blocks = [
        _heading(screen, solution),
        *_groups(screen, solution),
        *(indent(picture, screen.margin) for picture in pictures),
        _results(screen, solution),
        [line for note in solution.notes for line in prose(screen, typeset(screen, note), screen.margin)],
        _assumptions(screen, solution),
        _conventions(screen, solution),
    ]
    return paragraphs([[Text()], *[block for block in blocks if block]])


def step_by_step(screen: Screen, solution: Solution | None, margin: str, indentation: str = "  ") -> list[Text]:
    """The steps under their heading, as they stand behind the answer of an item; nothing without steps."""
    steps = short_steps(screen, solution, margin + indentation) if solution else []
    return [Text.assemble(margin, ("Step by step", "title")), *steps] if steps else []


def short_steps(screen: Screen, solution: Solution, margin: str) -> list[Text]:
    """The steps in short: a line each where they fit."""
    steps = [step for step in solution.steps if step.formula or step.substituted or step.value]
    titles = [screen.text(typeset(screen, _sentence(step.title))) for step in steps]
    rows = columns([(title, _chain(screen, step)) for title, step in zip(titles, steps, strict=True)])
    if all(len(margin) + row.cell_len <= screen.width for row in rows):
        return indent(rows, margin)
    pairs = zip(titles, steps, strict=True)
    blocks = ([*hang(screen, title, margin), *_equation_lines(screen, step, margin + "  ")] for title, step in pairs)
    return [line for block in blocks for line in block]


def _heading(screen: Screen, solution: Solution) -> list[Text]:
    lines = hang(screen, screen.text(solution.title, "title"), screen.margin)
    pairs = (f"{name} {value_text(value)}" for name, value in solution.given.items())
    given = screen.pick(" · ", ", ").join(typeset(screen, pair) for pair in pairs)
    lines += hang(screen, screen.text(given), screen.margin, screen.margin + "  ") if given else []
    means = ", ".join(f"{symbol} {meaning}" for symbol, meaning in solution.symbols.items())
    return lines + (hang(screen, screen.text(typeset(screen, means), "note"), screen.margin) if means else [])


def _groups(screen: Screen, solution: Solution) -> Iterable[list[Text]]:
    """The steps, numbered through, under the result that they lead to."""
    numbered = enumerate(solution.steps, 1)
    for result, pairs in groupby(numbered, key=lambda pair: pair[1].of):
        group = list(pairs)
        name = _sentence(typeset(screen, solution.label(result))) if result else ""
        alone = len(group) == 1 and _sentence(group[0][1].title) == name
        heading = paragraph(screen, name, "title") if name and not alone else []
        yield paragraphs([heading, *(_step(screen, number, step) for number, step in group)])


def _step(screen: Screen, number: int, step: Step) -> list[Text]:
    """One step: its title, the formula, the numbers and the value under one another, and why."""
    lead = Text.assemble(screen.margin, (f"{number:>2}", "key"), "  ")
    below = " " * lead.cell_len
    lines = hang(screen, screen.text(typeset(screen, step.title)), lead)
    lines += _equation_lines(screen, step, below + "  ")
    return lines + (prose(screen, typeset(screen, step.why), below, "note") if step.why else [])


def _equation_lines(screen: Screen, step: Step, margin: str) -> list[Text]:
    """Formula, numbers and value: on one line when short, else with their equals signs below one another."""
    parts = equation_parts(step)
    signs = equation_signs(parts, " = ", screen.pick(" ≈ ", " ~ "))
    chain = _chain(screen, step)
    if chain.cell_len <= min(SHORT, screen.width - len(margin)):
        return [Text.assemble(margin, chain)] if parts else []
    left, sign, right = spelling(screen, parts[0]).partition(" = ")
    first = f"{margin}{left} = " if sign else f"{margin}  "
    indent = margin + " " * len(left) if sign else margin[:-1]
    words = [right if sign else left, *(spelling(screen, part) for part in parts[1:])]
    lines: list[Text] = []
    for number, (part, word) in enumerate(zip(parts, words, strict=True)):
        style = "answer" if part is step.value else ""
        lines += hang(screen, screen.text(word, style), indent + signs[number - 1] if number else first)
    return lines


def _chain(screen: Screen, step: Step) -> Text:
    """Formula = numbers = value on one line."""
    parts = equation_parts(step)
    line = Text()
    for sign, part in zip(["", *equation_signs(parts, " = ", screen.pick(" ≈ ", " ~ "))], parts, strict=False):
        line.append(sign)
        line.append(screen.plain(spelling(screen, part)), "answer" if part is step.value else "")
    return line


def _results(screen: Screen, solution: Solution) -> list[Text]:
    """The results that the reader came for, marked, then the others."""
    names = [*solution.answer, *(name for name in solution.results if name not in solution.answer)]
    simple = [name for name in names if not _is_table(solution.results[name])]
    rows = [_result(screen, solution, name) for name in simple]
    lines = indent(columns(rows, gap=2), screen.margin) if rows else []
    return lines if all(line.cell_len <= screen.width for line in lines) else _result_lines(screen, rows)


def _result(screen: Screen, solution: Solution, name: str) -> Sequence[Text]:
    main = name in solution.answer
    value = solution.results[name]
    shown = spelling(screen, value) if isinstance(value, Math) else typeset(screen, display_value(value, screen.person))
    mark = Text(screen.pick("▸", ">") if main else " ", "key")
    return mark, screen.text(typeset(screen, solution.label(name))), screen.text(shown, "answer" if main else "")


def _result_lines(screen: Screen, rows: Sequence[Sequence[Text]]) -> list[Text]:
    """Name and value on lines of their own, where columns are too wide."""
    lines: list[Text] = []
    for mark, name, value in rows:
        lines += hang(screen, Text.assemble(name, "  ", value), Text.assemble(screen.margin, mark, " "))
    return lines


def _assumptions(screen: Screen, solution: Solution) -> list[Text]:
    if not solution.assumed:
        return []
    words = f"Assumed: {'; '.join(solution.assumed)}."
    return hang(screen, inline(screen, typeset(screen, words)), screen.margin)


def _conventions(screen: Screen, solution: Solution) -> list[Text]:
    if not solution.conventions:
        return []
    words = "; ".join(f"{name}: {choice}" for name, choice in solution.conventions.items())
    return hang(screen, inline(screen, typeset(screen, f"Conventions: {words}."), "note"), screen.margin)


def spelling(screen: Screen, math: Math) -> str:
    """Mathematics in the spelling that the screen can show."""
    return screen.pick(math.unicode, math.ascii)


def display_value(value: Any, separate: bool) -> str:
    """A value as text, a fraction with its decimals; for a person, a long number (or a shape of one) with commas."""
    if isinstance(value, tuple) and len(value) == 1 and not isinstance(value, Vector):
        return display_value(value[0], separate)
    if separate and isinstance(value, int) and not isinstance(value, bool) and abs(value) >= SEPARATED_FROM:
        return f"{value:,}"
    if isinstance(value, Fraction) and "/" in text(value):
        return f"{text(value)} ({significant_digits(value)})"
    return value_text(value)


def value_text(value: Any) -> str:
    """A given or a result as text; layers in the short form that `--layers` takes."""
    if _is_table(value):
        return "; ".join(" ".join(f"{name} {text(inner)}" for name, inner in row.items()) for row in value)
    return text(value)


def _is_table(value: Any) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(row, dict) for row in value)


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:] if words[:2].isalpha() and words[:1].isascii() else words
