"""GIFT: multiple choice, true-false, numerical and short-answer questions in Moodle's text format.

Source: Moodle's documentation, GIFT format.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from cnnquiz.exporters import Choice, Question
from cnnquiz.markdown import html, inline_html
from cnnquiz.patterns import pattern

SUFFIX = ".gift"
_SPECIAL = pattern(r"[\\~=#{}:]")


def losses(question: Question) -> Iterator[str]:
    """What GIFT has no form for, or would read as something else."""
    texts = [question.stem, *(choice.text for choice in question.choices), *question.answers]
    if any(line.lstrip().startswith("//") for text in texts for line in text.splitlines()):
        yield "a line that begins with // is a comment there"
    if not question.choices and any("->" in answer for answer in question.answers):
        yield "-> in a short answer is a pair to be matched there"
    if question.type == "expression":
        yield "an expression in another form than the key's is wrong there"
    if question.hints:
        yield f"{len(question.hints)} hints" if len(question.hints) > 1 else "the hint"


def write(title: str, questions: Sequence[Question]) -> bytes:
    """The questions in a category of the title, with empty lines between them."""
    category = f"$CATEGORY: $course$/{_one_line(title).replace('/', '//')}"
    return ("\n\n".join([category, *map(_question, questions)]) + "\n").encode()


def _question(question: Question) -> str:
    figure = f"<pre>{escape(question.figure)}</pre>" if question.figure else ""
    stem = _escaped(html(question.stem) + figure)
    explanation = f"\n####{_escaped(html(question.explanation))}" if question.explanation else ""
    return f"::{_escaped(question.name)}::[html]{stem} {{{_answers(question)}{explanation}\n}}"


def _answers(question: Question) -> str:
    if question.type == "true-false":
        return "TRUE" if question.is_true else "FALSE"
    if question.type == "number":
        return f"#{question.answers[0]}:{question.tolerance}"
    if not question.choices:
        return "".join(f"\n={_escaped(answer)}" for answer in question.answers)
    every = ((_mark(question, one), _escaped(inline_html(one.text)), _feedback(one)) for one in question.choices)
    return "".join(f"\n{mark}{text}{feedback}" for mark, text, feedback in every)


def _mark(question: Question, choice: Choice) -> str:
    if question.type != "multiple":
        return "=" if choice.right else "~"
    share = f"{100 / max(len(question.keys), 1):.5f}".rstrip("0").rstrip(".")
    return f"~%{'' if choice.right else '-'}{share}%"


def _feedback(choice: Choice) -> str:
    return f"#{_escaped(inline_html(choice.why))}" if choice.why else ""


def _escaped(text: str) -> str:
    """Text with a backslash before what means something; a line's end, which may end the question, as an escape."""
    return _SPECIAL.sub(lambda found: "\\" + found[0], text.strip()).replace("\n", r"\n")


def _one_line(text: str) -> str:
    return " ".join(text.split())
