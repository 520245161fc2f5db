"""The text of a file, its lines, and the marks of Markdown in what was plain."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from cnnquiz.errors import CnnquizError
from cnnquiz.importers import LONGEST

_MATH = re.compile(r"\\\((.{1,2000}?)\\\)|\\\[(.{1,2000}?)\\\]|\$\$([^$]{1,2000})\$\$", re.DOTALL)
_MARK = re.compile(r"(?<![^\W_])(?<![\\$*_`])[*_`]{1,3}(?=[^\s*_`])")
_BREAK = re.compile(r"[\s,]*")
TRUE, FALSE = ("true", "t", "yes", "correct"), ("false", "f", "no", "incorrect")


def decoded(data: bytes, name: str) -> str:
    """The text of a file in UTF-8 or in UTF-16 with its mark, each line ending in a line feed."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise CnnquizError(f"{name}:{line}: a byte here is not {encoding.removesuffix('-sig').upper()} text; "
                           "save the file as UTF-8") from None  # fmt: skip
    if "\0" in text:
        raise CnnquizError(f"{name}:{text[: text.index(chr(0))].count(chr(10)) + 1}: this is not a text file")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def mathematics(text: str) -> str:
    r"""The text with \(x\), \[x\] and $$x$$ as $x$."""
    if len(text) > LONGEST:
        return text  # which is refused
    return _MATH.sub(lambda found: f"${' '.join((found[1] or found[2] or found[3]).split())}$", text)


def markdown(plain: str) -> str:
    """Plain text as Markdown: what would open an emphasis or code is escaped."""
    return "".join(
        part if part.startswith("$") else _MARK.sub(lambda found: "".join(f"\\{c}" for c in found[0]), part)
        for part in re.split(r"(\$[^$]+\$)", mathematics(plain))
    )


def truth(word: str) -> bool | None:
    """What a word for true or false says; None for any other."""
    said = word.strip().strip(".!").casefold()
    return True if said in TRUE else False if said in FALSE else None


def values(text: str, name: str) -> Iterator[tuple[int, Any]]:
    """The values of a JSON list, or those that follow one another, each with its line."""
    decoder = json.JSONDecoder(parse_constant=lambda word: word)
    whole, place, line = text.rstrip(), 0, 1
    if whole.lstrip().startswith("[") and whole.endswith("]"):
        whole, place = whole[:-1], whole.index("[") + 1
        line += whole.count("\n", 0, place)
    while True:
        skipped = _BREAK.match(whole, place)
        assert skipped is not None
        line += whole.count("\n", place, skipped.end())
        place = skipped.end()
        if place >= len(whole):
            return
        try:
            value, end = decoder.raw_decode(whole, place)
        except RecursionError:
            raise CnnquizError(f"{name}:{line}: this is nested too deeply") from None
        except json.JSONDecodeError as error:
            raise CnnquizError(f"{name}:{error.lineno}: this is not JSON: {error.msg}") from None
        except ValueError:
            raise CnnquizError(f"{name}:{line}: a number here has too many digits") from None
        yield line, value
        line += whole.count("\n", place, end)
        place = end


def said(value: Any) -> str:
    """A JSON value as text: lists of lines joined, numbers as written, nothing for null and objects."""
    if isinstance(value, list):
        return "\n".join(map(said, value))
    if isinstance(value, bool):
        return str(value)
    return str(value).strip() if isinstance(value, str | int | float) else ""
