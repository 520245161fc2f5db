"""What `check` found in one bank, and the sums over all of them: the records that reports are written from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from msgspec import Struct

from cnnquiz.items.worked_item import Status, is_unmatched
from cnnquiz.model import Finding


class CheckedItem(Struct, frozen=True):
    """What an item's key rests on, and why on no more; its source."""

    item: str
    status: Status
    reason: str = ""
    source: str = ""

    @property
    def unmatched(self) -> bool:
        """Whether the right value is proved, and only the stem could not be matched with its givens."""
        return is_unmatched(self.reason)


class Checked(Struct, frozen=True):
    """One bank, checked.

    allowed   how many findings its items allow
    families  how many of its families were worked as a whole, and how many in part
    excerpts  the lines of the file that findings stand in, by number
    """

    path: str
    items: tuple[CheckedItem, ...] = ()
    findings: tuple[Finding, ...] = ()
    allowed: int = 0
    families: tuple[int, int] = (0, 0)
    excerpts: dict[int, str] = {}
    slow: bool = False

    @property
    def asserted(self) -> tuple[CheckedItem, ...]:
        """The items whose keys rest on their source alone; not those in which an error is found."""
        wrong = {one.item for one in self.findings if one.level == "error"}
        return tuple(one for one in self.items if one.status == "asserted" and one.item not in wrong)


class MutationClass(Struct, frozen=True):
    """One class of faults: how many were made, how many noticed, and how many more nothing can tell."""

    mutants: int
    noticed: int
    undecidable: int = 0


class Mutation(Struct, frozen=True):
    """How many faults, made on purpose, `check` noticed, those that it did not, and the numbers by class."""

    mutants: int
    noticed: int
    missed: tuple[str, ...] = ()
    classes: dict[str, MutationClass] = {}


class Totals(Struct, frozen=True):
    """The summary of the JSON contract."""

    banks: int
    items: int
    proved: int
    claimed: int
    shown: int
    asserted: int
    wrong: int
    unmatched: int
    errors: int
    warnings: int
    allowed: int


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
    items = [item for bank in banks for item in bank.items]
    statuses = Counter(item.status for item in items)
    return Totals(
        banks=len(banks),
        items=len(items),
        proved=statuses["proved"],
        claimed=statuses["claimed"],
        shown=statuses["shown"],
        asserted=statuses["asserted"],
        wrong=statuses["wrong"],
        unmatched=sum(item.unmatched for item in items),
        errors=levels.count("error"),
        warnings=levels.count("warning"),
        allowed=sum(bank.allowed for bank in banks),
    )


def count_text(number: int, noun: str) -> str:
    """A number with its noun: 1 bank, 2 banks."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def families_line(banks: Iterable[Checked]) -> str:
    """How the families were worked: 7 families: 5 as a whole, 2 by corners, edges and seeds; empty without any."""
    whole, partly = (sum(numbers) for numbers in zip((0, 0), *(bank.families for bank in banks), strict=True))
    said = [f"{whole:,} as a whole"] if whole else []
    said += [f"{partly:,} by the corners, the edges of conditions and the first seeds"] if partly else []
    noun = "family" if whole + partly == 1 else "families"
    return f"{whole + partly:,} {noun} worked: {', '.join(said)}" if said else ""


def closing_line(sums: Totals, seconds: float | None = None) -> str:
    """The closing line: 2 banks, 19 items: 3 proved, 1 claimed, 15 asserted; errors: 0, warnings: 0 (0.2 s)."""
    counts = [f"{sums.proved:,} proved", f"{sums.claimed:,} claimed", f"{sums.asserted:,} asserted"]
    counts[2] += f" ({sums.unmatched:,} unmatched)" if sums.unmatched else ""
    counts[2:2] = [f"{sums.shown:,} shown"] if sums.shown else []
    counts += [f"{sums.wrong:,} wrong"] if sums.wrong else []
    line = f"{count_text(sums.banks, 'bank')}, {count_text(sums.items, 'item')}: {', '.join(counts)}; "
    line += f"errors: {sums.errors:,}, warnings: {sums.warnings:,}"
    line += f", allowed: {sums.allowed:,}" if sums.allowed else ""
    return line if seconds is None else f"{line} ({seconds:.1f} s)"
