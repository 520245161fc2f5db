"""Write a bank for another system: Moodle, Canvas, a page, a notebook."""

from __future__ import annotations

import click

from cnnquiz.commands import ITEM


class Format(click.ParamType[str]):
    """The name of an exporter."""

    name = "format"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """Where the names stand."""
        return "FORMAT"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name, if there is such an exporter."""
        from cnnquiz import exporters

        if value not in exporters.names():
            self.fail(f"there is no format {value[:40]!r}: there are {', '.join(exporters.names())}", param, ctx)
        return value


@click.command()
@click.argument("what", type=ITEM, metavar="BANK[/ITEM]")
@click.option("--to", type=Format(), required=True, help="The format: moodle, gift, ...")
@click.option("--output", required=True, metavar="FILE", help="The file to write; never one that is there already.")
@click.option("--variants", type=click.IntRange(min=1, max=1000), metavar="N", help="N variants of each family.")
@click.option("--seed", type=click.IntRange(min=0), default=1, metavar="S", help="The first variant's seed [1].")
@click.option("--lossy", is_flag=True, help="Go on where the format cannot carry all.")
def command(what: str, to: str, output: str, variants: int | None, seed: int, lossy: bool) -> int:
    """Write a bank, or one of its items, for another system. BANK is a bundled bank or a path.

    What the format cannot carry is listed, and nothing is written; with --lossy it is left out.
    """
    from pathlib import Path

    from cnnquiz import exporters, files
    from cnnquiz.bank import fault_place
    from cnnquiz.commands.show import figure, open_item
    from cnnquiz.errors import CnnquizError
    from cnnquiz.items.variants import draw, original
    from cnnquiz.render.console import stderr, stdout
    from cnnquiz.render.layout import count
    from cnnquiz.shown import display_text

    loaded, item = open_item(what)
    assert loaded.bank
    bank, exporter = loaded.bank, exporters.load(to)
    with fault_place(loaded):
        drawn = [
            draw(bank, each, seed + number) if variants and each.vary else original(bank, each)
            for each in ([item] if item else bank.items)
            for number in range(variants if variants and each.vary else 1)
        ]
        questions = [one for each in drawn for one in exporters.questions(each, figure(loaded, each))]
    lost = [f"{question.name}: {loss}" for question in questions for loss in exporter.losses(question)]
    if lost:
        stderr().show(*lost)
        if not lossy:
            raise CnnquizError(f"{to} cannot carry {count(len(lost), 'thing')}; nothing is written (--lossy goes on)")
    path = Path(output)
    files.write_new(path, exporter.write(bank.title, questions), "the file cannot be written")
    stdout().show(f"Wrote {display_text(path)}: {count(len(questions), 'question')} for {to}.")
    return 0
