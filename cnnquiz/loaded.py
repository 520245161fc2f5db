"""A bank as read: what can be used, what is wrong, and where everything stands."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec
from msgspec import Struct

from cnnquiz import shapes
from cnnquiz.model import Bank, Finding, Item
from cnnquiz.schema import TreeFault, faults
from cnnquiz.syntax import Fault

Place = tuple[int, int]
T = TypeVar("T")
MOST_FINDINGS = 1000


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


class Loaded(Struct, frozen=True):
    """A bank as read: the bank, if nothing is wrong; the findings; and what can be used in any case.

    `items` are the items without faults, each with its index in the file, for `locate("items", index, ...)`;
    `sound` is the bank with these items alone; `slow` says that libyaml is missing.
    """

    path: str
    text: str
    bank: Bank | None
    findings: tuple[Finding, ...] = ()
    items: tuple[tuple[int, Item], ...] = ()
    sound: Bank | None = None
    slow: bool = False
    positions: Positions | None = None

    def locate(self, *path: str | int, at_name: bool = False) -> Place:
        """Line and column of the value at a path: `locate("items", 3, "options", "b")`.

        A value that begins on a later line than its name is found at its name, as every value is with
        `at_name`. What does not exist is found at the nearest thing around it.
        """
        return self.positions.find(path, at_name) if self.positions else (1, 1)


def unreadable(path: str, text: str, broken: Iterable[Fault], slow: bool) -> Loaded:
    """A text of which nothing can be used."""
    return Loaded(path, text, None, tuple(finding(path, fault, None) for fault in broken), slow=slow)


def typed(path: str, text: str, tree: Any, broken: list[Fault], positions: Positions, slow: bool) -> Loaded:
    """The tree as a bank, or as much of it as can be used, with the findings of both readings."""
    bank = None if broken else converted(tree, Bank)
    if bank is not None and not any(shape_faults(tree["items"])):
        return Loaded(path, text, bank, (), tuple(enumerate(bank.items)), bank, slow, positions)
    written = tree.get("items") if isinstance(tree, dict) else None
    elements = written if isinstance(written, list) else []
    hit = [positions.element("items", (fault.line, fault.column)) for fault in broken]
    items = tuple((index, item) for index, item in sound_items(elements) if index not in hit)
    found = [finding(path, fault, id_of(elements, index)) for fault, index in zip(broken, hit, strict=True)]
    found += [tree_finding(path, fault, elements, positions) for fault in bounded(tree_faults(tree, elements))]
    found.sort(key=lambda one: (one.line, one.column))
    return Loaded(path, text, None, tuple(found), items, sound(path, tree, items), slow, positions)


def converted(tree: Any, kind: type[T]) -> T | None:
    """The tree as a record, in one go; None if anything does not fit."""
    try:
        return msgspec.convert(tree, kind, strict=False)
    except msgspec.ValidationError:
        return None


def bounded(wrong: Iterator[TreeFault]) -> Iterator[TreeFault]:
    """The first faults; where there are very many, the last one says so."""
    for count, fault in enumerate(wrong, 1):
        if count > MOST_FINDINGS:
            yield TreeFault(fault.path, f"more than {MOST_FINDINGS:,} faults: the others are not told")
            return
        yield fault


def tree_faults(tree: Any, elements: list[Any]) -> Iterator[TreeFault]:
    """All faults of the tree; only items that cannot be converted are walked through."""
    yield from faults(tree | {"items": []} if elements else tree, Bank)
    if isinstance(tree, dict) and elements == tree.get("items"):
        yield from shape_faults(elements)
    for index, element in enumerate(elements):
        if not isinstance(element, dict) or converted(element, Item) is None:
            yield from faults(element, Item, ("items", index))


def shape_faults(elements: list[Any]) -> Iterator[TreeFault]:
    """What the types alone cannot refuse in the items."""
    if not elements:
        yield TreeFault(("items",), "this bank has no items", at_name=True)
    for index, element in enumerate(elements):
        yield from shapes.faults(element, ("items", index))


def sound_items(elements: list[Any]) -> Iterator[tuple[int, Item]]:
    """The items without faults, each with its index."""
    for index, element in enumerate(elements):
        item = converted(element, Item) if isinstance(element, dict) else None
        if item is not None and not any(shapes.faults(element, ())):
            yield index, item


def sound(path: str, tree: Any, items: Iterable[tuple[int, Item]]) -> Bank:
    """A bank of the items that can be used; where its own fields are broken, they are left empty."""
    written = tree if isinstance(tree, dict) else {}
    own = {name: written.get(name) for name in ("id", "title", "source", "layout")}
    texts = {name: value for name, value in own.items() if isinstance(value, str)}
    layout: Literal["hwc", "chw"] = "chw" if texts.get("layout") == "chw" else "hwc"
    title, source = texts.get("title", ""), texts.get("source", "")
    return Bank(1, texts.get("id") or Path(path).stem, title, [item for _, item in items], source, layout)


def finding(path: str, fault: Fault, item: str | None) -> Finding:
    """A fault of the text as a finding."""
    where = (path, fault.line, fault.column)
    return Finding(fault.rule, "error", *where, item, fault.message, remedy=fault.remedy)


def tree_finding(path: str, fault: TreeFault, elements: list[Any], positions: Positions) -> Finding:
    """A fault of the tree as a finding, with its place and the item that it belongs to."""
    line, column = positions.find(fault.path, fault.at_name)
    item = id_of(elements, fault.path[1]) if fault.path[:1] == ("items",) and len(fault.path) > 1 else None
    return Finding("schema", "error", path, line, column, item, fault.message, remedy=fault.remedy)


def id_of(elements: list[Any], index: str | int | None) -> str | None:
    """The id of the item at this index, if it has one."""
    element = elements[index] if isinstance(index, int) and index < len(elements) else None
    written = element.get("id") if isinstance(element, dict) else None
    return str(written) if isinstance(written, str) else None
