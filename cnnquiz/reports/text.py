"""For people: each finding with its source line and a caret, what to do, and a closing line."""

from __future__ import annotations

from collections.abc import Iterator
from unicodedata import east_asian_width

from cnnquiz.checks.report import Report, closing_line, count_text, families_line
from cnnquiz.model import Finding
from cnnquiz.shown import is_shown, one_line, without_commands

WIDEST = 100  # of a source line that is shown
LISTED = 30  # asserted keys that are listed without being asked for
SLOW = "libyaml's C parser is missing, so reading takes about twenty times as long: reinstall PyYAML with it"


def write(report: Report) -> str:
    """The report as plain text."""
    return without_commands("".join(f"{line}\n" for _, line in lines(report)))


def lines(report: Report) -> Iterator[tuple[str, str]]:
    """The lines of the report, each with its kind: place, source, caret, remedy, note, closing or blank."""
    for bank in report.banks:
        for finding in bank.findings:
            yield from finding_lines(finding, bank.excerpts.get(finding.line, ""))
    yield from source_only_lines(report)
    if any(bank.slow for bank in report.banks):
        yield "note", f"Note: {SLOW}."
    if families := families_line(report.banks):
        yield "note", families
    if report.mutation is not None:
        yield from mutation_lines(report)
    yield "closing", closing_line(report.sums, report.seconds)


def finding_lines(finding: Finding, source: str) -> Iterator[tuple[str, str]]:
    """One finding: where, what, the line itself with a caret, and the remedy."""
    item = f" {one_line(finding.item)}:" if finding.item else ""
    place = f"{finding.path}:{finding.line}:{finding.column}"
    yield finding.level, f"{place}: {finding.level}:{item} {one_line(finding.message)} [{finding.rule}]"
    if source.strip():
        shown, caret = excerpt(source, finding.column)
        yield "source", f"    {shown}"
        yield "caret", f"    {caret}"
    if finding.remedy:
        yield "remedy", f"    {one_line(finding.remedy)}"
    yield "blank", ""


def excerpt(source: str, column: int) -> tuple[str, str]:
    """A source line and the caret under its column; of a long line, the piece around it."""
    start = max(0, column - 1 - WIDEST // 2) if len(source) > WIDEST else len(source) - len(source.lstrip())
    start = min(start, column - 1)
    piece = "".join(c if is_shown(c) else " " for c in source[start : start + WIDEST])
    before = piece[: column - 1 - start]
    return piece.rstrip(), " " * sum(2 if east_asian_width(c) in "WF" else 1 for c in before) + "^"


def source_only_lines(report: Report) -> Iterator[tuple[str, str]]:
    """The items whose keys are asserted, a line each; only their number where they are many, without `--verbose`."""
    banks = [bank for bank in report.banks if bank.asserted]
    total = sum(len(bank.asserted) for bank in banks)
    if total > LISTED and not report.verbose:
        yield "note", f"{count_text(total, 'key')} asserted, by the source alone: --verbose lists them"
    elif total:
        yield "note", f"{count_text(total, 'key')} asserted, by the source alone:"
        for bank in banks:
            for one in bank.asserted:
                why = one_line(one.reason if one.unmatched else one.source) or "no source"
                yield "remedy", f"    {one_line(one.item)}: {why} ({bank.path})"


def mutation_lines(report: Report) -> Iterator[tuple[str, str]]:
    """The mutation score, and the wrong keys that went unnoticed."""
    score = report.mutation
    if score is None:
        return
    for missed in score.missed:
        yield "error", f"not noticed: {one_line(missed)}"
    for name, one in score.classes.items():
        more = f"; {one.undecidable:,} more that nothing can tell" if one.undecidable else ""
        yield "note", f"    {name + ':':<10} {one.noticed:,} of {one.mutants:,} noticed{more}"
    share = f"{100 * score.noticed / score.mutants:.4g} %" if score.mutants else "nothing to mutate"
    yield "closing", f"Mutation score: {score.noticed:,} of {score.mutants:,} faults noticed ({share})"
