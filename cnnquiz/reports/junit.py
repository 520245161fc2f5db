"""For CI that reads JUnit's XML: a suite a bank, a case an item, and one for each rule that an item breaks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from cnnquiz.model import Finding
from cnnquiz.proof.checked import Checked, Report

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(report: Report) -> str:
    """The report as XML. An error is a failure; a warning passes and says so in its output."""
    suites = [line for bank in report.banks for line in suite(bank)]
    tests = sum(len(cases(bank)) for bank in report.banks)
    head = f'<testsuites name="cnnquiz check" tests="{tests}" failures="{report.sums.errors}" errors="0"'
    time = f' time="{report.seconds:.3f}"' if report.seconds is not None else ""
    body = ['<?xml version="1.0" encoding="UTF-8"?>', f"{head}{time}>", *suites, "</testsuites>"]
    return "\n".join(body) + "\n"


def cases(bank: Checked) -> list[tuple[str, str, Finding | None]]:
    """Item, rule and finding of each case; an item without findings is one case that passes."""
    found = {finding.item for finding in bank.findings}
    passed: list[tuple[str, str, Finding | None]] = [(item, "", None) for item in bank.items if item not in found]
    return passed + [(finding.item or "", finding.rule, finding) for finding in bank.findings]


def suite(bank: Checked) -> Iterator[str]:
    """One bank as a suite."""
    listed = cases(bank)
    failures = sum(finding is not None and finding.level == "error" for _, _, finding in listed)
    yield f'  <testsuite name={attribute(bank.path)} tests="{len(listed)}" failures="{failures}" errors="0">'
    for item, rule, finding in listed:
        name = ": ".join(part for part in (item, rule) if part)
        opening = f"    <testcase classname={attribute(bank.path)} name={attribute(name)}"
        if finding is None:
            yield f"{opening}/>"
        else:
            yield f"{opening} file={attribute(finding.path)} line=\"{finding.line}\">"
            yield f"      {outcome(finding)}"
            yield "    </testcase>"
    yield "  </testsuite>"


def outcome(finding: Finding) -> str:
    """A finding as the inside of its case."""
    place = f"{finding.path}:{finding.line}:{finding.column}: {finding.message}\n{finding.remedy}".strip()
    if finding.level == "warning":
        return f"<system-out>{escape(legal(place))}</system-out>"
    kind, said = attribute(finding.rule), attribute(finding.message)
    return f"<failure type={kind} message={said}>{escape(legal(place))}</failure>"


def attribute(text: str) -> str:
    """The text as a quoted attribute."""
    return quoteattr(legal(text))


def legal(text: str) -> str:
    """The text without characters that XML forbids."""
    return _ILLEGAL.sub("", text)
