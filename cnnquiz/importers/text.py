"""Plain text: a question, options a) to z), and a line `Answer: b`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cnnquiz.importers import ForeignQuestion, Refusal, _lettered
from cnnquiz.importers._text import decoded, markdown

_ANSWER = re.compile(r"^\W*(?:correct )?(?:answer|ans|solution)s?\s*[:=]", re.IGNORECASE | re.MULTILINE)


def sniff(name: str, head: str) -> bool:
    """Whether a text has a line that names an answer."""
    return name.endswith((".txt", ".text")) and _ANSWER.search(head) is not None


def questions(data: bytes, name: str) -> Iterator[ForeignQuestion | Refusal]:
    """The questions, each up to the next number, or to the next paragraph behind its answer."""
    yield from _lettered.questions(decoded(data, name), lambda text: markdown(text.strip()))
