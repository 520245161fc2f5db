"""Mathematics in plain words with the signs of formulas: `theta^2 - 2*x` as θ² − 2x; a size stays 5x5."""

from __future__ import annotations

from cnnquiz.mathematics.notation import superscripts
from cnnquiz.mathematics.symbols import GREEK
from cnnquiz.patterns import pattern
from cnnquiz.render.console import Screen

_GREEK = pattern(rf"(?<!\w)(?<!\w-)(?<!--)({'|'.join(GREEK)})(?![a-zA-Z-])")
_MINUS = pattern(r"(?<![\w-])-(?=[\d.(]|[a-zA-Zθ](?:\W|$)|ln\b)|(?<= )-(?= )|(?<=\de)-(?=\d)|(?<=[\])\w])-(?=\d+\])")
_TIMES = pattern(r"(?<=[\w)\]])\*(?=[\w(√])")
_JOINED = pattern(r"(?<![\w.])(\d+)·(?=[^\W\d_](?!\w))")
_BLANK = pattern(r"_{2,}")
_WHOLE = pattern(r"`[^`]*`|--\S+ \S+|\[[^\[\]]*\]|[×x] \d+|(?<![\w.,^])(\d{4,})(?!\w| [×x] )")
_THREES = pattern(r"(?<=\d)(?=(?:\d{3})+$)")
_SIGNS = (("->", "→"), ("<=", "≤"), (">=", "≥"), ("infinity", "∞"), ("sqrt(", "√("))


def typeset(screen: Screen, words: str) -> str:
    """The words with the signs of formulas; unchanged on an ASCII screen, with the signs as words to be heard."""
    if screen.spoken:
        return heard(words)
    if not screen.unicode:
        return words
    for ascii_, sign in _SIGNS:
        words = words.replace(ascii_, sign)
    words = _GREEK.sub(lambda match: GREEK[match[1]], words)
    return superscripts(_JOINED.sub(r"\1", _TIMES.sub("·", _MINUS.sub("−", words))))


def with_letters(screen: Screen, words: str) -> str:
    """The words of prose with the Greek letters of formulas; delta, which is also a name in it, stays a word.

    To be heard, a blank to be filled in is a word.
    """
    if screen.spoken:
        return heard(_BLANK.sub("blank", words))
    if not screen.unicode:
        return words
    return _GREEK.sub(lambda match: match[0] if match[1] == "delta" else GREEK[match[1]], words)


def heard(words: str) -> str:
    """The words with those signs as words that a voice leaves out: minus, times and powers."""
    words = _MINUS.sub("minus ", _TIMES.sub(" times ", words)).replace("minus  ", "minus ")
    return words.replace("^", " to the power ")


def separated(words: str) -> str:
    """Long numbers with commas, 138,357,544; a vector, whose own commas they are, a size and code stay as typed."""
    return _WHOLE.sub(lambda match: _THREES.sub(",", match[1]) if match[1] else match[0], words)
