"""The commands, one per file: parse, call, show, exit code. The file's name is the command's name.

Each file has a `command`, and the first line of its docstring is the sentence `cnnquiz --help` shows for it.
Heavy imports stand inside the functions that need them, so that help and completion answer at once.
"""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem


def complete_bank(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """What the shell offers for BANK: the bundled banks that begin so, and otherwise files."""
    from cnnquiz.files import bundled

    names = [CompletionItem(name) for name in sorted(bundled()) if name.startswith(incomplete)]
    return names or [CompletionItem(incomplete, type="file")]


def complete_item(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """What the shell offers for BANK/ITEM: the items of a bundled bank once its slash is typed."""
    from cnnquiz.bank import bundled, open_bank

    name, slash, start = incomplete.partition("/")
    if not slash or name not in bundled():
        return complete_bank(ctx, param, incomplete)
    bank = open_bank(name).bank
    ids = [item.id for item in bank.items] if bank else []
    return [CompletionItem(f"{name}/{each}") for each in ids if each.startswith(start)]


bank_argument = click.argument("bank", metavar="BANK", shell_complete=complete_bank)
