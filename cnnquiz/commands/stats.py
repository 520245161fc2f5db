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
@click.option("--import", "source", metavar="FILE", help="Bring in the attempts of FILE, without doubles.")
@click.option("--force", is_flag=True, help="Let --export replace a file that is there.")
def command(format: str, to: str | None, source: str | None, force: bool) -> None:
    """Show your progress: accuracy by topic and over time, slips by name and what to drill against them,
    what is due for review, and the last sessions.

    With --export and --import the attempts move to another machine. An import adds only what is new.
    """
    from cnnquiz.history import History
    from cnnquiz.render.console import stdout
    from cnnquiz.render.listing import show_json
    from cnnquiz.render.stats import show_stats

    screen = stdout()
    with History.require() as history:
        if to or source:
            done, lines = moved(history, source, to, force)
            show_json(screen, done) if format == "json" else screen.show(*lines)
            return
        stats = history.stats(now())
    drills = advice(stats.misconceptions[:SHOWN])
    show_json(screen, document(stats, drills)) if format == "json" else show_stats(screen, stats, drills)


def moved(history: History, source: str | None, to: str | None, force: bool) -> tuple[dict[str, int], list[str]]:
    """Import, then export, whichever is asked for; the counts, and a line about each."""
    from cnnquiz.history.transfer import export, merge

    done: dict[str, int] = {}
    lines = []
    if source:
        done["read"], done["new"] = read, new = merge(history, Path(source))
        lines.append(f"{source}: {read:,} attempts, {new:,} of them new; the others were here already")
    if to:
        done["exported"] = export(history, Path(to), force)
        lines.append(f"{to}: {done['exported']:,} attempts written")
    return done, lines


def advice(slips: tuple[MisconceptionCount, ...]) -> dict[str, str]:
    """For each slip, the calculator to drill against it, where its item can still be found."""
    found = {slip.name: calculator(slip.bank, slip.item) or knowing(slip.name) for slip in slips}
    return {name: what for name, what in found.items() if what}


def calculator(bank: str, item: str) -> str | None:
    """The calculator behind an item, if it can be drilled; the bank itself where that was drilled as one."""
    from cnnquiz.bank import bundled, open_bank
    from cnnquiz.files import drills

    if (practised := bank.removeprefix("drill-")) in drills():
        return practised
    opened = open_bank(bank).bank if bank in bundled() else None
    asked = opened.item(item) if opened else None
    return next((name for name in asked.derivation or {} if name in drills()), None) if asked else None


def knowing(slip: str) -> str | None:
    """A calculator that can be drilled and knows this slip: for items of banks that are not found again."""
    from cnnquiz import calculators
    from cnnquiz.files import drills

    return next((name for name in drills() if calculators.load(name).misconception(slip)), None)


def document(stats: Stats, drills: dict[str, str]) -> dict[str, Any]:
    """The JSON document, each slip with what to drill."""
    body = stats.as_json()
    for slip in body["slips"]:
        slip["drill"] = drills.get(slip["misconception"])
    return body


def now() -> Any:
    """The time, which every other part is given."""
    from datetime import UTC, datetime

    return datetime.now(UTC)
