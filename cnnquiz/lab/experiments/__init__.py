"""The experiments behind keys, one per file: what is measured with a seed, and what is claimed of it.

    docstring   its first line is a title; then what is done, why, and what it does not show
    SHOWS       in one sentence, what CLAIM says
    CLAIM       a condition over the figures of one seed; it has to hold for each
    FIGURES     what each figure is, in a few words, by its name
    trial(seed) the figures, and pictures where there are some
    BARS        the figures that one bar can be compared with another's, if any
    TIMES       the figures that the machine decides, if any

A constant of a file may be cut down in a test. The file's name is the experiment's; its source is that file and what
it imports of the lab.
"""

from __future__ import annotations

import ast
import hashlib
import importlib
import re
from pathlib import Path
from types import ModuleType

FOLDER = Path(__path__[0])
_IMPORT = re.compile(r"^from cnnquiz\.(lab[\w.]*) import (\w+)", re.MULTILINE)


def names() -> list[str]:
    """The experiments, without importing any."""
    return sorted(path.stem for path in FOLDER.glob("[!_]*.py"))


def load(name: str) -> ModuleType:
    """The experiment's module, which needs PyTorch."""
    return importlib.import_module(f"{__name__}.{name}")


def title(name: str) -> str:
    """What an experiment is about, in words; PyTorch is not needed for it."""
    tree = ast.parse((FOLDER / f"{name}.py").read_text(encoding="utf-8"))
    return (ast.get_docstring(tree) or "").partition("\n")[0]


def source_hash(name: str) -> str:
    """The SHA-256 of an experiment's file and of the files of the lab that it imports."""
    package, texts, left = FOLDER.parents[1], dict[Path, str](), [FOLDER / f"{name}.py"]
    while left:
        path = left.pop()
        if path in texts or not path.is_file():
            continue
        texts[path] = path.read_text(encoding="utf-8")
        for module, part in _IMPORT.findall(texts[path]):
            place = package.joinpath(*module.split("."))
            left += [place.with_suffix(".py"), place / f"{part}.py"]
    return hashlib.sha256("\0".join(texts[path] for path in sorted(texts)).encode()).hexdigest()
