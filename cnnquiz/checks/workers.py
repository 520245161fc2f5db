"""Work done by several processes: results in the order of their tasks, as one process gives them."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from cnnquiz import interruptions
from cnnquiz.errors import CnnquizError

Task = TypeVar("Task")
Result = TypeVar("Result")


def cores() -> int:
    """How many processes can run at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def start_method() -> str | None:
    """How processes begin here: `fork`, at once, or `spawn`, after their imports; None where there can be none.

    A daemon may have no children, a fork copies no other thread, and a frozen program or one read from stdin
    cannot be spawned.
    """
    if multiprocessing.current_process().daemon:
        return None
    if sys.platform == "linux" and threading.active_count() == 1:
        return "fork"
    main = sys.modules["__main__"]
    file = None if getattr(main, "__spec__", None) else getattr(main, "__file__", None)
    can_begin_again = (file is None or Path(file).exists()) and not getattr(sys, "frozen", False)
    return "spawn" if can_begin_again else None


@contextmanager
def results(work: Callable[[Task], Result], tasks: Sequence[Task], count: int) -> Iterator[Iterator[Result]]:
    """The results of `work` on the tasks, in their order, worked by so many processes while the block runs."""
    pool = pool_of(count) if min(count, len(tasks)) > 1 else None
    if pool is None:
        yield map(work, tasks)
        return
    try:
        mask_interrupts(True)  # a worker that has just begun would take Ctrl-C for its own
        try:
            found = pool.map(work, tasks)
        finally:
            mask_interrupts(False)
        yield found
    except BrokenProcessPool:
        raise CnnquizError("a process of this check was ended from outside; --jobs 1 needs no other one") from None
    finally:
        pool.shutdown(cancel_futures=True)


def pool_of(count: int) -> ProcessPoolExecutor | None:
    """So many processes; None where the system has none for us."""
    method = start_method()
    if method is None:
        return None
    try:
        return ProcessPoolExecutor(count, multiprocessing.get_context(method), leave_quietly)
    except (OSError, ImportError, NotImplementedError):  # no semaphores, as in some containers
        return None


def leave_quietly() -> None:
    """End a worker at a signal without a word: the process that it works for says what there is to say."""
    interruptions.obey()
    mask_interrupts(False)


def mask_interrupts(on: bool) -> None:
    """Keep the ending signals waiting, or let them through, in this thread and in the processes that it begins."""
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_BLOCK if on else signal.SIG_UNBLOCK, interruptions.ENDING)
