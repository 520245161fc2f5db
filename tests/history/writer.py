"""Write attempts to a history, saying the number of each once it is saved: `writer.py FILE SESSION COUNT [BYTES]`.

With BYTES no file may grow beyond that many, as on a disk that is full.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cnnquiz.history import History, checksums
from cnnquiz.model import Attempt

START = datetime(2026, 1, 1, tzinfo=UTC)


def attempt(session: str, number: int, response: str = "d") -> Attempt:
    """The writer's attempt of that number."""
    return Attempt(
        session=session, bank="week8", item=f"item-{number % 10}", topic="convolution", content_hash="abc",
        seed=number, response=response, key="d", verdict="right", score=1.0, misconception=None, hints=0,
        seconds=20.0, time=(START + timedelta(minutes=number)).isoformat(), version="0.1.0", mode="take",
    )  # fmt: skip


def alter(history: History, sql: str) -> None:
    """Change rows as the program itself would have written them, checksums and all."""
    history.db.execute(sql)
    for table in checksums.TABLES:
        history.db.execute(f"UPDATE main.{table} SET sum = {checksums.expression(table)}")


def main(path: Path, session: str, count: int, most: int | None) -> None:
    """Record one after another; `saved N` follows the commit, as a verdict does."""
    if most is not None:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    with History.open(path) as history:
        for number in range(count):
            saved = history.record(attempt(session, number))
            sys.stdout.write(f"saved {number}\n" if saved else f"{history.problem}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]) if len(sys.argv) > 4 else None)
