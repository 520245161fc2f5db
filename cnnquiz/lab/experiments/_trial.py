"""What an experiment gives with one seed."""

from __future__ import annotations

from typing import Any

from msgspec import Struct


class Trial(Struct, frozen=True):
    """Figures by name; rows of pictures with a caption each, as nested lists of (red, green, blue); and the seconds of
    the processor's time that it took."""

    figures: dict[str, float]
    pictures: list[tuple[str, list[Any]]] = []
    seconds: float = 0.0
