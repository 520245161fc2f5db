"""What rules say about a wrong key: the right value, the option that holds it, and the misconception behind it."""

from __future__ import annotations

from typing import Any

from cnnquiz.errors import CnnquizError
from cnnquiz.items.derived_answer import DerivedAnswer, names_of
from cnnquiz.items.worked_item import WorkedItem
from cnnquiz.solution import text


def message_and_remedy(worked: WorkedItem) -> tuple[str, str]:
    """The sentence about a key that is not the derived value, and the remedy."""
    derived = worked.derived
    assert derived is not None
    key, right = worked.keys[0], worked.right_text
    stated = worked.texts.get(key, key)
    slip = misconception_words(derived, worked.key_value, worked.item.tolerance)
    letter = next(iter(worked.right_letters), "")
    where = f", which is option {letter}" if worked.holders else ""
    if letter and not worked.holders:
        where = f", so that option {letter}, `{worked.texts[letter][:60]}`, is right"
    wanted = f"{'not ' * worked.is_denied}{derived.want}"
    message = f"the key says `{stated[:60]}`{slip}, but {wanted} is {right}{where}"
    remedy = f"Write `key: {letter}`." if letter else f"Write `{key}: {right}` under `options`."
    remedy = remedy if worked.options else f"Write `key: {right}`."
    if worked.agreement and worked.agreement.disagreements:
        remedy = "First make the stem and the derivation agree."
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
