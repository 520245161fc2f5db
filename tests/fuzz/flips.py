"""A history with one bit flipped: never called sound while a command says something else, never other data in silence.

The suite flips some hundred; `python tests/fuzz/flips.py 4000` so many, `--seed 4711` begins with another, and `--log`
flips bits of the log that a kill has left beside the file.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

from msgspec import to_builtins
from msgspec.structs import replace

sys.path.insert(0, str(Path(__file__).parents[1]))

from history.writer import START, attempt

from cnnquiz.errors import CnnquizError
from cnnquiz.history import History
from cnnquiz.history.transfer import all_attempts
from cnnquiz.history.upkeep import check

ATTEMPTS = 120
NOW = START + timedelta(days=30)
FAULTS = ("silent", "called sound", "ended quiz")


def history(path: Path, log: bool = False) -> dict[Path, bytes]:
    """A history of three sessions, one of them unfinished: the file once it is closed, or file and log before."""
    rng = random.Random(1)
    with History.open(path) as opened:
        plan = {"order": list(range(9)), "paths": {"mine": "/a/b.yaml"}}
        for name in ("first", "second", "third"):
            opened.start_session("week8", "take", plan, START, name)
        for number in range(ATTEMPTS):
            one = attempt(("first", "second", "third")[number % 3], number, rng.choice(("d", "125x125x4", "none")))
            right = rng.random() < 0.6
            verdict, slip = ("right", None) if right else ("wrong", rng.choice(("rounded-up", "forgot-padding")))
            opened.record(replace(one, verdict=verdict, score=float(right), misconception=slip, seconds=rng.random()))
        opened.finish_session("first", NOW)
        for item in ("item-2", "item-5"):
            opened.withdraw("third", "week8", item, NOW)
        opened.set_exam((NOW + timedelta(days=9)).date(), NOW)
        files = [path, path.with_name("history.db-wal")]
        if log:
            return {each: each.read_bytes() for each in files}
    return {path: path.read_bytes()}


def shown(path: Path) -> tuple[dict[str, Any], bool]:
    """What the commands show of a history, and whether anything is said to be wrong with it."""
    said = False
    found: dict[str, Any] = {}
    with History.open(path) as opened:
        found["resumable"] = to_builtins(opened.resumable("week8"))
        found["responses"] = [to_builtins(opened.responses(name)) for name in ("first", "second", "third")]
        found["cards"] = to_builtins(opened.cards())
        found["mistakes"] = opened.mistakes("week8")
        found["paths"] = opened.paths()
        found["exam"] = str(opened.exam(NOW.date()))
        said = bool(opened.problem or opened.damage)
    try:
        with History.require(path, to_write=False) as opened:
            found["stats"] = opened.stats(NOW).as_json()
            found["export"] = to_builtins(list(all_attempts(opened)))
            said = said or bool(opened.problem or opened.damage)
    except CnnquizError:
        said = True
    return found, said


def flip(whole: dict[Path, bytes], seed: int) -> dict[Path, bytes]:
    """The files with the bit of this seed flipped in the last."""
    rng, last = random.Random(seed), list(whole)[-1]
    data = bytearray(whole[last])
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return whole | {last: bytes(data)}


def put(files: dict[Path, bytes]) -> None:
    """Write the files, and leave no others beside them."""
    for path in next(iter(files)).parent.glob("history*"):
        path.unlink()
    for path, data in files.items():
        path.write_bytes(data)


def ends_a_quiz(path: Path) -> bool:
    """Whether a quiz cannot be taken to its end."""
    try:
        with History.open(path) as opened:
            opened.start_session("week8", "take", {"order": [1]}, NOW, "quiz")
            opened.record(attempt("quiz", 7))
            opened.due(NOW)
            opened.finish_session("quiz", NOW)
            return len(opened.responses("quiz")) != 1
    except Exception:
        return True


def outcome(path: Path, whole: dict[Path, bytes], right: dict[str, Any], seed: int) -> str:
    """What becomes of the flip of this seed: unseen, said, or a fault: silent, called sound, a quiz is ended."""
    files = flip(whole, seed)
    put(files)
    try:
        sound = not check(path).faults
    except CnnquizError:
        sound = False
    assert all(each.read_bytes() == data for each, data in files.items()), "a check writes nothing"
    put(files)
    if ends_a_quiz(path):
        return "ended quiz"
    put(files)
    found, said = shown(path)
    if found != right:
        return "called sound" if sound else "said" if said else "silent"
    return "without effect" if sound else "said"


def main() -> None:
    """Flip as many bits as asked for, and count what becomes of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--log", action="store_true")
    asked = parser.parse_args()
    counts = Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "history.db"
        whole = history(path, asked.log)
        put(whole)
        right, _ = shown(path)
        for seed in range(asked.seed, asked.seed + asked.count):
            what = outcome(path, whole, right, seed)
            counts[what] += 1
            if what in FAULTS:
                sys.stderr.write(f"seed {seed}: {what}\n")
    sys.stdout.write(f"{asked.count} flips: {', '.join(f'{number} {what}' for what, number in counts.most_common())}\n")
    sys.exit(any(counts[what] for what in FAULTS))


if __name__ == "__main__":
    main()
