"""A shape error of PyTorch, Keras, TensorFlow or NumPy, pasted: what happened, and what repairs it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from math import prod

from msgspec.structs import replace

from cnnquiz.parsers.diagnosis import Diagnosis
from cnnquiz.parsers.messages import channels, checkpoint, join, keras_input, labels, product, rank, reshape, window
from cnnquiz.parsers.paste import Paste, square_side
from cnnquiz.parsers.shape_trace import trace
from cnnquiz.patterns import pattern

LONGEST = 100_000  # characters
_FAMILIES = (product, channels, rank, window, reshape, join, labels, checkpoint, keras_input)
_PLACES = {
    "{n}": r" ?(\d{1,15}) ?", "{axis}": r"(-?\d)", "{name}": r"([^\s:,]{1,120})", "{any}": r"(.{0,200}?)",
    "{_}": r".{0,200}?", "{shape}": r" ?(?:torch\.Size\()?[\[(]([^\])]{0,80})[\])]\)?",
}  # fmt: skip
_PLACE = pattern(r"(\{\w+\})")
_COMPLAINT = pattern(r"(?i)\b(?:error|mismatch|instead of|fails?|must match|differ)\b")
Explanation = Callable[[re.Match[str], Paste], Diagnosis | None]
_NUMBER = pattern(r"\d+")


def shape_error(text: str) -> Diagnosis | None:
    """What a text says of shapes that do not fit; None where it is no shape error that is known.

    UnreadError for a shape error that leaves its number open, with what would settle it.
    """
    text = text[:LONGEST]
    flat = " ".join(text.split())
    for sign, message, explain in _messages():
        if sign in flat and (found := message.search(flat)):
            paste = Paste(text, len(flat[: found.end()].replace(" ", "")))
            if diagnosis := explain(found, paste):
                return _with_rows(diagnosis, paste, found[0])
    return _told(Paste(text)) if _COMPLAINT.search(flat) else None


def _message(text: str) -> tuple[str, re.Pattern[str]]:
    """The longest part of a message that never changes, and its pattern."""
    parts = _PLACE.split(text)
    sign = max((part for part in parts if part not in _PLACES), key=len)
    return sign, pattern("".join(_PLACES.get(part) or re.escape(part) for part in parts))


@cache
def _messages() -> tuple[tuple[str, re.Pattern[str], Explanation], ...]:
    return tuple((*_message(text), explain) for family in _FAMILIES for text, explain in family.MESSAGES)


def _with_rows(diagnosis: Diagnosis, paste: Paste, message: str) -> Diagnosis:
    """The diagnosis with the table of shapes, where what arrives at the layer that fails is what the message says."""
    found = trace(paste)
    if diagnosis.rows or found is None or found.failing is None:
        return diagnosis
    numbers, arriving = set(map(int, _NUMBER.findall(message))), found.arriving
    if prod(arriving) not in numbers and not numbers.issuperset(arriving):
        return diagnosis
    return replace(diagnosis, rows=found.rows, line=diagnosis.line or found.failing.line)


def _told(paste: Paste) -> Diagnosis | None:
    """What the layers and the input themselves say, where the message has no numbers."""
    return _traced(paste) or join.odd_input(paste)


def _traced(paste: Paste) -> Diagnosis | None:
    """A dense layer that takes other values than its map has."""
    found = trace(paste)
    if found is None or found.failing is None or found.failing.layer is None or found.failing.layer.kind != "dense":
        return None
    arriving, inputs = found.arriving, found.failing.layer.inputs or 0
    if len(arriving) > 1 and not (inputs % arriving[-1] == 0 and square_side(inputs // arriving[-1])):
        return None  # the code leaves out what stands between the map and the layer
    return replace(product.wrong_features(prod(arriving), inputs, found.failing.layer.out, paste), rows=found.rows)
