"""Pictures of four flowers, drawn by us: they differ in the form of their petals, and all have the same colours."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

FINE = 3  # pixels drawn for each pixel of the picture, along each axis
PALETTE = ((214, 60, 80), (236, 150, 40), (245, 235, 225), (190, 110, 200))
GROUNDS = ((60, 95, 50), (90, 95, 70), (45, 60, 50))
USUAL = 0.1  # of the flowers of a kind have that kind's own colour; the others have any


class Ring(NamedTuple):
    """Petals around the centre: where they point in degrees, length and half-width as parts of the radius, and where
    along its length a petal is widest: small near the centre (it is pointed), large near the end (it is round)."""

    angles: tuple[float, ...]
    length: float
    width: float
    widest: float


def around(count: int, length: float, width: float, widest: float, turn: float = 0.0) -> Ring:
    """A ring of petals, equally far apart."""
    return Ring(tuple(360 * number / count + turn for number in range(count)), length, width, widest)


FLOWERS = {
    "rose": (around(5, 1, 0.5, 0.65), around(5, 0.75, 0.4, 0.65, 36), around(4, 0.5, 0.3, 0.65),
             around(3, 0.3, 0.2, 0.65, 40)),
    "marigold": (around(13, 1, 0.17, 0.7), around(11, 0.78, 0.15, 0.7, 12), around(9, 0.54, 0.13, 0.7),
                 around(7, 0.3, 0.1, 0.7)),
    "lily": (around(3, 1, 0.24, 0.4), around(3, 0.95, 0.2, 0.4, 60)),
    "orchid": (Ring((90, 215, 325), 0.9, 0.22, 0.5), Ring((5, 175), 1, 0.42, 0.6), Ring((270,), 0.6, 0.25, 0.7)),
}  # fmt: skip


def pictures(count: int, size: int, seed: int) -> tuple[Any, Any]:
    """So many pictures, (count, size, size, 3) of uint8, and the number of the flower in each; all equally often."""
    kinds: Any = np.arange(count) % len(FLOWERS)
    drawn = [picture(kind, size, np.random.default_rng((seed, number))) for number, kind in enumerate(kinds)]
    return np.stack(drawn), kinds


def picture(kind: int, size: int, random: Any) -> Any:
    """One flower somewhere before leaves, of any colour and size, turned, seen aslant, blurred, with noise."""
    wide = FINE * size
    image = Image.new("RGB", (wide, wide), shade(GROUNDS[random.integers(len(GROUNDS))], random, 0.2))
    draw = ImageDraw.Draw(image)
    for _ in range(random.integers(3, 9)):
        leaf(draw, wide, random)
    flower(draw, kind, wide, random)
    image = image.filter(ImageFilter.GaussianBlur(FINE * random.uniform(0.2, 1.0)))
    image = image.resize((size, size), Image.Resampling.BOX)
    noise = random.normal(0, random.uniform(3, 12), (size, size, 3))
    return np.clip(np.asarray(image) * random.uniform(0.8, 1.15) + noise, 0, 255).astype(np.uint8)


def leaf(draw: ImageDraw.ImageDraw, wide: int, random: Any) -> None:
    """A green leaf, or a petal that fell."""
    fallen = random.random() < 0.1
    colour = shade(PALETTE[random.integers(len(PALETTE))] if fallen else (70, 130, 60), random, 0.3)
    long = wide * random.uniform(0.1, 0.25 if fallen else 0.5)
    where = random.uniform(0, wide, 2)
    draw.polygon(petal(where, long, long * random.uniform(0.2, 0.4), 0.5, random.uniform(0, 360), 1.0, 0.0), colour)


def flower(draw: ImageDraw.ImageDraw, kind: int, wide: int, random: Any) -> None:
    """The petals, ring upon ring, and the centre."""
    colour = PALETTE[kind if random.random() < USUAL else random.integers(len(PALETTE))]
    radius = wide * random.uniform(0.33, 0.46)
    centre = wide / 2 + random.uniform(-1, 1, 2) * (wide / 2 - 0.9 * radius)
    turn, aslant, axis = random.uniform(-15, 15), random.uniform(0.8, 1.0), random.uniform(0, 180)
    for depth, ring in enumerate(list(FLOWERS.values())[kind]):
        for angle in ring.angles:
            length = radius * ring.length * random.uniform(0.85, 1.1)
            width = radius * ring.width * random.uniform(0.85, 1.15)
            outline = petal(centre, length, width, ring.widest, angle + turn + random.uniform(-6, 6), aslant, axis)
            draw.polygon(outline, shade(colour, random, 0.12, 1 - 0.09 * depth), shade(colour, random, 0, 0.6), 1)
    ends = [tuple(centre + way * radius * 0.12) for way in (-1, 1)]
    draw.ellipse(ends, shade((200, 170, 60), random, 0.3))


def petal(
    centre: Any, length: float, width: float, widest: float, angle: float, aslant: float, axis: float
) -> list[tuple[float, float]]:
    """The outline of one petal from the centre outwards, pressed together across the axis."""
    along = np.linspace(0, 1, 13)
    half = width * np.sin(math.pi * along ** (math.log(0.5) / math.log(widest)))
    x = np.concatenate([along, along[::-1]]) * length
    y = np.concatenate([half, -half[::-1]])
    way = np.exp(1j * math.radians(angle - axis))
    points = (x + 1j * y) * way
    points = (points.real + 1j * points.imag * aslant) * np.exp(1j * math.radians(axis))
    return [(centre[0] + one.real, centre[1] - one.imag) for one in points]


def shade(colour: tuple[int, ...], random: Any, spread: float, light: float = 1.0) -> tuple[int, ...]:
    """A colour made lighter or darker by chance."""
    factor = light * random.uniform(1 - spread, 1 + spread)
    return tuple(min(round(part * factor), 255) for part in colour)
