"""One calculator a file; the folder is the registry: `names` lists it without importing, `load` imports one."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from functools import cache

from cnnquiz.errors import CnnquizError
from cnnquiz.solver.calculator import Calculator


@cache
def names() -> list[str]:
    """The names of all calculators, in alphabetical order."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))


@cache
def load(name: str) -> Calculator:
    """The calculator of that name; CnnquizError with the nearest names where there is none."""
    if name not in names():
        near = difflib.get_close_matches(str(name)[:40], names(), 3, 0.6)
        hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(names())}"
        raise CnnquizError(f"there is no calculator `{str(name)[:40]}`: {hint}")
    calculator: Calculator = importlib.import_module(f"{__name__}.{name}").CALCULATOR
    return calculator
