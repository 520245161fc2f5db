"""Every calculator that has a counterpart in PyTorch beside PyTorch itself, on random cases with all givens drawn.

    pip install -e '.[lab]'
    python tests/benchmarks/against_pytorch [--cases 1000] [--seed 1] [CALCULATOR ...]

Exit code 1 on a difference that is no named convention. One calculator is one `Comparison` in one of the files beside
this one; whatever a comparison calls PyTorch for, it does by PyTorch's own layers, gradients and loops.
"""

from __future__ import annotations

import argparse
import warnings

import evaluation
import layers
import mathematics
import matrices
import modules
import networks
import torch
import training
from comparison import Comparison, Tally, tally

COMPARISONS = (
    *layers.COMPARISONS, *networks.COMPARISONS, *mathematics.COMPARISONS, *matrices.COMPARISONS, *training.COMPARISONS,
    *evaluation.COMPARISONS, *modules.COMPARISONS,
)  # fmt: skip
SHOWN = 5  # differences of one calculator


def main() -> None:
    """Print the table, the conventions and the differences."""
    parser = argparse.ArgumentParser(description="Compare the calculators with PyTorch.")
    parser.add_argument("calculators", nargs="*", help="these alone")
    parser.add_argument("--cases", type=int, default=1_000, help="cases for each calculator")
    parser.add_argument("--seed", type=int, default=1, help="of the random cases")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")  # PyTorch's advice on speed
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.double)
    chosen = [one for one in COMPARISONS if not asked.calculators or one.calculator in asked.calculators]
    print(f"PyTorch {torch.__version__}, seed {asked.seed}\n")
    print(f"{'calculator':<12} {'cases':>6} {'compared results':>17} {'refused by both':>16} {'differences':>12} "
          f"{'named conventions':>18}")  # fmt: skip
    found = {one.calculator: (one, _row(one, asked.cases, asked.seed)) for one in chosen}
    print("\nNamed conventions:")
    for comparison, counted in found.values():
        for one in comparison.conventions:
            print(f"  {counted.named[one.name]:5} {comparison.calculator}: {one.name}: {one.reason}")
    print("\nNot compared:")
    for comparison, _ in found.values():
        for name, reason in {**comparison.undrawn, **comparison.uncompared}.items():
            print(f"  {comparison.calculator} {name}: {reason}")
    wrong = {name: counted.differences for name, (_, counted) in found.items() if counted.differences}
    for name, differences in wrong.items():
        print(f"\n{name}: {len(differences)} differences")
        print(*(f"  {one}" for one in differences[:SHOWN]), sep="\n")
    raise SystemExit(1 if wrong else 0)


def _row(comparison: Comparison, cases: int, seed: int) -> Tally:
    found = tally(comparison, cases, seed)
    print(f"{comparison.calculator:<12} {found.cases:>6,} {found.compared:>17,} {found.refused:>16,} "
          f"{len(found.differences):>12,} {found.named.total():>18,}", flush=True)  # fmt: skip
    return found


if __name__ == "__main__":
    main()
