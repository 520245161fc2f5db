"""The short forms that a bank may write for a derivation and a claim, read into their records.

    derivation: {conv: {in: 256x256x3, k: 7, s: 2, filters: 4}, want: output_shape}
    claim: {linear: "relu(x)"}
    claim: {net: {network: vgg16}, holds: "dense_layers <= 1"}
    claim: none

A text or a list in place of the givens stands for the calculator's main quantity, which is named "" here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cnnquiz.model import Claim, Derivation, Draw, Item, Option

Path = tuple[str | int, ...]


def derivation_of(item: Item) -> Derivation | None:
    """What the item's key follows from, or None. Only for an item without faults."""
    if item.derivation is None:
        return None
    calculator = next(name for name in item.derivation if name != "want")
    return Derivation(calculator, givens(item.derivation[calculator]), item.derivation["want"])


def claim_of(option: Option) -> Claim | str | None:
    """What makes the option decidable: a claim, a word such as `none`, or None. Only without faults."""
    if not isinstance(option.claim, dict):
        return option.claim
    calculator = next(name for name in option.claim if name != "holds")
    return Claim(calculator, givens(option.claim[calculator]), option.claim.get("holds", ""))


def givens(written: Any) -> dict[str, Any]:
    """The givens by name; one value alone is the main quantity's, and nothing at all is no given."""
    if isinstance(written, dict):
        return written
    return {"": written} if written != "" else {}


def faults(item: Item) -> Iterator[tuple[Path, str]]:
    """What the types alone cannot refuse in an item: each fault's path inside the item, and its words."""
    if not item.stem.strip():
        yield ("stem",), "the stem is empty"
    if item.derivation is not None:
        yield from derivation_faults(item.derivation)
    for letter, option in item.options.items():
        if isinstance(option, Option):
            yield from option_faults(option, ("options", letter))
    for name, draw in item.vary.items():
        yield from draw_faults(draw, ("vary", name))


def derivation_faults(written: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """A derivation names one calculator and says which of its results is wanted."""
    yield from calculator_faults(written, "want", ("derivation",))
    if "want" not in written:
        yield ("derivation",), "`derivation` does not say which result it wants: add `want: output_shape` or so"


def option_faults(option: Option, path: Path) -> Iterator[tuple[Path, str]]:
    """An option has a text, or a slip from which its text is worked out; its claim names one calculator."""
    if not option.text.strip() and not option.slip:
        yield path, "this option has neither a text nor a slip to work one out from"
    if isinstance(option.claim, dict):
        yield from calculator_faults(option.claim, "holds", (*path, "claim"))
    elif option.claim == "":
        yield (*path, "claim"), "`claim` has no value: name a calculator, or write `none`"


def calculator_faults(written: dict[str, Any], aside: str, path: Path) -> Iterator[tuple[Path, str]]:
    """One calculator is named, no more and no fewer, and the word beside it is text."""
    names = [name for name in written if name != aside]
    if not names:
        yield path, f"`{path[-1]}` names no calculator"
    for name in names[1:]:
        yield (*path, name), f"`{path[-1]}` names one calculator and `{aside}`; `{name}` is one too many"
    if not isinstance(written.get(aside, "-"), str) or written.get(aside) == "":
        yield (*path, aside), f"`{aside}` must be text"


def draw_faults(draw: Draw, path: Path) -> Iterator[tuple[Path, str]]:
    """A given is drawn from a list or from a range, which must not be empty."""
    if (draw.choice is None) == (draw.range is None):
        yield path, f"`{path[-1]}` is drawn from a `choice` or from a `range`: write one of them"
    elif draw.choice is not None and not draw.choice:
        yield (*path, "choice"), "this list of choices is empty"
    elif draw.range is not None:
        first, last, *step = draw.range
        if last < first or (step and step[0] < 1):
            yield (*path, "range"), f"no number lies in the range from {first} to {last}" + (
                f" by {step[0]}" if step else ""
            )
