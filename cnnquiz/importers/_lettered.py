"""Questions as people write them into a text: a stem, lettered or ticked options, `Answer: b`, an explanation."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from cnnquiz.importers import ForeignQuestion, Refusal
from cnnquiz.importers._made import chosen, typed

_OPTION = re.compile(r"\s*(?:[-*+]\s+)?[*_]{0,2}\(?([A-Za-z])[.):][)*_]{0,3}\s+(\S.*)")
TICKED = re.compile(r"\s*[-*+]\s+\[([ xX])\]\s*(.*)")
_BEFORE, _COLON = r"[\s>#*_+-]{0,20}", r"[\s*_]{0,9}[:=][\s*_]{0,9}"
_LABEL = (
    rf"{_BEFORE}(?:the )?(?:correct |right )?(?:answers?|ans|solution|correct(?: (?:option|choice))?)(?: key)?(?: is)?"
)
_ANSWER = re.compile(rf"{_LABEL}(?:{_COLON}| is (?=\(?[a-z]\)?[.\s]*$))(.*)", re.IGNORECASE)
_HEADING = re.compile(rf"{_LABEL}[\s*_]{{0,9}}$", re.IGNORECASE)
_WHY = re.compile(rf"{_BEFORE}(?:explanation|rationale|reason(?:ing)?|why|feedback){_COLON}(.*)", re.IGNORECASE)
_NUMBERED = re.compile(
    r"\s*(?:#{1,6}\s+)?[*_]{0,2}(?:(?:question|quiz|exercise|q)[\s.#]{0,5}\d{1,4}[a-z]?|\d{1,4})[\s*_]{0,5}[.):\]-]?"
    r"[*_]{0,2}(?:\s+|$)(.*)", re.IGNORECASE,
)  # fmt: skip
_LISTED = re.compile(r"\s*\d{1,4}[.)]\s")
_TITLE = re.compile(r"\s*#{1,6}\s+(.*)")
_TAG = re.compile(r"</?(?:details|summary|br|p|b|strong|i|em)\b[^<>]*>", re.IGNORECASE)
_INLINE = re.compile(r"(?:^|\s)\(?([a-hA-H])[.)]\s+")
_LETTERS = re.compile(r"[*_(\s]*([A-Za-z](?:\s*(?:,|;|&|and)\s*[A-Za-z])*)(?:[.):,*_\s]|$)(.*)", re.DOTALL)


@dataclass
class Draft:
    """A question while its lines are read."""

    line: int = 0
    stem: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    ticks: list[bool] = field(default_factory=list)
    answer: list[str] = field(default_factory=list)
    whys: list[str] = field(default_factory=list)
    key_line: int = 0
    open: str = "stem"  # what the next line goes on with

    @property
    def asks(self) -> bool:
        """Whether it is a question at all, and not a paragraph between two."""
        return bool(self.options or self.key_line)


def drafts(text: str) -> Iterator[Draft]:
    """The questions of a text, each ending where the next begins."""
    draft, blank, fenced = Draft(), False, False
    for number, line in enumerate(text.split("\n"), 1):
        bare = _TAG.sub(" ", line) if "<" in line else line
        fenced ^= bare.lstrip().startswith("```")
        if not bare.strip():
            blank = blank or not line.strip()
            draft.stem += [""] if draft.open == "stem" and draft.stem else []
            continue
        if not fenced and _begins(draft, bare, blank):
            if draft.asks:
                yield draft
            draft = Draft(number)
        _add(draft, bare.rstrip(), number, fenced, blank)
        blank = False
    if draft.asks:
        yield draft


def _begins(draft: Draft, line: str, blank: bool) -> bool:
    """Whether a line begins another question than the one that is read."""
    ended = (bool(draft.key_line) and draft.open != "heading") or any(draft.ticks)
    if _ANSWER.match(line) or _HEADING.match(line) or _WHY.match(line):
        return False
    if _OPTION.match(line) or TICKED.match(line) or (draft.asks and line.lstrip().startswith("```")):
        return False
    if _LISTED.match(line) and draft.stem and not draft.asks and _holds_lists(draft.stem[0], line):
        return False
    if _TITLE.match(line) or _NUMBERED.match(line):
        return blank or draft.open != "why" or _TITLE.match(line) is not None
    return blank and (ended or (not draft.asks and not draft.line))


def _holds_lists(first: str, line: str) -> bool:
    """Whether a numbered line is of a list in a stem that begins so: set in, or below a heading of its own number."""
    numbered = _NUMBERED.match(first)
    heading = first.lstrip().startswith("#") and numbered is not None and bool(numbered[1].strip())
    return heading or (numbered is not None and _indent(line) > _indent(first))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _add(draft: Draft, line: str, number: int, fenced: bool, blank: bool) -> None:
    """Put a line where it belongs."""
    answer, heading, why = _ANSWER.match(line), _HEADING.match(line), _WHY.match(line)
    ticked = TICKED.match(line)
    option = None if ticked else _OPTION.match(line)
    if fenced or not draft.stem:
        draft.line = draft.line or number
    fenced = fenced or line.lstrip().startswith("```")
    if fenced and draft.open == "option":
        draft.options[-1] += "\n" + line
    elif fenced:
        (draft.stem if draft.open == "stem" else draft.whys).append(line)
    elif ticked and not draft.key_line and len(draft.ticks) == len(draft.options):
        draft.options.append(ticked[2].strip())
        draft.ticks.append(ticked[1] != " ")
        draft.open = "option"
    elif option and not draft.key_line and draft.stem and _follows(draft, option[1]):
        draft.options += _inline(line) or [option[2].strip()]
        draft.open = "option"
    elif (answer or heading) and (draft.stem or draft.options) and not draft.answer:
        draft.answer += [answer[1]] if answer and answer[1].strip(" *_") else []
        draft.key_line, draft.open = number, "why" if draft.answer else "heading"
    elif draft.open == "heading":
        draft.answer.append(line.strip())
        draft.open = "why"
    elif why and (draft.key_line or draft.ticks):
        draft.whys.append(why[1])
        draft.open = "why"
    elif draft.open == "why":
        draft.whys.append(line.strip())
    elif draft.open == "option" and not blank:
        draft.options[-1] += " " + line.strip()
    elif draft.open == "option":
        draft.whys.append(line.strip())
        draft.open = "why"
    elif not draft.ticks and (inline := _inline(line)):
        draft.options += inline
        draft.open = "option"
    else:
        draft.stem.append(line)


def _follows(draft: Draft, letter: str) -> bool:
    return not draft.ticks and ord(letter.lower()) - ord("a") == len(draft.options)


def _inline(line: str) -> list[str]:
    """The options of a line that holds several: a) 3  b) 4."""
    marks = list(_INLINE.finditer(line))
    letters = "".join(mark[1].lower() for mark in marks)
    if len(marks) < 2 or not "abcdefgh".startswith(letters) or line[: marks[0].start()].strip(" -*"):
        return []
    ends = [mark.start() for mark in marks[1:]] + [len(line)]
    return [line[mark.end() : end].strip(" ;,") for mark, end in zip(marks, ends, strict=True)]


def questions(text: str, words: Callable[[str], str] = str.strip) -> Iterator[ForeignQuestion | Refusal]:
    """The questions of a text; `words` makes Markdown of each of its texts."""
    for draft in drafts(text):
        yield question(draft, words)


def question(draft: Draft, words: Callable[[str], str] = str.strip) -> ForeignQuestion | Refusal:
    """A draft as a question."""
    first = _NUMBERED.match(draft.stem[0]) if draft.stem else None
    title = _TITLE.match(draft.stem[0]) if draft.stem else None
    lines = [*([first[1]] if first else [title[1]] if title else draft.stem[:1]), *draft.stem[1:]]
    name = ""
    asks = first is not None or lines[0].rstrip("*_ ").endswith(("?", ":")) if lines else False
    if title and not asks and any(one.strip() for one in lines[1:]):
        name, lines = lines[0].strip(" *_:"), lines[1:]
    stem = words("\n".join(one.strip("*_ ") if n == 0 and one.count("**") == 1 else one for n, one in enumerate(lines)))
    if not stem:
        return Refusal(draft.line, "options or an answer without a question above them", name)
    answer = " ".join(draft.answer).strip()
    reason = words("\n".join(draft.whys))
    key_line = draft.key_line or draft.line
    if not answer and not any(draft.ticks):
        return Refusal(draft.line, "no answer is given", name)
    if not draft.options:
        return typed(draft.line, stem, answer.strip("*_ "), name, reason, "", key_line)
    rights = draft.ticks if any(draft.ticks) else _rights(answer, draft.options)
    return chosen(draft.line, stem, draft.options, rights, words, name, reason, key_line)


def _rights(answer: str, options: list[str]) -> list[bool]:
    """Which options an answer names, by their letters or by their words; none where the two disagree."""
    plain = [_bare(one) for one in options]
    if _bare(answer) in plain:
        return [one == _bare(answer) for one in plain]
    found = _LETTERS.match(answer)
    if found is None:
        return [False] * len(options)
    letters = {ord(one) - ord("a") for one in re.findall(r"\b[a-z]\b", found[1].lower())}
    rest = _bare(found[2])
    if rest in plain and letters != {plain.index(rest)}:
        return [False] * len(options)
    return [number in letters and max(letters) < len(options) for number in range(len(options))]


def _bare(text: str) -> str:
    return " ".join(text.casefold().replace("*", " ").replace("`", " ").split()).strip(" .)(:_-–—")
