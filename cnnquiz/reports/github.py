"""For GitHub Actions: one workflow command for each finding, which GitHub shows beside the line, and the totals."""

from __future__ import annotations

from cnnquiz.checks.report import Report, closing_line
from cnnquiz.model import Finding
from cnnquiz.reports import sentences
from cnnquiz.shown import clean, without_commands


def write(report: Report) -> str:
    """The report as annotations."""
    lines = [*map(annotation, report.findings), closing_line(report.sums, report.seconds)]
    return "".join(f"{line}\n" for line in lines)


def annotation(finding: Finding) -> str:
    """One finding as a workflow command."""
    fields = {"file": finding.path, "line": finding.line, "col": finding.column, "title": finding.rule}
    shown = ",".join(f"{name}={escape(str(value), ',:')}" for name, value in fields.items())
    item = f"{finding.item}: " if finding.item else ""
    return f"::{finding.level} {shown}::{escape(item + sentences(finding))}"


def escape(text: str, more: str = "") -> str:
    """The text with the characters escaped that would end the command or one of its fields."""
    text = without_commands(clean(text))
    for character in "%\n" + more:
        text = text.replace(character, f"%{ord(character):02X}")
    return text
