"""A fully connected network in words, by the units of its layers: a chain for `net`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from math import prod
from typing import Any

from cnnquiz.language.mentions import Mention
from cnnquiz.language.statement import Statement
from cnnquiz.parsers.attempt import Attempt, height_first
from cnnquiz.parsers.reading import Phrase, Reading, UnreadError
from cnnquiz.parsers.topics import DENSE_NETWORK

MOST_LAYERS = 1_000
_OF = r"(?:(?: ,)? (?:each )?(?:with|of|has|have|having|contain|containing|consisting of|:|=|size)(?: size)?)"
_UNIT = r"(?: (?:hidden |input |output )?(?:neuron|unit|node|perceptron))"
_HIDDEN = re.compile(
    rf"(?:(#|one|a) )?(?:fully connected |dense )?hidden layer(?: \d)?{_OF}* ((?:# ,? ?(?:and )?)*#|&)"
    rf"(?: each)?{_UNIT}?(?: each)?|(#) hidden layer (?:with |of )?{_UNIT}? ?(?:with|of) (#)"
)
_SIDES = {
    "in": re.compile(
        rf"input layer{_OF}* (#){_UNIT}?|(#) input(?:{_UNIT}| feature| value)?"
        rf"|input(?: feature)? (?:(?:vector|is|ha|has|of|a) )*(#) dimensional"
        rf"|(#) dimensional (?:input|feature)(?: vector)?|input (?:dim|dimension|size|feature){_OF}* (#)"
        r"|input shape (&)"
    ),
    "out": re.compile(
        rf"(?:output|final|last)(?: linear| dense| fully connected)? layer{_OF}* (#){_UNIT}?"
        rf"|(#) output(?:{_UNIT}| class)?"
        r"|(#) (?:dim|dimensional) output|(#) class(?: output)?(?! classifier| of)"
        rf"|output (?:dim|dimension|size|unit){_OF}* (#)"
    ),
}
_CHAIN = re.compile(
    r"(?:layer size|layer|architecture|structure|topology|network|mlp|shape|size)(?: (?:of|with|is|=|:|size|layer))*"
    r" (#(?: #){2,}|&)"
)  # 784-128-10
_ONE_OUTPUT = re.compile(r"output is (?:a )?scalar|binary classification(?: problem| task)?|scalar output|a output")
_ONE_LAYER = re.compile(r"\b(?:first|second|third|fourth|last|final|previous) (?:hidden |output )?layer\b")
_GLUED = re.compile(r"(\d+)d (?:feature |input )?vector|input is (\d+)d")


class DenseNetwork(Attempt):
    """A question about a network of dense layers alone."""

    def __init__(self, statement: Statement) -> None:
        super().__init__(statement, DENSE_NETWORK)
        self.names |= {"in_size", "in_channels", "bias"}

    @cached_property
    def mentions(self) -> list[Mention]:
        """The layers by their units, then what the phrases for all topics find beside them."""
        own = [*self._chain()] or [*self._hidden(), *self._sides()]
        taken = {at for one in own for at in range(*one.at)}
        general = [one for one in self.statement.mentions if taken.isdisjoint(range(*one.at))]
        return own + [one for one in general if {"in_size", "in_channels", "bias", "activation"} & {*one.names}]

    def _chain(self) -> Iterator[Mention]:
        """All layers at once: 784-128-10."""
        line = self.statement.line
        for found, inside in line.covered(_CHAIN):
            said = [line.tokens[at].value for at in line.inside(*found.span(1))]
            widths = said[0] if isinstance(said[0], tuple) else tuple(said)
            if len(widths) > 2:
                yield self._mention("in", widths[0], inside)
                yield self._mention("hidden", widths[1:-1], inside)
                yield self._mention("out", widths[-1], inside)

    def _hidden(self) -> Iterator[Mention]:
        line = self.statement.line
        for found, inside in line.covered(_HIDDEN):
            times, units = (1, 2) if found[2] else (3, 4)
            count = [line.tokens[at].value for at in line.inside(*found.span(times))] if found[times] else [1]
            said = [line.tokens[at].value for at in line.inside(*found.span(units))]
            widths = [n for one in said if one is not None for n in (one if isinstance(one, tuple) else (one,))]
            alike = count[0] if isinstance(count[0], int) else 1
            if len(widths) == 1 and alike <= MOST_LAYERS:
                widths *= alike
            elif alike not in (1, len(widths)):
                raise UnreadError("another number of hidden layers is said than there are", (str(alike),))
            yield self._mention("hidden", tuple(widths), inside)

    def _sides(self) -> Iterator[Mention]:
        line, taken = self.statement.line, {at for one in self._hidden() for at in range(*one.at)}
        for name, pattern in _SIDES.items():
            for found, inside in line.covered(pattern):
                if taken.isdisjoint(inside):
                    value = line.tokens[line.inside(*found.span(found.lastindex or 0))[0]].value
                    taken.update(inside)
                    yield self._mention(name, prod(value) if isinstance(value, tuple) else value, inside)
        for _, inside in line.covered(_ONE_OUTPUT):
            yield self._mention("out", 1, inside)
        for found, inside in line.covered(_GLUED):
            yield self._mention("in", int(found[1] or found[2]), inside)

    def _mention(self, name: str, value: Any, inside: list[int]) -> Mention:
        words = " ".join(self.statement.tokens[at].as_written for at in inside)
        return Mention((name,), value, words, at=(inside[0], inside[-1] + 1))

    def _has_part(self, mention: Mention) -> bool:
        return mention.names[0] in ("hidden", "in", "out") or super()._has_part(mention)

    def readings(self) -> Iterator[Reading]:
        """The chain of dense layers."""
        said: dict[str, set[Any]] = {}
        for one in self.mentions:
            for name in one.names:
                said.setdefault(name, set()).add(one.value)
        self.refuse_one_of_several()
        if any(self.line.covered(_ONE_LAYER)):
            raise UnreadError("what is asked of one layer is not read")
        hidden = [n for one in self.mentions if one.names == ("hidden",) for n in one.value]
        sizes = {prod((*height_first(size), *said.get("in_channels", ()))) for size in said.get("in_size", ())}
        inputs, outputs = said.get("in", set()) | sizes, said.get("out", set())
        if len(inputs) != 1 or len(outputs) != 1 or not hidden:
            raise UnreadError("the units of each layer are not said, or more than once")
        biases = said.get("bias", set())
        bias = False not in biases and (True in biases or ("weights",) not in self.asked)
        layers = "; ".join(["flatten", *(f"dense {n}{'' if bias else ' nobias'}" for n in (*hidden, *outputs))])
        phrases = tuple(Phrase(one.words, one.names[0], one.value) for one in self.mentions)
        assumed = () if "bias" in said else (f"{'with' if bias else 'without'} biases",)
        given = {"in": f"1x1x{next(iter(inputs))}", "layers": layers}
        yield Reading("net", given, ("parameters",), phrases=phrases, assumed=assumed)
