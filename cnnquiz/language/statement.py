"""A text as lines of words and signs, in which patterns find what they explain."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise

from cnnquiz.language.mentions import Mention, mentions_among
from cnnquiz.language.tokens import Token, tokens

SIGNS = {"number": "#", "size": "@", "list": "&", "matrix": "%"}  # of values, in a line
EXPLAINED = "~"
LONGEST_NAME = 6  # tokens
_LEGEND = re.compile(  # (height, width, channels) =, (m x n), (in pixels)
    r"\(\s*(?:(?:batch(?: size)?|channels?|height|width|depth|in pixels|pixels|[NCHWmnfk])\s*[,x×*]?\s*)+\)(?:\s*=)?",
)
_ENDS = frozenset(".?!\n;|")
_SILENT = frozenset("-–—\"'“”‘’`*_|•·/…″′")


class Line:
    """Tokens as one line: words in the singular, a number as #, a size as @, a list as &, a matrix as %.

    explained  the places of tokens that stand as ~ there, so that no pattern finds them again
    """

    def __init__(self, found: Sequence[Token], explained: frozenset[int] = frozenset()) -> None:
        self.tokens, self.explained = found, explained
        signs = [EXPLAINED if at in explained else _sign(token) for at, token in enumerate(found)]
        self.text, self.starts = "", {}
        parts, length = [], 0
        for at, sign in enumerate(signs):
            if sign:
                self.starts[length] = at
                parts.append(sign)
                length += len(sign) + 1
        self.text = " ".join(parts)

    def covered(self, pattern: re.Pattern[str]) -> Iterator[tuple[re.Match[str], list[int]]]:
        """Each place that a pattern finds, and the tokens there."""
        for found in pattern.finditer(self.text):
            if inside := self.inside(*found.span()):
                yield found, inside

    def inside(self, begin: int, end: int) -> list[int]:
        """The tokens between two places of the line."""
        return [at for start, at in self.starts.items() if begin <= start < end]


def _sign(token: Token) -> str:
    if token.kind == "mark":
        return "" if token.text in _SILENT else "." if token.text in "\n;|" else token.text
    return SIGNS.get(token.kind, token.text)


class Statement:
    """A text taken apart: its tokens, matrices in one, and the quantities that the phrases beside values give."""

    def __init__(self, text: str) -> None:
        self.text = _LEGEND.sub(" ", text)
        self.tokens = tuple(_merged(tokens(self.text)))
        self.line = Line(self.tokens)
        self.mentions: tuple[Mention, ...] = tuple(dict.fromkeys(mentions_among(self.tokens, self.text)))

    @cached_property
    def sentences(self) -> list[range]:
        """The places of each sentence."""
        ends = [at + 1 for at, token in enumerate(self.tokens) if token.text in _ENDS]
        borders = [0, *ends, len(self.tokens)]
        return [range(start, end) for start, end in pairwise(borders) if end > start]

    @cached_property
    def quoted(self) -> set[int]:
        """The words between quotation marks: names."""
        marks = [at for at, token in enumerate(self.tokens) if token.text in '"“”']
        pairs = zip(marks[::2], marks[1::2], strict=False)
        inside = (at for begin, end in pairs if end - begin <= LONGEST_NAME for at in range(begin + 1, end))
        return {at for at in inside if self.tokens[at].kind == "word"}

    def sentence(self, at: int) -> range:
        """The sentence of a token."""
        return next(one for one in self.sentences if at in one)


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


def _row(found: Sequence[Token], place: int) -> tuple[tuple[object, ...] | None, int]:
    """The row of a matrix that begins here, [1, 2] or [1], and where it ends."""
    if found[place].kind == "list":
        return found[place].value, place + 1
    one = found[place : place + 3]
    if len(one) == 3 and (one[0].text, one[1].kind, one[2].text) == ("[", "number", "]"):
        return (one[1].value,), place + 3
    return None, place + 1


def _matrix(found: Sequence[Token], place: int) -> tuple[list[tuple[object, ...]], int]:
    """The rows of a matrix that begins here, and where it ends; no rows where none begins."""
    if found[place].text not in ("[", "("):
        return [], place
    rows, end = [], place + 1
    while end < len(found):
        row, after = _row(found, end)
        if row is None and found[end].text not in (",", ";", "\n"):
            break
        rows += [] if row is None else [row]
        end = after
    closed = end < len(found) and found[end].text in ("]", ")")
    return (rows, end + 1) if rows and closed and len({len(row) for row in rows}) == 1 else ([], place)
