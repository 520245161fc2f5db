"""jupyterquiz: a JSON list of questions for notebooks, with multiple_choice, many_choice, numeric and string.

Source: the schemas of jupyterquiz.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cnnquiz.importers import ForeignOption, ForeignQuestion, Kind, Refusal
from cnnquiz.importers._text import decoded, said, values
from cnnquiz.importers.markdown import words


def sniff(name: str, head: str) -> bool:
    """Whether a list of questions with answers begins here."""
    listed = head.lstrip().startswith("[") and '"question"' in head and '"answers"' in head
    return listed and re.search(r'"(?:multiple|many)_choice"|"numeric"|"string"', head) is not None


def questions(data: bytes, name: str) -> Iterator[ForeignQuestion | Refusal]:
    """The elements of the list."""
    for line, value in values(decoded(data, name), name):
        yield _question(value, line)


def _question(value: Any, line: int) -> ForeignQuestion | Refusal:
    answers = value.get("answers") if isinstance(value, dict) else None
    if not isinstance(answers, list) or not all(isinstance(one, dict) for one in answers):
        return Refusal(line, "an element without a list of answers")
    stem, kind = words(said(value.get("question"))), said(value.get("type"))
    rights = [one for one in answers if one.get("correct") is True]
    if not stem or not rights:
        return Refusal(line, "no answer is marked as right" if stem else "it has no question")
    if kind in ("multiple_choice", "many_choice"):
        options = tuple(
            ForeignOption(_option(one), one.get("correct") is True, words(said(one.get("feedback")))) for one in answers
        )
        several: Kind = "multiple" if kind == "many_choice" else "single"
        return ForeignQuestion(line, stem, several, options)
    reason = words(said(rights[0].get("feedback")))
    if kind == "numeric":
        exact = [said(one["value"]) for one in rights if "value" in one]
        if len(exact) != 1 or len(rights) > 1:
            return Refusal(line, "a numeric answer that is a range cannot be carried, since it leaves out its end")
        return ForeignQuestion(line, stem, "number", (), tuple(exact), rationale=reason)
    if kind == "string":
        typed = tuple(said(one.get("answer")) for one in rights)
        return ForeignQuestion(line, stem, "short", (), typed, rationale=reason)
    return Refusal(line, f"a question of type {kind[:60] or 'unknown'} cannot be carried")


def _option(answer: dict[str, Any]) -> str:
    """An option's words, with its code."""
    code = said(answer.get("code"))
    return "\n".join(filter(None, (words(said(answer.get("answer"))), code and f"`{code}`")))
