"""An experiment on the screen: its pictures, its figures with their spread, and whether what it claims holds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import ModuleType

from rich.text import Text

from cnnquiz.lab.evidence import Record, seeds_text
from cnnquiz.lab.records import Again, Pixels
from cnnquiz.render.console import Screen, with_all_colours
from cnnquiz.render.input_events import show_pages
from cnnquiz.render.lab import picture
from cnnquiz.render.layout import bar, columns, indent, paragraph, paragraphs
from cnnquiz.render.typeset import typeset

BAR = 24
DECADES = 1000  # bars are of the logarithm where the greatest is so many times the least


Row = tuple[str, list[Pixels]]


def show_record(screen: Screen, experiment: ModuleType, record: Record, pictures: Sequence[Row]) -> None:
    """What came out of all seeds, and the pictures of the first."""
    drawn = with_all_colours(screen)
    failures, many = record.failures(record.claim), len(record.seeds)
    seeds = f"each of {many} seeds" if many > 1 else f"seed {record.seeds[0]}"
    verdict = Text.assemble((screen.pick("✓ ", ""), "right"), (f"Held for {seeds}: ", "strong"))
    if failures:
        words = f"Did not hold for {seeds_text(failures)}: "
        verdict = Text.assemble((screen.pick("✗ ", ""), "wrong"), (words, "strong"))
    verdict.append_text(screen.text(f"{record.shows}."))
    blocks = [
        paragraph(screen, (experiment.__doc__ or "").partition("\n")[0], "title"),
        *(strip(drawn, caption, row) for caption, row in pictures),
        figures(screen, experiment, record),
        paragraph(screen, verdict),
    ]
    show_pages(drawn, [Text(), *paragraphs(blocks), Text()])


def strip(screen: Screen, caption: str, row: Sequence[Pixels]) -> list[Text]:
    """Pictures beside one another, as many as fit, below their caption."""
    fit = (screen.width - len(screen.margin) + 1) // (len(row[0][0]) + 1)
    drawn = [picture(screen, each) for each in row[:fit]]
    lines = columns([*zip(*drawn, strict=True)], gap=1) if drawn else []
    return [*paragraph(screen, caption, "note"), *indent(lines, screen.margin)]


def figures(screen: Screen, experiment: ModuleType, record: Record) -> list[Text]:
    """Each figure: its mean over the seeds, the least and the greatest, and a bar; what does not fit is left out."""
    means, several = record.mean, len(record.seeds) > 1
    bars = {name: means[name] for name in getattr(experiment, "BARS", ())}
    least, greatest = min(bars.values(), default=0), max(bars.values(), default=0)
    powers = least > 0 and greatest / least >= DECADES
    if powers:
        bars = {name: math.log10(value / least) + 1 for name, value in bars.items()}
    heads = ("", "mean" * several, "least to greatest" * several, "by powers of ten" * powers)
    rows = [[Text(head, "note") for head in heads]] if any(heads) else []
    for name, words in experiment.FIGURES.items():
        drawn = bar(screen, bars[name], max(bars.values()), BAR) if name in bars else Text()
        ends = ends_text(screen, record.spread[name]) if several else Text()
        rows.append([screen.text(words), number_text(screen, means[name]), ends, drawn])
    return fitting_columns(screen, rows, {1}, least=2)


def fitting_columns(screen: Screen, rows: Sequence[Sequence[Text]], right: set[int], least: int) -> list[Text]:
    """As many of the first columns as fit, and so many in any case."""
    for kept in range(len(rows[0]), least - 1, -1):
        lines = columns([row[:kept] for row in rows], right, 2)
        if max(line.cell_len for line in lines) <= screen.width - len(screen.margin):
            break
    return indent(lines, screen.margin)


def show_comparison(screen: Screen, experiment: ModuleType, seed: int, rows: Sequence[Again], holds: bool) -> None:
    """A seed run again beside its record."""
    lines = [[Text(head, "note") for head in ("", "", "now", "record", "least to greatest")]]
    for row in rows:
        sign = Text(screen.pick("✓", "ok"), "right") if row.agrees else Text(screen.pick("✗", "off"), "wrong")
        numbers = (number_text(screen, value) for value in (row.now, row.recorded))
        lines.append([sign, screen.text(experiment.FIGURES[row.name]), *numbers, ends_text(screen, row.spread)])
    off = [experiment.FIGURES[row.name] for row in rows if not row.agrees]
    said = f"Seed {seed} gives what the record has, within the spread of its seeds" if not off else (
        f"Seed {seed} is too far from what the record has: {', '.join(off)}")
    claim = "the claim holds again" if holds else "the claim does not hold now"
    table = fitting_columns(screen, lines, {2, 3}, least=3)
    screen.show("", *paragraphs([table, paragraph(screen, f"{said}; {claim}.", "answer")]), "")


def ends_text(screen: Screen, ends: tuple[float, float]) -> Text:
    """The least and the greatest of a figure."""
    return screen.text(typeset(screen, " to ".join(map(number, ends))))


def number_text(screen: Screen, value: float) -> Text:
    """A figure as the screen can show it."""
    return screen.text(typeset(screen, number(value)))


def number(value: float) -> str:
    """A figure to three digits."""
    return f"{value:.3g}"
