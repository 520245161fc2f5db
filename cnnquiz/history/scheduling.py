"""Which items are due, and when they come again: spaced repetition by FSRS. Pure; the only home of fsrs.

FSRS models memory by stability S (days until the chance of recall has fallen to 0.9) and difficulty D:

    R(t) = (1 + F t / S) ^ -w20,   F = 0.9 ^ (-1 / w20) - 1

Source: Ye, Su, Cao, "A stochastic shortest path algorithm for optimizing spaced repetition scheduling",
KDD 2022; the version (FSRS-6) and the weights are those of the `fsrs` library, without its random fuzz and without
its steps of minutes: the first interval is a day or more, and what is missed comes again within its own session.

A newer FSRS loses nothing, since cards only follow from the attempts, each of which is kept with its verdict, hints,
seconds and time. A move to FSRS-7, which counts intervals in fractions of a day and has other weights, would be made
here alone: `next_card` calls the new scheduler, `Card` gets the fields of its state, with a migration for the table of
cards, and that migration, as each does, replays all attempts (`rows.rebuild_cards`); so does `cnnquiz history rebuild`.
SITTING could go, if the new model is trusted with answers minutes apart. The `attempts` are not touched.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from cnnquiz.clock import day_of, start_of

if TYPE_CHECKING:
    import fsrs

AGAIN, HARD, GOOD, EASY = 1, 2, 3, 4
SLOW = 120.0  # seconds: who takes two minutes works the answer out and does not recall it
QUICK = 10.0  # seconds: enough to read the question and to answer at once
SITTING = timedelta(hours=6)  # within which the first answer to an item alone sets its schedule
WINDOW = 5  # days before an exam in which everything is seen once
AHEAD = timedelta(days=1)  # a last answer later than this from now means that the clock has been set back


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


def grade(verdict: str, hints: int, seconds: float | None, before: Card) -> int:
    """FSRS's rating of an answer, from the answer alone: nobody has to grade themselves.

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


def card_after(card: Card, verdict: str, hints: int, seconds: float | None, now: datetime) -> Card:
    """The card after one answer; one soon after that which set the schedule is practice, and only says how it went."""
    if card.last is not None and timedelta() <= now - card.last < SITTING:
        return replace(card, right=verdict == "right")
    return next_card(card, grade(verdict, hints, seconds, card), now)


def next_card(card: Card, rating: int, now: datetime) -> Card:
    """The card after an answer of that rating, as FSRS gives it; the time since the last answer is never negative."""
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
    """The probability, by FSRS, that the item would be recalled now; 0 for one that was never answered."""
    return scheduler().get_card_retrievability(as_fsrs(card), now.astimezone(UTC))


def is_due(card: Card, now: datetime) -> bool:
    """Whether the card is due on this day; so is one answered in the future, before a clock was set back."""
    return day_of(card.due) <= day_of(now) or (card.last is not None and card.last > now + AHEAD)


def due(cards: Iterable[Card], now: datetime, limit: int | None = None) -> list[Card]:
    """The cards that are due, the least likely to be recalled first."""
    waiting = [card for card in cards if is_due(card, now)]
    waiting.sort(key=lambda card: (retrievability(card, now), card.due, card.bank, card.item))
    return waiting[:limit]


def forecast(cards: Iterable[Card], now: datetime, days: int = 7) -> list[int]:
    """How many cards come due today (with all that are overdue), tomorrow, and so on."""
    counts, today = [0] * days, day_of(now)
    for card in cards:
        day = 0 if is_due(card, now) else (day_of(card.due) - today).days
        if day < days:
            counts[day] += 1
    return counts


def plan_for_exam(cards: Sequence[Card], until: date) -> list[Card]:
    """The cards, with those that would come only after the exam moved before it.

    FSRS itself brings the weak ones back in time. The firm ones are spread evenly over the last days, in an
    order that is always the same and mixes the banks, so that everything is seen once before the exam.
    """
    start = start_of(until) - timedelta(days=WINDOW)
    order = sorted(cards, key=lambda card: (zlib.crc32(f"{card.bank}/{card.item}".encode()), card.item))
    days = {(card.bank, card.item): WINDOW * place // len(order) for place, card in enumerate(order)}
    return [
        card
        if card.last is not None and card.last >= start  # seen already in the last days
        else replace(card, due=min(card.due, start + timedelta(days=days[card.bank, card.item])))
        for card in cards
    ]


def as_fsrs(card: Card) -> fsrs.Card:
    """The card as a record of the library."""
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
    """FSRS with its weights and its aim of a recall of 0.9, in whole days, and the same on every run."""
    import fsrs

    return fsrs.Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
