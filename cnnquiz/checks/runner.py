"""Find the files to check, and check them: in several processes where that pays, each for itself."""

from __future__ import annotations

import os
import re
import sys
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from glob import glob
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from cnnquiz import bank, files, yaml_text
from cnnquiz.bank.loader import Loaded, unreadable
from cnnquiz.bank.parts import parts
from cnnquiz.checks import rules, workers
from cnnquiz.checks.report import Checked
from cnnquiz.errors import CnnquizError
from cnnquiz.model import Finding
from cnnquiz.shown import display_text

STDIN = "-"
SUFFIXES = (".yaml", ".yml")
FOLDER = "questions"  # what is checked where neither the command line nor the project says
# What stands before a file's first field, and that field's indentation; and the names that only banks have.
_BEGIN = re.compile(rb"(?:\xef\xbb\xbf)?(?:[ \t]*(?:#[^\r\n]*|%[^\r\n]*|---[ \t]*)?\r?\n|---[ \t]+)*([ ]*)")
_OWN = rb"[\"']?(?:format|id|items)[\"']?\s*:"
PAYS = 400_000  # bytes from which on a second process is worth its start
PART = 200_000  # characters of a large bank that one task checks
FEW = 50  # faults that a loader may find in a bank checked by parts: it tells only the first hundred
Progress = AbstractContextManager[Callable[[str], object]]
LeftOut = Callable[[str], object]


def sources(paths: Sequence[str], left_out: LeftOut, bundled: bool = False) -> list[str]:
    """The files that paths stand for, in order, each once; folders are walked, and * and ? stand for names.

    left_out  called with each link that leads out of such a folder: it is followed only where it is named itself
    bundled   the banks and drills inside the package, and no paths

    Raises CnnquizError for an empty path, and where a path stands for no bank.
    """
    if bundled:
        return [display_path(str(path)) for path in (*files.bundled().values(), *files.drills().values())]
    found: list[str] = []
    for path in paths:
        if not path.strip():
            raise CnnquizError("a path is empty: name a bank, or a folder of banks")
        if path in files.bundled() and not Path(path).exists():
            raise CnnquizError(f"{path}: there is no such file here; --bundled checks the banks of cnnquiz itself")
        names = [name for each in paths_of_pattern(path) for name in bank_paths(each, left_out)]
        if not names:
            what = "no bank is in this folder (*.yaml or *.yml)" if Path(path).is_dir() else "nothing has such a name"
            raise CnnquizError(f"{display_text(path)}: {what}")
        found += names
    return list(dict.fromkeys(found))


def paths_of_pattern(path: str) -> list[str]:
    """The names that a quoted pattern stands for; a path that is there stands for itself."""
    if path == STDIN or not set("*?[") & set(path) or Path(path).exists():
        return [path]
    return sorted(glob(path, recursive=True))  # noqa: PTH207 (Path.glob takes no absolute pattern)


def project_paths() -> list[str]:
    """What is checked without a path: `paths` of `[tool.cnnquiz]` in pyproject.toml, else the folder `questions`.

    Raises CnnquizError where there is neither.
    """
    project = Path("pyproject.toml")
    if project.exists():
        try:
            written = tomllib.loads(project.read_text(encoding="utf-8")).get("tool", {}).get("cnnquiz", {})
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError, AttributeError) as fault:
            raise CnnquizError(f"pyproject.toml: {fault}") from None
        paths = written.get("paths", []) if isinstance(written, dict) else []
        if isinstance(paths, list) and paths and all(isinstance(path, str) for path in paths) and len(written) == 1:
            return paths
        if written != {}:
            raise CnnquizError('pyproject.toml: [tool.cnnquiz] takes `paths` alone, a list: paths = ["questions"]')
    if Path(FOLDER).is_dir():
        return [FOLDER]
    where = "there is no folder `questions` here, and no `paths` under [tool.cnnquiz] in pyproject.toml"
    raise CnnquizError(f"nothing to check: {where}; name a bank, or --bundled for those of cnnquiz itself")


def is_bank(source: str) -> bool:
    """Whether a YAML file has a field that only banks have: one without `format`, `id` and `items` is none."""
    try:
        data = files.read_bytes(Path(source))
    except CnnquizError:
        return True  # whatever is wrong with it is said as for any bank
    begin = _BEGIN.match(data)
    indent, body = (begin[1], data[begin.end() :]) if begin else (b"", data)
    flow = body.startswith(b"{") and not body.startswith(b"{{")
    before = rb"[{,]\s*" if flow else rb"(?:^|[\r\n])" + indent + rb"(?:\? )?"
    return b"\0" in data or re.search(before + _OWN, indent + body) is not None


def display_path(path: str) -> str:
    """A path relative to where the program runs, if it lies below."""
    try:
        relative = os.path.relpath(path)
    except (ValueError, OSError):
        return path
    return path if relative.startswith("..") else relative


def bank_paths(path: str, left_out: LeftOut) -> Iterator[str]:
    """The banks below a folder, sorted; hidden folders, and links that lead in a circle or out of it, are not entered.

    left_out  called with each link that leads out of it, to a bank or a folder
    """
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
        banks = [name for name in names if name.lower().endswith(SUFFIXES)]
        shown = sorted(name for name in below + banks if not name.startswith("."))
        outside = {name for name in shown if leads_out(Path(folder, name), path)}
        for name in sorted(outside):
            left_out(str(Path(folder, name)))
        below[:] = [name for name in shown if name in below and name not in outside]
        yield from (str(Path(folder, name)) for name in shown if name in banks and name not in outside)


def leads_out(path: Path, folder: str) -> bool:
    """Whether this is a link that leads out of the folder to something that is there."""
    try:
        return path.is_symlink() and path.exists() and not path.resolve().is_relative_to(Path(folder).resolve())
    except (OSError, RuntimeError):
        return False  # opening it says what is wrong


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


class Task(NamedTuple):
    """A bank to check, or its part of that number and text, by these rules; or a quiz of a foreign format."""

    source: str
    names: tuple[str, ...]
    number: int = 0
    text: str | None = None
    form: str | None = None


def foreign_format(source: str, form: str | None = None) -> str | None:
    """The foreign format of a file: the one that is said, or what a file without a bank's suffix looks like."""
    if form or source == STDIN or source.lower().endswith(SUFFIXES):
        return form
    from cnnquiz import importers  # a bank needs none

    try:
        return importers.format_of(Path(source))
    except CnnquizError:
        return None  # reading it says what is wrong


def tasks_of(source: str, names: tuple[str, ...], form: str | None, several: bool) -> list[Task]:
    """A file as one task, or as several where it is a large bank."""
    form = foreign_format(source, form)
    if form or not several or size(source) < 2 * PART:
        return [Task(source, names, form=form)]
    try:
        texts = parts(yaml_text.decode(files.read_bytes(Path(source))), PART)
    except (CnnquizError, yaml_text.Stop):
        return [Task(source, names)]  # which says what is wrong
    return [Task(source, names, number, text) for number, text in enumerate(texts)]


def work(task: Task) -> Checked | rules.Part | str:
    """A bank checked, or a part of one; or the reason why it cannot be read at all."""
    try:
        with bank.pause_collector():
            if task.form is not None:
                from cnnquiz.checks import foreign

                return foreign.checked(task.source, task.form, task.names)
            if task.text is None:
                return rules.run(read(task.source), task.names)
            return rules.part(bank.load(task.source, task.text), task.names, task.number)
    except CnnquizError as fault:
        return str(fault)


def check(
    found: Sequence[str], names: tuple[str, ...], jobs: int | None = None, progress: Progress | None = None,
    form: str | None = None,
) -> tuple[Checked, ...]:
    """All files, checked, in order. CnnquizError where none of them can be read.

    form      the foreign format of them all; without it, that of each file that looks like one
    jobs      processes at once, as many as there are cores where it is None; few bytes need no second one
    progress  called after each file while it is entered, which is after the processes have begun
    """
    count = 1 if STDIN in found or sum(map(size, found)) < PAYS else jobs or workers.cores()
    tasks = [task for source in found for task in tasks_of(source, names, form, count > 1)]
    ended: list[Checked | str] = []
    with workers.results(work, tasks, count) as results, progress or nullcontext(lambda source: None) as done:
        for source, group in groupby(zip(tasks, results, strict=True), key=lambda pair: pair[0].source):
            ended.append(checked(*zip(*group, strict=True)))
            done(source)
    faults = [one for one in ended if isinstance(one, str)]
    if len(faults) == len(ended) and faults:
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise CnnquizError(faults[0] + more)
    pairs = zip(found, ended, strict=True)
    return tuple(unreadable_file(source, one) if isinstance(one, str) else one for source, one in pairs)


def checked(tasks: Sequence[Task], results: Sequence[Checked | rules.Part | str]) -> Checked | str:
    """A file, checked: its one result, or those of its parts; as a whole where a part cannot be read to its end."""
    if not isinstance(results[0], rules.Part):
        return results[0]
    each = [one for one in results if isinstance(one, rules.Part)]
    if len(each) < len(results) or any(one.stopped for one in each) or sum(len(one.unreadable) for one in each) > FEW:
        whole = work(Task(tasks[0].source, tasks[0].names))
        assert not isinstance(whole, rules.Part)
        return whole
    load = cache(lambda number: bank.load(tasks[number].source, tasks[number].text))
    text = yaml_text.decode(files.read_bytes(Path(tasks[0].source)))
    return rules.join(each, text, tasks[0].names, load)


def size(source: str) -> int:
    """The bytes of a file, 0 where that cannot be known."""
    try:
        return Path(source).stat().st_size
    except (OSError, ValueError):
        return 0


def unreadable_file(source: str, fault: str) -> Checked:
    """A file that cannot be read, among others that can."""
    path = display_text(source)
    message = fault.removeprefix(f"{path}: ")
    return Checked(path, findings=(Finding("yaml-syntax", "error", path, 1, 1, None, message),))
