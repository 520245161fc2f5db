"""Write a bank to start from: two commented questions that pass check."""

from __future__ import annotations

import shlex

import click


@click.command()
@click.argument("path", metavar="PATH")
@click.option("--title", help="The bank's title; made from the file's name if it is not given.")
def command(path: str, title: str | None) -> None:
    """Write a commented bank to PATH, to start from. A file that is there already is never overwritten.

    An editor with a YAML language server completes the fields of a bank: write the schema to a file with
    cnnquiz schema > cnnquiz-bank.json, and remove one # in the fourth line of the new bank.
    """
    from cnnquiz.bank.starter import write
    from cnnquiz.render.console import stdout
    from cnnquiz.shown import display_text

    made = write(path, title)
    name = display_text(shlex.quote(str(made)))
    screen = stdout()
    screen.show(f"Wrote {display_text(made)}: two questions, to be changed into yours.", "")
    screen.show(f"  cnnquiz take {name}", f"  cnnquiz check {name}")
