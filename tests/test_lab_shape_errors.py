"""Shape errors with PyTorch: the wrong code fails with its message, and runs once it is repaired as it is told."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from test_shape_errors import CASES, diagnosed
from torch import nn

from cnnquiz.parsers.diagnosis import Diagnosis


def run(code: str) -> None:
    exec(code, {"torch": torch, "nn": nn, "F": nn.functional})


def repaired(case: dict[str, Any], diagnosis: Diagnosis) -> str:
    """The code with the fix in its place, and the value where the fix leaves more to change."""
    code: str = case["code"]
    if "instead" in case:
        old = case["instead"].rstrip("\n")
        assert old in code
        code = code.replace(old, diagnosis.fix, 1)
    if "before" in case:
        head, place, rest = code.rpartition(case["before"])
        code = f"{head}{diagnosis.fix}\n{place}{rest}"
    if "also" in case:
        old, new = case["also"]
        assert old in code
        code = code.replace(old, new.format(value=diagnosis.value))
    return code


@pytest.mark.filterwarnings("ignore:Using a target size")
@pytest.mark.parametrize("case", CASES["ran"], ids=lambda case: case["message"][:60])
def test_code_fails_as_told_and_runs_once_it_is_repaired(case: dict[str, Any]) -> None:
    with pytest.raises((RuntimeError, ValueError, IndexError)) as caught:
        run(case["code"])
    message = f"{type(caught.value).__name__}: {caught.value}"
    assert message.split() == case["message"].split()
    run(repaired(case, diagnosed(f"{message}\n{case['code']}")))
