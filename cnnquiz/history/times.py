"""Moments as the file keeps them: whole microseconds since 1970, UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def micros(moment: datetime | str) -> int:
    """A moment as the file keeps it; a time without a zone is taken as UTC."""
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - EPOCH) // MICROSECOND


def moment(value: int) -> datetime:
    """The moment that the file keeps."""
    return EPOCH + value * MICROSECOND


def moment_text(value: int) -> str:
    """The moment that the file keeps, in ISO 8601."""
    return moment(value).isoformat()
