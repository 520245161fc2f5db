"""Items outside a quiz: as a reader sees them, and with the key, every why and the worked steps."""

from __future__ import annotations

from rich.text import Text

from cnnquiz.model import Choice, Variant
from cnnquiz.render.console import Screen
from cnnquiz.render.key_status import status_line
from cnnquiz.render.layout import hang, paragraphs
from cnnquiz.render.prose import inline, prose
from cnnquiz.render.quiz import options, picture
from cnnquiz.render.solution import worked
from cnnquiz.render.typed import expected
from cnnquiz.solution import Solution


def item_lines(screen: Screen, variant: Variant, number: int, figure: str) -> list[Text]:
    """The item as it is asked: its name, stem, figure and options."""
    return paragraphs([*_asked(screen, variant, number, figure), _choices(screen, variant)])


def key_lines(
    screen: Screen, variant: Variant, number: int, figure: str, solution: Solution | None
) -> list[Text]:
    """The item with all that is known of it: options with their whys, key, rationale, hints, steps, source."""
    steps = worked(screen, solution, screen.margin) if solution else []
    whys = [_why(screen, choice, choice.letter in variant.key) for choice in variant.choices]
    value = screen.text(" or ".join(variant.key), "answer")
    return paragraphs([
        *_asked(screen, variant, number, figure),
        *(whys or [hang(screen, value, screen.margin + "Answer: ")]),
        prose(screen, variant.rationale, screen.margin),
        [Text.assemble(screen.margin, ("Step by step", "title")), *steps] if steps else [],
        status_line(screen, variant.worked, screen.margin),
        [line for n, hint in enumerate(variant.hints, 1) for line in _labelled(screen, f"Hint {n}", hint)],
        [*_labelled(screen, "Source", variant.item.source), *_labelled(screen, "Note", variant.item.note)],
    ])  # fmt: skip


def _asked(screen: Screen, variant: Variant, number: int, figure: str) -> list[list[Text]]:
    """The head of an item: number, id, topic and seed; then the stem and the figure."""
    seed = "" if variant.seed is None else f"seed {variant.seed}"
    facts = screen.pick(" · ", ", ").join(filter(None, [variant.item.id, variant.item.topic, seed]))
    head = hang(screen, screen.text(facts, "em"), Text.assemble(screen.margin, (f"{number}", "strong"), "  "))
    stem = prose(screen, variant.stem, screen.margin, "strong")
    drawn = picture(screen, variant.item.figure, figure) if variant.item.figure else []
    return [[*head, *stem], drawn]


def _choices(screen: Screen, variant: Variant) -> list[Text]:
    if variant.choices:
        return options(screen, variant.choices)
    return hang(screen, Text(expected(variant)), screen.margin)


def _why(screen: Screen, choice: Choice, right: bool) -> list[Text]:
    """One option, whether it is the key, and why."""
    lead = Text.assemble(screen.margin, "  ", (screen.plain(choice.letter), "key"), "  ")
    mark = f"  {screen.pick('✓ the key', '(the key)')}" if right else ""
    said = Text.assemble(inline(screen, choice.text, "strong" if right else ""), (mark, "right"))
    return [*hang(screen, said, lead), *(prose(screen, choice.why, " " * lead.cell_len) if choice.why else [])]


def _labelled(screen: Screen, label: str, words: str) -> list[Text]:
    return prose(screen, words, Text.assemble(screen.margin, (f"{label}: ", "em"))) if words else []
