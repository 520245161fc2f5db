"""Each rule finds its bad banks at their line and column, and nothing in banks that only look like them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from msgspec.structs import replace

from cnnquiz import bank, calculators
from cnnquiz.checks import rules
from cnnquiz.checks.equations import false_equations
from cnnquiz.checks.report import Checked, totals
from cnnquiz.errors import CnnquizError
from cnnquiz.files import bundled, drills
from cnnquiz.model import Finding
from cnnquiz.solver.calculator import Calculator

CASES = Path(__file__).parent / "checks" / "rules"
BAD = sorted(CASES.glob("*/bad*.yaml"))
GOOD = sorted(CASES.glob("*/good*.yaml"))
OF_THE_FILE = ("yaml-syntax", "duplicate-key", "schema", "count-disagrees")  # these are no item's to allow
ALLOWABLE = [path for path in BAD if path.parent.name not in OF_THE_FILE]
EQUATIONS = yaml.safe_load((CASES.parent / "equations.yaml").read_text(encoding="utf-8"))


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def run(path: Path) -> Checked:
    return rules.run(bank.load(path))


def alone(path: Path, text: str | None = None) -> list[Finding]:
    """What the rule that a case belongs to finds in it; the other rules may find what they like."""
    return list(rules.run(bank.load(path, text), (path.parent.name,)).findings)


@pytest.fixture
def liar(monkeypatch: pytest.MonkeyPatch) -> None:
    """A convolution whose formula and count disagree: no bank can bring that about."""
    real = calculators.load("conv")
    false = replace(real, count=lambda env: dict.fromkeys(real.count(env), 1))

    def load(name: str) -> Calculator:
        return false if name == "conv" else calculators.load.__wrapped__(name)

    monkeypatch.setattr("cnnquiz.items.derived_answer.calculators.load", load)


@pytest.mark.parametrize("path", [p for p in BAD if p.parent.name != "count-disagrees"], ids=name_of)
def test_a_rule_finds_what_is_wrong_in_its_bad_bank(path: Path) -> None:
    found = [(one.rule, f"{one.line}:{one.column}") for one in alone(path)]
    expected = re.findall(r"# expected: (\d+:\d+)", path.read_text(encoding="utf-8"))
    assert found == [(path.parent.name, place) for place in expected]


@pytest.mark.parametrize("path", GOOD, ids=name_of)
def test_a_rule_finds_nothing_in_what_only_looks_bad(path: Path) -> None:
    assert [(one.line, one.message) for one in alone(path)] == []


@pytest.mark.usefixtures("liar")
def test_a_formula_that_its_count_contradicts_is_found() -> None:
    findings = alone(CASES / "count-disagrees" / "bad.yaml")
    assert [(one.rule, one.level) for one in findings] == [("count-disagrees", "error")]
    assert "please report it" in findings[0].remedy


@pytest.mark.parametrize("rule", rules.names())
def test_each_rule_has_cases_and_a_manual(rule: str) -> None:
    assert any(path.parent.name == rule for path in BAD)
    assert any(path.parent.name == rule for path in GOOD)
    manual = rules.explain(rule)
    assert manual.startswith(f"{rule} ({rules.load(rule).LEVEL})")
    assert "Bad:" in manual and "Good:" in manual


@pytest.mark.parametrize("path", sorted([*bundled().values(), *drills().values()]), ids=lambda path: path.stem)
def test_the_bundled_banks_are_right(path: Path) -> None:
    assert [(one.rule, one.item, one.message) for one in run(path).findings] == []


@pytest.mark.parametrize("path", ALLOWABLE, ids=name_of)
def test_an_item_may_allow_a_rule(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert alone(path, text)
    assert alone(path, text.replace("    stem:", f"    allow: [{path.parent.name}]\n    stem:")) == []


def test_a_wrong_key_is_told_with_its_right_value_its_option_its_slip_and_the_steps() -> None:
    (finding,) = alone(CASES / "key-wrong" / "bad.yaml")
    assert finding.expected == "125x125x4"
    assert "which is option b" in finding.message
    assert "rounded-up: You rounded up" in finding.message
    assert "floor" in finding.remedy and "key: b" in finding.remedy


def test_a_broken_variant_is_told_with_a_seed_that_draws_it_and_its_parameters() -> None:
    (finding,) = alone(CASES / "variant-collision" / "bad.yaml")
    seed = re.search(r"seed (\d+): k = 1: options b and a are both 128x128x4", finding.message)
    assert seed and "1 of 2 variants" in finding.message


def test_totals_count_every_item_once() -> None:
    sums = totals([run(path) for path in bundled().values()])
    assert sums.items == sums.proved + sums.claimed + sums.shown + sums.asserted
    assert sums.proved >= 3 and sums.claimed >= 1 and sums.errors == 0


def test_rules_are_selected_and_ignored_by_name() -> None:
    assert rules.selection(["key-wrong"]) == ("yaml-syntax", "duplicate-key", "schema", "key-wrong")
    assert "no-source" not in rules.selection(ignore=["no-source"])
    with pytest.raises(CnnquizError, match="schema cannot be ignored"):
        rules.selection(ignore=["schema", "no-source"])
    with pytest.raises(CnnquizError, match="did you mean key-wrong"):
        rules.selection(["key-wrng"])


def test_faults_of_one_item_do_not_hide_those_of_another() -> None:
    path = CASES / "key-wrong" / "bad.yaml"
    text = path.read_text(encoding="utf-8") + "  - id: other\n    steem: What?\n    key: a\n"
    found = {one.rule for one in rules.run(bank.load(path, text)).findings}
    assert {"key-wrong", "schema"} <= found


@pytest.mark.parametrize("fault", ["topik: shapes", "hints: {a: b}", "level: high", "id: Q 3"])
def test_a_fault_elsewhere_in_an_item_does_not_hide_its_wrong_key(fault: str) -> None:
    path = CASES / "key-wrong" / "bad.yaml"
    text = path.read_text(encoding="utf-8").replace("id: one", fault if "id:" in fault else f"id: one\n    {fault}")
    found = [one.rule for one in rules.run(bank.load(path, text)).findings]
    assert found == ["schema", "key-wrong"]


@pytest.mark.parametrize("sentence", EQUATIONS["right"])
def test_prose_without_false_arithmetic_is_left_alone(sentence: str) -> None:
    assert list(false_equations(sentence)) == []


@pytest.mark.parametrize("sentence", EQUATIONS["wrong"])
def test_false_arithmetic_in_prose_is_found(sentence: str) -> None:
    assert list(false_equations(sentence))


def test_a_distractor_may_tell_a_mistake() -> None:
    assert not list(false_equations("You took (256-7)/2 = 125: the slip is to round up.", told=True))
    assert list(false_equations("That is 256/2 = 129.", told=True))


def test_each_false_equation_of_a_sentence_is_told() -> None:
    found = list(false_equations("2 + 2 = 5 and 3 + 3 = 7, but 1 + 1 = 2"))
    assert [right for _, right, _ in found] == ["4", "6"]


@pytest.mark.parametrize("name", calculators.names())
def test_no_givens_break_a_rule(name: str) -> None:
    """The givens of every case as an item whose stem and rationale name all kinds of numbers: no rule fails."""
    cases = json.loads((CASES.parents[1] / "calculators" / f"{name}.json").read_text(encoding="utf-8"))
    items = [
        {
            "id": f"case-{number}", "type": "number", "key": "7", "rationale": "Its 8 filters of 3x3 give 12 weights.",
            "stem": f"{', '.join(f'{name} = {value}' for name, value in case['given'].items())}; 8 filters. How many?",
            "derivation": {name: case["given"], "want": case.get("want") or calculators.load(name).results[0].name},
        }
        for number, case in enumerate(cases)
    ]  # fmt: skip
    bank_text = json.dumps({"format": 1, "id": "cases", "title": "Cases", "source": "made", "items": items})
    checked = rules.run(bank.load("cases.yaml", bank_text))
    assert len(checked.items) == len(items)
    assert [one.message for one in checked.findings if "cnnquiz fails" in one.message] == []


def test_a_rule_that_fails_is_a_finding_and_the_others_still_look(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: object) -> list[Finding]:
        return [1 / 0]  # type: ignore[list-item]

    loaded = bank.load(CASES / "key-wrong" / "bad.yaml")
    before = {one.rule for one in rules.run(loaded).findings}
    monkeypatch.setattr("cnnquiz.checks.rules.no_rationale.check", fails)
    found = rules.run(loaded).findings
    assert {one.rule for one in found} == before | {"no-rationale"}
    [fault] = [one for one in found if one.rule == "no-rationale"]
    assert "ZeroDivisionError" in fault.message and fault.level == "error"
