"""What is shown of any text: nothing that steers a terminal, that cannot be seen, or that a CI server would obey."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path

from cnnquiz.patterns import pattern

# A whole escape sequence goes, not its first byte alone: what is left of one would read as rubbish.
_ESCAPES = pattern(
    "\x1b\\[[0-?]*[ -/]*[@-~]"  # ESC [ ... : colours, cursor
    "|\x1b[\\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\\\)?"  # ESC ] ... BEL: titles, links, clipboard
    "|\x1b[ -/]*[0-~]?"
    "|\x9b[0-?]*[ -/]*[@-~]"
)
_BREAKS = pattern("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# Fillers and selectors: letters or marks to Python, but nobody sees them (Default_Ignorable_Code_Point).
_UNSEEN = pattern("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
_BLANKS = " \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_JOINING = "\u0600-\u08ff\u0900-\u0dff"  # from Arabic to Sinhala: joiners decide how these scripts look
_JOINERS = pattern(f"(?<=[{_JOINING}])[\u200c\u200d](?=[{_JOINING}])")
_MOST_MARKS = 8  # on one letter
_MARKS = pattern(f"[^\\w\x00-\x7f]{{{_MOST_MARKS + 1},}}")  # among these are long rows of marks
_COMMAND = pattern(r"^((?:\s|\x1b\[[\d;]*m)*):(?=:)|##(?=(?:vso)?\[)", re.MULTILINE)


def is_shown(character: str) -> bool:
    """Whether a reader sees the character, as ink or as a blank."""
    return (character.isprintable() or character in _BLANKS) and not _UNSEEN.match(character)


def clean(text: str) -> str:
    """The text with only what is shown of it; line breaks stay, tabs become spaces, what is unknown becomes U+FFFD."""
    if text.isascii() and text.isprintable():
        return text
    text = _ESCAPES.sub("", _BREAKS.sub("\n", text).expandtabs(4))
    if not _is_plain(text):
        joiners = {found.start() for found in _JOINERS.finditer(text)}
        text = "".join(c if place in joiners else _seen(c) for place, c in enumerate(text))
    return text if text.isascii() else _MARKS.sub(_few_marks, text)


def one_line(text: str) -> str:
    """The cleaned text with every run of blanks and breaks as one space."""
    return " ".join(clean(text).split())


def display_text(text: Path | str) -> str:
    """A path or a name as it may stand on a screen: a question mark for each character that is not shown."""
    shown = "".join(c if c == " " or (is_shown(c) and not c.isspace()) else "?" for c in str(text))
    return shown if shown.isascii() else _MARKS.sub(_few_marks, shown)


def json_text(body: object, indent: int | None = None, ascii: bool = False) -> str:
    """The body as JSON, each character that is not shown as its escape; on one line without an indent."""
    text = json.dumps(body, indent=indent, ensure_ascii=ascii)
    return text if _is_plain(text) else "".join(c if c == "\n" or is_shown(c) else json.dumps(c)[1:-1] for c in text)


def without_commands(text: str) -> str:
    """The text with no line that a CI server takes for a command of a workflow, such as `::error::`."""
    return _COMMAND.sub(lambda found: found[0] + " ", text)


def _is_plain(text: str) -> bool:
    """Whether all of it is shown, but for line breaks."""
    return all(map(str.isprintable, text.split("\n"))) and (text.isascii() or not _UNSEEN.search(text))


def _seen(character: str) -> str:
    """The character, U+FFFD for one that no font need have, or nothing."""
    if character == "\n" or is_shown(character):
        return character
    return "\ufffd" if unicodedata.category(character) in ("Cn", "Co", "Cs") else ""


def _few_marks(found: re.Match[str]) -> str:
    """Some characters, with only so many marks in a row as any language needs."""
    kept, row = "", 0
    for character in found[0]:
        row = row + 1 if unicodedata.category(character).startswith("M") else 0
        kept += character if row <= _MOST_MARKS else ""
    return kept
