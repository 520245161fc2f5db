"""Foreign quiz formats, one per file: from the bytes of a file to its questions, each with its line.

    sniff(name, head) -> whether a file of this name, whose text begins so, looks like this format
    questions(data, name) -> its questions in their order, and a refusal for each that cannot be carried

The file's name is the format's name. A file of which nothing can be read raises CnnquizError with its line.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Literal, Protocol, cast

from msgspec import Struct

from cnnquiz import files
from cnnquiz.errors import CnnquizError
from cnnquiz.shown import display_text

LONGEST = 20_000  # characters of one text
Kind = Literal["single", "multiple", "true-false", "number", "short"]
MOST = 10_000  # questions of a file
HEAD = 8_192  # bytes that tell the format
GENERAL = ("markdown", "text")  # what any text may look like: a format of its own is meant first


class ForeignOption(Struct, frozen=True):
    """One option: its text, whether it is right, and what is said to whoever chooses it."""

    text: str
    right: bool = False
    why: str = ""


class ForeignQuestion(Struct, frozen=True):
    """One question as its file has it, in Markdown.

    line      where it begins, and `key_line` where its key stands
    options   those of the types single, multiple and true-false
    answers   the right answers, each alone, of the types number and short
    name      its title or id in the file
    member    the file inside an archive
    """

    line: int
    stem: str
    type: Kind
    options: tuple[ForeignOption, ...] = ()
    answers: tuple[str, ...] = ()
    tolerance: str = ""
    name: str = ""
    rationale: str = ""
    key_line: int = 0
    member: str = ""


class Refusal(Struct, frozen=True):
    """A question that cannot be carried: where it begins, and why not."""

    line: int
    why: str
    name: str = ""
    member: str = ""


def _fit(one: ForeignQuestion | Refusal) -> ForeignQuestion | Refusal:
    """The question; refused where a text that is needed is missing or too long."""
    if isinstance(one, Refusal):
        return one
    texts = [one.stem, *(option.text for option in one.options), *one.answers]
    why = "it has more options than letters" if len(one.options) > 26 else ""
    why = "a text in it is too long" if max(map(len, [*texts, one.rationale])) > LONGEST else why
    why = "an option has no words" if not all(text.strip() for text in texts[1:]) else why
    why = "it has no question" if not one.stem.strip() else why
    return Refusal(one.line, why, one.name, one.member) if why else one


class Importer(Protocol):
    """What each file of this folder is."""

    def sniff(self, name: str, head: str) -> bool: ...

    def questions(self, data: bytes, name: str) -> Iterator[ForeignQuestion | Refusal]: ...


@cache
def names() -> tuple[str, ...]:
    """The names of the formats, without importing any."""
    return tuple(sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_")))


@cache
def load(name: str) -> Importer:
    """The importer of that format."""
    return cast(Importer, importlib.import_module(f"{__name__}.{name}"))


def format_of(path: Path) -> str | None:
    """The format that a file looks like; None where it looks like none."""
    with files.opened(path) as file:
        head = file.read(HEAD)
    encoding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    text = head.decode(encoding, "replace").replace("\r\n", "\n").replace("\r", "\n")
    found = [name for name in names() if load(name).sniff(path.name.lower(), text)]
    return min(found, key=lambda name: name in GENERAL, default=None)


def read(path: Path, form: str | None = None) -> list[ForeignQuestion | Refusal]:
    """What a file holds, of this format or of the one that it looks like."""
    form = form or format_of(path)
    shown = display_text(path)
    if form is None:
        raise CnnquizError(f"{shown}: no quiz format is recognised; name it with --from, one of {', '.join(names())}")
    read = load(form).questions(files.read_bytes(path), shown)
    found = [_fit(one) for one in islice(read, MOST + 1)]
    if len(found) > MOST:
        raise CnnquizError(f"{shown}: more than {MOST:,} questions; split the file")
    if not found:
        raise CnnquizError(f"{shown}: no question is found in it, read as {form}; --from names another format")
    return found
