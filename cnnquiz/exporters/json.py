"""JSON: one document with everything that is known of each question, for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import to_builtins

from cnnquiz.exporters import Question
from cnnquiz.shown import json_text

SUFFIX = ".json"


def losses(question: Question) -> Iterator[str]:
    """Nothing is lost."""
    return iter(())


def write(title: str, questions: Sequence[Question]) -> bytes:
    """The title and the questions."""
    return (json_text({"title": title, "questions": [to_builtins(one) for one in questions]}, 2) + "\n").encode()
