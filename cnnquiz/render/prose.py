"""The Markdown of banks as lines: `*em*`, `**strong**`, `` `code` ``, `$mathematics$`, lists, paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.text import Text

from cnnquiz.render.console import Screen
from cnnquiz.render.layout import hang, paragraphs
from cnnquiz.render.safe import clean

# As in Pandoc: `$` opens before a character that is no blank and closes behind one, with no digit after it,
# so that "from $5 to $6" stays what it says.
_INLINE = re.compile(
    r"\\(?P<escape>[\\`*_$\[\]{}#.!-])"
    r"|(?P<ticks>`+)(?P<code>.+?)(?P=ticks)"
    r"|\$(?P<math>(?! )(?:\\.|[^$\\])+?)(?<! )\$(?!\d)"
    r"|\*\*(?P<strong>(?! ).+?)(?<! )\*\*"
    r"|(?<!\w)__(?P<strong_>(?! ).+?)(?<! )__(?!\w)"
    r"|\*(?P<em>(?![ *]).+?)(?<![ *])\*(?![\w*])"
    r"|(?<!\w)_(?P<em_>(?![ _]).+?)(?<![ _])_(?!\w)",
    re.DOTALL,
)
_BULLET = re.compile(r"\s*(?:[-*+]|(\d{1,3})[.)])\s+")
_LONGEST = 20_000


def inline(screen: Screen, markdown: str, style: str = "") -> Text:
    """A run of Markdown as styled text; what looks like markup of another kind is only text."""
    text = clean(markdown)[:_LONGEST]
    whole = Text(style=style)
    end = 0
    for match in _INLINE.finditer(text):
        whole.append(screen.plain(text[end : match.start()]))
        whole.append_text(_piece(screen, match))
        end = match.end()
    whole.append(screen.plain(text[end:]))
    return whole


def _piece(screen: Screen, match: re.Match[str]) -> Text:
    """What one mark of Markdown means."""
    found = {name: value for name, value in match.groupdict().items() if value is not None}
    if math := found.get("math"):
        from cnnquiz.render.mathtext import characters

        return screen.text(characters(math))
    if code := found.get("code"):
        return screen.text(code, "code")
    name, inner = found.popitem()
    if name == "escape":
        return screen.text(inner)
    return inline(screen, inner, name.rstrip("_"))


def prose(screen: Screen, markdown: str, first: Text | str = "", style: str = "") -> list[Text]:
    """Markdown as wrapped lines; `first` stands before the first line, the others begin below its end."""
    lead = first if isinstance(first, Text) else Text(first)
    lines: list[Text] = []
    for tight, bullet, body in _blocks(clean(markdown)):
        mark = Text(f"{screen.pick('•', '-') if bullet == '-' else bullet} ") if bullet else Text()
        start = Text.assemble(lead if not lines else " " * lead.cell_len, mark)
        block = hang(screen, inline(screen, body, style), start)
        lines = [*lines, *block] if tight else paragraphs([lines, block])
    return lines


def _blocks(markdown: str) -> Iterator[tuple[bool, str, str]]:
    """Each paragraph or list entry: whether it follows closely on the last, its bullet, its words."""
    tight, bullet, words = False, "", list[str]()
    for line in [*markdown.strip().split("\n"), ""]:
        match = _BULLET.match(line)
        if words and (match or not line.strip()):
            yield tight, bullet, " ".join(words)
            tight, bullet, words = bool(line.strip()), "", []
        if match:
            bullet, words = (f"{match[1]}." if match[1] else "-"), [line[match.end() :].strip()]
        elif line.strip():
            words.append(line.strip())
