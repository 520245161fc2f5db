"""Markdown with quizzes that mkdocs-quiz shows in a page: options as a list of boxes, the right ones crossed.

Source: the documentation of mkdocs-quiz.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnnquiz.exporters import Question

SUFFIX = ".md"


def losses(question: Question) -> Iterator[str]:
    """What the boxes cannot say."""
    if not question.choices and question.type != "true-false":
        yield "an answer that is typed"
    if any(choice.why for choice in question.choices):
        yield "why each option is right or wrong"


def write(title: str, questions: Sequence[Question]) -> bytes:
    """A heading, and a quiz block for each question that has options."""
    shown = [one for one in questions if one.choices or one.type == "true-false"]
    blocks = [f"# {' '.join(title.split())}", *map(_block, shown)]
    return ("\n\n".join(blocks) + "\n").encode()


def _block(question: Question) -> str:
    figure = f"\n```\n{question.figure}\n```\n" if question.figure else ""
    truth = [("True", question.is_true), ("False", not question.is_true)]
    options = [(choice.text, choice.right) for choice in question.choices] or truth
    boxes = "\n".join(f"- [{'x' if right else ' '}] {' '.join(text.split())}" for text, right in options)
    explanation = f"\n\n{question.explanation}" if question.explanation else ""
    return f"<quiz>\n{question.stem.strip()}\n{figure}\n{boxes}{explanation}\n</quiz>"
