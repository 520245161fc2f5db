"""What training is asked for and what comes of it, as records that need neither torch nor numpy."""

from __future__ import annotations

from msgspec import Struct

Pixel = tuple[int, int, int]
Pixels = list[list[Pixel]]


class Settings(Struct, frozen=True):
    """What decides a run's numbers; `data` is a folder of pictures, None for those that are drawn."""

    network: str
    epochs: int
    batch: int
    size: int
    lr: float
    optimizer: str
    seed: int
    plain: bool = False
    data: str | None = None


class Summary(Struct, frozen=True):
    """What a run learns from: how many pictures, their classes, and how far their colours alone lead."""

    settings: Settings
    parameters: int
    device: str
    classes: list[str]
    pictures: int
    validation: int
    colour_accuracy: float


class Epoch(Struct, frozen=True):
    """One epoch: means over its pictures while it learned, then over the validation pictures in eval mode."""

    epoch: int
    steps: int
    loss: float
    accuracy: float
    val_loss: float
    val_accuracy: float
    seconds: float


class Progress(Struct, frozen=True):
    """So many steps of an epoch are done."""

    epoch: int
    step: int
    steps: int


class Prediction(Struct, frozen=True):
    """A validation picture, what it shows, and what the network takes it for, with what probability."""

    pixels: Pixels
    truth: str
    predicted: str
    probability: float


class Outcome(Struct, frozen=True):
    """What the trained network makes of the validation pictures; `confusion[truth][predicted]` are counts."""

    classes: list[str]
    confusion: list[list[int]]
    predictions: list[Prediction]


class Again(Struct, frozen=True):
    """A figure measured again: what it is now, what it was, the least and the greatest of the seeds recorded, and
    whether it is no farther from these than they are from each other."""

    name: str
    now: float
    recorded: float
    spread: tuple[float, float]
    agrees: bool
