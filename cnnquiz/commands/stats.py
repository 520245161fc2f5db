"""Show progress: accuracy, slips and what to drill, what is due."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from cnnquiz.history import History
    from cnnquiz.history.stats import MisconceptionCount, Stats

SHOWN = 10


@click.command()
@click.option("--format", type=click.Choice(["text", "json"]), default="text", help="How to print it.")
@click.option("--export", "to", metavar="FILE", help="Write all attempts to FILE (.jsonl or .csv).")
@click.option("--import", "source", metavar="FILE", help="Import the attempts of FILE, without duplicates.")
@click.option("--force", is_flag=True, help="Let --export replace a file that is there.")
def command(format: str, to: str | None, source: str | None, force: bool) -> None:
    """Show your progress: accuracy by topic and over time, slips by name and what to drill against them,
    what is due for review, and the last sessions.

    With --export and --import the attempts move to another machine. An import adds only what is new.
    """
    from cnnquiz.clock import day_of, now
    from cnnquiz.history import History
    from cnnquiz.render.console import stderr, stdout
    from cnnquiz.render.listing import show_json
    from cnnquiz.render.stats import show_stats

    screen = stdout()
    with History.require(to_write=source is not None) as history:
        if history.damage:
            stderr().say(history.damage)
        if to is not None or source is not None:
            done, lines = move(history, source, to, force)
            show_json(screen, done) if format == "json" else screen.show(*lines)
            return
        stats, today = history.stats(now()), day_of(now())
    drills = advice(stats.misconceptions[:SHOWN])
    show_json(screen, document(stats, drills)) if format == "json" else show_stats(screen, stats, drills, today)


def move(history: History, source: str | None, to: str | None, force: bool) -> tuple[dict[str, int], list[str]]:
    """Import, then export, as asked; the counts, and a line about each."""
    from cnnquiz.history.transfer import export, merge
    from cnnquiz.shown import display_text

    done: dict[str, int] = {}
    lines = []
    if source is not None:
        done["read"], done["new"] = read, new = merge(history, Path(source))
        lines.append(f"{display_text(source)}: {read:,} attempts, {new:,} of them new; the others were here already")
    if to is not None:
        done["exported"] = export(history, Path(to), force)
        lines.append(f"{display_text(to)}: {done['exported']:,} attempts written")
    return done, lines


def advice(misconceptions: tuple[MisconceptionCount, ...]) -> dict[str, str]:
    """For each misconception the calculator to drill against it, where there is one."""
    found = {each.name: calculator_against(each) for each in misconceptions}
    return {name: calculator for name, calculator in found.items() if calculator}


def calculator_against(misconception: MisconceptionCount) -> str | None:
    """The calculator of the item where the misconception was met most, or else one that has the misconception."""
    from cnnquiz import calculators
    from cnnquiz.bank import open_bank
    from cnnquiz.files import bundled, drills

    bank, names = misconception.bank, drills()
    if (drilled := bank.removeprefix("drill-")) in names:
        return drilled
    opened = open_bank(bank).bank if bank in bundled() else None
    item = opened.item(misconception.item) if opened else None
    if item and item.derivation and item.derivation.calculator in names:
        return item.derivation.calculator
    return next((name for name in names if calculators.load(name).misconception(misconception.name)), None)


def document(stats: Stats, drills: dict[str, str]) -> dict[str, Any]:
    """The JSON document, each misconception with what to drill."""
    body = stats.as_json()
    for each in body["slips"]:
        each["drill"] = drills.get(each["misconception"])
    return body
