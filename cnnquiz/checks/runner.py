"""Find the files to check, and check them: in several processes where that pays, each for itself."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from cnnquiz import bank, files, yaml_text
from cnnquiz.bank.loader import Loaded, unreadable
from cnnquiz.checks import rules
from cnnquiz.checks.report import Checked
from cnnquiz.errors import CnnquizError
from cnnquiz.model import Finding

STDIN = "-"
SUFFIXES = (".yaml", ".yml")
PAYS = 3_000_000  # bytes from which on a second process is worth its start


def sources(paths: Sequence[str]) -> list[str]:
    """The files that paths stand for, in order, each once; folders are walked. Without paths, the bundled banks."""
    found = paths and [name for path in paths for name in bank_paths(path)]
    names = found or [display_path(str(path)) for path in bank.bundled().values()]
    if paths and not found:
        raise CnnquizError(f"{files.display_text(paths[0])}: no bank is in this folder (*.yaml or *.yml)")
    return list(dict.fromkeys(names))


def display_path(path: str) -> str:
    """A path relative to where the program runs, if it lies below."""
    try:
        relative = os.path.relpath(path)
    except (ValueError, OSError):
        return path
    return path if relative.startswith("..") else relative


def bank_paths(path: str) -> Iterator[str]:
    """The banks below a folder, sorted, hidden folders left out and links that lead in a circle not followed."""
    if path == STDIN or not Path(path).is_dir():
        yield path
        return
    seen: set[tuple[int, int]] = set()
    for folder, below, names in os.walk(path, followlinks=True):
        place = Path(folder).stat()
        if (place.st_dev, place.st_ino) in seen:
            below.clear()
            continue
        seen.add((place.st_dev, place.st_ino))
        below[:] = sorted(name for name in below if not name.startswith("."))
        for name in sorted(names):
            if name.endswith(SUFFIXES) and not name.startswith("."):
                yield str(Path(folder) / name)


def read(source: str) -> Loaded:
    """One bank, from its file or from stdin."""
    if source != STDIN:
        return bank.load(source)
    if sys.stdin is None or sys.stdin.closed:
        raise CnnquizError("stdin is closed: name a file")
    data = sys.stdin.buffer.read(files.LARGEST + 1)
    files.refuse_large(Path("<stdin>"), len(data), files.LARGEST)
    try:
        return bank.load("<stdin>", yaml_text.decode(data))
    except yaml_text.Stop as stop:
        return unreadable("<stdin>", "", stop.faults, False)


def check_one(source: str, names: tuple[str, ...]) -> Checked | str:
    """One file, checked; or the reason why it cannot be read at all."""
    try:
        with bank.pause_collector():
            return rules.run(read(source), names)
    except CnnquizError as fault:
        return str(fault)


def check(
    found: Sequence[str], names: tuple[str, ...], jobs: int = 1, done: Callable[[str], None] = lambda source: None
) -> tuple[Checked, ...]:
    """All files, checked, in order. CnnquizError where none of them can be read; `done` is called after each."""
    ended: list[Checked | str] = []
    for source, one in zip(found, _each(found, names, jobs), strict=True):
        ended.append(one)
        done(source)
    faults = [one for one in ended if isinstance(one, str)]
    if len(faults) == len(ended) and faults:
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise CnnquizError(faults[0] + more)
    pairs = zip(found, ended, strict=True)
    return tuple(unreadable_file(source, one) if isinstance(one, str) else one for source, one in pairs)


def _each(found: Sequence[str], names: tuple[str, ...], jobs: int) -> Iterator[Checked | str]:
    workers = min(jobs, len(found))
    if workers < 2 or STDIN in found or sum(map(size, found)) < PAYS:
        yield from (check_one(source, names) for source in found)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        yield from pool.map(check_one, found, [names] * len(found))


def size(source: str) -> int:
    """The bytes of a file, 0 where that cannot be known."""
    try:
        return Path(source).stat().st_size
    except (OSError, ValueError):
        return 0


def unreadable_file(source: str, fault: str) -> Checked:
    """A file that cannot be read, among others that can."""
    path = files.display_text(source)
    message = fault.removeprefix(f"{path}: ")
    return Checked(path, findings=(Finding("yaml-syntax", "error", path, 1, 1, None, message),))
