"""Mutated banks: whatever is done to a bank, loading it ends soon, in a bank or in findings.

The suite runs a few hundred; `python tests/fuzz/banks.py 10000` loads so many, `--run check` hands each to that
command instead, and `python tests/fuzz/banks.py 1 --seed 4711` shows one again.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import random
import re
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from cnnquiz import bank, cli
from cnnquiz.__main__ import user_error
from cnnquiz.bank.loader import Loaded
from cnnquiz.errors import CnnquizError

VALID = sorted((Path(__file__).parents[1] / "banks" / "valid").glob("*.yaml"))
LONGEST = 5.0
LARGEST = 2_000_000

Mutation = Callable[[bytearray, random.Random], None]

INSERTS = (
    b"\0", b"\t", b"\r", b"\x1b[2J", b"\xff\xfe", b"\xc3", b"\xe2\x80\xa8", b"\xc2\x85", b"\xf0\x9f\x98\x80",
    b"&a ", b"*a ", b"!x ", b"!!python/name:os.system ", b"<<: ", b"? ", b": ", b"- ", b"{", b"}", b"[", b"]", b",",
    b"'", b'"', b"|\n", b">-\n", b"#", b"%", b"@", b"`", b"---\n", b"...\n", b"\\", b"\n", b" ", b"~", b"null",
    b"{in}", b"{nope}", b"$", b"{{", b"[bold]", b"9" * 400, b"10**10**10", b"-1", b"0", b"1e999", b".inf", b"x" * 9,
)  # fmt: skip


NUMBERS = (b"0", b"1", b"2", b"-1", b"7.5", b"1e9", b"999999999999", b"9" * 60, b"1/0", b"3x3", b"n", b"", b"1_0")


def place(data: bytearray, rng: random.Random) -> int:
    return rng.randrange(len(data) + 1)


def flip(data: bytearray, rng: random.Random) -> None:
    """Change one byte."""
    if data:
        data[rng.randrange(len(data))] = rng.randrange(256)


def insert(data: bytearray, rng: random.Random) -> None:
    """Put something special somewhere, once or many times."""
    start = place(data, rng)
    data[start:start] = rng.choice(INSERTS) * rng.choice((1, 1, 1, 2, 60, 20_000))


def delete(data: bytearray, rng: random.Random) -> None:
    """Take a piece out."""
    start = place(data, rng)
    del data[start : start + rng.randrange(40)]


def copy(data: bytearray, rng: random.Random) -> None:
    """Repeat a piece somewhere else."""
    start, target = place(data, rng), place(data, rng)
    data[target:target] = data[start : start + rng.randrange(200)]


def lines(data: bytearray, rng: random.Random) -> None:
    """Repeat, drop, move or indent a line."""
    rows = bytes(data).splitlines(keepends=True) or [b"\n"]
    row = rows.pop(rng.randrange(len(rows)))
    spaces = b" " * rng.randrange(1, 7)
    new = rng.choice([[], [row, row], [row] * 300, [spaces + row], [row.lstrip()], [row.strip() + b" "]])
    at = rng.randrange(len(rows) + 1)
    data[:] = b"".join(rows[:at] + new + rows[at:])


def cut(data: bytearray, rng: random.Random) -> None:
    """End the file early."""
    del data[place(data, rng) :]


def nest(data: bytearray, rng: random.Random) -> None:
    """Open many brackets somewhere, and perhaps close them."""
    start, depth = place(data, rng), rng.choice((3, 49, 51, 1000, 30_000))
    opening, closing = rng.choice(((b"[", b"]"), (b"{a: ", b"}"), (b"- ", b""), (b"? ", b"")))
    data[start:start] = opening * depth + b"x" + closing * rng.choice((0, depth))


def number(data: bytearray, rng: random.Random) -> None:
    """Write another number, or none, in place of one."""
    found = list(re.finditer(rb"[0-9]+", bytes(data)))
    if found:
        old = rng.choice(found)
        data[old.start() : old.end()] = rng.choice(NUMBERS)


def word(data: bytearray, rng: random.Random) -> None:
    """Write one of the file's words in place of another."""
    found = list(re.finditer(rb"[A-Za-z-]+", bytes(data)))
    if found:
        old, new = rng.choice(found), rng.choice(found)
        data[old.start() : old.end()] = new[0]


MUTATIONS: tuple[Mutation, ...] = (flip, insert, delete, copy, lines, cut, nest, number, number, word, word)


def mutated(seed: int) -> bytes:
    """The bank of this seed: a valid one with one to four mutations."""
    rng = random.Random(seed)
    data = bytearray(rng.choice(sources()).read_bytes())
    for mutation in rng.choices(MUTATIONS, k=rng.randint(1, 4)):
        mutation(data, rng)
    return bytes(data[:LARGEST])


def sources() -> list[Path]:
    """What is mutated."""
    return VALID + sorted(bank.bundled().values())


def survives(seed: int, folder: Path) -> Loaded:
    """Load the bank of this seed; raises whatever a user would have met."""
    path = folder / "bank.yaml"
    path.write_bytes(mutated(seed))
    start = time.process_time()
    loaded = bank.load(path)
    assert (loaded.bank is None) == bool(loaded.findings)
    text = loaded.text or path.read_bytes().decode("utf-8", "replace")
    last = sum(map(text.count, "\n\r\x85\u2028\u2029")) + 2
    for finding in loaded.findings:
        assert 1 <= finding.line <= last and finding.column >= 1
        assert finding.message.isprintable() and len(finding.message) < 300
    for index, item in loaded.items:
        assert loaded.locate("items", index, "options", *item.options) >= loaded.locate("items", index)
    try:
        bank.open_bank(str(path))
    except CnnquizError as error:
        assert str(error).isprintable()
    assert time.process_time() - start < LONGEST
    return loaded


def commanded(seed: int, folder: Path, words: list[str]) -> Loaded:
    """Run a command on the bank of this seed, in this process; raises what is no clear end of a run."""
    path = folder / "bank.yaml"
    path.write_bytes(mutated(seed))
    start = time.process_time()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            code = cli.run([*words, str(path)]) or 0
        except Exception as problem:
            foreseen = user_error(problem)
            if foreseen is None:
                raise
            code = foreseen[0]
    assert code in (0, 1, 2)
    assert time.process_time() - start < LONGEST
    return bank.load(path)


def main() -> None:
    """Run as many seeds as asked for; a fault is shown with its seed and ends the run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--run", help="a command to run on each bank, such as check or 'show --key'")
    asked = parser.parse_args()
    sound = slowest = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(asked.seed, asked.seed + asked.count):
            start = time.process_time()
            try:
                place = Path(folder)
                loaded = commanded(seed, place, asked.run.split()) if asked.run else survives(seed, place)
            except BaseException:
                sys.stderr.write(f"seed {seed}\n")
                raise
            sound += loaded.bank is not None
            slowest = max(slowest, time.process_time() - start)
    sys.stdout.write(f"{asked.count} banks survived, {sound:.0f} of them sound; the slowest took {slowest:.2f} s\n")


if __name__ == "__main__":
    main()
