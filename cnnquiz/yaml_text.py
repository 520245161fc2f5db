"""YAML text as dicts, lists and texts, the place of each, and all faults in plain words. The only home of yaml.

Every scalar is read as text. Aliases, tags, names written twice and deep nesting are refused. Dicts and lists are
built straight from the parser's events, and only the places of the file's outermost fields and of the elements of
its lists are kept: a deeper place is found by reading its lines again, so a large file costs little more than the
scanning of its text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Any, NamedTuple

import yaml
from msgspec import Struct

from cnnquiz.errors import CnnquizError
from cnnquiz.phrases import phrase_index
from cnnquiz.shown import is_shown

MOST_ITEMS = 1_000_000  # of a list that is a field of the whole file: a longer one would take long to refuse
MOST_VALUES = 10_000  # of any other list, or of a mapping
LONGEST = 50_000  # characters of one text
MOST_FAULTS = 100
DEEPEST = 50  # levels of lists and mappings in one another
# Compiled only when it is needed: a class of so many characters takes time.
UNREADABLE = r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufeff\uff00-\ufffd\U00010000-\U0010ffff]"

Scalar, Alias, StreamEnd = yaml.ScalarEvent, yaml.AliasEvent, yaml.StreamEndEvent
MappingStart, MappingEnd = yaml.MappingStartEvent, yaml.MappingEndEvent
SequenceStart, SequenceEnd = yaml.SequenceStartEvent, yaml.SequenceEndEvent
Place = tuple[int, int]  # line and column, from 1

NEW_BANK = "`cnnquiz new PATH` writes a bank to start from."
QUOTE = "Write the text in quotes."
FIELD = "Write it as `name: value`, or indent it under the text above."
SECOND = "Delete what follows, or move it to its own file."
TWICE = "Delete this one, or the one before."
ALIAS = "`*` at the start of a value stands for another value, which is not allowed here"
ANCHOR = "`&` at the start of a value gives it a name, which is not allowed here"
TAG = "`!` at the start of a value gives it a type, which is not allowed here"
ESCAPE = "this backslash means nothing in double quotes", "Write it twice, or use single quotes."
CHARACTER = "a value cannot begin with this character", QUOTE
UNFIT = "this line does not fit under the lines above it", "Indent it as the line above, or close a quote above it."
TAB = "a tab stands where only spaces may", "Indent with spaces."
AFTER = "this follows a value that has already ended, with its quote or bracket", "Write the whole text in quotes."
BLOCK = "nothing but a comment may follow `|` or `>`", "Move the text to the next line."
TOO_DEEP = f"this is nested more than {DEEPEST} levels deep"
SHALLOW = "Delete this field, or nest it less deeply."
# What the two parsers say, what that means to the writer of a bank, and what to do.
PROBLEMS = (
    ("maximum nesting depth", (TOO_DEEP, SHALLOW)),
    ("tab character", TAB),
    ("cannot start any token", CHARACTER),
    ("mapping values", ("a second `: ` on this line, or a line that is set in too far", QUOTE)),
    ("find expected ':'", ("this line has no `name: value`", FIELD)),
    ("unexpected end of stream", ("this quote is never closed", "Close it.")),
    ("unexpected document separator", ("this quote is never closed", "Close it.")),
    ("escape", ESCAPE),
    ("expected hexdecimal", ESCAPE),
    ("',' or '}'", ("a comma or `}` is missing before this", "Close the braces before it, or quote the text.")),
    ("',' or ']'", ("a comma or `]` is missing before this", "Close the brackets before it, or quote the text.")),
    ("'-' indicator", ("this line is not an element of the list above it", "Begin it with a hyphen, or unindent it.")),
    ("expected key", UNFIT),
    ("<block end>", UNFIT),
    ("sequence entries", ("a list cannot begin here", "Begin it on a line of its own, or quote the text.")),
    ("directive", ("a line cannot begin with `%`", QUOTE)),
    ("<document start>", ("this line belongs to nothing above it", "Indent it as the line above.")),
    ("node content", ("a value is missing or cannot begin like this", QUOTE)),
    ("chomping or indentation", BLOCK),
    ("comment or line break", BLOCK),
    ("comment or a line break", BLOCK),
    ("leading empty line", UNFIT),
    ("alphabetic or numeric", CHARACTER),
)
STARTS = {"this quote is never closed", "this line has no `name: value`", CHARACTER[0]}


class Unreadable(str):
    """Stands for a value that cannot be read; its own fault has been noted."""


class Fault(Struct, frozen=True):
    """One fault of a text: the rule that it breaks, where it stands, what it is, what to do."""

    rule: str
    line: int
    column: int
    message: str
    remedy: str = ""


class Stop(Exception):
    """Reading ends at the last of these faults."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(faults[-1].message)
        self.faults = faults


class Document(Struct, frozen=True):
    """A text as read: its tree of dicts, lists and texts, the places of its values, and its faults."""

    tree: Any
    positions: Positions
    faults: list[Fault]


class Span(NamedTuple):
    """The parser's marks of an outermost field: its name, its value's start and end, and those of each element."""

    name: Any
    start: Any
    end: Any
    elements: list[tuple[Any, Any]]


class Node(Struct, frozen=True):
    """Where a value stands and where its name does, and the same for what is in it.

    span  the indices in the text at which the value begins and ends
    """

    name: Place | None
    value: Place
    inside: dict[str | int, Node]
    span: tuple[int, int]


class Positions:
    """Finds the line and column of anything in a text that has been read."""

    def __init__(self, text: str, spans: dict[str, Span]) -> None:
        self.text, self.spans = text, spans
        self.latest: tuple[Any, Node] | None = None

    def find(self, path: tuple[str | int, ...], at_name: bool = False) -> Place:
        """The place at the end of the path, or of the last of its steps that exists.

        A value that begins on a later line than its name is found at its name, as every value is with `at_name`.
        """
        node = self.at(path)
        if node is None:
            return 1, 1
        return node.name if node.name and (at_name or node.name[0] < node.value[0]) else node.value

    def find_phrase(self, path: tuple[str | int, ...], phrase: str) -> Place | None:
        """The place of a phrase in the text at the end of the path; None where it does not stand there as it is."""
        node = self.at(path)
        index = phrase_index(self.text[slice(*node.span)], phrase) if node and phrase else None
        return None if node is None or index is None else line_column(self.text[: node.span[0] + index])

    def at(self, path: tuple[str | int, ...]) -> Node | None:
        """The value at the end of the path, or of the last of its steps that exists."""
        span = self.spans.get(str(path[0])) if path else None
        if span is None:
            return None
        start, end, rest = span.start, span.end, path[1:]
        name: Place | None = place_of(span.name)
        if rest and isinstance(rest[0], int) and rest[0] < len(span.elements):
            (start, end), rest, name = span.elements[rest[0]], rest[1:], None
        if not rest:
            return Node(name, place_of(start), {}, (start.index, end.index))
        outer = self.node(start, end)
        node = Node(name, outer.value, outer.inside, outer.span)
        for step in rest:
            if step not in node.inside:
                break
            node = node.inside[step]
        return node

    def element(self, field: str, place: Place) -> int | None:
        """The index of the element of a field in which this place lies."""
        elements = self.spans[field].elements if field in self.spans else []
        after = bisect_right(elements, place, key=lambda one: place_of(one[0]))
        return after - 1 if after and place < place_of(elements[after - 1][1]) else None

    def node(self, start: Any, end: Any) -> Node:
        """The places inside one value, whose lines are read again."""
        if self.latest is None or self.latest[0] is not start:
            events = parser(" " * start.column + self.text[start.index : end.index]).get_event
            events(), events()
            event = events()  # None where the value is empty
            shift = start.index - start.column
            empty = Node(None, place_of(start), {}, (start.index, end.index))
            self.latest = start, node_at(event, events, None, start.line, shift) if event else empty
        return self.latest[1]


def place_of(mark: Any, line: int = 0) -> Place:
    """The place of a parser's mark; `line` is the number of lines before the text that was parsed."""
    return line + mark.line + 1, mark.column + 1


def node_at(event: Any, events: Any, name: Place | None, line: int, shift: int) -> Node:
    """The places of the value that begins with this event, and of what is in it.

    line, shift  the lines and characters before the text that is parsed
    """
    inside: dict[str | int, Node] = {}
    last = event
    if event.__class__ is MappingStart:
        while (last := events()).__class__ is not MappingEnd:
            above = place_of(last.start_mark, line)
            key = last.value if last.__class__ is Scalar else str(node_at(last, events, None, line, shift))
            inside.setdefault(key, node_at(events(), events, above, line, shift))
    elif event.__class__ is SequenceStart:
        while (last := events()).__class__ is not SequenceEnd:
            inside[len(inside)] = node_at(last, events, None, line, shift)
    span = event.start_mark.index + shift, last.end_mark.index + shift
    return Node(name, place_of(event.start_mark, line), inside, span)


def parser(text: str) -> Any:
    """A parser of the text, libyaml's if it is there."""
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)


def is_slow() -> bool:
    """Whether libyaml is missing, so that reading takes some twenty times as long."""
    return not hasattr(yaml, "CSafeLoader")


def decode(data: bytes) -> str:
    """The text of a file; Stop where the bytes are not UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig", "replace")
        message = f"byte {error.start + 1} ({data[error.start]:#04x}) is not UTF-8 text"
        raise Stop(Fault("yaml-syntax", *line_column(before), message, "Save the file as UTF-8.")) from None


def read_file(data: bytes, where: str) -> Document:
    """The one document of a file that is no bank; CnnquizError with file:line:column at its first fault."""
    try:
        document = read(decode(data))
        if not document.faults:
            return document
        fault = document.faults[0]
    except Stop as stop:
        fault = stop.faults[0]
    remedy = fault.remedy if fault.rule != "schema" else ""  # an empty file's remedy is a bank's
    raise CnnquizError(f"{where}:{fault.line}:{fault.column}: {fault.message}. {remedy}".rstrip())


def read(text: str, most: int = MOST_ITEMS) -> Document:
    """The text as a tree, with its faults; Stop where it cannot be read to its end.

    most  elements of a list that is a field of the whole file
    """
    reader = Reader(text, most)
    try:
        tree = reader.document()
    except Stop as stop:
        raise Stop(*reader.faults, *stop.faults) from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise Stop(*reader.faults, parser_fault(error, text)) from None
    return Document(tree, Positions(text, reader.spans), reader.faults)


class Reader:
    """Builds dicts, lists and texts from the parser's events; notes the faults and the outermost fields' spans."""

    def __init__(self, text: str, most: int) -> None:
        self.text, self.most = text, most
        self.plain = "&" not in text and "!" not in text  # then no scalar can have an anchor or a tag
        self.faults: list[Fault] = []
        self.spans: dict[str, Span] = {}
        self.elements: list[tuple[Any, Any]] = []  # the marks of the list that was read last
        self.end: Any = None  # the mark at the end of the value that was read last

    def document(self) -> Any:
        """The file's one document: a dict of its fields, or whatever stands there instead."""
        self.next = parser(self.text).get_event
        self.next()
        if self.next().__class__ is StreamEnd:
            raise Stop(Fault("schema", 1, 1, "the file is empty", NEW_BANK))
        tree = self.value(self.next(), 1, "Delete this word.")
        self.next()
        if (event := self.next()).__class__ is not StreamEnd:
            self.note(event, "a second document starts here: one file holds one", SECOND)
        return tree

    def value(self, event: Any, depth: int, remedy: str = QUOTE) -> Any:
        """The value that begins with this event: a text, a list or a dict."""
        kind = event.__class__
        if kind is Alias:
            self.note(event, ALIAS, "Write the text in quotes, or write out what it stands for.")
            return Unreadable()
        if event.tag or event.anchor:
            self.note(event, TAG if event.tag else ANCHOR, remedy)
            if kind is Scalar:
                return Unreadable(event.value)
        if kind is Scalar:
            if len(event.value) > LONGEST:
                self.note(event, f"this text has more than {LONGEST:,} characters", "Shorten it.")
                return Unreadable(event.value[:LONGEST])
            return event.value
        if depth > DEEPEST:
            raise Stop(fault_at(event, TOO_DEEP, SHALLOW))
        return self.mapping(depth) if kind is MappingStart else self.sequence(depth)

    def mapping(self, depth: int) -> dict[str, Any]:
        """The fields up to the end of this mapping. A name that comes twice keeps its first value."""
        out: dict[str, Any] = {}
        following, plain, outermost = self.next, self.plain, depth == 1
        while (event := following()).__class__ is not MappingEnd:
            name = event.value if plain and event.__class__ is Scalar else self.name(event, depth + 1)
            inner = following()
            self.end = inner.end_mark
            brief = plain and inner.__class__ is Scalar and len(inner.value) <= LONGEST
            value = inner.value if brief else self.value(inner, depth + 1)
            if name is None:
                continue
            if name in out:
                self.note(event, f"`{short(name)}` is written twice here", TWICE, "duplicate-key")
                continue
            out[name] = value
            if outermost:
                elements = self.elements if inner.__class__ is SequenceStart else []
                self.spans[name] = Span(event.start_mark, inner.start_mark, self.end, elements)
            if len(out) > MOST_VALUES:
                raise too_many(event, MOST_VALUES)
        self.end = event.end_mark
        return out

    def sequence(self, depth: int) -> list[Any]:
        """The elements up to the end of this list."""
        out, elements = [], []
        most = self.most if depth == 2 else MOST_VALUES
        while (event := self.next()).__class__ is not SequenceEnd:
            self.end = event.end_mark
            out.append(self.value(event, depth + 1))
            if depth == 2:
                elements.append((event.start_mark, self.end))
            if len(out) > most:
                raise too_many(event, most)
        self.end, self.elements = event.end_mark, elements
        return out

    def name(self, event: Any, depth: int) -> str | None:
        """The name of a field, or None where a list or a mapping stands in its place."""
        value = self.value(event, depth)
        if isinstance(value, str):
            return value
        self.note(event, "the name of a field must be text", "Delete this field, or give it a name of letters.")
        return None

    def note(self, event: Any, message: str, remedy: str = "", rule: str = "yaml-syntax") -> None:
        """Note a fault at this event; a file with hundreds of them is not read on."""
        self.faults.append(fault_at(event, message, remedy, rule))
        if len(self.faults) >= MOST_FAULTS:
            raise Stop(fault_at(event, f"{MOST_FAULTS} faults so far: the rest is not read", "Mend these first."))


def fault_at(event: Any, message: str, remedy: str = "", rule: str = "yaml-syntax") -> Fault:
    """A fault where this event starts."""
    return Fault(rule, *place_of(event.start_mark), message, remedy)


def too_many(event: Any, most: int) -> Stop:
    """The end of reading at an element too many."""
    message = f"more than {most:,} values stand in one place"
    return Stop(fault_at(event, message, "Split the bank into several files."))


def parser_fault(error: Any, text: str) -> Fault:
    """The fault behind an exception of the parser, in plain words."""
    mark, start = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    if mark is None:
        return strange_character(text)
    message, remedy = explanation(error, text, mark.index)
    if message in STARTS and start is not None:
        mark = start
    elif "missing before this" in message and start is not None and start.line != mark.line:
        message += f"; the bracket was opened in line {start.line + 1}"
    return Fault("yaml-syntax", *place_of(mark), message, remedy)


def explanation(error: Any, text: str, index: int) -> tuple[str, str]:
    """What the parser's complaint about this place in the text means, and what to do."""
    known = (said for part, said in PROBLEMS if part in error.problem)
    said = next(known, (f"this cannot be read ({error.context or 'here'}: {error.problem})", UNFIT[1]))
    if said == CHARACTER and text[index : index + 1] == "\t":
        return TAB
    return AFTER if said == UNFIT and text[text.rfind("\n", 0, index) + 1 : index].strip() else said


def strange_character(text: str) -> Fault:
    """The fault of a character that no bank may hold: a control character, or half of one."""
    found = re.search(UNREADABLE, text)
    position = found.start() if found else 0
    name = f"U+{ord(text[position]):04X}" if found else "of an unknown kind"
    message = f"a control character ({name}) stands here"
    return Fault("yaml-syntax", *line_column(text[:position]), message, "Delete it.")


def line_column(before: str) -> Place:
    """The place behind a text that begins the file."""
    before = before.replace("\r\n", "\n").replace("\r", "\n")
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def short(text: str) -> str:
    """The text on one line, cut where it is long, without control characters."""
    line = "".join(c if is_shown(c) else " " for c in text[:61])
    return line if len(line) <= 60 else line[:57] + "..."


class Dumper(yaml.SafeDumper):
    """Writes texts of several lines as they are, long ones folded, and every list set in below its name."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Set a list in below its name."""
        super().increase_indent(flow, False)


def _text_node(dumper: Dumper, text: str) -> Any:
    style = "|" if "\n" in text else ">" if len(text) > FOLDED else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


Dumper.add_representer(str, _text_node)
FOLDED = 80  # characters from which on a text is folded


def written(tree: Any) -> str:
    """A tree of dicts, lists and texts as the text of a file, names in their order."""
    text: str = yaml.dump(tree, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=110)
    return text
