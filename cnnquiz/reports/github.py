"""For GitHub Actions: one workflow command a finding, which GitHub shows beside the line, and the closing line."""

from __future__ import annotations

from cnnquiz.checks.report import Report, closing_line
from cnnquiz.model import Finding
from cnnquiz.reports import sentences


def write(report: Report) -> str:
    """The report as annotations."""
    lines = [*map(annotation, report.findings), closing_line(report.sums, report.seconds)]
    return "".join(f"{line}\n" for line in lines)


def annotation(finding: Finding) -> str:
    """One finding as a workflow command."""
    fields = {"file": finding.path, "line": finding.line, "col": finding.column, "title": finding.rule}
    shown = ",".join(f"{name}={escape(str(value), ',:')}" for name, value in fields.items())
    return f"::{finding.level} {shown}::{escape(sentences(finding))}"


def escape(text: str, more: str = "") -> str:
    """Text in which nothing ends the command or a field of it."""
    for character in "%\r\n" + more:
        text = text.replace(character, f"%{ord(character):02X}")
    return "".join(character for character in text if character.isprintable())
