"""Pictures to learn from: those that are drawn, or a person's own; and how far their colours alone lead."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image, ImageOps

from cnnquiz.errors import CnnquizError
from cnnquiz.lab import flowers
from cnnquiz.shown import display_text

TRAINING, VALIDATION = 216, 72
MOST = 20_000  # pictures of a person's own
FEWEST = 4  # of each class: three to learn from, one to validate
SHADES = 4  # of red, green and blue each, in the colours that are counted


class Pictures(NamedTuple):
    """Pictures (count, size, size, 3) of uint8 with the numbers of their classes, to learn from and to validate."""

    classes: list[str]
    images: Any
    labels: Any
    val_images: Any
    val_labels: Any


def drawn(size: int, seed: int) -> Pictures:
    """216 drawn flowers to learn from, and 72 others."""
    images, labels = flowers.pictures(TRAINING + VALIDATION, size, seed)
    apart = np.split(images, [TRAINING]), np.split(labels, [TRAINING])
    return Pictures(list(flowers.FLOWERS), apart[0][0], apart[1][0], apart[0][1], apart[1][1])


def from_folder(folder: Path, size: int, seed: int) -> Pictures:
    """The pictures of a folder with one folder for each class; every fourth of each class validates."""
    classes = class_files(folder)
    images = {name: np.stack([image(file, size) for file in files]) for name, files in classes.items()}
    random, apart = np.random.default_rng(seed), []
    for number, each in enumerate(images.values()):
        mixed, quarter = random.permutation(each), len(each) // 4
        label = np.full(len(each), number)
        apart.append((mixed[quarter:], label[quarter:], mixed[:quarter], label[:quarter]))
    return Pictures(list(images), *(np.concatenate(parts) for parts in zip(*apart, strict=True)))


def class_files(folder: Path) -> dict[str, list[Path]]:
    """The files of each class; CnnquizError says what a folder lacks."""
    where = display_text(folder)
    if not folder.is_dir():
        raise CnnquizError(f"{where}: this is no folder; name one that holds a folder of pictures for each class")
    found = {each.name: visible(each) for each in visible(folder) if each.is_dir()}
    if len(found) < 2:
        raise CnnquizError(f"{where}: {len(found)} folders in it, and two classes or more are needed, a folder each")
    for name, files in found.items():
        if len(files) < FEWEST:
            few = f"{len(files)} pictures in {display_text(name)}, and {FEWEST} or more are needed"
            raise CnnquizError(f"{where}: {few}")
    if (many := sum(map(len, found.values()))) > MOST:
        raise CnnquizError(f"{where}: {many:,} pictures are more than the {MOST:,} that are read")
    return found


def visible(folder: Path) -> list[Path]:
    """What lies in a folder, in order, without hidden files."""
    return sorted(each for each in folder.iterdir() if not each.name.startswith("."))


def image(file: Path, size: int) -> Any:
    """A file's picture: its middle square, at this size."""
    try:
        with Image.open(file) as opened:
            return np.asarray(ImageOps.fit(ImageOps.exif_transpose(opened).convert("RGB"), (size, size)))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise CnnquizError(f"{display_text(file)}: this is no picture that can be read; take it out") from None


def colour_accuracy(pictures: Pictures) -> float:
    """The share of validation pictures that a linear classifier gets right from how much there is of 64 colours.

    Least squares on the roots of the shares, with a small ridge: what form adds is what a network reaches beyond it.
    """
    shares, others = colour_shares(pictures.images), colour_shares(pictures.val_images)
    mean, wanted = shares.mean(0), np.eye(len(pictures.classes))[pictures.labels]
    centred = shares - mean
    weights = np.linalg.solve(centred.T @ centred + 0.1 * np.eye(SHADES**3), centred.T @ (wanted - wanted.mean(0)))
    predicted = ((others - mean) @ weights + wanted.mean(0)).argmax(1)
    return float((predicted == pictures.val_labels).mean())


def colour_shares(images: Any) -> Any:
    """The root of each colour's share of each picture, (count, 64)."""
    shade = images.astype(int) * SHADES // 256 @ np.array([SHADES**2, SHADES, 1])
    return np.sqrt([np.bincount(each.ravel(), minlength=SHADES**3) / each.size for each in shade])
