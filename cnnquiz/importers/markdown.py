"""Markdown with lettered or ticked options and a line `Answer: b`, as notes and course repositories have it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cnnquiz.importers import ForeignQuestion, Refusal, _lettered
from cnnquiz.importers._text import decoded, mathematics

_IMAGE = re.compile(r"!\[([^\[\]]{0,300})\]\(([^()]{0,500})\)")


def sniff(name: str, head: str) -> bool:
    """Whether the file's name says Markdown, and options stand in it that no other format marks."""
    return name.endswith((".md", ".markdown", ".qmd")) and "<quiz" not in head and "<?quiz" not in head


def questions(data: bytes, name: str) -> Iterator[ForeignQuestion | Refusal]:
    """The questions, each up to the next heading, number or paragraph behind its answer."""
    yield from _lettered.questions(decoded(data, name), words)


def words(text: str) -> str:
    """Markdown as banks have it: images are named as not carried."""
    return mathematics(_IMAGE.sub(lambda found: f"[image not carried: {found[1] or found[2]}]", text)).strip()
