"""What `check` found in one bank, and the sums over all of them: the records that reports are written from."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from cnnquiz.model import Finding


class Asserted(Struct, frozen=True):
    """An item whose key rests on its source alone."""

    item: str
    source: str


class Checked(Struct, frozen=True):
    """One bank, checked. `excerpts` holds the lines of the file that findings stand in, by number."""

    path: str
    items: tuple[str, ...] = ()
    proved: int = 0
    claimed: int = 0
    asserted: tuple[Asserted, ...] = ()
    findings: tuple[Finding, ...] = ()
    excerpts: dict[int, str] = {}
    slow: bool = False


class Mutation(Struct, frozen=True):
    """How many wrong keys, made on purpose, `check` noticed, and those that it did not."""

    mutants: int
    noticed: int
    missed: tuple[str, ...] = ()


class Totals(Struct, frozen=True):
    """The summary of the JSON contract."""

    banks: int
    items: int
    proved: int
    claimed: int
    asserted: int
    errors: int
    warnings: int


class Report(Struct, frozen=True):
    """All that a report may say."""

    banks: tuple[Checked, ...]
    sums: Totals
    seconds: float | None = None
    verbose: bool = False
    mutation: Mutation | None = None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings of all banks."""
        return tuple(finding for bank in self.banks for finding in bank.findings)


def totals(checked: Iterable[Checked]) -> Totals:
    """The sums over all banks."""
    banks = list(checked)
    levels = [finding.level for bank in banks for finding in bank.findings]
    return Totals(
        banks=len(banks),
        items=sum(len(bank.items) for bank in banks),
        proved=sum(bank.proved for bank in banks),
        claimed=sum(bank.claimed for bank in banks),
        asserted=sum(len(bank.items) - bank.proved - bank.claimed for bank in banks),
        errors=levels.count("error"),
        warnings=levels.count("warning"),
    )


def count_text(number: int, noun: str) -> str:
    """A number with its noun: 1 bank, 2 banks."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def closing_line(sums: Totals, seconds: float | None = None) -> str:
    """The closing line: 2 banks, 19 items: 3 proved, 1 claimed, 15 asserted; errors: 0, warnings: 0 (0.2 s)."""
    line = (
        f"{count_text(sums.banks, 'bank')}, {count_text(sums.items, 'item')}: {sums.proved:,} proved, "
        f"{sums.claimed:,} claimed, {sums.asserted:,} asserted; errors: {sums.errors:,}, warnings: {sums.warnings:,}"
    )
    return line if seconds is None else f"{line} ({seconds:.1f} s)"
