"""A question about several layers as a command: each one worked, and their sum or difference."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from cnnquiz.parsers.reading import Reading

FORMATS = ("rich", "plain", "json")


class TermsCommand(click.Command):
    """Shows the terms of one reading, and what they come to."""

    def __init__(self, reading: Reading, option: str | None) -> None:
        self.reading, self.option = reading, option
        named = click.Option(["--format"], type=click.Choice(FORMATS), default="rich", metavar="FORMAT")
        super().__init__(reading.calculator, params=[named], callback=self.show)

    def show(self, format: str) -> int:
        """Show them; the exit code."""
        from cnnquiz.commands._calculator_command import which_option
        from cnnquiz.parsers.answer import answer
        from cnnquiz.parsers.shorthand import command_line
        from cnnquiz.render.console import stdout, without_styles
        from cnnquiz.render.layout import paragraph
        from cnnquiz.render.listing import show_json
        from cnnquiz.render.solution import read_as, terms_lines

        screen, found = stdout(), answer(self.reading)
        if format == "json":
            show_json(screen, found.as_json(self.reading) | {"option": self.option or None})
            return 0
        screen = screen if format == "rich" else without_styles(screen)
        for term in self.reading.terms:
            screen.show(*read_as(screen, command_line(term), term.assumed))
        if self.option is not None:
            screen.show("", *paragraph(screen, which_option(self.option), "strong"))
        values = [answer(term).value for term in self.reading.terms]
        screen.show("", *terms_lines(screen, self.reading.calculator, values, found.value))
        return 0
