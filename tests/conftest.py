"""What the tests share: the program as a process of its own, away from source and user data."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import pytest
from hypothesis import settings

import cnnquiz

ROOT = Path(__file__).parent.parent
PACKAGE = Path(cnnquiz.__file__).parent

settings.register_profile("suite", deadline=None, database=None)
settings.load_profile("suite")


class Program(Protocol):
    """Runs `cnnquiz` with these arguments and gives what came out."""

    def __call__(
        self, *arguments: str, stdin: str = "", env: Mapping[str, str] | None = None, timeout: float = 60
    ) -> subprocess.CompletedProcess[str]: ...


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The environment for a process: the package under test, a data folder of its own, 80 columns."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CNNQUIZ", "_CNNQUIZ"))}
    for name in ("NO_COLOR", "FORCE_COLOR", "GITHUB_ACTIONS"):
        kept.pop(name, None)
    return kept | {
        "PYTHONPATH": str(PACKAGE.parent),
        "PYTHONWARNINGS": "error",
        "CNNQUIZ_HOME": str(tmp_path / "home"),
        "COLUMNS": "80",
        "LC_ALL": "C.UTF-8",
    }


@pytest.fixture
def program(environment: dict[str, str], tmp_path: Path) -> Program:
    """The program as a real process in an empty folder. It never ends in a traceback."""

    def run(
        *arguments: str, stdin: str = "", env: Mapping[str, str] | None = None, timeout: float = 60
    ) -> subprocess.CompletedProcess[str]:
        ended = subprocess.run(
            [sys.executable, "-m", "cnnquiz", *arguments],
            input=stdin, capture_output=True, text=True, encoding="utf-8", timeout=timeout, cwd=tmp_path,
            env=environment | dict(env or {}), check=False,
        )  # fmt: skip
        assert "Traceback" not in ended.stderr, ended.stderr
        return ended

    return run
