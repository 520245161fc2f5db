"""What stands behind the keys of a foreign quiz: each question is read by its words, worked, and compared with its key.

A key is refuted only where the reading is sure, another option holds the value that follows, and the key's own value is
another one. Everything that cannot be told is asserted.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from cnnquiz import importers
from cnnquiz.checks import wrong_values
from cnnquiz.checks.report import Checked, CheckedItem
from cnnquiz.errors import CnnquizError
from cnnquiz.importers import ForeignQuestion, Refusal
from cnnquiz.items.foreign_item import item_of
from cnnquiz.items.worked_item import WorkedItem, work
from cnnquiz.model import Derivation, Finding, Item
from cnnquiz.shown import display_text

RULE = "key-wrong"


class Judged(Struct, frozen=True):
    """A question as an item, and the verdict on its key.

    item     with the derivation that its words gave, where the key is proved or refuted
    message  what is wrong with a refuted key
    """

    question: ForeignQuestion
    item: Item
    status: Literal["proved", "wrong", "asserted"]
    message: str = ""
    expected: str = ""
    remedy: str = ""


def judged(found: list[ForeignQuestion | Refusal]) -> Iterator[Judged | Refusal]:
    """The questions of a file, each as an item of its own id, judged; or refused."""
    taken = set[str]()
    for one in found:
        item = item_of(one, taken) if isinstance(one, ForeignQuestion) else one
        if isinstance(item, Refusal) or isinstance(one, Refusal):
            yield item if isinstance(item, Refusal) else Refusal(one.line, "")
            continue
        taken.add(item.id)
        yield verdict(one, item)


def verdict(question: ForeignQuestion, item: Item) -> Judged:
    """The verdict on one key."""
    derivation = derivation_of(item)
    worked = work(replace(item, derivation=derivation)) if derivation else None
    if worked is None or worked.derived is None or not worked.derived.count_agrees or not worked.asks_for_value:
        return Judged(question, item, "asserted")
    if worked.key_follows:
        return Judged(question, worked.item, "proved")
    if worked.value_refutes_key and (worked.right_letters or not worked.options):
        return Judged(question, worked.item, "wrong", *_fault(worked))
    return Judged(question, item, "asserted")


def derivation_of(item: Item) -> Derivation | None:
    """The calculator and the givens that the words of an item name; None where that is in doubt."""
    return None


def _fault(worked: WorkedItem) -> tuple[str, str, str]:
    """What is wrong with a key, the right value, and the remedy."""
    derived, key = worked.derived, worked.keys[0]
    assert derived is not None
    letter = next(iter(worked.right_letters), "")
    slip = wrong_values.misconception_words(derived, worked.key_value, worked.item.tolerance)
    right = worked.texts.get(letter, worked.right_text)
    where = f", which is option {letter}" if letter else ""
    message = f"you wrote {worked.texts.get(key, key)[:60]}; it is {right[:60]}{where}{slip}"
    remedy = f"Mark option {letter} as right." if letter else f"Write {worked.right_text}."
    return message, worked.right_text, f"{remedy} The steps: {wrong_values.steps(derived)}"


def checked(path: str, form: str | None, rules: tuple[str, ...]) -> Checked:
    """A foreign quiz, checked: each question with its status, and a finding at each wrong key."""
    shown = display_text(path)
    every = list(judged(importers.read(Path(path), form)))
    items = tuple(_status(one, number) for number, one in enumerate(every, 1))
    wrong = [one for one in every if isinstance(one, Judged) and one.status == "wrong" and RULE in rules]
    findings = tuple(_finding(shown, one) for one in wrong)
    places = {one.line for one in findings if one.path == shown}
    return Checked(shown, items, findings, excerpts=excerpts(path, places) if places else {})


def _status(one: Judged | Refusal, number: int) -> CheckedItem:
    if isinstance(one, Judged):
        return CheckedItem(one.item.id, one.status, one.message, f"line {one.question.line}")
    why = f"not read: {one.why}"
    return CheckedItem(one.name or f"question-{number}", "asserted", why, f"line {one.line}, {why}")


def _finding(shown: str, one: Judged) -> Finding:
    question = one.question
    path = f"{shown}/{display_text(question.member)}" if question.member else shown
    place = (path, question.key_line or question.line, 1)
    return Finding(RULE, "error", *place, one.item.id, one.message, one.expected, one.remedy)


def excerpts(path: str, places: set[int]) -> dict[int, str]:
    """The lines of a text file at these numbers."""
    from cnnquiz import files
    from cnnquiz.importers._text import decoded

    try:
        lines = decoded(files.read_bytes(Path(path)), path).split("\n")
    except CnnquizError:
        return {}
    return {number: lines[number - 1] for number in places if number <= len(lines)}
