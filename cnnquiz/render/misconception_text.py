"""Misconceptions in words: the sentence of each; two together as one sentence."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from cnnquiz.render.console import Screen
from cnnquiz.render.layout import hang
from cnnquiz.solver.calculator import Misconception

Groups = Sequence[tuple[Misconception, ...]]
MOST = 3
BARE = ("up", "down", "after", "over", "with", "only", "elementwise")  # words that no article stands before


def misconception_lines(screen: Screen, groups: Groups) -> list[Text]:
    """The misconceptions that lead to a number, each in its own words."""
    body = screen.margin + "  "
    if len(groups) < 2:
        return [line for group in groups for line in hang(screen, _group(screen, group), body)]
    lead = Text.assemble(body, screen.pick("•", "-"), " ")
    either = "Either of these leads there:" if len(groups) == 2 else "Each of these leads there:"
    each = (hang(screen, _group(screen, group), lead) for group in groups[:MOST])
    return [*hang(screen, Text(either), body), *(line for lines in each for line in lines)]


def _group(screen: Screen, group: tuple[Misconception, ...]) -> Text:
    """One misconception as its sentence; two together as one sentence, and then each."""
    if len(group) == 1:
        return screen.text(group[0].say)
    return screen.text(" ".join([together([one.name for one in group]), *map(_reason, group)]))


def _reason(misconception: Misconception) -> str:
    """Its sentence without the deed that has been named before: `You rounded up: the last ...` is `The last ...`."""
    words = misconception.say.removeprefix(f"You {deed(misconception.name)}: ")
    return words[:1].upper() + words[1:]


def together(names: Sequence[str]) -> str:
    """Several misconceptions in one sentence: Perhaps you rounded up and forgot the bias."""
    deeds = [deed(name) for name in names]
    if all(deeds):
        return f"Perhaps you {' and '.join(deeds)}."
    return f"Perhaps {'two' if len(names) == 2 else len(names)} slips together."


def called(names: str) -> str:
    """Misconceptions joined by + as a reader sees them called: forgot the depth and one bias per layer."""
    return " and ".join(deed(name) or name.replace("-", " ") for name in names.split("+"))


def deed(name: str) -> str:
    """The deed in the name of a misconception: forgot-bias is `forgot the bias`; empty for other names."""
    verb, _, rest = name.replace("-", " ").partition(" ")
    if verb not in ("forgot", "kept") and not verb.endswith("ed"):
        return ""
    if not rest:
        return verb
    return f"{verb} {rest}" if rest.split()[0] in BARE else f"{verb} the {rest}"
