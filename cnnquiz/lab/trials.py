"""Experiments run: with one seed, or with all of them as a record."""

from __future__ import annotations

import platform
import time
from importlib.metadata import version
from types import ModuleType

import torch

from cnnquiz.lab import experiments
from cnnquiz.lab.evidence import Figures, Record, spread
from cnnquiz.lab.experiments._trial import Trial
from cnnquiz.lab.records import Again

DIGITS = 5  # of a figure that are kept


def trial(experiment: ModuleType, seed: int) -> Trial:
    """What an experiment gives with a seed: on one thread, so that its sums are the same each time."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    begun = time.process_time()
    found: Trial = experiment.trial(seed)
    figures = {name: float(f"{value:.{DIGITS}g}") for name, value in found.figures.items()}
    return Trial(figures, found.pictures, time.process_time() - begun)


def record(name: str, experiment: ModuleType, seeds: list[int], found: list[Trial]) -> Record:
    """The trials of some seeds as a record."""
    figures = [one.figures for one in found]
    return Record(
        experiment=name, shows=experiment.SHOWS, claim=experiment.CLAIM, seeds=seeds, figures=figures,
        spread=spread(figures), seconds=round(sum(one.seconds for one in found), 1),
        source=experiments.source_hash(name), machine=platform.machine(),
        versions={"python": platform.python_version()} | {one: version(one) for one in ("cnnquiz", "torch", "numpy")},
    )  # fmt: skip


def comparison(experiment: ModuleType, recorded: Record, seed: int, now: Figures) -> list[Again]:
    """Each figure of a seed beside its record. Another processor adds in another order, and a network that learns makes
    that as large as another seed does; so a figure may lie as far beyond the spread as that is wide, a time anywhere.
    """
    before = recorded.figures[recorded.seeds.index(seed)]
    rows = []
    for name, value in now.items():
        least, greatest = recorded.spread[name]
        near = 2 * least - greatest <= value <= 2 * greatest - least
        agrees = near or name in getattr(experiment, "TIMES", ())
        rows.append(Again(name, value, before[name], (least, greatest), agrees))
    return rows
