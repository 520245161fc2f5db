"""mkdocs-quiz: ticked options between <quiz> and </quiz> on a page of Markdown, and the older <?quiz?> blocks.

Source: the documentation of mkdocs-quiz.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from textwrap import dedent

from msgspec.structs import replace

from cnnquiz.importers import ForeignQuestion, Refusal, _lettered
from cnnquiz.importers._html import text_of
from cnnquiz.importers._made import chosen, typed
from cnnquiz.importers._text import decoded
from cnnquiz.importers.markdown import words

_BEGIN = re.compile(r"\s*<(\?)?quiz\b[^<>]*\??>\s*$", re.IGNORECASE)
_END = re.compile(r"\s*<(?:\?/|/)quiz\??>\s*$", re.IGNORECASE)
_FIELD = re.compile(r"\s*(question|answer|answer-correct|content):\s*(.*)")
_BLANK = re.compile(r"\[\[([^\[\]]+)\]\]")


def sniff(name: str, head: str) -> bool:
    """Whether a quiz begins on a line of its own."""
    begins = re.search(r"^\s*<\??quiz\b[^<>\n]*>\s*$", head, re.MULTILINE)
    return begins is not None and "<?xml" not in head and "<question" not in head


def questions(data: bytes, name: str) -> Iterator[ForeignQuestion | Refusal]:
    """The questions of a page."""
    inside: list[str] | None = None
    start, old, fence = 0, False, ""
    for number, line in enumerate(decoded(data, name).split("\n"), 1):
        mark = line.strip()[:3]
        if inside is None and mark in ("```", "~~~"):
            fence = "" if fence == mark else fence or mark
        elif inside is None and (begin := _BEGIN.match(line)) and not fence:
            inside, start, old = [], number, begin[1] is not None
        elif inside is not None and _END.match(line):
            yield _older(inside, start) if old else _question(dedent("\n".join(inside)).split("\n"), start)
            inside = None
        elif inside is not None:
            inside.append(line)
    if inside is not None:
        yield Refusal(start, "this quiz is never closed")


def _question(lines: list[str], line: int) -> ForeignQuestion | Refusal:
    """A question with ticked options, or with [[blanks]], and what is said of its answer below."""
    first = next((n for n, one in enumerate(lines) if _lettered.TICKED.match(one)), None)
    if first is None:
        return _filled(lines, line)
    last = first
    draft, whys = _lettered.Draft(line, lines[:first]), list[str]()
    for number, one in enumerate(lines[first:], first):
        if ticked := _lettered.TICKED.match(one):
            draft.options.append(ticked[2].strip())
            draft.ticks.append(ticked[1] != " ")
            whys.append("")
            draft.key_line = draft.key_line or (line + 1 + number) * draft.ticks[-1]
        elif one.startswith(">") and last == number - 1:
            whys[-1] = f"{whys[-1]} {one.strip('> ')}".strip()
        elif one.startswith((" ", "\t")) and one.strip() and last == number - 1:
            draft.options[-1] += " " + one.strip()
        else:
            continue
        last = number
    draft.whys = lines[last + 1 :]
    made = _lettered.question(draft, words)
    if isinstance(made, Refusal):
        return made
    pairs = zip(made.options, whys, strict=True)
    return replace(made, options=tuple(replace(option, why=words(why)) for option, why in pairs))


def _filled(lines: list[str], line: int) -> ForeignQuestion | Refusal:
    """A question with one blank to fill in."""
    rule = next((n for n, one in enumerate(lines) if one.strip() == "---"), len(lines))
    text = "\n".join(lines[:rule])
    blanks = _BLANK.findall(text)
    if len(blanks) != 1:
        said = f"a question with {len(blanks)} blanks cannot be carried"
        return Refusal(line, said if blanks else "it has neither options nor a blank")
    return typed(line, words(_BLANK.sub("_____", text)), blanks[0].strip(), "", words("\n".join(lines[rule + 1 :])))


def _older(lines: list[str], line: int) -> ForeignQuestion | Refusal:
    """A question of named lines: question, answer, answer-correct, content."""
    fields, latest = list[tuple[str, str]](), ""
    for one in lines:
        if found := _FIELD.match(one):
            fields.append((found[1], found[2]))
            latest = found[1]
        elif latest:
            fields[-1] = latest, f"{fields[-1][1]}\n{one}"
    stem, reason = (
        text_of("\n".join(text for name, text in fields if name == wanted)) for wanted in ("question", "content")
    )
    if not stem:
        return Refusal(line, "it has no question")
    texts = [text for name, text in fields if "answer" in name]
    rights = [name == "answer-correct" for name, _ in fields if "answer" in name]
    return chosen(line, stem, texts, rights, text_of, "", reason)
