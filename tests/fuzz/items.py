"""Small banks of odd values: what stands in the file is an item in the summary or a finding, whatever it is.

The suite runs some hundreds; `python tests/fuzz/items.py 100000` runs so many, `--seed 4711` begins with another.
"""

from __future__ import annotations

import argparse
import random
import sys
from typing import Any

import yaml

from cnnquiz.bank import load
from cnnquiz.bank.loader import Loaded
from cnnquiz.checks import rules
from cnnquiz.checks.report import Checked

SCALARS = (
    "", " ", "~", "null", "true", "no", "a", "b", "z", "A", "0", "1", "9", "10", "-1", "07", "0x7", "1e9", "7.5",
    ".inf", "9" * 30, "1_000", "13:22", "2026-11-30", "single", "multiple", "number", "shape", "true-false",
    "expression", "x", "theta^2", "125x125x4", "[1, 2]", "{in}", "{nope}", "{{", "$", "relu", "none", "all", "a, b",
    "key-wrong", "schema", "yaml-syntax", "../x.txt", "\u202e", "caf\u00e9", "x" * 200, "output_shape", "parameters",
    "conv", "hwc",
)  # fmt: skip
SOUND: dict[str, Any] = {
    "id": "conv-shape",
    "stem": "An image of 256x256x3 is convolved with 4 filters of size 7x7, stride 2, no padding. Which output size?",
    "options": {"a": {"text": "127x127x3", "why": "w"}, "b": {"text": "125x125x4", "why": "w"}},
    "key": "b",
    "derivation": {"conv": {"in": "256x256x3", "k": "7", "s": "2", "filters": "4"}, "want": "output_shape"},
    "rationale": "The kernel makes 124 jumps.",
}
FIELDS = (
    "id", "stem", "topic", "type", "options", "key", "derivation", "vary", "where", "hints", "rationale", "source",
    "note", "figure", "tolerance", "asks", "level", "allow", "unknown",
)  # fmt: skip
INNER = ("text", "why", "claim", "slip", "file", "alt", "choice", "range", "conv", "in", "k", "want", "holds", "a", "b")


def value(rng: random.Random, depth: int = 0) -> Any:
    """A scalar, a list or a mapping."""
    form = rng.random()
    if form < 0.6 or depth > 2:
        return rng.choice(SCALARS)
    if form < 0.8:
        return [value(rng, depth + 1) for _ in range(rng.randrange(4))]
    return {rng.choice(INNER): value(rng, depth + 1) for _ in range(rng.randrange(4))}


def item(rng: random.Random) -> Any:
    """A sound item with some fields replaced, left out or added; now and then no item at all."""
    if rng.random() < 0.05:
        return value(rng)
    made = dict(SOUND)
    if rng.random() < 0.7:
        made["id"] = f"item-{rng.randrange(4)}"
    for name in rng.sample(FIELDS, rng.randrange(4)):
        made[name] = value(rng)
    for name in rng.sample(list(made), rng.choice((0, 0, 0, 1))):
        del made[name]
    return made


def bank(seed: int) -> dict[str, Any]:
    """The bank of this seed: one to four items."""
    rng = random.Random(seed)
    head = {"format": "1", "id": "odd", "title": "T", "source": "lecture 3"}
    if rng.random() < 0.1:
        head[rng.choice(("format", "id", "title", "source", "layout", "more"))] = value(rng)
    return {**head, "items": [item(rng) for _ in range(rng.randint(1, 4))]}


def text(seed: int) -> str:
    """The same as a bank is written; every value in quotes, so that YAML leaves it as it is."""
    written = yaml.dump(bank(seed), default_style='"', allow_unicode=True, sort_keys=False, width=10**9)
    return str(written)


def unaccounted(loaded: Loaded, checked: Checked, count: int) -> list[int]:
    """The indexes of the items that are neither in the summary nor where a finding stands."""
    listed = {index for index, _ in loaded.items}
    found = {
        loaded.positions.element("items", (one.line, one.column)) if loaded.positions else None
        for one in checked.findings
        if one.level == "error"
    }
    return [index for index in range(count) if index not in listed | found]


def survives(seed: int) -> Checked:
    """Check the bank of this seed; raises where an item is lost."""
    loaded = load("odd.yaml", text(seed))
    checked = rules.run(loaded)
    lost = unaccounted(loaded, checked, len(bank(seed)["items"]))
    assert not lost, f"items {lost} are lost"
    assert len(checked.items) >= len(loaded.items)
    assert loaded.bank is not None or any(one.level == "error" for one in checked.findings)
    return checked


def main() -> None:
    """Run as many seeds as asked for; a fault is shown with its seed and ends the run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    items = 0
    for seed in range(asked.seed, asked.seed + asked.count):
        try:
            items += len(survives(seed).items)
        except BaseException:
            sys.stderr.write(f"seed {seed}\n{text(seed)}\n")
            raise
    sys.stdout.write(f"{asked.count} banks checked; {items} items in their summaries, none lost\n")


if __name__ == "__main__":
    main()
