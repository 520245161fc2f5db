"""The key stands in one place far too often, or hardly ever in another, so that places can be guessed.

Looked at in a bank with at least 20 items of the same number of options, by Pearson's chi-squared:

    X2 = sum over places of (observed - expected)^2 / expected

The bank is found if chance alone would make keys so lopsided in fewer than 1 of 100 banks (p < 0.01).

Bad:

    key: b        # in 16 of 24 items

Good:

    key: b        # in 7 of 24 items

Source: K. Pearson, Philosophical Magazine 50 (1900), 157-175.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator

from cnnquiz.checks.subject import ItemOutline, Outline
from cnnquiz.model import Finding, Level

LEVEL: Level = "warning"
FEWEST = 20
CHANCE = 0.01


def compare(bank: Outline) -> Iterator[Finding]:
    """One finding for each number of options whose keys are lopsided, at the first item with the most frequent key."""
    groups: dict[tuple[str, ...], list[ItemOutline]] = {}
    for one in bank.items:
        if len(one.keys) == 1 and one.keys[0] in one.letters and one.type == "single":
            groups.setdefault(one.letters, []).append(one)
    for letters, items in groups.items():
        counts = Counter(one.keys[0] for one in items)
        if len(items) >= FEWEST and tail(chi_squared(counts, letters), len(letters) - 1) < CHANCE:
            shown = ", ".join(f"{letter} {counts[letter]}" for letter in letters)
            message = f"keys are lopsided over {len(items)} items: {shown} (chance alone: fewer than 1 of 100 banks)"
            often, seldom = max(letters, key=counts.__getitem__), min(letters, key=counts.__getitem__)
            remedy = f"Exchange options `{often}` and `{seldom}`, and the key with them, in some items like this one."
            first = next(one for one in items if one.keys[0] == often)
            yield bank.finding(__name__, LEVEL, first, ("key",), message, remedy=remedy)


def chi_squared(counts: Counter[str], letters: tuple[str, ...]) -> float:
    """Pearson's statistic against equal shares."""
    expected = sum(counts.values()) / len(letters)
    return sum((counts[letter] - expected) ** 2 / expected for letter in letters)


def tail(statistic: float, freedom: int) -> float:
    """The probability of so large a chi-squared or a larger one: the regularised upper gamma function, by recursion."""
    if freedom < 1:
        return 1.0
    x, a = statistic / 2, 0.5 if freedom % 2 else 1.0
    total = math.erfc(math.sqrt(x)) if freedom % 2 else math.exp(-x)
    term = x**a * math.exp(-x) / math.gamma(a + 1)
    while a < freedom / 2:
        total += term
        a += 1
        term *= x / a
    return total
