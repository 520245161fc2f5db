"""Review what is due: your questions come back before they are forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from datetime import date, datetime


@click.command()
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Ask no more than N questions.")
@click.option("--until", metavar="DATE", help="Plan towards an exam on that day: 2026-12-01.")
@click.option("--forecast", is_flag=True, help="Only say what is due now and on the next days.")
@click.option("--format", type=click.Choice(["text", "json"]), default="text", help="How to give the result.")
def command(limit: int | None, until: str | None, forecast: bool, format: str) -> int:
    """Ask what is due today, from every bank that you have taken or drilled.

    When an item comes again depends on how you answered it: wrong, right with a hint, slowly or at once.
    Numericals come with fresh numbers. Every answer is saved before its verdict is shown.
    """
    from cnnquiz.clock import now
    from cnnquiz.sessions.review import ReviewOptions, review

    day = None if until is None else exam_day(until, now())
    return review(ReviewOptions(limit, day, forecast, format == "json"))


def exam_day(text: str, now: datetime, option: str = "--until") -> date:
    """The day of an exam; CnnquizError for one that cannot be read or is past."""
    from datetime import date

    from cnnquiz.clock import day_of
    from cnnquiz.errors import CnnquizError

    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise CnnquizError(f"{option}: {text[:40]!r} is no date: write it as year-month-day, 2026-12-01") from None
    if day < day_of(now):
        raise CnnquizError(f"{option}: {day} is past: name the day of an exam that is still to come")
    return day
