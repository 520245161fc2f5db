"""Moodle XML, as a course's question bank is exported.

Source: Moodle documentation, Moodle XML format.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from cnnquiz.importers import ForeignOption, ForeignQuestion, Kind, Refusal
from cnnquiz.importers._html import text_of
from cnnquiz.importers._text import markdown
from cnnquiz.importers._xml import Node, root

KINDS: dict[str, Kind] = {
    "multichoice": "single", "truefalse": "true-false", "numerical": "number", "shortanswer": "short",
}  # fmt: skip
WHOLE = Fraction(9999, 100)  # per cent: three thirds may be written 33.333


def sniff(name: str, head: str) -> bool:
    """Whether a quiz with typed questions begins here."""
    return re.search(r"<question\s[^<>]{0,200}type\s*=", head) is not None


def questions(data: bytes, name: str) -> Iterator[ForeignQuestion | Refusal]:
    """The questions of a quiz; categories are no questions."""
    whole = root(data, name)
    for node in [whole] if whole.tag == "question" else whole.every("question"):
        kind, title = node.get("type"), node.said("name", "text")
        if kind in KINDS:
            yield _question(node, KINDS[kind], title)
        elif kind != "category":
            yield Refusal(node.line, f"a question of type {kind or 'unknown'} cannot be carried", title)


def _question(node: Node, kind: Kind, title: str) -> ForeignQuestion | Refusal:
    answers = [(one, _share(one)) for one in node.children("answer")]
    stem, rationale = _words(node.child("questiontext")), _words(node.child("generalfeedback"))
    shares = [share for _, share in answers if share is not None]
    if len(shares) < len(answers) or not any(share > 0 for share in shares):
        return Refusal(node.line, "no answer is marked as right", title)
    if kind == "single" and node.said("single") in ("false", "0"):
        kind = "multiple"
    least = Fraction(0) if kind == "multiple" else WHOLE
    rights = [share > 0 if kind == "multiple" else share >= least for share in shares]
    if not any(rights):
        return Refusal(node.line, "no answer is worth 100 %: the marks for parts of it cannot be carried", title)
    first = next(one for (one, _), right in zip(answers, rights, strict=True) if right)
    if kind in ("number", "short"):
        typed = tuple(one.said("text") for (one, _), right in zip(answers, rights, strict=True) if right)
        reason = rationale or _words(first.child("feedback"))
        width = first.said("tolerance")
        tolerance = width if width.strip("0.") else ""
        return ForeignQuestion(node.line, stem, kind, (), typed, tolerance, title, reason, first.line)
    options = tuple(
        ForeignOption(_words(one) or one.said("text"), right, _words(one.child("feedback")))
        for (one, _), right in zip(answers, rights, strict=True)
    )
    return ForeignQuestion(node.line, stem, kind, options, (), "", title, rationale, first.line)


def _share(answer: Node) -> Fraction | None:
    """What an answer is worth, in per cent."""
    try:
        return Fraction(answer.get("fraction", "0") or "0")
    except (ValueError, ZeroDivisionError):
        return None


def _words(node: Node | None) -> str:
    """A text in its own format, as Markdown."""
    if node is None:
        return ""
    written = node.said("text") or "".join(one for one in node.inside if isinstance(one, str)).strip()
    form = node.get("format", "html")
    return written if form == "markdown" else markdown(written) if form == "plain_text" else text_of(written)
