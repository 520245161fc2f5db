"""The commands, one per file: parse, call, show, exit code. The file's name is the command's name.

Each file has a `command`, and the first line of its docstring is what `cnnquiz --help` says about it.
Slow imports stand inside the functions that need them, so that help and completion answer at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click
from click.types import StringParamType

if TYPE_CHECKING:
    from pathlib import Path

    from click.shell_completion import CompletionItem


def completion(value: str, kind: str = "plain") -> CompletionItem:
    """One of the words that the shell offers; `file` lets it complete files."""
    from click.shell_completion import CompletionItem  # not needed to run a command

    return CompletionItem(value, type=kind)


class BankName(StringParamType):
    """A bundled bank's id or a path; the shell completes both."""

    name = "bank"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The bundled banks that begin so, and otherwise files."""
        from cnnquiz.files import bundled

        names = [completion(name) for name in sorted(bundled()) if name.startswith(incomplete)]
        return names or [completion(incomplete, "file")]


class ItemName(BankName):
    """A bank, or one of its items written as BANK/ITEM."""

    name = "bank[/item]"

    def banks(self) -> dict[str, Path]:
        """The banks whose items can be named."""
        from cnnquiz.files import bundled

        return bundled()

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The items of a bundled bank once its slash is typed; before that, as for a bank."""
        from cnnquiz.bank import open_bank

        name, slash, start = incomplete.partition("/")
        if not slash or name not in (banks := self.banks()):
            return super().shell_complete(ctx, param, incomplete)
        bank = open_bank(str(banks[name])).bank
        ids = [item.id for item in bank.items] if bank else []
        return [completion(f"{name}/{each}") for each in ids if each.startswith(start)]


class DrillName(ItemName):
    """What can be drilled: a calculator, a bank, or one of its items."""

    name = "what"

    def banks(self) -> dict[str, Path]:
        """The bundled banks, and those to practise one calculator with."""
        from cnnquiz.files import drills

        return {**super().banks(), **drills()}

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The calculators that have a drill and begin so, then banks and items."""
        from cnnquiz.files import drills

        names = [completion(name) for name in sorted(drills()) if name.startswith(incomplete)]
        others = super().shell_complete(ctx, param, incomplete)
        return [*names, *(each for each in others if not names or each.type != "file")]


BANK = BankName()
ITEM = ItemName()
DRILL = DrillName()


def nearest(name: str, names: Iterable[str]) -> str:
    """' Did you mean ...?' for a name that is not there, or nothing."""
    from cnnquiz.naming import nearest_names

    close = nearest_names(name, names)
    return f" Did you mean {' or '.join(close)}?" if close else ""
