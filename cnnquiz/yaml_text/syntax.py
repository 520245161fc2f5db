"""Faults of a text that cannot be read as a bank, in plain words. Knows the parser's messages, not the parser."""

from __future__ import annotations

import re
from typing import Any

from msgspec import Struct

START = "`cnnquiz new PATH` writes a bank to start from."
ALIAS = "`*` at the start of a value stands for another value, which is not allowed here"
ANCHOR = "`&` at the start of a value gives it a name, which is not allowed here"
TAG = "`!` at the start of a value gives it a type, which is not allowed here"
NAME = "the name of a field must be text"
ALIAS_REMEDY = "Write the value out, or put a text that begins with `*` in quotes."
QUOTE = "Write the text in quotes."
REMOVE = "Remove this word."
# Compiled only when it is needed: a class of so many characters takes time.
UNREADABLE = r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufeff\uff00-\ufffd\U00010000-\U0010ffff]"


class Unreadable(str):
    """Stands for a value that cannot be read; its own fault is already told."""


class Fault(Struct, frozen=True):
    """One fault of a text: where it stands (line and column from 1), what it is, what to do."""

    rule: str
    line: int
    column: int
    message: str
    remedy: str = ""


class Stop(Exception):
    """Reading cannot go on after the last of these faults."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(faults[-1].message)
        self.faults = faults


ESCAPE = "this backslash means nothing in double quotes", "Use single quotes, or write it twice."
CHARACTER = "a value cannot begin with this character", QUOTE
UNFIT = "this line does not fit under the lines above it", "Check the indentation, and quotes above it."
TAB = "a tab stands where only spaces may", "Indent with spaces."
AFTER = "this follows a value that has already ended, with its quote or bracket", "Write the whole text in quotes."
BLOCK = "nothing but a comment may follow `|` or `>`", "Move the text to the next line."

# What the two parsers say, what that means to the writer of a bank, and what to do.
DEEPEST = 50  # levels of lists and mappings in one another
TOO_DEEP = f"this is nested more than {DEEPEST} levels deep"
PROBLEMS = (
    ("maximum nesting depth", (TOO_DEEP, "")),
    ("tab character", TAB),
    ("cannot start any token", CHARACTER),
    ("mapping values", ("a second `: ` on this line, or a line that is set in too far", QUOTE)),
    ("find expected ':'", ("this line has no `name: value`", "Check its quotes and its indentation.")),
    ("unexpected end of stream", ("this quote is never closed", "Close it.")),
    ("unexpected document separator", ("this quote is never closed", "Close it.")),
    ("escape", ESCAPE),
    ("expected hexdecimal", ESCAPE),
    ("',' or '}'", ("a comma or `}` is missing before this", "Close the braces; quote a text that holds some.")),
    ("',' or ']'", ("a comma or `]` is missing before this", "Close the brackets; quote a text that holds some.")),
    ("'-' indicator", ("this line is not an element of the list above it", "Check the indentation.")),
    ("expected key", UNFIT),
    ("<block end>", UNFIT),
    ("sequence entries", ("a list cannot begin here", "Begin it on a line of its own, or quote the text.")),
    ("directive", ("a line cannot begin with `%`", QUOTE)),
    ("<document start>", ("this line belongs to nothing above it", "Check the indentation.")),
    ("node content", ("a value is missing or cannot begin like this", QUOTE)),
    ("chomping or indentation", BLOCK),
    ("comment or line break", BLOCK),
    ("comment or a line break", BLOCK),
    ("leading empty line", UNFIT),
    ("alphabetic or numeric", CHARACTER),
)
STARTS = {"this quote is never closed", "this line has no `name: value`", CHARACTER[0]}


def parser_fault(error: Any, text: str) -> Fault:
    """The fault behind an exception of the parser, in plain words."""
    mark, start = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    if mark is None:
        return strange_character(text)
    message, remedy = explained(error, text, mark.index)
    if message in STARTS and start is not None:
        mark = start
    elif "missing before this" in message and start is not None and start.line != mark.line:
        message += f"; the bracket was opened in line {start.line + 1}"
    return Fault("yaml-syntax", mark.line + 1, mark.column + 1, message, remedy)


def explained(error: Any, text: str, index: int) -> tuple[str, str]:
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
    line, column = line_column(text, position)
    return Fault("yaml-syntax", line, column, f"a control character ({name}) stands here", "Remove it.")


def decoded(data: bytes) -> str:
    """The text of a file; Stop where the bytes are not UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig", "replace")
        line, column = line_column(before, len(before))
        said = f"byte {error.start + 1} ({data[error.start]:#04x}) is not UTF-8 text"
        raise Stop(Fault("yaml-syntax", line, column, said, "Save the file as UTF-8.")) from None


def line_column(text: str, position: int) -> tuple[int, int]:
    """The line and column, from 1, of a position in a text."""
    before = text[:position].replace("\r\n", "\n").replace("\r", "\n")
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def short(text: str) -> str:
    """The text on one line, cut where it is long, without control characters."""
    line = "".join(c if c.isprintable() else " " for c in text[:61])
    return line if len(line) <= 60 else line[:57] + "..."
