"""Banks found by their ids: those that come with the program, and those that were once named by a path."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from cnnquiz.bank import Loaded, open_bank
from cnnquiz.errors import CnnquizError
from cnnquiz.files import bundled, drills
from cnnquiz.history import History
from cnnquiz.model import Bank, Item
from cnnquiz.shown import display_text


class BankLocator:
    """The banks whose items the history holds, each opened once."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._bundled = {f"drill-{name}": path for name, path in drills().items()} | bundled()
        self._opened: dict[str, Loaded | CnnquizError] = {}

    def bank(self, name: str) -> Loaded:
        """The bank of that id; CnnquizError where it cannot be opened."""
        if name not in self._opened:
            try:
                self._opened[name] = self._open(name)
            except CnnquizError as error:
                self._opened[name] = error
        bank = self._opened[name]
        if isinstance(bank, CnnquizError):
            raise bank
        return bank

    def item(self, bank: str, item: str) -> tuple[Bank, Item]:
        """An item with its bank; CnnquizError where there is none."""
        loaded = self.bank(bank)
        assert loaded.bank is not None
        found = loaded.bank.item(item)
        if found is None:
            raise CnnquizError(f"bank `{bank}` has no item `{item}` any more")
        return loaded.bank, found

    @cached_property
    def _paths(self) -> dict[str, str]:
        return self._history.paths()

    def _open(self, name: str) -> Loaded:
        path = self._bundled.get(name) or self._paths.get(name)
        if path is None:
            raise CnnquizError(f"no bank `{display_text(name)}` is known here")
        loaded = open_bank(str(Path(path)))
        if loaded.bank is None or loaded.bank.id != name:
            raise CnnquizError(f"{display_text(path)}: this is no longer the bank `{display_text(name)}`")
        return loaded
