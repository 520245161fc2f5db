"""When an item comes again: as the fsrs library says, from the answer alone, and never harmed by a clock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, timezone

import fsrs
import pytest
from benchmarks.retention import by_review, in_a_round, simulate
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from cnnquiz.clock import day_of
from cnnquiz.history.scheduling import (
    AGAIN,
    EASY,
    GOOD,
    HARD,
    WINDOW,
    Card,
    card_after,
    due,
    forecast,
    grade,
    is_due,
    next_card,
    plan_for_exam,
    retrievability,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
NEW = Card("week8", "conv-output-size", due=NOW)
KNOWN = replace(NEW, right=True)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("verdict", "hints", "seconds", "before", "expected"),
    [
        ("wrong", 0, 3.0, KNOWN, AGAIN),
        ("skipped", 0, None, KNOWN, AGAIN),
        ("partly", 1, 20.0, KNOWN, AGAIN),
        ("right", 1, 5.0, KNOWN, HARD),
        ("right", 0, 120.5, KNOWN, HARD),
        ("right", 0, 120.0, KNOWN, GOOD),
        ("right", 0, 10.0, KNOWN, EASY),
        ("right", 0, 10.0, NEW, GOOD),
        ("right", 0, 10.5, KNOWN, GOOD),
        ("right", 0, None, KNOWN, GOOD),
    ],
)
def test_the_rating_follows_from_the_answer(
    verdict: str, hints: int, seconds: float | None, before: Card, expected: int
) -> None:
    assert grade(verdict, hints, seconds, before) == expected


REVIEWS = st.lists(st.tuples(st.integers(1, 4), st.floats(0.001, 400)), min_size=1, max_size=12)


@given(REVIEWS)
def test_cards_come_due_as_the_library_says(reviews: list[tuple[int, float]]) -> None:
    ours, theirs, now = NEW, fsrs.Card(card_id=1, due=NOW), NOW
    library = fsrs.Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
    for rating, days in reviews:
        ours = next_card(ours, rating, now)
        theirs, _ = library.review_card(theirs, fsrs.Rating(rating), now)
        assert ours.due - now >= DAY
        assert (ours.due, ours.last) == (theirs.due, theirs.last_review)
        assert (ours.stability, ours.difficulty) == (theirs.stability, theirs.difficulty)
        now += timedelta(days=days)
        assert retrievability(ours, now) == library.get_card_retrievability(theirs, now)


@given(REVIEWS, st.integers(-40_000, 40_000))
def test_a_clock_that_jumps_leaves_a_card_that_comes_again(reviews: list[tuple[int, float]], jump: int) -> None:
    card, now = NEW, NOW
    for rating, days in reviews:
        card = next_card(card, rating, now)
        now += timedelta(days=days)
    now = NOW + timedelta(hours=jump)
    card = next_card(card, GOOD, now)
    assert card.last == now and card.due > now and card.stability and card.stability > 0
    assert 0 < retrievability(card, now - 50 * DAY) <= 1


def test_any_time_zone_gives_the_same_card() -> None:
    india = timezone(timedelta(hours=5, minutes=30))
    assert next_card(NEW, GOOD, NOW.astimezone(india)) == next_card(NEW, GOOD, NOW)


def test_a_card_of_the_future_is_due_as_the_clock_was_set_back() -> None:
    card = next_card(NEW, EASY, NOW + 3650 * DAY)
    assert is_due(card, NOW)
    assert not is_due(next_card(NEW, EASY, NOW + timedelta(hours=2)), NOW), "an hour or two may be a time zone"


def cards(count: int = 20) -> list[Card]:
    """Items first answered on different days, each a little better known."""
    found = []
    for number in range(count):
        card = replace(NEW, item=f"item-{number}")
        for again in range(number % 5 + 1):
            card = card_after(card, "right", 0, 20.0, NOW - (count - number) * DAY + again * DAY / 8)
        found.append(card)
    return found


def test_the_most_nearly_forgotten_comes_first() -> None:
    waiting = due(cards(), NOW)
    recall = [retrievability(card, NOW) for card in waiting]
    assert waiting and recall == sorted(recall) and all(day_of(card.due) <= day_of(NOW) for card in waiting)
    assert due(cards(), NOW, limit=3) == waiting[:3]
    assert due(reversed(cards()), NOW) == waiting, "the order does not hang on how they were stored"


def test_the_forecast_counts_each_card_once() -> None:
    counts = forecast(cards(), NOW, 1000)
    assert sum(counts) == 20 and counts[0] >= len(due(cards(), NOW))
    assert forecast([replace(NEW, due=NOW + 2 * DAY)], NOW, 4) == [0, 0, 1, 0]
    assert forecast([replace(NEW, due=NOW - 2 * DAY)], NOW, 2) == [1, 0]


def reviewed_daily(found: list[Card], first: datetime, until: date) -> dict[str, datetime]:
    """Review what is due each evening until the exam; when each item was seen last."""
    by_item, now = {card.item: card for card in found}, first
    while now.date() < until:
        for card in due(plan_for_exam(list(by_item.values()), until), now):
            by_item[card.item] = next_card(by_item[card.item], GOOD, now)
        now += DAY
    return {card.item: card.last for card in by_item.values() if card.last}


def test_before_an_exam_everything_is_seen_once() -> None:
    firm = [next_card(next_card(card, EASY, NOW - 3 * DAY), EASY, NOW) for card in cards()]
    until = date(2026, 12, 1)
    assert not [card for card in firm if card.due < datetime(2026, 12, 1, tzinfo=UTC)], "all would come too late"
    seen = reviewed_daily(firm, NOW.replace(hour=18), until)
    start = datetime(2026, 12, 1, tzinfo=UTC) - WINDOW * DAY
    assert all(last >= start for last in seen.values())
    by_day = [sum(last.date() == (start + day * DAY).date() for last in seen.values()) for day in range(WINDOW)]
    assert by_day == [4] * WINDOW, "spread evenly"


def test_a_plan_never_puts_anything_off() -> None:
    for until in (date(2026, 11, 23), date(2026, 11, 25), date(2027, 6, 1)):
        pairs = zip(cards(), plan_for_exam(cards(), until), strict=True)
        assert all(after.due <= before.due and after.item == before.item for before, after in pairs)


def test_a_student_who_reviews_retains_more_with_fewer_questions() -> None:
    reviewed = totals(simulate(by_review, seed) for seed in range(10))
    repeated = totals(simulate(in_a_round(12), seed) for seed in range(10))
    assert reviewed[0] < repeated[0] and reviewed[1] > repeated[1] and reviewed[2] > repeated[2]


def totals(students: Iterable[tuple[int, float, float]]) -> list[float]:
    """Questions, mean recall and recall at the end, over all students."""
    return [sum(column) for column in zip(*students, strict=True)]
