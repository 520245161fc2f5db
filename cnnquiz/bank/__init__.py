"""YAML text -> Bank and located Findings: every scalar is read as text, and the types of `model` convert it."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cnnquiz import files, yaml_text
from cnnquiz.bank.loader import Loaded, load_tree, unreadable
from cnnquiz.errors import CnnquizError, ItemFault
from cnnquiz.files import bundled, figure_text
from cnnquiz.naming import did_you_mean
from cnnquiz.shown import display_text

__all__ = ["Loaded", "bundled", "fault_place", "figure_text", "load", "open_bank", "schema"]


MOST_ASKED = 10_000  # items of a bank that is taken or drilled; `check` takes larger ones apart


def open_bank(name: str) -> Loaded:
    """A bundled bank by its id, or a bank by its path, ready for use; a bank with a fault is refused."""
    banks = bundled()
    loaded = load(banks[name] if name in banks else path_of(name, banks), most=MOST_ASKED)
    wrong = [finding for finding in loaded.findings if finding.level == "error"]
    if wrong or loaded.bank is None:
        more = f" (and {len(wrong) - 1} more: run cnnquiz check {loaded.path})" if len(wrong) > 1 else ""
        first = min(wrong, key=lambda one: one.rule != "yaml-syntax")  # it brings others about
        raise CnnquizError(f"{loaded.path}:{first.line}:{first.column}: {first.message}{more}")
    return loaded


def path_of(name: str, banks: dict[str, Path]) -> Path:
    """The path that a name stands for; a name that is neither a path nor a bank is refused."""
    path = Path(name)
    if "/" in name or "\\" in name or path.suffix in (".yaml", ".yml") or "\0" in name or path.exists():
        return path
    hint = did_you_mean(name.lower(), banks, f"there are {', '.join(sorted(banks)) or 'no banks here'}", most=1)
    raise CnnquizError(f"no bank is called {display_text(name)!r}: {hint} (a path works too)")


def load(source: str | Path, text: str | None = None, most: int = yaml_text.MOST_ITEMS) -> Loaded:
    """Read a bank of so many items at most, from its file or from a text given; all faults of it are findings."""
    path, slow = display_text(source), yaml_text.is_slow()
    with pause_collector():
        try:
            text = yaml_text.decode(files.read_bytes(Path(source))) if text is None else text
            document = yaml_text.read(text := text.removeprefix("\ufeff"), most)
        except yaml_text.Stop as stop:
            return unreadable(path, text or "", stop.faults, slow)
        return load_tree(path, text, document.tree, document.faults, document.positions, slow)


@contextmanager
def fault_place(bank: Loaded | str) -> Iterator[None]:
    """Put an item's place in the file before an ItemFault raised in the block. `bank` may be a name or a path."""
    try:
        yield
    except ItemFault as fault:
        loaded = bank if isinstance(bank, Loaded) else open_bank(bank)
        index = next(index for index, item in loaded.items if item.id == fault.item)
        line, column = loaded.locate("items", index, "derivation")
        raise CnnquizError(f"{loaded.path}:{line}:{column}: {fault}") from None


def schema() -> dict[str, Any]:
    """The JSON Schema of a bank, for editors."""
    from cnnquiz.bank import json_schema

    return json_schema.schema()


@contextmanager
def pause_collector() -> Iterator[None]:
    """Pause garbage collection, which would walk the growing tree again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
