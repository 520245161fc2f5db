"""A run of training from where it is to its end: each step and epoch shown, the run saved when a signal stops it."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from cnnquiz.errors import CnnquizError
from cnnquiz.interruptions import postponed
from cnnquiz.lab import output
from cnnquiz.lab.pictures import colour_accuracy
from cnnquiz.lab.records import Epoch
from cnnquiz.lab.runs import free_folder, make_folder
from cnnquiz.lab.training import Training
from cnnquiz.render.console import stderr, stdout
from cnnquiz.render.lab import TrainingDocument, TrainingScreen
from cnnquiz.sessions.recorder import NOT_SAVED
from cnnquiz.shown import display_text

View = TrainingDocument | TrainingScreen


def follow(run: Training, folder: Path | None, json: bool) -> int:
    """Train and show it; the exit code.

    Checkpoint, CSV and PNG are left in the folder, also when a signal or the end of the output stops the run; without
    a folder a signal alone leaves them, in a new one.
    """
    if folder:
        make_folder(folder)
    view: View = (TrainingDocument if json else TrainingScreen)(stdout(), run.summary(colour_accuracy(run.pictures)))
    unsaved = ""
    with postponed() as came:
        gone = watch(run, view, came)
        try:
            folder = folder or (free_folder(run.settings.network) if came else None)
            if folder:
                output.write(folder, run)
        except CnnquizError as fault:
            unsaved = f"cnnquiz: {fault}"
    if folder and not came and not unsaved:
        stderr().show(f"Kept in {display_text(folder)}: {', '.join(output.FILES)}.")
    if not came and not gone:
        view.finish(run.epochs, run.outcome())
    if unsaved:
        stderr().say(unsaved)
        return NOT_SAVED
    if came:
        again = f"cnnquiz lab train {run.settings.network} --resume --output {display_text(shlex.quote(str(folder)))}"
        stderr().show("", f"Stopped in epoch {len(run.epochs) + 1} after step {run.step}, and saved. To go on:")
        stderr().say(again)
        raise KeyboardInterrupt(came[0])
    if gone:
        raise gone
    return 0


def watch(run: Training, view: View, came: Sequence[int]) -> OSError | None:
    """Train to the end, or until a signal came, or until what is shown cannot be written: then that error."""
    try:
        view.begin()
        for done in run.run():
            if isinstance(done, Epoch):
                view.end(done)
            else:
                view.step(done)
            if came:
                break
    except OSError as error:
        return error
    return None
