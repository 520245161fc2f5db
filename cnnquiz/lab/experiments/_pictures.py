"""The pictures that the experiments share: digits drawn in strokes, as a hand writes them, and flowers."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from PIL import Image, ImageDraw

from cnnquiz.lab import flowers as drawn_flowers

FINE = 4  # pixels drawn for each pixel of the picture, along each axis
ROUND = [(0.5, 0), (0.85, 0.15), (0.95, 0.5), (0.85, 0.85), (0.5, 1), (0.15, 0.85), (0.05, 0.5), (0.15, 0.15), (0.5, 0)]
Line = list[tuple[float, float]]
DIGITS: list[list[Line]] = [
    [ROUND],
    [[(0.25, 0.25), (0.55, 0), (0.55, 1)]],
    [[(0.1, 0.25), (0.3, 0), (0.7, 0), (0.9, 0.25), (0.8, 0.5), (0.1, 1), (0.95, 1)]],
    [[(0.1, 0.05), (0.7, 0), (0.9, 0.25), (0.5, 0.45), (0.95, 0.7), (0.7, 1), (0.1, 0.95)]],
    [[(0.7, 1), (0.7, 0), (0.05, 0.65), (0.95, 0.65)]],
    [[(0.9, 0), (0.2, 0), (0.15, 0.45), (0.7, 0.4), (0.95, 0.7), (0.7, 1), (0.1, 0.95)]],
    [[(0.8, 0), (0.3, 0.3), (0.1, 0.7), (0.35, 1), (0.75, 0.95), (0.85, 0.65), (0.5, 0.5), (0.15, 0.65)]],
    [[(0.05, 0), (0.95, 0), (0.4, 1)]],
    [[(0.5, 0.45), (0.15, 0.25), (0.5, 0), (0.85, 0.25), (0.5, 0.45), (0.1, 0.75), (0.5, 1), (0.9, 0.75), (0.5, 0.45)]],
    [[(0.85, 0.35), (0.5, 0.5), (0.15, 0.3), (0.35, 0), (0.75, 0.05), (0.85, 0.35), (0.7, 1)]],
]


def digits(count: int, size: int, seed: int) -> tuple[Any, Any]:
    """So many digits, (count, 1, size, size) from 0 to 1, and which they are; all equally often."""
    kinds: Any = np.arange(count) % len(DIGITS)
    drawn = [digit(DIGITS[kind], size, np.random.default_rng((seed, number))) for number, kind in enumerate(kinds)]
    return torch.as_tensor(np.stack(drawn))[:, None], torch.as_tensor(kinds)


def flowers(count: int, size: int, seed: int) -> tuple[Any, Any]:
    """So many flowers, (count, 3, size, size) from -1 to 1, and which of the four they are; all equally often."""
    images, kinds = drawn_flowers.pictures(count, size, seed)
    return torch.as_tensor(images).permute(0, 3, 1, 2).float().contiguous() / 127.5 - 1, torch.as_tensor(kinds)


def digit(lines: list[Line], size: int, random: Any) -> Any:
    """One digit: each of its points moved a little, the whole turned, slanted, made narrower, moved."""
    wide = FINE * size
    image = Image.new("L", (wide, wide))
    draw = ImageDraw.Draw(image)
    turn, slant = random.uniform(-0.2, 0.2), random.uniform(-0.25, 0.25)
    high = wide * random.uniform(0.55, 0.7)
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) @ np.array([[1, slant], [0, 1]])
    matrix = matrix * (high * random.uniform(0.6, 0.85), high)
    centre, pen = wide / 2 + random.uniform(-0.07, 0.07, 2) * wide, max(round(wide * random.uniform(0.06, 0.11)), 1)
    for line in lines:
        points = (np.array(line) - 0.5 + random.normal(0, 0.035, (len(line), 2))) @ matrix.T + centre
        draw.line([tuple(each) for each in points], fill=255, width=pen, joint="curve")
    small = image.resize((size, size), Image.Resampling.BOX)
    return np.asarray(small, dtype=np.float32) / 255
