"""What a text says: quantities with their values, in any order and wording, layers, and numbers of nothing named."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from cnnquiz.language.tokens import ORDINALS, Token, read_count, tokens
from cnnquiz.language.vocabulary import (
    ADJECTIVES,
    CHANNEL_WORDS,
    COLOURS,
    CONNECTORS,
    FUNCTIONS,
    MAKES,
    MOST_CONNECTORS,
    NONE_BEFORE,
    OPTIMISERS,
    PADDINGS,
    PHRASES,
    Phrase,
)
from cnnquiz.solution import prose_text

SIZES = frozenset(("size", "sized", "dimension", "shape", "measuring"))
MOST_ADJECTIVES = 4
FORMULA = re.compile(
    r"\b[A-Za-z][(\[]\\?([A-Za-zθ]+)[)\]]\s*=\s*((?:[^,;?!.A-Za-z]|\.(?=\d)|\\?\b(?:[A-Za-zθ]|theta|exp|log|ln|sin|cos|tanh|"
    r"relu|abs|max|min|sqrt|sigmoid)(?![A-Za-z])|(?<=\d)[A-Za-zθ](?![A-Za-z]))+)"
)  # J(w) = (w - 4)^2
OPERATORS = ("+", "-", "*", "/", "^")


class Mention(Struct, frozen=True):
    """A value that a text says of a quantity.

    names  the quantities that the words can stand for, by their PyTorch names
    value  an exact number, a tuple, a word (same, relu), or a truth value
    words  as written, for messages: stride 2
    part   whether it stands in a calculation: the 592 of `4*148 = 592 parameters`, the 3 of `w = 3 - 0.6`
    at     its first token and the one behind its last
    """

    names: tuple[str, ...]
    value: Any
    words: str
    part: bool = False
    at: tuple[int, int] = (0, 0)


@lru_cache(maxsize=512)
def mentions(text: str) -> tuple[Mention, ...]:
    """The quantities that a text gives a value to, in its order."""
    return tuple(mentions_among(tokens(text), text))


def mentions_among(found: Sequence[Token], text: str) -> Iterator[Mention]:
    """The same, where the tokens are known: the text as it is, or with several of them joined."""
    yield from _Reader(found).mentions()
    for one in _switches(text):
        yield replace(one, at=place_of(tokens(one.words), found))


def place_of(words: Sequence[Token], found: Sequence[Token]) -> tuple[int, int]:
    """Where some words stand among the tokens of a text; (0, 0) where they do not."""
    said = [one.text for one in words]
    every = [one.text for one in found]
    start = next((at for at in range(len(every) - len(said) + 1) if every[at : at + len(said)] == said), None)
    return (0, 0) if start is None else (start, start + len(said))


class _Reader:
    """The tokens of one text, read from left to right. A value after a phrase is not read before the next one, too."""

    def __init__(self, found: Sequence[Token]) -> None:
        self.tokens = found
        self.taken = self.reached = -1  # the last token that stood after an earlier phrase, and after this one
        self.phrase_end = self.series_end = 0

    def mentions(self) -> Iterator[Mention]:
        place = 0
        while place < len(self.tokens):
            token = self.tokens[place]
            if token.kind != "word":
                place += 1
                continue
            yield from self._word(token, place)
            phrases, end = self._phrases(place)
            self.phrase_end = end
            for phrase in phrases:
                if one := self._adjacent(phrase, place) or self._after(phrase, end) or self._before(phrase, place):
                    yield replace(one, at=(min(one.at[0], place), max(one.at[1], end)))
            self.taken = max(self.taken, self.reached)
            place = max(end, place + 1)

    def _word(self, token: Token, place: int) -> Iterator[Mention]:
        """What a word says by itself: RGB is 3 channels, tanh the function, the third class class 3."""
        following = self._text(place + 1)
        if token.text in FUNCTIONS:
            leaky = place > 0 and self.tokens[place - 1].text in ("leaky", "parametric")
            name = "leaky-relu" if leaky else FUNCTIONS[token.text]
            yield Mention(("activation",), name, token.text, at=(place - leaky, place + 1))
        elif token.text in CHANNEL_WORDS:
            yield Mention(("in_channels",), CHANNEL_WORDS[token.text], token.text, at=(place, place + 1))
        elif token.text in COLOURS and following in ("image", "picture", "photo", "photograph"):
            yield Mention(("in_channels",), 3, f"{token.text} {following}", at=(place, place + 2))
        elif token.text in OPTIMISERS:
            yield Mention(("optimizer",), token.text, token.text, at=(place, place + 1))
        elif token.text == "unit" and following in ("stride", "step"):
            yield Mention(("stride",), 1, f"unit {following}", at=(place, place + 2))
        elif token.text in ORDINALS and following in ("class", "probability"):
            yield Mention(("class_index",), ORDINALS[token.text], f"{token.text} {following}", at=(place, place + 2))

    def _words(self, phrase: Phrase, end: int) -> list[str]:
        """The words of a phrase as written; a hyphen may stand between them."""
        near = self.tokens[max(end - 2 * len(phrase.words), 0) : end]
        return [token.word for token in near if token.word][-len(phrase.words) :]

    def _text(self, place: int) -> str:
        return self.tokens[place].text if 0 <= place < len(self.tokens) else ""

    def _kind(self, place: int) -> str:
        return self.tokens[place].kind if place < len(self.tokens) else ""

    def _phrases(self, place: int) -> tuple[list[Phrase], int]:
        """The longest phrases that begin at a word, and where they end."""
        longest: list[Phrase] = []
        end = place
        for phrase in PHRASES.get(self.tokens[place].text, ()):
            if longest and len(phrase.words) < len(longest[0].words):
                break
            if reached := self._reach(phrase, place):
                longest.append(phrase)
                end = reached
        return longest, end

    def _reach(self, phrase: Phrase, place: int) -> int:
        """Where the phrase ends that begins here; 0 where it does not stand here. A hyphen may join its words."""
        for index, word in enumerate(phrase.words):
            if index and self._text(place) == "-":
                place += 1
            if self._text(place) != word:
                return 0
            place += 1
        return place

    def _after(self, phrase: Phrase, end: int) -> Mention | None:
        """The value behind the phrase, with words such as `of size` between them."""
        if not phrase.after:
            return None
        sized = loose = False
        ambiguous = (":",) if "batch_size" in phrase.names else (":", "of")
        for place in range(end, min(end + MOST_CONNECTORS, len(self.tokens))):
            token = self.tokens[place]
            value = self._value(token, place, phrase.after, sized)
            counts = token.kind == "number" and loose and (self._counts(place) or self._is_result(phrase, end))
            if value is not None and not counts:
                self.reached = place
                between = [one.as_written for one in self.tokens[end:place] if one.text not in "(\"'“”‘’"]
                several = isinstance(value, tuple) and token.kind == "number"
                shown = ", ".join(prose_text(one) for one in value) if several else token.as_written
                said = " ".join([*self._words(phrase, end), *between, shown])
                part = self._text(place + 1) in (*OPERATORS, "=")
                return Mention(phrase.names, value, said, part, (end, max(self.series_end, place) + 1))
            if not self._connects(token, place) and not (token.text == "-" and "stride" in phrase.names):
                return None
            if token.text in ("has", "have") and self._kind(place + 1) == "number":
                return None
            sized, loose = sized or token.text in SIZES, loose or token.text in ambiguous
        return None

    def _counts(self, place: int) -> bool:
        """Whether a number counts what follows it: in `without padding: 10 filters` it is no padding."""
        return any("n" in phrase.before for phrase in PHRASES.get(self._text(place + 1), ()))

    def _is_result(self, phrase: Phrase, end: int) -> bool:
        """Whether a number behind a colon counts something: 800 weights per kernel, and 64 kernels: 51200."""
        plural = self.tokens[end - 1].word.endswith("s")
        return phrase.names == ("kernel_size",) and plural and self._text(end) == ":"

    def _connects(self, token: Token, place: int) -> bool:
        """Whether a word may stand between a phrase and its value; `with a size of`, but not `with a 5x5 filter`."""
        if len(token.text) == 1 and token.text.isalpha() and self._text(place + 1) == "=":
            return True  # learning rate α = 0.1
        if token.text == "with":
            return self._text(place + 1) in SIZES or self._text(place + 2) in SIZES
        if token.text == "a":
            return self._text(place + 1) in SIZES
        if token.text == "to":
            return self._text(place - 1) in ("equal", "set")
        return token.text in CONNECTORS

    def _value(self, token: Token, place: int, kinds: str, sized: bool) -> Any:
        """The token's value where it is of one of these kinds."""
        if token.kind == "number" and ("z" if sized else "n") in kinds:
            return token.value
        if token.kind == "number" and "e" in kinds and self._text(place - 1) in ("=", ":"):
            return token.value
        if token.kind == "size" and "s" in kinds:
            return token.value
        if token.kind == "list":
            whole = all(value is None or isinstance(value, int) for value in token.value)
            return token.value if "l" in kinds or ("s" in kinds and whole and len(token.value) > 1) else None
        if token.kind == "number" and "l" in kinds:
            return self._series(place)
        return token.text if "w" in kinds and token.text in PADDINGS else None

    def _series(self, place: int) -> tuple[Any, ...] | None:
        """The numbers of `1, 2 and 3`."""
        values = [self.tokens[place].value]
        while True:
            step = 1
            while self._text(place + step) in (",", "and", "or"):
                step += 1
            if step == 1 or place + step >= len(self.tokens) or self.tokens[place + step].kind != "number":
                self.series_end = place
                return tuple(values) if len(values) > 1 else None
            place += step
            if self._text(place + 1) in OPERATORS and self._kind(place + 2) == "number":
                return None  # the values are 1 and 2 - 1
            values.append(self.tokens[place].value)

    def _adjacent(self, phrase: Phrase, start: int) -> Mention | None:
        """The value right before the phrase, which no earlier phrase has: a 7x7 kernel, no padding."""
        if self._text(start - 1) in NONE_BEFORE and "w" in phrase.before:
            said = [self.tokens[start - 1].as_written, *self._words(phrase, self.phrase_end)]
            return Mention(phrase.names, 0, " ".join(said), at=(start - 1, start))
        if start - 1 <= self.taken or start == 0:
            return None
        token = self.tokens[start - 1]
        value = self._value(token, start - 1, phrase.before, False) if phrase.before else None
        return None if value is None else self._mention_before(phrase, start - 1, value)

    def _mention_before(self, phrase: Phrase, place: int, value: Any) -> Mention | None:
        """The mention of a value that stands before its phrase; none for the last of 100, 100 and 50 images."""
        near = self.tokens[max(place - 4, 0) : place]
        if [one.kind for one in near[::2]] == ["number", "number"] and [one.text for one in near[1::2]] == [",", "and"]:
            return None
        words = " ".join([self.tokens[place].as_written, *self._words(phrase, self.phrase_end)])
        names = tuple(name for name in phrase.names if name != "in_channels" or not self._is_made(place))
        part = self._text(place - 1) in (*OPERATORS, "=")
        return Mention(names or phrase.names, value, words, part, (place, place + 1))

    def _is_made(self, place: int) -> bool:
        """Whether a layer makes so many: a map into 64 channels, into one of 64, from 3 to 64 channels."""
        before = [self._text(at) for at in range(max(place - MOST_CONNECTORS, 0), place)]
        ranges = before[-1:] == ["to"] and "from" in before
        return ranges or "into" in before[-3:] or not MAKES.isdisjoint(before[-1:])

    def _before(self, phrase: Phrase, start: int) -> Mention | None:
        """The value before the phrase, with words such as `learnable` between them: 4 filters, a 7x7 kernel."""
        if not phrase.before:
            return None
        place, passed = start - 1, 0
        while place > self.taken and passed <= MOST_ADJECTIVES:
            token = self.tokens[place]
            value = self._value(token, place, phrase.before, False)
            if value is not None:
                return self._mention_before(phrase, place, value)
            size_of_each = token.kind in ("size", "list") and phrase.before == "n"
            if not (size_of_each or token.text in ADJECTIVES or token.text in "-()\"'“”‘’"):
                return None
            passed += token.kind == "word"
            place -= 1
        return None


_NOT_COUNTED = (
    r"(?:excluded|ignored|omitted|neglected|left out|disabled|not (?:be )?(?:included|counted|used|considered))"
)
_WITHOUT_BIAS = re.compile(
    r"\b(?:no|without|excluding|exclude|ignoring|ignore|omitting|omit|neglecting|neglect|not counting|not including)"
    r"\s+(?:\w+\s+){0,2}bias(?:es)?\b"
    rf"|\bbias(?:es)?(?:\s+\w+){{0,3}}\s+{_NOT_COUNTED}|\bbias(?:es)?\s*=\s*(?:false|0)|\bbias-free\b|\bbias:? no\b",
    re.IGNORECASE,
)
_WITH_BIAS = re.compile(
    r"\b(?:including|include|with|plus|counting|and|has|have|a|one|each)\s+(?:\w+\s+){0,2}bias(?:es)?\b"
    r"|\bbias(?:es)?(?:\s+\w+){0,2}\s+(?:included|counted)|\bbias\s*=\s*true\b",
    re.IGNORECASE,
)
_UNTIED = re.compile(
    r"\b(?:un|not |no |without )tied\b|\b(?:own|separate) weights|weights of (?:its|their) own", re.IGNORECASE
)
_TIED = re.compile(
    rf"\btied\b|\b(?:uses|shares|reuses) (?:the )?(?:encoder['’]s|same) weights|{_UNTIED.pattern}", re.IGNORECASE
)
_ROWS = re.compile(r"\b(\d{1,6}) rows (?:and|by|x|×) (\d{1,6}) columns", re.IGNORECASE)
_N = r"(\d{1,6}|one|two|three|four|five|six)"
_TURNS = (  # values said by a verb
    ("padding", re.compile(rf"\bpad(?:ded|s|ding)? (?:\w+ )?(?:by|with) {_N}\b(?! ?[x×])", re.IGNORECASE)),
    ("padding", re.compile(rf"\b{_N} (?:pixels?|zeros?|rows?) of (?:zero[- ])?padding\b", re.IGNORECASE)),
    ("stride", re.compile(rf"\b{_N} (?:pixels?|positions?|steps?|samples?) at a time\b", re.IGNORECASE)),
    ("stride", re.compile(rf"\b(?:mov|slid|shift|jump)\w+ (?:by )?{_N} (?:pixels?|positions?)\b", re.IGNORECASE)),
    ("stride", re.compile(rf"\b{_N} (?:pixels?|positions?) apart\b", re.IGNORECASE)),
    ("last_batch", re.compile(rf"\blast (?:one |batch )?(?:with|has|holds) (?:only )?{_N} (?:image|sample|example)s?")),
    ("stride", re.compile(rf"\bstrided by {_N}\b", re.IGNORECASE)),
    ("dilation", re.compile(rf"\b(?:atrous|dilat\w+)[^.?!]{{0,30}}\brate (?:of )?{_N}\b", re.IGNORECASE)),
)


_DROPPED = re.compile(
    r"\b(?:last|incomplete|partial|smaller|remaining)\b[^.?!]{0,40}\b"
    r"(?:dropped|discarded|ignored|left out|skipped|thrown)"
    r"|\bdrop(?:s|ping)? (?:the|any) (?:last|incomplete|partial|smaller)|\bdrop_last\s*=\s*true",
    re.IGNORECASE,
)
_CEIL = re.compile(
    r"(?<!no )(?<!without )\bceil(?:ing)?[- _]?mode\b(?!\s*[=:]\s*(?:false|no)\b)|(?<!not )\brounded up\b",
    re.IGNORECASE,
)
_FLIPPED = re.compile(r"\b(without |not |un|no )?(?:flipp(?:ed|ing)|turning it round|turned round)\b", re.IGNORECASE)
_LOSSES = (
    (("mse",), re.compile(r"(?<!root )\bmean[- ]squared?[- ]error\b|\bMSE\b", re.IGNORECASE)),
    (("mae",), re.compile(r"\bmean[- ]absolute[- ]error\b|\bMAE\b", re.IGNORECASE)),
    (("bce",), re.compile(r"\bbinary[- ]cross[- ]?entropy\b|\bBCE\b", re.IGNORECASE)),
    (("cross-entropy", "bce"), re.compile(r"(?<!binary )(?<!binary-)\bcross[- ]?entropy\b", re.IGNORECASE)),
)
_SIZE_KEPT = re.compile(
    r"\b(?:keep|preserv|maintain|retain)\w*\s+(?:the\s+|its\s+)?(?:\w+\s+){0,2}(?:size|resolution|dimensions?|width|extent)\b"
    r"|\b(?:size|resolution)\s+(?:stays|remains|is kept|is preserved|does not change)"
    r"|\boutput (?:\w+ ){0,3}?(?:has|have|is|be|of) (?:of )?the same (?:\w+ )?"
    r"(?:size|dimensions?|shape|resolution|width) as (?:that of )?(?:the |its )?input\b",
    re.IGNORECASE,
)
_PADDING_WORD = re.compile(
    r"\b(same|valid)\b['\"”’`]?[- ](?:zero[- ])?(?:padding|padded|convolution|pad)\b", re.IGNORECASE
)


def _switches(text: str) -> Iterator[Mention]:
    """What is said by turns of phrase rather than by values: biases, the last batch, padding that keeps the size."""
    if "bias" in text.casefold():
        if found := _WITHOUT_BIAS.search(text):
            yield Mention(("bias",), False, found[0])
        elif found := _WITH_BIAS.search(text):
            yield Mention(("bias",), True, found[0])
    if found := _TIED.search(text):
        yield Mention(("tied_weights",), not _UNTIED.search(text), found[0])
    if found := _ROWS.search(text):
        yield Mention(("in_size",), (int(found[1]), int(found[2])), found[0])
    for name, pattern in _TURNS:
        for found in pattern.finditer(text):
            if (value := read_count(found[1])) is not None:
                yield Mention((name,), value, found[0])
    if found := _DROPPED.search(text):
        yield Mention(("drop_last",), True, found[0])
    if found := _FLIPPED.search(text):
        yield Mention(("flip",), not found[1], found[0])
    if found := _CEIL.search(text):
        yield Mention(("ceil_mode",), True, found[0])
    for kinds, pattern in _LOSSES if "oss" in text or "rror" in text or "E" in text else ():
        if found := pattern.search(text):
            yield from (Mention(("loss",), kind, found[0]) for kind in kinds)
    if found := _PADDING_WORD.search(text):
        yield Mention(("padding",), found[1].casefold(), found[0])
    elif "pad" in text.casefold() and (found := _SIZE_KEPT.search(text)):
        yield Mention(("padding",), "same", found[0])


_CONVOLUTION = re.compile(r"\bconv|\bcross-correlat", re.IGNORECASE)
_TRANSPOSED = re.compile(r"transpos|deconv|\bup-?conv|fractionally", re.IGNORECASE)
_POOLING = re.compile(r"\bpool|pooling", re.IGNORECASE)


def operations(text: str) -> dict[str, str]:
    """The layers that a text names, conv, tconv and pool, with its words for them."""
    patterns = (("conv", _CONVOLUTION), ("tconv", _TRANSPOSED), ("pool", _POOLING))
    return {name: found[0] for name, pattern in patterns if (found := pattern.search(text))}


_NUMBERING = frozenset((
    "figure", "question", "week", "section", "chapter", "exercise", "part", "year", "problem", "task", "statement",
    "layer", "version", "q", "no", "item", "slide", "page", "level", "resnet", "vgg", "pytorch", "cuda", "conv",
    "stage", "in", "as",
))  # fmt: skip
_MEASURES = frozenset((
    "decimal", "digit", "place", "mark", "point", "bit", "d", "percent", "figure", "p", "gb", "mb", "class", "way",
    "pt", "fp", "year", "author", "people", "student", "option", "dimensional", "dim",
))  # fmt: skip


def free_numbers(text: str) -> list[Token]:
    """The values of a text that may be givens: no numbering (week 8, VGG-16), years, percentages or decimals."""
    found = tokens(text)
    free = []
    for place, token in enumerate(found):
        if token.kind not in ("number", "size", "list") or token.text.rstrip().endswith("%"):
            continue
        before = found[place - 1].text if place else ""
        joined = before == "-" and place > 1 and found[place - 2].kind == "word"
        after = [one.text for one in found[place + 1 : place + 3]]
        year = token.kind == "number" and isinstance(token.value, int) and 1900 <= token.value < 2100
        unit = after if after[:1] == ["-"] else after[:1]
        counts = before == "in" and found[place + 1 : place + 2] and found[place + 1].word.endswith("s")  # in 80 steps
        if joined or year or (before in _NUMBERING and not counts) or not _MEASURES.isdisjoint(unit):
            continue
        if token.value not in (0, 1):
            free.append(token)
    return free
