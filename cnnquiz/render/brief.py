"""A Solution in short: the answer first, each step in a line, the picture; no more than a small terminal shows.

Where there is no room, the picture shrinks; then the steps towards all results but the first go, then the picture, then
steps in the middle; and the last line says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from rich.text import Text

from cnnquiz.quiz.own_answer import OwnAnswer
from cnnquiz.render.console import Screen
from cnnquiz.render.drawings import Answer, draw
from cnnquiz.render.layout import count, hang, indent, paragraph, paragraphs
from cnnquiz.render.misconception_text import misconception_lines
from cnnquiz.render.signs import verdict_lead
from cnnquiz.render.solution import assumption, chain, result_row, short_parts, step_rows, step_title
from cnnquiz.render.typeset import typeset
from cnnquiz.solution import Drawing, Solution, Step

ROWS = 23  # of a terminal with 24: the last one is the prompt's
PICTURE_ROWS = 9  # of a small picture
MOST_ANSWERS = 6
Rows = list[list[Text]]  # each step's lines


def verdict(screen: Screen, solution: Solution, own: OwnAnswer) -> list[Text]:
    """Whether a person's own answer is right; of a wrong one, its misconceptions and where its working breaks."""
    lead = verdict_lead(screen, "right" if own.right else "wrong").append(": ")
    words = f"{own.response} for {typeset(screen, solution.label(own.result))}{'' if own.exact else ', rounded'}."
    lines = [*hang(screen, screen.text(words), lead), *misconception_lines(screen, own.misconceptions)]
    if own.question is not None and not own.right:
        from cnnquiz.render.by_lines import reach_lines  # no other result needs it

        lines += reach_lines(screen, own.question, own.response, screen.margin + "  ")
    return lines


def brief_lines(
    screen: Screen, solution: Solution, drawings: bool = True, own: OwnAnswer | None = None
) -> list[Text]:
    """The solution in short, behind the verdict on a person's own answer, in the lines of a small terminal."""
    head = paragraphs([verdict(screen, solution, own) if own else [], _answers(screen, solution)])
    rows = [(row or _titled(screen, step), step) for row, step in step_rows(screen, solution.steps, screen.margin)]
    pictures = list(_pictures(screen, solution.drawings, own.values if own else None)) if drawings else []
    lines: list[Text] = []
    for shown, picture in _choices(screen, rows, solution, pictures):
        left = _left_out(solution, len(rows) - len(shown), bool(pictures) and not picture)
        steps = [line for row in shown for line in row]
        lines = paragraphs([head, steps, picture, [*_assumed(screen, solution), *paragraph(screen, left)]])
        if len(lines) <= ROWS:
            break
    return lines


def _choices(
    screen: Screen, rows: list[tuple[list[Text], Step]], solution: Solution, pictures: Rows
) -> Iterator[tuple[Rows, list[Text]]]:
    """What may be shown, from most to least: the rows of steps, and a picture."""
    every = [row for row, _ in rows]
    leading = [row for row, step in rows if step.of in ("", *solution.answer[:1])] or every
    yield from product([every, leading], pictures)
    yield from product([every, leading], [[]])
    for size in range(len(leading) - 1, 0, -1):
        more = f"{screen.pick('⋮', '...')} {count(len(leading) - size, 'step')} more"
        yield [*leading[: size - 1], [Text.assemble(screen.margin, (more, "note")), *leading[-1]]], []


def _pictures(screen: Screen, drawings: Sequence[Drawing], answer: Answer | None) -> Iterator[list[Text]]:
    """The drawings in full, then in few rows, then only the first, with a wrong answer in them."""
    inside = screen.narrow(len(screen.margin))
    small = [Drawing(one.kind, one.data.get("small", one.data)) for one in drawings]
    for each, rows in ((drawings, None), (small, PICTURE_ROWS), (small[:1], PICTURE_ROWS)):
        picture = paragraphs([draw(inside, one, answer, rows) for one in each])
        if picture and all(line.cell_len <= inside.columns for line in picture):
            yield indent(picture, screen.margin)


def _answers(screen: Screen, solution: Solution) -> list[Text]:
    """The results that the reader came for, the most important on the first line."""
    rows = [result_row(screen, solution, name) for name in solution.answer[:MOST_ANSWERS]]
    widest, most = max((name.cell_len for name, _ in rows), default=0), 6 if len(rows) == 1 else 1
    each = (hang(screen, value, Text.assemble(screen.margin, name, " " * (widest + 2 - name.cell_len)))
            for name, value in rows)  # fmt: skip
    return [line for lines in each for line in _clipped(screen, lines, most)]


def _titled(screen: Screen, step: Step) -> list[Text]:
    """A step that no line holds in two: what is done, and of its mathematics what fits, the value at least."""
    parts, room = short_parts(step), screen.width - len(screen.margin) - 2
    shorter = (parts, [parts[0], parts[-1]], parts[-1:])
    line = next((line for line in (chain(screen, one) for one in shorter) if line.cell_len <= room), None)
    below = screen.margin + "  "
    value = [Text.assemble(below, line)] if line else hang(screen, chain(screen, parts[-1:]), below)
    return [*_clipped(screen, hang(screen, step_title(screen, step), screen.margin), 1), *_clipped(screen, value, 1)]


def _clipped(screen: Screen, lines: list[Text], most: int) -> list[Text]:
    """The first lines, the last of them ending between two words and saying that more was there."""
    if len(lines) <= most:
        return lines
    end, last = " ... (cut)", lines[most - 1]
    while last.cell_len + len(end) > screen.width and last:
        last = last[: max(last.plain.rfind(" "), 0)]
    return [*lines[: most - 1], Text.assemble(last, end)]


def _assumed(screen: Screen, solution: Solution) -> list[Text]:
    if not solution.assumed:
        return []
    return _clipped(screen, hang(screen, assumption(screen, solution), screen.margin), 1)


def _left_out(solution: Solution, steps: int, picture: bool) -> str:
    """What --explain shows beyond this."""
    results = len(solution.results) - min(len(solution.answer), MOST_ANSWERS)
    *others, last = [
        f"all {len(solution.steps)} steps in full" if steps else "every step in full",
        *(["the picture"] if picture else []),
        *([count(results, "more result")] if results else []),
    ]
    return f"--explain shows {', '.join(others)}{' and ' if others else ''}{last}."
