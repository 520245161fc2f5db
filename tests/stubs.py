"""The types of cnnquiz's Python functions, for editors: `python tests/stubs.py` writes cnnquiz/__init__.pyi."""

from __future__ import annotations

import keyword
from collections.abc import Iterator
from pathlib import Path

from cnnquiz import calculators
from cnnquiz.solver.calculator import Calculator, Quantity

STUB = Path(__file__).parent.parent / "cnnquiz/__init__.pyi"
HEAD = '''\
# Made by tests/stubs.py from the declarations of the calculators.
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Literal, TypeAlias, overload

from cnnquiz.bank import Loaded
from cnnquiz.checks.report import Checked
from cnnquiz.parsers.diagnosis import Diagnosis
from cnnquiz.parsers.reading import Reading
from cnnquiz.python_api import Solved

__version__: str
Number: TypeAlias = int | float | Fraction | str
Size: TypeAlias = int | str | Sequence[int]
Numbers: TypeAlias = str | Number | Sequence[Number]
Rows: TypeAlias = str | Sequence[Any]

def load_bank(name: str) -> Loaded: ...
def check(path: str) -> Checked: ...
def read(text: str, options: Sequence[str] = ()) -> Reading | Diagnosis: ...
def find(calculator: str, *unknown: str, **given: Any) -> tuple[dict[str, int], ...]: ...
'''
TYPES = {
    "N": "Size", "HxWxC": "Size", "NUMBER": "Number", "A,B,C": "Numbers", "yes|no": "bool | str", "'A B; C D'": "Rows",
    "'A B; C D | ...'": "Rows", "1,2,3|'1 2; 3 4'": "Rows", "A-B-A": "str | Sequence[int]",
    "LAYERS": "str | Sequence[Any]",
}  # fmt: skip


def names(quantity: Quantity) -> Iterator[str]:
    """The names by which Python may give a quantity."""
    for name in dict.fromkeys((quantity.short, quantity.name)):
        if name.isidentifier() and not keyword.iskeyword(name):
            yield name
        if name == "in":
            yield from ("size", "in_")
        elif keyword.iskeyword(name):
            yield f"{name}_"


def annotation(quantity: Quantity) -> str:
    """The type of a quantity's values."""
    hint = quantity.kind.hint
    words = [word for word in hint.split("|") if word.islower()]
    if hint in TYPES:
        return TYPES[hint]
    if words and len(words) == len(hint.split("|")):
        every = ",\n        ".join(f'"{word}"' for word in words)
        return f"Literal[\n        {every}\n    ]"
    return "Size | str" if hint.startswith("N|") else "Any"


def overload(calculator: Calculator) -> str:
    """One calculator's overload of `solve`."""
    wants = ",\n        ".join(f'"{name}"' for name in calculator.result_names)
    rows = [f"    {name}: {annotation(q)} = ...," for q in calculator.quantities for name in names(q)]
    unique = list(dict.fromkeys(rows))
    want = f"    want: Literal[\n        {wants}\n    ] | None = None,"
    head = [f'    calculator: Literal["{calculator.name}"],', want, "    *,"]
    return "\n".join(["@overload", "def solve(", *head, *unique, ") -> Solved: ..."])


def stub() -> str:
    """The whole file."""
    every = map(overload, map(calculators.load, calculators.names()))
    last = "@overload\ndef solve(calculator: str, want: str | None = None, **given: Any) -> Solved: ..."
    return "\n".join([HEAD, *every, last, ""])


if __name__ == "__main__":
    STUB.write_text(stub(), encoding="utf-8")
