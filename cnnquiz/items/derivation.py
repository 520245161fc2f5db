"""An item's derivation, worked by formula and by count; or the reason why it cannot be, and where that stands."""

from __future__ import annotations

from math import prod
from typing import Any

from msgspec import Struct

from cnnquiz import calculators
from cnnquiz.answers.values import same
from cnnquiz.bank.derivation_syntax import derivation_of
from cnnquiz.errors import CnnquizError
from cnnquiz.model import Bank, Derivation, Item
from cnnquiz.solver.calculator import Calculator, Given

Path = tuple[str | int, ...]


class Fault(Struct, frozen=True):
    """Why something in an item cannot be worked: the rule that says so, the path inside the item, and the words."""

    rule: str
    path: Path
    message: str
    remedy: str = ""
    at_name: bool = False


class Work(Struct, frozen=True):
    """A derivation, worked: by the formulas (`value`), by the independent count (`counted`), with all results.

    `layout` is how the bank's shapes stand to the calculator's: hwc when both are written in the same order.
    """

    calculator: Calculator
    given: Given
    want: str
    results: dict[str, Any]
    values: dict[str, Any]
    value: Any
    counted: Any
    layout: str = "hwc"


def means(work: Work | None, value: Any, item: Item) -> bool:
    """Whether a value read from the bank is the derived one; 76 × 100 is a product where a number is wanted."""
    if work is None or value is None:
        return False
    if same(work.value, value, work.layout, item.tolerance or None):
        return True
    product = type(value) is tuple and len(value) > 1 and type(work.value) is int
    return product and all(type(axis) is int for axis in value) and prod(value) == work.value


def slip_names(slip: str | list[str] | None) -> tuple[str, ...]:
    """The misconceptions that an option names."""
    return (slip,) if isinstance(slip, str) else tuple(slip or ())


def slipped(work: Work, slip: str | list[str] | None) -> Any:
    """The wrong value to which an option's misconceptions lead together; None where they do not."""
    group = tuple(work.calculator.misconception(name) for name in slip_names(slip))
    found = tuple(one for one in group if one is not None)
    return work.calculator.wrong_value(work.given, found, work.want) if found and len(found) == len(group) else None


def derived(bank: Bank, item: Item, faults: list[Fault]) -> Work | None:
    """The item's derivation, worked; None, with the fault noted, where it cannot be."""
    derivation = derivation_of(item)
    if derivation is None:
        return None
    try:
        calculator = calculators.load(derivation.calculator)
    except CnnquizError as fault:
        faults.append(Fault("schema", ("derivation", derivation.calculator), str(fault), at_name=True))
        return None
    if unknown := _unknown(calculator, derivation):
        faults.append(unknown)
        return None
    try:
        return work(calculator, derivation.given, derivation.want, bank.layout)
    except CnnquizError as fault:
        message = str(fault)
    except Exception as fault:  # whatever a bank makes of a calculator, the other items are still checked
        message = f"cnnquiz fails on these givens ({type(fault).__name__}: {fault})"
    quantity = _place(calculator, derivation, message)
    faults.append(Fault("variant-invalid", ("derivation", derivation.calculator, *quantity), message))
    return None


def _unknown(calculator: Calculator, derivation: Derivation) -> Fault | None:
    """A given or a result that the calculator does not have."""
    for name in derivation.given:
        try:
            if name:
                calculator.quantity(name)
        except CnnquizError as fault:
            return Fault("schema", ("derivation", derivation.calculator, name), str(fault), at_name=True)
    if derivation.want not in calculator.result_names:
        known = ", ".join(calculator.result_names)
        message = f"{calculator.name} has no result `{derivation.want[:40]}`"
        return Fault("schema", ("derivation", "want"), message, f"It gives {known}.")
    return None


def _place(calculator: Calculator, derivation: Derivation, message: str) -> Path:
    """The given that a message begins with, if it names one that the bank has written."""
    name = message.partition(":")[0]
    return (name,) if name in derivation.given else ()


def work(calculator: Calculator, raw: dict[str, Any], want: str, layout: str = "hwc") -> Work:
    """One derivation by formula and by count; raises CnnquizError where the givens do not allow it.

    Where the calculator has not been told of the bank's layout, its shapes are turned when they are compared.
    """
    given = calculator.read(raw)
    if given.letters:
        raise CnnquizError("a letter stands for a number in these givens: an item asks with numbers")
    values = calculator.prose_values(given)
    results = {name: values[name] for name in calculator.result_names if name in values}
    if want not in results:
        raise CnnquizError(f"these givens do not determine `{want}`; they give {', '.join(results) or 'nothing'}")
    counted = calculator.counts(given).get(want)
    turned = "hwc" if "layout" in raw else layout
    return Work(calculator, given, want, results, values, results[want], counted, turned)
