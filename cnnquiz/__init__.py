"""cnnquiz: a terminal tutor for the numbers and ideas of convolutional networks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnnquiz.bank import Loaded
    from cnnquiz.solution import Solution

__version__ = "0.2.0"
__all__ = ["__version__", "load_bank", "solve"]


def solve(calculator: str, want: str | None = None, **given: Any) -> Solution:
    """Solve one numerical: `solve("conv", size=256, kernel_size=7, stride=2)`.

    Givens go by their short names or by PyTorch's (`size` and `in_` stand for `in`, which Python keeps
    for itself). Raises `model.GivenError` for a given that cannot be used.
    """
    from cnnquiz import calculators

    declared = calculators.load(calculator)
    renamed = {{"size": "in", "in_": "in"}.get(name, name): value for name, value in given.items()}
    return declared.solve(declared.read(renamed), want)


def load_bank(name: str) -> Loaded:
    """A bank by its bundled id or its path. Raises `model.CnnquizError` where it cannot be used."""
    from cnnquiz.bank import open_bank

    return open_bank(name)
