"""What stands behind the keys of a foreign quiz: each question is read by its words, worked, and compared with its key.

A key is refuted only where the reading is sure, the key's own value is another one than follows, and either another
option holds that or all options are values of its kind and none is near. Everything that cannot be told is asserted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

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
from cnnquiz.parsers.question import question as parse
from cnnquiz.shown import display_text
from cnnquiz.solution import parts, prose_text

NOT_CARRIED = "not carried"  # what a picture would have said
_MARKS = re.compile(r"\*\*|`|\\(?=[*_`{}])")


class Judged(Struct, frozen=True):
    """A question as an item, and the verdict on its key.

    item     with the derivation that its words gave, where the key is proved or refuted and a bank's check agrees
    rule     what is wrong with a refuted key, and `message` the same in words
    """

    question: ForeignQuestion
    item: Item
    status: Literal["proved", "wrong", "asserted"]
    rule: str = ""
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
    if worked is None or worked.derived is None or worked.derived.count is None or not worked.asks_for_value:
        return Judged(question, item, "asserted")
    kept = item if worked.unmatched_words else worked.item
    if worked.derived.count_agrees and worked.key_follows:
        return Judged(question, kept, "proved")
    if worked.derived.count_agrees and worked.value_refutes_key and is_comparable(worked):
        return Judged(question, kept, "wrong", *_fault(worked))
    return Judged(question, item, "asserted")


def is_comparable(worked: WorkedItem) -> bool:
    """Whether another option holds the right value, or all that is offered has its form and none is nearly it."""
    if worked.right_letters:
        return True
    right, offered = parts(worked.right_value), list(worked.meanings.values()) or [worked.key_value]
    if any(one is None or len(parts(one)) != len(right) for one in offered):
        return False
    return not worked.options or not any(all(map(_is_near, parts(one), right)) for one in offered)


def _is_near(one: Any, right: Any) -> bool:
    """Whether a number may stand for the right one, rounded; whatever is no number may."""
    if not isinstance(one, int | Fraction) or not isinstance(right, int | Fraction):
        return True
    return 50 * abs(Fraction(one) - right) <= abs(Fraction(right))


def derivation_of(item: Item) -> Derivation | None:
    """The calculator and the givens that the words of an item name; None where that is in doubt, or more is asked."""
    texts = [option.text for option in item.choices.values()]
    try:
        reading = parse("" if NOT_CARRIED in item.stem else _MARKS.sub("", item.stem), texts)
    except Exception:  # whatever a text makes of its reader, it proves nothing, and the other questions are judged
        return None
    asked = reading.find or reading.want if reading else ()
    if reading is None or len(asked) != 1:
        return None
    given = {**reading.given, **reading.targets, **({"find": list(reading.find)} if reading.find else {})}
    return Derivation({reading.calculator: _as_written(given), "want": asked[0]})


def _as_written(value: Any) -> Any:
    """The givens as a bank has them: every scalar a text."""
    if isinstance(value, Mapping):
        return {name: _as_written(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_as_written(one) for one in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


def _fault(worked: WorkedItem) -> tuple[str, str, str, str]:
    """The rule that a key breaks, what is wrong with it, the right value, and the remedy."""
    derived, key = worked.derived, worked.keys[0]
    assert derived is not None
    letter = next(iter(worked.right_letters), "")
    slip = wrong_values.misconception_words(derived, worked.key_value, worked.item.tolerance) or convention(worked)
    right = worked.texts.get(letter, _shown(worked.right_value))
    rule = "key-wrong" if letter or not worked.options else "no-right-option"
    where = f", which is option {letter}" if letter else ", which no option holds" if worked.options else ""
    message = f"you wrote {worked.texts.get(key, key)[:60]}; it is {right[:60]}{where}{slip}"
    remedy = f"Mark option {letter} as right." if letter else f"Write {worked.right_text}."
    return rule, message, worked.right_text, f"{remedy} The steps: {wrong_values.steps(derived)}"


def _shown(value: Any) -> str:
    """A value as a reader sees it, thousands apart."""
    value = parts(value)[0] if len(parts(value)) == 1 else value
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else prose_text(value)


def convention(worked: WorkedItem) -> str:
    """The one choice, such as of a unit or of which factor comes first, under which a wrong key would be right."""
    derivation = worked.item.derivation
    assert derivation is not None and worked.derived is not None
    for quantity in worked.derived.calculator.quantities if worked.key_value is not None else ():
        for word in quantity.kind.hint.split("|") if "|" in quantity.kind.hint else ():
            given = {derivation.calculator: {**derivation.given, quantity.short: word}, "want": derivation.want}
            other = work(replace(worked.item, derivation=Derivation(given)))
            if other.key_follows:
                return f" (right with {quantity.name.replace('_', ' ')} {word})"
    return ""


def checked(path: str, form: str | None, rules: tuple[str, ...]) -> Checked:
    """A foreign quiz, checked: each question with its status, and a finding at each wrong key."""
    shown = display_text(path)
    every = list(judged(importers.read(Path(path), form)))
    items = tuple(_status(one, number) for number, one in enumerate(every, 1))
    wrong = [one for one in every if isinstance(one, Judged) and one.rule in rules]
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
    return Finding(one.rule, "error", *place, one.item.id, one.message, one.expected, one.remedy)


def excerpts(path: str, places: set[int]) -> dict[int, str]:
    """The lines of a text file at these numbers."""
    from cnnquiz import files
    from cnnquiz.importers._text import decoded

    try:
        lines = decoded(files.read_bytes(Path(path)), path).split("\n")
    except CnnquizError:
        return {}
    return {number: lines[number - 1] for number in places if number <= len(lines)}
