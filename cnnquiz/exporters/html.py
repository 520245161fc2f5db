"""One page that needs nothing else: questions, instant verdicts with reasons and steps, by keyboard or mouse, on paper.

No framework, no font, no request: a policy in the page forbids everything but its own style and script.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Sequence
from functools import cache
from html import escape
from pathlib import Path

from cnnquiz.exporters import Question
from cnnquiz.markdown import html as html_of
from cnnquiz.markdown import inline_html
from cnnquiz.render.mathtext import characters

SUFFIX = ".html"


def losses(question: Question) -> Iterator[str]:
    """What the page's script cannot mark."""
    if question.type == "expression":
        yield "an expression in another form than the key's is wrong there"


def write(title: str, questions: Sequence[Question]) -> bytes:
    """The page."""
    style, script = _file("_page.css"), _file("_page.js")
    own = f"style-src 'sha256-{_hash(style)}'; script-src 'sha256-{_hash(script)}'"
    policy = f"default-src 'none'; {own}; base-uri 'none'; form-action 'none'"
    articles = "\n".join(_article(number, question) for number, question in enumerate(questions, 1))
    keys = "".join(f"<li>{escape(_said(question))}</li>" for question in questions)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>{escape(title)}</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>{escape(title)}</h1>
<p>Press the letter of an option, then Enter. Tab moves on.</p>
{articles}
<section class="key"><h2>Key</h2><ol>{keys}</ol></section>
<p id="score" role="status" aria-live="polite">{len(questions)} questions</p>
</main>
<script>{script}</script>
</body>
</html>
""".encode()


def _article(number: int, question: Question) -> str:
    options = _options(question)
    data = {"type": "choice" if options else question.type, "said": _said(question)}
    if options:
        data["key"] = " ".join(letter for letter, _, _, right in options if right)
    else:
        data |= {"answers": json.dumps(question.answers, ensure_ascii=False), "tolerance": question.tolerance}
    attributes = "".join(f' data-{name}="{escape(value)}"' for name, value in data.items())
    named = f'<pre role="img" aria-label="{escape(question.alt)}">{escape(question.figure)}</pre>'
    figure = named if question.figure else ""
    summaries = (f"<summary>Hint {at}</summary>{_html(hint)}" for at, hint in enumerate(question.hints, 1))
    hints = "".join(f"<details>{summary}</details>" for summary in summaries)
    explanation = f'<div class="explanation" hidden>{_html(question.explanation)}</div>' if question.explanation else ""
    return f"""<article id="{escape(question.name)}"{attributes} aria-labelledby="q{number}">
<h2 id="q{number}">Question {number}</h2>
{_html(question.stem)}{figure}
<form>{_fields(number, question)}
{hints}<button>Check</button></form>
<p class="verdict" role="status" aria-live="polite"></p>
{explanation}<button type="button" class="next" hidden>Next question</button>
</article>"""


def _fields(number: int, question: Question) -> str:
    """The options, or the line to type in."""
    options = _options(question)
    if not options:
        return f'<label>Answer <input type="text" autocomplete="off" autocapitalize="off" name="q{number}"></label>'
    kind = "checkbox" if question.type == "multiple" else "radio"
    legend = "Choose all that are right" if kind == "checkbox" else "Choose one"
    rows = ""
    for letter, text, why, _ in options:
        box = f'<input type="{kind}" name="q{number}" value="{letter}">'
        rows += f"<label>{box}<b>{letter}</b> <span>{_inline(text)}</span></label>"
        rows += f'<div class="why" hidden>{_inline(why)}</div>' if why else ""
    return f"<fieldset><legend>{legend}</legend>{rows}</fieldset>"


def _options(question: Question) -> list[tuple[str, str, str, bool]]:
    """Letter, text, why and whether it is right, of each option."""
    if question.type == "true-false" and not question.choices:
        return [("t", "True", "", question.is_true), ("f", "False", "", not question.is_true)]
    return [(one.letter, one.text, one.why, one.right) for one in question.choices]


def _said(question: Question) -> str:
    """The right answer in words."""
    right = [f"{letter}  {_characters(text)}" for letter, text, _, is_right in _options(question) if is_right]
    return "; ".join(right) or question.answers[0]


def _characters(markdown: str) -> str:
    """Markdown as plain characters."""
    parts = markdown.split("$")
    if len(parts) % 2 == 0:  # a dollar sign that opens nothing
        return markdown
    return "".join(characters(part) if at % 2 else part for at, part in enumerate(parts))


def _html(markdown: str) -> str:
    return html_of(markdown, lambda latex: f"<i>{escape(characters(latex))}</i>")


def _inline(markdown: str) -> str:
    return inline_html(markdown, lambda latex: f"<i>{escape(characters(latex))}</i>")


@cache
def _file(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
