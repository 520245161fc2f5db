"""For code scanning: SARIF 2.1.0, with every rule's manual.

Source: OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0 (2020).
"""

from __future__ import annotations

import hashlib
import inspect
import json
from typing import Any
from urllib.parse import quote

from cnnquiz import __version__
from cnnquiz.checks import rules
from cnnquiz.checks.report import Report
from cnnquiz.model import Finding
from cnnquiz.reports import sentences

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def write(report: Report) -> str:
    """The report as one SARIF log with one run."""
    names = rules.names()
    excerpts = {(bank.path, line): text for bank in report.banks for line, text in bank.excerpts.items()}
    run = {
        "tool": {
            "driver": {
                "name": "cnnquiz",
                "semanticVersion": __version__,
                "rules": [rule_object(name) for name in names],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [result(finding, names, excerpts) for finding in report.findings],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def rule_object(name: str) -> dict[str, Any]:
    """A rule with its manual."""
    rule = rules.load(name)
    manual = inspect.cleandoc(rule.__doc__ or "")
    return {
        "id": name,
        "shortDescription": {"text": manual.splitlines()[0]},
        "help": {"text": manual},
        "defaultConfiguration": {"level": rule.LEVEL},
    }


def result(finding: Finding, names: tuple[str, ...], excerpts: dict[tuple[str, int], str]) -> dict[str, Any]:
    """One finding as a result."""
    region: dict[str, Any] = {"startLine": finding.line, "startColumn": finding.column}
    if source := excerpts.get((finding.path, finding.line)):
        region["snippet"] = {"text": source[:1000]}
    item = f"{finding.item}: " if finding.item else ""
    fingerprint = hashlib.sha256(f"{finding.path}\n{finding.item}\n{finding.rule}\n{finding.message}".encode())
    location = {"artifactLocation": {"uri": quote(finding.path.replace("\\", "/"))}, "region": region}
    return {
        "ruleId": finding.rule,
        "ruleIndex": names.index(finding.rule),
        "level": finding.level,
        "message": {"text": f"{item}{sentences(finding)}"},
        "locations": [{"physicalLocation": location}],
        "partialFingerprints": {"cnnquiz/v1": fingerprint.hexdigest()[:32]},
    }
