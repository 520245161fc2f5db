"""A Jupyter notebook: each question, its answer behind a fold, and its derivation as a cell that can be run.

Source: The Jupyter Notebook format, version 4.5.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from cnnquiz.exporters import Question
from cnnquiz.shown import json_text

SUFFIX = ".ipynb"


def losses(question: Question) -> Iterator[str]:
    """Nothing is lost."""
    return iter(())


def write(title: str, questions: Sequence[Question]) -> bytes:
    """The notebook, without outputs."""
    cells = [_markdown(f"# {' '.join(title.split())}", "title"), _code("import cnnquiz", "import")]
    for number, question in enumerate(questions, 1):
        cells.append(_markdown(_asked(number, question), f"{question.name} stem"))
        cells.append(_markdown(_answered(question), f"{question.name} answer"))
        cells += [_code(question.call, f"{question.name} call")] if question.call else []
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    book = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    return (json_text(book, 1) + "\n").encode()


def _asked(number: int, question: Question) -> str:
    figure = f"\n\n```text\n{question.figure}\n```" if question.figure else ""
    options = "".join(f"\n- **{one.letter}** {' '.join(one.text.split())}" for one in question.choices)
    hints = "".join(_fold(f"Hint {place}", hint) for place, hint in enumerate(question.hints, 1))
    return f"## Question {number}\n\n{question.stem}{figure}\n{options}\n{hints}"


def _answered(question: Question) -> str:
    right = ", ".join(question.keys) or "".join(question.answers[:1]) or str(question.is_true)
    whys = "".join(f"\n- **{one.letter}** {' '.join(one.why.split())}" for one in question.choices if one.why)
    return _fold("Answer", f"**{right}**\n{whys}\n\n{question.explanation}")


def _fold(title: str, text: str) -> str:
    return f"\n<details><summary>{escape(title)}</summary>\n\n{text}\n\n</details>\n"


def _markdown(text: str, name: str) -> dict[str, Any]:
    return {"cell_type": "markdown", **_shared(text, name)}


def _code(text: str, name: str) -> dict[str, Any]:
    return {"cell_type": "code", "execution_count": None, "outputs": [], **_shared(text, name)}


def _shared(text: str, name: str) -> dict[str, Any]:
    """What every cell has; its identifier is the same from one export to the next."""
    identifier = hashlib.sha256(name.encode()).hexdigest()[:16]
    return {"id": identifier, "metadata": {"name": name}, "source": text.splitlines(keepends=True)}
