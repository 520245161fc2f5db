"""What the experiment behind a key shows: its record tested against what the item claims of it."""

from __future__ import annotations

from msgspec import Struct

from cnnquiz.errors import CnnquizError
from cnnquiz.lab.evidence import EvidenceError, Record, record, seeds_text
from cnnquiz.mathematics.expression import names_in, parse
from cnnquiz.model import Evidence

WITHOUT = "Delete `evidence`, or compare its figures otherwise"


class Decision(Struct, frozen=True):
    """What is shown, in words; or the field that is at fault, why, and what to do."""

    shown: str = ""
    field: str = ""
    why: str = ""
    remedy: str = ""


def decide(evidence: Evidence) -> Decision:
    """Whether what is claimed of an experiment holds for each seed of its record."""
    try:
        found = record(evidence.experiment)
    except EvidenceError as fault:
        return Decision("", "experiment", str(fault), fault.remedy)
    try:
        failures = found.failures(evidence.holds)
    except CnnquizError as fault:
        return Decision("", "holds", str(fault), f"{WITHOUT}: {', '.join(found.spread)}.")
    if failures:
        why = f"`{evidence.holds[:60]}` does not hold for {seeds_text(failures)} of {evidence.experiment}"
        return Decision("", "holds", why, f"{WITHOUT}: {_values(found, evidence.holds)}.")
    return Decision(f"{found.shows} (experiment {evidence.experiment}, {len(found.seeds)} seeds)")


def _values(found: Record, holds: str) -> str:
    """What the seeds give of the figures in a condition."""
    names = names_in(parse(holds, names=found.spread))
    named = [(name, ends) for name, ends in found.spread.items() if name in names]
    return ", ".join(f"{name} is {least:.4g} to {greatest:.4g}" for name, (least, greatest) in named)
