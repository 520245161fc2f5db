"""Where the values of a text stand: kept for its outermost fields, found by reading a piece again for the rest."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import Any

from msgspec import Struct

Place = tuple[int, int]


class Node(Struct, frozen=True):
    """Where a value stands and where its name does (line and column from 1), and the same for what is in it."""

    name: Place | None
    value: Place
    inside: dict[str | int, Node]


class Positions:
    """Finds the line and column of anything in a text that has been read.

    `spans` holds the parser's marks of each field of the file (its name, its value's start and end), and
    `elements` those of each element of a field that is a list. `read` gives the places in a piece of text.
    """

    def __init__(
        self,
        text: str,
        spans: dict[str, tuple[Any, Any, Any]],
        elements: dict[str, list[tuple[Any, Any]]],
        read: Callable[[str, int], Node],
    ) -> None:
        self.text, self.spans, self.elements, self.read = text, spans, elements, read
        self.latest: tuple[Any, Node] | None = None

    def find(self, path: tuple[str | int, ...], at_name: bool = False) -> Place:
        """The place at the end of the path, or of the last of its steps that exists."""
        if not path or str(path[0]) not in self.spans:
            return 1, 1
        mark, start, end = self.spans[str(path[0])]
        elements, rest = self.elements[str(path[0])], path[1:]
        name: Place | None = (mark.line + 1, mark.column + 1)
        if rest and isinstance(rest[0], int) and rest[0] < len(elements):
            (start, end), rest, name = elements[rest[0]], rest[1:], None
        node = self.node(start, end) if rest else Node(None, (start.line + 1, start.column + 1), {})
        for step in rest:
            if step not in node.inside:
                break
            node = node.inside[step]
            name = node.name
        return name if name and (at_name or name[0] < node.value[0]) else node.value

    def element(self, field: str, place: Place) -> int | None:
        """The index of the element of a field in which this place lies."""
        places, (line, column) = self.elements.get(field, []), place
        after = bisect_right(places, (line - 1, column - 1), key=lambda one: (one[0].line, one[0].column))
        if not after or (places[after - 1][1].line, places[after - 1][1].column) < (line - 1, column):
            return None
        return after - 1

    def node(self, start: Any, end: Any) -> Node:
        """The places inside one value, whose lines are read again."""
        if self.latest is None or self.latest[0] is not start:
            lines = " " * start.column + self.text[start.index : end.index]
            self.latest = start, self.read(lines, start.line)
        return self.latest[1]
