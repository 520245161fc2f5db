"""Feature maps on their way through a network: they lose height to the left and gain channels to the right.

data: layers [{name, height, channels}]

An answer that gives the last map another shape has a row of its own below it.
"""

from __future__ import annotations

from itertools import groupby
from typing import Any

from rich.text import Text

from cnnquiz.render.console import Screen
from cnnquiz.render.layout import trim

WIDEST = 28
MOST_ROWS = 40


def draw(
    screen: Screen, data: dict[str, Any], answer: tuple[Any, Any] | None = None, rows: int | None = None
) -> list[Text]:
    """One row for each change of shape: its layers, its height as a bar to the left, its channels to the right."""
    groups = [(key, [layer["name"] for layer in group]) for key, group in groupby(data["layers"], _shape)]
    if not groups or len(groups) > MOST_ROWS:
        return []
    yours = _last_map(answer, groups[-1][0])
    most = MOST_ROWS if rows is None else max(rows - 1 - bool(yours), 2)
    cut = len(groups) > most
    groups = groups[:1] + groups[2 - most :] if cut else groups
    groups += [(yours, ["your answer"])] if yours else []
    names = [screen.text(" .. ".join(dict.fromkeys((members[0], members[-1])))) for _, members in groups]
    if cut:
        names[1] = Text.assemble(screen.pick("⋮ ", ": "), names[1])
    tallest, deepest = (max(shape[side] for shape, _ in groups) for side in (0, 1))
    label, tall, deep = max(name.cell_len for name in names), len(str(tallest)), len(str(deepest))
    room = min((screen.width - label - tall - deep - 7) // 2, WIDEST)
    if room < 5:
        return []
    heading = Text(" " * (label + 2) + "height".rjust(room + 1 + tall) + "   channels", "note")
    lines = [heading]
    for name, (shape, _) in zip(names, groups, strict=True):
        height, channels = shape
        style = "wrong" if shape is yours else ""
        name.stylize(style)
        name.pad_right(label + 2 - name.cell_len)
        left, right = (_cells(screen, part, whole, room) for part, whole in ((height, tallest), (channels, deepest)))
        size, depth = f" {height:>{tall}}   ", f"{channels:<{deep}} "
        bars = (left.rjust(room), style or "bar"), (right, style or "slip")
        lines.append(trim(Text.assemble(name, bars[0], size, depth, bars[1])))
    return lines


def _shape(layer: dict[str, Any]) -> tuple[int, int]:
    return int(layer["height"]), int(layer["channels"])


def _last_map(answer: tuple[Any, Any] | None, last: tuple[int, int]) -> tuple[int, int] | None:
    """The height and channels that an answer gives the last map, where it is a shape of it and another one."""
    given, right = answer or (None, None)
    sizes = [(each[0], each[-1]) for each in (given, right) if isinstance(each, tuple) and len(each) == 3]
    fits = len(sizes) == 2 and sizes[1] == last and sizes[0] != last
    return sizes[0] if fits and all(type(size) is int and size > 0 for size in sizes[0]) else None


def _cells(screen: Screen, part: int, whole: int, room: int) -> str:
    """A bar to scale, never empty."""
    return screen.pick("█", "#") * max(1, round(room * part / whole))
