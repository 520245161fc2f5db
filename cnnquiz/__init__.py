"""cnnquiz: a terminal tutor for the numbers and ideas of convolutional networks."""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.2.0"
__all__ = ["__version__", "check", "find", "load_bank", "read", "solve"]


def __getattr__(name: str) -> Any:
    """What Python programs use, imported when it is first used."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module("cnnquiz.python_api"), name)
