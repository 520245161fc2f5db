"""What `solve` makes of any first word that is no calculator's own name, or of words behind one without options."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from cnnquiz.commands._arguments import arguments
from cnnquiz.commands._calculator_command import CalculatorCommand
from cnnquiz.errors import CnnquizError
from cnnquiz.layers import networks
from cnnquiz.naming import did_you_mean
from cnnquiz.parsers import shorthand
from cnnquiz.solver.calculator import Calculator

Start = tuple[Calculator, dict[str, str]]


def command_words(args: Sequence[str]) -> tuple[str, list[str]]:
    """The calculator's name and the arguments of its command that say what was typed.

    Raises CnnquizError with what works instead where it cannot be read.
    """
    name, rest = args[0], list(args[1:])
    found = shorthand.starts(name)
    if found:
        calculator, given = next((one for one in found if _fits(one, rest)), found[0])
        return calculator.name, [*_options(given), *rest]
    network = networks.own_name(name, networks.names())
    if network in networks.names():
        return "net", [network, *rest]
    if shorthand.is_layer(list(takewhile(lambda word: not word.startswith("--"), args))):
        return "conv", list(args)
    raise CnnquizError(f"`{name[:40]}` is nothing to solve: {_advice(name)}")


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


def _advice(name: str) -> str:
    if not name.strip("[(-.0123456789")[:1].isalpha():
        return "say what to do with the numbers, as in cnnquiz solve conv 256 7 2 or cnnquiz solve softmax 3,1,2"
    known = [*shorthand.all_names(), *networks.names()]
    return did_you_mean(name.casefold(), known, "`cnnquiz solve` says what can be asked")
