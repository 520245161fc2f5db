"""GIFT, Moodle's questions as text: {=right ~wrong}, {T}, {#3.14:0.01}.

Source: Moodle documentation, GIFT format.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from cnnquiz.importers import ForeignOption, ForeignQuestion, Kind, Refusal
from cnnquiz.importers._html import text_of
from cnnquiz.importers._made import truth_options
from cnnquiz.importers._text import decoded, markdown, truth

_ESCAPE = re.compile(r"\\([\\~=#{}:nN])")
_HELD = 0xE000  # escaped characters wait as private ones until the marks have been read
_FORM = re.compile(r"\s*\[(html|moodle|plain|markdown)\]", re.IGNORECASE)
_TITLE = re.compile(r"\s*::(.*?)::", re.DOTALL)
_ANSWER = re.compile(r"([=~])(?:\s*%(-?[\d.]+)%)?([^=~]*)")
_TRUTH = re.compile(r"\s*(T|TRUE|F|FALSE)\s*(?:#(.*))?", re.DOTALL)
_BLOCK = re.compile(r"(?:[^\n]*\S[^\n]*\n?)+")


def sniff(name: str, head: str) -> bool:
    """Whether answers stand in braces, or the file's name says so."""
    marked = re.search(r"^::[^\n]{0,200}::|^[^\n{]{3,500}\{\s*(?:[=~#]|T\}|F\}|TRUE\}|FALSE\})", head, re.MULTILINE)
    return name.endswith(".gift") or (name.endswith(".txt") and marked is not None)


def questions(data: bytes, name: str) -> Iterator[ForeignQuestion | Refusal]:
    """The questions, an empty line between each two; comments and categories are none."""
    lines = decoded(data, name).split("\n")
    text = "\n".join("\x00" if line.lstrip().startswith("//") else line for line in lines)
    for block in _BLOCK.finditer(text):
        kept = [line for line in block[0].split("\n") if line != "\x00"]
        before = next((n for n, line in enumerate(block[0].split("\n")) if line.strip("\x00 \t")), 0)
        words = "\n".join(line for line in kept if not line.startswith("$CATEGORY:")).strip()
        if words:
            yield _question(words, text.count("\n", 0, block.start()) + before + 1)


def _question(words: str, line: int) -> ForeignQuestion | Refusal:
    words = _ESCAPE.sub(lambda found: "\n" if found[1] in "nN" else chr(_HELD + ord(found[1])), words)
    title = _TITLE.match(words)
    name = _plain(title[1]) if title else ""
    body = words[title.end() :] if title else words
    form = _FORM.match(body)
    body = body[form.end() :] if form else body
    start, end = body.find("{"), body.rfind("}")
    if start < 0 or end < start:
        why = "the braces are never closed" if start >= 0 else "it has no answers in braces"
        return Refusal(line, why, name)
    if "{" in body[start + 1 : end] or "}" in body[start + 1 : end]:
        return Refusal(line, "it has several answers in braces, or an empty line is missing behind it", name)
    after = body[end + 1 :].strip()
    stem = f"{body[:start].rstrip()} {'_____ ' + after if after else ''}".strip()
    key_line = line + words[: len(words) - len(body) + start].count("\n")
    marks = form[1].lower() if form else "moodle"
    asked = ForeignQuestion(line, _said(stem, marks), "single", name=name)
    return _answered(body[start + 1 : end], asked, marks, key_line)


def _answered(inside: str, asked: ForeignQuestion, form: str, line: int) -> ForeignQuestion | Refusal:
    """The question with what stands in its braces."""
    inside, _, general = inside.partition("####")
    rationale = _said(general, form)
    if not inside.strip():
        return Refusal(asked.line, "an essay, without a key, cannot be carried", asked.name)
    if found := _TRUTH.fullmatch(inside):
        whys = [_said(one, form) for one in (found[2] or "").split("#")] + ["", ""]
        right = bool(truth(found[1]))
        pair = truth_options(right, (whys[right], whys[not right]))
        return _filled(asked, "true-false", pair, (), "", rationale, line)
    if inside.lstrip().startswith("#"):
        return _numerical(inside.lstrip()[1:], asked, rationale, line)
    if "->" in inside:
        return Refusal(asked.line, "a matching question cannot be carried", asked.name)
    places = [found.start() for found in _ANSWER.finditer(inside)]
    found_all = [(mark, share, *_parted(text)) for mark, share, text in _ANSWER.findall(inside)]
    if not found_all:
        return Refusal(asked.line, "the answers in braces begin with neither = nor ~", asked.name)
    if all(mark == "=" for mark, _, _, _ in found_all):
        answers = tuple(_plain(text) for _, share, text, _ in found_all if not share or _share(share) >= 99)
        return _filled(asked, "short", (), answers, "", rationale or _said(found_all[0][3], form), line)
    equal = [mark == "=" or _share(share) >= 99 for mark, share, _, _ in found_all]
    rights = equal if any(equal) else [_share(share) > 0 for _, share, _, _ in found_all]
    if any(mark == "=" for mark, _, _, _ in found_all) and sum(rights) > 1:
        return Refusal(asked.line, "several options are each the right one, which cannot be carried", asked.name)
    options = tuple(
        ForeignOption(_said(text, form), right, _said(why, form))
        for (_, _, text, why), right in zip(found_all, rights, strict=True)
    )
    line += inside.count("\n", 0, places[rights.index(True)] if True in rights else 0)
    return _filled(asked, "single" if any(equal) else "multiple", options, (), "", rationale, line)


def _numerical(inside: str, asked: ForeignQuestion, rationale: str, line: int) -> ForeignQuestion | Refusal:
    """One number with its tolerance, or the one that is worth all of several."""
    found = [(share, text) for _, share, text in _ANSWER.findall(inside)] or [("", inside)]
    best = next((text for share, text in found if not share or _share(share) >= 99), found[0][1])
    value, why = _parted(best)
    low, dots, high = value.partition("..")
    number, _, tolerance = value.partition(":")
    if dots:
        try:
            ends = Fraction(low.strip()), Fraction(high.strip())
        except (ValueError, ZeroDivisionError):
            return Refusal(asked.line, "the range of its answer cannot be read", asked.name)
        number, tolerance = (repr(float(one)) for one in (sum(ends) / 2, abs(ends[1] - ends[0]) / 2))
    answer = number.strip().removesuffix(".0")
    width = "" if not tolerance.strip(" 0.") else tolerance.strip()
    return _filled(asked, "number", (), (answer,), width, rationale or _said(why, ""), line)


def _filled(
    asked: ForeignQuestion, kind: Kind, options: tuple[ForeignOption, ...], answers: tuple[str, ...],
    tolerance: str, rationale: str, key_line: int,
) -> ForeignQuestion | Refusal:
    if options and not any(one.right for one in options):
        return Refusal(asked.line, "no answer is marked as right", asked.name)
    return ForeignQuestion(
        asked.line, asked.stem, kind, options, answers, tolerance, asked.name, rationale, key_line,
    )  # fmt: skip


def _parted(text: str) -> tuple[str, str]:
    """An answer and the feedback behind it."""
    answer, _, why = text.partition("#")
    return answer.strip(), why.strip()


def _share(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _plain(text: str) -> str:
    """The text with its escaped characters as they are meant."""
    return "".join(chr(ord(c) - _HELD) if _HELD <= ord(c) < _HELD + 128 else c for c in text).strip()


def _said(text: str, form: str) -> str:
    """A text of the file in its format, as Markdown."""
    words = _plain(text)
    if form in ("html", "moodle") and re.search(r"</?[a-z]\w*[^<>]*>|&#?\w+;", words, re.IGNORECASE):
        return text_of(words)
    return words if form == "markdown" else markdown(words)
