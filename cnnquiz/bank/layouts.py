"""A bank whose shapes begin with the channels: its calculators are told so once, for whoever works its items."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from cnnquiz.errors import CnnquizError
from cnnquiz.model import Bank, Derivation, Item


def with_layout(bank: Bank) -> Bank:
    """The bank, the layout of its shapes among the givens of each derivation that takes one."""
    return replace(bank, items=[_item_with_layout(item) for item in bank.items]) if bank.layout == "chw" else bank


def _item_with_layout(item: Item) -> Item:
    """The item; one whose givens fit only as height x width x channels stays as it is."""
    derivation = item.derivation
    if derivation is None or "layout" in derivation.given:
        return item
    given = {**derivation.given, "layout": "chw"}
    if not _fits(derivation.calculator, given):
        return item
    return replace(item, derivation=Derivation({derivation.calculator: given, "want": derivation.want}))


def _fits(name: str, given: dict[str, Any]) -> bool:
    from cnnquiz import calculators

    try:
        calculator = calculators.load(name)
        return any(one.short == "layout" for one in calculator.quantities) and bool(calculator.read(given).stated)
    except CnnquizError:
        return False
