"""The keyboard: one key press at a terminal, a line that is edited there, or a line from any standard input.

What is pasted comes as one text, however many lines it has, and what was typed ahead of a prompt can be thrown away.
"""

from __future__ import annotations

import atexit
import contextlib
import errno
import os
import select
import signal
import sys
from collections.abc import Callable, Collection
from typing import Any

from cnnquiz.errors import CnnquizError

try:
    import termios
    import tty
except ImportError:  # not on this system: lines do instead
    termios = None  # type: ignore[assignment]

ENTER, SPACE, BACK, NOTHING = "enter", "space", "back", ""
_CTRL_D, _EARLY_CTRL_D = "\x04", "\0"  # before keys are read singly, the terminal keeps Ctrl-D as a zero byte
_NAMES = {"\r": ENTER, "\n": ENTER, " ": SPACE, "\x7f": BACK, "\b": BACK, "\x1b[D": BACK, "\x1bOD": BACK}
LONGEST_LINE = 10_000  # characters
_SEQUENCE_PAUSE = 0.05
_PASTE_ON, _PASTE_OFF, _PASTE, _PASTE_END = "\x1b[?2004h", "\x1b[?2004l", b"\x1b[200~", b"\x1b[201~"


def at_terminal() -> bool:
    """Whether somebody may be typing, and not a pipe or a file."""
    return sys.stdin is not None and sys.stdin.isatty()


def can_press() -> bool:
    """Whether single key presses can be read: at a terminal, on a system with termios."""
    return termios is not None and at_terminal()


def press(seconds: float | None = None) -> str:
    """The next key: a character, `enter`, `space` or `back`; empty for another key, or when the time is up.

    What is pasted is one text. Where no key can be read alone, a line is: a letter or a word. Ctrl-D raises EOFError,
    Ctrl-C and a terminal that is gone KeyboardInterrupt.
    """
    if not can_press():
        return line() or ENTER
    descriptor = sys.stdin.fileno()
    try:
        with _Mode(descriptor, lambda: _press_singly(descriptor), (signal.SIGTSTP, signal.SIGCONT)):
            if not select.select([descriptor], [], [], seconds)[0]:
                return NOTHING
            key = _character(descriptor)
    except (OSError, termios.error):
        raise _end_of_input() from None
    if key in ("", _CTRL_D, _EARLY_CTRL_D):
        raise _end_of_input()
    return _NAMES.get(key, key if key.isprintable() else NOTHING)


def discard() -> None:
    """Throw away what was typed ahead, before a prompt that it was not meant for."""
    if can_press():
        with contextlib.suppress(termios.error, OSError, ValueError):
            termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)


def can_edit() -> bool:
    """Whether a line can be edited while it is typed: where keys can be pressed, and their echo is seen."""
    return can_press() and sys.stdout is not None and sys.stdout.isatty()


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
    return _bounded(text)


class _TimeUp(Exception):
    """The time for a line is up."""


def edited_line(prompt: str, seconds: float | None = None) -> str | None:
    """A line from the terminal, typed behind the prompt with the keys of readline; the rest as for `line`.

    What is pasted is one line, and lines that were typed before come back by the arrows.
    """
    import readline  # input() uses it from here on

    def ring(*_: object) -> None:
        raise _TimeUp

    descriptor, mode = sys.stdin.fileno(), list[Any]()

    def enter() -> None:
        if mode:
            termios.tcsetattr(descriptor, termios.TCSANOW, mode)
            readline.redisplay()

    readline.set_completer(lambda *_: None)  # not the names of files
    readline.set_pre_input_hook(lambda: mode.extend(termios.tcgetattr(descriptor)))
    # readline restores the terminal in the background too
    handlers: dict[int, Any] = {signal.SIGALRM: ring, signal.SIGTTOU: signal.SIG_IGN}
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        signal.setitimer(signal.ITIMER_REAL, 0 if seconds is None else max(seconds, 0.001))
        with _Mode(descriptor, enter, (signal.SIGTSTP,)):
            return _bounded(" ".join(input(prompt).splitlines()))
    except _TimeUp:
        return None
    except EOFError:
        raise _end_of_input() from None
    finally:
        readline.set_pre_input_hook(None)
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)


def _bounded(text: str) -> str:
    """The line without blanks at its ends, if it is not too long for an answer."""
    if len(text) >= LONGEST_LINE:
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


def _press_singly(descriptor: int) -> None:
    """Read keys one by one, without echo, and a paste as one; what was typed ahead is kept, Ctrl-C still interrupts."""
    tty.setcbreak(descriptor, termios.TCSANOW)
    _write_code(_PASTE_ON)


class _Mode:
    """The terminal in a mode of its own, which `enter` sets, as long as the block runs.

    Ctrl-Z gives the terminal back as it was, and `fg` takes it again. Whatever interrupts the end of the block, the
    end of the program restores the terminal. `heed` has SIGTSTP, and where SIGSTOP is to be outlived too, SIGCONT: not
    within input(), where a handler that runs while another one's exception is on its way ends in a SystemError.
    """

    def __init__(self, descriptor: int, enter: Callable[[], None], heed: Collection[signal.Signals]) -> None:
        self._descriptor, self._enter = descriptor, enter
        self._before = termios.tcgetattr(descriptor)
        self._handlers = {number: signal.getsignal(number) for number in heed}

    def __enter__(self) -> None:
        atexit.register(self._restore)
        for number in self._handlers:
            signal.signal(number, self._stop if number == signal.SIGTSTP else self._set)
        self._set()

    def __exit__(self, *_: object) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._restore()
        atexit.unregister(self._restore)

    def _restore(self) -> None:
        if not _in_background(self._descriptor):
            _write_code(_PASTE_OFF)
            with contextlib.suppress(termios.error):  # it may be gone
                termios.tcsetattr(self._descriptor, termios.TCSANOW, self._before)

    def _set(self, *_: object) -> None:
        if not _in_background(self._descriptor):
            with contextlib.suppress(termios.error):  # it may be gone
                self._enter()

    def _stop(self, *_: object) -> None:
        self._restore()
        woken = signal.signal(signal.SIGCONT, signal.SIG_DFL)  # the mode is set when the next Ctrl-Z is heeded again
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, self._stop)
        signal.signal(signal.SIGCONT, woken)
        self._set()


def _in_background(descriptor: int) -> bool:
    """Whether another job has the terminal now, which must not be touched then."""
    try:
        return os.tcgetpgrp(descriptor) != os.getpgrp()
    except OSError:  # not the terminal that controls this process
        return False


def _write_code(code: str) -> None:
    """Tell the terminal something, where it understands such codes."""
    if os.environ.get("TERM", "dumb") not in ("dumb", "unknown", ""):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream = sys.stdout if sys.stdout.isatty() else sys.stderr
            if stream.isatty():
                stream.write(code)
                stream.flush()


def _character(descriptor: int) -> str:
    """One character of UTF-8, the whole sequence that an arrow key sends, or what was pasted, on one line."""
    read = os.read(descriptor, 1)
    following = {0b110: 1, 0b1110: 2, 0b11110: 3}
    if read >= b"\xc0":
        more = next((count for bits, count in following.items() if read[0] >> (6 - count) == bits), 0)
        read += b"".join(os.read(descriptor, 1) for _ in range(more))
    while read.startswith(b"\x1b") and select.select([descriptor], [], [], _SEQUENCE_PAUSE)[0]:
        read += os.read(descriptor, 1)
        if len(read) > 2 and (read[-1:].isalpha() or read.endswith(b"~")):
            break
    if read == _PASTE:
        while not read.endswith(_PASTE_END) and len(read) < LONGEST_LINE and select.select([descriptor], [], [], 1)[0]:
            read += os.read(descriptor, 1)
        pasted = read.removeprefix(_PASTE).removesuffix(_PASTE_END).decode("utf-8", "replace")
        return " ".join(pasted.split())
    return read.decode("utf-8", "replace")
