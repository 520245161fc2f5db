"""A pasted shape error as a command: what happened, the number that repairs it, the shapes up to the failing layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from msgspec import to_builtins

if TYPE_CHECKING:
    from cnnquiz.parsers.diagnosis import Diagnosis

FORMATS = ("rich", "plain", "json")


class DiagnosisCommand(click.Command):
    """Shows one diagnosis."""

    def __init__(self, diagnosis: Diagnosis) -> None:
        self.diagnosis = diagnosis
        option = click.Option(["--format"], type=click.Choice(FORMATS), default="rich", metavar="FORMAT")
        super().__init__("-", params=[option], callback=self.show)

    def show(self, format: str) -> int:
        """Show it; the exit code."""
        from cnnquiz.render import diagnosis
        from cnnquiz.render.console import stdout, without_styles
        from cnnquiz.render.listing import show_json

        screen = stdout()
        if format == "json":
            show_json(screen, {"diagnosis": to_builtins(self.diagnosis)})
        else:
            diagnosis.show(screen if format == "rich" else without_styles(screen), self.diagnosis)
        return 0
