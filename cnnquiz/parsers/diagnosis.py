"""What a shape error says: its cause, the number that repairs it, and where in the pasted code."""

from __future__ import annotations

from msgspec import Struct


class Row(Struct, frozen=True):
    """One line of the table of shapes: a layer as it is written short, its output, and its line in the code.

    shape  channels first where the code has them first; empty for the layer that fails
    """

    layer: str
    shape: str
    line: int | None = None


class Diagnosis(Struct, frozen=True):
    """A shape error, explained.

    kind   one of `KINDS`
    cause  what happened, with the numbers, in one sentence
    fix    one line of code
    value  the number or the size that repairs it; None where the repair has none
    line   the line of the pasted code that fails, from 1; None where it is not to be seen
    rows   the shapes up to the layer that fails, where the layers and the input can be read
    """

    kind: str
    cause: str
    fix: str
    value: int | str | None = None
    line: int | None = None
    rows: tuple[Row, ...] = ()


KINDS = (
    "in_features", "image size changed", "flatten missing", "view size", "result not assigned", "channels",
    "channels first and last mixed", "missing batch axis", "missing channel axis", "kernel larger than the input",
    "pool larger than the map", "map used up", "skip connection", "residual shortcut", "decoder size",
    "concatenated along the batch", "sequence length", "labels against loss", "checkpoint head", "reshape count",
    "batch given as a size", "axes exchanged", "other",
)  # fmt: skip
