"""What `solve` makes of a first word that is no calculator's own name: a synonym, a network, a file, code, a text."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from itertools import takewhile
from typing import NamedTuple

from cnnquiz.commands._arguments import arguments
from cnnquiz.commands._calculator_command import CalculatorCommand
from cnnquiz.errors import CnnquizError
from cnnquiz.importers import _lettered
from cnnquiz.layers import networks
from cnnquiz.naming import did_you_mean
from cnnquiz.parsers import shorthand
from cnnquiz.parsers.answer import answer
from cnnquiz.parsers.diagnosis import Diagnosis
from cnnquiz.parsers.layer import layer
from cnnquiz.parsers.question import question
from cnnquiz.parsers.reading import Reading, UnreadError
from cnnquiz.parsers.shape_error import shape_error
from cnnquiz.patterns import pattern
from cnnquiz.solver.calculator import Calculator

_MODEL = pattern(r".+\.py(:\w+)?")
LONGEST = 100_000  # characters of a pasted text
STDIN = "-"
Start = tuple[Calculator, dict[str, str]]


class Entry(NamedTuple):
    """What the words of a command line are: the arguments of a calculator's command, or an error that was pasted."""

    calculator: str = ""
    args: Sequence[str] = ()
    reading: Reading | None = None
    diagnosis: Diagnosis | None = None
    option: str | None = None
    model: str = ""


def entry(args: Sequence[str]) -> Entry:
    """What the arguments of `solve` say; raises CnnquizError with what works instead where they cannot be read."""
    words = list(takewhile(lambda arg: not arg.startswith("--"), args))
    options = list(args[len(words) :])
    if words[0] == STDIN:
        words = [_pasted(), *words[1:]]
    text = " ".join(words)
    if diagnosis := shape_error(text):
        return Entry(args=options, diagnosis=diagnosis)
    if reading := layer(text, _value("--in", options)):
        given = shorthand.texts(reading)
        return Entry(reading.calculator, [*_options(given), *_without("--in", options)], reading)
    if (len(words) == 1 and not words[0].isprintable()) or " " in words[0]:
        words = [*_split(words[0]), *words[1:]]
    if found := _named(words, options):
        return found
    if _MODEL.fullmatch(words[0]) and len(words) == 1:
        return Entry(args=options, model=words[0])
    if " " in text.strip():
        return _question(text, options)
    raise CnnquizError(f"`{words[0][:40]}` is no name that is known: {_advice(words[0])}")


def _question(text: str, options: Sequence[str]) -> Entry:
    """A question in words, with the lettered options that stand below it."""
    drafts = list(_lettered.drafts(text))
    stem, choices = ("\n".join(drafts[0].stem), drafts[0].options) if len(drafts) == 1 else (text, [])
    reading = question(stem, choices)
    if reading is None:
        raise UnreadError("the text asks nothing that can be worked: `cnnquiz solve` says what can be asked")
    option = (answer(reading, choices).option or "") if choices else None
    args = list(options) if reading.terms else [*_options(shorthand.options(reading)), *options]
    return Entry(reading.calculator, args, reading, option=option)


def _named(words: Sequence[str], options: Sequence[str]) -> Entry | None:
    """The calculator or network that the first word names."""
    name, rest = words[0], [*words[1:], *options]
    if name == "net" and _MODEL.fullmatch(rest[0] if rest else ""):
        return Entry(args=rest[1:], model=rest[0])
    if found := shorthand.starts(name):
        calculator, given = next((one for one in found if _fits(one, rest)), found[0])
        return Entry(calculator.name, [*_options(given), *rest])
    network = networks.own_name(name, networks.names())
    if network in networks.names() or name.endswith((".yaml", ".yml")):
        return Entry("net", [network, *rest])
    return Entry("conv", [*words, *options]) if shorthand.is_layer(words) else None


def _pasted() -> str:
    """The text of the standard input, within bounds."""
    if sys.stdin is None:
        raise CnnquizError("the standard input is closed: name what is to be solved")
    if sys.stdin.isatty():
        sys.stderr.write("Paste a question, layers or an error, then Ctrl-D on a line of its own.\n")
    text = sys.stdin.buffer.read(4 * LONGEST + 1).decode("utf-8", "replace").strip()
    if len(text) > LONGEST:
        raise CnnquizError(f"the text is longer than the {LONGEST:,} characters that are read")
    if not text:
        raise CnnquizError("nothing was pasted: a question, layers as code writes them, or a shape error")
    return text


def _split(text: str) -> list[str]:
    """The words of a command line that came in one piece."""
    try:
        return shlex.split(text) or [text]
    except ValueError:  # a quotation without its end
        return text.split()


def _fits(start: Start, args: Sequence[str]) -> bool:
    """Whether the arguments make a complete case of this calculator."""
    calculator, given = start
    try:
        found = arguments(CalculatorCommand(calculator), calculator, [*_options(given), *args])
        names = {quantity.short for quantity in calculator.quantities}
        raw = {name: value for name, value in found.givens.items() if name in names}
        read = shorthand.reading(calculator, found.words, raw)
        calculator.answers(calculator.read(read.given, found.givens.get("find", "").split(",")))
    except CnnquizError:
        return False
    return True


def _options(given: dict[str, str]) -> list[str]:
    return [f"--{name}={value}" for name, value in given.items()]


def _value(name: str, options: Sequence[str]) -> str | None:
    """The value of an option, as `--in 28` or `--in=28`."""
    for option, following in zip(options, [*options[1:], ""], strict=False):
        if option.partition("=")[0] == name:
            return option.partition("=")[2] or following
    return None


def _without(name: str, options: Sequence[str]) -> list[str]:
    """The options but for this one and its value."""
    at = next((at for at, option in enumerate(options) if option.partition("=")[0] == name), None)
    return list(options) if at is None else [*options[:at], *options[at + (1 if "=" in options[at] else 2) :]]


def _advice(name: str) -> str:
    if not name.strip("[(-.0123456789")[:1].isalpha():
        return "say what to do with the numbers, as in cnnquiz solve conv 256 7 2 or cnnquiz solve softmax 3,1,2"
    known = [*shorthand.all_names(), *networks.names()]
    return did_you_mean(name.casefold(), known, "`cnnquiz solve` says what can be asked")
