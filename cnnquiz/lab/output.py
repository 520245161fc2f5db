"""What a run leaves in its folder: its checkpoint, the numbers of its epochs as CSV, and its curves as a PNG."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from cnnquiz.files import replacement
from cnnquiz.lab.records import Epoch
from cnnquiz.lab.training import Training

CHECKPOINT, NUMBERS, PICTURE = FILES = ("checkpoint.pt", "epochs.csv", "curves.png")
WIDE, HIGH, EDGE = 520, 360, 50
CURVES = (("loss", "loss", "val_loss"), ("accuracy", "accuracy", "val_accuracy"))
BLUE, ORANGE, BLACK = (31, 119, 180), (230, 110, 10), (40, 40, 40)


def write(folder: Path, run: Training) -> None:
    """Write all of it; numbers and curves are of the epochs that are done."""
    epochs = run.epochs
    run.save(folder / CHECKPOINT)
    with replacement(folder / NUMBERS, "it cannot be written") as draft, draft.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(Epoch.__struct_fields__)
        rows.writerows([getattr(each, name) for name in Epoch.__struct_fields__] for each in epochs)
    if epochs:
        with replacement(folder / PICTURE, "it cannot be written") as draft:
            curves(epochs).save(draft, "PNG")


def curves(epochs: Sequence[Epoch]) -> Image.Image:
    """Loss and accuracy side by side: total in blue, validation in orange."""
    image = Image.new("RGB", (len(CURVES) * WIDE, HIGH), "white")
    for number, (title, total, validation) in enumerate(CURVES):
        lines = [[float(getattr(each, name)) for each in epochs] for name in (total, validation)]
        panel(ImageDraw.Draw(image), number * WIDE, title, lines)
    return image


def panel(draw: ImageDraw.ImageDraw, left: int, title: str, lines: Sequence[Sequence[float]]) -> None:
    """One plot: a point for each epoch, the axis from 0 to the largest value or 1."""
    font = ImageFont.load_default(14)
    top = max(1.0, *map(max, lines))
    across = (WIDE - 2 * EDGE) / max(len(lines[0]) - 1, 1)
    floor, high = HIGH - EDGE, HIGH - 2 * EDGE
    draw.line([(left + EDGE, EDGE), (left + EDGE, floor), (left + WIDE - EDGE, floor)], BLACK)
    for part in (0, 0.5, 1):
        draw.text((left + EDGE - 8, floor - part * high), f"{part * top:.2f}", BLACK, font, anchor="rm")
    for number in {0, len(lines[0]) - 1}:
        draw.text((left + EDGE + number * across, floor + 6), f"{number + 1}", BLACK, font, anchor="mt")
    draw.text((left + WIDE / 2, floor + 22), "epoch", BLACK, font, anchor="mt")
    for place, (name, colour, values) in enumerate(zip(("total", "validation"), (BLUE, ORANGE), lines, strict=True)):
        points = [(left + EDGE + n * across, floor - value / top * high) for n, value in enumerate(values)]
        draw.line(points, colour, 2)
        for x, y in points:
            draw.ellipse((x - 3, y - 3, x + 3, y + 3), colour)
        draw.text((left + EDGE + 10 + 190 * place, 20), f"{name} {title}", colour, font)
