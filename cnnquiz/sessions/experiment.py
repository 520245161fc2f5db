"""An experiment run: seed after seed, then what came out, or one seed again beside its record."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from types import ModuleType

import msgspec
from msgspec import to_builtins

from cnnquiz import files
from cnnquiz.errors import CnnquizError
from cnnquiz.lab import evidence, experiments, trials
from cnnquiz.lab.evidence import SEEDS
from cnnquiz.lab.experiments._trial import Trial
from cnnquiz.render.console import stderr, stdout
from cnnquiz.render.experiment import show_comparison, show_record
from cnnquiz.render.listing import show_json
from cnnquiz.shown import display_text, json_text


def run(name: str, seed: int | None, output: Path | None, json: bool) -> int:
    """Run it with each seed, or with one, and show it; the exit code says whether its claim holds."""
    if output:
        refuse_other(output, name)
    experiment, seeds = experiments.load(name), list(SEEDS) if seed is None else [seed]
    found = [trial(experiment, each, f"{name}: seed {each}, {number} of {len(seeds)}")
             for number, each in enumerate(seeds, 1)]  # fmt: skip
    record = trials.record(name, experiment, seeds, found)
    if output:
        with files.replacement(output, "the record cannot be written") as draft:
            draft.write_text(json_text(to_builtins(record), 2) + "\n", encoding="utf-8")
    if json:
        show_json(stdout(), to_builtins(record))
    else:
        show_record(stdout(), experiment, record, found[0].pictures)
    return int(bool(record.failures(record.claim)))


def run_again(name: str, seed: int | None, json: bool) -> int:
    """Run one seed of the record again and show both; the exit code says whether they agree and the claim holds."""
    try:
        recorded = evidence.record(name)
    except evidence.EvidenceError as fault:
        raise CnnquizError(f"{fault}. {fault.remedy}") from None
    seed = recorded.seeds[0] if seed is None else seed
    if seed not in recorded.seeds:
        raise CnnquizError(f"--seed: the record of {name} has {', '.join(map(str, recorded.seeds))}, not {seed}")
    experiment = experiments.load(name)
    figures = trial(experiment, seed, f"{name}: seed {seed} again").figures
    rows, holds = trials.comparison(experiment, recorded, seed, figures), evidence.is_true(recorded.claim, figures)
    agrees = holds and all(row.agrees for row in rows)
    if json:
        document = {"experiment": name, "seed": seed, "claim": recorded.claim, "holds": holds, "agrees": agrees}
        show_json(stdout(), document | {"figures": to_builtins(rows)})
    else:
        show_comparison(stdout(), experiment, seed, rows, holds)
    return int(not agrees)


def trial(experiment: ModuleType, seed: int, words: str) -> Trial:
    """What a seed gives; a person is told which one is at work."""
    screen = stderr()
    if screen.person:
        screen.say(f"{words} ...")
    return trials.trial(experiment, seed)


def refuse_other(path: Path, name: str) -> None:
    """CnnquizError where a file is there that is not this experiment's record."""
    if not path.exists():
        return
    with suppress(CnnquizError, ValueError, AttributeError):
        if msgspec.json.decode(files.read_bytes(path)).get("experiment") == name:
            return
    raise CnnquizError(f"{display_text(path)} is there already and no record of {name}: choose another name")
