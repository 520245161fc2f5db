"""What the rules about keys say: the right value, who holds it, and the slip behind a wrong one."""

from __future__ import annotations

from typing import Any

from cnnquiz.answers import read_response
from cnnquiz.errors import CnnquizError
from cnnquiz.items import diagnosis
from cnnquiz.items.derivation import Work
from cnnquiz.items.worked_item import Worked
from cnnquiz.model import Choice, Variant
from cnnquiz.solution import text


def wrong(item: Worked) -> tuple[str, str]:
    """The sentence about a key that is not the derived value, and the remedy."""
    work = item.work
    assert work is not None
    key, right = item.keys[0], text(work.value)
    stated = item.texts.get(key, key)
    slip = slip_words(work, item.stated, item.item.tolerance)
    letter = next(iter(item.held or item.none_of_these), "")
    where = f", which is option {letter}" if item.held else ""
    if letter and not item.held:
        where = f", so that option {letter}, `{item.texts[letter][:60]}`, is right"
    message = f"the key says `{stated[:60]}`, but {work.want} is {right}{where}{slip}"
    remedy = f"Write `key: {letter}`." if letter else f"Write {right}."
    return message, f"{remedy} The steps: {steps(work)}"


def slip_words(work: Work, value: Any, tolerance: str = "") -> str:
    """The misconceptions that lead to a wrong value, with what they are told; empty where none does."""
    if value is None:
        return ""
    try:
        groups = list(diagnosis.explained(work.calculator, work.given, work.want, value, tolerance or None))
    except CnnquizError:
        return ""
    said = [(name, work.calculator.misconception(name)) for name in diagnosis.names(groups)[:3]]
    told = "; ".join(f"{name}: {one.say if one else ''}" for name, one in said)
    return f" ({told.rstrip('.')})" if told else ""


def steps(work: Work) -> str:
    """The derivation in one line."""
    try:
        solution = work.calculator.solve(work.given, work.want)
    except CnnquizError:
        return f"{work.want} = {text(work.value)}."
    shown = (" = ".join(p.ascii for p in (s.formula, s.substituted, s.value) if p) for s in solution.steps)
    return "; ".join(line for line in shown if line) + "."


def variant_of(item: Worked) -> Variant | None:
    """The item as it is asked; None where another rule already says that its key cannot be an answer."""
    if not any(item.keys) or any(key not in item.options for key in item.keys if item.options):
        return None
    if len(item.keys) > 1 and item.item.type != "multiple":
        return None
    choices = tuple(Choice(letter, letter, words, "") for letter, words in item.texts.items())
    given = dict(item.work.given.stated) if item.work else {}
    return Variant("", item.item, None, item.item.stem, choices, item.keys, (), "", given, "")


def key_response(item: Worked, variant: Variant) -> str | None:
    """The key as a student would type it, read by the program."""
    return read_response(variant, " ".join(item.keys) if item.options else item.keys[0])


def reason(item: Worked) -> str:
    """Why a key cannot be read."""
    kinds = {"expression": "an expression", "shape": "a shape", "number": "a number", "true-false": "true or false"}
    return f"it does not read as {kinds.get(item.item.type, 'a value')}"
