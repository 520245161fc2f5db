"""Show a bank or one of its items, with the key if you ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cnnquiz.commands import ITEM

if TYPE_CHECKING:
    from cnnquiz.bank import Loaded
    from cnnquiz.items.variants import Variant
    from cnnquiz.model import Item


@click.command()
@click.argument("what", type=ITEM, metavar="BANK[/ITEM]")
@click.option("--key", is_flag=True, help="Also the key, why each option is right or wrong, hints and steps.")
@click.option("--seed", type=click.IntRange(min=0), metavar="N", help="Families with the numbers of that seed.")
@click.option("--format", type=click.Choice(["text", "json"]), default="text", help="How to print it.")
def command(what: str, key: bool, seed: int | None, format: str) -> None:
    """Show a bank, or one of its items, as a reader sees it. BANK is a bundled bank or a path.

    Without --key nothing gives the answers away. --format json has everything.
    """
    from cnnquiz.bank import fault_place
    from cnnquiz.items.variants import draw, original
    from cnnquiz.render.console import stdout
    from cnnquiz.render.listing import show_json

    loaded, item = open_item(what)
    assert loaded.bank
    bank = loaded.bank
    items = [item] if item else bank.items
    with fault_place(loaded):
        variants = [original(bank, each) if seed is None else draw(bank, each, seed) for each in items]
    if format == "text":
        show(loaded, variants, key)
        return
    documents = [as_json(each) | {"figure": figure(loaded, each)} for each in variants]
    more = documents[0] if item else {"title": bank.title, "items": documents}
    show_json(stdout(), {"bank": bank.id} | more)


def open_item(what: str) -> tuple[Loaded, Item | None]:
    """The bank, and the item if one is named after the last slash; CnnquizError where there is none of that id."""
    from pathlib import Path

    from cnnquiz.bank import open_bank
    from cnnquiz.errors import CnnquizError
    from cnnquiz.files import bundled
    from cnnquiz.naming import nearest_names

    name, _, item_id = what.rpartition("/")
    if Path(what).exists() or not (name in bundled() or Path(name).is_file()):
        return open_bank(what), None
    loaded = open_bank(name)
    assert loaded.bank
    item = loaded.bank.item(item_id)
    if item is None:
        near = nearest_names(item_id, [each.id for each in loaded.bank.items], most=1)
        hint = f" Did you mean {name}/{near[0]}?" if near else f" `cnnquiz show {loaded.bank.id} --key` names them all."
        raise CnnquizError(f"bank `{loaded.bank.id}` has no item `{item_id}`.{hint}")
    return loaded, item


def show(loaded: Loaded, variants: list[Variant], key: bool) -> None:
    """Print the items, numbered as in the bank."""
    from cnnquiz.items.variants import solution_of
    from cnnquiz.render.console import stdout
    from cnnquiz.render.item import item_lines, key_lines
    from cnnquiz.render.layout import hang

    assert loaded.bank
    screen = stdout()
    numbers = {item.id: number for number, item in enumerate(loaded.bank.items, 1)}
    screen.show("", *hang(screen, screen.text(loaded.bank.title, "title"), screen.margin))
    for variant in variants:
        page = (screen, variant, numbers[variant.item.id], figure(loaded, variant))
        screen.show("", *(key_lines(*page, solution_of(variant)) if key else item_lines(*page)))
    screen.show("")


def figure(loaded: Loaded, variant: Variant) -> str:
    """The item's figure, or nothing."""
    from cnnquiz.files import figure_text

    return figure_text(loaded, variant.item.figure) if variant.item.figure else ""


def as_json(variant: Variant) -> dict[str, Any]:
    """One item as JSON, with its key."""
    item = variant.item
    return {
        "id": item.id, "topic": item.topic, "type": item.type, "seed": variant.seed, "given": variant.given,
        "stem": variant.stem,
        "options": {
            choice.letter: {"text": choice.text, "why": choice.why, "misconceptions": choice.misconceptions}
            for choice in variant.choices
        },
        "key": " ".join(variant.key), "hints": variant.hints, "rationale": variant.rationale,
        "source": item.source, "note": item.note, "content_hash": variant.content_hash,
        "status": variant.worked.status, "reason": variant.worked.reason,
    }  # fmt: skip
