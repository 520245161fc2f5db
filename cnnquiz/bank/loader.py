"""A bank as read: what can be used, what is wrong, and where everything stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from cnnquiz.bank import item_rules
from cnnquiz.bank.validation import TreeFault, faults
from cnnquiz.errors import CnnquizError
from cnnquiz.model import Bank, Claim, Derivation, Finding, Item
from cnnquiz.yaml_text import NEW_BANK, Fault, Place, Positions

T = TypeVar("T")
MOST_FINDINGS = 1000
ASIDE = frozenset(("id", "topic", "hints", "note", "figure", "level"))  # no key rests on these fields


class Loaded(Struct, frozen=True):
    """A bank as read: the bank, if nothing is wrong; the findings; and what can be used in any case.

    `items` are the items without faults that touch their keys, each with its index in the file, for
    `locate("items", index, ...)`; `sound` is the bank with these items alone; `slow` says that libyaml is missing.
    """

    path: str
    text: str
    bank: Bank | None
    findings: tuple[Finding, ...] = ()
    items: tuple[tuple[int, Item], ...] = ()
    sound: Bank | None = None
    slow: bool = False
    positions: Positions | None = None

    def locate(self, *path: str | int, at_name: bool = False, phrase: str = "") -> Place:
        """Line and column of the value at a path: `locate("items", 3, "options", "b")`.

        A value that begins on a later line than its name is found at its name, as every value is with
        `at_name`. What does not exist is found at the nearest thing around it. A phrase is found inside the value.
        """
        if not self.positions:
            return 1, 1
        return self.positions.find_phrase(path, phrase) or self.positions.find(path, at_name)


def unreadable(path: str, text: str, broken: Iterable[Fault], slow: bool) -> Loaded:
    """A text of which nothing can be used."""
    return Loaded(path, text, None, tuple(finding(path, fault, None) for fault in broken), slow=slow)


def load_tree(path: str, text: str, tree: Any, broken: list[Fault], positions: Positions, slow: bool) -> Loaded:
    """The tree as a bank, or as much of it as can be used, with the findings of both readings."""
    bank = None if broken else convert(tree, Bank)
    if bank is not None and not any(shape_faults(tree["items"])):
        bank = with_layout(bank)
        return Loaded(path, text, bank, (), tuple(enumerate(bank.items)), bank, slow, positions)
    written = tree.get("items") if isinstance(tree, dict) else None
    elements = written if isinstance(written, list) else []
    hit = [positions.element("items", (fault.line, fault.column)) for fault in broken]
    items = tuple((index, item) for index, item in sound_items(elements) if index not in hit)
    found = [finding(path, fault, id_of(elements, index)) for fault, index in zip(broken, hit, strict=True)]
    wrong = first_faults(tree_faults(tree, elements, hit))
    found += [tree_finding(path, fault, elements, positions) for fault in wrong]
    found.sort(key=lambda one: (one.line, one.column))
    usable = with_layout(sound(path, tree, items))
    kept = tuple(zip((index for index, _ in items), usable.items, strict=True))
    return Loaded(path, text, None, tuple(found), kept, usable, slow, positions)


def convert(tree: Any, kind: type[T]) -> T | None:
    """The tree as a record, in one go; None if anything does not fit."""
    try:
        return record(tree, kind)
    except msgspec.ValidationError:
        return None


def record(tree: Any, kind: type[T]) -> T:
    """The tree as a record; msgspec.ValidationError if anything does not fit."""
    return msgspec.convert(tree, kind, strict=False, dec_hook=_derivation_or_claim)


def _derivation_or_claim(kind: type, written: Any) -> Derivation | Claim:
    return Claim(written) if kind is Claim else Derivation(written)


def first_faults(wrong: Iterator[TreeFault]) -> Iterator[TreeFault]:
    """The first faults; where there are very many, the last one says so."""
    for count, fault in enumerate(wrong, 1):
        if count > MOST_FINDINGS:
            said = f"more than {MOST_FINDINGS:,} faults: the others are not told"
            yield TreeFault(fault.path, said, "Mend these first.")
            return
        yield fault


def tree_faults(tree: Any, elements: list[Any], unreadable: Iterable[int | None]) -> Iterator[TreeFault]:
    """All faults of the tree. Nothing that the types refuse is left unsaid, but in the items that are unreadable."""
    yield from faults(tree | {"items": []} if elements else tree, Bank)
    if isinstance(tree, dict) and elements == tree.get("items"):
        yield from shape_faults(elements)
    for index, element in enumerate(elements):
        path = ("items", index)
        try:
            record(element, Item)
        except msgspec.ValidationError as error:
            found = list(faults(element, Item, path))
            yield from found
            if not found and index not in unreadable and not any(item_rules.faults(element, path)):
                yield TreeFault(path, f"this item cannot be read: {error}")


def shape_faults(elements: list[Any]) -> Iterator[TreeFault]:
    """What the types alone cannot refuse in the items."""
    if not elements:
        yield TreeFault(("items",), "this bank has no items", NEW_BANK, at_name=True)
    for index, element in enumerate(elements):
        yield from item_rules.faults(element, ("items", index))


def sound_items(elements: list[Any]) -> Iterator[tuple[int, Item]]:
    """The items without faults where a key can be proved, each with its index."""
    for index, element in enumerate(elements):
        item = (convert(element, Item) or repair(element)) if isinstance(element, dict) else None
        if item is not None and not any(item_rules.faults(element, ())):
            yield index, item


def repair(element: dict[str, Any]) -> Item | None:
    """An item without the faulty fields on which its key does not rest; None where other fields are faulty."""
    wrong = {fault.path[0] if fault.path else "" for fault in faults(element, Item)}
    if wrong & {"", *Item.__struct_fields__} - ASIDE:
        return None
    name = element.get("id")
    kept = {field: value for field, value in element.items() if field not in wrong}
    item = convert(kept | {"id": "unnamed"}, Item) if isinstance(name, str) and name.strip() else None
    return replace(item, id=name) if item is not None and isinstance(name, str) else None


def sound(path: str, tree: Any, items: Iterable[tuple[int, Item]]) -> Bank:
    """A bank of the items that can be used; where its own fields are broken, they are left empty."""
    written = tree if isinstance(tree, dict) else {}
    own = {name: written.get(name) for name in ("id", "title", "source", "layout")}
    texts = {name: value for name, value in own.items() if isinstance(value, str)}
    layout: Literal["hwc", "chw"] = "chw" if texts.get("layout") == "chw" else "hwc"
    title, source = texts.get("title", ""), texts.get("source", "")
    return Bank(1, texts.get("id") or Path(path).stem, title, [item for _, item in items], source, layout)


def finding(path: str, fault: Fault, item: str | None) -> Finding:
    """A fault of the text as a finding."""
    where = (path, fault.line, fault.column)
    return Finding(fault.rule, "error", *where, item, fault.message, remedy=fault.remedy)


def tree_finding(path: str, fault: TreeFault, elements: list[Any], positions: Positions) -> Finding:
    """A fault of the tree as a finding, with its place and the item that it belongs to."""
    line, column = positions.find(fault.path, fault.at_name)
    item = id_of(elements, fault.path[1]) if fault.path[:1] == ("items",) and len(fault.path) > 1 else None
    return Finding("schema", "error", path, line, column, item, fault.message, remedy=fault.remedy)


def id_of(elements: list[Any], index: str | int | None) -> str | None:
    """The id of the item at this index, if it has one."""
    element = elements[index] if isinstance(index, int) and index < len(elements) else None
    written = element.get("id") if isinstance(element, dict) else None
    return str(written) if isinstance(written, str) else None


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
