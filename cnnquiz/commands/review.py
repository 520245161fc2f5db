"""Review what is due: your questions come back before they are forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from datetime import date, datetime

    from cnnquiz.sessions.review import Review


@click.command()
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Ask no more than N questions.")
@click.option("--until", metavar="DATE", help="Plan towards an exam on that day: 2026-12-01.")
@click.option("--forecast", is_flag=True, help="Only say what is due now and on the next days.")
@click.option("--format", type=click.Choice(["text", "json"]), default="text", help="How to give the result.")
def command(limit: int | None, until: str | None, forecast: bool, format: str) -> int:
    """Ask what is due today, from every bank that you have taken or drilled.

    When an item comes again follows from how you answered it: wrong, right with a hint, slowly or at once.
    Numericals come with fresh numbers. Every answer is saved before its verdict is shown.
    """
    from cnnquiz.history import History
    from cnnquiz.sessions import review, review_result

    day = until if until is None else exam_day(until, review.now())
    wishes = review.ReviewOptions(limit, day, format == "json")
    with History.open() as history:
        session = review.Review(history, wishes)
        return review_result.show_forecast(session) if forecast or not session.cards else asked(session)


def asked(review: Review) -> int:
    """Ask, and close with the exit code."""
    from cnnquiz.render.console import stderr
    from cnnquiz.sessions import review_result

    try:
        review_result.begin(review)
        return review_result.close(review, review.play())
    except KeyboardInterrupt:
        stderr().show("", f"Interrupted. {review.saved()}")
        return 130


def exam_day(text: str, now: datetime) -> date:
    """The day of an exam; CnnquizError for one that cannot be read or is past."""
    from datetime import date

    from cnnquiz.errors import CnnquizError

    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise CnnquizError(f"--until: {text[:40]!r} is no date: write it as year-month-day, 2026-12-01") from None
    if day < now.astimezone().date():
        raise CnnquizError(f"--until: {day} is past: name the day of an exam that is still to come")
    return day
