"""Write a bank of items with their own numbers, wording and calculators: `python make_varied_bank.py 10000 x.yaml`.

The stems say their numbers, so that each must be read. Every key is right.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from pathlib import Path

Written = tuple[str, str, str, int]  # stem, derivation, wanted result, its value
HEADER = 'format: 1\nid: varied\ntitle: "Varied numericals"\nsource: generated for measuring\nitems:\n'
ITEM = """\
  - id: {id}
    topic: {topic}
    stem: >-
      {stem}
    options:
{options}
    key: {key}
    derivation:
      {derivation}
      want: {want}
    hints: ["Which of the numbers take part?", "Write the formula down before you put numbers in."]
    rationale: "Work it step by step, and round only where the formula does."
    source: "generated, item {n}"
"""


def conv(rng: random.Random) -> Written:
    """The width after a convolution."""
    i, k, s, p = rng.randint(40, 300), rng.choice((3, 5, 7, 9)), rng.randint(1, 4), rng.randint(0, 1)
    stem = rng.choice((
        f"An image of {i}x{i} pixels is convolved with a {k}x{k} kernel, stride {s} and padding {p}. "
        "What is the size of the output?",
        f"A {k}x{k} kernel slides over a {i}x{i} input with stride {s} and padding {p}. How wide is the output?",
        f"The input is {i}x{i}, the kernel {k}x{k}, the stride {s}, the padding {p}. What is the output size?",
    ))  # fmt: skip
    return stem, f"conv: {{in: {i}, k: {k}, s: {s}, p: {p}}}", "output_size", (i + 2 * p - k) // s + 1


def pool(rng: random.Random) -> Written:
    """The width after pooling."""
    i, k, s = rng.randint(20, 240), rng.choice((2, 3, 4)), rng.choice((2, 3))
    stem = rng.choice((
        f"A {i}x{i} map is pooled with a {k}x{k} window and stride {s}, without padding. What is the output size?",
        f"Max pooling with a window of size {k}x{k} and stride {s} is applied to a {i}x{i} input. How wide is "
        "the output?",
    ))  # fmt: skip
    return stem, f"pool: {{in: {i}, k: {k}, s: {s}}}", "output_size", (i - k) // s + 1


def params(rng: random.Random) -> Written:
    """The parameters of a layer."""
    k, c, f = rng.choice((3, 5, 7)), rng.randint(2, 64), rng.randint(4, 128)
    stem = rng.choice((
        f"A convolution layer has {f} filters of size {k}x{k} on an input of {c} channels. How many parameters does it "
        "have, biases included?",
        f"How many trainable parameters has a layer of {f} filters of size {k}x{k} on {c} channels, biases included?",
    ))  # fmt: skip
    return stem, f"params: {{k: {k}, channels: {c}, filters: {f}}}", "trainable", (k * k * c + 1) * f


def dense(rng: random.Random) -> Written:
    """The parameters of a fully connected layer."""
    n, m = rng.randint(10, 900), rng.randint(2, 300)
    stem = rng.choice((
        f"A fully connected layer has {n} inputs and {m} units. How many parameters does it have, biases included?",
        f"How many parameters has a dense layer with {n} inputs and {m} outputs, biases included?",
    ))  # fmt: skip
    return stem, f"params: {{layer: dense, inputs: {n}, units: {m}}}", "trainable", (n + 1) * m


def tconv(rng: random.Random) -> Written:
    """The width after a transposed convolution."""
    i, k, s = rng.randint(4, 90), rng.choice((2, 3, 4, 5)), rng.randint(1, 3)
    stem = f"A {i}x{i} map goes through a transposed convolution with a {k}x{k} kernel, stride {s} and no padding. "
    return stem + "What is the output size?", f"tconv: {{in: {i}, k: {k}, s: {s}}}", "output_size", (i - 1) * s + k


KINDS: tuple[Callable[[random.Random], Written], ...] = (conv, pool, params, dense, tconv)


def item(n: int, rng: random.Random) -> str:
    """One item, the place of its key drawn."""
    make = KINDS[n % len(KINDS)]
    stem, derivation, want, value = make(rng)
    key = rng.randrange(4)
    values = [value + step for step in (1, -1, 2)]
    values.insert(key, value)
    pairs = zip("abcd", values, strict=True)
    options = "\n".join(f'      {letter}: {{text: {one}, why: "Count it once more."}}' for letter, one in pairs)
    return ITEM.format(
        id=f"{make.__name__}-{n}", topic=make.__name__, stem=stem, options=options, key="abcd"[key],
        derivation=derivation, want=want, n=n,
    )  # fmt: skip


def bank(items: int) -> str:
    """The bank's text."""
    rng = random.Random(1)
    return HEADER + "".join(item(n, rng) for n in range(items))


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(bank(int(sys.argv[1])), encoding="utf-8")
