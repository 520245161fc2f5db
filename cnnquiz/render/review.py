"""The pages of a review: what is due now and on the next days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from rich.text import Text

from cnnquiz.clock import day_of
from cnnquiz.render.console import Screen
from cnnquiz.render.layout import bar, columns, count, indent, paragraph, paragraphs


def forecast(screen: Screen, due: int, following: datetime | None, days: Sequence[int], now: datetime) -> list[Text]:
    """What is due now, when the next comes, and a row for each of the next days."""
    head = paragraph(screen, "Coming up", "title")
    words = [f"{count(due, 'item')} due today: cnnquiz review."] if due else ["Nothing is due today."]
    words += [f"The next comes {until(now, following)}."] if following else []
    most, today = max(days, default=0), day_of(now)
    wide = 20 if screen.columns >= 60 else 8
    rows = [
        [Text(day_name(today, place)), bar(screen, number, most, wide), Text(str(number))]
        for place, number in enumerate(days)
    ]
    table = indent(columns(rows, {2}, gap=2), screen.margin + "  ") if most else []
    return [*head, *paragraph(screen, Text(" ".join(words))), *table]


def empty_page(screen: Screen) -> list[list[Text]]:
    """The page before the first answer: where to begin."""
    words = "Nothing to review yet: what you answer comes back here before you forget it."
    return [paragraph(screen, words), paragraph(screen, "Begin with: cnnquiz take week8")]


def page(*blocks: Sequence[Text]) -> list[Text]:
    """The parts of the page, with an empty line between them."""
    return [Text(), *paragraphs(blocks), Text()]


def exam_in_words(exam: date, today: date) -> str:
    """How long it is to an exam: 12 days to the exam."""
    days = (exam - today).days
    return f"{count(days, 'day')} to the exam." if days > 0 else "The exam is today."


def day_name(today: date, place: int) -> str:
    """A day by its name: today, tomorrow, Thu 26 Nov."""
    day = today + timedelta(days=place)
    return ("today", "tomorrow")[place] if place < 2 else f"{day:%a} {day.day} {day:%b}"


def until(now: datetime, then: datetime) -> str:
    """How long it is until a day, in the person's days: today, tomorrow, in 3 days."""
    days = max((day_of(then) - day_of(now)).days, 0)
    return ("today", "tomorrow")[days] if days < 2 else f"in {days} days"
