"""What a key rests on, in one line, and a warning where the steps contradict it."""

from __future__ import annotations

from rich.text import Text

from cnnquiz.items.worked_solution import Standing, contradiction, standing
from cnnquiz.model import Variant
from cnnquiz.render.console import Screen
from cnnquiz.render.layout import hang
from cnnquiz.render.prose import inline
from cnnquiz.solution import Solution

WORDS: dict[Standing, str] = {
    "proved": "Key: proved, worked out from the numbers of the question.",
    "claimed": "Key: claimed, each option is decided by a calculator.",
}


def key_stands(screen: Screen, variant: Variant, margin: str) -> list[Text]:
    """Whether the key is proved, claimed, or asserted by its source."""
    source = variant.item.source.rstrip(". ")
    told = f"by its source: {source}." if source else "and the bank names no source."
    words = WORDS.get(standing(variant.item)) or f"Key: asserted, {told}"
    return hang(screen, inline(screen, words, "note"), margin, margin + "  ")


def source_only(screen: Screen, variant: Variant, margin: str) -> list[Text]:
    """The line of `key_stands` for a key that is asserted; nothing for others."""
    return key_stands(screen, variant, margin) if standing(variant.item) == "asserted" else []


def disagreement(screen: Screen, variant: Variant, solution: Solution | None, margin: str) -> list[Text]:
    """A warning where the steps lead to another value than the key."""
    found = contradiction(variant, solution)
    if found is None:
        return []
    words = f"The steps give {found[0]}, not the key's {found[1]}: this bank has a wrong key; run cnnquiz check."
    return hang(screen, inline(screen, words, "wrong"), margin)
