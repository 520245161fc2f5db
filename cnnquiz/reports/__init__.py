"""The formats in which `check` reports, one per file, each a pure function of a Report.

    write(report) -> the whole text of the report
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from cnnquiz.checks.report import Report
from cnnquiz.model import Finding


@cache
def names() -> tuple[str, ...]:
    """The names of the formats, without importing any."""
    return tuple(sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_")))


def write(format: str, report: Report) -> str:
    """The report in one of the formats."""
    text: str = importlib.import_module(f"{__name__}.{format}").write(report)
    return text


def sentences(finding: Finding) -> str:
    """What a finding says and what to do, as sentences on one line."""
    if not finding.remedy:
        return finding.message
    stop = "" if finding.message.endswith((".", "!", "?")) else "."
    return f"{finding.message}{stop} {finding.remedy}"
