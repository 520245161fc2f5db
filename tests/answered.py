"""A history to begin a test with, and the JSON document of a command."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from history.writer import attempt
from msgspec import structs

from cnnquiz.history import History
from cnnquiz.model import Attempt, Verdict

DAY = timedelta(days=1)
WEEK8 = (
    "conv-output-size", "feature-levels", "relu-false", "transfer-layers", "conv-parameters", "vanishing-gradient",
    "cnn-false", "flatten-dimension", "softmax", "shallow-vs-deep",
)  # fmt: skip


def answers(path: Path, ago: timedelta, bank: str, *items: str, verdict: Verdict = "wrong") -> list[Attempt]:
    """Attempts at items, so long ago, a second apart."""
    then = datetime.now(UTC) - ago
    made = [
        structs.replace(
            attempt("earlier", 1), bank=bank, item=item, verdict=verdict, score=float(verdict == "right"),
            time=(then + timedelta(seconds=place)).isoformat(), misconception=None, seconds=20.0, hints=0,
        )
        for place, item in enumerate(items)
    ]  # fmt: skip
    with History.open(path) as history:
        for each in made:
            assert history.record(each)
    return made


def document(ended: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """The JSON document, which is all of stdout."""
    assert ended.returncode == 0, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout)
    return found
