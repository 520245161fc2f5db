"""What a key rests on, in a line."""

from __future__ import annotations

from rich.text import Text

from cnnquiz.items.worked_item import WorkedItem
from cnnquiz.render.console import Screen
from cnnquiz.render.layout import hang
from cnnquiz.render.prose import inline

WORDS = {
    "proved": "Key: proved. It is worked out from the numbers of the question, and counted again in another way.",
    "claimed": "Key: claimed, each option is decided by a calculator.",
}


def status_line(screen: Screen, worked: WorkedItem, margin: str) -> list[Text]:
    """Whether the key is proved, claimed, shown, asserted by its source, or wrong, and then why."""
    if worked.status == "wrong":
        words = f"{worked.reason[:1].upper()}{worked.reason[1:]}: this bank has a wrong key; run cnnquiz check."
        return hang(screen, inline(screen, words, "wrong"), margin)
    source = worked.source.rstrip(". ")
    basis = f"by its source: {source}." if source else "and the bank names no source."
    words = WORDS.get(worked.status) or f"Key: asserted, {basis}"
    if worked.status == "shown":
        words = f"Key: shown by an experiment: {worked.reason}."
    if worked.unmatched:
        why = worked.reason.partition(": ")[2].replace("the stem", "the question")
        words = f"Key: asserted. Its value is worked out, but {why}."
    return hang(screen, inline(screen, words, "note"), margin, margin + "  ")


def warning_line(screen: Screen, worked: WorkedItem, margin: str) -> list[Text]:
    """The same where the key is neither proved nor claimed: those need no word."""
    return [] if worked.status in WORDS else status_line(screen, worked, margin)
