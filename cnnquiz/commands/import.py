"""Make a bank of a quiz in another format: GIFT, Moodle, QTI, Aiken and more.

The formats are the files of `importers/`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from cnnquiz.checks.foreign import Judged
    from cnnquiz.importers import Refusal

FORMATS = sorted(path.stem for path in Path(__file__).parents[1].glob("importers/[!_]*.py"))


@click.command()
@click.argument("file", metavar="FILE", type=click.Path())
@click.option("--output", metavar="BANK.yaml", required=True, type=click.Path(), help="The bank to write, a new file.")
@click.option("--from", "form", type=click.Choice(FORMATS), help="The format of FILE [what it looks like].")
@click.option("--format", "report", type=click.Choice(["text", "json"]), default="text", help="How to report [text].")
def command(file: str, output: str, form: str | None, report: str) -> int:
    """Make a bank of a quiz in another format.

    Each question becomes an item under an id of its own; one that cannot be carried is named with its line. Where the
    words of a question say what its key follows from, the item gets a derivation. The exit code is 0 where a bank is
    written, and 1 where no question can be carried.
    """
    from cnnquiz import importers
    from cnnquiz.checks.foreign import Judged, judged
    from cnnquiz.importers import Refusal

    path, target = Path(file), Path(output)
    form = form or importers.format_of(path)
    every = list(judged(importers.read(path, form)))
    kept = [one for one in every if isinstance(one, Judged)]
    if kept:
        write(target, path, form or "", kept)
    refused = [one for one in every if isinstance(one, Refusal)]
    sums = {status: sum(one.status == status for one in kept) for status in ("proved", "wrong", "asserted")}
    if report == "json":
        show_json(file, refused, len(every), sums)
    else:
        show(file, target, form or "", kept, refused, sums)
    return 0 if kept else 1


def write(target: Path, source: Path, form: str, kept: list[Judged]) -> None:
    """Write the bank to a place that is still free."""
    from cnnquiz.bank.starter import bank_id
    from cnnquiz.bank.writer import bank_text
    from cnnquiz.files import write_new
    from cnnquiz.model import Bank
    from cnnquiz.shown import display_text

    title = display_text(source.stem.replace("_", " ").replace("-", " ")).strip().capitalize() or "Quiz"
    bank = Bank(1, bank_id(target), title, [one.item for one in kept], f"{display_text(source.name)} ({form})")
    write_new(target, bank_text(bank), "the bank cannot be written")


def place(file: str, line: int, member: str) -> str:
    """Where a question stands: file:line, or file/member:line in an archive."""
    from cnnquiz.shown import display_text

    return f"{display_text(file)}{'/' if member else ''}{display_text(member)}:{line}"


def show_json(file: str, refused: list[Refusal], found: int, sums: dict[str, int]) -> None:
    """Show what came of it as one JSON document."""
    from cnnquiz.render.console import stdout
    from cnnquiz.render.listing import show_json

    document: dict[str, Any] = {
        "found": found,
        "imported": found - len(refused),
        "refused": [{"place": place(file, one.line, one.member), "why": one.why} for one in refused],
        "proved": sums["proved"],
        "refuted": sums["wrong"],
        "asserted": sums["asserted"],
    }
    show_json(stdout(), document)


def show(
    file: str, target: Path, form: str, kept: list[Judged], refused: list[Refusal], sums: dict[str, int]
) -> None:
    """Show what came of it in words, each refusal and each wrong key with its place."""
    import shlex

    from cnnquiz.checks.report import count_text
    from cnnquiz.render.console import stdout
    from cnnquiz.shown import display_text, one_line

    screen, found = stdout(), len(kept) + len(refused)
    lines = [f"{display_text(file)}, read as {form}: {count_text(found, 'question')}, {len(kept):,} imported, "
             f"{len(refused):,} refused."]  # fmt: skip
    lines += [f"{place(file, one.line, one.member)}: refused: {one_line(one.why)}" for one in refused]
    for one in kept:
        if one.status == "wrong":
            asked = one.question
            lines.append(f"{place(file, asked.key_line or asked.line, asked.member)}: {one_line(one.message)}")
    if kept:
        lines.append(f"Keys: {sums['proved']:,} proved, {sums['wrong']:,} refuted, {sums['asserted']:,} asserted.")
        lines += [f"Wrote {display_text(target)}.", "", f"  cnnquiz check {display_text(shlex.quote(str(target)))}"]
    if screen.person:
        screen.show(*lines)
    else:
        screen.raw("".join(f"{screen.plain(line)}\n" for line in lines))
