"""An answer given line by line: each line of the derivation asked and marked, and where a working leaves it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.text import Text

from cnnquiz import answers
from cnnquiz.items.variants import Variant
from cnnquiz.quiz.commands import command
from cnnquiz.quiz.session import Event
from cnnquiz.quiz.worked_lines import Line, is_answer, lines, reach
from cnnquiz.render.answer_form import form_prompt, taken_letters, unreadable
from cnnquiz.render.console import Screen
from cnnquiz.render.layout import hang, paragraph
from cnnquiz.render.prose import prose
from cnnquiz.render.signs import verdict_sign
from cnnquiz.render.solution import chain, short_parts
from cnnquiz.render.typeset import typeset
from cnnquiz.solution import Math

KEYS = "s shows the line and goes on, r shows the question again, q saves and leaves."
Show = Callable[[Sequence[Text]], None]
Read = Callable[[Variant], str | None]


def answer_by_lines(screen: Screen, variant: Variant, read: Read, show: Show) -> Event:
    """Ask the lines of the derivation and mark each; the answer, or `next` where it is still to be given.

    read  what is typed next, as an answer to this question; None when the time is up
    show  puts lines on the screen
    """
    every, broken = lines(variant), ""
    for number, line in enumerate(every, 1):
        show(_question(screen, line, f"Line {number} of {len(every)}"))
        typed = _response(screen, variant, line, read, show)
        last = number == len(every) and is_answer(variant, line)
        if isinstance(typed, Event) and (last or typed.action != "skip"):
            return typed
        response = "" if isinstance(typed, Event) else typed
        right = bool(response) and answers.mark(line.question, response).verdict == "right"
        broken = broken or ("" if right else f"It broke at line {number}: {_title(screen, line)}.")
        if last:
            show([Text(), *paragraph(screen, broken)] if broken and len(every) > 1 else [])
            return Event("answer", response)
        show(_verdict(screen, line, response, right))
    show([Text(), *paragraph(screen, f"{broken} Now the answer itself.".strip())])
    return Event("next")


def _response(screen: Screen, variant: Variant, line: Line, read: Read, show: Show) -> str | Event:
    """What is typed for a line, or the command that leaves it."""
    while (typed := read(line.question)) is not None:
        found = command(typed, False, taken_letters(line.question))
        response = None if found else answers.read_response(line.question, typed)
        if response is not None:
            return response
        if found and found.action in ("skip", "quit"):
            return Event(found.action)
        if found and found.word == "repeat":
            show([Text(), *prose(screen, variant.stem, screen.margin, "strong"), *_question(screen, line, "Now")])
        elif typed:
            show([Text(), *paragraph(screen, KEYS if found else unreadable(line.question, typed)), Text()])
    return Event("tick")


def _title(screen: Screen, line: Line) -> str:
    title = line.step.title
    return screen.plain(typeset(screen, title[:1].lower() + title[1:2].lower() + title[2:]))


def _question(screen: Screen, line: Line, lead: str) -> list[Text]:
    """What a line asks for: what is done, its rule with its letters, and the form of its value if that is no number."""
    title = hang(screen, screen.text(typeset(screen, line.step.title), "strong"), f"{screen.margin}{lead}: ")
    form = form_prompt(line.question)
    how = paragraph(screen, form) if form != "Type a number." else []
    means = typeset(screen, ", ".join(f"{letter} {meaning}" for letter, meaning in line.letters.items()))
    body = screen.margin + "  "
    letters = hang(screen, screen.text(means, "note"), body) if means else []
    return [Text(), *title, *_rule(screen, line.step.formula or line.step.substituted), *letters, *how]


def _rule(screen: Screen, rule: Math) -> list[Text]:
    body = screen.margin + "  "
    return hang(screen, chain(screen, [rule]), body) if rule else []


def _verdict(screen: Screen, line: Line, response: str, right: bool) -> list[Text]:
    """Whether a line was right; where it was not, the line with its numbers, and why it is so."""
    lead = Text.assemble(screen.margin, verdict_sign(screen, "right" if right else "wrong"), " ")
    if right:
        return hang(screen, screen.text(response, "answer"), lead)
    parts = short_parts(line.step)
    numbers = chain(screen, parts[1:] if line.step.formula else parts)
    words = Text.assemble(screen.text(f"Not {response}: " if response else ""), numbers)
    return [*hang(screen, words, lead), *prose(screen, line.step.why, screen.margin + "  ")]


def reach_lines(screen: Screen, variant: Variant, response: str, body: str) -> list[Text]:
    """How far the working of a wrong answer is right, and what comes next; nothing for an answer without working."""
    found = reach(variant, response)
    if found is None:
        return []
    said = f"Your {found.last.step.value.ascii} is right" if found.last else ""
    if found.factor:
        words = f"{said}; the" if said else "The"
        return hang(screen, screen.text(f"{words} {screen.pick('×', 'x')}{found.factor} is missing."), body)
    if found.next is None:
        return hang(screen, screen.text(f"{said}, and then it is changed."), body)
    words = f"{said}; it breaks at" if said else "It breaks at"
    rule = found.next.step.formula or found.next.step.substituted
    return hang(screen, Text.assemble(f"{words} {_title(screen, found.next)}: ", chain(screen, [rule])), body)
