"""A bank as read: what can be used, what is wrong, and where everything stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

from cnnquiz import shorthand
from cnnquiz.model import Bank, Finding, Item
from cnnquiz.schema import TreeFault, faults
from cnnquiz.syntax import Fault

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


def unreadable(path: str, text: str, fault: Fault, slow: bool) -> Loaded:
    """A text of which nothing can be used."""
    return Loaded(path, text, None, (finding(path, fault),), slow=slow)


def typed(path: str, text: str, tree: Any, broken: list[Fault], positions: Positions, slow: bool) -> Loaded:
    """The tree as a bank, or as much of it as can be used, with the findings of both readings."""
    bank = None if broken else quick(tree)
    wrong = list(item_faults(enumerate(bank.items))) if bank else faults(tree, Bank)
    if bank is not None and not wrong:
        return Loaded(path, text, bank, (), tuple(enumerate(bank.items)), bank, slow, positions)
    items = sound_items(tree, wrong)
    wrong += item_faults(items) if bank is None else []
    bad = {fault.path[1] for fault in wrong if len(fault.path) > 1}
    items = [(index, item) for index, item in items if index not in bad]
    found = [finding(path, fault) for fault in broken]
    found += [tree_finding(path, fault, tree, positions) for fault in wrong]
    found.sort(key=lambda one: (one.line, one.column))
    return Loaded(path, text, None, tuple(found), tuple(items), sound(path, tree, items), slow, positions)


def quick(tree: Any) -> Bank | None:
    """The tree as a bank, in one go; None if anything does not fit."""
    try:
        return msgspec.convert(tree, Bank, strict=False)
    except msgspec.ValidationError:
        return None


def item_faults(items: Iterable[tuple[int, Item]]) -> list[TreeFault]:
    """What the types alone cannot refuse in the items."""
    return [
        TreeFault(("items", index, *path), message)
        for index, item in items
        for path, message in shorthand.faults(item)
    ]


def sound_items(tree: Any, wrong: list[TreeFault]) -> list[tuple[int, Item]]:
    """The items in which no fault lies, with their indices."""
    written = tree.get("items") if isinstance(tree, dict) else None
    if not isinstance(written, list):
        return []
    bad = {fault.path[1] for fault in wrong if len(fault.path) > 1 and fault.path[0] == "items"}
    good = [(index, item) for index, item in enumerate(written) if index not in bad]
    return [(index, msgspec.convert(item, Item, strict=False)) for index, item in good]


def sound(path: str, tree: Any, items: list[tuple[int, Item]]) -> Bank:
    """A bank of the items that can be used; where its own fields are broken, they are left empty."""
    written = tree if isinstance(tree, dict) else {}
    own = {name: written.get(name) for name in ("id", "title", "source", "layout")}
    texts = {name: value for name, value in own.items() if isinstance(value, str)}
    layout: Literal["hwc", "chw"] = "chw" if texts.get("layout") == "chw" else "hwc"
    title, source = texts.get("title", ""), texts.get("source", "")
    return Bank(1, texts.get("id") or Path(path).stem, title, [item for _, item in items], source, layout)


def finding(path: str, fault: Fault) -> Finding:
    """A fault of the text as a finding."""
    where = (path, fault.line, fault.column)
    return Finding(fault.rule, "error", *where, None, fault.message, remedy=fault.remedy)


def tree_finding(path: str, fault: TreeFault, tree: Any, positions: Positions) -> Finding:
    """A fault of the tree as a finding, with its place and the item that it belongs to."""
    line, column = positions.find(fault.path, fault.at_name)
    item = None
    if len(fault.path) > 1 and fault.path[0] == "items" and isinstance(fault.path[1], int):
        written = tree["items"][fault.path[1]]
        item = written.get("id") if isinstance(written, dict) else None
    item = str(item) if isinstance(item, str) else None
    return Finding("schema", "error", path, line, column, item, fault.message, remedy=fault.remedy)
