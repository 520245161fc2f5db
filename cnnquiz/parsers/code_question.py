"""A question in words about layers that it quotes as code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec.structs import replace

from cnnquiz import calculators
from cnnquiz.language.statement import Statement
from cnnquiz.layers.code import CodeLayer, layers_of
from cnnquiz.parsers.attempt import Attempt
from cnnquiz.parsers.layer import layer
from cnnquiz.parsers.reading import Reading, UnreadError
from cnnquiz.parsers.topics import CODE
from cnnquiz.solution import jsonable

_PREFIX = re.compile(r"(?m)(?:\b\w+\s*=\s*)?(?:\b\w+\.)*\Z")  # conv = nn.
_FRAME = re.compile(r"(?m)^[ \t]*(?:print\(.*\)|[\]\[)(,\s]*)[ \t]*$|(?<=\0)[ \t]*,?[ \t]*#.*$|(?<=\0)[ \t]*[,\])]+")
_BY = re.compile(r"\b(\d{1,6})\s?[×x]\s?(\d{1,6})\b(?!\s?[×x])(?=[^()]*\))")  # 3x3 within a call
_OWN = ("kernel_size", "stride", "padding", "dilation", "out_channels", "out_features", "in_channels")


class CodeQuestion(Attempt):
    """A text with calls of layers: the code goes to the reader of layers, the words around it say what is asked."""

    def __init__(self, text: str) -> None:
        text = _BY.sub(r"(\1, \2)", text)
        self.found = layers_of(text)
        if all(one.kind == "other" for one in self.found):
            raise UnreadError("the code holds no layers that are known")
        super().__init__(Statement(_prose(text, self.found)), CODE)
        self.code = text[min(one.start for one in self.found) : max(one.end for one in self.found)]
        self.names |= {"in_size", "bias", *_OWN}

    def readings(self) -> Iterator[Reading]:
        """The layers of the code with the input of the text; what the text says besides must be as in the code."""
        if sum(one.kind != "other" for one in self.found) > 1:
            self.refuse_one_of_several()
        said: dict[str, Any] = {}
        for one in self.mentions:
            if said.setdefault(one.names[0], one.value) != one.value:
                raise UnreadError(f"two values: {one.words}", (one.words,))
        size = said.get("in_size")
        axes = [n for n in (size if isinstance(size, tuple) else (size,)) if n is not None]
        if len(axes) == 2 and "in_channels" in said and not any(one.inputs for one in self.found):
            axes.append(said["in_channels"])
        reading = layer(self.code, "x".join(map(str, axes)) or None)
        if reading is None:
            raise UnreadError("the code holds more than layers", (self.code[:40],))
        given = dict(reading.given)
        if "in_channels" in said and reading.calculator != "net":
            given.setdefault("channels", said["in_channels"])
        first = next(one for one in self.found if one.kind != "other")
        if reading.calculator == "net" and "in" not in given and first.kind == "dense" and first.inputs:
            given |= {"in": f"1x1x{first.inputs}", "layers": f"flatten; {given['layers']}"}
        self._refuse_others(reading.calculator, given, said)
        calculator = calculators.load(reading.calculator)
        results = calculator.result_values(calculator.read(given))
        want = tuple(next((name for name in group if name in results), group[0]) for group in self.asked)
        if lost := [name for name in want if name not in results]:
            raise UnreadError(f"what the text gives does not lead to {lost[0].replace('_', ' ')}")
        yield replace(reading, given=given, want=want)

    def _refuse_others(self, name: str, given: dict[str, Any], said: dict[str, Any]) -> None:
        """Refuse a text that says another value than the code."""
        quantities = calculators.load(name).prose_quantities
        for one in _OWN:
            if one not in said:
                continue
            quantity = quantities.get(one)
            known = quantity and given.get(quantity.short, quantity.default)
            if quantity is None or {*_flat(said[one])} != {*_flat(known)}:
                raise UnreadError("the text and the code say different values", (f"{one} {jsonable(said[one])}",))


def _flat(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, tuple | list) else (value,)


def _prose(text: str, found: Sequence[CodeLayer]) -> str:
    """The text without its code."""
    parts, at = [], 0
    for one in found:
        if one.start >= at:
            parts.append(_PREFIX.sub("", text[at : one.start]))
            at = one.end
    return _FRAME.sub("", "\0".join([*parts, text[at:]])).replace("\0", " code ")
