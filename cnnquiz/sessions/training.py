"""A run of training from where it is to its end: each step and epoch shown, the run saved when a signal stops it."""

from __future__ import annotations

import shlex
from pathlib import Path

from cnnquiz.interruptions import postponed
from cnnquiz.lab import output
from cnnquiz.lab.pictures import colour_accuracy
from cnnquiz.lab.records import Epoch
from cnnquiz.lab.training import Training
from cnnquiz.render.console import stderr, stdout
from cnnquiz.render.lab import TrainingDocument, TrainingScreen
from cnnquiz.shown import display_text


def follow(run: Training, folder: Path, keep: bool, json: bool) -> None:
    """Train and show it; with `keep`, leave checkpoint, CSV and PNG in the folder, after a signal in any case."""
    view = (TrainingDocument if json else TrainingScreen)(stdout(), run.summary(colour_accuracy(run.pictures)))
    view.begin()
    if keep:
        folder.mkdir(parents=True, exist_ok=True)
    with postponed() as came:
        for done in run.run():
            if isinstance(done, Epoch):
                view.end(done)
            else:
                view.step(done)
            if came:
                break
        if keep or came:
            folder.mkdir(parents=True, exist_ok=True)
            run.save(folder / output.CHECKPOINT)
            output.write(folder, run.epochs)
    if came:
        again = f"cnnquiz lab train {run.settings.network} --resume --output {display_text(shlex.quote(str(folder)))}"
        stderr().show("", f"Stopped in epoch {len(run.epochs) + 1} after step {run.step}, and saved. To go on:")
        stderr().say(again)
        raise KeyboardInterrupt(came[0])
    view.finish(run.epochs, run.outcome())
    if keep:
        stderr().show(f"Kept in {display_text(folder)}: {', '.join(output.FILES)}.")
