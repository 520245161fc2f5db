"""Ten minutes of what is due, of your weakest topic and of something new."""

from __future__ import annotations

import click


@click.command()
@click.option("--exam", metavar="DATE", help="Only save the day of your exam, 2026-12-01; `none` removes it.")
def command(exam: str | None) -> int:
    """Ask for ten minutes: what is due today, a question of your weakest topic, and a new one.

    It ends by itself, and every answer is saved before its verdict is shown. The day of an exam is shown at home,
    and review brings everything back once in the days before it.
    """
    from cnnquiz.clock import now
    from cnnquiz.commands.review import exam_day
    from cnnquiz.sessions.today import set_exam, today

    if exam is None:
        return today()
    return set_exam(None if exam.strip().casefold() == "none" else exam_day(exam, now(), "--exam"))
