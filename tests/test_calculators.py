"""Every calculator against its file of cases, and what must be true of all of them.

A case in tests/calculators/NAME.json is {"given": {...}} with
  results    results by name, as JSON has them; exact, or within "tolerance"
  slips      the wrong value by a misconception, or by several ("a + b"), for the result `want`, or for any
  error      a part of the one line that refuses these givens, in place of results
  source     where the values are published
  uncounted  why the independent count gives only some of the results
"""

from __future__ import annotations

import ast
import json
import math
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from cnnquiz import calculators
from cnnquiz.cli import cli
from cnnquiz.errors import CnnquizError
from cnnquiz.mathematics.expression import Call, Num, Op
from cnnquiz.mathematics.notation import math as math_of
from cnnquiz.mathematics.values import confirms
from cnnquiz.solution import Solution, jsonable, text
from cnnquiz.solver.calculator import CONSTANTS, FUNCTIONS, Calculator, Given, Quantity, Result, line, misconception
from cnnquiz.solver.givens import integer

CASES = Path(__file__).parent / "calculators"
FOLDER = Path(calculators.__file__).parent
NAMES = calculators.names()
KEYS = {"given", "results", "slips", "error", "want", "source", "tolerance", "notes", "uncounted"}
TABLES = {"net": {"layers"}, "rf": {"by_layer"}}  # rows of results, each of which is counted by itself


def cases(name: str) -> list[dict[str, Any]]:
    """The cases of a calculator; none where its file is missing, which a test of its own says."""
    path = CASES / f"{name}.json"
    return json.loads(path.read_text("utf-8")) if path.exists() else []


def good(name: str) -> list[dict[str, Any]]:
    """The cases that have an answer."""
    return [case for case in cases(name) if "error" not in case]


def title(case: dict[str, Any]) -> str:
    return json.dumps(case["given"], ensure_ascii=False)[:70]


def each(select: Any) -> Any:
    """One test for every case of every calculator that the selection lets through."""
    found = [pytest.param(name, case, id=f"{name}-{title(case)}") for name in NAMES for case in select(name)]
    return pytest.mark.parametrize(("name", "case"), found)


def solved(name: str, case: dict[str, Any]) -> Solution:
    calculator = calculators.load(name)
    return calculator.solve(calculator.read(case["given"]), case.get("want"))


def same(value: Any, expected: Any, tolerance: float | None) -> bool:
    if isinstance(expected, list) and isinstance(value, list):
        return len(value) == len(expected) and all(
            same(a, b, tolerance) for a, b in zip(value, expected, strict=True)
        )
    if isinstance(expected, dict) and isinstance(value, dict):
        return all(name in value and same(value[name], part, tolerance) for name, part in expected.items())
    if tolerance is not None and isinstance(expected, int | float) and not isinstance(expected, bool):
        return math.isclose(float(value), expected, rel_tol=0, abs_tol=tolerance)
    if isinstance(value, float) and isinstance(expected, float):
        return math.isclose(value, expected, rel_tol=1e-14)  # the last bit of a number written down by hand
    return bool(value == expected) and isinstance(value, bool) == isinstance(expected, bool)


@pytest.mark.parametrize("name", NAMES)
def test_each_calculator_has_a_file_of_cases(name: str) -> None:
    found = cases(name)
    assert len(good(name)) >= 2
    assert any("error" in case for case in found)
    assert all(case.keys() <= KEYS for case in found)


def test_each_file_of_cases_belongs_to_a_calculator() -> None:
    assert {path.stem for path in CASES.glob("*.json")} <= set(NAMES)


@each(good)
def test_results(name: str, case: dict[str, Any]) -> None:
    found = jsonable(solved(name, case).results)
    for result, expected in case.get("results", {}).items():
        assert result in found, f"{result} is no result here: {found}"
        assert same(found[result], expected, case.get("tolerance")), (result, found[result], expected)


@each(lambda name: [case for case in good(name) if "slips" in case])
def test_slips(name: str, case: dict[str, Any]) -> None:
    calculator = calculators.load(name)
    given = calculator.read(case["given"])
    wants = [case["want"]] if "want" in case else solved(name, case).results
    for words, expected in case["slips"].items():
        group = tuple(one for part in words.split(" + ") if (one := calculator.misconception(part)))
        assert len(group) == len(words.split(" + ")), f"{name} has no misconception {words}"
        found = {want: jsonable(calculator.wrong_value(given, group, want)) for want in wants}
        assert any(same(value, expected, case.get("tolerance")) for value in found.values()), (words, expected, found)


@each(lambda name: [case for case in cases(name) if "error" in case])
def test_errors(name: str, case: dict[str, Any]) -> None:
    with pytest.raises(CnnquizError) as refused:
        solved(name, case)
    assert case["error"] in str(refused.value)
    assert "\n" not in str(refused.value)


@each(good)
def test_the_count_agrees(name: str, case: dict[str, Any]) -> None:
    calculator = calculators.load(name)
    given = calculator.read(case["given"])
    assert count_faults(calculator, given) == {}


def count_faults(calculator: Calculator, given: Given) -> dict[str, Any]:
    """The results that the count gives otherwise, each by formula and by count."""
    results, counts = calculator.result_values(given), calculator.counts(given)
    return {key: (results.get(key), one) for key, one in counts.items() if not confirms(one, results.get(key))}


@each(good)
def test_every_result_is_counted(name: str, case: dict[str, Any]) -> None:
    calculator = calculators.load(name)
    given = calculator.read(case["given"])
    uncounted = calculator.result_values(given).keys() - calculator.counts(given).keys() - TABLES.get(name, set())
    assert not uncounted or "uncounted" in case, uncounted
    assert uncounted or "uncounted" not in case


@pytest.mark.parametrize(
    ("name", "index"),
    [pytest.param(name, index, id=f"{name}-{index}-{one.symbol} = {math_of(one.formula).ascii}")
     for name in NAMES for index, one in enumerate(calculators.load(name).lines)],
)  # fmt: skip
def test_the_count_notices_a_wrong_formula(name: str, index: int) -> None:
    calculator = calculators.load(name)
    lines = list(calculator.lines)
    formula = lines[index].formula
    shape = isinstance(formula, Call) and formula.function == "shape"
    wrong_formula = Call("shape", (*formula.arguments, Num(1))) if shape else Op("+", formula, Num(1))
    lines[index] = replace(lines[index], formula=wrong_formula)
    wrong = replace(calculator, lines=tuple(lines))
    assert any(count_faults(wrong, wrong.read(case["given"])) for case in good(name))


@each(good)
def test_the_steps_lead_to_the_answers(name: str, case: dict[str, Any]) -> None:
    solution = solved(name, case)
    shown = " | ".join(f"{step.title} {step.substituted.ascii} {step.value.ascii}" for step in solution.steps)
    compact = shown.replace(" ", "")
    assert solution.steps
    assert all(step.title for step in solution.steps)
    for answer in solution.answer:
        value = solution.results[answer]
        if isinstance(value, bool | str):
            continue  # a verdict is said in words
        whole = text(value).replace(" ", "")
        assert whole in compact or set(leaves(value)) <= set(re.split(r"[^\w./+-]+", shown)), (answer, whole, shown)


def leaves(value: Any) -> list[str]:
    """The numbers of a shape, a vector or a matrix, as they are written."""
    return [leaf for part in value for leaf in leaves(part)] if isinstance(value, tuple) else [text(value)]


@each(good)
def test_one_solution_has_many_faces(name: str, case: dict[str, Any]) -> None:
    solution = solved(name, case)
    document = json.loads(json.dumps(solution.as_json(), allow_nan=False))
    assert list(document)[:5] == ["calculator", "given", "results", "steps", "conventions"]
    assert all(set(step) == {"title", "formula", "substituted", "value", "why"} for step in document["steps"])
    assert all(all(step["formula"].isascii() for step in document["steps"]) for _ in "1")
    markdown, latex = solution.as_markdown(), solution.as_latex()
    assert solution.title in markdown
    assert markdown.count("$") % 2 == 0
    assert latex.count("{") == latex.count("}")
    assert latex.count(r"\left") == latex.count(r"\right")


@each(good)
def test_the_short_answer_is_the_solution_without_its_steps(name: str, case: dict[str, Any]) -> None:
    calculator = calculators.load(name)
    given = calculator.read(case["given"])
    whole = calculator.solve(given).as_json(steps=False)
    whole.pop("notes", None)
    assert calculator.solve(given, steps=False).as_json(steps=False) == whole


@each(good)
def test_a_slip_is_never_the_right_value(name: str, case: dict[str, Any]) -> None:
    calculator = calculators.load(name)
    given = calculator.read(case["given"])
    right = calculator.result_values(given)
    for want, value in right.items():
        for names, wrong in calculator.wrong_values(given, want).items():
            assert wrong != value, (names, want)


@pytest.mark.parametrize("name", NAMES)
def test_each_misconception_comes_up_in_some_case(name: str) -> None:
    calculator = calculators.load(name)
    met: set[str] = set()
    for case in good(name):
        given = calculator.read(case["given"])
        for want in calculator.result_values(given):
            met |= {names[0] for names in calculator.wrong_values(given, want)}
    assert {one.name for one in calculator.misconceptions} == met


@pytest.mark.parametrize("name", NAMES)
def test_the_declaration_says_what_everything_is(name: str) -> None:
    calculator: Calculator = calculators.load(name)
    assert calculator.name == name
    assert calculator.title and calculator.summary and calculator.source and calculator.examples
    assert all(quantity.meaning and quantity.name for quantity in calculator.quantities)
    assert all(result.meaning for result in calculator.results)
    assert any(result.answer for result in calculator.results)
    assert all(one.say.endswith(".") for one in calculator.misconceptions)
    for names in (
        [quantity.short for quantity in calculator.quantities],
        [one.name for one in calculator.misconceptions],
        list(calculator.result_names),
    ):
        assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("name", "example"), [(name, example) for name in NAMES for example in calculators.load(name).examples]
)
def test_the_examples_run(name: str, example: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CASES.parent.parent)
    ended = CliRunner().invoke(cli, ["solve", name, *shlex.split(example), "--format", "json"])
    assert ended.exit_code == 0, ended.output
    assert json.loads(ended.stdout)["calculator"] == name


def declared(path: Path) -> Iterator[str]:
    """The public names that a calculator's file assigns or defines."""
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        if isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))


@pytest.mark.parametrize("name", NAMES)
def test_what_is_public_in_a_calculator_is_its_declaration(name: str) -> None:
    public = {each for each in declared(FOLDER / f"{name}.py") if not each.startswith("_")}
    assert public <= {*CONSTANTS, *FUNCTIONS}


def module(**changes: Any) -> ModuleType:
    """The smallest module that is a calculator: the double of a number."""
    made = ModuleType("calculators.double", "Double: twice a number.\n\n    d = 2 n\n\nSource: Euclid,\nElements.\n")
    declaration: dict[str, Any] = {
        "QUANTITIES": (Quantity("n", "number", integer(), "a number"),),
        "RESULTS": (Result("double", "twice the number", answer=True, symbol="d"),),
        "LINES": (line("d", "2*n", "Double", when="positive"),),
        "EXAMPLES": ("--n 2",),
        "prepare": lambda values: {**values, "positive": values["n"] > 0},
        "count": lambda env: {"double": env["n"] + env["n"]},
    }
    made.__dict__.update({name: value for name, value in (declaration | changes).items() if value is not None})
    return made


def test_a_module_is_a_calculator() -> None:
    double = Calculator.from_module(module())
    assert (double.name, double.title, double.summary) == ("double", "Double", "twice a number")
    assert double.source == "Euclid, Elements"
    assert double.solve(double.read({"n": 2})).results == {"double": 4}
    assert double.result_values(double.read({"n": -2})) == {}  # its line has a condition


def test_conventions_are_a_table_or_a_function() -> None:
    table = {"unit": "pixels", "sign": lambda env: "positive" if env["positive"] else ""}
    double = Calculator.from_module(module(CONVENTIONS=table))
    assert double.conventions_of(double.read({"n": 2})) == {"unit": "pixels", "sign": "positive"}
    assert double.conventions_of(double.read({"n": -2})) == {"unit": "pixels"}
    by_function = Calculator.from_module(module(conventions=lambda env: {"twice": str(env["d"])}))
    assert by_function.conventions_of(by_function.read({"n": 2})) == {"twice": "4"}


def test_a_wrong_result_holds_only_where_its_words_stand() -> None:
    wrong = (
        misconception("squared", "Twice, not squared.", where={"n": (3,)}, double=lambda env: env["n"] ** 2),
        misconception("elsewhere", "It applies nowhere.", double=lambda env: None),
        misconception("one-more", "One too many.", wrong=lambda env: {"double": env["d"] + 1}),
    )
    double = Calculator.from_module(module(MISCONCEPTIONS=wrong))
    assert double.wrong_values(double.read({"n": 3}), "double") == {("squared",): 9, ("one-more",): 7}
    assert double.wrong_values(double.read({"n": 2}), "double") == {("one-more",): 5}
    assert double.wrong_values(double.read({"n": -2}), "double") == {}  # there is no right value


@pytest.mark.parametrize("name", ["QUANTITIES", "RESULTS", "EXAMPLES", "count"])
def test_a_module_without_its_parts_is_no_calculator(name: str) -> None:
    with pytest.raises(TypeError, match=f"calculators.double declares no {name}"):
        Calculator.from_module(module(**{name: None}))


@pytest.mark.parametrize(("docstring", "missing"), [("Double.", "summary"), ("Double: twice a number.", "source")])
def test_a_docstring_has_summary_and_source(docstring: str, missing: str) -> None:
    with pytest.raises(TypeError, match=missing):
        Calculator.from_module(module(__doc__=docstring))


def test_a_symbol_stands_for_its_quantity() -> None:
    quantities = (Quantity("number", "number", integer(), "a number", symbol="n"),)
    double = Calculator.from_module(module(QUANTITIES=quantities, prepare=None, LINES=(line("d", "2*n"),)))
    assert double.result_values(double.read({"number": 21})) == {"double": 42}
