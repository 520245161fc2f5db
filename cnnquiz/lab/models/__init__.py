"""The networks that the lab builds and trains, one per file: the file is what `lab show` shows and what runs."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

FOLDER = Path(__path__[0])


def names() -> list[str]:
    """The networks, without importing any."""
    return sorted(path.stem for path in FOLDER.glob("[!_]*.py"))


def network(name: str, **settings: Any) -> Any:
    """A network, built with these settings."""
    return importlib.import_module(f"{__name__}.{name}").network(**settings)
