"""An item worked once: its value and count, the options that hold it, what its key rests on, wrong values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from msgspec.structs import replace

from cnnquiz import bank, calculators
from cnnquiz.errors import CnnquizError
from cnnquiz.items.derived_answer import DerivedAnswer, derive, formula_of, matches, names_of
from cnnquiz.items.worked_item import WorkedItem, work
from cnnquiz.model import Derivation, Item
from cnnquiz.solver.calculator import Calculator

CASES = yaml.safe_load((Path(__file__).parent / "items" / "statuses.yaml").read_text(encoding="utf-8"))
WINDOW = Derivation({"conv": {"in": "256x256x3", "k": "7", "s": "2", "filters": "4"}, "want": "output_shape"})


def item_of(fields: dict[str, Any]) -> Item:
    """The item as a bank with it alone is loaded."""
    text = yaml.safe_dump({"format": 1, "id": "bank", "title": "Bank", "items": [{"id": "one"} | fields]})
    loaded = bank.load("bank.yaml", text)
    assert loaded.bank is not None, loaded.findings
    return loaded.bank.items[0]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['follows']['status']}: {case['item']['stem']}")
def test_what_a_key_rests_on(case: dict[str, Any]) -> None:
    worked = work(item_of(case["item"]))
    found = {"status": worked.status, "reason": worked.reason, "right": list(worked.right_letters)}
    assert found == case["follows"]


def test_an_item_keeps_what_it_has_worked(monkeypatch: pytest.MonkeyPatch) -> None:
    derived, times = derive(WINDOW), []
    evaluate = Calculator._evaluate
    monkeypatch.setattr(Calculator, "_evaluate", lambda *args: times.append(args) or evaluate(*args))
    worked = WorkedItem(Item(id="one", stem="", options={"a": "125x125x4", "b": "1"}, key="a"), {}, derived)
    assert (worked.status, derived.values["span"], derived.value) == ("proved", 249, (125, 125, 4))
    assert derived.solution is derived.solution and times == []


def test_a_formula_that_its_count_contradicts_proves_nothing() -> None:
    derived = derive(WINDOW)
    derived.__dict__["count"] = (126, 126, 4)
    worked = WorkedItem(Item(id="one", stem="", options={"a": "125x125x4", "b": "1"}, key="a"), {}, derived)
    assert not derived.count_agrees
    assert (worked.status, worked.reason) == ("asserted", "the formula and the count disagree")


def test_a_value_without_a_count_proves_nothing() -> None:
    derived = derive(WINDOW)
    derived.__dict__["count"] = None
    worked = WorkedItem(Item(id="one", stem="", options={"a": "125x125x4", "b": "1"}, key="a"), {}, derived)
    assert derived.count_agrees
    assert (worked.status, worked.reason) == ("asserted", "no independent count for `output_shape`")


@pytest.mark.parametrize(
    ("written", "layout", "equal"),
    [
        ((125, 125, 4), "hwc", True), ((4, 125, 125), "hwc", False), ((4, 125, 125), "chw", True),
        ((125, 125, 3), "chw", False), (None, "hwc", False), (62500, "hwc", False),
    ],
)  # fmt: skip
def test_a_shape_equals_the_derived_one_in_its_bank_s_layout(written: Any, layout: str, equal: bool) -> None:
    assert derive(WINDOW, layout=layout).equals(written) is equal


def test_a_layout_among_the_givens_stands_before_the_bank_s() -> None:
    given = WINDOW.given | {"layout": "chw", "in": "3x256x256"}
    assert derive(WINDOW, given, "chw").layout == "hwc"
    assert derive(WINDOW, given, "chw").value == (4, 125, 125)


@pytest.mark.parametrize(
    ("names", "value"),
    [
        (["rounded-up"], (126, 126, 4)), (["rounded-up", "kept-input-depth"], (126, 126, 3)),
        (["no-such-name"], None), (["rounded-up", "no-such-name"], None), ([], None),
        (["rounded-up", "forgot-plus-one", "forgot-kernel"], None),  # two of them change one line
    ],
)  # fmt: skip
def test_misconceptions_lead_to_a_value_together(names: list[str], value: Any) -> None:
    assert derive(WINDOW).wrong_value(names) == value


def test_misconceptions_behind_a_value_are_single_ones_first() -> None:
    derived = derive(WINDOW)
    assert names_of(derived.misconceptions_behind((126, 126, 4))) == ("rounded-up",)
    assert names_of(derived.misconceptions_behind((126, 126, 3))) == ("rounded-up", "kept-input-depth")
    assert derived.misconceptions_behind(derived.value) == [] == derived.misconceptions_behind(None)


@pytest.mark.parametrize("lie", [lambda env: {}, lambda env: {"parameters": 1}])
def test_an_answer_with_letters_is_proved_by_counting_with_numbers(monkeypatch: pytest.MonkeyPatch, lie: Any) -> None:
    letters = Derivation({"params": {"k": "k", "channels": "C", "filters": "F"}, "want": "parameters"})
    real = calculators.load("params")
    assert derive(letters, letters=True).count == "F*(C*k^2 + 1)"
    monkeypatch.setattr("cnnquiz.items.derived_answer.calculators.load", lambda name: replace(real, count=lie))
    assert derive(letters, letters=True).count is None


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"in": "256", "k": "seven"}, "k: "), ({"k": "7"}, "do not determine `output_shape`"),
        ({"in": "n", "k": "7", "filters": "4"}, "a letter stands for a number"),
    ],
)
def test_givens_that_cannot_be_worked_are_refused(given: dict[str, str], message: str) -> None:
    with pytest.raises(CnnquizError, match=message):
        derive(WINDOW, given)


def test_whatever_a_calculator_does_wrong_stays_with_its_item(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(*args: object) -> None:
        raise ZeroDivisionError("inside")

    monkeypatch.setattr(Calculator, "read", read)
    worked = work(Item(id="one", stem="", derivation=WINDOW), index=3)
    (fault,) = worked.derivation_faults
    assert "ZeroDivisionError: inside" in fault.message and worked.derived is None and worked.index == 3


@pytest.mark.parametrize(
    ("derivation", "rule", "path", "at_name"),
    [
        ({"konv": {"in": "256"}, "want": "output_size"}, "schema", ("derivation", "konv"), True),
        ({"conv": {"kernal": "7"}, "want": "output_size"}, "schema", ("derivation", "conv", "kernal"), True),
        ({"conv": {"in": "256", "k": "7"}, "want": "width"}, "schema", ("derivation", "want"), False),
        ({"conv": {"k": "0"}, "want": "output_size"}, "variant-invalid", ("derivation", "conv", "k"), False),
        ({"conv": {"k": "7"}, "want": "output_size"}, "variant-invalid", ("derivation", "conv"), False),
    ],
)
def test_a_fault_is_placed_where_it_was_made(
    derivation: dict[str, Any], rule: str, path: tuple[str, ...], at_name: bool
) -> None:
    (fault,) = work(Item(id="one", stem="", derivation=Derivation(derivation))).faults
    assert (fault.rule, fault.path, fault.at_name) == (rule, path, at_name)


def test_options_without_a_text_take_that_of_their_misconception() -> None:
    fields = {
        "stem": "?", "key": "a", "derivation": {"conv": {"in": "256", "k": "7", "s": "2"}, "want": "output_size"},
        "options": {"a": "{output_size}", "b": {"slip": "rounded-up"}, "c": "{nothing}", "d": {"slip": "no-such-name"}},
    }
    assert work(item_of(fields)).texts == {"a": "125", "b": "126", "c": "{nothing}", "d": ""}


def test_the_formula_of_an_answer_brings_the_formulas_of_its_letters() -> None:
    size = derive(Derivation({"conv": {"in": "256", "k": "7", "s": "2"}, "want": "output_size"}))
    assert formula_of(size.solution).startswith("$o = ")
    momentum = Derivation(
        {"update": {"": "theta^2", "theta": "1", "alpha": "0.1", "method": "momentum", "steps": "2"}, "want": "theta"}
    )
    assert ", with $" in formula_of(derive(momentum).solution)


@pytest.mark.parametrize(("value", "found"), [("7", True), ("8", False)])
def test_a_tolerance_reaches_wrong_values_too(value: str, found: bool) -> None:
    assert matches(6, int(value), "1") is found
    assert isinstance(derive(WINDOW), DerivedAnswer)


@pytest.mark.parametrize(
    ("given", "command"),
    [
        (None, "cnnquiz solve conv --in 256x256x3 --k 7 --s 2 --filters 4"),
        ({"in": 9, "k": "3 x 3"}, "cnnquiz solve conv --in 9 --k '3 x 3'"),
        ({"": "vgg16"}, "cnnquiz solve conv vgg16"),
        ({"k": ["3", "5"]}, None),
    ],
)
def test_the_command_that_works_a_derivation(given: dict[str, Any] | None, command: str | None) -> None:
    assert WINDOW.command(given) == command


def test_a_given_that_is_searched_for_has_no_misconceptions() -> None:
    item = item_of({
        "stem": "Which padding keeps a 28x28 map at 28x28 under a 5x5 kernel with stride 1?",
        "type": "number", "key": "2",
        "derivation": {"conv": {"in": "28x28", "k": "5", "s": "1", "find": "p", "out": "28x28"}, "want": "p"},
    })  # fmt: skip
    derived = work(item).derived
    assert derived is not None and derived.value == 2
    assert derived.wrong_values(pairs=True) == {} and derived.misconceptions_behind(4) == []
