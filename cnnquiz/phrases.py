"""Where a phrase stands in the source of a YAML scalar: plain, quoted with escapes, or a block, on one line or more."""

from __future__ import annotations

import re
from functools import lru_cache

_PIECE = re.compile(r"\d+(?:\.\d+)?|[^\W\d_]+|[^\w\s]")
_GAP = r"[\s$*_`{}\\()\[\],\"']*"  # blanks, line breaks and marks of Markdown and LaTeX
_SIGNS = {",": "(?:,|and|or)", "-": "[-−]", "*": r"(?:[x×*·⋅∗]|\\times|\\cdot)", "=": "[=≈]", "/": "[/÷]"}
_ESCAPE = re.compile(r"\\(?:\r?\n[ \t]*|x(\w{2})|u(\w{4})|U(\w{8})|(.))")
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "e": "\x1b", "_": "\xa0", "N": "\x85"}


def phrase_index(source: str, phrase: str) -> int | None:
    """The index in a scalar's source at which a phrase begins, behind `=` where it can; None where it is not there."""
    written, places = _characters(source)
    pattern = _pattern(phrase)
    found = re.search(rf"=\s*{pattern}", written) or re.search(pattern, written) if pattern else None
    return places[found.start("phrase")] if found else None


@lru_cache(maxsize=64)
def _pattern(phrase: str) -> str:
    """A phrase however it is spaced, emphasised and broken: 7600 as 7,600, `7x7 kernel` over two lines."""
    pieces = [_spelling(piece) for piece in _PIECE.findall(phrase)]
    end = r"(?!\d|\.\d)" if phrase[-1:].isdigit() else ""
    return rf"(?i:(?<![\d.])(?P<phrase>{_GAP.join(pieces)}){end})" if pieces else ""


def _spelling(piece: str) -> str:
    if piece.casefold() == "x":
        piece = "*"
    digits = "[, ]?".join if piece.isdecimal() else "".join
    return _SIGNS.get(piece) or digits(map(re.escape, piece))


def _characters(source: str) -> tuple[str, range | list[int]]:
    """The characters that a scalar's source stands for, and the index of each in it."""
    if source[:1] != '"':
        return source, range(len(source))
    written: list[str] = []
    places: list[int] = []
    place = 0
    while place < len(source):
        found = _ESCAPE.match(source, place)
        if found is None:
            character = source[place]
        else:
            code = found[1] or found[2] or found[3]
            character = chr(int(code, 16)) if code else _ESCAPED.get(found[4], found[4]) or ""
        written.append(character)
        places += [place] * len(character)
        place = found.end() if found else place + 1
    return "".join(written), places
