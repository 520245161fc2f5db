"""SQLite's log beside the file, after a kill: whether all that was committed to it can still be read.

SQLite leaves out a damaged frame and every frame after it, without a word. A commit of the same log behind the last
sound frame was written, and is lost. The format: sqlite.org/walformat.html. The index beside the log would say how
many frames are sound, but a process that closes it gives up its connection's locks.
"""

from __future__ import annotations

import shutil
import struct
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path

CHECKED = 6_000_000  # bytes up to which a log is checked as its file is opened; SQLite empties it at four million
HEADER, FRAME = 32, 24  # bytes
BIG_ENDIAN = 0x377F0683  # the number at the head of a log whose checksums are counted so; one less: little endian
PAUSE = 0.1  # seconds
UNREAD = "its log is too large to be verified as it is opened"
DAMAGED = "its log is damaged, the answers saved last are lost"
Sums = tuple[int, int]


def log_of(path: Path) -> Path:
    """Where the log of a history lies, while there is one."""
    return path.with_name(f"{path.name}-wal")


def lost_commits(path: Path) -> int:
    """The commits in the log of a history that can no longer be read.

    Only what stands still is believed: another terminal may be writing.
    """
    with suppress(OSError):
        before = log_of(path).read_bytes()
        if lost := commits_behind(before):
            time.sleep(PAUSE)
            return lost if log_of(path).read_bytes() == before else 0
    return 0


def damage(path: Path) -> list[str]:
    """What is wrong with the log, in words. The history is copied as it is, since SQLite writes over such a log."""
    if not lost_commits(path):
        return []
    kept = ""
    with suppress(OSError):
        aside = free_name(path)
        shutil.copyfile(log_of(path), log_of(aside))
        shutil.copyfile(path, aside)
        kept = f", it was kept with {aside}"
    return [DAMAGED + kept]


def free_name(path: Path) -> Path:
    """A name beside the history, with the time in it, that no file has."""
    name = f"{path.stem}-{datetime.now():%Y%m%d-%H%M%S}"
    names = (f"{name}{more}{path.suffix}" for more in ("", *(f"-{number}" for number in range(2, 1000))))
    return next(one for one in map(path.with_name, names) if not one.exists())


def commits_behind(log: bytes) -> int:
    """The commits behind the last sound frame of a log; a log with a damaged head counts as one."""
    if len(log) < HEADER:
        return 0
    order = ">" if log[:4] == BIG_ENDIAN.to_bytes(4) else "<"
    head = sums(log[:24], (0, 0), order)
    if struct.unpack(">2I", log[24:HEADER]) != head:
        return 1
    size = FRAME + int.from_bytes(log[8:12])
    lost, sound = 0, True
    for at in range(HEADER, len(log) - size + 1, size):
        frame = log[at : at + size]
        same = frame[8:16] == log[16:24]  # and none that an older log has left there
        if sound:
            head = sums(frame[:8] + frame[FRAME:], head, order)
            sound = same and struct.unpack(">2I", frame[16:FRAME]) == head
        lost += not sound and same and frame[4:8] != bytes(4)
    return lost


def sums(data: bytes, before: Sums, order: str) -> Sums:
    """The two checksums after these bytes."""
    first, second = before
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for one, two in zip(words[::2], words[1::2], strict=True):
        first = (first + one + second) & 0xFFFFFFFF
        second = (second + two + first) & 0xFFFFFFFF
    return first, second
