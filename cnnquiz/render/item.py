"""An item on the screen, the same in a quiz, a drill and a listing: stem, figure, options, key, reasons, steps."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text

from cnnquiz.items.variants import Choice, Variant
from cnnquiz.model import Figure
from cnnquiz.render.answer_form import form_prompt
from cnnquiz.render.console import Screen
from cnnquiz.render.key_status import status_line
from cnnquiz.render.layout import hang, paragraph, paragraphs
from cnnquiz.render.prose import inline, prose
from cnnquiz.render.solution import step_by_step
from cnnquiz.solution import Solution


def item_lines(screen: Screen, variant: Variant, number: int, figure: str) -> list[Text]:
    """The item as it is asked, behind its number."""
    stem, drawing, choices = question_blocks(screen, variant, figure)
    return paragraphs([[*_heading(screen, variant, number), *stem], drawing, choices])


def key_lines(screen: Screen, variant: Variant, number: int, figure: str, solution: Solution | None) -> list[Text]:
    """The item with all that is known of it: options with their whys, key, rationale, hints, steps, source."""
    stem, drawing, _ = question_blocks(screen, variant, figure)
    whys = [reason(screen, choice, choice.letter in variant.key) for choice in variant.choices]
    value = screen.text(" or ".join(variant.key), "answer")
    return paragraphs([
        [*_heading(screen, variant, number), *stem],
        drawing,
        *(whys or [hang(screen, value, screen.margin + "Answer: ")]),
        prose(screen, variant.own_rationale, screen.margin),
        step_by_step(screen, solution, screen.margin, ""),
        status_line(screen, variant.worked, screen.margin),
        [line for n, hint in enumerate(variant.hints, 1) for line in prose_with_label(screen, f"Hint {n}", hint)],
        [
            *hang(screen, screen.text(f"{variant.bank}/{variant.item.id}"), screen.margin + "Name: "),
            *prose_with_label(screen, "Source", variant.item.source),
            *prose_with_label(screen, "Note", variant.item.note),
        ],
    ])  # fmt: skip


def _heading(screen: Screen, variant: Variant, number: int) -> list[Text]:
    """The head of an item: number, topic and seed."""
    seed = "" if variant.seed is None else f"seed {variant.seed}"
    facts = screen.pick(" · ", ", ").join(filter(None, [variant.item.topic, seed]))
    return hang(screen, screen.text(facts, "em"), Text.assemble(screen.margin, (f"{number}", "strong"), "  "))


def question_blocks(screen: Screen, variant: Variant, figure: str) -> tuple[list[Text], list[Text], list[Text]]:
    """The stem, the figure, and the options or, without options, what is to be typed."""
    stem = prose(screen, variant.stem, screen.margin, "strong")
    drawing = picture(screen, variant.item.figure, figure) if variant.item.figure else []
    return stem, drawing, options(screen, variant.choices) or paragraph(screen, form_prompt(variant))


def options(screen: Screen, choices: Iterable[Choice]) -> list[Text]:
    """The options, each behind its letter."""
    return [line for choice in choices for line in prose(screen, choice.text, _letter(screen, choice))]


def _letter(screen: Screen, choice: Choice) -> Text:
    return Text.assemble(screen.margin, "  ", (screen.plain(choice.letter), "key"), "  ")


def picture(screen: Screen, figure: Figure, drawing: str) -> list[Text]:
    """The figure as drawn where the screen can show it, and in words elsewhere; its caption below."""
    lines = [line.rstrip() for line in screen.plain(drawing).splitlines()]
    widest = max((Text(line).cell_len for line in lines), default=0)
    caption = paragraph(screen, inline(screen, figure.caption, "note")) if figure.caption else []
    if not lines or not screen.unicode or widest > screen.columns:
        return [*hang(screen, inline(screen, f"Figure: {figure.alt}"), screen.margin, screen.margin + "  "), *caption]
    margin = screen.margin if widest + len(screen.margin) <= screen.columns else ""
    return [*(Text(margin + line, no_wrap=True, overflow="ignore") for line in lines), *caption]


def reason(screen: Screen, choice: Choice, right: bool) -> list[Text]:
    """One option, whether it is the key, and why."""
    lead = _letter(screen, choice)
    mark = f"  {screen.pick('✓ the key', '(the key)')}" if right else ""
    words = Text.assemble(inline(screen, choice.text, "strong" if right else ""), (mark, "right"))
    return [*hang(screen, words, lead), *prose(screen, choice.why, " " * lead.cell_len)]


def prose_with_label(screen: Screen, label: str, words: str, margin: str | None = None) -> list[Text]:
    """Markdown behind a label: `Hint 1: ...`; nothing where there are no words."""
    lead = Text.assemble(screen.margin if margin is None else margin, (f"{label}: " if label else "", "em"))
    return prose(screen, words, lead) if words else []


def options_in_words(screen: Screen, choices: Iterable[Choice]) -> Text:
    """Options by letter and words on one line: d, 125x125x4."""
    pieces = [Text.assemble((screen.plain(c.letter), "strong"), "  ", inline(screen, c.text)) for c in choices]
    return Text("; ").join(pieces)
