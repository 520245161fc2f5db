"""YAML text -> dicts, lists and texts, and where each of them stands. Aliases, tags and double names are refused."""

from __future__ import annotations

from typing import Any

import yaml
from msgspec import Struct

from cnnquiz import syntax
from cnnquiz.model import CnnquizError

Path = tuple[str | int, ...]
DEEPEST = 50


class Document(Struct, frozen=True):
    """A text as read: every scalar is text; `places` has the line and column of each value by its path."""

    tree: Any
    places: dict[Path, tuple[int, int]]

    def find(self, path: Path) -> tuple[int, int]:
        """Where the value at a path stands, or the nearest thing around it."""
        while path not in self.places and path:
            path = path[:-1]
        return self.places.get(path, (1, 1))


def document(data: bytes, where: str) -> Document:
    """The one document of a file; CnnquizError with file:line:column where it cannot be read."""
    try:
        text = syntax.decoded(data)
        if not text.strip():
            raise CnnquizError(f"{where}:1:1: the file is empty")
        return _read(text)
    except syntax.Stop as stop:
        fault = stop.fault
        raise CnnquizError(f"{where}:{fault.line}:{fault.column}: {fault.message}. {fault.remedy}".rstrip()) from None


def _read(text: str) -> Document:
    following: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text).get_event
    places: dict[Path, tuple[int, int]] = {}
    try:
        following()
        if following().__class__ is yaml.StreamEndEvent:
            return Document(None, places)
        tree = _value(following(), following, (), places)
        following()
        if (event := following()).__class__ is not yaml.StreamEndEvent:
            raise _stop(event, "a second document starts here: one file holds one")
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise syntax.Stop(syntax.parser_fault(error, text)) from None
    return Document(tree, places)


def _value(event: Any, following: Any, path: Path, places: dict[Path, tuple[int, int]]) -> Any:
    if event.__class__ is yaml.AliasEvent or event.tag or event.anchor:
        raise _stop(event, "names for values (& and *) and tags (!) are not allowed here: write the value itself")
    if len(path) > DEEPEST:
        raise _stop(event, f"this is nested more than {DEEPEST} levels deep")
    places.setdefault(path, _at(event))
    if event.__class__ is yaml.ScalarEvent:
        return event.value
    if event.__class__ is yaml.SequenceStartEvent:
        out: list[Any] = []
        while (inner := following()).__class__ is not yaml.SequenceEndEvent:
            out.append(_value(inner, following, (*path, len(out)), places))
        return out
    return _mapping(following, path, places)


def _mapping(following: Any, path: Path, places: dict[Path, tuple[int, int]]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    while (event := following()).__class__ is not yaml.MappingEndEvent:
        if event.__class__ is not yaml.ScalarEvent or event.tag or event.anchor:
            raise _stop(event, "the name of a field must be text")
        if event.value in fields:
            raise _stop(event, f"`{event.value[:40]}` is written twice here: keep one")
        inside = (*path, event.value)
        places[inside] = _at(event)
        fields[event.value] = _value(following(), following, inside, places)
    return fields


def _stop(event: Any, message: str) -> syntax.Stop:
    return syntax.Stop(syntax.Fault("yaml-syntax", *_at(event), message))


def _at(event: Any) -> tuple[int, int]:
    """Line and column, from 1, at which an event starts."""
    return event.start_mark.line + 1, event.start_mark.column + 1
