"""The Markdown of banks as lines: `*em*`, `**strong**`, `` `code` ``, `$mathematics$`, lists, paragraphs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rich.text import Text

from cnnquiz.markdown import parser
from cnnquiz.patterns import pattern
from cnnquiz.render.console import Screen
from cnnquiz.render.layout import NOTHING, hang
from cnnquiz.render.typeset import with_letters
from cnnquiz.shown import clean

_MARKUP = pattern(r"[\\`*_$\n]|^\s*(?:[-+]|\d+[.)])\s")
_SENTENCE_END = pattern(r"(?<=[.!?])\s+(?=[A-Z])|\n\n")
_LONGEST = 100_000
_MOST_FORMULAS = 200  # of one text; what follows is left in LaTeX


def inline(screen: Screen, markdown: str, style: str = "") -> Text:
    """A run of Markdown as styled text; what looks like markup of another kind is only text."""
    text = clean(markdown)[:_LONGEST]
    if not _MARKUP.search(text):
        return screen.text(with_letters(screen, text), style)
    [run] = parser().parseInline(text)
    return _text_of(screen, run.children or [], style)


def prose(screen: Screen, markdown: str, first: Text | str = "", style: str = "") -> list[Text]:
    """Markdown as wrapped lines; `first` stands before the first line, the others begin below its end."""
    lead = first if isinstance(first, Text) else Text(first)
    lines: list[Text] = []
    for close, bullet, text in _blocks(screen, clean(markdown).strip()[:_LONGEST], style):
        start = Text.assemble(lead if not lines else " " * lead.cell_len, bullet)
        block = hang(screen, text, start)
        lines += block if close or not lines else [NOTHING, *block]
    return lines


def _blocks(screen: Screen, markdown: str, style: str) -> Iterator[tuple[bool, str, Text]]:
    """Each paragraph or list entry: whether it follows the last without an empty line, its bullet, its words."""
    if markdown and not _MARKUP.search(markdown):  # plain words need no parser, whose import takes a while
        yield False, "", screen.text(with_letters(screen, markdown), style)
        return
    end, bullet = 0, ""
    for token in parser().parse(markdown) if markdown else ():
        if token.type == "list_item_open":
            bullet = f"{token.info or screen.pick('•', '-')}{'.' if token.info else ''} "
        elif token.type == "inline":
            begin, below = token.map or (0, 0)
            yield begin == end > 0, bullet, _text_of(screen, token.children or [], style)
            end, bullet = below, ""


def _text_of(screen: Screen, tokens: Sequence[Any], style: str) -> Text:
    """The words of the tokens, each in the styles of the marks around it."""
    text, starts, formulas = Text(style=style), list[int](), 0
    for token in tokens:
        if token.nesting > 0:
            starts.append(len(text))
        elif token.nesting < 0:
            text.stylize(token.tag, starts.pop())
        elif token.type == "math":
            from cnnquiz.render.mathtext import characters

            formulas += 1
            text.append(screen.plain(characters(token.content) if formulas <= _MOST_FORMULAS else token.content))
        else:
            words = " " if token.type.endswith("break") else token.content
            code = token.tag == "code"
            text.append(screen.plain(words if code else with_letters(screen, words)), "code" if code else "")
    return text


def first_sentence(markdown: str) -> str:
    """The first sentence of a text; a point inside a formula or a piece of code ends none."""
    for end in _SENTENCE_END.finditer(markdown):
        head = markdown[: end.start()]
        if head.count("$") % 2 == 0 and head.count("`") % 2 == 0:
            return head
    return markdown
