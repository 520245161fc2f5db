"""Which item is due, and when it comes again: spaced repetition by FSRS. Pure; the only home of fsrs.

FSRS models memory by stability S (days until the chance of recall has fallen to 0.9) and difficulty D:

    R(t) = (1 + F t / S) ^ -w20,   F = 0.9 ^ (-1 / w20) - 1

Source: Ye, Su, Cao, "A stochastic shortest path algorithm for optimizing spaced repetition scheduling",
KDD 2022; the version and the weights are those of the `fsrs` library, without its random fuzz.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

if TYPE_CHECKING:
    import fsrs

AGAIN, HARD, GOOD, EASY = 1, 2, 3, 4
SLOW = 120.0  # seconds: two minutes are not recall but working it out anew
QUICK = 10.0  # seconds: time enough to read the question and to answer at once
WINDOW = 5  # days before an exam in which everything is seen once
AHEAD = timedelta(days=1)  # a last review this far in the future means that the clock has been set back


class Card(Struct, frozen=True):
    """What the schedule knows about one item. `stability` and `difficulty` are None before the first answer.

    `state` is FSRS's: 1 learning, 2 review, 3 relearning; `step` counts the short repetitions of 1 and 3.
    `right` says whether the last answer was.
    """

    bank: str
    item: str
    due: datetime
    last: datetime | None = None
    state: int = 1
    step: int | None = 0
    stability: float | None = None
    difficulty: float | None = None
    right: bool = False


def rating(verdict: str, hints: int, seconds: float | None, before: Card) -> int:
    """How well an answer was known, from the answer alone: nobody is asked to grade himself.

    wrong, partly right or skipped           again  it was not recalled
    right after a hint or on a second try    hard   it was recalled only with help
    right, in more than two minutes          hard   it was worked out and not recalled
    right within ten seconds, as last time   easy   once may be luck or a good guess, twice is not
    right otherwise                          good
    """
    if verdict != "right":
        return AGAIN
    if hints or (seconds is not None and seconds > SLOW):
        return HARD
    if seconds is not None and seconds <= QUICK and before.right:
        return EASY
    return GOOD


def answered(card: Card, verdict: str, hints: int, seconds: float | None, now: datetime) -> Card:
    """The card after one answer."""
    return next_card(card, rating(verdict, hints, seconds, card), now)


def next_card(card: Card, rating: int, now: datetime) -> Card:
    """The card after an answer of that rating: FSRS's, with the time since the last one never negative."""
    import fsrs

    now = now.astimezone(UTC)
    last = None if card.last is None else min(card.last, now)
    after, _ = scheduler().review_card(as_fsrs(replace(card, last=last)), fsrs.Rating(rating), now)
    return Card(
        card.bank,
        card.item,
        due=after.due,
        last=now,
        state=after.state.value,
        step=after.step,
        stability=after.stability,
        difficulty=after.difficulty,
        right=rating != AGAIN,
    )


def retrievability(card: Card, now: datetime) -> float:
    """The chance, by FSRS, that the item would be recalled now; 0 for one that was never answered."""
    return scheduler().get_card_retrievability(as_fsrs(card), now.astimezone(UTC))


def is_due(card: Card, now: datetime) -> bool:
    """Whether it is time; also after a clock that was ahead has been set back, when nobody can know."""
    return card.due <= now or (card.last is not None and card.last > now + AHEAD)


def due(cards: Iterable[Card], now: datetime, limit: int | None = None) -> list[Card]:
    """The cards that are due, the most nearly forgotten first."""
    waiting = [card for card in cards if is_due(card, now)]
    waiting.sort(key=lambda card: (retrievability(card, now), card.due, card.bank, card.item))
    return waiting[:limit]


def forecast(cards: Iterable[Card], now: datetime, days: int = 7) -> list[int]:
    """How many cards come due today (with all that are overdue), tomorrow, and so on, by UTC's days."""
    counts = [0] * days
    for card in cards:
        day = 0 if is_due(card, now) else (card.due.astimezone(UTC).date() - now.astimezone(UTC).date()).days
        if day < days:
            counts[day] += 1
    return counts


def planned(cards: Sequence[Card], until: date) -> list[Card]:
    """The cards, with those that would come only after an exam moved before it.

    FSRS itself brings the weak ones back in time. What it rates as firm is spread evenly over the last days,
    in an order that is always the same and mixes the banks, so that everything is seen once before the exam.
    """
    start = datetime(until.year, until.month, until.day, tzinfo=UTC) - timedelta(days=WINDOW)
    order = sorted(cards, key=lambda card: (zlib.crc32(f"{card.bank}/{card.item}".encode()), card.item))
    days = {(card.bank, card.item): WINDOW * place // len(order) for place, card in enumerate(order)}
    return [brought_forward(card, start, days[card.bank, card.item]) for card in cards]


def brought_forward(card: Card, start: datetime, day: int) -> Card:
    """The card, due by its day of the last days, unless these have seen it already."""
    if card.last is not None and card.last >= start:
        return card
    return replace(card, due=min(card.due, start + timedelta(days=day)))


def as_fsrs(card: Card) -> fsrs.Card:
    """The library's own record of a card."""
    import fsrs

    return fsrs.Card(
        card_id=0,  # without a number the library waits a millisecond to make one
        state=fsrs.State(card.state),
        step=card.step,
        stability=card.stability,
        difficulty=card.difficulty,
        due=card.due,
        last_review=card.last,
    )


@cache
def scheduler() -> fsrs.Scheduler:
    """FSRS as published: its weights and its aim of recalling nine in ten, but the same on every run."""
    import fsrs

    return fsrs.Scheduler(enable_fuzzing=False)
