"""The XML files of a zip archive, within bounds whatever it says of itself."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator

from cnnquiz.errors import CnnquizError

MOST_MEMBERS = 5_000
MOST_BYTES = 32 * 1024 * 1024  # unpacked, all together
MOST_RATIO = 200  # bytes unpacked from one; markup seldom has 50
SMALL = 100_000  # bytes that no ratio makes dangerous


def is_archive(data: bytes) -> bool:
    """Whether these bytes begin as a zip archive does."""
    return data.startswith(b"PK\x03\x04")


def documents(data: bytes, name: str) -> Iterator[tuple[str, bytes]]:
    """The XML files in an archive, by name. An archive inside it is not opened."""
    left = MOST_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if len(members) > MOST_MEMBERS:
                raise CnnquizError(f"{name}: more than {MOST_MEMBERS:,} files are in this archive")
            for member in sorted(members, key=lambda one: one.filename):
                if not member.filename.lower().endswith((".xml", ".qti")):
                    continue
                with archive.open(member) as file:
                    content = file.read(min(left, max(SMALL, MOST_RATIO * member.compress_size)) + 1)
                left -= len(content)
                if left < 0 or len(content) > max(SMALL, MOST_RATIO * member.compress_size):
                    raise CnnquizError(f"{name}/{member.filename}: this unpacks to more than is read")
                yield member.filename, content
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as fault:
        raise CnnquizError(f"{name}: this archive cannot be unpacked: {fault}") from None
