"""A history to begin a test with, and the JSON document of a command."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from history.writer import attempt
from msgspec import structs

from cnnquiz.bank import open_bank
from cnnquiz.history import History
from cnnquiz.model import Attempt, Verdict
from cnnquiz.sessions.review import question

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


def letters(bank: str, item: str, attempts: int, verdict: Verdict = "right") -> str:
    """What is typed to answer an item so when it comes back in a review after so many attempts."""
    loaded = open_bank(bank).bank
    found = loaded and loaded.item(item)
    assert loaded and found
    variant = question(loaded, found, attempts)
    wrong = next((one.letter for one in variant.choices if one.letter not in variant.key), "0")
    return " ".join(variant.key) if verdict == "right" else wrong


def document(ended: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """The JSON document, which is all of stdout."""
    assert ended.returncode == 0, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout)
    return found
