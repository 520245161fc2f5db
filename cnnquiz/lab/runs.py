"""Runs of training: a new one from its settings, or one that was saved in a folder."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from cnnquiz.errors import CnnquizError
from cnnquiz.lab.output import CHECKPOINT
from cnnquiz.lab.pictures import Pictures, drawn, from_folder
from cnnquiz.lab.records import Settings
from cnnquiz.lab.training import Training, device_called, saved_state
from cnnquiz.shown import display_text

LEARNING_RATES = {"vgg16": 1e-4}
USUAL_RATE = 3e-4


def new_run(given: Mapping[str, Any], device: str, output: Path | None) -> Training:
    """A run that begins; CnnquizError where its settings do not go together, or another run is in its folder."""
    network = given["network"]
    if given["plain"] and network != "vgg16":
        raise CnnquizError(f"--plain is for vgg16: {network} was published with batch normalisation")
    if output and (output / CHECKPOINT).exists():
        name = display_text(output)
        raise CnnquizError(f"{name} holds a saved run: add --resume to go on with it, or name another folder")
    rate = given["lr"] or LEARNING_RATES.get(network, USUAL_RATE)
    if not math.isfinite(rate):
        raise CnnquizError(f"--lr: {rate} is no learning rate; write a number such as {USUAL_RATE}")
    settings = Settings(**{**given, "lr": rate})
    return Training(settings, pictures_of(settings), device_called(device))


def resumed_run(folder: Path, asked: Mapping[str, Any], device: str) -> Training:
    """The run that is saved in a folder, to more epochs if asked; CnnquizError where other settings are asked for."""
    state = saved_state(folder / CHECKPOINT)
    for name, value in asked.items():
        if name != "epochs" and value != (saved := getattr(state.settings, name)):
            option = "the network" if name == "network" else f"--{name}"
            raise CnnquizError(f"{option}: {value} is asked for, but the run in {display_text(folder)} has {saved}")
    settings = replace(state.settings, epochs=asked.get("epochs", state.settings.epochs))
    run = Training(settings, pictures_of(settings), device_called(device))
    run.resume(state)
    return run


def make_folder(folder: Path) -> None:
    """Make the folder that a run is kept in, where it is not there; CnnquizError where that cannot be done."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        name, why = display_text(folder), error.strerror
        raise CnnquizError(f"{name}: this folder cannot be made ({why}); name another with --output") from None


def free_folder(network: str) -> Path:
    """A new folder for an interrupted run: lab-NETWORK, or where that is there already, lab-NETWORK-2, and so on."""
    for number in itertools.count(1):
        folder = Path(f"lab-{network}-{number}" if number > 1 else f"lab-{network}")
        if not folder.exists():
            break
    make_folder(folder)
    return folder


def latest_folder(network: str) -> Path:
    """The one of these folders in which a run was saved last; lab-NETWORK where there is none."""
    saved = [each for each in Path().glob(f"lab-{network}*/{CHECKPOINT}") if each.is_file()]
    return max(saved, key=lambda each: each.stat().st_mtime).parent if saved else Path(f"lab-{network}")


def pictures_of(settings: Settings) -> Pictures:
    """The pictures that a run learns from."""
    if settings.data is None:
        return drawn(settings.size, settings.seed)
    return from_folder(Path(settings.data), settings.size, settings.seed)
