"""Build a history of a million attempts and time what a student would wait for.

    python tests/benchmarks/history_million.py [ATTEMPTS]

The attempts are at the items of the banks that come with the program. Prints the size of the file and the
seconds of `stats`, of `review` until its first question stands, and of one answer.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from cnnquiz.bank import open_bank
from cnnquiz.files import bundled, drills
from cnnquiz.history import History, rows
from cnnquiz.history.database import transaction
from cnnquiz.model import Attempt

START = datetime(2024, 1, 1, tzinfo=UTC)
END = datetime(2026, 9, 1, tzinfo=UTC)
IN_A_SESSION = 10
SLIPS = [f"slip-{number}" for number in range(60)]


def attempts(number: int, rng: random.Random) -> Iterator[Attempt]:
    """Years of sessions of ten, each over one of the banks, three in four right."""
    step, banks = (END - START) / number, known_items()
    for place in range(number):
        session = place // IN_A_SESSION
        bank, items = banks[session % len(banks)]
        item = rng.randrange(len(items))
        right = rng.random() < 0.75
        yield Attempt(
            session=f"{session:032x}", bank=bank, item=items[item], topic=f"topic-{item % 9}",
            content_hash=f"{item:016x}", seed=rng.getrandbits(32) if item % 2 else None,
            response=str(rng.randrange(5000)) if item % 2 else rng.choice("abcd"), key=rng.choice("abcd"),
            verdict="right" if right else "wrong", score=float(right), hints=rng.randrange(8) // 7,
            misconception=None if right or rng.random() < 0.4 else rng.choice(SLIPS), version="0.1.0",
            seconds=round(rng.expovariate(1 / 25), 3), time=(START + place * step).isoformat(), mode="take",
        )  # fmt: skip


def known_items() -> list[tuple[str, list[str]]]:
    """The banks with their items."""
    banks = [open_bank(str(path)).bank for path in [*bundled().values(), *drills().values()]]
    return [(bank.id, [item.id for item in bank.items]) for bank in banks if bank]


def build(path: Path, number: int) -> None:
    """Write them as an import does: the attempts in one transaction, then the cards."""
    with History.open(path) as history, transaction(history.db):
        for attempt in attempts(number, random.Random(1)):
            rows.insert_attempt(history.db, attempt, rows.item_id(history.db, attempt))
        rows.rebuild_cards(history.db, rows.every_item(history.db))


def seconds(work: Callable[[], object], times: int = 3) -> float:
    """The shortest of a few runs."""
    return min(timed(work) for _ in range(times))


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def program(home: str, *arguments: str) -> Callable[[], object]:
    """The program as a process with the history that was built; what it asks is left with `q`."""
    env = os.environ | {"CNNQUIZ_HOME": home}
    command = [sys.executable, "-m", "cnnquiz", *arguments]
    return lambda: subprocess.run(command, env=env, check=True, capture_output=True, input=b"q\n")


def record(path: Path) -> float:
    """One more answer, committed."""
    with History.open(path) as history:
        history.record(next(attempts(1, random.Random(2))))  # the first also imports the scheduler
        return seconds(lambda: history.record(next(attempts(1, random.Random(time.time_ns())))), 20)


def main(number: int) -> None:
    """Build, time, print."""
    with tempfile.TemporaryDirectory() as home:
        path = Path(home) / "history.db"
        built = timed(lambda: build(path, number))
        print(f"{number:,} attempts, built in {built:.1f} s, as a file: {path.stat().st_size / 1e6:.1f} MB (< 300)")
        bare = seconds(program(home, "--help"))
        whole = seconds(program(home, "stats"))
        print(f"cnnquiz stats:                 {whole:.3f} s (< 2); cnnquiz --help: {bare:.3f} s")
        print(f"cnnquiz review, one question:  {seconds(program(home, 'review')):.3f} s (< 0.3 over --help)")
        print(f"one answer, committed:         {record(path):.4f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
