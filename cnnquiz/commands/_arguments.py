"""What stands behind `solve CALCULATOR`: its options in every usual spelling, and the words without names."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import NamedTuple

import click

from cnnquiz.commands._calculator_options import is_flag, words
from cnnquiz.parsers.shorthand import quantity_of
from cnnquiz.patterns import pattern
from cnnquiz.solver.calculator import Calculator

_LETTER = pattern(r"-([A-Za-z])")
_TRUTH = ("yes", "no", "true", "false", "on", "off", "0", "1")


class Arguments(NamedTuple):
    """The arguments of one calculator's command.

    options  each as `--name=value`, or a flag, by the names of the command
    words    those without a name
    typed    the options as they were typed, for messages
    respelt  whether an option has another name in the command than was typed
    """

    options: list[str]
    words: list[str]
    typed: set[str]
    respelt: bool

    @property
    def givens(self) -> dict[str, str]:
        """What the options say, by their names without dashes."""
        return {name[2:]: value for name, sign, value in (one.partition("=") for one in self.options) if sign}


def arguments(command: click.Command, calculator: Calculator, args: Sequence[str]) -> Arguments:
    """The arguments told apart; a usage error where a given is given twice."""
    known = {spelling: param for param in command.params for spelling in (*param.opts, *param.secondary_opts)}
    short = {f"--{no}{word}": q.short for q in calculator.quantities for word in words(q) for no in ("", "no-")}
    spelled: dict[str, str] = {}
    found = Arguments([], [], set(), False)
    left = list(args)
    while left:
        arg = left.pop(0)
        if arg == "--":
            return Arguments(found.options, [*found.words, *left], found.typed, found.respelt)
        typed, sign, value = arg.partition("=")
        name = _own_name(calculator, typed, known)
        if not name:
            found.words.append(arg)
            continue
        found.typed.add(typed)
        found = found._replace(respelt=found.respelt or name != typed)
        own = short.get(name, name)
        if own in spelled and not getattr(known.get(name), "multiple", False):
            raise click.UsageError(_twice(own.removeprefix("--"), spelled[own], typed))
        spelled[own] = typed
        if name.startswith("--no-") and name not in known:
            found.options.append(f"--{own}=no")
        elif sign or not _takes_value(calculator, known.get(name), own, left):
            found.options.append(f"{name}{sign}{value}")
        else:
            found.options.append(f"{name}={left.pop(0)}")
    return found


def command_line(calculator: str, givens: dict[str, str]) -> str:
    """A command line as it can be typed: conv --in 256 --k 7."""
    return " ".join([calculator, *(f"--{name} {shlex.quote(value)}" for name, value in givens.items())])


def _own_name(calculator: Calculator, typed: str, known: dict[str, click.Parameter]) -> str:
    """The command's own name for an option as typed; empty for what is no option but a value."""
    if typed in known or typed in ("-h", "--help"):
        return typed
    if letter := _LETTER.fullmatch(typed):
        quantity = quantity_of(calculator, letter[1])
        return f"--{quantity.short}" if quantity else ""
    if not typed.startswith("--"):
        return ""
    negated = typed.startswith("--no-")
    quantity = quantity_of(calculator, typed[5:] if negated else typed[2:])
    if quantity is None or (negated and not is_flag(quantity)):
        return typed  # click says which options are like it
    return f"--no-{quantity.short}" if negated else f"--{quantity.short}"


def _takes_value(calculator: Calculator, param: click.Parameter | None, short: str, left: Sequence[str]) -> bool:
    if param is None or not isinstance(param, click.Option) or param.is_flag or not left:
        return False
    flags = [q.short for q in calculator.quantities if is_flag(q)]
    return short not in flags or left[0].casefold() in _TRUTH


def _twice(name: str, first: str, second: str) -> str:
    how = "twice" if first == second else f"by {first} and by {second}"
    return f"{name} is given {how}: leave one out"
