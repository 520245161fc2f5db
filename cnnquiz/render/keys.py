"""The keyboard: one key press at a terminal, or a line from any standard input."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
from collections.abc import Iterator

try:
    import termios
    import tty
except ImportError:  # not on this system: lines do instead
    termios = None  # type: ignore[assignment]

ENTER, BACK, NOTHING = "enter", "back", ""
_NAMES = {"\r": ENTER, "\n": ENTER, " ": ENTER, "\x7f": BACK, "\b": BACK, "\x1b[D": BACK, "\x1bOD": BACK}
_SEQUENCE_PAUSE = 0.05


def can_press() -> bool:
    """Whether single key presses can be read: at a terminal, on a system with termios."""
    return termios is not None and sys.stdin is not None and sys.stdin.isatty()


def press(seconds: float | None = None) -> str:
    """The next key: a character, `enter` or `back`; empty for another key, or when the time is up.

    Ctrl-D and a closed terminal raise EOFError, Ctrl-C KeyboardInterrupt.
    """
    descriptor = sys.stdin.fileno()
    with _single_keys(descriptor):
        if not select.select([descriptor], [], [], seconds)[0]:
            return NOTHING
        key = _character(descriptor)
    if key in ("", "\x04"):
        raise EOFError
    return _NAMES.get(key, key if key.isprintable() else NOTHING)


def line(seconds: float | None = None) -> str | None:
    """The next line without its end; None when the time is up. The end of the input raises EOFError."""
    if seconds is not None and can_press() and not select.select([sys.stdin], [], [], seconds)[0]:
        return None
    text = sys.stdin.readline()
    if not text:
        raise EOFError
    return text.strip()


@contextlib.contextmanager
def _single_keys(descriptor: int) -> Iterator[None]:
    """Read keys one by one, without echo; what was typed ahead is kept, and Ctrl-C still interrupts.

    After Ctrl-Z and `fg` the shell has restored its own mode, so the mode is set again.
    """

    def set_mode(*_: object) -> None:
        tty.setcbreak(descriptor, termios.TCSADRAIN)

    before = termios.tcgetattr(descriptor)
    continued = signal.signal(signal.SIGCONT, set_mode)
    try:
        set_mode()
        yield
    finally:
        signal.signal(signal.SIGCONT, continued)
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def _character(descriptor: int) -> str:
    """One character of UTF-8, or the whole sequence that an arrow key sends."""
    read = os.read(descriptor, 1)
    following = {0b110: 1, 0b1110: 2, 0b11110: 3}
    if read >= b"\xc0":
        more = next((count for bits, count in following.items() if read[0] >> (6 - count) == bits), 0)
        read += b"".join(os.read(descriptor, 1) for _ in range(more))
    while read.startswith(b"\x1b") and select.select([descriptor], [], [], _SEQUENCE_PAUSE)[0]:
        read += os.read(descriptor, 1)
        if len(read) > 2 and (read[-1:].isalpha() or read.endswith(b"~")):
            break
    return read.decode("utf-8", "replace")
