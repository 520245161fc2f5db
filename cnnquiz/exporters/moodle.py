"""Moodle XML: multichoice, truefalse, numerical and shortanswer questions, with feedback for each option.

Fractions have the seven digits of Moodle's own list; tolerances are absolute; formulas are MathJax's.
Source: Moodle's documentation, Moodle XML format.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from cnnquiz.exporters import Choice, Question
from cnnquiz.markdown import html, inline_html

SUFFIX = ".xml"
_MOST_RIGHT = 10  # of Moodle's fractions, 1/10 is the last of the unit fractions in a row


def losses(question: Question) -> Iterator[str]:
    """What Moodle's questions cannot say."""
    if question.type == "multiple" and len(question.keys) > _MOST_RIGHT:
        yield f"more than {_MOST_RIGHT} right options"
    if question.type == "expression":
        yield "an expression in another form than the key's is wrong there"


def write(title: str, questions: Sequence[Question]) -> bytes:
    """The quiz in a category of its title."""
    category = _tag("question", _text("category", f"$course$/{title.replace('/', '//')}"), type="category")
    every = "\n".join([category, *map(_question, questions)])
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n{every}\n</quiz>\n'.encode()


def _question(question: Question) -> str:
    kind = {"true-false": "truefalse", "number": "numerical", "shape": "shortanswer", "expression": "shortanswer"}
    figure = f"<pre>{escape(question.figure)}</pre>" if question.figure else ""
    parts = [
        _text("name", question.name),
        _html("questiontext", html(question.stem) + figure),
        _html("generalfeedback", html(question.explanation)),
        "<defaultgrade>1</defaultgrade>",
        f"<idnumber>{escape(question.name)}</idnumber>",
        *_answers(question),
        *(_html("hint", html(hint)) for hint in question.hints),
        _tag("tags", _text("tag", question.topic)) if question.topic else "",
    ]
    typed = "truefalse" if question.type == "true-false" else "multichoice" if question.choices else kind[question.type]
    return _tag("question", "\n".join(filter(None, parts)), type=typed)


def _answers(question: Question) -> Iterator[str]:
    if question.type == "true-false":
        truth = question.is_true
        for said in (True, False):
            why = next((one.why for one in question.choices if one.text.casefold() == str(said).casefold()), "")
            yield _answer(str(said).lower(), 100 if said == truth else 0, html(why), "moodle_auto_format")
    elif question.choices:
        yield f"<single>{'false' if question.type == 'multiple' else 'true'}</single>"
        yield "<shuffleanswers>true</shuffleanswers>"
        yield "<answernumbering>abc</answernumbering>"
        for choice in question.choices:
            yield _answer(inline_html(choice.text), _fraction(question, choice), html(choice.why), "html")
    elif question.type == "number":
        tolerance = f"<tolerance>{question.tolerance}</tolerance>"
        yield _answer(question.answers[0], 100, "", "moodle_auto_format", tolerance)
    else:
        yield "<usecase>0</usecase>"
        for answer in question.answers:  # a star stands for any characters
            yield _answer(answer.replace("*", r"\*"), 100, "", "moodle_auto_format")


def _fraction(question: Question, choice: Choice) -> float:
    """Its share of the mark in percent, as much off for a wrong one among several right."""
    share = 100 / max(len(question.keys), 1)
    return share if choice.right else -share if question.type == "multiple" else 0


def _answer(text: str, fraction: float, feedback: str, format: str, more: str = "") -> str:
    share = f"{fraction:.5f}".rstrip("0").rstrip(".")
    inside = f"<text>{_cdata(text)}</text>{more}{_html('feedback', feedback)}"
    return f'<answer fraction="{share}" format="{format}">{inside}</answer>'


def _text(name: str, text: str) -> str:
    return f"<{name}><text>{_cdata(text)}</text></{name}>"


def _html(name: str, text: str) -> str:
    return f'<{name} format="html"><text>{_cdata(text)}</text></{name}>'


def _tag(name: str, inside: str, **attributes: str) -> str:
    given = "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())
    return f"<{name}{given}>\n{inside}\n</{name}>"


def _cdata(text: str) -> str:
    """Text as it is; the end of a section within it is split over two."""
    if not any(character in text for character in "<&>"):
        return text
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"
