"""The key is the longest option far too often, so that who knows nothing can guess it.

Looked at in a bank with at least 8 items in which one option is clearly the longest: a quarter longer than the others'
mean, and in words. If chance alone would make the key that option so often in fewer than 1 of 100 banks (binomial, with
each item's own number of options), the bank is found, at the first such item.

Bad:

    a: Fast
    b: It gives the weights of the whole network better initial values than random ones   # the key, as always
    c: Small

Good:

    a: It leaves fewer weights to train, so that optimising is simpler
    b: It gives the weights of the whole network better initial values
    c: It lets all the hidden layers be trained in parallel
"""

from __future__ import annotations

from collections.abc import Iterator

from cnnquiz.checks.subject import Outline
from cnnquiz.model import Finding, Level

LEVEL: Level = "warning"
FEWEST = 8
MOST = 500  # that many tell enough, and more would take time that grows with their square
CHANCE = 0.01


def compare(bank: Outline) -> Iterator[Finding]:
    """The bank's first item whose key stands out, if keys stand out too often."""
    clear = [one for one in bank.items if one.longest][:MOST]
    hits = [one for one in clear if one.longest == one.keys[0]]
    if len(clear) < FEWEST:
        return
    chance = at_least(len(hits), [1 / len(one.letters) for one in clear])
    if chance < CHANCE:
        message = (
            f"the longest option is the key in {len(hits)} of the {len(clear)} items in which one option stands out "
            f"by its length; chance makes it so in fewer than 1 of {max(100, round(1 / max(chance, 1e-6))):,} banks"
        )
        key = hits[0].keys[0]
        remedy = f"Give another option of this item as many words as option `{key}` has, and so in some more items."
        yield bank.finding(__name__, LEVEL, hits[0], ("options",), message, remedy, at_name=True)


def at_least(hits: int, chances: list[float]) -> float:
    """The probability of so many hits or more, each with its own chance, exactly."""
    spread = [1.0]
    for chance in chances:
        grown = [0.0, *spread]
        for count, weight in enumerate(spread):
            grown[count] += weight * (1 - chance)
            grown[count + 1] += weight * chance - weight
        spread = grown
    return max(0.0, sum(spread[hits:]))
