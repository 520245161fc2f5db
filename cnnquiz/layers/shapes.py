"""How a shape is written, channels first or last, and what is assumed where it does not say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cnnquiz.errors import GivenError
from cnnquiz.mathematics.expression import Letter
from cnnquiz.solver.calculator import Quantity
from cnnquiz.solver.givens import TypedShape, are_numbers, choice

LAYOUT = Quantity(
    "layout", "layout", choice("hwc", "chw"), "how shapes are written: hwc (height, width, channels; usual) or chw",
    None,
)  # fmt: skip
_PICTURES = (1, 3)  # channels of grey and of coloured images
_ORDER = {2: "length x channels", 3: "height x width x channels", 4: "depth x height x width x channels"}


def ask_for_layout(size: tuple[Any, ...], channels: Any) -> None:
    """Raise GivenError where a size without a layout looks as if its channels came first: 3x224x224.

    channels  those that are given apart, which then are the first number or none
    """
    if len(size) != 3 or size[0] not in _PICTURES or size[1] != size[2] or not are_numbers(*size):
        return
    first, height, width = size
    apart = isinstance(size, TypedShape) and channels == first
    if height > first and (channels is None or apart):
        written = _size_text(size)
        hwc = f"hwc for a map {first} high and {height} wide with {width} channels"
        raise GivenError(f"in: do the channels come first in {written}? Give layout chw; or {hwc}", "in")


def refuse_other_channels(size: tuple[Any, ...], channels: Any) -> None:
    """Raise GivenError where a picture's size has other channels than those that are given apart: 32x32x3 beside 5.

    As three axes, it would be a volume of depth 3; a kernel with a value for each axis says so.
    """
    written = isinstance(size, TypedShape) and len(size) == 3 and are_numbers(*size, channels)
    if written and channels not in (size[0], size[-1]) and size[0] == size[1] != size[-1] in _PICTURES:
        volume = f"for a volume of {_size_text(size)} pixels, give k for each axis, as in 3x3x3"
        raise GivenError(f"channels: {channels} are given, but in has {size[-1]}; {volume}", "channels")


def order_assumption(size: tuple[Any, ...]) -> Iterator[str]:
    """That a size ends with its channels, unless its numbers leave no doubt: 256x256x64, 224x192x3."""
    plain = len(size) == 3 and (size[-1] in _PICTURES or size[0] == size[1] != size[2])
    if are_numbers(*size) and not plain:
        yield f"{_size_text(size)} is read as {_ORDER[len(size)]}: {size[-1]} channels"


def square_assumption(side: int | Letter, axes: int) -> Iterator[str]:
    """That one number is the side of a square, or of a cube."""
    if axes > 1:
        yield f"{side} is the side of a {'square' if axes == 2 else 'cube'}: {_size_text((side,) * axes)}"


def _size_text(size: tuple[Any, ...]) -> str:
    return "x".join(map(str, size))
