"""For scripts: one JSON document, whose fields are a contract."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from cnnquiz.checks.report import Report
from cnnquiz.model import Finding

FIELDS = ("rule", "level", "path", "line", "column", "item", "message", "expected", "remedy")


def write(report: Report) -> str:
    """The report as JSON: `summary`, `items` and `findings`; with --mutate also `mutation`."""
    sums = report.sums
    document: dict[str, Any] = {
        "summary": {name: getattr(sums, name) for name in sums.__struct_fields__},
        "items": [
            {"bank": bank.path, "item": one.item, "status": one.status, "reason": one.reason}
            for bank in report.banks
            for one in bank.items
        ],
        "findings": [finding_object(finding) for finding in report.findings],
    }
    if report.mutation is not None:
        score = report.mutation
        classes = {name: msgspec.structs.asdict(one) for name, one in score.classes.items()}
        counts = {"mutants": score.mutants, "noticed": score.noticed, "missed": list(score.missed)}
        document["mutation"] = {**counts, "classes": classes}
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def finding_object(finding: Finding) -> dict[str, Any]:
    """One finding with the fields of the contract."""
    return {name: getattr(finding, name) for name in FIELDS}
