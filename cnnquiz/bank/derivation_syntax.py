"""The short forms that a bank may write for a derivation and a claim, read into their records.

    derivation: {conv: {in: 256x256x3, k: 7, s: 2, filters: 4}, want: output_shape}
    claim: {linear: "relu(x)"}
    claim: {net: {network: vgg16}, holds: "dense_layers <= 1"}
    claim: none

A text or a list in place of the givens stands for the calculator's main quantity, which is named "" here.
What is written is known to have this form: `bank.load` refuses everything else.
"""

from __future__ import annotations

from typing import Any

from cnnquiz.model import Claim, Derivation, Item, Option


def derivation_of(item: Item) -> Derivation | None:
    """What the item's key follows from, or None."""
    if item.derivation is None:
        return None
    calculator = next(name for name in item.derivation if name != "want")
    return Derivation(calculator, givens(item.derivation[calculator]), item.derivation["want"])


def claim_of(option: Option) -> Claim | str | None:
    """What makes the option decidable: a claim, a word such as `none`, or None."""
    if not isinstance(option.claim, dict):
        return option.claim
    calculator = next(name for name in option.claim if name != "holds")
    return Claim(calculator, givens(option.claim[calculator]), option.claim.get("holds", ""))


def givens(written: Any) -> dict[str, Any]:
    """The givens by name; one value alone is the main quantity's, and nothing at all is no given."""
    if isinstance(written, dict):
        return written
    return {"": written} if written != "" else {}
