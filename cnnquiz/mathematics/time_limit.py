"""A limit of time for algebra and searches: what has not ended within some seconds ends with one clear line.

Counted is the time that the processor works for this thread, without imports; not the time that goes by. Limits may
stand within one another; the one that ends first holds. A thread beside the main one cannot be interrupted: it has no
limit, unless it works ahead and leaves algebra to the main one.
"""

from __future__ import annotations

import gc
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from types import FrameType
from typing import ParamSpec, TypeVar

from cnnquiz.errors import CnnquizError

SECONDS = 1.0
_TICK = 0.05  # seconds between two looks at the clock
_IMPORT = "<frozen importlib._bootstrap>"
_thread = threading.local()
_ends: list[float] = []  # when the limits in force end, the innermost last
P = ParamSpec("P")
T = TypeVar("T")


class TooLongError(CnnquizError):
    """What was asked takes too long; nothing is wrong with it."""


class TimeIsUp(BaseException):
    """No Exception, so that nobody on the way takes it for one of theirs."""


def with_time_limit(
    work: Callable[P, T], what: str = "of algebra: try a plainer form", seconds: float = SECONDS
) -> Callable[P, T]:
    """The function, which raises TooLongError where it takes too long; `what` it takes so long for, and the remedy."""

    @wraps(work)
    def apply(*args: P.args, **more: P.kwargs) -> T:
        if getattr(_thread, "works_ahead", False):
            import sympy  # noqa: F401  what can be done ahead

            raise TimeIsUp
        with time_limit(what, seconds):
            return work(*args, **more)

    return apply


@contextmanager
def time_limit(what: str, seconds: float = SECONDS) -> Iterator[None]:
    """Raises TooLongError where the block takes more seconds of work; within another limit, no more than that has."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    depth, outer = len(_ends), _ends[-1] if _ends else float("inf")
    before = None if depth else signal.signal(signal.SIGVTALRM, _ring)
    try:
        if not depth:
            signal.setitimer(signal.ITIMER_VIRTUAL, _TICK, _TICK)
        _ends.append(min(time.thread_time() + seconds, outer))
        yield
    except TimeIsUp:
        if outer <= time.thread_time():
            raise
        raise TooLongError(f"this takes more than a second {what}") from None
    except RecursionError:  # which sympy meets by chance, in whatever order its sets are
        _, colon, remedy = what.partition(":")
        raise TooLongError(f"this is nested too deeply{colon}{remedy}") from None
    finally:
        del _ends[depth:]
        if not depth:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            signal.signal(signal.SIGVTALRM, before)


def work_ahead() -> None:
    """Let every function with a limit end in TimeIsUp where this thread calls it."""
    _thread.works_ahead = True


def _ring(number: int, frame: FrameType | None) -> None:
    """End the work whose time is up; an import, which would stay half done, goes on and does not count.

    A finaliser or a callback of the collector, in which an exception would be lost, goes on until the next look.
    """
    callbacks = [getattr(each, "__code__", None) for each in gc.callbacks]
    while frame is not None:
        if frame.f_code.co_filename == _IMPORT:
            _ends[:] = [end + _TICK for end in _ends]
            return
        if frame.f_code.co_name == "__del__" or frame.f_code in callbacks:
            return
        frame = frame.f_back
    if _ends and time.thread_time() > _ends[-1]:
        raise TimeIsUp
