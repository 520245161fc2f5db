"""The models' files of the tests built by PyTorch: its parameters and outputs are those that are read."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml

FOLDER = Path(__file__).parent / "parsers" / "models"
CASES = yaml.safe_load((FOLDER.parent / "models.yaml").read_text(encoding="utf-8"))
BUILT = [case for case in CASES if "keras" not in case["file"]]
NAMES = {"dense.py": "Dense", "encoder_decoder.py": "Decoded", "attention.py": "Words"}


def built(case: dict[str, Any]) -> Any:
    """The model as PyTorch makes it."""
    spec = importlib.util.spec_from_file_location("model_of_a_test", FOLDER / case["file"])
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    words = case.get("call") or f"{case.get('class') or NAMES[case['file']]}()"
    return eval(words, module.__dict__).train(False)


@pytest.mark.parametrize("case", BUILT, ids=[f"{case['file']} {case.get('call', '')}" for case in BUILT])
def test_pytorch_makes_the_same(case: dict[str, Any]) -> None:
    network = built(case)
    with torch.no_grad():
        made = network(torch.zeros(1, *map(int, case["in"].split("x"))))
    tensors = list(made.values()) if isinstance(made, dict) else [made]
    assert [list(one.shape[1:]) for one in tensors] == case["output"]
    assert sum(one.numel() for one in network.parameters()) == case["parameters"]
