"""Feature maps on their way through a network: they lose height to the left and gain channels to the right.

data: layers [{name, height, channels}]
"""

from __future__ import annotations

from itertools import groupby
from typing import Any

from rich.text import Text

from cnnquiz.render.console import Screen
from cnnquiz.render.layout import trim

WIDEST = 28
MOST_ROWS = 40


def draw(screen: Screen, data: dict[str, Any]) -> list[Text]:
    """One row for each change of shape: its layers, its height as a bar to the left, its channels to the right."""
    groups = [(key, [layer["name"] for layer in group]) for key, group in groupby(data["layers"], _shape)]
    names = [screen.text(" .. ".join(dict.fromkeys((members[0], members[-1])))) for _, members in groups]
    if not groups or len(groups) > MOST_ROWS:
        return []
    tallest, deepest = (max(shape[side] for shape, _ in groups) for side in (0, 1))
    label, tall, deep = max(name.cell_len for name in names), len(str(tallest)), len(str(deepest))
    room = min((screen.width - label - tall - deep - 7) // 2, WIDEST)
    if room < 5:
        return []
    heading = Text(" " * (label + 2) + "height".rjust(room + 1 + tall) + "   channels", "note")
    lines = [heading]
    for name, ((height, channels), _) in zip(names, groups, strict=True):
        name.pad_right(label + 2 - name.cell_len)
        left, right = (_cells(screen, part, whole, room) for part, whole in ((height, tallest), (channels, deepest)))
        size, depth = f" {height:>{tall}}   ", f"{channels:<{deep}} "
        lines.append(trim(Text.assemble(name, (left.rjust(room), "bar"), size, depth, (right, "slip"))))
    return lines


def _shape(layer: dict[str, Any]) -> tuple[int, int]:
    return int(layer["height"]), int(layer["channels"])


def _cells(screen: Screen, part: int, whole: int, room: int) -> str:
    """A bar to scale, never empty."""
    return screen.pick("█", "#") * max(1, round(room * part / whole))
