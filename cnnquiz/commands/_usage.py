"""The formatting of help pages, and plain messages for command lines that cannot be understood."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import click

WIDE = 60
UNBREAKABLE = str.maketrans({" ": "\N{NO-BREAK SPACE}", "\n": "\N{NO-BREAK SPACE}", "-": "\N{NON-BREAKING HYPHEN}"})
ORDINARY = str.maketrans({"\N{NO-BREAK SPACE}": " ", "\N{NON-BREAKING HYPHEN}": "-"})
RANGE = re.compile(r"\s*\[[-\d.<=]*x[^\[\]]*\]$")


class Formatter(click.HelpFormatter):
    """Help that also fits a narrow window, where a meaning stands below its term instead of beside it.

    Names with hyphens, and what stands in `...`, are never broken over two lines.
    """

    def write(self, string: str) -> None:
        """Write a piece, with ordinary blanks and hyphens in place of the unbreakable ones."""
        super().write(string.translate(ORDINARY))

    def write_text(self, text: str) -> None:
        """Write a paragraph."""
        super().write_text(self.with_whole_words(text))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 34, col_spacing: int = 2) -> None:
        """Write terms and their meanings."""
        rows = [(term, self.with_whole_words(RANGE.sub("", meaning))) for term, meaning in rows]
        widest = max(len(term) for term, _ in rows)
        if self.width >= WIDE or widest <= self.width // 3:
            return super().write_dl(rows, col_max, col_spacing)
        for term, meaning in rows:
            self.write(f"{'':>{self.current_indent}}{term}\n")
            with self.indentation():
                self.write_text(meaning)
        return None

    def write_heading(self, heading: str) -> None:
        """Write a heading, bold where the terminal can."""
        self.write(f"{'':>{self.current_indent}}{click.style(heading + ':', bold=True)}\n")

    def with_whole_words(self, text: str) -> str:
        """The text with unbreakable blanks and hyphens in commands and names, where these fit a line."""
        room = max(self.width - self.current_indent, 11)
        return re.sub(r"`[^`]+`|\S*\w-\w\S*", lambda m: m[0].translate(UNBREAKABLE) if len(m[0]) < room else m[0], text)


def plain_message(problem: click.UsageError) -> str:
    """What is wrong with a command line, in plain words and with the names as they were typed."""
    message = problem.format_message()
    match problem:
        case click.MissingParameter(param=click.Parameter() as param):
            return f"{option_name(param)} is missing"
        case click.BadParameter(param=click.Parameter() as param):
            reason = misfit(param.type, problem.message)
            return reason if isinstance(param, click.Argument) else f"{option_name(param)}: {reason}"
        case click.NoSuchOption():
            near = " or ".join(problem.possibilities or ())
            return f"there is no option {problem.option_name}" + (f": did you mean {near}?" if near else "")
        case click.BadOptionUsage():
            without = "requires an argument" in message
            return f"{problem.option_name} {'needs a value after it' if without else 'takes no value'}"
    if extra := re.fullmatch(r"Got unexpected extra arguments? \((.*)\)\.?", message, re.DOTALL):
        return f"{extra[1]} is too much here: put words that belong together in quotes"
    return message[:1].lower() + message[1:]


def option_name(param: click.Parameter) -> str:
    """A parameter's name as it is typed: --limit, or FILE."""
    if isinstance(param, click.Option):
        return max(param.opts, key=len)
    return (param.metavar or str(param.name).upper()).removesuffix("...")


def misfit(kind: Any, message: str) -> str:
    """Why a value does not fit, in plain words; click's message where that is plain already."""
    typed = re.match(r"'?(.*?)'? is not (?:in the range|a valid|one of)\b", message, re.DOTALL)
    if typed is None:
        return message
    if isinstance(kind, click.Choice):
        *others, last = map(str, kind.choices)
        return f"{typed[1]} is none of {', '.join(others)} and {last}"
    if "in the range" in message and isinstance(kind, click.IntRange | click.FloatRange):
        written = typed[1].removesuffix(".0")
        if kind.min is not None and float(written) < kind.min:
            return f"{written} is too small: write {kind.min} or more"
        return f"{written} is too large: write {kind.max} or less"
    return f"{typed[1]} is not a {'whole number' if isinstance(kind, click.types.IntParamType) else 'number'}"
