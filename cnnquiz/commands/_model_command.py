"""A model's file as a command: its output, its parameters, a row for each layer, or the line where it goes wrong."""

from __future__ import annotations

import click

FORMATS = ("rich", "plain", "json", "latex", "markdown")


class ModelCommand(click.Command):
    """Shows the model of one file, model.py or model.py:Class."""

    def __init__(self, path: str) -> None:
        self.path = path
        options = [
            click.Option(["--in", "size"], metavar="CxHxW", help="Input size: 3x224x224, as the framework has it."),
            click.Option(["--call"], metavar="CALL", help='How the model is made: "ResNet(Block, [2, 2, 2, 2])".'),
            click.Option(["--explain"], is_flag=True, help="Every step in full, with its reason, and every result."),
            click.Option(["--draw/--no-draw"], default=True, help="Whether to show the table of layers [yes]."),
            click.Option(["--format"], type=click.Choice(FORMATS), default="rich", metavar="FORMAT"),
        ]
        super().__init__("net", params=[*options], callback=self.show)

    def show(self, size: str | None, call: str | None, explain: bool, draw: bool, format: str) -> int:
        """Read the file and show the model; the exit code."""
        from cnnquiz.parsers.model_solution import model_solution
        from cnnquiz.render.brief import brief_lines
        from cnnquiz.render.console import stdout, without_styles
        from cnnquiz.render.listing import show_json
        from cnnquiz.render.solution import show_solution, solution_text

        solution = model_solution(self.path, size, call)
        screen = stdout()
        if format == "json":
            show_json(screen, solution.as_json())
        elif format in ("latex", "markdown"):
            screen.raw(solution_text(solution, format))
        else:
            screen = screen if format == "rich" else without_styles(screen)
            if explain:
                show_solution(screen, solution, draw)
            else:
                screen.show(*brief_lines(screen, solution, draw))
        return 0
