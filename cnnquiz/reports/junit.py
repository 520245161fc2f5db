"""For CI that reads JUnit's XML: a suite for each bank, a case for each item or for each rule that it breaks."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from cnnquiz.checks.report import Checked, Report
from cnnquiz.model import Finding
from cnnquiz.shown import clean, without_commands


def write(report: Report) -> str:
    """The report as XML."""
    root = Element("testsuites", name="cnnquiz check")
    for bank in report.banks:
        suite = SubElement(root, "testsuite", name=clean(bank.path))
        suite.extend(cases(bank))
        add_totals(suite)
    add_totals(root)
    if report.seconds is not None:
        root.set("time", f"{report.seconds:.3f}")
    ElementTree.indent(root)
    body = without_commands(ElementTree.tostring(root, encoding="unicode"))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


def cases(bank: Checked) -> Iterator[Element]:
    """The items that pass, then one case for each item and rule."""
    broken: dict[tuple[str, str], list[Finding]] = {}
    for finding in bank.findings:
        broken.setdefault((finding.item or "", finding.rule), []).append(finding)
    with_findings = {item for item, _ in broken}
    for item in (one.item for one in bank.items):
        if item not in with_findings:
            yield Element("testcase", classname=clean(bank.path), name=clean(item))
    for (item, rule), findings in broken.items():
        name = ": ".join(filter(None, (item, rule)))
        case = Element("testcase", classname=clean(bank.path), name=clean(name))
        case.append(outcome(rule, findings))
        yield case


def outcome(rule: str, findings: list[Finding]) -> Element:
    """The findings of a case: a failure if an error is among them, else its output, and the case passes."""
    failure = Element("failure", type=rule, message=clean(findings[0].message))
    found = failure if any(finding.level == "error" for finding in findings) else Element("system-out")
    places = (f"{one.path}:{one.line}:{one.column}: {one.message}\n{one.remedy}".strip() for one in findings)
    found.text = clean("\n\n".join(places))
    return found


def add_totals(part: Element) -> None:
    """Add the number of cases below, and of those that fail, as attributes."""
    part.set("tests", str(len(list(part.iter("testcase")))))
    part.set("failures", str(len(list(part.iter("failure")))))
    part.set("errors", "0")
