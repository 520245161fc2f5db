"""The clock, and a person's own days, which begin at four in the morning where they live.

`CNNQUIZ_NOW=2026-05-01T09:00`, in local time unless it names a zone, sets the clock, for tests and demonstrations; it
runs on from there.
"""

from __future__ import annotations

import os
import time
from datetime import UTC, date, datetime, timedelta

from cnnquiz.errors import CnnquizError

MORNING = timedelta(hours=4)  # who is still awake then has not begun another day
_BEGUN = time.monotonic()


def now() -> datetime:
    """The time, in UTC; CnnquizError where the clock is set to what is no time."""
    if not (text := os.environ.get("CNNQUIZ_NOW", "").strip()):
        return datetime.now(UTC)
    try:
        begun = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise CnnquizError(f"CNNQUIZ_NOW: {text[:40]!r} is no time: write it as 2026-05-01T09:00") from None
    return begun + timedelta(seconds=time.monotonic() - _BEGUN)


def seconds() -> float:
    """The time in seconds since 1970: it runs on while a program is stopped."""
    return now().timestamp()


def day_of(moment: datetime) -> date:
    """The day to which a moment belongs for somebody who lives here."""
    return (moment.astimezone() - MORNING).date()


def start_of(day: date) -> datetime:
    """The moment at which a day begins here."""
    return (datetime(day.year, day.month, day.day) + MORNING).astimezone()
