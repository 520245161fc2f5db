"""Print the JSON Schema of the bank format, for editors."""

from __future__ import annotations

import click


@click.command()
def command() -> None:
    """Print the JSON Schema (draft 2020-12) of the bank format, made from the types that load it.

    Write it to a file, cnnquiz schema > cnnquiz-bank.json, and begin a bank with the line
    `# yaml-language-server: $schema=cnnquiz-bank.json`: an editor then completes the fields.
    """
    from cnnquiz.bank.json_schema import schema
    from cnnquiz.render.console import stdout
    from cnnquiz.render.listing import show_json

    show_json(stdout(), schema())
