"""Aiken: a question on one line, options A. to Z. or A) to Z), then ANSWER: B.

Source: Moodle documentation, Aiken format.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from cnnquiz.importers import ForeignQuestion, Refusal
from cnnquiz.importers._made import chosen
from cnnquiz.importers._text import decoded, markdown

_OPTION = re.compile(r"\s*([A-Za-z])[.)]\s+(\S.*)")
_ANSWER = re.compile(r"\s*ANSWER:\s*([A-Za-z](?:\s*[,;&]?\s*[A-Za-z])*)\s*$")
_WHY = re.compile(r"\s*(?:FEEDBACK|EXPLANATION):\s*(.*)", re.IGNORECASE)


def sniff(name: str, head: str) -> bool:
    """Whether an answer stands on a line of its own, in capitals, below options."""
    return name.endswith((".aiken", ".txt")) and bool(re.search(r"^[A-Z][.)] .*\n+ANSWER: ?[A-Z]", head, re.MULTILINE))


def questions(data: bytes, name: str) -> Iterator[ForeignQuestion | Refusal]:
    """The questions, each ending at its answer."""
    stem, options, start, whys = list[str](), list[str](), 0, list[str]()
    made: ForeignQuestion | Refusal | None = None
    blank = False
    for number, line in enumerate(decoded(data, name).split("\n"), 1):
        option, answer, why = _OPTION.match(line), _ANSWER.match(line), _WHY.match(line)
        if why and made is not None and not stem:
            whys.append(why[1].strip())
        elif answer:
            if made is not None:
                yield _with_reason(made, whys)
            letters = [ord(one) - ord("A") for one in re.sub(r"[^A-Z]", "", answer[1].upper())]
            made = _question(start or number, stem, options, letters, number)
            stem, options, start, whys = [], [], 0, []
        elif option and stem and ord(option[1].upper()) - ord("A") == len(options):
            options.append(option[2].strip())
        elif options and blank and line.strip():
            yield from [] if made is None else [_with_reason(made, whys)]
            made, whys = Refusal(start, "no line ANSWER: follows it"), []
            stem, options, start = [line.strip()], [], number
        elif options and line.strip():
            options[-1] += " " + line.strip()
        elif line.strip():
            stem.append(line.strip())
            start = start or number
        blank = not line.strip()
    if made is not None:
        yield _with_reason(made, whys)
    if stem:
        yield Refusal(start, "no line ANSWER: follows it")


def _question(
    line: int, stem: list[str], options: list[str], key: list[int], key_line: int
) -> ForeignQuestion | Refusal:
    if not stem or len(options) < 2:
        return Refusal(line, "an answer without a question and two options above it")
    if not key or max(key) >= len(options):
        return Refusal(line, f"its answer in line {key_line} names an option that is not there")
    rights = [number in key for number in range(len(options))]
    return chosen(line, markdown("\n".join(stem)), options, rights, markdown, key_line=key_line)


def _with_reason(made: ForeignQuestion | Refusal, whys: list[str]) -> ForeignQuestion | Refusal:
    if isinstance(made, Refusal) or not whys:
        return made
    return replace(made, rationale=markdown(" ".join(whys)))
