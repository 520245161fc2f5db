"""Find, check, back up or restore the file with your attempts."""

from __future__ import annotations

from pathlib import Path

import click


@click.group(invoke_without_command=True, no_args_is_help=False, subcommand_metavar="COMMAND ...", options_metavar="")
@click.pass_context
def command(ctx: click.Context) -> None:
    """Find the file with your attempts, check that it is whole, copy it, or put a copy back.

    It is in your data folder, or in the folder that CNNQUIZ_HOME names.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), color=ctx.color)


@command.command("path", short_help="Print where the file is.")
def show_path() -> None:
    """Print where the file is."""
    from cnnquiz.history import default_path
    from cnnquiz.render.console import stdout
    from cnnquiz.shown import display_text

    stdout().write(f"{display_text(default_path())}\n")  # never wrapped, so that a script can use it


@command.command(short_help="Read the whole file and say whether it is sound.")
def check() -> int:
    """Read the whole file and say whether it is sound; exit 1 if it is not."""
    from cnnquiz.history import default_path
    from cnnquiz.history.upkeep import check, exists
    from cnnquiz.render.console import stdout
    from cnnquiz.shown import display_text

    path = default_path()
    name = display_text(path)
    if not exists(path):
        stdout().show(f"{name}: no history yet")
        return 0
    health = check(path)
    if health.faults:
        advice = "Nothing was changed. `cnnquiz history restore FILE` puts a backup in its place."
        stdout().show(f"{name}: damaged", *(f"  {fault}" for fault in health.faults), advice)
        return 1
    counts = f"{health.attempts:,} attempts, {health.items:,} items, {health.sessions:,} sessions"
    stdout().show(f"{name}: sound; {counts}, {health.size:,} bytes, version {health.version}")
    return 0


@command.command(short_help="Copy the file, also while a quiz is running.")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace FILE if it is there already.")
def backup(file: Path, force: bool) -> None:
    """Copy the history to FILE, also while a quiz is running."""
    from cnnquiz.history import History
    from cnnquiz.history.upkeep import backup
    from cnnquiz.render.console import stdout
    from cnnquiz.shown import display_text

    with History.require(to_write=False) as history:
        size = backup(history, file, force)
    stdout().show(f"{display_text(file)}: {size:,} bytes, a whole copy of the history")


@command.command(short_help="Put a backup in the place of the file.")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
def restore(file: Path) -> None:
    """Put the backup FILE in the place of the history. The history that is there is set aside, not deleted."""
    from cnnquiz.history import default_path
    from cnnquiz.history.upkeep import restore
    from cnnquiz.render.console import stdout
    from cnnquiz.shown import display_text

    path = default_path()
    aside = restore(file, path)
    kept = [f"What was there is now {display_text(aside)}"] if aside else []
    stdout().show(f"{display_text(path)}: restored from {display_text(file)}", *kept)


@command.command(short_help="Make the schedule again from the attempts.")
def rebuild() -> None:
    """Make the schedule again from the attempts, which say all that it needs."""
    from cnnquiz.history import History
    from cnnquiz.history.upkeep import rebuild
    from cnnquiz.render.console import stdout
    from cnnquiz.shown import display_text

    with History.require() as history:
        cards = rebuild(history)
        stdout().show(f"{display_text(history.path)}: the cards of {cards:,} items are made again")
