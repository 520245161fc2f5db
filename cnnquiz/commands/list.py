"""List the banks, the calculators or the networks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from cnnquiz.history.stats import Scores
    from cnnquiz.model import Bank

NEXT = {
    "banks": "cnnquiz take NAME asks a bank; cnnquiz show NAME prints it.",
    "calculators": "cnnquiz solve NAME --help says what a calculator needs.",
    "networks": "cnnquiz solve net NAME works a network out, layer by layer.",
}


@click.command()
@click.argument("what", type=click.Choice(tuple(NEXT)), default="banks", metavar="[banks|calculators|networks]")
@click.option("--format", type=click.Choice(["text", "json"]), default="text", help="How to print it.")
def command(what: str, format: str) -> None:
    """List the bundled banks, or the calculators, or the networks."""
    from cnnquiz.render.console import stdout
    from cnnquiz.render.listing import show_json, show_listing

    rows = {"banks": banks, "calculators": calculators, "networks": networks}[what]()
    screen = stdout()
    if format == "json":
        show_json(screen, {what: rows})
    else:
        show_listing(screen, what.capitalize(), [(row["name"], words(row)) for row in rows], NEXT[what])


def banks() -> list[dict[str, Any]]:
    """The bundled banks with their sizes and topics."""
    from cnnquiz.bank import open_bank
    from cnnquiz.files import bundled
    from cnnquiz.history.store import scores_by_bank
    from cnnquiz.render.console import stderr

    opened = ((name, open_bank(name).bank) for name in sorted(bundled()))
    scores, damage = scores_by_bank()
    if damage:
        stderr().say(damage)
    return [bank_row(name, bank, scores.get(bank.id)) for name, bank in opened if bank]


def bank_row(name: str, bank: Bank, scores: Scores | None) -> dict[str, Any]:
    """One bank as a row, with the scores of its finished quizzes."""
    from msgspec import to_builtins

    topics = list(dict.fromkeys(item.topic for item in bank.items if item.topic))
    numericals = sum(item.derivation is not None for item in bank.items)
    return {
        "name": name, "title": bank.title, "items": len(bank.items), "numericals": numericals, "topics": topics,
        "best": to_builtins(scores.best) if scores else None, "last": to_builtins(scores.last) if scores else None,
    }  # fmt: skip


def calculators() -> list[dict[str, Any]]:
    """The calculators with what each of them works out."""
    from cnnquiz import calculators

    return [{"name": name, "title": calculators.load(name).summary} for name in calculators.names()]


def networks() -> list[dict[str, Any]]:
    """The bundled networks."""
    from cnnquiz.layers import networks

    return [{"name": name, "title": networks.load(name).title} for name in networks.names()]


def words(row: dict[str, Any]) -> list[str]:
    """A row in words: its title, and what is known of a bank."""
    if "items" not in row:
        return [row["title"]]
    size = f"{row['items']} items" + (f", {row['numericals']} of them numerical" if row["numericals"] else "")
    lines = [row["title"], f"{size}: {', '.join(row['topics'])}"]
    if row["last"]:
        lines.append(f"your last score: {score(row['last'])}; your best: {score(row['best'])}")
    return lines


def score(row: dict[str, Any]) -> str:
    """A score in words: 7 of 10."""
    return f"{row['score']:g} of {row['of']}"
