"""Every remedy that a finding prints, followed to the letter, leads to green or to the next fault."""

from __future__ import annotations

from pathlib import Path

import pytest
from remedies import followed

from cnnquiz import bank
from cnnquiz.checks import rules
from cnnquiz.model import Finding

HERE = Path(__file__).parent
OF_A_RULE = [path for path in HERE.glob("checks/rules/*/bad*.yaml") if path.parent.name != "count-disagrees"]
BAD = sorted([*OF_A_RULE, *HERE.glob("banks/invalid/*.yaml")])
MOST = 150  # steps to green


def found(path: Path, text: str) -> tuple[Finding, ...]:
    return rules.run(bank.load(path, text)).findings


def fault(finding: Finding) -> tuple[object, ...]:
    """What a finding says, and of what; where the file cannot be read, in which place."""
    place = (finding.line, finding.column) if finding.rule == "yaml-syntax" else ()
    return finding.rule, finding.item, finding.message, place


@pytest.mark.parametrize("path", BAD, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_remedies_followed_to_the_letter_lead_to_green(path: Path, tmp_path: Path) -> None:
    text, copy = path.read_text(encoding="utf-8"), tmp_path / path.name
    (tmp_path / "figure.txt").write_text("0 1\n", encoding="utf-8")
    first = findings = found(copy, text)
    rule, seen = path.parent.name, set()
    for _ in range(MOST):
        if not findings:
            break
        one = next((each for each in findings if each.rule == rule), findings[0])
        assert one.remedy, one
        text = followed(text, one)
        before, findings = [*map(fault, findings)], found(copy, text)
        assert [*map(fault, findings)].count(fault(one)) < before.count(fault(one)), (one.message, one.remedy, text)
        assert text not in seen, (one.message, one.remedy, text)
        seen.add(text)
    assert not findings
    assert rule == "invalid" or rule in {one.rule for one in first}
