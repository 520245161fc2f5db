"""What the rules about keys say: the right value, who holds it, and the slip behind a wrong one."""

from __future__ import annotations

from typing import Any

from cnnquiz.answers import read_response
from cnnquiz.errors import CnnquizError
from cnnquiz.items.derived_answer import DerivedAnswer, names_of
from cnnquiz.items.worked_item import WorkedItem
from cnnquiz.model import Choice, Variant
from cnnquiz.solution import text


def wrong(worked: WorkedItem) -> tuple[str, str]:
    """The sentence about a key that is not the derived value, and the remedy."""
    derived = worked.derived
    assert derived is not None
    key, right = worked.keys[0], text(derived.value)
    stated = worked.texts.get(key, key)
    slip = misconception_words(derived, worked.key_value, worked.item.tolerance)
    letter = next(iter(worked.right_letters), "")
    where = f", which is option {letter}" if worked.holders else ""
    if letter and not worked.holders:
        where = f", so that option {letter}, `{worked.texts[letter][:60]}`, is right"
    message = f"the key says `{stated[:60]}`, but {derived.want} is {right}{where}{slip}"
    remedy = f"Write `key: {letter}`." if letter else f"Write {right}."
    return message, f"{remedy} The steps: {steps(derived)}"


def misconception_words(derived: DerivedAnswer, value: Any, tolerance: str = "") -> str:
    """The misconceptions that lead to a wrong value, with what they are told; empty where none does."""
    try:
        groups = derived.misconceptions_behind(value, tolerance)
    except CnnquizError:
        return ""
    say = {one.name: one.say for group in groups for one in group}
    words = "; ".join(f"{name}: {say[name]}" for name in names_of(groups)[:3])
    return f" ({words.rstrip('.')})" if words else ""


def steps(derived: DerivedAnswer) -> str:
    """The derivation in one line."""
    try:
        solution = derived.solution
    except CnnquizError:
        return f"{derived.want} = {text(derived.value)}."
    shown = (" = ".join(p.ascii for p in (s.formula, s.substituted, s.value) if p) for s in solution.steps)
    return "; ".join(line for line in shown if line) + "."


def variant_of(worked: WorkedItem) -> Variant | None:
    """The item as it is asked; None where another rule already says that its key cannot be an answer."""
    if not any(worked.keys) or any(key not in worked.options for key in worked.keys if worked.options):
        return None
    if len(worked.keys) > 1 and worked.item.type != "multiple":
        return None
    choices = tuple(Choice(letter, letter, words, "") for letter, words in worked.texts.items())
    return Variant("", worked.item, None, worked.item.stem, choices, worked.keys, (), "", worked, "")


def key_response(worked: WorkedItem, variant: Variant) -> str | None:
    """The key as a student would type it, read by the program."""
    return read_response(variant, " ".join(worked.keys) if worked.options else worked.keys[0])


def reason(worked: WorkedItem) -> str:
    """Why a key cannot be read."""
    kinds = {"expression": "an expression", "shape": "a shape", "number": "a number", "true-false": "true or false"}
    return f"it does not read as {kinds.get(worked.item.type, 'a value')}"
