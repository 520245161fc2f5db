"""Faults of a text that cannot be read as a bank, in plain words. Knows the parser's messages, not the parser."""

from __future__ import annotations

import re
from typing import Any

from msgspec import Struct

START = "`cnnquiz new PATH` writes a bank to start from."
ALIAS = "`*` at the start of a value stands for another value, which a bank does not allow"
ANCHOR = "`&` at the start of a value gives it a name, which a bank does not allow"
TAG = "`!` at the start of a value gives it a type, which a bank does not allow"
NAME = "the name of a field must be text"
QUOTE = "Write the text in quotes."
UNREADABLE = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufeff\uff00-\ufffd\U00010000-\U0010ffff]")


class Fault(Struct, frozen=True):
    """One fault of a text: where it stands (line and column from 1), what it is, what to do."""

    rule: str
    line: int
    column: int
    message: str
    remedy: str = ""


class Stop(Exception):
    """Reading cannot go on after this fault."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


# What the parsers say, what that means to the writer of a bank, and what to do.
PROBLEMS = (
    ("tab character", "a tab stands where only spaces may", "Indent with spaces."),
    (r"character '\t'", "a tab stands where only spaces may", "Indent with spaces."),
    ("cannot start any token", "a value cannot begin with this character", QUOTE),
    ("mapping values are not allowed", "a second `: ` on this line, or a line set in too far", QUOTE),
    ("expected ':'", "this line has no `name: value`", "Check the quotes and the indentation around it."),
    ("unexpected end of stream", "this quote is never closed", "Close it."),
    ("document separator", "this quote is never closed", "Close it."),
    ("unknown escape", "this backslash means nothing in double quotes", "Use single quotes, or write two."),
    ("escape sequence", "this backslash means nothing in double quotes", "Use single quotes, or write two."),
    ("expected hexdecimal", "this backslash means nothing in double quotes", "Use single quotes, or write two."),
    ("',' or '}'", "a comma or `}` is missing before this", "Close the braces; quote a text that holds one."),
    ("',' or ']'", "a comma or `]` is missing before this", "Close the brackets; quote a text that holds one."),
    ("expected key", "this line does not fit under the lines above it", "Check indentation and quotes."),
    ("'-' indicator", "this line is not an element of the list above it", "Check the indentation."),
    ("block end", "this line does not fit under the lines above it", "Check indentation and quotes."),
    ("block sequence entries", "a list cannot begin here", "Put `- ` on its own line, or quote the text."),
    ("document start", "this line belongs to nothing above it", "Check the indentation."),
    ("node content", "a value is missing or cannot begin like this", QUOTE),
    ("chomping or indentation", "nothing but a comment may follow `|` or `>`", "Move the text to the next line."),
    ("comment or line break", "nothing but a comment may follow `|` or `>`", "Move the text to the next line."),
    ("block scalar", "a line of this text is set in less than its first", "Check the indentation."),
    ("alphabetic or numeric", "a value cannot begin with this character", QUOTE),
    ("tag", TAG, QUOTE),
    ("directive", "a line cannot begin with `%`", QUOTE),
    ("nesting level", "this is nested too deep", ""),
)


def explained(problem: str, context: str) -> tuple[str, str]:
    """A parser's complaint in plain words, and what to do."""
    said = f"{context} {problem}"
    for part, message, remedy in PROBLEMS:
        if part in problem:
            return message, remedy
    return f"this cannot be read ({said.strip()})", "Check indentation and quotes above it."


def parser_fault(error: Any, text: str) -> Fault:
    """The fault behind an exception of the parser."""
    mark, context_mark = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    if mark is None:
        return strange_character(text)
    message, remedy = explained(error.problem or "", error.context or "")
    if message.startswith("this quote") and context_mark is not None:
        mark = context_mark
    return Fault("yaml-syntax", mark.line + 1, mark.column + 1, message, remedy)


def strange_character(text: str) -> Fault:
    """The fault of a character that no bank may hold: a control character, or half of one."""
    found = UNREADABLE.search(text)
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
