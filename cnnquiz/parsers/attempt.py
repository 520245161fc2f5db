"""A question taken as one of a topic: what it gives, what it asks, and what nothing explains."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import Any

from msgspec.structs import replace

from cnnquiz import calculators
from cnnquiz.errors import CnnquizError
from cnnquiz.language.mentions import FORMULA, Mention, place_of
from cnnquiz.language.statement import SIGNS, Line, Statement
from cnnquiz.language.tokens import ORDINALS, tokens
from cnnquiz.mathematics import arithmetic
from cnnquiz.parsers.reading import Phrase, Reading, UnreadError
from cnnquiz.parsers.topics import (
    BIAS_OF_EACH,
    CUE,
    KNOWN,
    NEUTRAL,
    OF_BIAS,
    OF_ONE,
    QUANTITIES,
    SPLIT,
    TURNS_ROUND,
    Topic,
)
from cnnquiz.solution import jsonable
from cnnquiz.solution import text as text_of
from cnnquiz.solver.calculator import Quantity

MOST_MEANINGS = 16
BEHIND = 7  # words behind what is asked for that may say of what
ONE_LAYER = frozenset(("last", "final", "previous", "each", "every", "conv", "convolutional", "dense", "fc", "pooling"))
BATCHED = 4  # axes of a size that begins with the images
_INVERSE = tuple((name, re.compile(rf"\b(?:{words})\b")) for name, words in QUANTITIES.items())


class Attempt:
    """A question taken as one of a topic."""

    def __init__(self, statement: Statement, topic: Topic) -> None:
        self.statement, self.topic = statement, topic
        self.faults: list[CnnquizError] = []
        self.calculator = calculators.load(topic.calculator)
        self.names = {one.name for one in self.calculator.quantities}
        if "in_features" in self.names and "in_size" not in self.names:
            self.names |= {"in_size", "in_channels"}  # a map comes in flattened
        if "out_channels" in self.names:
            self.names.add("out_size")
        self.names -= _UNSETTLED
        self.names |= {"all"} if "true_positives" in self.names else set()
        self.names |= {count for count, name in _COUNTS if name in self.names}

    @cached_property
    def mentions(self) -> list[Mention]:
        """The topic's own turns of phrase with their values, then those of the phrases for all topics."""
        own = [*self._formulas(), *self._turns()]
        taken = {at for one in own for at in range(*one.at) if self._is_value(at)}
        return own + [one for one in self.statement.mentions if not self._is_taken(one, own, taken)]

    def _formulas(self) -> Iterator[Mention]:
        """The function that the text defines: J(w) = (w - 4)^2."""
        for found in FORMULA.finditer(arithmetic.plain(self.statement.text)) if self.topic.formula else ():
            place = place_of(tokens(found[0]), self.statement.tokens)
            yield Mention((self.topic.formula,), found[2].strip(" ."), found[0].strip(), at=place)

    def _is_taken(self, mention: Mention, own: Sequence[Mention], taken: set[int]) -> bool:
        """Whether the topic has the mention's value already; of one in words alone, whether it has any of its words."""
        places = set(range(*mention.at))
        values = {at for at in places if self._is_value(at)}
        return bool(values & taken) if values else any(places & {*range(*one.at)} for one in own)

    def _is_value(self, at: int) -> bool:
        return self.statement.tokens[at].kind in SIGNS

    def _turns(self) -> Iterator[Mention]:
        """What the topic's own patterns find; several values of one quantity come together as a list."""
        found_tokens, taken = self.statement.tokens, {at for one in self._formulas() for at in range(*one.at)}
        worded = set[int]()
        for name, pattern, word in self.topic.turns:
            values: list[int] = []
            explained: list[int] = []
            for found, inside in self.statement.line.covered(pattern):
                groups = [found.span(at) for at in range(1, pattern.groups + 1) if found[at] is not None]
                within = [at for span in groups for at in self.statement.line.inside(*span)] or inside
                held = [at for at in within if self._is_value(at)]
                if taken.isdisjoint(held) and (held or worded.isdisjoint(inside)):
                    values += held
                    explained += inside
            taken.update(explained if values else ())
            worded.update(() if values else explained)
            words = " ".join(found_tokens[at].as_written for at in explained)
            own = word is not None  # words that may ask as well
            yield from (Mention(("",), None, "", own, (at, at + 1)) for at in explained)
            if explained and (values or word is not None):
                read = [found_tokens[at].value for at in values]
                value = word if word is not None else read[0] if len(read) == 1 else tuple(read)
                yield Mention((name,), value, words, own, (explained[0], explained[0] + 1))

    @cached_property
    def line(self) -> Line:
        """What no value explains."""
        own = (one for one in self.mentions if not (one.part and isinstance(one.value, str | bool | None)))
        return Line(self.statement.tokens, frozenset(at for one in own for at in range(*one.at)))

    @cached_property
    def asked(self) -> dict[tuple[str, ...], list[int]]:
        """What is asked for, in the order of the text: the results that answer it, or the quantity; and its words."""
        found: list[tuple[list[int], tuple[str, ...]]] = []
        for results, pattern in (*self.topic.asks, *(((name,), words) for name, words in _INVERSE)):
            for _, place in self.line.covered(pattern):
                if self._is_asking(place) and not any({*place} & {*other} for other, _ in found):
                    found.append((place, results))
        first: dict[tuple[str, ...], list[int]] = {}
        for place, results in sorted(found, key=lambda one: one[0][0]):
            first.setdefault(results, []).extend(place)
        return first

    def _is_asking(self, place: list[int]) -> bool:
        """Whether words stand behind such as `what is` or `how many`, or hold them."""
        sentence = self.statement.sentence(place[0])
        if self.line.text.endswith(":") and not CUE.search(self.line.text):
            return True  # the answer ends the sentence
        return any(cue[0] in sentence and cue[0] <= place[-1] for _, cue in self.line.covered(CUE))

    @cached_property
    def unread(self) -> tuple[str, ...]:
        """The words and numbers that nothing explains."""
        asked = {at for place in self.asked.values() for at in place}
        explained = asked | {at for one in self.mentions if self._has_part(one) for at in range(*one.at)}
        explained |= {at for _, place in self.line.covered(NEUTRAL) for at in place} | self.statement.quoted
        words, found = KNOWN | self.topic.words, self.statement.tokens
        biases = {at for _, place in self.statement.line.covered(BIAS_OF_EACH) for at in place}
        partial = {at for _, place in self.statement.line.covered(SPLIT) for at in place}
        switches = [one for one in self.mentions if one.names == ("bias",) and isinstance(one.value, bool)]
        partial |= {at for one in switches for at in range(*one.at) if self._strange(at)}
        partial |= {at for _, place in self.line.covered(OF_ONE) for at in place} - biases - asked
        known = {at for at, token in enumerate(found) if _is_known(token.kind, token.text, words)} | self._told
        strange = sorted(set(range(len(found))) - known - explained - biases | partial)
        return tuple(dict.fromkeys(found[at].as_written for at in strange))

    def _strange(self, at: int) -> bool:
        """Whether a word within what is said of biases may say more: shared biases."""
        return self.statement.tokens[at].kind == "word" and self.statement.tokens[at].text not in OF_BIAS

    @property
    def _told(self) -> set[int]:
        """The words of sentences that ask nothing, in a topic of stories."""
        asking = {self.statement.sentence(place[0]) for place in self.asked.values()}
        told = (one for one in self.statement.sentences if self.topic.story and one not in asking)
        words = {at for one in told for at in one if self.statement.tokens[at].kind == "word"}
        return {at for at in words if self.statement.tokens[at].text not in TURNS_ROUND}

    def refuse_one_of_several(self) -> None:
        """Refuse a text that names a layer right behind what it asks for: the parameters of the last layer."""
        found = self.statement.tokens
        for place in self.asked.values():
            end = min(place[-1] + BEHIND, self.statement.sentence(place[0]).stop)
            behind = [found[at] for at in range(place[-1] + 1, end) if at not in self.line.explained]
            if named := [one.as_written for one in behind if one.text in ORDINALS or one.text in ONE_LAYER]:
                raise UnreadError("what is asked of one layer among several is not read", tuple(named))
            if any(one.text == "layer" and one.word != "layers" for one in behind) and "parameter" in str(self.asked):
                raise UnreadError("what is asked of one layer among several is not read", ("layer",))

    def _has_part(self, mention: Mention) -> bool:
        return not (self.names | self.topic.idle | {""}).isdisjoint(mention.names)

    def readings(self) -> Iterator[Reading]:
        """Each way in which the values can be given to the quantities."""
        mentions = [one for one in self.mentions if not self.names.isdisjoint(one.names)]
        ways = [[name for name in one.names if name in self.names] for one in mentions]
        for names in list(product(*ways))[:MOST_MEANINGS]:
            try:
                yield from self._readings(list(zip(names, mentions, strict=True)))
            except CnnquizError as fault:
                self.faults.append(fault)

    def _readings(self, said: Sequence[tuple[str, Mention]]) -> Iterator[Reading]:
        values: dict[str, list[Any]] = {}
        for name, mention in said:
            if mention.value not in (several := values.setdefault(name, [])):
                several.append(mention.value)
        quantities = self.calculator.prose_quantities
        phrases = tuple(
            Phrase(mention.words, quantities[name].short, jsonable(mention.value))
            for name, mention in said
            if name in quantities
        )
        if any(len(several) > 1 for name, several in values.items() if name != "padding"):
            return  # said twice, with different values
        for name, either, said_by in _CONVENTIONS.get(self.topic.calculator, ()):
            if not values.keys() & {name, *said_by}:
                values[name] = list(either)
        for chosen in product(*values.values()):
            known = dict(zip(values, chosen, strict=True))
            given = self._given(known)
            yield self._asks(Reading(self.topic.calculator, given, phrases=phrases), known)

    def _given(self, values: dict[str, Any]) -> dict[str, Any]:
        """The values as a batch line writes them."""
        for count, name in _COUNTS:
            if count in values and name in values and not _fits(values[count], values[name]):
                raise UnreadError("the sizes that are said are not those of the values", (text_of(values[count]),))
        if "all" in values and values["all"] != sum(values.get(name, 0) for name in _OUTCOMES):
            raise UnreadError("the four outcomes are not as many as are said", (str(values["all"]),))
        if "class_index" in values and isinstance(values.get("input"), int | Fraction):
            values["input"] = (values["input"], 1 - values["input"])  # of all other classes together
        if isinstance(values.get("class_index"), tuple):
            index, first = values["class_index"]
            values["class_index"] = index + 1 - first
        elif "class_index" in values:
            values["class_index"] = self._class_from_one(values)
        weight = values.get("weight1", values.get("weight") if "out_features" in self.names else None)
        if isinstance(values.get("input"), tuple):
            values |= _product(weight, len(values["input"]))
        if "in_size" in values:
            values["in_size"] = height_first(values["in_size"])
        if "in_size" in values and "in_features" in self.names and "in_features" not in values:
            channels, size = values.pop("in_channels", None), values.pop("in_size")
            values["in_features"] = size if channels is None or len(size) > 2 else (*size, channels)
        out, kernel = values.get("out_size"), values.get("kernel_size")
        if isinstance(out, tuple) and len(out) > 2 and "out_channels" in self.names:
            values.setdefault("out_channels", out[2])
        if values.get("padding") == "same" and "framework" in self.names:
            values["framework"] = "tf"
        if isinstance(kernel, tuple) and len(kernel) == 3:
            values["kernel_size"] = kernel[:2]
            values.setdefault("in_channels", kernel[2])
        quantities = self.calculator.prose_quantities
        own = {name: value for name, value in values.items() if name in quantities}
        return {quantities[name].short: _raw(quantities[name], value) for name, value in own.items()}

    def _class_from_one(self, values: Mapping[str, Any]) -> int:
        """The class counted from 1; UnreadError where its number may count from 0 as well."""
        index = int(values["class_index"])
        among = next((values[name] for name in ("logits", "input", "target") if name in values), ())
        written = [one.words for one in self.mentions if one.names == ("class_index",)]
        if index and any(re.search(r"\d", words) for words in written) and index != len(among):
            raise UnreadError("it is not said whether classes count from 0 or from 1", tuple(written))
        return max(index, 1)

    def _asks(self, reading: Reading, said: Mapping[str, Any]) -> Reading:
        """The reading with what is asked: results that there are, or a quantity with what is known of the output."""
        if any(name in QUANTITIES for name, *_ in self.asked):
            return self._backwards(reading, said)
        results = self.calculator.result_values(self.calculator.read(reading.given))
        want = [next((name for name in group if name in results), group[0]) for group in self.asked]
        if lost := [name for name in want if name not in results]:
            raise UnreadError(f"what the text gives does not lead to {lost[0].replace('_', ' ')}")
        words = {self.statement.tokens[at].text for place in self.asked.values() for at in place}
        if len(words & {"width", "height"}) == 1 and len({*results.get("output_size", ())}) > 1:
            raise UnreadError("one side of a map that is not square is not read", ("width",))
        out = said.get("out_size")
        batched = any(isinstance(one.value, tuple) and len(one.value) == BATCHED for one in self.mentions)
        if want == ["output_size"] and batched and "out_channels" in self.names:
            raise UnreadError("the output's channels are not said")
        if out is not None and want != ["parameters"] and out[: len(results["output_size"])] != results["output_size"]:
            raise UnreadError("the size of the output that the text says is another", ("x".join(map(str, out)),))
        return replace(reading, want=tuple(want), assumed=self._assumed(said, want))

    def _assumed(self, said: Mapping[str, Any], want: Sequence[str]) -> tuple[str, ...]:
        """The defaults that the answer rests on."""
        needed = {"stride", "padding"} if any("output" in name or name == "macs" for name in want) else set()
        needed |= {"bias"} if "parameters" in want else set()
        unsaid = {"stride": "as the window", "bias": "yes"}  # of those whose default depends on others
        own = [one for one in self.calculator.quantities if one.name in needed - said.keys()]
        values = ((one.name, text_of(unsaid[one.name] if one.default is None else one.default)) for one in own)
        return tuple(f"{name} {value}" for name, value in values)

    def _backwards(self, reading: Reading, said: Mapping[str, Any]) -> Reading:
        """The reading that searches for the one quantity that is asked for."""
        if len(self.asked) > 1:
            raise UnreadError("results and givens are asked for at once")
        ((unknown, *_),) = self.asked
        given = {name: value for name, value in reading.given.items() if name not in (unknown, "framework")}
        size, out = said.get("in_size"), said.get("out_size")
        if out is None and said.get("padding") != "same":
            raise UnreadError("the size of the output is not said")
        if size is None and said.get("stride", 1) != 1:
            raise UnreadError("the size of the input is not said")
        given.setdefault("in", "64x64")
        axes = tuple(size[:2]) if size else (64, 64)
        target = "x".join(map(str, out[:2] if out else axes))
        assumed = () if size else ("an input of 64x64; every other size gives the same",)
        return replace(reading, given=given, find=(unknown,), targets={"output_size": target}, assumed=assumed)


def _product(weight: Any, inputs: int) -> dict[str, Any]:
    """How the rows of a matrix are read: as the units, or as the inputs; UnreadError where both fit."""
    if not isinstance(weight, tuple) or not isinstance(weight[0], tuple):
        return {}
    rows, columns = len(weight), len(weight[0])
    if rows == columns == inputs:
        raise UnreadError("the rows of the weights may be the units or the inputs")
    return {"product": "xW"} if rows == inputs else {}


_CONVENTIONS: dict[str, tuple[tuple[str, tuple[Any, ...], tuple[str, ...]], ...]] = {
    # what sources take differently: a quantity, its values, and other quantities that settle it
    "rnn": (("framework", ("torch", "tf"), ("bias_vectors",)),),
    "iou": (("box_format", ("corners", "size"), ()),),
    "convolve": (("correlate", (True, False), ()), ("mode", ("full", "valid"), ())),
}
_UNSETTLED = frozenset(("momentum", "optimizer"))  # whose rules sources write in more than one way
_OUTCOMES = ("true_positives", "false_positives", "false_negatives", "true_negatives")
_COUNTS = (("in_size", "input"), ("kernel_size", "weight"), ("in_features", "input"))  # what is said of the values


def _fits(said: Any, values: Any) -> bool:
    """Whether a size that is said is that of the values: of rows, or of numbers."""
    axes = said if isinstance(said, tuple) else (said,)
    rows = values if isinstance(values, tuple) else (values,)
    shape = (len(rows), len(rows[0])) if isinstance(rows[0], tuple) else (len(rows),)
    return shape in (axes[-len(shape) :], axes[: len(shape)])


def _is_known(kind: str, text: str, words: frozenset[str]) -> bool:
    if kind == "word":
        return text in words
    return text == "single" or (kind == "mark" and (text not in "+^<>=%&" or text in words))


def height_first(size: Any) -> tuple[int, ...]:
    """A size as height, width and channels: without its batch axis, the channels from the first place to the last."""
    axes = size if isinstance(size, tuple) else (size,)
    if len(axes) == BATCHED:
        if axes[0] not in (None, 1):
            raise UnreadError("more than one image at once is not read", ("x".join(map(str, axes)),))
        axes = axes[1:]
    first = len(axes) == 3 and axes[1] == axes[2] != axes[0] and (axes[0] < axes[1] or len(size) == BATCHED)
    return (*axes[1:], axes[0]) if first else tuple(axes)


def _raw(quantity: Quantity, value: Any) -> Any:
    if value == "valid" and quantity.kind.hint == "N":
        return 0
    whole = isinstance(value, tuple) and all(isinstance(one, int) for one in value)
    if whole and quantity.kind.hint in ("N", "N|same|valid") and len({*value}) == 1:
        return value[0]
    if whole and quantity.kind.hint in ("HxWxC", "N", "N|same|valid"):
        return "x".join(map(str, value))
    if "A B" in quantity.kind.hint and not (isinstance(value, tuple) and isinstance(value[0], tuple)):
        return jsonable([value if isinstance(value, tuple) else (value,)])  # a matrix of one row
    if "A,B" in quantity.kind.hint or "A B" in quantity.kind.hint:
        return jsonable(value if isinstance(value, tuple) else (value,))
    return jsonable(value)
