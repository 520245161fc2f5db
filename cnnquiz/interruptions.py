"""The signals that end a program: each interrupts it as Ctrl-C does, so that the terminal is as it was before."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

_OTHERS = (
    "SIGKILL", "SIGSTOP",  # which no program can catch
    "SIGPIPE", "SIGXFSZ",  # which Python makes errors
    "SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL",  # the processor's, after which nothing can go on
    "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGCONT",  # of stopped jobs
    "SIGCHLD", "SIGURG", "SIGWINCH", "SIGINFO",  # which do nothing by themselves
)  # fmt: skip
ENDING = signal.valid_signals() - {getattr(signal, name, None) for name in _OTHERS}


class Interruption(KeyboardInterrupt):
    """What such a signal raises. After a KeyboardInterrupt itself within `exec`, Python would end as by Ctrl-C."""


def heed() -> None:
    """Let each of them raise KeyboardInterrupt with its number; one that is ignored, as under nohup, stays ignored."""
    for number in ENDING:
        if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
            signal.signal(number, _interrupt)


def ignore() -> None:
    """Let none of them disturb the last words of the program."""
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)


def obey() -> None:
    """Let each of them end this process at once and without a word, as a worker's should."""
    for number in ENDING:
        signal.signal(number, signal.SIG_DFL)


@contextmanager
def postponed() -> Iterator[list[int]]:
    """Let none of them interrupt the block: their numbers are in the list, for the block to end where it can."""
    came: list[int] = []
    heeded = [number for number in ENDING if signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, lambda number, _: came.append(number)) for number in heeded}
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def exit_code(interrupt: KeyboardInterrupt) -> int:
    """128 and the number of the signal, as shells expect."""
    return 128 + int(interrupt.args[0] if interrupt.args else signal.SIGINT)


def _interrupt(number: int, _: object) -> None:
    raise Interruption(number)
