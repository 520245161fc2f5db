"""The models' files of the tests with one number changed, read by the program and built by PyTorch.

    pip install -e '.[lab]'
    python tests/benchmarks/models_mutated.py [--cases 300] [--seed 1]

Exit code 1 where shapes, parameters, or whether the model fails, are not PyTorch's; what the program refuses to read is
counted apart.
"""

from __future__ import annotations

import argparse
import ast
import random
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import torch
import yaml

from cnnquiz.errors import CnnquizError
from cnnquiz.parsers.model_source import model

FOLDER = Path(__file__).parents[1] / "parsers" / "models"
NAMES = {"dense.py": "Dense", "encoder_decoder.py": "Decoded", "attention.py": "Words"}
Case = tuple[str, str, tuple[int, ...]]  # source, call, input


def cases() -> list[Case]:
    """The models in PyTorch."""
    found = yaml.safe_load((FOLDER.parent / "models.yaml").read_text(encoding="utf-8"))
    return [
        ((FOLDER / case["file"]).read_text(encoding="utf-8"),
         case.get("call") or f"{case.get('class') or NAMES[case['file']]}()",
         tuple(map(int, case["in"].split("x"))))
        for case in found if "keras" not in case["file"]
    ]  # fmt: skip


def mutant(chance: random.Random, case: Case) -> Case:
    """The case with another number in its source, and now and then another size of input."""
    source, call, size = case
    tree = ast.parse(source)
    numbers = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and type(node.value) is int]
    node = chance.choice(numbers)
    value: Any = node.value
    node.value = chance.choice([value + 1, value - 1, 2 * value, 1, 2, 3, value // 2, -value])
    if chance.random() < 0.2:
        size = (size[0], *(chance.choice([n, n + 1, n - 1, 2 * n, n // 2 + 1]) for n in size[1:]))
    return ast.unparse(tree), call, size


def ours(case: Case) -> Any:
    """Output and parameters, or a text: how the model fails, or that it is refused."""
    source, call, size = case
    try:
        read = model(source, None, size, call)
    except CnnquizError as fault:
        return f"refused: {fault}"
    return f"fails: {read.fault}" if read.fault else (read.output, read.parameters)


def theirs(case: Case) -> Any:
    """The same by PyTorch."""
    source, call, size = case
    names: dict[str, Any] = {"__name__": "model"}
    try:
        exec(compile(source, "model", "exec"), names)
        network = eval(call, names).train(False)
        with torch.no_grad():
            made = network(torch.zeros(1, *size))
    except Exception as fault:
        return f"{type(fault).__name__}: {str(fault)[:120]}"
    shapes = tuple(tuple(one.shape[1:]) for one in (made.values() if isinstance(made, dict) else [made]))
    return "nothing is left" if any(0 in one for one in shapes) else (
        shapes, sum(one.numel() for one in network.parameters())
    )  # fmt: skip


def main() -> None:
    """Print how many ended how, and each difference."""
    parser = argparse.ArgumentParser(description="Compare changed models with PyTorch.")
    parser.add_argument("--cases", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    chance, every, counts = random.Random(asked.seed), cases(), Counter[str]()
    for _ in range(asked.cases):
        case = mutant(chance, chance.choice(every))
        mine, other = ours(case), theirs(case)
        refused = isinstance(mine, str) and mine.startswith("refused")
        same = mine == other or (isinstance(mine, str) and isinstance(other, str))
        counts["refused" if refused else "same" if same else "different"] += 1
        if not refused and not same:
            print(f"{case[1]} on {case[2]}: {mine}, but {other} by PyTorch")
    print(f"PyTorch {torch.__version__}, seed {asked.seed}: {dict(counts)}")
    raise SystemExit(1 if counts["different"] else 0)


if __name__ == "__main__":
    main()
