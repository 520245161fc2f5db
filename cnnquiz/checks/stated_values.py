"""Sentences that say what the answer is, in so many words or as a count of what is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from msgspec import Struct

from cnnquiz.items.derived_answer import DerivedAnswer
from cnnquiz.items.option_value import meaning
from cnnquiz.items.worked_item import WorkedItem
from cnnquiz.mathematics import arithmetic
from cnnquiz.solution import text

Stated = tuple[str, str, str]  # as written, the name of what it should be, and its right value

_VALUE = r"(\d[\d,.]*(?:\s?[x×*]\s?\d+)*|\(\d+(?:,\s?\d+)+\))"
_SAID = re.compile(
    rf"\b(?:right |correct )?(answer|key|result|output(?: size| shape)?|final (?:answer|size|shape)|total)"
    rf"(?: size| shape| value)? (?:is|are|must be|equals|=|comes to|will be)"
    rf" (?:then |thus |therefore |exactly |a )?{_VALUE}"
    r"(?![.,]?[\w%]|\s?[-+*/^=]|\s(?:times|million|thousand|billion)\b)",
    re.IGNORECASE,
)
_HEDGED = re.compile(
    r"^\W*(?:(?:but|and|so|note that|now|however|also|even|only|similarly),? )?"
    r"(?:with|in(?! all\b| total\b)|for|if|some|had|were|should|by|on|at|where|whereas|many|most|few|people|students|"
    r"another|others?|someone|suppose|assume|imagine|consider|say|like|as|\w+ing)\b"
    r"|\b(?:not|if|would|could|might|may|with|without|instead|wrong\w*|round(?:s|ed|ing)? (?:it )?up|ceil\w*|slide|"
    r"page|book|paper|section|et al|mistake\w*|forget\w*|forgot\w*|were|cannot|only|some|other|another|slip|naive\w*|"
    r"tempting|guess\w*|wanted|expect\w*|think\w*|thought|believe\w*|claim\w*|suggest\w*|seem\w*|pretend\w*|under|"
    r"using|when|once|until|unless|before|after|else|otherwise|for|in(?! all\b| total\b)|per|each|every|previous|next|"
    r"first|second|third|versus|than|no longer|false|or|ignor\w+|omit\w*|drop\w*|PyTorch|TensorFlow|Keras|Caffe|"
    r"approx\w*|about|roughly|nearly|almost|follow\w*|later|afterwards|(?:same|full|zero|no|circular) padding|"
    r"says|said|tells|twice|thrice|doubl\w*|half|halv\w*|(?:as )?many|compar\w*|contrast|elsewhere|dense|connected|"
    r"his|her|their|your|my)\b|\bits (?:answer|output|result)\b|^\W*there,? the\b"
    r"|n['’]t\b|['’]s (?:answer|output|result|key)\b|\ban? (?:\w+ )?(?:answer|result)\b"
    r"|\bthe (?!right|correct|final|whole|exact|resulting|wanted)\w+ (?:answer|output|result|key|total)\b",
    re.IGNORECASE,
)
_SUPPOSED = re.compile(  # what the next sentence may go on with
    r"\b(?:suppose|assume|imagine|consider|what if|if|had|were|would|take|compar\w*|contrast|elsewhere|second|next|"
    r"other|another|slips?|mistakes?|wrong\w*|dense|connected)\b",
    re.IGNORECASE,
)
_PART = re.compile(r"\b(?:layer|input)\b", re.IGNORECASE)
_ENDS = re.compile(  # behind a number that is the answer; not: the answer is 2 steps away, or 7500 and 100 more
    r"[.,;:!)]|$|\s(?:(?:parameters|weights|biases|pixels|MACs|FLOPs|bytes|in all|in total)(?! plus| and)"
    r"|because|since|as|which)\b"
)
_LABEL = re.compile(r"^(?!\W*(?:so|thus|hence|therefore|answer|result)\b)\w\S*(?: [^\s:=]+){0,2}:\s", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?])(?<!\bal\.)(?<!e\.g\.)(?<!i\.e\.)(?<!\bcf\.)(?<!\bvs\.)(?<!Fig\.)(?<!\bSec\.)\s+")
_NOUNS = {
    "parameters": r"(?:learnable |trainable )?parameters", "trainable": r"(?:trainable|learnable) parameters",
    "weights": "weights", "biases": "biases", "macs": r"(?:MACs|multiplications)", "flops": "FLOPs",
}  # fmt: skip
_N = r"(\d[\d,]*)"
_IN_ALL = r"(?: in all| in total| altogether)"
_WIDE = re.compile(
    rf"\boutput(?: image| feature map| map)? (?:is|becomes) (?:then |thus |therefore )?{_N}(?: pixels| px)? "
    r"(?:wide|high|tall|across|on a side)\b",
    re.IGNORECASE,
)
_FILTERS = re.compile(rf"\bthere are {_N} filters(?=[.,;:]|\s*$| of | and )", re.IGNORECASE)


def sentences(words: str) -> list[str]:
    """The sentences of a text; an abbreviation ends none."""
    return _SENTENCE.split(words)


class Said(Struct, frozen=True):
    """A sentence, whether it is the last of its text, and whether the text says the right value nowhere."""

    words: str
    last: bool
    silent: bool


def contradictions(words: str, worked: WorkedItem, derived: DerivedAnswer) -> Iterator[Stated]:
    """What a text says against the derivation. Conditions, comparisons and quotations say nothing about this item."""
    every = sentences(arithmetic.plain(words) if "$" in words else words)
    silent = text(derived.value) not in words.replace(",", "")
    for index, sentence in enumerate(every):
        if not any(map(str.isdigit, sentence)):
            continue
        said = Said(sentence, index == len(every) - 1, silent)
        found = (find(said, worked, derived) for find in (another_answer, another_count, another_size, another_given))
        stated = next(filter(None, found), None)
        if stated and not is_hedged(sentence, every[index - 1] if index else ""):
            yield stated


def is_hedged(sentence: str, before: str) -> bool:
    """Whether a sentence, or the one before it, speaks of something else than the item's own case."""
    return bool(_HEDGED.search(_bare(sentence)) or _SUPPOSED.search(before) or before.endswith("?"))


def _bare(sentence: str) -> str:
    """The sentence without its phrases that hedge nothing."""
    return re.sub(r"\b(?:in all|in total|in the layer|to learn|to train)\b", "", sentence)


def another_answer(said: Said, worked: WorkedItem, derived: DerivedAnswer) -> Stated | None:
    """Another value of the derived one's kind that is said to be the answer."""
    match = _SAID.search(said.words)
    if match is None or _LABEL.match(said.words[: match.start()]) or _PART.search(said.words):
        return None
    words = match[2].rstrip(".,")
    value = meaning(words)
    if type(value) is not type(derived.value) or worked.is_right(value):
        return None
    if isinstance(value, tuple):
        unlike = len(value) != len(derived.value) or sorted(value) == sorted(derived.value)  # of another layout
    else:
        unlike = _ENDS.match(said.words[match.start(2) + len(words) :]) is None
    meant = match[1].casefold() in ("answer", "key", "final answer")
    known = not meant and any(value == other for other in derived.results.values())
    return None if known or unlike else (words, derived.want, text(derived.value))


def another_count(said: Said, worked: WorkedItem, derived: DerivedAnswer) -> Stated | None:
    """Another count of what is asked for: hence 7500 parameters, the layer has 7400 parameters, 7500 in all."""
    whole = derived.calculator.name == "net"
    for pattern in _counts(_NOUNS.get(derived.want, "")) if type(derived.value) is int else ():
        match = pattern.search(said.words)
        if match is None or (whole and (not match["all"] or "layer" in match[0].casefold())):
            continue
        number = int(match["n"].replace(",", ""))
        if match["noun"]:
            excused = not said.last and (not match["all"] or number in _numbers(derived))
        else:
            excused = not said.last or not said.silent
        if number != derived.value and not excused:
            return match["n"].rstrip(","), derived.want, text(derived.value)
    return None


@cache
def _counts(noun: str) -> tuple[re.Pattern[str], ...]:
    """The ways to say a count of the noun as what the item asks for."""
    if not noun:
        return ()
    n, end = r"(?P<n>\d[\d,]*)", rf"(?P<all>{_IN_ALL})?(?: to learn| to train)?[.!]?$"
    opening = r"^\W*(?:(?:so|thus|hence|therefore|then),? )?"
    subject = r"(?:the|this|our) (?:(?:conv|convolutional|dense) )?(?:layer|network|net|model) "
    verb = r"(?:(?:thus|then|therefore|so) )?(?:has|have|holds|contains|needs|learns) "
    hence = r"(?:^\W*|[,:;] )(?:so|hence|thus|therefore),? (?:there are |it has |we have |we get )?"
    lines = (
        rf"{hence}{n} (?P<noun>{noun}){end}",
        rf"{opening}{subject}{verb}{n} (?P<noun>{noun}){end}",
        rf"(?:^\W*|[:;] |, so ){n}(?P<noun> {noun})?(?P<all>{_IN_ALL})[.!]?$",
    )
    return tuple(re.compile(line, re.IGNORECASE) for line in lines)


def another_size(said: Said, worked: WorkedItem, derived: DerivedAnswer) -> Stated | None:
    """A width of the output that none of its axes has."""
    size = derived.results.get("output_size")
    match = _WIDE.search(said.words) if isinstance(size, tuple) else None
    if match is None or int(match[1].replace(",", "")) in _numbers(derived):
        return None
    return match[1], "output_size", text(size)


def another_given(said: Said, worked: WorkedItem, derived: DerivedAnswer) -> Stated | None:
    """A number of filters that is not the given one."""
    given = derived.values.get("filters") if "filters" in derived.given.stated else None
    match = _FILTERS.search(said.words) if type(given) is int else None
    if match is None or int(match[1].replace(",", "")) in _numbers(derived):
        return None
    return match[1], "filters", text(given)


def _numbers(derived: DerivedAnswer) -> set[Any]:
    """Every whole number of the derivation, those in shapes too."""
    values = [one for value in derived.values.values() for one in (value if isinstance(value, tuple) else (value,))]
    return {value for value in values if type(value) is int}
