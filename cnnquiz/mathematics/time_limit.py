"""A limit of time for algebra and searches: what has not ended within some seconds ends with one clear line."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from types import FrameType
from typing import ParamSpec, TypeVar

from cnnquiz.errors import CnnquizError

SECONDS = 5.0
_AGAIN = 0.2  # seconds until the next alarm, should sympy have caught the first
P = ParamSpec("P")
T = TypeVar("T")


class _TimeIsUp(BaseException):
    """No Exception, so that nobody on the way takes it for one of theirs."""


def with_time_limit(
    work: Callable[P, T], what: str = "of algebra: try a plainer form", seconds: float = SECONDS
) -> Callable[P, T]:
    """The function, which raises CnnquizError where it takes too long; `what` it takes so long for, and the remedy."""

    @wraps(work)
    def apply(*args: P.args, **more: P.kwargs) -> T:
        import sympy  # noqa: F401  an import that the alarm interrupts would stay half done

        try:
            with _alarm(seconds):
                return work(*args, **more)
        except _TimeIsUp:
            raise CnnquizError(f"this takes more than {seconds:g} seconds {what}") from None

    return apply


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """An alarm after so many seconds of work, not of waiting; none within another, or where the system has none."""
    able = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    if not able or signal.getitimer(signal.ITIMER_VIRTUAL)[0]:
        yield
        return
    before = signal.signal(signal.SIGVTALRM, _ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, _AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _ring(number: int, frame: FrameType | None) -> None:
    raise _TimeIsUp
