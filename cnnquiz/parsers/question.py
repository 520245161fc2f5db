"""A question in words, as a request to a calculator; refused where a word or a number cannot be placed.

The quantities come from the phrases beside their values, what is asked from the patterns of a topic. Every number and
every word must then be explained by one of them or be known to change nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import product
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from cnnquiz import calculators
from cnnquiz.errors import CnnquizError
from cnnquiz.language.mentions import Mention
from cnnquiz.language.statement import VALUES, Statement
from cnnquiz.parsers.answer import answer
from cnnquiz.parsers.reading import Phrase, Reading, UnreadError
from cnnquiz.parsers.topics import CUE, KNOWN, NEUTRAL, QUANTITIES, UNREADABLE, Topic, topics
from cnnquiz.solution import jsonable
from cnnquiz.solution import text as text_of
from cnnquiz.solver.calculator import Calculator, Quantity

LONGEST = 4_000  # characters
MOST_MEANINGS = 16


def question(text: str, options: Sequence[str] = ()) -> Reading | None:
    """The reading of a question in words; None for a text that asks nothing or is an error message.

    options  what may be chosen from; they do not change the reading
    """
    if len(text) > LONGEST:
        raise UnreadError(f"the text is longer than the {LONGEST:,} characters that are read")
    if UNREADABLE.search(text):
        return None
    statement = Statement(text)
    if not CUE.search(statement.line):
        return None
    attempts = [Attempt(statement, topic) for topic in topics() if topic.needs.search(statement.line_of_words)]
    asked = [one for one in attempts if one.asked]
    if not asked:
        raise UnreadError("what the text asks for is none of the results that can be worked")
    read = [one for one in asked if not one.unread]
    if not read:
        nearest = min(asked, key=lambda one: len(one.unread))
        raise UnreadError(f"not placed: {', '.join(nearest.unread)}", nearest.unread)
    return _agreed([reading for one in read for reading in one.readings()])


def _agreed(readings: Sequence[Reading]) -> Reading:
    """The first of the readings, all of which must come to the same value where they can be worked."""
    worked: list[tuple[Reading, Any]] = []
    refusals: list[CnnquizError] = []
    for one in readings:
        try:
            worked.append((one, answer(one).value))
        except UnreadError:
            raise
        except (CnnquizError, ArithmeticError) as fault:
            refusals.append(fault)
    if not worked:
        raise UnreadError(str(refusals[0])) if refusals else UnreadError("the givens are said in more than one way")
    if any(value != worked[0][1] for _, value in worked):
        raise UnreadError("the text has more than one meaning, with different values")
    return worked[0][0]


class Attempt:
    """A question taken as one of a topic."""

    def __init__(self, statement: Statement, topic: Topic) -> None:
        self.statement, self.topic = statement, topic
        self.calculator = calculators.load(topic.calculator)
        self.names = {one.name for one in self.calculator.quantities}
        if "in_features" in self.names and "in_size" not in self.names:
            self.names |= {"in_size", "in_channels"}  # a map comes in flattened
        if "out_channels" in self.names:
            self.names.add("out_size")

    @cached_property
    def asked(self) -> dict[tuple[str, ...], range]:
        """What is asked for, in the order of the text: the results that answer it, or the quantity; and its words."""
        wanted = [*self.topic.asks, *(((name,), re.compile(rf"\b(?:{words})\b")) for name, words in QUANTITIES.items())]
        found: list[tuple[range, tuple[str, ...]]] = []
        for results, pattern in wanted:
            hits = [place for _, place in self.statement.covered(pattern) if self._is_asking(place)]
            for place in hits:
                if not any(set(place) & set(other) for other, _ in found):
                    found.append((place, results))
        first: dict[tuple[str, ...], range] = {}
        for place, results in sorted(found, key=lambda one: one[0].start):
            first.setdefault(results, place)
        return first

    def _is_asking(self, place: range) -> bool:
        """Whether words stand behind such as `what is` or `how many`, or hold them, and no value is said of them."""
        if set(place) & self.statement.explained:
            return False
        sentence = next(one for one in self.statement.sentences if place.start in one)
        return any(
            cue.start in sentence and cue.start <= place.stop - 1 for _, cue in self.statement.covered(CUE)
        )  # fmt: skip

    @cached_property
    def unread(self) -> tuple[str, ...]:
        """The words and numbers that nothing explains."""
        statement = self.statement
        explained = {at for place in self.asked.values() for at in place}
        explained |= {at for one in statement.mentions if self._has_part(one) for at in range(*one.at)}
        explained |= {at for _, place in statement.covered(NEUTRAL) for at in place}
        words = KNOWN | self.topic.words
        strange = [at for at in range(len(statement.tokens)) if at not in explained and not self._is_known(at, words)]
        return tuple(dict.fromkeys(statement.tokens[at].as_written for at in strange))

    def _has_part(self, mention: Mention) -> bool:
        return bool(self.names & {*mention.names}) or bool(self.topic.idle & {*mention.names})

    def _is_known(self, at: int, words: frozenset[str]) -> bool:
        token = self.statement.tokens[at]
        if token.kind in VALUES:
            return False
        return token.text in words if token.kind == "word" else token.text not in "+*/^<>=%&×"

    def readings(self) -> Iterator[Reading]:
        """Each way in which the values can be given to the quantities."""
        mentions = [one for one in self.statement.mentions if self.names & {*one.names}]
        ways = [[name for name in one.names if name in self.names] for one in mentions]
        for names in list(product(*ways))[:MOST_MEANINGS]:
            yield from self._reading(list(zip(names, mentions, strict=True)))

    def _reading(self, said: Sequence[tuple[str, Mention]]) -> Iterator[Reading]:
        values: dict[str, list[Any]] = {}
        for name, mention in said:
            if mention.value not in (known := values.setdefault(name, [])):
                known.append(mention.value)
        for chosen in product(*values.values()):
            known = dict(zip(values, chosen, strict=True))
            given = self._given(known)
            phrases = tuple(
                Phrase(mention.words, self._short(name), jsonable(mention.value))
                for name, mention in said
                if name in self.calculator.prose_quantities
            )
            yield self._asks(Reading(self.topic.calculator, given, phrases=phrases), known)

    def _short(self, name: str) -> str:
        return self.calculator.quantity(name).short

    def _given(self, values: dict[str, Any]) -> dict[str, Any]:
        """The values as a batch line writes them."""
        if "in_size" in values:
            values["in_size"] = _height_first(values["in_size"])
        if "in_size" in values and "in_features" in self.names and "in_features" not in values:
            channels = values.pop("in_channels", None)
            size = values.pop("in_size")
            values["in_features"] = size if channels is None or len(size) > 2 else (*size, channels)
        out = values.get("out_size")
        if isinstance(out, tuple) and len(out) > 2 and "out_channels" in self.names:
            values.setdefault("out_channels", out[2])
        if values.get("padding") == "same" and "framework" in self.names:
            values["framework"] = "tf"
        kernel = values.get("kernel_size")
        if isinstance(kernel, tuple) and len(kernel) == 3:
            values["kernel_size"] = kernel[:2]
            values.setdefault("in_channels", kernel[2])
        return {
            self._short(name): _raw(self.calculator.quantity(name), value)
            for name, value in values.items()
            if name in self.calculator.prose_quantities
        }

    def _asks(self, reading: Reading, said: Mapping[str, Any]) -> Reading:
        """The reading with what is asked: results that there are, or a quantity with what is known of the output."""
        quantities = [name for name, *_ in self.asked if name in QUANTITIES]
        if quantities:
            return self._backwards(reading, quantities, said)
        results = self.calculator.result_values(self.calculator.read(reading.given))
        want = [next((name for name in group if name in results), group[0]) for group in self.asked]
        out = said.get("out_size")
        if out is not None and want != ["parameters"] and out[: len(results["output_size"])] != results["output_size"]:
            raise UnreadError("the size of the output that the text says is another", ("x".join(map(str, out)),))
        return replace(reading, want=tuple(want), assumed=self._assumed(said, want))

    def _assumed(self, said: Mapping[str, Any], want: Sequence[str]) -> tuple[str, ...]:
        """The defaults that the answer rests on."""
        needed = {"stride", "padding"} if any("output" in name or name == "macs" for name in want) else set()
        needed |= {"bias"} if "parameters" in want else set()
        own = [one for one in self.calculator.quantities if one.name in needed - said.keys()]
        return tuple(
            f"{one.name.replace('_', ' ')} {'as the window' if one.default is None else text_of(one.default)}"
            for one in own
        )  # fmt: skip

    def _backwards(self, reading: Reading, quantities: list[str], said: Mapping[str, Any]) -> Reading:
        if len(self.asked) > 1:
            raise UnreadError("results and givens are asked for at once")
        given = {name: value for name, value in reading.given.items() if name not in (*quantities, "framework")}
        size, out = said.get("in_size"), said.get("out_size")
        if out is None and said.get("padding") != "same":
            raise UnreadError("the size of the output is not said")
        if size is None and said.get("stride", 1) != 1:
            raise UnreadError("the size of the input is not said")
        given.setdefault("in", "64x64")
        axes = tuple(size[:2]) if size else (64, 64)
        target = "x".join(map(str, out[:2] if out else axes))
        assumed = () if size else ("an input of 64x64; every other size gives the same",)
        return replace(reading, given=given, find=tuple(quantities), targets={"output_size": target}, assumed=assumed)


def _height_first(size: Any) -> tuple[int, ...]:
    """A size as height, width and channels: without its batch axis, the channels from the first place to the last."""
    axes = size if isinstance(size, tuple) else (size,)
    if len(axes) == 4:
        if axes[0] not in (None, 1):
            raise UnreadError("more than one image at once is not read", ("x".join(map(str, axes)),))
        axes = axes[1:]
    first = len(axes) == 3 and axes[1] == axes[2] != axes[0] and (axes[0] < axes[1] or len(size) == 4)
    return (*axes[1:], axes[0]) if first else tuple(axes)


def _raw(quantity: Quantity, value: Any) -> Any:
    if isinstance(value, tuple) and all(isinstance(one, int) for one in value) and "," not in quantity.kind.hint:
        return "x".join(map(str, value))
    return jsonable(value)
