"""The sign and the word of each verdict, the same wherever one is told."""

from __future__ import annotations

from rich.text import Text

from cnnquiz.model import Verdict
from cnnquiz.render.console import Screen

_SIGNS = {"right": ("✓", "+"), "wrong": ("✗", "x"), "partly": ("~", "~"), "skipped": ("·", "-")}
_STYLES = {"right": "right", "wrong": "wrong", "partly": "wrong", "skipped": ""}
WORDS = {"right": "Right", "wrong": "Wrong", "partly": "Partly right", "skipped": "Skipped"}


def verdict_sign(screen: Screen, verdict: Verdict) -> Text:
    """The verdict's sign in its colour; where it is to be heard, its word."""
    if screen.spoken:
        return Text(f"{WORDS[verdict]}:")
    return Text(screen.pick(*_SIGNS[verdict]), _STYLES[verdict])


def verdict_lead(screen: Screen, verdict: Verdict) -> Text:
    """The sign and the word, at the margin."""
    sign = () if screen.spoken else (verdict_sign(screen, verdict), " ")
    return Text.assemble(screen.margin, *sign, (WORDS[verdict], "strong"))
