"""One calculator a file; the folder is the registry: `names` lists it without importing, `load` imports one."""

from __future__ import annotations

import importlib
from functools import cache
from pathlib import Path

from cnnquiz.errors import CnnquizError
from cnnquiz.naming import did_you_mean
from cnnquiz.solver.calculator import Calculator


@cache
def names() -> list[str]:
    """The names of all calculators, in alphabetical order."""
    return sorted(path.stem for path in Path(__path__[0]).glob("[!_]*.py"))


@cache
def load(name: str) -> Calculator:
    """The calculator of that name; CnnquizError with the nearest names where there is none."""
    if name not in names():
        short = str(name)[:40]
        raise CnnquizError(f"there is no calculator `{short}`: {did_you_mean(short, names(), _all_names())}")
    return Calculator.from_module(importlib.import_module(f"{__name__}.{name}"))


def _all_names() -> str:
    return f"there are {', '.join(names())}"
