"""A question taken apart: its tokens, the quantities that they give, and which tokens nothing has explained yet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise

from cnnquiz.language.mentions import Mention, mentions_among
from cnnquiz.language.tokens import Token, tokens

VALUES = ("number", "size", "list", "matrix")
_ENDS = frozenset(".?!\n;|")
_SIGNS = {"number": "#", "size": "@", "list": "&", "matrix": "%"}
_SILENT = frozenset("-–—\"'“”‘’`*_|•·/…")


class Statement:
    """A text as one line of words and signs, in which patterns find what they explain.

    In the line a number is #, a size @, a list &, a matrix %, and what a mention has explained ~.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tuple(_merged(tokens(text)))
        self.mentions = _apart(tuple(mentions_among(self.tokens, text)), self.tokens)
        self.explained = {at for one in self.mentions for at in range(*one.at)}

    @cached_property
    def line(self) -> str:
        """The line; sentences end in a dot or a question mark."""
        return " ".join(filter(None, self._signs))

    @cached_property
    def line_of_words(self) -> str:
        """Every word of the text, explained or not."""
        return " ".join(token.text for token in self.tokens if token.kind == "word")

    @cached_property
    def _signs(self) -> list[str]:
        return [self._sign(place, token) for place, token in enumerate(self.tokens)]

    def _sign(self, place: int, token: Token) -> str:
        if place in self.explained:
            return "~"
        if token.kind == "mark":
            return "" if token.text in _SILENT else "." if token.text in "\n;|" else token.text
        return _SIGNS.get(token.kind, token.text)

    @cached_property
    def _starts(self) -> list[int]:
        starts, at = [], 0
        for sign in self._signs:
            starts.append(at)
            at += len(sign) + bool(sign)
        return starts

    def covered(self, pattern: re.Pattern[str]) -> Iterator[tuple[re.Match[str], range]]:
        """Each place that a pattern finds in the line, and its tokens."""
        for found in pattern.finditer(self.line):
            inside = [at for at, start in enumerate(self._starts) if found.start() <= start < found.end() and self._signs[at]]
            if inside:
                yield found, range(inside[0], inside[-1] + 1)

    @cached_property
    def sentences(self) -> list[range]:
        """The places of each sentence."""
        ends = [at + 1 for at, token in enumerate(self.tokens) if token.text in _ENDS]
        borders = [0, *ends, len(self.tokens)]
        return [range(start, end) for start, end in pairwise(borders) if end > start]


def _merged(found: Sequence[Token]) -> Iterator[Token]:
    """The tokens, with the rows of a matrix in one: [[1, 2], [3, 4]]."""
    place = 0
    while place < len(found):
        rows, end = _matrix(found, place)
        if rows:
            words = " ".join(one.text for one in found[place:end])
            yield Token("matrix", words, tuple(rows))
            place = end
        else:
            yield found[place]
            place += 1


def _matrix(found: Sequence[Token], place: int) -> tuple[list[tuple[object, ...]], int]:
    """The rows of a matrix that begins here, and where it ends; no rows where none begins."""
    if found[place].text not in ("[", "("):
        return [], place
    rows, end = [], place + 1
    while end < len(found) and (found[end].kind == "list" or found[end].text in (",", ";", "\n")):
        if found[end].kind == "list":
            rows.append(found[end].value)
        end += 1
    closed = end < len(found) and found[end].text in ("]", ")")
    return (rows, end + 1) if rows and closed and len({len(row) for row in rows}) == 1 else ([], place)


def _apart(found: Sequence[Mention], every: Sequence[Token]) -> tuple[Mention, ...]:
    """The mentions, without those that another one holds whole and those of values that another one explains better."""
    return tuple(dict.fromkeys(found))
