"""Questions worked while the first one is read, so that what a verdict needs is there in time."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterable
from functools import cache

from cnnquiz.errors import CnnquizError
from cnnquiz.items.variants import Variant, work_ahead
from cnnquiz.mathematics import time_limit


def preloader(variants: Iterable[Variant]) -> Callable[[], None]:
    """A function that works the questions in a thread when it is first called; later calls do nothing."""

    def work() -> None:
        # The keyboard is waited for in the main thread: a signal that came here would not wake it.
        if hasattr(signal, "pthread_sigmask"):
            signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        time_limit.work_ahead()
        with contextlib.suppress(CnnquizError, time_limit.TimeIsUp):
            work_ahead(variants)

    return cache(threading.Thread(target=work, daemon=True).start)
