"""What experiments gave, as records in questions/evidence, and what is claimed of it. PyTorch is not needed here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import msgspec
from msgspec import Struct

from cnnquiz import files
from cnnquiz.errors import CnnquizError
from cnnquiz.lab import experiments
from cnnquiz.mathematics.expression import evaluate, names_in, parse
from cnnquiz.mathematics.time_limit import time_limit
from cnnquiz.naming import nearest_names

SEEDS = (1, 2, 3, 4, 5)
LARGEST = 256 * 1024  # bytes of a record

Figures = dict[str, float]


class Record(Struct, frozen=True, forbid_unknown_fields=True):
    """An experiment as it was run.

    shows, claim  what is claimed of the figures of each seed: in words, and as a condition
    figures       by name, for each of the seeds in turn
    spread        the least and the greatest of each figure: what these seeds give
    seconds       of the processor's time, in all
    source        the hash of the experiment's source
    """

    experiment: str
    shows: str
    claim: str
    seeds: list[int]
    figures: list[Figures]
    spread: dict[str, tuple[float, float]]
    seconds: float
    source: str
    versions: dict[str, str]
    machine: str

    @property
    def mean(self) -> Figures:
        """The mean of each figure."""
        return {name: sum(one[name] for one in self.figures) / len(self.figures) for name in self.spread}

    def failures(self, holds: str) -> list[int]:
        """The seeds for whose figures a condition does not hold."""
        with time_limit("to decide: claim something plainer"):
            return [seed for seed, one in zip(self.seeds, self.figures, strict=True) if not is_true(holds, one)]


class EvidenceError(CnnquizError):
    """A record that proves nothing; `remedy` says what to do."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


def spread(figures: Sequence[Figures]) -> dict[str, tuple[float, float]]:
    """The least and the greatest value of each figure."""
    return {name: (min(one[name] for one in figures), max(one[name] for one in figures)) for name in figures[0]}


def is_true(holds: str, figures: Figures) -> bool:
    """Whether a condition over figures holds; CnnquizError where it is none, or where no figure stands in it."""
    exact: Mapping[str, Fraction] = {name: Fraction(str(value)) for name, value in figures.items()}
    condition = parse(holds, names=exact)
    truth = evaluate(condition, exact)
    if not isinstance(truth, bool) or not names_in(condition):
        raise CnnquizError(f"`{holds[:60]}` is no condition over figures: compare some of {', '.join(exact)}")
    return truth


def record(name: str) -> Record:
    """The record of an experiment as it stands now; EvidenceError where none can be relied on."""
    if name not in experiments.names():
        known = ", ".join(experiments.names())
        near = nearest_names(name, experiments.names(), most=1)
        remedy = f"Write `{near[0]}` for `{name}`." if near else f"Delete `evidence`, or name one of {known}."
        raise EvidenceError(f"there is no experiment `{name[:40]}`; there are {known}", remedy)
    again = f"Run `cnnquiz lab run {name} --output questions/evidence/{name}.json`."
    path = files.evidence().get(name)
    if path is None:
        raise EvidenceError(f"the experiment {name} has no record", again)
    try:
        found = msgspec.json.decode(files.read_bytes(path, LARGEST), type=Record)
    except (msgspec.DecodeError, CnnquizError) as fault:
        raise EvidenceError(f"the record of {name} cannot be read: {fault}", again) from None
    if why := fault_of(found, name):
        raise EvidenceError(f"the record of {name} {why}", again)
    return found


def fault_of(found: Record, name: str) -> str:
    """What is wrong with a record; empty where nothing is."""
    alike = found.figures and all(one.keys() == found.figures[0].keys() for one in found.figures)
    if found.experiment != name:
        return f"is that of {found.experiment[:40]}"
    if len(set(found.seeds)) < len(SEEDS) or len(found.figures) != len(found.seeds) or not alike:
        return f"has not the same figures for each of {len(SEEDS)} seeds"
    if found.spread != spread(found.figures):
        return "has another spread than its figures"
    if found.source != experiments.source_hash(name):
        return "was made by another version of the experiment's source"
    return ""


def seeds_text(seeds: Sequence[int]) -> str:
    """Seeds in words: seed 2; seeds 1, 2 and 4."""
    *others, last = map(str, seeds)
    return f"seeds {', '.join(others)} and {last}" if others else f"seed {last}"
