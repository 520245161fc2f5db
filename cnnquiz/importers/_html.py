"""HTML as the Markdown of banks. One expression finds the tags, so that no text takes long, however it is broken."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator

from cnnquiz.importers._text import markdown

Token = tuple[str, str]  # "text" and its words, or a tag ("b", "/b") and what stands in it
_TAG = re.compile(r"<(/?[A-Za-z][A-Za-z0-9]*)\b([^<>]*)>|<!\[CDATA\[|\]\]>")
_ATTRIBUTE = re.compile(r"\b(alt|src)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", re.IGNORECASE)
_BLOCKS = {"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "pre", "blockquote", "section"}
_MARKS = {"b": "**", "strong": "**", "i": "*", "em": "*", "code": "`", "tt": "`", "sup": "^", "sub": "_"}
_MEDIA = ("img", "audio", "video", "object", "iframe", "svg")
_BREAKS = {"br": "\n", "li": "\n- ", "tr": "\n", "/td": " | ", "/th": " | ", "textentryinteraction": "_____"}
_OTHERS = (
    "a", "abbr", "address", "article", "big", "body", "caption", "center", "cite", "col", "colgroup", "dd", "del",
    "dl", "dt", "figcaption", "figure", "font", "footer", "head", "header", "html", "input", "ins", "kbd", "label",
    "main", "mark", "math", "meta", "mfrac", "mi", "mn", "mo", "mrow", "mspace", "msqrt", "mstyle", "msub", "msup",
    "mtable", "mtd", "mtext", "mtr", "nobr", "param", "path", "q", "s", "samp", "semantics", "small", "source", "span",
    "strike", "tbody", "tfoot", "thead", "u", "var", "wbr",
)  # fmt: skip
_KNOWN = {*_BLOCKS, *_MARKS, *_MEDIA, *_OTHERS, "br", "hr", "li", "tr", "td", "th", "script", "style"}


def text_of(source: str) -> str:
    """HTML as Markdown; images and media are named as not carried."""
    return rendered(tokens(source))


def tokens(source: str) -> Iterator[Token]:
    """The tags of HTML, and the texts between them with their entities decoded; an unknown tag is text."""
    source, place, hidden = _without_comments(source), 0, ""
    for found in _TAG.finditer(source):
        tag = (found[1] or "").lower()
        if tag and tag.lstrip("/") not in _KNOWN:
            continue
        if not hidden and found.start() > place:
            yield "text", html.unescape(source[place : found.start()])
        place = found.end()
        if tag in ("script", "style"):
            hidden = tag
        elif hidden and tag == f"/{hidden}":
            hidden = ""
        elif tag and not hidden:
            yield tag, found[2]
    if not hidden:
        yield "text", html.unescape(source[place:])


def _without_comments(source: str) -> str:
    kept, end = list[str](), 0
    while (start := source.find("<!--", end)) >= 0 and (after := source.find("-->", start)) >= 0:
        kept.append(source[end:start])
        end = after + 3
    return "".join([*kept, source[end:]])


def rendered(parts: Iterable[Token]) -> str:
    """The tokens as Markdown."""
    out, written = list[str](), False
    for tag, words in parts:
        name = tag.lstrip("/")
        if tag == "text":
            out.append(words if written else markdown(re.sub(r"\s+", " ", words)))
        elif name == "pre":
            written = tag == "pre"
            out.append("\n\n")
        elif name in _BLOCKS:
            out.append("\n\n")
        elif name in _MARKS and not written:
            out.append(_mark(out, tag, _MARKS[name]))
        elif tag in _MEDIA:
            out.append(_not_carried(tag, words))
        else:
            out.append(_BREAKS.get(tag, ""))
    return _tidy("".join(out))


def _mark(out: list[str], tag: str, mark: str) -> str:
    """The mark of an opening or closing tag; none around nothing, nor beside a blank, where it would mean nothing."""
    if mark in "^_":
        return "" if tag.startswith("/") else mark
    if not tag.startswith("/"):
        return mark
    if out and out[-1] == mark:
        out.pop()
        return ""
    if out and out[-1] != out[-1].rstrip():
        out[-1] = out[-1].rstrip()
        return f"{mark} "
    return mark


def _not_carried(tag: str, words: str) -> str:
    found = {m[1].lower(): next(filter(None, m.groups()[1:]), "") for m in _ATTRIBUTE.finditer(words[:10_000])}
    source = html.unescape(found.get("src", ""))
    name = html.unescape(found.get("alt", "")) or ("" if source.startswith("data:") else source.rpartition("/")[2])
    return f"[{'image' if tag in ('img', 'svg') else tag} not carried{f': {name[:100]}' if name else ''}]"


def _tidy(text: str) -> str:
    """Lines without blanks at their ends, with one empty line at most between them."""
    lines = (line.strip().removesuffix(" |") for line in text.replace("\N{NO-BREAK SPACE}", " ").split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
