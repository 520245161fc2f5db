"""YAML text -> dicts, lists and texts, the place of each, and all faults. The only home of yaml.

Every scalar is read as text. Dicts and lists are built straight from the parser's events, and a place deep in
the text is found by reading its lines again when somebody asks for it: a large file costs little more than the
scanning of its text. Aliases, tags, names written twice and deep nesting are refused.
"""

from __future__ import annotations

from typing import Any

import yaml
from msgspec import Struct

from cnnquiz.errors import CnnquizError
from cnnquiz.yaml_text import syntax
from cnnquiz.yaml_text.positions import Node, Place, Positions
from cnnquiz.yaml_text.syntax import Fault, Unreadable, short

MOST = 1_000_000  # values of one list or mapping: what is longer is no bank, and would take long to refuse
MOST_FAULTS = 100

Scalar, Alias = yaml.ScalarEvent, yaml.AliasEvent
MappingStart, MappingEnd = yaml.MappingStartEvent, yaml.MappingEndEvent
SequenceStart, SequenceEnd = yaml.SequenceStartEvent, yaml.SequenceEndEvent


class Document(Struct, frozen=True):
    """A text as read: its tree of dicts, lists and texts, where each of them stands, and what is wrong."""

    tree: Any
    positions: Positions
    faults: list[Fault]

    def find(self, path: tuple[str | int, ...]) -> Place:
        """Where the name, or the list element, at a path stands, or the nearest thing around it."""
        return self.positions.find(path, at_name=True)


def document(data: bytes, where: str) -> Document:
    """The one document of a file; CnnquizError with file:line:column where anything is wrong with it."""
    try:
        found = read(syntax.decoded(data))
        if not found.faults:
            return found
        fault = found.faults[0]
    except syntax.Stop as stop:
        fault = stop.faults[0]
    remedy = fault.remedy if fault.rule != "schema" else ""  # an empty file's remedy is a bank's
    raise CnnquizError(f"{where}:{fault.line}:{fault.column}: {fault.message}. {remedy}".rstrip())


def read(text: str) -> Document:
    """The text as a tree, with its faults; Stop where it cannot be read to its end."""
    faults: list[Fault] = []
    try:
        reader = Reader(text, faults)
        tree = reader.document()
    except syntax.Stop as stop:
        raise syntax.Stop(*faults, *stop.faults) from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise syntax.Stop(*faults, syntax.parser_fault(error, text)) from None
    return Document(tree, Positions(text, reader.spans, reader.elements, places), faults)


def is_slow() -> bool:
    """Whether libyaml is missing, so that reading takes some twenty times as long."""
    return not hasattr(yaml, "CSafeLoader")


def loader(text: str) -> Any:
    """A parser of the text, the quick one if it is there."""
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)


def at(event: Any, message: str, remedy: str = "", rule: str = "yaml-syntax") -> Fault:
    """A fault where this event starts."""
    mark = event.start_mark
    return Fault(rule, mark.line + 1, mark.column + 1, message, remedy)


def too_many(event: Any) -> syntax.Stop:
    """The end of reading at an element too many."""
    return syntax.Stop(at(event, f"more than {MOST:,} values stand in one place", "Split the bank into several files."))


def places(text: str, line: int) -> Node:
    """The places of everything in a piece of text whose first line is this one, counted from 0."""
    following = loader(text).get_event
    following(), following()
    return nodes(following(), following, None, line)


def nodes(event: Any, following: Any, name: tuple[int, int] | None, line: int) -> Node:
    """The places of the value that begins with this event, and of what is in it."""
    inside: dict[str | int, Node] = {}
    if event.__class__ is MappingStart:
        while (inner := following()).__class__ is not MappingEnd:
            above = (line + inner.start_mark.line + 1, inner.start_mark.column + 1)
            key = inner.value if inner.__class__ is Scalar else str(nodes(inner, following, None, line))
            inside.setdefault(key, nodes(following(), following, above, line))
    elif event.__class__ is SequenceStart:
        while (inner := following()).__class__ is not SequenceEnd:
            inside[len(inside)] = nodes(inner, following, None, line)
    return Node(name, (line + event.start_mark.line + 1, event.start_mark.column + 1), inside)


class Reader:
    """Builds dicts, lists and texts from the parser's events; notes what a bank may not hold.

    `spans` keeps, for each field of the file and for each element of a field that is a list, where its value
    starts and ends, from which every other position can be found.
    """

    def __init__(self, text: str, faults: list[Fault]) -> None:
        self.next = loader(text).get_event
        self.plain = "&" not in text and "!" not in text  # then no scalar can have an anchor or a tag
        self.faults = faults
        self.spans: dict[str, tuple[Any, Any, Any]] = {}
        self.elements: dict[str, list[tuple[Any, Any]]] = {}
        self.end: Any = None

    def document(self) -> Any:
        """The file's one document: a dict of its fields, or whatever stands there instead."""
        self.next()
        if self.next().__class__ is yaml.StreamEndEvent:
            raise syntax.Stop(Fault("schema", 1, 1, "the file is empty", syntax.START))
        event = self.next()
        if event.__class__ is MappingStart and (event.tag or event.anchor):
            self.fault(event, syntax.TAG if event.tag else syntax.ANCHOR, syntax.REMOVE)
        tree = self.fields() if event.__class__ is MappingStart else self.value(event, 1)
        self.next()
        if (event := self.next()).__class__ is not yaml.StreamEndEvent:
            self.fault(event, "a second document starts here: one file holds one")
        return tree

    def fields(self) -> dict[str, Any]:
        """The outermost mapping, with the places of its values."""
        out: dict[str, Any] = {}
        while (event := self.next()).__class__ is not MappingEnd:
            name, start = self.name(event, 2), self.next()
            self.end = start.end_mark
            if start.__class__ is SequenceStart and not (start.tag or start.anchor):
                places: list[tuple[Any, Any]] = []
                value: Any = self.listed(places)
            else:
                places, value = [], self.value(start, 2)
            if self.is_new(out, name, event) and name is not None:
                out[name], self.elements[name] = value, places
                self.spans[name] = event.start_mark, start.start_mark, self.end
        return out

    def listed(self, places: list[tuple[Any, Any]]) -> list[Any]:
        """A list of the outermost mapping, with the places of its elements."""
        out = []
        while (event := self.next()).__class__ is not SequenceEnd:
            self.end = event.end_mark
            out.append(self.value(event, 3))
            if len(out) > MOST:
                raise too_many(event)
            places.append((event.start_mark, self.end))
        self.end = event.end_mark
        return out

    def value(self, event: Any, depth: int) -> Any:
        """The value that begins with this event: a text, a list or a dict."""
        kind = event.__class__
        if kind is Alias:
            self.fault(event, syntax.ALIAS, syntax.ALIAS_REMEDY)
            return Unreadable()
        if event.tag or event.anchor:
            self.fault(event, syntax.TAG if event.tag else syntax.ANCHOR, syntax.QUOTE)
            if kind is Scalar:
                return Unreadable(event.value)
        if kind is Scalar:
            return event.value
        if depth > syntax.DEEPEST:
            raise syntax.Stop(at(event, syntax.TOO_DEEP))
        return self.mapping(depth) if kind is MappingStart else self.sequence(depth)

    def mapping(self, depth: int) -> dict[str, Any]:
        """The fields up to the end of this mapping. A name that comes twice keeps its first value."""
        out: dict[str, Any] = {}
        following, plain = self.next, self.plain
        while (event := following()).__class__ is not MappingEnd:
            name = event.value if plain and event.__class__ is Scalar else self.name(event, depth + 1)
            inner = following()
            direct = plain and inner.__class__ is Scalar
            value = inner.value if direct else self.value(inner, depth + 1)
            if name in out or name is None:
                self.is_new(out, name, event)
            else:
                out[name] = value
                if len(out) > MOST:
                    raise too_many(event)
        self.end = event.end_mark
        return out

    def sequence(self, depth: int) -> list[Any]:
        """The elements up to the end of this list."""
        out = []
        while (event := self.next()).__class__ is not SequenceEnd:
            out.append(self.value(event, depth + 1))
            if len(out) > MOST:
                raise too_many(event)
        self.end = event.end_mark
        return out

    def name(self, event: Any, depth: int) -> str | None:
        """The name of a field, or None where a list or a mapping stands in its place."""
        value = self.value(event, depth)
        if isinstance(value, str):
            return value
        self.fault(event, syntax.NAME)
        return None

    def is_new(self, out: dict[str, Any], name: str | None, event: Any) -> bool:
        """Whether a name can be added; a name that is there already is a fault."""
        if name in out:
            self.fault(event, f"`{short(name)}` is written twice here", "Keep one of the two.", "duplicate-key")
        return name is not None and name not in out

    def fault(self, event: Any, message: str, remedy: str = "", rule: str = "yaml-syntax") -> None:
        """Note a fault at this event; a file with hundreds of them is not read on."""
        self.faults.append(at(event, message, remedy, rule))
        if len(self.faults) >= MOST_FAULTS:
            raise syntax.Stop(at(event, f"{MOST_FAULTS} faults so far: the rest is not read"))
