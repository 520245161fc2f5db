"""A Solution on the screen in full: its steps under the results that they lead to, the results, the conventions.

Its steps in short, a line each, are here too: `brief` shows them behind the answer, a quiz behind its verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import groupby
from typing import Any

from msgspec.structs import replace
from rich.text import Text

from cnnquiz.patterns import pattern
from cnnquiz.render.console import Screen
from cnnquiz.render.drawings import draw
from cnnquiz.render.layout import columns, hang, indent, paragraph, paragraphs
from cnnquiz.render.prose import inline, prose
from cnnquiz.render.typeset import heard, separated, typeset
from cnnquiz.solution import Math, Solution, Step, Vector, equation_parts, equation_signs, significant_digits, text

FORMATS = ("rich", "plain", "json", "latex", "markdown")
SHORT = 40
GAP = 3
DIGITS = 6  # of a decimal in a short step: as many as are carried along on paper
_LONG_DECIMAL = pattern(r"(?<![\w.])\d+\.\d{5,}(?![\d.])")
_RATIO = pattern(r"-?\d+/\d+")


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
        [line for note in solution.notes for line in prose(screen, typeset(screen, separated(note)), screen.margin)],
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
    rows = step_rows(screen, solution.steps, margin)
    return [line for row, step in rows for line in row or _titled(screen, step, margin)]


def step_rows(screen: Screen, steps: Iterable[Step], margin: str) -> list[tuple[list[Text], Step]]:
    """Each step that has mathematics in a line: formula = numbers = value, and what is done; none where none fits.

    A line that would be too long ends before its second sign, and the rest stands below.
    """
    room = screen.width - len(margin)
    told = [(short_parts(step), step) for step in _joined(screen, steps, room) if equation_parts(step)]
    widths = [chain(screen, parts).cell_len for parts, _ in told]
    column = max((width for width in widths if width <= room * 3 // 5), default=0) + GAP
    return [(indent(_row(screen, parts, step, column, room), margin), step) for parts, step in told]


def _joined(screen: Screen, steps: Iterable[Step], room: int) -> list[Step]:
    """The steps, a formula and the step that only puts numbers into it as one where a line holds both."""
    found: list[Step] = []
    for step in steps:
        before = found[-1] if found else step
        one = replace(before, substituted=_right_side(step.substituted))
        apart = not (step.substituted and before.formula) or step.formula or step.value or before.substituted
        if apart or chain(screen, short_parts(one)).cell_len > room:
            found.append(step)
        else:
            found[-1] = one
    return found


def _right_side(math: Math) -> Math:
    ascii_, unicode, latex = (words.rpartition(" = ")[2] for words in (math.ascii, math.unicode, math.latex))
    return replace(math, ascii=ascii_, unicode=unicode, latex=latex)


def _row(screen: Screen, parts: list[Math], step: Step, column: int, room: int) -> list[Text]:
    """The line of a step, or its two lines; none where what is done has no room beside them."""
    whole, first = chain(screen, parts), chain(screen, parts[:1])
    if (line := _beside(screen, whole, step, column, room)) is not None:
        return [line]
    line = _beside(screen, first, step, column, room)
    rest = Text.assemble(" " * max(first.plain.find(" = "), 1), whole[first.cell_len :])
    return [line, rest] if line is not None and rest.cell_len <= room else []


def _beside(screen: Screen, chain: Text, step: Step, column: int, room: int) -> Text | None:
    """The mathematics with what is done beside it, in the column, or before it where that is long."""
    for words in _step_words(step):
        said = screen.text(typeset(screen, words), "note")
        at = max(chain.cell_len + GAP, min(column, room - said.cell_len))
        if at + said.cell_len <= room:
            return Text.assemble(chain, " " * (at - chain.cell_len), said)
    return None


def _step_words(step: Step) -> list[str]:
    """What may stand beside a step, the most telling first: what is done and why, or what is done."""
    title = _sentence(step.title)
    why = separated(step.why)
    reasons = [why, f"{why.partition('. ')[0]}."] if why else []
    both = (why if step.title.casefold() in why.casefold() else f"{title}. {why}" for why in reasons)
    return [*both, title]


def _titled(screen: Screen, step: Step, margin: str) -> list[Text]:
    """A step that no line holds: its mathematics below its title."""
    return [*hang(screen, step_title(screen, step), margin), *_equation_lines(screen, short_parts(step), margin + "  ")]


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
    lines += _equation_lines(screen, whole_parts(step), below + "  ")
    return lines + (prose(screen, typeset(screen, separated(step.why)), below, "note") if step.why else [])


def step_title(screen: Screen, step: Step) -> Text:
    """What a step does, as a heading above its mathematics."""
    return screen.text(typeset(screen, _sentence(step.title)), "note")


def whole_parts(step: Step) -> list[Math]:
    """Formula, numbers and value, and behind a ratio its decimals: 289/420, about 0.6880952381."""
    parts = equation_parts(step)
    if not parts or not _RATIO.fullmatch(parts[-1].ascii):
        return parts
    decimals = significant_digits(Fraction(parts[-1].ascii))
    return [*parts, Math(decimals, decimals.replace("-", "−"), decimals, rounded=True)]


def short_parts(step: Step) -> list[Math]:
    """The same with no more digits of a decimal than one carries along on paper."""
    return list(map(_with_short_decimals, whole_parts(step)))


def _with_short_decimals(math: Math) -> Math:
    ascii_, unicode = (_LONG_DECIMAL.sub(lambda m: significant_digits(Fraction(m[0]), DIGITS), words)
                       for words in (math.ascii, math.unicode))  # fmt: skip
    return math if ascii_ == math.ascii else replace(math, ascii=ascii_, unicode=unicode, rounded=True)


def _equation_lines(screen: Screen, parts: list[Math], margin: str) -> list[Text]:
    """Formula, numbers and value: on one line when short, else with their equals signs below one another."""
    line = chain(screen, parts)
    if line.cell_len <= min(SHORT, screen.width - len(margin)):
        return [Text.assemble(margin, line)] if parts else []
    signs = equation_signs(parts, " = ", screen.pick(" ≈ ", " ~ "))
    left, sign, right = spelling(screen, parts[0]).partition(" = ")
    first = f"{margin}{left} = " if sign else f"{margin}  "
    indent = margin + " " * len(left) if sign else margin[:-1]
    words = [right if sign else left, *(spelling(screen, part) for part in parts[1:])]
    lines: list[Text] = []
    for number, word in enumerate(words):
        style = "answer" if 0 < number == len(words) - 1 else ""
        lines += hang(screen, screen.text(word, style), indent + signs[number - 1] if number else first)
    return lines


def chain(screen: Screen, parts: list[Math]) -> Text:
    """Formula = numbers = value on one line."""
    line = Text()
    for sign, part in zip(["", *equation_signs(parts, " = ", screen.pick(" ≈ ", " ~ "))], parts, strict=False):
        line.append(sign)
        line.append(screen.plain(spelling(screen, part)), "answer" if sign and part is parts[-1] else "")
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
    mark = Text(screen.pick("▸", ">") if main else " ", "key")
    return mark, *result_row(screen, solution, name, "answer" if main else "")


def result_row(screen: Screen, solution: Solution, name: str, style: str = "answer") -> tuple[Text, Text]:
    """How a result is called, and its value."""
    value = solution.results[name]
    shown = spelling(screen, value) if isinstance(value, Math) else typeset(screen, display_value(value))
    return screen.text(typeset(screen, solution.label(name))), screen.text(shown, style)


def _result_lines(screen: Screen, rows: Sequence[Sequence[Text]]) -> list[Text]:
    """Name and value on lines of their own, where columns are too wide."""
    lines: list[Text] = []
    for mark, name, value in rows:
        lines += hang(screen, Text.assemble(name, "  ", value), Text.assemble(screen.margin, mark, " "))
    return lines


def _assumptions(screen: Screen, solution: Solution) -> list[Text]:
    return hang(screen, assumption(screen, solution), screen.margin) if solution.assumed else []


def read_as(screen: Screen, command: str, assumed: Sequence[str]) -> list[Text]:
    """How a text was understood, as a command that says the same, and what it left open."""
    said = f"; assumed {', '.join(assumed)}" if assumed else ""
    return hang(screen, screen.text(f"{command}{said}", "note"), Text.assemble(screen.margin, ("read as: ", "note")))


def terms_lines(screen: Screen, calculator: str, values: Sequence[Any], total: Any) -> list[Text]:
    """The values of several layers added up, or the larger less the smaller, as one equation."""
    shown = [display_value(value) for value in (values if calculator == "sum" else sorted(values, reverse=True))]
    sign = screen.pick(" + ", " + ") if calculator == "sum" else screen.pick(" − ", " - ")
    equation = Text.assemble(f"{sign.join(map(str, shown))} = ", (str(display_value(total)), "answer"))
    return hang(screen, equation, Text.assemble(screen.margin, calculator, "  "))


def assumption(screen: Screen, solution: Solution) -> Text:
    """What was assumed, in a sentence."""
    return inline(screen, typeset(screen, separated(f"Assumed: {'; '.join(solution.assumed)}.")))


def _conventions(screen: Screen, solution: Solution) -> list[Text]:
    if not solution.conventions:
        return []
    words = "; ".join(f"{name}: {choice}" for name, choice in solution.conventions.items())
    return hang(screen, inline(screen, typeset(screen, f"Conventions: {words}."), "note"), screen.margin)


def spelling(screen: Screen, math: Math) -> str:
    """Mathematics in the spelling that the screen can show, its long numbers with separators."""
    return heard(math.ascii) if screen.spoken else separated(screen.pick(math.unicode, math.ascii))


def display_value(value: Any) -> str:
    """A value as a person reads it: a long number with separators, a fraction behind its decimals."""
    if isinstance(value, tuple) and len(value) == 1 and not isinstance(value, Vector):
        return display_value(value[0])
    if isinstance(value, Fraction) and "/" in text(value):
        return f"{separated(significant_digits(value))} ({text(value)})"
    return separated(value_text(value))


def value_text(value: Any) -> str:
    """A given or a result as text; layers in the short form that `--layers` takes."""
    if _is_table(value):
        return "; ".join(" ".join(f"{name} {text(inner)}" for name, inner in row.items()) for row in value)
    return text(value)


def _is_table(value: Any) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(row, dict) for row in value)


def _sentence(words: str) -> str:
    """The words with a capital letter, unless they begin with a symbol or a layer's name."""
    first = words.partition(" ")[0]
    return words[:1].upper() + words[1:] if len(first) > 1 and first.isascii() and first.isalpha() else words
