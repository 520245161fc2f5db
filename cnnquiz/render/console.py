"""The program's screens: what a stream can show is decided here, and every console is made here.

Colours are of the terminal's own sixteen and never joined with bold, which many terminals brighten until it
cannot be read on white. No colour says anything that a word or a symbol does not say as well.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Mapping
from typing import IO, Any, Literal, cast

from msgspec import Struct, structs
from rich.console import Console, RenderableType
from rich.text import Text
from rich.theme import Theme

from cnnquiz.render.plain_text import ascii_text
from cnnquiz.shown import clean, one_line, without_commands

_Colours = Literal["standard", "256", "truecolor"]
PROSE_WIDTH = 100
PLAIN = "CNNQUIZ_PLAIN"
PROBE = "⌊×−█"
STYLES = {
    "title": "bold",
    "strong": "bold",
    "em": "italic",
    "code": "cyan",
    "key": "cyan",  # a letter or key to press
    "math": "cyan",
    "answer": "bold",
    "right": "green",
    "wrong": "red",
    "slip": "magenta",
    "bar": "cyan",
    "note": "italic",
}


class _Console(Console):
    """A console that raises BrokenPipeError for a closed pipe, where rich would exit with 1."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


class _Log:
    """A stream that a CI server may read, which would obey a line of a bank that looks like a command."""

    def __init__(self, stream: IO[str]) -> None:
        self.stream = stream

    def write(self, text: str) -> None:
        self.stream.write(without_commands(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


class Screen(Struct, frozen=True):
    """A console and what it can show: so many columns and rows.

    `person` says whether somebody is reading (a terminal, not a pipe), `spoken` whether it is to be heard: words alone,
    without pictures, bars and signs, and keys named once.
    """

    console: Console
    unicode: bool
    colour: bool
    person: bool
    columns: int
    rows: int = 24
    spoken: bool = False

    @property
    def width(self) -> int:
        """The width for prose: the terminal's, but never so wide that lines are hard to follow."""
        return min(self.columns, PROSE_WIDTH)

    @property
    def margin(self) -> str:
        """The left margin; a narrow terminal has none to spare."""
        return "  " if self.columns >= 60 else ""

    def narrow(self, by: int) -> Screen:
        """The same screen with so many columns less, for lines that will be indented."""
        return structs.replace(self, columns=self.width - by)

    def resized(self) -> Screen:
        """The same screen in the size that its terminal has now."""
        return screen(self.stream, os.environ) if self.person else self

    def pick(self, unicode: str, ascii: str) -> str:
        """The first spelling where the screen can show it, the second elsewhere."""
        return unicode if self.unicode else ascii

    def plain(self, text: str) -> str:
        """Any text as this screen can show it: harmless, and in ASCII where it must be."""
        cleaned = clean(text)
        return cleaned if self.unicode else ascii_text(cleaned)

    def text(self, text: str, style: str = "") -> Text:
        """Any text in a style; what looks like markup in it is only text."""
        return Text(self.plain(text), style=style)

    def show(self, *lines: RenderableType) -> None:
        """Print lines (a str is taken as untrusted text), each on its own line; nothing is cut off."""
        for line in lines:
            self.console.print(self.text(line) if isinstance(line, str) else line, overflow="fold")

    def write(self, text: Text | str) -> None:
        """Print without ending the line, for a prompt."""
        self.console.print(self.text(text) if isinstance(text, str) else text, end="", soft_wrap=True)

    def say(self, text: str) -> None:
        """Print untrusted text as one line, however long it is."""
        self.write(f"{one_line(text)}\n")

    def raw(self, text: str) -> None:
        """Write a document as it is: no wrapping, no styles."""
        self.stream.write(text)
        self.stream.flush()

    @property
    def stream(self) -> IO[str]:
        """The stream behind the console."""
        return cast("_Log", self.console.file).stream


def without_styles(screen: Screen) -> Screen:
    """The same screen without colours or any other styling."""
    return structs.replace(screen, console=_console(screen.stream, screen.columns, False), colour=False)


def with_all_colours(screen: Screen) -> Screen:
    """The same screen with more than sixteen colours where it has any: a picture has no others to choose from."""
    system: _Colours = "truecolor" if os.environ.get("COLORTERM") in ("truecolor", "24bit") else "256"
    return structs.replace(screen, console=_console(screen.stream, screen.columns, screen.colour, system))


def nowhere() -> Screen:
    """A screen that shows nothing, for a run whose only output is its document."""
    return screen(None, {})


def stdout() -> Screen:
    """The screen for results, on standard output."""
    return screen(sys.stdout, os.environ)


def stderr() -> Screen:
    """The screen for progress and errors, on standard error."""
    return screen(sys.stderr, os.environ)


def screen(stream: IO[str] | None, env: Mapping[str, str], columns: int | None = None) -> Screen:
    """Decide what a stream can show, and give the console for it."""
    terminal, spoken = _is_terminal(stream), is_spoken(env)
    styled = not env.get("NO_COLOR") and env.get("TERM", "dumb") not in ("dumb", "unknown", "")
    colour = terminal and not spoken and styled
    file = stream if terminal else None
    width, rows = columns or max(20, min(_size(file, env, "COLUMNS", 80), 1000)), max(10, _size(file, env, "LINES", 24))
    console = _console(_lenient(stream), width, colour)
    unicode = not spoken and _shows_unicode(stream, env)
    return Screen(console, unicode, colour, terminal, width, rows, spoken)


def is_spoken(env: Mapping[str, str]) -> bool:
    """Whether screens are to be heard."""
    return env.get(PLAIN, "") not in ("", "0")


def _console(file: IO[str], width: int, colour: bool, system: _Colours = "standard") -> Console:
    """A console that does nothing to a text by itself: no markup, no emoji, no highlighting."""
    return _Console(
        file=cast("IO[str]", _Log(file)), width=width, height=25, color_system=system if colour else None,
        force_terminal=colour, force_jupyter=False, theme=Theme(STYLES), markup=False, emoji=False, highlight=False,
        legacy_windows=False,
    )  # fmt: skip


def _is_terminal(stream: IO[str] | None) -> bool:
    with contextlib.suppress(ValueError, AttributeError):  # a closed stream is no terminal
        return stream is not None and stream.isatty()
    return False


def _size(terminal: IO[str] | None, env: Mapping[str, str], name: str, usual: int) -> int:
    """COLUMNS or LINES, else the terminal's own, else the usual number."""
    asked = env.get(name, "")
    if asked.isascii() and asked.isdigit() and int(asked[:6]):
        return int(asked[:6])
    if terminal is not None:
        with contextlib.suppress(OSError, ValueError):
            return getattr(os.get_terminal_size(terminal.fileno()), name.lower()) or usual
    return usual


def _shows_unicode(stream: IO[str] | None, env: Mapping[str, str]) -> bool:
    """Whether the stream's encoding, and the locale that the user chose, can show mathematical signs.

    A user who chose the C locale wants ASCII, though Python itself treats it as UTF-8 (PEP 540).
    """
    chosen = env.get("PYTHONIOENCODING") or env.get("PYTHONUTF8") or not sys.flags.utf8_mode
    if not chosen and (env.get("LC_ALL") or env.get("LANG")) in ("C", "POSIX"):
        return False
    try:
        PROBE.encode(getattr(stream, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _lenient(stream: IO[str] | None) -> IO[str]:
    """The stream, set to replace what it cannot encode; for a closed one, a stream that is thrown away."""
    if stream is None:
        return io.StringIO()
    reconfigure: Any = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        with contextlib.suppress(ValueError, OSError):
            reconfigure(errors="replace")
    return stream
