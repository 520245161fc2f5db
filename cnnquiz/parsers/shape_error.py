"""A shape error of PyTorch, Keras, TensorFlow or NumPy, with what is pasted along: what happened, and what repairs it."""

from __future__ import annotations

from itertools import chain

from cnnquiz.parsers.diagnosis import Diagnosis
from cnnquiz.parsers.messages import channels, checkpoint, keras_input, labels, product, rank, reshape, sum, window
from cnnquiz.parsers.paste import Paste

LONGEST = 100_000  # characters
_FAMILIES = (product, channels, rank, window, reshape, sum, labels, checkpoint, keras_input)
_MESSAGES = tuple(chain.from_iterable(family.MESSAGES for family in _FAMILIES))


def shape_error(text: str) -> Diagnosis | None:
    """What a text says of shapes that do not fit; None where it is no shape error that is known.

    UnreadError for a shape error that leaves its number open, with what would settle it.
    """
    text = text[:LONGEST]
    flat = " ".join(text.split())
    for sign, message, explain in _MESSAGES:
        if sign in flat and (found := message.search(flat)):
            diagnosis = explain(found, Paste(text))
            if diagnosis:
                return diagnosis
    return None
