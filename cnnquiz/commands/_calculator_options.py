"""A calculator's declaration as options of the command line, and its errors with the names of these options."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from cnnquiz.errors import GivenError
    from cnnquiz.solver.calculator import Calculator, Quantity
    from cnnquiz.solver.declaration import MissingError

FORMATS = ("rich", "plain", "json", "latex", "markdown")
GIVENS, BACKWARDS, REST = SECTIONS = ("Givens", "Backwards, from a known result", "Options")


def parameters(calculator: Calculator) -> list[click.Parameter]:
    """The givens, the options of a search backwards where one is possible, and those of all calculators."""
    backwards = _backwards(calculator) if any(quantity.search for quantity in calculator.quantities) else []
    return [_argument(calculator), *map(_option, calculator.quantities), *backwards, *_rest(calculator)]


def section(param: click.Parameter) -> str:
    """The part of the help page in which a parameter stands."""
    name = param.name or ""
    if name.startswith("given_"):
        return GIVENS
    return BACKWARDS if name in ("find", "bounds") or name.startswith("target_") else REST


def words(quantity: Quantity) -> list[str]:
    """The spellings of a given: its short name and PyTorch's."""
    short, name = quantity.short.replace("_", "-"), quantity.name.replace("_", "-")
    return list(dict.fromkeys((short, name, quantity.short)))


def is_flag(quantity: Quantity) -> bool:
    """Whether a given is yes or no."""
    return quantity.kind.hint == "yes|no"


def sentence(text: str, more: str = "") -> str:
    """A declaration's text as a sentence, with a full stop, and a capital letter unless it begins with a symbol."""
    first = text[:1].upper() if re.match(r"an? |[a-z][a-z'-]+[ :;,]|[a-z-]+$", text) else text[:1]
    return f"{first}{text[1:].rstrip('.')}{more}."


def how_to_give(calculator: Calculator, fault: MissingError) -> str:
    """The message about missing givens, with the options to give them by, and a command that works."""
    as_in = f"as in cnnquiz solve {calculator.name} {calculator.examples[0]}"
    options = [f"--{words(calculator.quantity(name))[0]}" for name in fault.names]
    if len(options) > 1:
        return f"{fault}: give {', '.join(options[:-1])} and {options[-1]}, {as_in}"
    quantity = calculator.quantity(fault.names[0])
    meaning = quantity.meaning
    how = meaning if quantity.positional else f"give {options[0]}, the {meaning.removeprefix('the ')}"
    return f"{fault.names[0]} is missing: {how}; {as_in}"


def with_option_name(calculator: Calculator, fault: GivenError, typed: Collection[str]) -> str:
    """The message of an error about a given, which it names by the option as typed: --kernel-size."""
    message = str(fault)
    for quantity in calculator.quantities:
        spelled = next((f"--{word}" for word in words(quantity) if f"--{word}" in typed), None)
        if spelled and message.startswith(f"{quantity.short}: "):
            return spelled + message[len(quantity.short) :]
    return message


def _argument(calculator: Calculator) -> click.Parameter:
    main = next((quantity for quantity in calculator.quantities if quantity.positional), None)

    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        return completions(main, incomplete) if main else []

    shown = f"[{main.kind.hint}]" if main and "|" not in main.kind.hint else "[KIND]" if main else ""
    return click.Argument(["word"], nargs=-1, metavar=shown, shell_complete=complete)


def completions(quantity: Quantity, incomplete: str) -> list[CompletionItem]:
    """What the shell offers for a given: networks and files, or the words to choose from."""
    if quantity.short == "network":
        from cnnquiz.layers import networks

        found = [name for name in networks.names() if name.startswith(incomplete)]
        return [CompletionItem(name) for name in found] or [CompletionItem(incomplete, type="file")]
    choices = [word for word in quantity.kind.hint.split("|") if word.islower()] if "|" in quantity.kind.hint else []
    return [CompletionItem(word) for word in choices if word.startswith(incomplete)]


def _option(quantity: Quantity) -> click.Parameter:
    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        return completions(quantity, incomplete)

    shown = quantity.default if isinstance(quantity.default, int | str) else None
    default = {True: "yes", False: "no"}[shown] if isinstance(shown, bool) else shown
    names = [f"given_{quantity.short}", *(f"--{word}" for word in words(quantity))]
    help = sentence(quantity.meaning, f" [{default}]" if default is not None else "")
    hint = quantity.kind.hint
    if is_flag(quantity):
        return click.Option(names, metavar=hint, help=help, is_flag=False, flag_value="yes", shell_complete=complete)
    return click.Option(names, metavar=hint, help=help, shell_complete=complete)


def _backwards(calculator: Calculator) -> list[click.Parameter]:
    taken = {word for quantity in calculator.quantities for word in words(quantity)}
    able = [quantity.short for quantity in calculator.quantities if quantity.search]
    name = "k" if "k" in able else able[0]
    low, high = calculator.quantity(name).search or (1, 11)
    as_in = f"as in {name}={low}:{min(high, low + 10)}"
    return [
        *(
            click.Option([f"target_{r.name}", f"--{r.short}"], metavar="N", help=sentence(f"known: {r.meaning}"))
            for r in calculator.results
            if r.short and r.short not in taken
        ),
        click.Option(["--find"], metavar="NAMES", help=f"Look for some of {', '.join(able)}, with commas."),
        click.Option(["--bounds"], multiple=True, metavar="NAME=LOW:HIGH", help=f"Where to look, {as_in}."),
    ]


def _rest(calculator: Calculator) -> list[click.Parameter]:
    *others, last = FORMATS
    formats = f"How to print it: {', '.join(others)} or {last}."
    return [
        click.Option(
            ["--want"], metavar="RESULT",
            help=f"Only the steps that lead to this result: {', '.join(calculator.result_names)}.",
        ),
        click.Option(
            ["--answer"], metavar="VALUE",
            help="Check a result of your own: exit code 0 where it is right, 1 wrong, 2 where it cannot be read.",
        ),
        click.Option(["--explain"], is_flag=True, help="Every step in full, with its reason, and every result."),
        click.Option(["--draw/--no-draw"], default=True, help="Whether to draw a picture [yes]."),
        click.Option(["--format"], type=click.Choice(FORMATS), default="rich", metavar="FORMAT", help=formats),
    ]
