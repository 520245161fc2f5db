"""A question of a foreign quiz as an item of a bank: its id, its type, its texts without placeholders."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container
from fractions import Fraction

from cnnquiz.importers import ForeignOption, ForeignQuestion, Refusal
from cnnquiz.items.placeholders import names_between_braces
from cnnquiz.mathematics.values import read_tolerance, read_value
from cnnquiz.model import Item, ItemType, Option
from cnnquiz.shown import clean

LETTERS = "abcdefghijklmnopqrstuvwxyz"
LONGEST_ID = 48


def item_of(question: ForeignQuestion, taken: Container[str] = ()) -> Item | Refusal:
    """The question as an item under an id that is not taken; a refusal where no type of answer holds its key."""
    name = free_id(question, taken)
    stem, rationale = prose(question.stem), prose(question.rationale)
    if question.options:
        kind: ItemType = question.type if question.type in ("multiple", "true-false") else "single"
        rights = [letter for letter, one in zip(LETTERS, question.options, strict=False) if one.right]
        if not rights or (len(rights) > 1 and kind != "multiple"):
            why = "several options are each the right one, which cannot be carried" if rights else "no option is right"
            return Refusal(question.line, why, question.name, question.member)
        options = {letter: _option(one) for letter, one in zip(LETTERS, question.options, strict=False)}
        key: str | list[str] = rights if kind == "multiple" else rights[0]
        return Item(name, stem, type=kind, options=options, key=key, rationale=rationale)
    values = {read_value(answer): answer for answer in reversed(question.answers)}
    values.pop(None, None)
    if len(values) != 1:
        many = "several numbers are each right" if values else "its answer is words, which are not marked"
        return Refusal(question.line, f"{many}; give it options", question.name, question.member)
    value, written = next(iter(values.items()))
    kind = "shape" if isinstance(value, tuple) else "true-false" if isinstance(value, bool) else "number"
    tolerance = question.tolerance.strip() if kind == "number" else ""
    if tolerance and (not isinstance(value, int | Fraction) or read_tolerance(tolerance) is None):
        return Refusal(question.line, f"its tolerance cannot be read: {tolerance[:40]}", question.name, question.member)
    return Item(name, stem, type=kind, key=clean(written).strip(), tolerance=tolerance, rationale=rationale)


def _option(one: ForeignOption) -> str | Option:
    text, why = prose(one.text), prose(one.why)
    return Option(text=text, why=why) if why else text


def prose(text: str) -> str:
    """A text as a bank may hold it: what can be seen of it, and no braces that would be filled."""
    shown = "\n".join(line.rstrip() for line in clean(text).strip().split("\n"))
    for name in dict.fromkeys(names_between_braces(shown)):
        shown = re.sub(rf"(?<!\\)\{{{re.escape(name)}\}}", rf"\\{{{name}\\}}", shown)
    return shown


def free_id(question: ForeignQuestion, taken: Container[str]) -> str:
    """An id made of the title, or of the question's first words; numbered where it is taken."""
    base = slug(question.name) or slug(question.stem) or "question"
    numbered = (f"{base}-{number}" for number in range(2, 100_000))
    return base if base not in taken else next(name for name in numbered if name not in taken)


def slug(text: str) -> str:
    """The first words of a text as an id."""
    plain = unicodedata.normalize("NFKD", text[:500]).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain)
    while len("-".join(words)) > LONGEST_ID and len(words) > 1:
        words.pop()
    return "-".join(words)[:LONGEST_ID]
