"""A pasted text taken apart: the message, the input's shape, and the calls of the code with their lines."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from functools import cached_property
from math import isqrt, prod

from msgspec import Struct

from cnnquiz.layers.code import constant, syntax_tree
from cnnquiz.patterns import pattern

Dims = tuple[int | None, ...]  # None: an axis of any length, as the batch is

_INPUT = pattern(r"^[ \t]*input(?: shape| size)?[ \t]*[:=](.*)$", re.MULTILINE | re.IGNORECASE)
_FAULT = pattern(r"^.*(?:Error|Exception|Traceback).*$", re.MULTILINE)
_MORE = pattern(r"^[ \t]*size mismatch for .*$", re.MULTILINE)  # lines of one message
_TUPLE = pattern(r"[(\[][ ]*((?:[\w?-]{1,12}[ ]*,[ ]*){1,5}[\w?-]{0,12})[ ]*[)\]]")
_SIZES = pattern(r"(?<![\w.])(\d{1,6}(?:[ ]?[x×][ ]?\d{1,6}){1,3})(?![\w.]*\w)")
_UNLIKE = pattern(r"\b(?:not|than|instead|was|from)\b")
_BLANK = pattern(r"\A(?:[ \t]*\n)+")
_DATA_SETS = pattern(r"MNIST|CIFAR|SVHN", re.IGNORECASE)
_PICTURES = {"MNIST": (1, 28, 28), "CIFAR": (3, 32, 32), "SVHN": (3, 32, 32)}
_TENSOR = pattern(r"(?:randn|rand|zeros|ones|empty)\([ (\[]{0,4}((?:\d{1,9}, ?){1,5}\d{1,9})")
_KERAS_INPUT = pattern(r"(?:input_shape|batch_input_shape|\bshape|input_size) ?= ?\(([^()]{1,60})\)")
_SUMMARY = pattern(r"summary\(\w{1,60}, ?(?:input_size=)?\(([^()]{1,60})\)")
_HEAD = pattern(r"(?:[A-Za-z_]\w*\.)*([A-Za-z_]\w*)[ \t]*\Z")
_DOTTED = pattern(r"(?:[A-Za-z_]\w*\.)*\Z")
_TARGET = pattern(r"^(?:[\w.]+\s*=\s*)?(?:[A-Za-z_]\w*\.)*\Z")
_NAMED = pattern(r"\s*([A-Za-z_]\w*)\s*=(?!=)\s*(.*)", re.DOTALL)
_CONSTANT = pattern(r"\b([A-Za-z_]\w*)[ \t]*=[ \t]*(\d+)\b(?![ \t]*[.*/+\w-])")
_LIBRARY = pattern(
    r"\b(wide_?resnet|resnet|resnext|vgg|alexnet|densenet|squeezenet|googlenet|mobilenet|efficientnet|inception|xception)"
    r"(?:[\d_]\w*|v\d\w*)?\b", re.IGNORECASE,
)  # fmt: skip
_STRANGE = pattern(r"(?<!\w)\d+[A-Za-z_]|[^\w\s.*+/()-]|^\s*$")  # what no number is written with
_LONGEST_EXPRESSION = 200  # characters
LONGEST_CODE = 20_000  # characters that are read


class Call(Struct, frozen=True):
    """A call in the code, with its arguments as they are written, and the line of its name."""

    name: str
    args: tuple[str, ...]
    named: dict[str, str]
    line: int

    def written(self, place: int, *names: str) -> str:
        """An argument by its place or by one of its names."""
        by_name = next((self.named[name] for name in names if name in self.named), "")
        return by_name or (self.args[place] if place < len(self.args) else "")


class Paste:
    """A text with a shape error, the code below it, and the input that is told.

    The code begins behind a line `input: ...`; where there is none, behind the message; where nothing follows that, it
    is all that stands before the error.
    """

    def __init__(self, text: str, words: int = 0) -> None:
        """The paste of a text whose message ends behind so many characters, blanks not counted."""
        self.text = text
        told = _INPUT.search(text)
        self.told = told[1][:_LONGEST_EXPRESSION] if told else ""
        faults = list(_FAULT.finditer(text))
        message = _line_end(text, words) if words else faults[-1].end() if faults else 0
        message = max([message, *(more.end() for more in _MORE.finditer(text))])
        below = text[told.end() if told else message :]
        code = below if below.strip() or not faults else text[: faults[0].start()]
        self.code = _BLANK.sub("", code, count=1)[:LONGEST_CODE]

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the code."""
        return self.code.split("\n")

    @cached_property
    def calls(self) -> list[Call]:
        """The calls in the code, comments left out, in the order of their brackets' ends."""
        return list(_calls("\n".join(line.partition("#")[0] for line in self.lines)))

    @cached_property
    def names(self) -> dict[str, int]:
        """The names that have one whole number all through the code."""
        values: dict[str, set[int]] = {}
        for name, number in _CONSTANT.findall(self.code):
            values.setdefault(name, set()).add(int(number[:12]))
        return {name: one.pop() for name, one in values.items() if len(one) == 1}

    @cached_property
    def input(self) -> Dims:
        """The shape of the input as it is told or made in the code; empty where it is not to be seen."""
        found = _TUPLE.search(self.told) or _told_size(self.told)
        return _size_in(found) or self.built or _data_set(self.text)

    @cached_property
    def built(self) -> Dims:
        """The shape of the input that stands in the code."""
        return _size_in(_TENSOR.search(self.code) or _KERAS_INPUT.search(self.code) or _SUMMARY.search(self.code))

    @property
    def flattens(self) -> bool:
        """Whether the code flattens anything."""
        return any(call.name.lower() in ("flatten", "view", "reshape") for call in self.calls)

    @cached_property
    def library(self) -> str:
        """A published network that the text names and does not build: resnet, inception."""
        found = _LIBRARY.search(self.text)
        own = any(call.name.startswith("Conv") for call in self.calls)
        return found[1].lower() if found and not own and f"class {found[0]}" not in self.code else ""

    @property
    def library_side(self) -> int:
        """The side of the pictures that published networks are trained on."""
        return 299 if self.library in ("inception", "xception") else 224

    def says(self, *words: str) -> bool:
        """Whether one of these words stands anywhere in the text."""
        return any(word in self.text for word in words)

    def number(self, written: str) -> int | None:
        """The whole number that an expression of numbers and constant names comes to."""
        if _STRANGE.search(written[:_LONGEST_EXPRESSION]):
            return None
        try:
            value = constant(syntax_tree(written[:_LONGEST_EXPRESSION].strip(), "eval").body, self.names)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
        return value if type(value) is int else None

    def layers(self, *names: str) -> Iterator[Call]:
        """The calls of one of these names: Linear, Conv2d."""
        return (call for call in self.calls if call.name in names)

    def call(self, names: tuple[str, ...], place: int, argument: str, value: int) -> Call | None:
        """The one call that gives an argument this value, or the only one that gives it in letters."""
        every = [(call, self.number(call.written(place, argument))) for call in self.layers(*names)]
        right = [call for call, number in every if number == value]
        open_ = [call for call, number in every if number is None and call.written(place, argument)]
        return right[0] if right else open_[0] if len(open_) == 1 else None

    def with_argument(self, call: Call | None, old: str, new: int | str, otherwise: str) -> str:
        """A call with one argument replaced, and what it is assigned to; another line where it is not to be seen."""
        line = self.lines[call.line - 1].partition("#")[0].strip() if call else ""
        begin = line.find(f"{call.name}(") if call and line.count(f"{call.name}(") == 1 else -1
        end = _closing(line, begin + len(call.name)) if call and begin >= 0 else 0
        if not end or old not in line[begin:end] or len(line) > _LONGEST_EXPRESSION:
            return otherwise
        head = line[:begin]
        target = _TARGET.search(head) if end == len(line) else _DOTTED.search(head)
        name, _, rest = line[begin:end].partition("(")
        return f"{target[0] if target else ''}{name}({rest.replace(old, str(new), 1)}"

    def line(self, *signs: str) -> int | None:
        """The first line of the code that has one of these signs."""
        return next((at for at, line in enumerate(self.lines, 1) if any(sign in line for sign in signs)), None)


def _line_end(text: str, words: int) -> int:
    """The end of the line in which so many characters, blanks not counted, have been passed."""
    for at, sign in enumerate(text):
        words -= not sign.isspace()
        if not words:
            end = text.find("\n", at)
            return len(text) if end < 0 else end
    return len(text)


def side(shape: Dims) -> int | None:
    """The height of a picture that is as wide."""
    longest = sorted((n for n in shape if n), reverse=True)
    return next((n for n in longest if longest.count(n) > 1), None)


def _size_in(found: re.Match[str] | None) -> Dims:
    shape = dims(found[1]) if found else ()
    return shape if sum(map(bool, shape)) > 1 else ()


def _data_set(text: str) -> Dims:
    """The pictures of a well-known data set that are not resized."""
    names = {match[0].upper() for match in _DATA_SETS.finditer(text)}
    return (None, *_PICTURES[names.pop()]) if len(names) == 1 and "Resize(" not in text else ()


def _told_size(told: str) -> re.Match[str] | None:
    """The one size that stands in a line of words: predicts on 256x256."""
    sizes = list(_SIZES.finditer(told.partition("(")[0]))
    return sizes[0] if len(sizes) == 1 and not _UNLIKE.search(told) else None


def dims(text: str) -> Dims:
    """The axes of a shape as messages write them: 8, 1, 224; ?,1,28 or 64 x 3. Empty where none is a number."""
    parts = [part.strip() for part in re.split(r"[,x×\s]", text.strip(" ,[]()")) if part.strip()]
    found = tuple(int(part) if part.isdecimal() and len(part) < 13 else None for part in parts)
    return found if any(found) else ()


def size(shape: Dims) -> str:
    """A shape as text, an unknown batch left out: 1x28x28."""
    return "x".join(str(one) for one in shape if one is not None)


def square_side(area: int) -> int | None:
    """The side of a square of so many pixels."""
    return isqrt(area) if area > 0 and isqrt(area) ** 2 == area else None


def picture(features: int) -> Dims:
    """The channels and the two equal sides of a grey or coloured picture of so many numbers; empty where it is none."""
    for channels in (1, 3):
        if features % channels == 0 and (side := square_side(features // channels)) and side >= 8:
            return channels, side, side
    return ()


def _closing(line: str, opened: int) -> int:
    """The place behind the bracket that closes the one at `opened`; 0 where none does."""
    depth = 0
    for at in range(opened, len(line)):
        depth += (line[at] in "([{") - (line[at] in ")]}")
        if depth == 0:
            return at + 1
    return 0


def factors(written: str) -> list[int]:
    """The numbers that a product is written with: 16, 5 and 5 of 16 * 5 * 5."""
    parts = written.split("*")
    return [int(part) for part in parts if part.strip().isdecimal()] if len(parts) > 1 else []


def _calls(code: str) -> Iterator[Call]:
    """Each call whose brackets close, by one walk over the code."""
    open_: list[tuple[str, int, list[int]]] = []  # name, line, where its arguments are cut
    line = 1
    for at, sign in enumerate(code):
        if sign == "\n":
            line += 1
        elif sign in "([{":
            head = _HEAD.search(code, max(at - 60, 0), at) if sign == "(" else None
            open_.append((head[1] if head else "", line, [at]))
        elif sign == "," and open_:
            open_[-1][2].append(at)
        elif sign in ")]}" and open_:
            name, start, cuts = open_.pop()
            if name:
                yield _call(name, start, code, [*cuts, at])


def _call(name: str, line: int, code: str, cuts: list[int]) -> Call:
    args, named = [], {}
    for begin, end in itertools.pairwise(cuts):
        part = code[begin + 1 : min(end, begin + 1 + 2 * _LONGEST_EXPRESSION)].strip()
        if match := _NAMED.fullmatch(part):
            named[match[1]] = match[2]
        elif part:
            args.append(part)
    return Call(name, tuple(args), named, line)


def elements(shape: Dims) -> int:
    """How many numbers a shape holds; an unknown axis counts once."""
    return prod(one for one in shape if one is not None)
