"""The command line: one click group that finds its commands in `commands/` and imports the one it runs."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cnnquiz import __version__, commands
from cnnquiz.commands._usage import Formatter

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

PLAIN = "CNNQUIZ_PLAIN"
COMPLETE = "_CNNQUIZ_COMPLETE"
FIRST_STEPS = (
    ("cnnquiz take week8", "ten questions, each with reasons"),
    ("cnnquiz solve conv --in 256 --k 7 --s 2", "one numerical, step by step"),
    ("cnnquiz check my-bank.yaml", "prove the keys of your own bank"),
)
COMPLETION = (
    f'eval "$({COMPLETE}=bash_source cnnquiz)"',
    f'eval "$({COMPLETE}=zsh_source cnnquiz)"',
    f"{COMPLETE}=fish_source cnnquiz | source",
)


# click asks this attribute for every command's formatter, also for commands nested in other files.
click.Context.formatter_class = Formatter


class Commands(click.Group):
    """The group whose commands are the files of `commands/`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands, without importing any."""
        return sorted(path.stem for path in Path(commands.__path__[0]).glob("[!_]*.py"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, from its file."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = importlib.import_module(f"cnnquiz.commands.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command to run; UsageError names those that are spelled like it."""
        name = args[0]
        if name not in self.list_commands(ctx) and not name.startswith("-"):
            raise click.UsageError(f"no such command: {name}.{commands.nearest(name, self.list_commands(ctx))}", ctx)
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands and options that begin so, without importing any command."""
        from click.shell_completion import CompletionItem

        found = [
            CompletionItem(name, help=summary(name))
            for name in self.list_commands(ctx)
            if name.startswith(incomplete)
        ]
        return found + click.Command.shell_complete(self, ctx, incomplete)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """First steps, commands, options, and how to switch completion on."""
        with formatter.section("First steps"):
            formatter.write_dl(FIRST_STEPS, col_max=40)
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary(name)) for name in self.list_commands(ctx)])
        click.Command.format_options(self, ctx, formatter)
        with formatter.section("Tab completion in bash, zsh or fish"):
            formatter.write("".join(f"  {line}\n" for line in COMPLETION))  # whole, to be copied


def summary(name: str) -> str:
    """The first line of a command's docstring, read from its file without importing it."""
    path = Path(commands.__path__[0], f"{name}.py")
    with path.open(encoding="utf-8") as lines:
        return lines.readline().strip().strip('"')


@click.group(
    cls=Commands,
    invoke_without_command=True,
    options_metavar="",
    subcommand_metavar="COMMAND ...",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option("--plain", is_flag=True, expose_value=False, help=f"With any command: words alone, as {PLAIN}=1.")
@click.version_option(__version__, "--version", message="cnnquiz %(version)s", help="Show the version.")
@click.pass_context
def cli(ctx: click.Context) -> object:
    """A tutor for convolutional networks: it asks quizzes, works numericals step by step, and proves
    answer keys. Every number is derived, and every key says what it rests on.
    """
    if ctx.invoked_subcommand is not None:
        return None
    from cnnquiz.sessions.home import home

    chosen = home()
    return run(list(chosen)) if chosen else 0


def run(args: list[str]) -> object:
    """Run one command line; what the command returned: an exit code, or None for 0."""
    if instruction := os.environ.get(COMPLETE):
        from click.shell_completion import shell_complete

        return shell_complete(cli, {}, "cnnquiz", COMPLETE, instruction)
    if "--plain" in args and args[0] != "lab":  # it belongs to every command; that one has a network by this name
        os.environ[PLAIN] = "1"
        args = [word for word in args if word != "--plain"]
    width = max(min(terminal_columns(), 80) - 2, 30)
    color = None if shows_bold() else False
    try:
        with cli.make_context("cnnquiz", args, terminal_width=width, color=color) as ctx:
            return cli.invoke(ctx)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.UsageError as fault:
        fault.ctx = fault.ctx or context_of(args)
        raise


def terminal_columns() -> int:
    """COLUMNS, else the terminal's width, else 80. (The import of shutil, which knows it, takes longer than this.)"""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns):
        return int(columns)
    try:
        return os.get_terminal_size(sys.__stdout__.fileno() if sys.__stdout__ else 1).columns or 80
    except (OSError, ValueError):
        return 80


def context_of(args: list[str]) -> click.Context:
    """The context of the command that the arguments name, for an error without one."""
    ctx = click.Context(cli, info_name="cnnquiz")
    for name in args:
        if not isinstance(ctx.command, click.Group) or name not in ctx.command.list_commands(ctx):
            break
        command = ctx.command.get_command(ctx, name)
        ctx = click.Context(command, ctx, name) if command else ctx
    return ctx


def shows_bold() -> bool:
    """Whether help may be bold: not with NO_COLOR, not on a dumb terminal, not in a pipe."""
    dumb = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return sys.stdout.isatty() and not dumb
