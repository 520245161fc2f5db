"""Whether a question says what its derivation takes: each value that the stem names, each given that it must name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from functools import cache, cached_property
from math import log, prod, sqrt
from typing import Any

from msgspec import Struct

from cnnquiz.errors import CnnquizError
from cnnquiz.items import memory_units, said_givens
from cnnquiz.items.derived_answer import DerivedAnswer, derive
from cnnquiz.items.placeholders import names_between_braces
from cnnquiz.items.said_givens import spellings
from cnnquiz.items.said_value import flat, is_same, is_size, letters, numbers, numbers_within, with_value
from cnnquiz.language import polarity, question
from cnnquiz.language.mentions import Mention, free_numbers, operations
from cnnquiz.language.tokens import Token, number, tokens
from cnnquiz.language.vocabulary import CHANNEL_WORDS
from cnnquiz.layers.layer import Layer, parse_layers
from cnnquiz.mathematics import arithmetic
from cnnquiz.mathematics.values import read_value, same
from cnnquiz.model import Derivation
from cnnquiz.solution import Vector, text
from cnnquiz.solver.calculator import Calculator, Quantity

_BRACES = re.compile(r"\{[^{}]*\}")
_FUNCTIONS = {"ln": log, "log": log, "sqrt": sqrt}
_INDEX = re.compile(r"\bn\s?=\s?(\d+)")
_ROUNDING = Fraction(1, 10_000)
_CALL = re.compile(r"\b(ln|log|sqrt)\s*\(?([1-9]\d{0,5}(?:\.\d{1,9})?)")
SHORTEST_NAME = 4  # letters of a result that a stem calls by its name
LARGE = 10  # a smaller number may stand in a stem for many reasons
_FAMILIES = (  # results that answer different questions, whatever their values
    ("parameters", "trainable", "stored", "encoder", "decoder", "weights", "biases"),
    ("macs",), ("flops",), ("receptive_field",), ("output_size", "output_shape"), ("mean",), ("variance",), ("std",),
    ("bits",), ("kib",), ("output_mib",), ("bytes", "output_bytes"),
)  # fmt: skip
_SWITCHES = frozenset(("bias", "drop_last", "ceil_mode", "tied_weights"))  # which a stem says where they are on
_OF_LAYERS = {
    "kernel_size": "k", "stride": "s", "padding": "p", "dilation": "d", "out_channels": "out", "out_features": "out",
}  # fmt: skip


class Disagreement(Struct, frozen=True):
    """One point in which a stem and its derivation differ.

    message  what the stem says, and what the derivation takes
    literal  the words of the stem
    remedy   what to write
    """

    message: str
    literal: str
    remedy: str = ""


class Agreement:
    """A stem beside a derived answer.

    stem     with its placeholders
    filled   the same with their values
    given    the derivation's givens: the bank's, or those that were drawn
    varied   the names of the givens that differ from variant to variant
    """

    def __init__(
        self, stem: str, filled: str, derivation: Derivation, given: Mapping[str, Any], derived: DerivedAnswer,
        varied: Iterable[str],
    ) -> None:  # fmt: skip
        self.stem, self.filled, self.derivation, self.given, self.derived = stem, filled, derivation, given, derived
        self.varied = tuple(varied)
        self.calculator = derived.calculator

    @cached_property
    def placeholders(self) -> tuple[str, ...]:
        """The names between braces in the stem."""
        return names_between_braces(self.stem)

    @cached_property
    def mentions(self) -> list[Mention]:
        """What the stem says of quantities."""
        return said_givens.said(self.filled, self.calculator, self.derived.given.stated)

    @cached_property
    def stated_quantities(self) -> dict[str, Quantity]:
        """The quantities that the derivation states, by short name."""
        return {short: self.calculator.quantity(short) for short in self.derived.given.stated}

    @cached_property
    def disagreements(self) -> tuple[Disagreement, ...]:
        """Every point in which the stem contradicts the derivation."""
        found = (
            self._of_values(), self._of_layers(), self._of_operations(), self._of_placeholders(), self._of_property(),
        )  # fmt: skip
        every = tuple(one for group in (*found, self._of_question()) for one in group)
        return every or tuple(self._of_strangers())

    # -- what the stem says and the givens deny --------------------------------------------------------

    def _of_values(self) -> Iterator[Disagreement]:
        said: dict[str, list[Mention]] = {}
        for mention in self.mentions:
            for quantity in self._quantities(mention):
                said.setdefault(quantity.short, []).append(mention)
        large = [token.value for token in tokens(self.filled) if token.kind == "number" and token.value >= LARGE]
        for mention in self.mentions:
            if mention.value in large:
                large.remove(mention.value)  # it is said of something
        agreed = {id(one) for short, group in said.items() for one in group if self._agrees(short, one)}
        for short, group in said.items():
            numbers = [one for one in group if not isinstance(one.value, bool)]
            if any(id(one) in agreed for one in numbers or group) or short in self._unknowns:
                continue
            quantity, mention = self.calculator.quantity(short), (numbers or group)[0]
            known = self._value_taken(quantity)
            if (isinstance(known, int) and known in large) or (known is None and mention.words in CHANNEL_WORDS):
                continue  # 20 % of 25,000 images are kept apart, 20,000 remain; a grey image without its channels
            if known is None and self._given_numbers().issuperset(flat(mention.value)):
                continue  # said of another given: 12 units are the hidden ones where no outputs are stated
            if self._changes(quantity, mention.value):
                yield self._differs(quantity, mention)

    @cached_property
    def _unknowns(self) -> set[str]:
        """The quantities that the derivation searches for: the stem asks for them."""
        every = self.calculator.quantities
        own = {quantity.short for quantity in every for name in self.given if self._names(quantity, name)}
        return self.stated_quantities.keys() - own if self.derived.target else set()

    def _quantities(self, mention: Mention) -> list[Quantity]:
        env = self.derived.given.env
        named = [one for one in self.calculator.quantities if one.name in mention.names]
        own = [one for one in named if one.only is None or one.only.holds(env)]
        return [one for one in own if not isinstance(mention.value, str) or said_givens.is_read(one, mention.value)]

    def _value_taken(self, quantity: Quantity) -> Any:
        """The value that the derivation takes: stated, by default, or following from another given."""
        return self.derived.given.stated.get(quantity.short, self.derived.values.get(quantity.name))

    def _agrees(self, short: str, mention: Mention) -> bool:
        quantity = self.calculator.quantity(short)
        known, said = self._value_taken(quantity), mention.value
        if isinstance(said, bool) and quantity.kind.hint != "yes|no":
            return True
        if known is None:
            return False
        if quantity.kind.hint in said_givens.FORMULAS:
            return said_givens.bare(said) == said_givens.bare(known)
        if isinstance(known, list):
            known = tuple(map(read_value, map(str, known)))  # expressions, the gradient of each step
        if quantity.name == "in_size":
            return is_size(said, known, self.derived.given.env.get("C"))
        return is_same(said, known)

    def _changes(self, quantity: Quantity, said: Any) -> bool:
        """Whether the right value is another where what the stem says takes the given's place."""
        if quantity.name == "optimizer":
            return True
        changed = self._givens_that_say(quantity, said)
        raw = {**self.given, **changed}
        for more in ({}, {"framework": "tf"} if said == "same" else {}):
            other = self._value({**raw, **more})
            if other is not None:
                return not same(self.derived.value, other)
        own = changed.get(self._written_name(quantity), said)
        return self._value_taken(quantity) is not None and said_givens.is_read(quantity, own)

    def _givens_that_say(self, quantity: Quantity, said: Any) -> dict[str, Any]:
        """What to write among the givens where they are to take what the stem says."""
        name, given = self._written_name(quantity), self.derived.given
        size = given.stated.get("in")
        if quantity.name == "in_channels" and isinstance(size, tuple) and _has(given.env, size):
            own = self._written_name(self.calculator.quantity("in"))
            size_and_channels = {own: "x".join(map(str, (*size[:-1], said))), name: said}
            return {one: value for one, value in size_and_channels.items() if one == own or one in self.given}
        if quantity.name == "in_size":
            return {name: _size_like(said, size)}
        return {name: _given_value(quantity, said)}

    def _written_name(self, quantity: Quantity) -> str:
        """How the derivation names a quantity, or would; empty for one that stands without a name."""
        return next((name for name in self.given if self._names(quantity, name)), quantity.short)

    def _remedy(self, changed: Mapping[str, Any]) -> str:
        """Which givens to write, each as the derivation writes it."""
        name = self.calculator.name
        if "" in changed:
            return f"Write `{name}: {_value_text(changed[''])}` under `derivation`, or mend the stem."
        fields = " and ".join(f"`{given}: {_value_text(value)}`" for given, value in changed.items())
        return f"Write {fields} under `{name}`, or mend the stem."

    def _names(self, quantity: Quantity, name: str) -> bool:
        try:
            return self.calculator.quantity(name).short == quantity.short if name else quantity.positional
        except CnnquizError:
            return False

    def _differs(self, quantity: Quantity, mention: Mention) -> Disagreement:
        known = self._value_taken(quantity)
        takes = f"takes {quantity.short} = {text(known)}" if known is not None else f"states no {quantity.short}"
        remedy = self._remedy(self._givens_that_say(quantity, mention.value))
        return Disagreement(f"the stem says `{mention.words}`, but the derivation {takes}", mention.words, remedy)

    def _of_layers(self) -> Iterator[Disagreement]:
        """Numbers of a layer that no layer of a list has."""
        stated = self.derived.given.stated
        if not stated.get("layers") or stated.get("network") or "layers" in self.placeholders:
            return
        try:
            layers = parse_layers(self.given.get("layers", stated["layers"]))
        except CnnquizError:
            return
        for name, field in _OF_LAYERS.items():
            own = [one for one in self.mentions if name in one.names and not isinstance(one.value, str)]
            if not own or self._quantities(own[0]):
                continue
            values = [one for layer in layers if (one := _of_layer(layer, field)) not in (None, ())]
            known = {number for value in values for number in (value if isinstance(value, tuple) else (value,))}
            if not any(set(flat(one.value)) & known for one in own):
                shown = ", ".join(sorted({text(number) for number in known if isinstance(number, int)}))
                message = f"the stem says `{own[0].words}`, but no layer of the derivation has that"
                message += f" (it has {shown})" if shown else ""
                other = with_value(own[0].words, next(iter(values), 1))
                remedy = f"Write `{other}` for `{own[0].words}` in the stem, or state the layers that it says."
                yield Disagreement(message, own[0].words, remedy)

    def _of_operations(self) -> Iterator[Disagreement]:
        """A convolution where the derivation pools, and the like."""
        said, name = operations(self.filled), self.calculator.name
        wrong = {
            "pool": "conv" in said and "pool" not in said,
            "tconv": "conv" in said and "tconv" not in said,
            "conv": "tconv" in said or (said.keys() == {"pool"} and not self.stated_quantities.keys() & {"filters"}),
        }
        if wrong.get(name):
            asked = next(one for one in ("tconv", "conv", "pool") if one in said)
            message = f"the stem speaks of what `{asked}` works, but the derivation is a `{name}`"
            remedy = f"Write `{asked}` for `{name}` under `derivation`, or mend the stem."
            yield Disagreement(message, said[asked], remedy)

    def _of_placeholders(self) -> Iterator[Disagreement]:
        """Placeholders that stand for what is asked, and varied givens that no placeholder says."""
        names = {name for one in self.calculator.quantities for name in spellings(one)}
        values = self.derived.values
        for name in self.placeholders:
            known = values.get(name)
            if name not in names | {"i", "axes"} and set(flat(known)) <= set(flat(self.derived.value)):
                message = f"{{{name}}} in the stem gives away what is asked: {text(known)}"
                remedy = f"Write `{{{next(iter(self.given)) or self.calculator.name}}}` for `{{{name}}}` in the stem."
                yield Disagreement(message, f"{{{name}}}", remedy)
        for name in self.varied:
            try:
                quantity = self.calculator.quantity(name)
            except CnnquizError:
                continue  # another rule says so
            others = {"i", "C", "in_channels", "channels"} if quantity.short == "in" else set()
            if not (others | spellings(quantity)) & set(self.placeholders):
                message = f"`{name}` varies, but the stem does not say it"
                yield Disagreement(message, "", self._saying(quantity))

    def _saying(self, quantity: Quantity) -> str:
        """How the stem comes to say a given by its placeholder: in the place of its number, or in words of its own."""
        placeholder, value = f"{{{quantity.short}}}", self._value_taken(quantity)
        own = [one.words for one in self.mentions if quantity.name in one.names and one.words in self.stem]
        own = [words for words in own if re.search(r"\d", words)]
        own += [token.as_written for token in tokens(self.stem) if token.kind != "word" and is_same(token.value, value)]
        if not own:
            return f"Add `{quantity.name.replace('_', ' ')} {placeholder}` to the stem."
        axes = len(re.split("[x×*]", own[0])) if not isinstance(value, tuple) else 1
        other = re.sub(r"\d[\d.]*(?:\s?[x×*]\s?\d+)*", "x".join([placeholder] * axes), own[0], count=1)
        return f"Write `{other}` for `{own[0]}` in the stem."

    def _of_question(self) -> Iterator[Disagreement]:
        """Another result than the one that the stem asks for."""
        epochs = self.derived.given.stated.get("epochs", 1)
        if self.derived.want == "iterations" and epochs != 1 and question.asks_for_one_epoch(self.filled):
            message = "the stem asks for one epoch, but the derivation wants `iterations`, of all epochs"
            yield Disagreement(message, "", "Write `want: iterations_per_epoch` under `derivation`.")
        asked = question.last_question(self.filled)
        place = self.derived.wanted.place if "n" in self.calculator.letters else ()
        at = _INDEX.findall(self.filled) if place else []
        if at and str(place[0]) not in at:
            message = f"the stem asks for n = {at[-1]}, but the derivation wants `{self.derived.want}`"
            ask = f"Write `want: {self.derived.wanted.result}[{at[-1]}]` under `derivation`, or mend the stem."
            yield Disagreement(message, at[-1], ask)
        if asked is None:
            yield from self._of_result()
        if asked is None or question.answers(self.derived.wanted.result, asked.results):
            fault = memory_units.disagreement(self.filled, asked.name, self.derived.wanted) if asked else None
            yield from (Disagreement(*fault),) if fault else ()
            return
        results = [self.derived.results[name] for name in asked.results if name in self.derived.results]
        if question.asks_twice(self.filled):
            return  # the other question may be the derivation's; one value does not answer both
        another = results and all(value != self.derived.value for value in results)
        if another or self._of_other_family(asked.results):
            message = f"the stem asks for the {asked.name}, but the derivation wants `{self.derived.want}`"
            known = next((name for name in asked.results if name in self.derived.results), "")
            ask = f"Ask for the {self.derived.want.replace('_', ' ')} in the stem."
            yield Disagreement(message, asked.words, f"Write `want: {known}` under `derivation`." if known else ask)

    def _of_result(self) -> Iterator[Disagreement]:
        """Another result that the question calls by its name, where the wanted one could be called by one, too."""
        own = self.derived.wanted
        if own.place or not own.result.replace("_", "").isalpha() or len(own.result) < SHORTEST_NAME:
            return
        words, name = question.named_result(self.filled, _names_of_results(self.calculator)) or ("", own.result)
        if name != own.result and self.derived.results.get(name, self.derived.value) != self.derived.value:
            message = f"the stem asks for the {words}, but the derivation wants `{self.derived.want}`"
            yield Disagreement(message, words, f"Write `want: {name}` under `derivation`, or mend the stem.")

    @cached_property
    def affirms(self) -> bool | None:
        """Whether the stem says that what is wanted holds, or asks whether it does; None where that is not clear."""
        return polarity.affirms(self.filled, self.derived.want)

    def _of_property(self) -> Iterator[Disagreement]:
        """Another property than the one that is wanted, and that the operator has in another way."""
        if not isinstance(self.derived.value, bool) or polarity.names_property(self.filled, self.derived.want):
            return
        asked = polarity.other_properties(self.filled, self.derived.want)
        if len(asked) == 1 and self.derived.results.get(asked[0], self.derived.value) != self.derived.value:
            said, want = asked[0].replace("_", " "), self.derived.want
            message = f"the stem is about `{said}`, but the derivation wants `{want}`"
            yield Disagreement(message, "", f"Write `want: {asked[0]}` under `derivation`, or mend the stem.")

    @cached_property
    def misread(self) -> str:
        """Why the stem's words are not matched with what the derivation decides; empty where they are."""
        if not isinstance(self.derived.value, bool):
            return ""
        if self.affirms is None:
            return f"the stem does not plainly say or deny that it is {self.derived.want.replace('_', ' ')}"
        from cnnquiz.items.said_expression import says_another  # reads expressions, which few stems have

        operator = self.derived.given.stated.get("operator")
        if isinstance(operator, str) and says_another(self.filled, operator):
            return f"the stem's expression is not {operator}"
        return ""

    def _of_other_family(self, results: tuple[str, ...]) -> bool:
        """Whether what is wanted answers another question than these results do."""
        asked = [family for family in _FAMILIES if set(family) & set(results)]
        wanted = next((family for family in _FAMILIES if self.derived.wanted.result in family), None)
        return bool(asked) and wanted is not None and wanted not in asked

    def _of_strangers(self) -> Iterator[Disagreement]:
        """A number of the stem that nothing explains, where the stem does not say a given of that kind."""
        for short in self.unsaid:
            stated = self.derived.given.stated[short]
            for words, values in question.series(self.filled):
                if self._is_changed(values, short):
                    message = f"the stem says {words}; the derivation takes {short} = {text(stated)}"
                    yield Disagreement(message, words, f"Write `{{{short}}}` for `{words}` in the stem.")
                    return
            depth = self.stated_quantities[short].name == "in_channels"
            sizes = [token for token in tokens(self.filled) if depth and _has_depth(token)]
            for token in (*sizes, *self.strangers, *self._of_others()):
                if token in sizes or _is_of_kind(token, stated):
                    takes = f"the derivation takes {short} = {text(stated)}"
                    before = token.as_written.rpartition("x")[0] if token in sizes else ""
                    whole = f"{before}x{{{short}}}" if before else f"{{{short}}}"
                    remedy = f"Write `{whole}` for `{token.as_written}` in the stem, or mend the derivation."
                    says = f"the stem says {token.as_written}, which no given is"
                    yield Disagreement(f"{says}; {takes}", token.as_written, remedy)
                    return

    def _is_changed(self, values: tuple[Any, ...], short: str) -> bool:
        """Whether some values are those of a given but for a few, and no other given's."""
        stated = {name: flat(one) for name, one in self.derived.given.stated.items()}
        own = stated.pop(short)
        other = any(values == one[at : at + len(values)] for one in stated.values() for at in range(len(one)))
        same = sum(one == said for one, said in zip(own, values, strict=False))
        return len(own) == len(values) > 1 and not other and len(own) > same >= len(own) / 2

    def _of_others(self) -> Iterator[Token]:
        """The numbers that the stem says of what the derivation has no quantity for, and that are no value of it."""
        said = {number for one in self.mentions if not self._quantities(one) for number in flat(one.value)}
        known = self._given_numbers() | numbers_within(self.derived.values.values())
        return (one for one in free_numbers(self.filled) if one.value in said - known)

    @cached_property
    def strangers(self) -> list[Token]:
        """The numbers, sizes and lists of the stem that are no given, result or value on the way."""
        free = free_numbers(memory_units.without_sizes(self.filled))
        for known in (self._given_numbers, self._other_numbers):  # the first explains most, and is soon made
            if free:
                numbers = known()
                free = [token for token in free if not numbers.issuperset(flat(token.value))]
        return free

    def _given_numbers(self) -> set[Any]:
        return {None, *numbers(self.derived.given.stated.values())}

    def _other_numbers(self) -> set[Any]:
        """The numbers among all values, in the texts of givens, and of what the stem says of other quantities."""
        known = numbers_within((*self.derived.values.values(), *self.derived.given.stated.values()))
        mentioned = (number for one in self.mentions if self._fits_somewhere(one) for number in flat(one.value))
        many = (len(one) for one in self.derived.given.stated.values() if isinstance(one, tuple))  # all four logits
        given = self.derived.given.stated.values()
        whole = [one for one in given if type(one) is int]  # all mails, right or wrong
        things = Counter(len(one) for one in given if isinstance(one, Vector))  # two boxes
        counted = (*many, *things.values(), sum(whole), *self.derived.wanted.place)
        return {None, *known, *mentioned, *counted, *self._arguments()}

    def _arguments(self) -> Iterator[int | Fraction]:
        """The numbers of the stem of which a function is a given: the 2 of ln 2, where 0.6931 is given."""
        given = self._given_numbers() - {None}
        for name, digits in _CALL.findall(arithmetic.plain(self.filled)):
            value = Fraction(_FUNCTIONS[name](float(digits)))
            if any(abs(value - one) < _ROUNDING for one in given):
                yield number(digits)

    @cached_property
    def rests_on_chance(self) -> bool:
        """Whether another variant may be matched otherwise: a number of the stem is no fixed given's, or a given is
        said by nothing but a number that the stem happens to have."""
        varied = {self.calculator.quantity(name).short for name in self.varied}
        fixed = [quantity for quantity in self.calculator.quantities if quantity.short not in varied]
        known = {None, *numbers(map(self._value_taken, fixed))}
        written = free_numbers(_BRACES.sub("…", self.stem))
        if not all(known.issuperset(flat(token.value)) for token in written):
            return True
        stated = (one for one in fixed if one.short in self.stated_quantities)
        return any(self._is_said(one) and not self._is_named(one) for one in stated)

    def _is_named(self, quantity: Quantity) -> bool:
        """Whether the stem says a given by its placeholder or in words, or has no need to."""
        stated = self.derived.given.stated[quantity.short]
        if spellings(quantity) & set(self.placeholders) or stated == quantity.default:
            return True
        return any(self._agrees(quantity.short, one) for one in self.mentions if quantity.name in one.names)

    def _fits_somewhere(self, mention: Mention) -> bool:
        """Whether a mention is about something else than the derivation's quantities, or agrees with one."""
        own = self._quantities(mention)
        of_layers = "layers" in self.stated_quantities and bool(set(mention.names) & _OF_LAYERS.keys())
        return (not own and not of_layers) or any(self._agrees(quantity.short, mention) for quantity in own)

    # -- what the givens say and the stem does not -----------------------------------------------------

    @cached_property
    def unsaid(self) -> tuple[str, ...]:
        """The stated givens that the stem does not name, though the right value depends on them."""
        return tuple(
            short
            for short, quantity in self.stated_quantities.items()
            if short not in self._unknowns and not self._is_said(quantity) and self._matters(quantity)
        )

    @cached_property
    def _numbers(self) -> set[Any]:
        """Every number of the stem, those in sizes, lists and layers too."""
        values = [one.value for one in tokens(self.filled)] + [one.value for one in self.mentions]
        inside = {number for value in values for number in flat(value)}
        inside |= {prod(one.value) for one in tokens(self.filled) if one.kind == "size"}  # a map that is flattened
        return inside | {int(digits) for digits in re.findall(r"\d{1,18}", self.filled)}

    def _is_said(self, quantity: Quantity) -> bool:
        stated = self.derived.given.stated[quantity.short]
        if self._is_named(quantity):
            return True
        if isinstance(stated, bool) or (isinstance(stated, str) and quantity.short not in ("layers", "network")):
            return not isinstance(stated, bool) or quantity.name not in _SWITCHES
        if isinstance(stated, str):
            wanted = {int(digits) for digits in re.findall(r"\d+", stated)} - {1, 2}
            return wanted <= self._numbers if quantity.short == "layers" else letters(stated) in letters(self.filled)
        wanted = set(flat(stated)) - {None, 0, 1} - self._numbers
        decimals = bool(wanted) and any(isinstance(token.value, Fraction) for token in self.strangers)
        return not any(isinstance(one, int) or decimals for one in wanted)

    def _matters(self, quantity: Quantity) -> bool:
        """Whether the right value depends on it: it is another, or there is none, without it."""
        raw = {name: value for name, value in self.given.items() if not self._names(quantity, name)}
        larger = _other_sizes(self.derived.given.stated[quantity.short])
        others = [raw, *({**raw, quantity.short: more} for more in larger)]
        worked = [value for given in others if (value := self._value(given)) is not None]
        return not worked or not all(same(self.derived.value, value) for value in worked)

    def _value(self, given: Mapping[str, Any]) -> Any:
        """The right value with other givens; None where there is none."""
        try:
            return derive(self.derivation, given, self.derived.layout, self.derived.given.letters).value
        except CnnquizError:
            return None


@cache
def _names_of_results(calculator: Calculator) -> dict[str, str]:
    """The results by the names by which a question may ask for them: words of some length, or with capitals."""
    found: dict[str, str] = {}
    for result in calculator.results:
        names = (result.name.replace("_", " "), result.label, result.meaning if result.answer else "")
        plain = (name for name in names if re.fullmatch(r"[A-Za-z]+(?: [A-Za-z]+){0,3}", name))
        found |= {name: result.name for name in plain if len(name) >= SHORTEST_NAME or not name.islower()}
    return found


def _of_layer(layer: Layer, field: str) -> Any:
    """A number of a layer; a pool's stride is its kernel where it says none."""
    return (layer.s or layer.k) if field == "s" else getattr(layer, field)


def _has_depth(token: Token) -> bool:
    """Whether a size has channels: 28x28x3."""
    return token.kind == "size" and len(token.value) > 2


def _is_of_kind(token: Token, stated: Any) -> bool:
    """Whether a value of the stem could stand for such a given."""
    if isinstance(stated, str):
        return token.kind == "number"
    if isinstance(stated, tuple):
        long = isinstance(token.value, tuple) and len(token.value) == len(stated)
        return long or token.kind == "number"
    return token.kind == "number" or (token.kind == "size" and len(set(token.value)) == 1)


def _value_text(value: Any) -> str:
    """A value as a derivation writes it: no, 0.1, [2, 1, 4]."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value_text, value))}]"
    return "yes" if value is True else "no" if value is False else text(value)


def _other_sizes(value: Any) -> list[Any]:
    """Larger sizes or numbers, to see whether anything depends on them; none for what has no size."""
    if isinstance(value, int) and not isinstance(value, bool):
        return [value + 1, 2 * value, 3 * value + 2]
    if isinstance(value, tuple) and len(value) > 1 and all(isinstance(one, int) for one in value):
        return ["x".join(map(str, (*(times * one for one in value[:-1]), value[-1]))) for times in (2, 3)]
    return []


def _given_value(quantity: Quantity, said: Any) -> Any:
    """What the stem says as a given: 5x5 as 5 where one number is taken."""
    if isinstance(said, tuple):
        several = list(said)
        return said[0] if len(set(said)) == 1 and not said_givens.is_read(quantity, several) else several
    return said


def _has(env: Mapping[str, Any], size: tuple[Any, ...]) -> bool:
    """Whether a size holds the channels beside the axes."""
    return len(size) > len(env.get("i") or size)


def _size_like(said: Any, stated: Any) -> str:
    """A size that the stem says, with the channels of the stated one where it has none."""
    axes, known = flat(said), flat(stated)
    channels = known[-1:] if len(known) == len(axes) + 1 and len(known) > 2 else ()
    return "x".join(map(str, (*axes, *channels)))
