"""For CI that reads JUnit's XML: a suite a bank, a case an item, and one for each rule that an item breaks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from cnnquiz.checks.report import Checked, Report
from cnnquiz.model import Finding

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Case(NamedTuple):
    """An item, a rule that it breaks, and where; an item without findings is one case that passes."""

    item: str
    rule: str
    findings: tuple[Finding, ...]

    @property
    def failed(self) -> bool:
        """Whether an error is among the findings: a warning passes and says so in its output."""
        return any(finding.level == "error" for finding in self.findings)


def write(report: Report) -> str:
    """The report as XML."""
    listed = [(bank.path, cases(bank)) for bank in report.banks]
    head = f'<testsuites name="cnnquiz check" {sums([case for _, several in listed for case in several])}'
    time = f' time="{report.seconds:.3f}"' if report.seconds is not None else ""
    suites = [line for path, several in listed for line in suite(path, several)]
    body = ['<?xml version="1.0" encoding="UTF-8"?>', f"{head}{time}>", *suites, "</testsuites>"]
    return "\n".join(body) + "\n"


def cases(bank: Checked) -> list[Case]:
    """The items that pass, then one case for each item and rule."""
    broken: dict[tuple[str, str], list[Finding]] = {}
    for finding in bank.findings:
        broken.setdefault((finding.item or "", finding.rule), []).append(finding)
    found = {item for item, _ in broken}
    passed = [Case(item, "", ()) for item in bank.items if item not in found]
    return passed + [Case(item, rule, tuple(findings)) for (item, rule), findings in broken.items()]


def sums(several: list[Case]) -> str:
    """How many cases there are, and how many fail, as attributes."""
    return f'tests="{len(several)}" failures="{sum(case.failed for case in several)}" errors="0"'


def suite(path: str, several: list[Case]) -> Iterator[str]:
    """One bank as a suite."""
    yield f"  <testsuite name={attribute(path)} {sums(several)}>"
    for case in several:
        name = ": ".join(part for part in (case.item, case.rule) if part)
        opening = f"    <testcase classname={attribute(path)} name={attribute(name)}"
        yield f"{opening}>\n      {outcome(case)}\n    </testcase>" if case.findings else f"{opening}/>"
    yield "  </testsuite>"


def outcome(case: Case) -> str:
    """The findings of a case as its inside."""
    said = escape(legal("\n\n".join(map(told, case.findings))))
    if not case.failed:
        return f"<system-out>{said}</system-out>"
    return f"<failure type={attribute(case.rule)} message={attribute(case.findings[0].message)}>{said}</failure>"


def told(finding: Finding) -> str:
    """A finding with its place and its remedy."""
    return f"{finding.path}:{finding.line}:{finding.column}: {finding.message}\n{finding.remedy}".strip()


def attribute(text: str) -> str:
    """The text as a quoted attribute."""
    return quoteattr(legal(text))


def legal(text: str) -> str:
    """The text without characters that XML forbids."""
    return _ILLEGAL.sub("", text)
