"""Does `review` pay? A simulated student follows it for 60 days; others repeat all items in a fixed round.

    python tests/benchmarks/retention.py > tests/benchmarks/retention.txt

The student's memory is not FSRS's own model, or the comparison would flatter it. An item is recalled with

    R = 2 ^ (-t / h)        t days after it was last asked, h its half-life

(Settles and Meeder, "A trainable spaced repetition model for language learning", ACL 2016). A right answer
lengthens h by a factor of 1 + G (1 - R): the more nearly forgotten, the more is gained (the spacing effect:
Cepeda et al., Psychological Bulletin 132, 2006). A wrong answer, after which the solution is read, leaves a
third of h, but at least the item's first half-life. First half-lives are log-normal: some items are hard.
"""

from __future__ import annotations

import random
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cnnquiz.history import scheduling
from cnnquiz.history.scheduling import Card

DAYS, ITEMS, STUDENTS = 60, 45, 40
GAIN = 3.0  # G: a well-timed repetition up to about doubles or triples the half-life
MEDIAN, SPREAD = 3.0, 0.8  # days; of the logarithm
START = datetime(2026, 9, 1, 18, tzinfo=UTC)


@dataclass
class Memory:
    """What the student really knows of one item, which no schedule sees."""

    first: float
    half_life: float
    asked: float = 0.0

    def recall(self, day: float) -> float:
        return float(2.0 ** (-(day - self.asked) / self.half_life))

    def answer(self, day: float, rng: random.Random) -> bool:
        chance = self.recall(day)
        right = rng.random() < chance
        grown = self.half_life * (1 + GAIN * (1 - chance))
        self.half_life = grown if right else max(self.first, self.half_life / 3)
        self.asked = day
        return right


Schedule = Callable[[int, list[Card]], list[int]]  # the day and the cards -> the items to ask


def by_review(day: int, cards: list[Card]) -> list[int]:
    """What `cnnquiz review` asks when it is run once, every evening."""
    return [int(card.item) for card in scheduling.due(cards, START + timedelta(days=day))]


def in_a_round(each_day: int) -> Schedule:
    """The next items of a fixed round, so many every evening."""
    return lambda day, cards: [(day * each_day + place) % ITEMS for place in range(each_day)]


def simulate(schedule: Schedule, seed: int) -> tuple[int, float, float]:
    """One student: questions asked after the first evening, mean recall over the days, recall at the end."""
    rng = random.Random(seed)
    firsts = [MEDIAN * rng.lognormvariate(0, SPREAD) for _ in range(ITEMS)]
    memories = [Memory(first, first) for first in firsts]
    cards = [Card("bank", str(item), due=START) for item in range(ITEMS)]
    cards = [scheduling.card_after(card, "right" if rng.random() < 0.7 else "wrong", 0, 20, START) for card in cards]
    asked, recall = 0, []
    for day in range(1, DAYS + 1):
        recall.append(statistics.mean(memory.recall(day) for memory in memories))
        for item in schedule(day, cards):
            asked += 1
            verdict = "right" if memories[item].answer(day, rng) else "wrong"
            cards[item] = scheduling.card_after(cards[item], verdict, 0, 20, START + timedelta(days=day))
    return asked, statistics.mean(recall), statistics.mean(memory.recall(DAYS + 1) for memory in memories)


def row(name: str, schedule: Schedule) -> str:
    """A line of the table: the mean over all students."""
    asked, mean, end = (statistics.mean(column) for column in zip(*each_student(schedule), strict=True))
    return f"{name:<28}{asked:>10.0f}{mean:>18.1%}{end:>16.1%}\n"


def each_student(schedule: Schedule) -> list[tuple[int, float, float]]:
    return [simulate(schedule, seed) for seed in range(STUDENTS)]


def main() -> None:
    """Print the table."""
    write = sys.stdout.write
    write(f"{ITEMS} items, all met on the first evening; {DAYS} days; mean of {STUDENTS} students\n\n")
    write(f"{'':<28}{'questions':>10}{'recall, all days':>18}{'recall, day 61':>16}\n")
    write(row("cnnquiz review", by_review))
    for each_day in (5, 10, 12, 14, 20):
        write(row(f"fixed round, {each_day} a day", in_a_round(each_day)))


if __name__ == "__main__":
    main()
