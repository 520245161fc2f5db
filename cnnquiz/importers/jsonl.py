"""JSON Lines, or one JSON list: text or question, options or choices, answer or key.

An answer is an option's letter, its words, or its number. Whether numbers count from 0 or from 1 must follow from
the file itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cnnquiz.importers import ForeignQuestion, Refusal
from cnnquiz.importers._made import chosen, typed
from cnnquiz.importers._text import decoded, said, values
from cnnquiz.importers.markdown import words

STEM = ("question", "text", "stem", "prompt")
OPTIONS = ("options", "choices")
KEY = ("answer", "key", "correct_answer", "correctAnswer", "correct", "answer_index", "answerIndex", "correctIndex")
REASON = ("explanation", "rationale", "feedback", "reason")
NAME = ("id", "title", "name")


def sniff(name: str, head: str) -> bool:
    """Whether objects with a question and an answer begin here."""
    names = ("|".join(each) for each in (STEM, KEY))
    own = all(re.search(rf'"(?:{each})"\s*:', head) for each in names)
    return head.lstrip()[:1] in ("{", "[") and own and '"answers"' not in head and '"items"' not in head


def questions(data: bytes, name: str) -> Iterator[ForeignQuestion | Refusal]:
    """One question for each object."""
    found = [(line, value) for line, value in values(decoded(data, name), name)]
    first = first_number([value for _, value in found if isinstance(value, dict)])
    for line, value in found:
        yield _question(value, line, first) if isinstance(value, dict) else Refusal(line, "this is no JSON object")


def first_number(found: list[dict[str, Any]]) -> int | None:
    """The number of the first option, 0 or 1; None where no answer of the file tells."""
    pairs = [(_field(one, KEY), _options(one)) for one in found]
    numbers = [(key, len(options)) for key, options in pairs if type(key) is int and str(key) not in options]
    zero, one = any(key == 0 for key, _ in numbers), any(key == most for key, most in numbers)
    return None if zero is one else int(one)


def _field(value: dict[str, Any], names: tuple[str, ...]) -> Any:
    return next((value[name] for name in names if name in value), None)


def _options(value: dict[str, Any]) -> list[str]:
    """The options in order; those of a mapping of letters by their letters."""
    written = _field(value, OPTIONS)
    if isinstance(written, dict):
        letters = sorted(written)
        return [said(written[letter]) for letter in letters] if all(len(one) == 1 for one in letters) else []
    listed = written if isinstance(written, list) else []
    return [said(_field(one, ("text", "answer", "option")) if isinstance(one, dict) else one) for one in listed]


def _question(value: dict[str, Any], line: int, first: int | None) -> ForeignQuestion | Refusal:
    stem, name, options = words(said(_field(value, STEM))), said(_field(value, NAME)), _options(value)
    key, reason = _field(value, KEY), words(said(_field(value, REASON)))
    if not stem or key is None or key == "":
        return Refusal(line, "no answer is given" if stem else "it has no question", name)
    if not options:
        return typed(line, stem, said(key), name, reason, said(value.get("tolerance")))
    found = {index_of(one, options, first) for one in (key if isinstance(key, list) else [key])}
    rights = [number in found and None not in found for number in range(len(options))]
    return chosen(line, stem, options, rights, words, name, reason)


def index_of(key: Any, options: list[str], first: int | None) -> int | None:
    """Which option a key names: by its words, its letter or its number; None where that is not clear."""
    written = said(key)
    if options.count(written) == 1:
        return options.index(written)
    letter = re.fullmatch(r"\(?([A-Za-z])[.)]?(?:\s.*)?", written, re.DOTALL)
    number = ord(letter[1].lower()) - ord("a") if letter else None
    if number is None and type(key) is int and first is not None:
        number = key - first
    if number is None:
        bare = re.fullmatch(r"(\d{1,2})", written) if first is not None else None
        number = int(bare[1]) - (first or 0) if bare else None
    return number if number is not None and 0 <= number < len(options) else None
