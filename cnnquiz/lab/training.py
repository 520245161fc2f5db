"""Training, step by step. Between two steps a run can be saved, and goes on from there to the same numbers."""

from __future__ import annotations

import math
import pickle
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import torch
from msgspec import Struct
from msgspec.structs import asdict
from torch import nn

from cnnquiz.errors import CnnquizError
from cnnquiz.files import replacement
from cnnquiz.lab import models
from cnnquiz.lab.pictures import Pictures
from cnnquiz.lab.records import Epoch, Outcome, Pixels, Prediction, Progress, Settings, Summary
from cnnquiz.shown import display_text

OPTIMIZERS: dict[str, Any] = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "sgd": torch.optim.SGD}
SHOWN, THUMBNAIL = 6, 24  # predictions, and pixels along an edge of their pictures
AT_ONCE = 64  # pictures that are validated together


class State(Struct, frozen=True):
    """A run as it is saved; loss and right are sums over the epoch that `step` has come to."""

    settings: Settings
    epochs: list[Epoch]
    pictures: int
    classes: list[str]
    step: int
    loss: float
    right: int
    seconds: float
    network: dict[str, Any]
    optimizer: dict[str, Any]


class Training:
    """A run: the network, its optimiser, the epochs that are done, and how far the next one is."""

    def __init__(self, settings: Settings, pictures: Pictures, device: str) -> None:
        self.settings, self.pictures, self.device = settings, pictures, device
        torch.manual_seed(settings.seed)
        self.network = network(settings, len(pictures.classes)).to(device)
        choice = {"momentum": 0.9} if settings.optimizer == "sgd" else {}
        self.optimizer = OPTIMIZERS[settings.optimizer](self.network.parameters(), settings.lr, fused=True, **choice)
        self.epochs: list[Epoch] = []
        self.step, self.loss, self.right, self.seconds = 0, 0.0, 0, 0.0
        self.images, self.val_images = tensor(pictures.images, device), tensor(pictures.val_images, device)
        self.labels = torch.as_tensor(pictures.labels, device=device)
        self.val_labels = torch.as_tensor(pictures.val_labels, device=device)

    def run(self) -> Iterator[Progress | Epoch]:
        """Go on to the last epoch, and give what was done after each step and each epoch."""
        while len(self.epochs) < self.settings.epochs:
            number = len(self.epochs) + 1
            parts = batches(len(self.labels), self.settings.batch, self.settings.seed, number)
            while self.step < len(parts):
                begun = time.perf_counter()
                with enough_memory():
                    self._learn(number, parts[self.step])
                self.seconds += time.perf_counter() - begun
                yield Progress(number, self.step, len(parts))
            self._end(number)
            yield self.epochs[-1]

    def _learn(self, epoch: int, chosen: Any) -> None:
        """One step on the pictures chosen. Its chances come from its number, so that a run resumed has the same."""
        torch.manual_seed(int(np.random.SeedSequence((self.settings.seed, epoch, self.step)).generate_state(1)[0]))
        self.network.train()
        labels = self.labels[chosen]
        outputs = self.network(self.images[chosen])
        loss = nn.functional.cross_entropy(outputs, labels)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.step += 1
        self.loss += loss.item() * len(labels)
        self.right += int((outputs.argmax(1) == labels).sum())
        if not math.isfinite(self.loss):
            raise CnnquizError(f"epoch {epoch}, step {self.step}: the loss is no number any more; lower --lr")

    def _end(self, number: int) -> None:
        """Validate, and note the epoch."""
        begun, many = time.perf_counter(), len(self.labels)
        outputs = self.val_outputs()
        loss = nn.functional.cross_entropy(outputs, self.val_labels).item()
        accuracy = (outputs.argmax(1) == self.val_labels).double().mean().item()
        seconds = round(self.seconds + time.perf_counter() - begun, 2)
        self.epochs.append(Epoch(number, self.step, self.loss / many, self.right / many, loss, accuracy, seconds))
        self.step, self.loss, self.right, self.seconds = 0, 0.0, 0, 0.0

    def val_outputs(self) -> Any:
        """The outputs for the validation pictures, in eval mode."""
        self.network.train(False)
        with torch.inference_mode(), enough_memory():
            return torch.cat([self.network(part) for part in self.val_images.split(AT_ONCE)])

    def summary(self, colour_accuracy: float) -> Summary:
        """What is trained, and on what."""
        parameters = sum(each.numel() for each in self.network.parameters())
        many, others = len(self.labels), len(self.val_labels)
        return Summary(self.settings, parameters, self.device, self.pictures.classes, many, others, colour_accuracy)

    def outcome(self) -> Outcome:
        """The confusion matrix, and six predictions, evenly spread over the classes."""
        classes = self.pictures.classes
        probabilities = self.val_outputs().softmax(1).cpu()
        predicted, truths = probabilities.argmax(1).tolist(), self.val_labels.tolist()
        confusion = [[0] * len(classes) for _ in classes]
        for truth, guess in zip(truths, predicted, strict=True):
            confusion[truth][guess] += 1
        by_class = sorted(range(len(truths)), key=lambda one: truths[one])
        shown = [by_class[number * len(truths) // SHOWN] for number in range(min(SHOWN, len(truths)))]
        found = [Prediction(self._thumbnail(one), classes[truths[one]], classes[predicted[one]],
                            probabilities[one, predicted[one]].item()) for one in shown]  # fmt: skip
        return Outcome(classes, confusion, found)

    def _thumbnail(self, number: int) -> Pixels:
        small = nn.functional.adaptive_avg_pool2d(self.val_images[number].cpu(), THUMBNAIL)
        pixels = ((small + 1) * 127.5).round().int().permute(1, 2, 0).tolist()
        return [[(red, green, blue) for red, green, blue in row] for row in pixels]

    def save(self, path: Path) -> None:
        """Write all of the run, to go on with."""
        state = State(
            self.settings, self.epochs, len(self.labels), self.pictures.classes, self.step, self.loss, self.right,
            self.seconds, self.network.state_dict(), self.optimizer.state_dict(),
        )  # fmt: skip
        plain = asdict(state)
        plain |= {"settings": asdict(self.settings), "epochs": [asdict(each) for each in self.epochs]}
        with replacement(path, "the run cannot be saved", (OSError, RuntimeError)) as draft, draft.open("wb") as file:
            torch.save(plain, file)

    def resume(self, state: State) -> None:
        """Take up a saved run; CnnquizError where it was of other pictures."""
        if (state.pictures, state.classes) != (len(self.labels), self.pictures.classes):
            raise CnnquizError("--resume: the saved run learned from other pictures than are there now")
        self.network.load_state_dict(state.network)
        self.optimizer.load_state_dict(state.optimizer)
        self.epochs = list(state.epochs)
        self.step, self.loss, self.right, self.seconds = state.step, state.loss, state.right, state.seconds


@contextmanager
def enough_memory() -> Iterator[None]:
    """CnnquizError where PyTorch runs out of memory in the block."""
    try:
        yield
    except RuntimeError as fault:
        if "memory" not in str(fault):
            raise
        raise CnnquizError("there is too little memory for this: lower --batch or --size") from None


def saved_state(path: Path) -> State:
    """A saved run; CnnquizError where there is none."""
    if not path.is_file():
        raise CnnquizError(f"{display_text(path)}: no run is saved there; name its folder with --output")
    try:
        return msgspec.convert(torch.load(path, map_location="cpu", weights_only=True), State)
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, EOFError, pickle.UnpicklingError):
        raise CnnquizError(f"{display_text(path)}: this is no saved run, or it is damaged") from None


def network(settings: Settings, classes: int) -> Any:
    """The network for so many classes; VGG-16 is given batch normalisation and He's initial weights, except plain."""
    if settings.network != "vgg16":
        return models.network(settings.network, classes=classes)
    made = models.network("vgg16", classes=classes, size=settings.size, norm=not settings.plain)
    weighted = [layer for layer in made.modules() if isinstance(layer, nn.Conv2d | nn.Linear)]
    for layer in [] if settings.plain else weighted[:-1]:  # those before a ReLU
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        nn.init.zeros_(layer.bias)
    return made


def batches(count: int, batch: int, seed: int, epoch: int) -> list[Any]:
    """The numbers of the pictures of each step; a last one alone joins those before, since one has no variance."""
    order = np.random.default_rng((seed, epoch)).permutation(count)
    starts = [start for start in range(batch, count, batch) if count - start > 1]
    return [torch.as_tensor(part) for part in np.split(order, starts)]


def tensor(images: Any, device: str) -> Any:
    """Pictures as PyTorch takes them: (count, 3, size, size), from -1 to 1."""
    return torch.as_tensor(images, device=device).permute(0, 3, 1, 2).float().contiguous() / 127.5 - 1


def device_called(name: str) -> str:
    """The device of that name, or the fastest for `auto`; CnnquizError where it is not there."""
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name != "auto" and not there[name]:
        raise CnnquizError(f"--device: PyTorch finds no {name} here; leave it out to take what is there")
    return next(each for each, usable in there.items() if usable) if name == "auto" else name
