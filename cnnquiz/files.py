"""Files that a user names, read whole and within a bound, or refused in one line; and the bundled banks."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Protocol

from cnnquiz.errors import CnnquizError
from cnnquiz.model import Figure
from cnnquiz.shown import clean, display_text

LARGEST = 32 * 1024 * 1024
LARGEST_FIGURE = 64 * 1024
NO_FILE = "not a file but a device or socket"
DRAFT = re.compile(r"\.cnnquiz-(\d+)(-\w+)?")  # what a process of that number writes, and what SQLite keeps with it


class HasPath(Protocol):
    """Anything that was read from a file, such as a Loaded."""

    @property
    def path(self) -> str: ...


def read_bytes(path: Path, largest: int = LARGEST) -> bytes:
    """The file's bytes. A folder, a pipe, a device or a file that is too large is refused before it is read."""
    with opened(path) as file:
        refuse_large(path, os.fstat(file.fileno()).st_size, largest)
        try:
            data = file.read(largest + 1)
        except OSError as error:
            raise CnnquizError(f"{display_text(path)}: {reason(error, path)}") from None
    refuse_large(path, len(data), largest)  # it may have grown since
    return data


def opened(path: Path) -> IO[bytes]:
    """A file open to be read. A folder, a pipe, a device or a socket is refused at once."""
    try:
        file = open(path, "rb", opener=open_at_once)  # noqa: SIM115 (the caller closes it)
    except (OSError, ValueError) as error:
        raise CnnquizError(f"{display_text(path)}: {reason(error, path)}") from None
    mode = os.fstat(file.fileno()).st_mode
    if stat.S_ISREG(mode):
        return file
    file.close()
    raise CnnquizError(f"{display_text(path)}: this is {'a pipe' if stat.S_ISFIFO(mode) else NO_FILE}; name a file")


@contextmanager
def replacement(
    path: Path, failure: str, errors: tuple[type[Exception], ...] = (OSError,), new: bool = False
) -> Iterator[Path]:
    """A file beside `path` to be written in the block, which then takes its place, all at once.

    CnnquizError at one of the errors; `failure` says what failed. Nothing is left beside it, and what a process that
    was killed has left there is removed. A `new` one takes no other file's place: FileExistsError.
    """
    try:
        path = path.resolve() if path.is_symlink() and not new else path
        no_file = not path.name or (path.exists() and not path.is_file())
    except OSError as error:
        raise CnnquizError(f"{display_text(path)}: {failure} ({error.strerror})") from None
    if no_file:
        raise CnnquizError(f"{display_text(path)}: {failure} (this is no file); name a file")
    draft = path.with_name(f".cnnquiz-{os.getpid()}")
    remove_drafts(path.parent)
    try:
        yield draft
        if new:
            put_new(draft, path)
        else:
            draft.replace(path)
    except errors as error:
        why = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise CnnquizError(f"{display_text(path)}: {failure} ({why})") from None
    finally:
        draft.unlink(missing_ok=True)


def put_new(draft: Path, path: Path) -> None:
    """Give a draft its name, which no file has; FileExistsError where one has it after all."""
    try:
        os.link(draft, path)
    except FileExistsError:
        raise
    except OSError:  # some file systems have no links
        path.touch(exist_ok=False)
        draft.replace(path)


def remove_drafts(folder: Path) -> None:
    """Remove the drafts in a folder whose processes are gone."""
    with suppress(OSError):
        for file in list(folder.iterdir()):
            if (found := DRAFT.fullmatch(file.name)) and not is_running(int(found[1])):
                with suppress(OSError):  # on some systems while another process has it open
                    file.unlink()


def is_running(process: int) -> bool:
    """Whether a process of that number runs here; False on Windows, where to ask is to interrupt it."""
    if os.name != "posix":
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def open_at_once(path: str, flags: int) -> int:
    """Open a file, but never wait for somebody to write to a pipe."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def refuse_large(path: Path, size: int, largest: int) -> None:
    """Refuse a file of more bytes than are read."""
    if size > largest:
        limit = f"{size:,} bytes are more than the {largest:,} that are read"
        raise CnnquizError(f"{display_text(path)}: {limit}; split the file")


def reason(error: OSError | ValueError, path: Path) -> str:
    """Why the file cannot be read, in words."""
    if isinstance(error, FileNotFoundError):
        broken = path.is_symlink()
        return "this link leads to a file that does not exist" if broken else "there is no such file"
    if isinstance(error, IsADirectoryError):
        return "this is a folder; name a file"
    if isinstance(error, PermissionError):
        return "you are not allowed to read this file"
    if isinstance(error, OSError) and error.errno == errno.ENXIO:
        return f"this is {NO_FILE}; name a file"
    if isinstance(error, OSError) and error.errno == errno.ELOOP:
        return "this link leads in a circle"
    if isinstance(error, OSError) and error.strerror:
        return f"cannot be read: {error.strerror[0].lower()}{error.strerror[1:]}"
    return "this is not a name that a file can have"


def bundled(pattern: str = "*.yaml") -> dict[str, Path]:
    """The banks that come with the program, by id: beside the package, or inside it when installed."""
    package = Path(__file__).parent
    for folder in (package / "questions", package.parent / "questions"):
        if found := {path.stem: path for path in sorted(folder.glob(pattern))}:
            return found
    return {}


def drills() -> dict[str, Path]:
    """The banks to practise one calculator with, by the calculator's name."""
    return bundled("drills/*.yaml")


def evidence() -> dict[str, Path]:
    """The records of experiments, by the experiment's name."""
    return bundled("evidence/*.json")


def figure_text(bank: HasPath | str | Path, figure: Figure) -> str:
    """The characters of a figure, from its file in the bank's folder; a path that leads out of it is refused."""
    source = Path(bank if isinstance(bank, str | Path) else bank.path)
    path = source.parent / figure.file
    try:
        inside = path.resolve().is_relative_to(source.parent.resolve())
    except (OSError, ValueError, RuntimeError):
        inside = True  # opening it says what is wrong
    if not inside:
        name = display_text(figure.file)
        raise CnnquizError(f"{display_text(source)}: the figure {name} lies outside the bank's folder")
    try:
        return clean(read_bytes(path, LARGEST_FIGURE).decode("utf-8-sig").expandtabs(8)).rstrip("\n")
    except UnicodeDecodeError:
        raise CnnquizError(f"{display_text(path)}: this figure is not UTF-8 text") from None


def write_new(path: Path, content: str | bytes, failure: str) -> None:
    """Write a file at a place that is still free, in a folder that is there; CnnquizError elsewhere."""
    name = display_text(path)
    if os.path.lexists(path):
        raise CnnquizError(f"{name} is there already, and is left as it is: choose another name")
    if not path.parent.is_dir():
        raise CnnquizError(f"{name}: the folder {display_text(path.parent)} does not exist")
    with replacement(path, failure, (OSError, ValueError), new=True) as draft:
        draft.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
