"""The keyboard: one key press at a terminal, or a line from any standard input."""

from __future__ import annotations

import atexit
import contextlib
import errno
import os
import select
import signal
import sys
from collections.abc import Iterator

from cnnquiz.errors import CnnquizError

try:
    import termios
    import tty
except ImportError:  # not on this system: lines do instead
    termios = None  # type: ignore[assignment]

ENTER, BACK, NOTHING = "enter", "back", ""
_NAMES = {"\r": ENTER, "\n": ENTER, " ": ENTER, "\x7f": BACK, "\b": BACK, "\x1b[D": BACK, "\x1bOD": BACK}
LONGEST_LINE = 10_000  # characters
_SEQUENCE_PAUSE = 0.05


def at_terminal() -> bool:
    """Whether somebody may be typing, and not a pipe or a file."""
    return sys.stdin is not None and sys.stdin.isatty()


def can_press() -> bool:
    """Whether single key presses can be read: at a terminal, on a system with termios."""
    return termios is not None and at_terminal()


def press(seconds: float | None = None) -> str:
    """The next key: a character, `enter` or `back`; empty for another key, or when the time is up.

    Where no key can be read alone, a line is: a letter or a word. Ctrl-D raises EOFError, Ctrl-C and a terminal that
    is gone KeyboardInterrupt.
    """
    if not can_press():
        return line() or ENTER
    descriptor = sys.stdin.fileno()
    try:
        with _single_keys(descriptor):
            if not select.select([descriptor], [], [], seconds)[0]:
                return NOTHING
            key = _character(descriptor)
    except (OSError, termios.error):
        raise _end_of_input() from None
    if key in ("", "\x04"):
        raise _end_of_input()
    return _NAMES.get(key, key if key.isprintable() else NOTHING)


def line(seconds: float | None = None) -> str | None:
    """The next line without its end; None when the time is up. The end of the input raises EOFError."""
    if seconds is not None and can_press() and not select.select([sys.stdin], [], [], seconds)[0]:
        return None
    try:
        text = sys.stdin.readline(LONGEST_LINE)
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        text = ""
    if not text:
        raise _end_of_input()
    if len(text) == LONGEST_LINE:
        raise CnnquizError(f"the input has a line of {LONGEST_LINE:,} characters or more, which is no answer")
    return text.removeprefix("\ufeff").strip()  # with which some systems begin what they pipe


def _end_of_input() -> BaseException:
    """What the end of the input is: EOFError for Ctrl-D or a file's end, an interruption where a terminal hung up."""
    if termios is not None:
        try:
            termios.tcgetattr(sys.stdin)
        except (termios.error, OSError, ValueError) as error:
            if errno.EIO in error.args:
                return KeyboardInterrupt(signal.SIGHUP)
    return EOFError()


@contextlib.contextmanager
def _single_keys(descriptor: int) -> Iterator[None]:
    """Read keys one by one, without echo; what was typed ahead is kept, and Ctrl-C still interrupts.

    Ctrl-Z gives the terminal back as it was, and `fg` takes it again. Whatever interrupts the end of the block, the
    end of the program restores the terminal.
    """
    before = termios.tcgetattr(descriptor)

    def restore() -> None:
        if not _in_background(descriptor):
            with contextlib.suppress(termios.error):  # it may be gone
                termios.tcsetattr(descriptor, termios.TCSANOW, before)

    def set_mode(*_: object) -> None:
        if not _in_background(descriptor):
            tty.setcbreak(descriptor, termios.TCSANOW)

    def stop(*_: object) -> None:
        restore()
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, stop)
        set_mode()

    atexit.register(restore)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGCONT, signal.SIGTSTP)}
    try:
        signal.signal(signal.SIGCONT, set_mode)
        signal.signal(signal.SIGTSTP, stop)
        set_mode()
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        restore()
        atexit.unregister(restore)


def _in_background(descriptor: int) -> bool:
    """Whether another job has the terminal now, which must not be touched then."""
    try:
        return os.tcgetpgrp(descriptor) != os.getpgrp()
    except OSError:  # not the terminal that controls this process
        return False


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
