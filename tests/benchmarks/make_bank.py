"""Write a bank of many numerical items, each with its own numbers: `python make_bank.py 10000 big.yaml`.

Half of the items ask for the shape after a convolution, half for its parameters. Every key is right, every
distractor is a slip that people make, and no two options of an item are equal.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

HEADER = """\
format: 1
id: big
title: "A large bank of numericals"
source: generated for measuring
items:
"""

SHAPE = """\
  - id: conv-{n}
    topic: convolution
    stem: >-
      A {{in}} image is convolved with {{filters}} kernels of size {{k}}x{{k}}, stride {{s}}, without padding.
      What is the size of the output?
    options:
{options}
    key: {key}
    derivation:
      conv: {{in: {size}x{size}x3, k: {k}, s: {s}, p: 0, filters: {filters}}}
      want: output_shape
    hints: ["How many places can the kernel's left edge take?"]
    rationale: "The last window must fit inside the image, so the division is rounded down."
    source: "generated, item {n}"
"""

PARAMETERS = """\
  - id: params-{n}
    topic: parameters
    stem: >-
      A layer convolves an input of {{channels}} channels with {{filters}} filters of size {{k}}x{{k}}.
      How many parameters does it have, biases included?
    options:
{options}
    key: {key}
    derivation:
      params: {{k: {k}, channels: {channels}, filters: {filters}}}
      want: trainable
    hints: ["How many weights does one filter have?"]
    rationale: "Each filter has a weight for each cell of its window in each channel, and one bias."
    source: "generated, item {n}"
"""


def shape_item(n: int) -> str:
    """An item about a convolution whose division leaves a remainder, so that rounding matters."""
    k, s, filters = 3 + 2 * (n % 3), 2, 4 + n % 60
    size = 64 + 2 * (n % 400)
    out = (size - k) // s + 1
    options = [
        (f"{out}x{out}x{filters}", "The last window that fits is the last one that counts."),
        (f"{out + 1}x{out + 1}x{filters}", "You rounded up: the last, incomplete window does not count."),
        (f"{out - 1}x{out - 1}x{filters}", "The first position counts too: add 1."),
        (f"{out}x{out}x3", "The output has one channel for each filter, not for each input channel."),
    ]
    return SHAPE.format(n=n, k=k, s=s, filters=filters, size=size, **lettered(options, n))


def parameters_item(n: int) -> str:
    """An item about the parameters of a layer."""
    k, channels, filters = 3 + 2 * (n % 4), 2 + n % 30, 8 + n % 120
    options = [
        (f"{(k * k * channels + 1) * filters}", "One weight for each cell and channel, and one bias a filter."),
        (f"{k * k * channels * filters}", "One bias for each filter is missing."),
        (f"{(k * k + 1) * filters}", "Each filter also reaches through all input channels."),
        (f"{k * k * channels * filters + 1}", "There is one bias for each filter, not one for the layer."),
    ]
    return PARAMETERS.format(n=n, k=k, channels=channels, filters=filters, **lettered(options, n))


def lettered(options: list[tuple[str, str]], n: int) -> dict[str, str]:
    """The options, the right one first, turned round so that the key's letter changes from item to item."""
    key = n * 7 // 2 % 4
    turned = options[-key:] + options[:-key] if key else options
    rows = [f'      {"abcd"[i]}: {{text: {text}, why: "{why}"}}' for i, (text, why) in enumerate(turned)]
    return {"options": "\n".join(rows), "key": "abcd"[key]}


def bank(items: int) -> Iterator[str]:
    """The bank's text, piece by piece."""
    yield HEADER
    for n in range(items):
        yield shape_item(n) if n % 2 == 0 else parameters_item(n)


if __name__ == "__main__":
    Path(sys.argv[2]).write_text("".join(bank(int(sys.argv[1]))), encoding="utf-8")
