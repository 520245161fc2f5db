"""Backwards: the solutions are those of trying every case, all of them, and what cannot be searched is refused."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations, dropwhile, product
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnquiz import calculators
from cnnquiz.errors import CnnquizError, GivenError
from cnnquiz.solver.calculator import Calculator
from cnnquiz.solver.declaration import MissingError
from cnnquiz.solver.inverse import Found, find
from cnnquiz.solver.lines import one

BOUNDS = {"in": (1, 40), "k": (1, 6), "s": (1, 5), "p": (0, 4), "d": (1, 3)}
TARGETS = ["output_size", "out"]


def tried(name: str, known: dict[str, Any], bounds: dict[str, tuple[int, int]], result: str, target: Any) -> list[Any]:
    """Every case within the bounds, worked forwards."""
    calculator = calculators.load(name)
    found = []
    for values in product(*(range(low, high + 1) for low, high in bounds.values())):
        case = dict(zip(bounds, values, strict=True))
        try:
            value = calculator.result_values(calculator.read(known | case)).get(result)
        except GivenError:
            continue
        if value == target or (isinstance(value, tuple) and set(value) == {target}):
            found.append(case)
    return found


@settings(max_examples=300)
@given(st.data())
def test_all_solutions_and_no_others(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["conv", "pool", "tconv"]))
    unknown = data.draw(st.lists(st.sampled_from(sorted(BOUNDS)), min_size=1, max_size=2, unique=True))
    full = {short: data.draw(st.integers(*bounds)) for short, bounds in BOUNDS.items()}
    extra: dict[str, Any] = {}
    if name == "conv":
        extra = data.draw(st.sampled_from([{}, {}, {"strict": True}, {"filters": 2}]))
    elif name == "pool":
        extra = {"ceil": data.draw(st.booleans())}
    known = {short: value for short, value in full.items() if short not in unknown} | extra
    target = data.draw(st.integers(1, 40))
    bounds = {short: BOUNDS[short] for short in unknown}
    found = find(calculators.load(name), known, unknown, {"out": target}, bounds)
    assert list(found.solutions) == tried(name, known, bounds, "output_size", target)
    near = found.nearest
    assert (near is None) or not found.solutions


WINDOW = {"in": (1, 18), "k": (1, 4), "s": (1, 3), "p": (0, 2), "d": (1, 3)}
DEPTH = {"channels": (1, 6), "filters": (1, 6)}
GROUPS = {"groups": (1, 4)}


class Form(NamedTuple):
    """Givens of a calculator that can be searched for, with bounds for them, and the others."""

    calculator: str
    bounds: dict[str, tuple[int, int]]
    others: Mapping[str, list[Any]] = MappingProxyType({})


FORMS = (
    Form("conv", WINDOW),
    Form("conv", WINDOW | DEPTH | GROUPS, {"bias": [True, False], "strict": [False, False, True]}),
    Form("conv", {"in": (1, 18), "k": (1, 4), "d": (1, 3)}, {"p": ["same", "valid"]}),
    Form("conv", {"in": (1, 18), "k": (1, 4), "s": (1, 3)}, {"p": ["same"], "framework": ["tf"]}),
    Form("pool", WINDOW, {"ceil": [True, False], "channels": [3]}),
    Form("pool", {"in": (1, 18), "k": (1, 4)}, {"ceil": [True, False]}),
    Form("tconv", WINDOW | DEPTH | {"op": (0, 2)}, {"groups": [1, 1, 2], "bias": [True, False]}),
    Form("params", {"k": (1, 5)} | DEPTH | GROUPS, {"bias": [True, False], "bn": [True, False]}),
    Form("params", {"inputs": (1, 12), "units": (1, 12)}, {"layer": ["dense"], "bias": [True, False]}),
    Form("params", {"k": (1, 5), "channels": (1, 8)}, {"layer": ["depthwise"]}),
    Form("params", {"k": (1, 5)} | DEPTH, {"layer": ["separable"], "bias": [True, False]}),
    Form("params", {"features": (1, 30)}, {"layer": ["batchnorm"]}),
    Form("params", {"vocabulary": (1, 30), "width": (1, 12)}, {"layer": ["embedding"]}),
    Form("dense", {"inputs": (1, 12), "units": (1, 12)}, {"bias": [True, False]}),
    Form("rf", {"k": (1, 6), "s": (1, 3), "d": (1, 3), "n": (1, 6)}),
    Form("train", {"samples": (1, 60), "batch": (1, 20), "epochs": (1, 4)}, {"drop_last": [True, False]}),
)
UNKNOWN = [
    pytest.param(form, names, id=f"{form.calculator}{number}-{'-'.join(names)}")
    for number, form in enumerate(FORMS)
    for count in (1, 2, 3)
    for names in combinations(form.bounds, count)
]


def test_every_searchable_given_is_searched_for() -> None:
    for name in calculators.names():
        able = {quantity.short for quantity in calculators.load(name).quantities if quantity.search}
        assert able == set().union(*(form.bounds for form in FORMS if form.calculator == name))


@pytest.mark.parametrize(("form", "names"), UNKNOWN)
@settings(max_examples=2)
@given(st.data())
def test_every_combination_of_unknowns(form: Form, names: tuple[str, ...], data: st.DataObject) -> None:
    calculator = calculators.load(form.calculator)
    full = {short: data.draw(st.integers(*bounds)) for short, bounds in form.bounds.items()}
    others = {short: data.draw(st.sampled_from(values)) for short, values in form.others.items()}
    try:
        results = calculator.result_values(calculator.read(full | others))
    except GivenError:
        return
    targets = {result: value for result, value in results.items() if is_target(value)}
    result = data.draw(st.sampled_from(sorted(targets)))
    known = {short: value for short, value in full.items() if short not in names} | others
    bounds = {short: form.bounds[short] for short in names}
    found = find(calculator, known, names, {result: targets[result]}, bounds)
    assert list(found.solutions) == tried(form.calculator, known, bounds, result, targets[result])
    assert {short: full[short] for short in names} in found.solutions and found.nearest is None


def is_target(value: Any) -> bool:
    """Whether a search can have this value as its target: whole numbers from 0 up."""
    whole = value if isinstance(value, tuple) else (value,)
    return all(type(one) is int and one >= 0 for one in whole)


@settings(max_examples=40)
@given(st.data())
def test_axes_apart_are_those_of_trying_every_pair(data: st.DataObject) -> None:
    """Numbers that fit both axes; where there are none, every pair of numbers that fits."""
    name = data.draw(st.sampled_from(["conv", "pool", "tconv"]))
    pair = {short: data.draw(st.lists(st.integers(*WINDOW[short]), min_size=2, max_size=2)) for short in WINDOW}
    unknown = data.draw(st.sets(st.sampled_from(["k", "s", "p"]), min_size=1, max_size=2))
    bounds = {short: WINDOW[short] for short in unknown}
    known = {short: value for short, value in pair.items() if short not in bounds}
    calculator = calculators.load(name)
    try:
        size = calculator.result_values(calculator.read(pair))["output_size"]
    except GivenError:
        return
    same = tried(name, known, bounds, "output_size", size)
    pairs = product(*(product(range(low, high + 1), repeat=2) for low, high in bounds.values()))
    cases = [dict(zip(bounds, map(list, values), strict=True)) for values in pairs]
    apart = [case for case in cases if worked(calculator, known | case, "output_size") == size]
    expected = same or [{short: one(tuple(value)) for short, value in case.items()} for case in apart]
    found = find(calculator, known, list(bounds), {"out": list(size)}, bounds).solutions
    assert sorted(found, key=str) == sorted(expected, key=str)


# Small ranges of every given that a result may grow with, and the other givens of a case
GROWING = {
    "conv": [{"in": 9, "k": 3, "s": 2, "p": 1}, {"in": 9, "k": 2, "s": 3, "d": 2, "p": 1, "channels": 4, "filters": 6}],
    "pool": [{"in": 9, "k": 3, "s": 2, "p": 1}, {"in": 9, "k": 3, "s": 2, "p": 1, "ceil": True, "channels": 2}],
    "tconv": [{"in": 9, "k": 3, "s": 2, "p": 3}, {"in": 9, "k": 3, "s": 2, "channels": 4, "filters": 6}],
    "train": [{"samples": 30, "batch": 7, "epochs": 2}, {"samples": 30, "batch": 7, "epochs": 2, "drop_last": True}],
    "params": [{"inputs": 4, "units": 3}, {"features": 4}, {"vocabulary": 5, "width": 3}],
}  # fmt: skip


def test_a_result_that_grows_with_a_given_never_shrinks() -> None:
    tested = set()
    for name, cases in GROWING.items():
        calculator = calculators.load(name)
        for result in calculator.results:
            for short, case in ((short, case) for short in result.grows_with for case in cases if short in case):
                values = [worked(calculator, case | {short: number}, result.name) for number in range(1, 60)]
                known = list(dropwhile(lambda value: value is None, values))
                assert None not in known, (name, result.name, short)
                assert known == sorted(known), (name, result.name, short)
                tested |= {(name, result.name, short)} if known else set()
    declared = {
        (name, result.name, short)
        for name in calculators.names()
        for result in calculators.load(name).results
        for short in result.grows_with
    }
    assert tested == declared


def worked(calculator: Calculator, case: dict[str, Any], result: str) -> Any:
    try:
        return calculator.result_values(calculator.with_defaults(calculator.read_values(case))).get(result)
    except GivenError:
        return None


@pytest.mark.parametrize("result", ["last_batch", "iterations_per_epoch", "iterations"])
@pytest.mark.parametrize("more", [{}, {"drop_last": True}, {"losses": "1,2,3"}])
def test_samples_backwards(result: str, more: dict[str, Any]) -> None:
    known, bounds = {"batch": 7} | more, {"samples": (1, 90)}
    for target in range(9):
        found = find(calculators.load("train"), known, ["samples"], {result: target}, bounds)
        assert list(found.solutions) == tried("train", known, bounds, result, target)


@settings(max_examples=100)
@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 600))
def test_parameters_backwards(k: int, channels: int, target: int) -> None:
    calculator = calculators.load("params")
    found = find(calculator, {"k": k, "channels": channels}, ["filters"], {"trainable": target}, {"filters": [1, 60]})
    expected = tried("params", {"k": k, "channels": channels}, {"filters": (1, 60)}, "trainable", target)
    assert list(found.solutions) == expected


def solutions(name: str, known: dict[str, Any], unknown: str, **more: Any) -> Any:
    bounds = more.pop("bounds", None)
    return list(find(calculators.load(name), known, unknown.split(","), more, bounds).solutions)


@pytest.mark.parametrize(
    ("name", "known", "unknown", "target", "expected"),
    [
        ("rf", {"n": 1}, "k", {"out": 5}, [{"k": 5}]),
        ("rf", {"d": 2}, "k", {"out": 5}, [{"k": 3}]),
        ("conv", {"in": 64, "k": 3, "s": 2}, "p", {"out": 32}, [{"p": 1}]),
        ("train", {"batch": 64}, "samples", {"last_batch": 40}, [{"samples": n} for n in range(40, 10_001, 64)]),
        ("conv", {"in": "224x224x3"}, "k,s", {"out": "112x112x64"}, [{"k": 1, "s": 2}, {"k": 2, "s": 2}]),
        ("tconv", {"in": "112x112x3"}, "k,s", {"out": "224x224x64"}, [{"k": 2, "s": 2}]),
        ("pool", {"in": 112, "k": 2}, "s", {"out": "56x56"}, [{"s": 2}]),
        ("pool", {"in": 112, "k": 2}, "s", {"out": "56x56x64"}, [{"s": 2}]),
        ("pool", {"in": "112x112"}, "k", {"out": "56x56"}, [{"k": 2}]),
        ("dense", {"inputs": "3x3x8"}, "units", {"parameters": 730}, [{"units": 10}]),
        ("conv", {"in": 64, "k": 3, "d": 1, "s": 2}, "p", {"out": 32, "bounds": {"p": [0, 5]}}, [{"p": 1}]),
        ("conv", {"in": "256", "k": "7"}, "s,p", {"out": "125", "bounds": {"s": "1:4", "p": "0:3"}},
         [{"s": 2, "p": 0}]),
        ("conv", {"k": 7, "s": 2}, "in", {"out": 125}, [{"in": 255}, {"in": 256}]),
        ("conv", {"k": 7, "s": 2}, "in", {"out": [125, 125]}, [{"in": 255}, {"in": 256}]),
        ("conv", {"k": 7, "s": 2, "filters": 4}, "in", {"shape": "125x125x4"}, [{"in": 255}, {"in": 256}]),
        ("conv", {"in": [64, 64], "k": 3, "s": 2}, "p", {"out": [32, 32]}, [{"p": 1}]),
        ("conv", {"in": [64, 64], "k": 3, "s": 2}, "p", {"out": 32}, [{"p": 1}]),
        ("conv", {"in": [64, 62], "k": 3, "s": 2}, "p", {"out": [32, 31]}, [{"p": 1}]),
        ("conv", {"in": 2, "k": 2, "s": 1, "d": 2}, "p", {"out": 4}, [{"p": 2}]),
        ("conv", {"in": 1, "k": 3, "p": 1, "d": 2}, "s", {"out": 12}, []),
        ("conv", {"in": 256, "k": 7, "s": 2, "p": 0}, "d", {"out": 125}, [{"d": 1}]),
        ("conv", {"k": 7, "s": 2, "strict": "yes"}, "in", {"out": 125}, [{"in": 255}]),
        ("params", {"k": 5, "channels": 3}, "filters", {"trainable": 7600}, [{"filters": 100}]),
        ("params", {"units": 10}, "inputs", {"parameters": 19610}, [{"inputs": 1960}]),
        ("params", {"k": 3, "filters": 64}, "channels", {"parameters": 18496}, [{"channels": 32}]),
        ("train", {"samples": 1000, "epochs": 5}, "batch", {"iterations": 80},
         [{"batch": 63}, {"batch": 64}, {"batch": 65}, {"batch": 66}]),
    ],
)  # fmt: skip
def test_known_answers(name: str, known: Any, unknown: str, target: Any, expected: Any) -> None:
    found = solutions(name, known, unknown, **target)
    assert found == expected


def found(known: dict[str, Any], unknown: list[str], bounds: Any = None, **target: Any) -> Found:
    return find(calculators.load("conv"), known, unknown, target, bounds)


def test_the_document_of_the_contract() -> None:
    document = found({"in": 64, "k": 3}, ["s", "p"], {"s": [1, 3], "p": "0:2"}, out=32).as_json()
    assert document["find"] == ["s", "p"]
    assert document["given"] == {"in": 64, "k": 3}
    assert document["bounds"] == {"s": [1, 3], "p": [0, 2]}
    assert document["solutions"] == [{"s": 2, "p": 1}]
    assert document["complete"] is True
    assert document["target"] == {"output_size": 32}
    assert "nearest" not in document
    assert all(step["title"] for step in document["steps"])
    assert "steps" not in found({"in": 64, "k": 3}, ["s"], out=32).as_json(steps=False)


def test_the_interval_is_derived() -> None:
    steps = " ".join(step.value.ascii for step in found({"k": 7, "s": 2}, ["in"], out=125).steps)
    assert "255 <= i <= 256" in steps
    steps = " ".join(step.value.ascii for step in found({"in": 64, "k": 3, "s": 2}, ["p"], out=32).steps)
    assert "1 <= p <= 1" in steps


@settings(max_examples=100)
@given(st.integers(1, 5), st.integers(1, 4), st.integers(0, 3), st.integers(1, 3), st.integers(1, 20))
def test_the_derived_interval_is_the_solution(k: int, s: int, p: int, d: int, out: int) -> None:
    search = found({"k": k, "s": s, "p": p, "d": d}, ["in"], {"in": (1, 200)}, out=out)
    shown = next((step.value.ascii for step in search.steps if step.title == "Solve for the input"), None)
    sizes = [one["in"] for one in search.solutions]
    assert shown is not None
    if sizes:
        assert shown == f"{sizes[0]} <= i <= {sizes[-1]}"


def test_no_solution_names_the_nearest() -> None:
    search = found({"in": 10, "k": 3, "s": 3}, ["p"], {"p": (0, 2)}, out=9)
    assert search.solutions == ()
    assert search.nearest is not None
    assert search.as_json()["nearest"] == {"p": 2, "output_size": [4]}
    assert "The nearest is p = 2" in search.steps[-1].why


def test_no_layer_at_all_says_why() -> None:
    search = found({"in": 1, "k": 3, "p": 0}, ["s"], out=1)
    assert search.solutions == ()
    assert "kernel 3 does not fit the padded input 1" in search.steps[-1].why


@pytest.mark.parametrize(
    ("known", "unknown", "bounds", "target", "message"),
    [
        ({"in": 64}, [], None, {"out": 32}, "nothing to look for"),
        ({"in": 64, "k": 3}, ["bias"], None, {"out": 32}, "bias cannot be searched for; these can: in, k, s"),
        ({"in": 64, "k": 3}, ["k"], None, {"out": 32}, "k is given and searched for"),
        ({"in": 64, "kernel_size": 3}, ["k"], None, {"out": 32}, "k is given and searched for"),
        ({"in": 64, "k": 3}, ["q"], None, {"out": 32}, "no given `q`"),
        ({"in": 64, "k": 3}, ["p"], None, {}, "exactly one known result: --out"),
        ({"in": 64, "k": 3}, ["p"], None, {"out": 32, "parameters": 3}, "exactly one known result"),
        ({"in": 64, "k": 3}, ["p"], None, {"size": 3}, "no result `size`"),
        ({"in": 64, "k": 3}, ["p"], None, {"out": "x"}, "x is not a whole number"),
        ({"in": 64, "k": 3}, ["p"], {"p": [5, 1]}, {"out": 32}, "5 to 1"),
        ({"in": 64, "k": 3}, ["p"], {"p": [1]}, {"out": 32}, "p=1:11"),
        ({"in": 64, "k": 3}, ["p"], {"p": "a:b"}, {"out": 32}, "a is not a whole number"),
        ({"in": 64, "k": 3}, ["p"], {"p": "0:10**12"}, {"out": 32}, "0 to 1000000000000"),
        ({"in": 64, "k": 3}, ["p"], {"s": [1, 2]}, {"out": 32}, "s, which is not searched for"),
        ({"in": "n", "k": 3}, ["p"], None, {"out": 32}, "letters"),
        ({"in": 64}, ["p"], None, {"out": 32}, "k is missing"),
        ({"in": 64, "k": "abc"}, ["p"], None, {"out": 32}, "k: abc is not a whole number"),
        ({"in": 10**9}, ["k", "s", "d"], {"k": [1, 999], "s": [1, 999], "d": [1, 99]}, {"out": 32}, "cases are more"),
        ({"in": [64, 64], "k": [3, 3, 3]}, ["p"], None, {"out": 32}, "does not go with 3 axes"),
    ],
)  # fmt: skip
def test_what_cannot_be_searched(known: Any, unknown: Any, bounds: Any, target: Any, message: str) -> None:
    with pytest.raises(CnnquizError) as refused:
        found(known, unknown, bounds, **target)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("name", "known", "unknown", "target", "missing"),
    [
        ("conv", {"in": 224}, "k", {"parameters": 100}, ("channels", "filters")),
        ("conv", {"in": "224x224x3"}, "k", {"macs": 100}, ("filters",)),
        ("tconv", {"in": "7x7"}, "k", {"shape": [3, 3]}, ("filters",)),
        ("dense", {}, "units", {"parameters": 730}, ("inputs",)),
    ],
)  # fmt: skip
def test_a_result_that_needs_more_says_what_is_missing(
    name: str, known: Any, unknown: str, target: Any, missing: tuple[str, ...]
) -> None:
    with pytest.raises(MissingError) as fault:
        find(calculators.load(name), known, [unknown], target)
    assert fault.value.names == missing


def test_a_search_over_large_bounds_is_halved_and_not_walked() -> None:
    assert found({"k": 7, "s": 2}, ["in"], {"in": (1, 10**9)}, out=10**8).solutions == (
        {"in": 2 * 10**8 + 5}, {"in": 2 * 10**8 + 6},
    )  # fmt: skip


def test_axes_that_no_number_fits_together_are_searched_by_themselves() -> None:
    conv = calculators.load("conv")
    found = find(conv, {"in": [32, 32], "k": [3, 5]}, ["p"], {"out": [32, 32]})
    assert found.solutions == ({"p": (1, 2)},)
    assert conv.result_values(conv.read({"in": [32, 32], "k": [3, 5], "p": [1, 2]}))["output_size"] == (32, 32)
    assert "Each axis by itself" in [step.title for step in found.steps]


def test_a_number_that_fits_all_axes_goes_before() -> None:
    found = find(calculators.load("conv"), {"in": [32, 48], "k": [3, 5]}, ["s", "p"], {"out": [30, 44]})
    assert found.solutions == ({"s": 1, "p": 0},)


def test_a_size_with_channels_is_the_shape_and_a_longer_one_is_refused() -> None:
    given = {"in": [64, 64, 3], "k": 3, "s": 2, "filters": 8}
    assert find(calculators.load("conv"), given, ["p"], {"out": [32, 32, 8]}).solutions == ({"p": 1},)
    with pytest.raises(GivenError, match="4 numbers for 2 axes"):
        find(calculators.load("conv"), given, ["p"], {"out": [32, 32, 8, 1]})


def test_out_is_the_result_that_a_calculator_is_for() -> None:
    found = find(calculators.load("params"), {"k": 5, "channels": 3}, ["filters"], {"out": 7600})
    assert found.solutions == ({"filters": 100},)
