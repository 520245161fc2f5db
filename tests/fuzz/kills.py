"""Sessions and upkeep killed at random moments: no answer whose verdict was shown is lost, and no file is left half.

The suite kills some dozen; `python tests/fuzz/kills.py 500` so many, `--seed 4711` begins with another. One history
lives through all of them. It prints a table, also at Ctrl-C, and exits 1 on a loss.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import pty
import random
import re
import select
import shlex
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import repeat
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from history.writer import alter

from cnnquiz.errors import CnnquizError
from cnnquiz.history import History
from cnnquiz.history.transfer import read_lines
from cnnquiz.history.upkeep import backup, check

VERDICT = re.compile("[✓✗] (?:Right|Wrong|Not) ?".encode())
SESSIONS = {  # what is typed, one after another
    "take week8": ("a", "c", "d", "h", ""),  # b goes back behind a verdict, and shows one again
    "drill pool params": ("10", "9x9x9", "4", "7x7x3", "h", ""),
    "review": ("a", "c", "d", "10", "9x9x9", ""),
}
UPKEEP = (
    "history backup copy.db --force", "history restore sound.db", "history rebuild",
    "stats --export out.jsonl --force", "stats --import in.jsonl", "new new.yaml", "lab show vgg16 --output new.py",
)  # fmt: skip
KINDS = (*(f"{name}, {way}" for name in SESSIONS for way in ("pipe", "terminal")), *UPKEEP)
LONGEST = 20.0  # seconds to wait for a verdict
MOST = 6  # verdicts before a kill


class Killed:
    """A folder with a history, in which programs are started and killed."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.path = folder, folder / "home" / "history.db"
        self.env = os.environ | {
            "CNNQUIZ_HOME": str(self.path.parent), "LC_ALL": "C.UTF-8", "TERM": "dumb", "COLUMNS": "80",
        }  # fmt: skip
        self.took = dict.fromkeys(UPKEEP, 1.0)
        for command in ("take week8 --answers 'd a c b d b b a d c'", "stats --export in.jsonl --force"):
            subprocess.run(self.command(command), env=self.env, cwd=folder, check=True, capture_output=True)

    def command(self, words: str) -> list[str]:
        """The command line of a program."""
        return [sys.executable, "-u", "-m", "cnnquiz", *shlex.split(words)]

    def kill(self, kind: str, rng: random.Random) -> Counter[str]:
        """Start a program of that kind and kill it: verdicts shown, answers kept and lost, faults of the files."""
        before = self.attempts()
        if kind in UPKEEP:
            shown = self.upkeep(kind, rng)
        else:
            words, way = kind.split(", ")
            if words == "review":
                with History.require(self.path) as history:
                    alter(history, "UPDATE main.cards SET due = 0")
            shown = (self.piped if way == "pipe" else self.typed)(words, rng)
        faults = len(check(self.path).faults) + len(self.half_files())
        kept = self.attempts() - before
        lost = max(0, shown - kept) if shown or kind not in UPKEEP else abs(kept)
        return Counter(kills=1, shown=shown, kept=kept, lost=lost, faults=faults)

    def attempts(self) -> int:
        """The attempts in the history, as the next program reads them."""
        with History.require(self.path) as history:
            return 0 if history.damage else history.stats(datetime.now(UTC)).total.attempts

    def piped(self, words: str, rng: random.Random) -> int:
        """The verdicts that a session with lines as its input has shown when it is killed."""
        typed = "".join(f"{rng.choice(SESSIONS[words])}\n" for _ in range(200)).encode()
        with subprocess.Popen(
            self.command(words), env=self.env, cwd=self.folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as program:  # fmt: skip
            assert program.stdin and program.stdout
            program.stdin.write(typed)
            program.stdin.flush()
            return self.shown(program, program.stdout.fileno(), rng, lambda: None)

    def typed(self, words: str, rng: random.Random) -> int:
        """The same at a terminal."""
        here, there = pty.openpty()
        with subprocess.Popen(
            self.command(words), env=self.env, cwd=self.folder, stdin=there, stdout=there, stderr=there,
            start_new_session=True,
        ) as program:  # fmt: skip
            os.close(there)
            end = "\n" if words.startswith("drill") else "\r"
            keys = (f"{rng.choice(SESSIONS[words])}{end}".encode() for _ in repeat(None))
            shown = self.shown(program, here, rng, lambda: os.write(here, next(keys)))
            os.close(here)
            return shown

    def shown(
        self, program: subprocess.Popen[bytes], output: int, rng: random.Random, type: Callable[[], object]
    ) -> int:
        """Kill a session a moment after some verdicts, or while it starts; how many it has shown."""
        wanted, text = rng.randrange(MOST + 1), b""
        last = time.monotonic() + (LONGEST if wanted else rng.uniform(0, 1.5))
        while len(VERDICT.findall(text)) < wanted or not wanted:
            if time.monotonic() > last:
                break
            if select.select([output], [], [], 0.03)[0]:
                if not (read := read_some(output)):
                    break
                text += read
            else:
                type()
        time.sleep(rng.choice((0, rng.uniform(0, 0.03))))
        program.kill()
        while read := read_some(output):
            text += read
        return len(VERDICT.findall(text))

    def upkeep(self, words: str, rng: random.Random) -> int:
        """Kill a command of the history somewhere in its course; no answers come of it."""
        for name in ("sound.db", "new.yaml", "new.py"):
            (self.folder / name).unlink(missing_ok=True)
        with History.require(self.path) as history:
            backup(history, self.folder / "sound.db")
        begun = time.monotonic()
        start = partial(subprocess.Popen, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with start(self.command(words), env=self.env, cwd=self.folder) as program:
            with contextlib.suppress(subprocess.TimeoutExpired):
                program.wait(rng.uniform(0.5, 1.1) * self.took[words])
                self.took[words] = time.monotonic() - begun
            program.kill()
        return 0

    def half_files(self) -> list[str]:
        """The files that were being written and are not whole."""
        half = []
        if (copy := self.folder / "copy.db").exists() and check(copy).faults:
            half.append(copy.name)
        for name in ("new.yaml", "new.py"):
            if (new := self.folder / name).exists() and not new.read_text(encoding="utf-8").endswith("\n"):
                half.append(name)
        if (out := self.folder / "out.jsonl").exists():
            try:
                with out.open("rb") as file:
                    list(read_lines(out, file))
            except CnnquizError:
                half.append(out.name)
        return half


def read_some(output: int) -> bytes:
    """What a program has written; nothing once it has ended, which a terminal says by an error."""
    try:
        return os.read(output, 65536)
    except OSError:
        return b""


def run(count: int, seed: int, folder: Path) -> Iterator[tuple[str, Counter[str]]]:
    """Kill so many programs, each kind in turn; the kind of each, and what was counted."""
    killed = Killed(folder)
    for number in range(seed, seed + count):
        kind = KINDS[number % len(KINDS)]
        found = killed.kill(kind, random.Random(number))
        if found["lost"] or found["faults"]:
            sys.stderr.write(f"seed {number}, {kind}: {dict(found)}\n")
        yield kind, found


def main() -> None:
    """Kill as many programs as asked for, and print what became of the answers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    rows = {kind: Counter[str]() for kind in KINDS}
    with tempfile.TemporaryDirectory() as folder, contextlib.suppress(KeyboardInterrupt):
        for kind, found in run(asked.count, asked.seed, Path(folder)):
            rows[kind] += found
    columns = ("kills", "shown", "kept", "lost", "faults")
    total = sum(rows.values(), Counter[str]())
    for name, row in [("", dict(zip(columns, columns, strict=True))), *rows.items(), ("all", total)]:
        sys.stdout.write(f"{name:34}" + "".join(f"{row[column]:>8}" for column in columns) + "\n")
    sys.exit(bool(total["lost"] or total["faults"]))


if __name__ == "__main__":
    main()
