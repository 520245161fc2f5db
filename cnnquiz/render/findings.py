"""Findings on the screen: coloured for a person, plain lines in a pipe; and a bar for a long check."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Timer

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from cnnquiz.checks.report import Report
from cnnquiz.render.console import Screen
from cnnquiz.render.layout import hang
from cnnquiz.reports import text

STYLES = {"error": "wrong", "warning": "slip", "caret": "wrong", "remedy": "note", "closing": "title"}
WHOLE = ("source", "caret", "blank")
PATIENCE = 1.0  # seconds without a bar: a quick check needs none


def show_findings(screen: Screen, report: Report) -> None:
    """Show the text report."""
    if not screen.person:
        screen.raw("".join(f"{screen.plain(line)}\n" for line in text.write(report).splitlines()))
        return
    for kind, line in text.lines(report):
        screen.show(*_lines(screen, kind, line))


def _lines(screen: Screen, kind: str, line: str) -> list[Text]:
    words = screen.text(line, STYLES.get(kind, ""))
    if kind in WHOLE:
        words.truncate(screen.columns)
        return [words]
    if kind in ("error", "warning"):
        words = screen.text(line)
        begin = line.find(f" {kind}:")
        words.stylize("strong", 0, begin)
        words.stylize(STYLES[kind], begin, begin + len(kind) + 2)
    indent = "    " if line.startswith("    ") else ""
    words = words[len(indent) :]
    return hang(screen, words, indent, indent or "  ")


def show_manual(screen: Screen, manual: str) -> None:
    """Show a rule's manual as it is written."""
    if screen.person:
        for block in manual.rstrip().split("\n\n"):
            written = block.startswith("    ")
            for line in block.splitlines() if written else [" ".join(block.split())]:
                indent = line[: len(line) - len(line.lstrip())]
                screen.show(*hang(screen, screen.text(line.strip()), indent, f"{indent}  " if written else ""))
            screen.show("")
    else:
        screen.raw(screen.plain(manual))


@contextmanager
def progress(screen: Screen, total: int, after: float = PATIENCE) -> Iterator[Callable[[str], None]]:
    """A progress bar for a long check, on a terminal that can move its cursor. With one file it shows no count."""
    if not screen.person or not screen.colour:
        yield lambda source: None
        return
    count = (MofNCompleteColumn(),) if total > 1 else ()
    columns = (TextColumn("checking"), BarColumn(), *count, TimeElapsedColumn())
    bar = Progress(*columns, console=screen.console, transient=True)
    task = bar.add_task("", total=total if total > 1 else None)
    start = Timer(after, bar.start)
    start.start()
    try:
        yield lambda source: bar.advance(task)
    finally:
        start.cancel()
        start.join()  # a bar that begins only now is stopped like any other
        bar.stop()
