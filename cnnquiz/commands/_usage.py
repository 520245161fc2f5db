"""How the command line explains itself: help that can be read, and plain words for what it cannot understand."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import click

WIDE = 60
KEPT = str.maketrans({" ": "\N{NO-BREAK SPACE}", "\n": "\N{NO-BREAK SPACE}", "-": "\N{NON-BREAKING HYPHEN}"})
RELEASED = str.maketrans({kept: written for written, kept in ((" ", "\N{NO-BREAK SPACE}"), ("-", KEPT[ord("-")]))})
RANGE = re.compile(r"\s*\[[-\d.<=]*x[^\[\]]*\]$")


class Formatter(click.HelpFormatter):
    """Help that also fits a narrow window: where two columns do not, a meaning stands below its term.

    Names with hyphens, and what stands in `...`, are never broken over two lines.
    """

    def write(self, string: str) -> None:
        """Write a piece, with the blanks and hyphens at which no line was to end."""
        super().write(string.translate(RELEASED))

    def write_text(self, text: str) -> None:
        """Write a paragraph."""
        super().write_text(self.whole(text))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 34, col_spacing: int = 2) -> None:
        """Write terms and their meanings."""
        rows = [(term, self.whole(RANGE.sub("", meaning))) for term, meaning in rows]
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

    def whole(self, text: str) -> str:
        """The text with its commands and its hyphened names kept whole, so far as they fit a line."""
        room = max(self.width - self.current_indent, 11)
        return re.sub(r"`[^`]+`|\S*\w-\w\S*", lambda m: m[0].translate(KEPT) if len(m[0]) < room else m[0], text)


def plainly(problem: click.UsageError) -> str:
    """What is wrong with a command line, in plain words and with the names as they were typed."""
    message = problem.format_message()
    match problem:
        case click.MissingParameter(param=click.Parameter() as param):
            return f"{called(param)} is missing"
        case click.BadParameter(param=click.Parameter() as param):
            said = unfit(param.type, problem.message)
            return said if isinstance(param, click.Argument) else f"{called(param)}: {said}"
        case click.NoSuchOption():
            near = " or ".join(problem.possibilities or ())
            return f"there is no option {problem.option_name}" + (f": did you mean {near}?" if near else "")
        case click.BadOptionUsage():
            without = "requires an argument" in message
            return f"{problem.option_name} {'needs a value after it' if without else 'takes no value'}"
    if extra := re.fullmatch(r"Got unexpected extra arguments? \((.*)\)\.?", message, re.DOTALL):
        return f"{extra[1]} is too much here: put words that belong together in quotes"
    return message[:1].lower() + message[1:]


def called(param: click.Parameter) -> str:
    """A parameter's name as it is typed: --limit, or FILE."""
    if isinstance(param, click.Option):
        return max(param.opts, key=len)
    return (param.metavar or str(param.name).upper()).removesuffix("...")


def unfit(kind: Any, message: str) -> str:
    """Why a value does not fit, in plain words; a message that is plain already stays."""
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
