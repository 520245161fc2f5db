"""Words for what an answer looks like, and for one that could not be read, the same in every kind of session."""

from __future__ import annotations

from collections.abc import Collection
from string import ascii_lowercase
from typing import Any

from cnnquiz.answers import value_of
from cnnquiz.answers.value import fits, is_ambiguous, is_list
from cnnquiz.items.variants import Variant
from cnnquiz.mathematics.rounding import decimals_asked
from cnnquiz.shown import one_line

AXES = {1: ("length",), 2: ("height", "width"), 3: ("height", "width", "channels")}
FORMS = {
    "number": "a number, such as 7600, 7,600 or 1/4",
    "expression": "an expression, such as 2*k+1",
    "true-false": "true or false",
}


def taken_letters(variant: Variant) -> Collection[str]:
    """The small letters that answer the question, and so are no keys: those of options, t and f of a statement, in an
    expression all.
    """
    if variant.item.type == "expression":
        return ascii_lowercase
    letters = {choice.letter for choice in variant.choices}
    return letters | set("tf") if variant.item.type == "true-false" else letters


def form_prompt(variant: Variant) -> str:
    """What is to be typed."""
    letters = [choice.letter for choice in variant.choices]
    if letters:
        several = variant.item.type == "multiple"
        return "Type all the letters that are right." if several else f"Type {_either(letters)}."
    how = ": one after another, or in one line" if variant.parts else ""
    each = (_short_form(one) + digits(one) for one in variant.questions)
    return f"Type {'; '.join(each)}{how}."


def digits(variant: Variant) -> str:
    """How exact an answer has to be, as its tolerance says: `, to 2 decimals`."""
    tolerance = variant.item.tolerance
    if not tolerance or variant.item.type == "expression":
        return ""
    places = decimals_asked(tolerance)
    if places is None:
        return f", give or take {tolerance}"
    return f", {'each ' * (variant.item.type == 'shape')}to {places} decimal{'s' * (places > 1)}"


def part_prompt(variant: Variant, part: Variant) -> str:
    """What one part of an item asks for, behind its number, and what is to be typed."""
    return f"{variant.parts.index(part) + 1}. {part.stem} {form_prompt(part)}"


def unreadable(variant: Variant, typed: str) -> str:
    """Why an answer could not be read, and the form that is asked for; it is not counted as wrong."""
    ambiguous = bool(variant.key) and not variant.choices and is_ambiguous(variant, typed)
    typed = one_line(typed)[:40]
    if ambiguous:
        return f"{typed!r} may be {typed.replace(',', '')} or {typed.replace(',', '.')}. Write it without a comma."
    letters = [choice.letter for choice in variant.choices]
    if letters:
        return f"{typed!r} cannot be read as an answer. Press {_either(letters)}; ? shows the keys."
    value = value_of(variant, typed) if variant.item.type in ("number", "shape") else None
    count = len(value) if isinstance(value, tuple) else int(isinstance(value, int) and not isinstance(value, bool))
    said = f"is {count} numbers" if count > 1 else "is one number" if count else "cannot be read"
    return f"{typed!r} {said}. Type {form(variant)}{digits(variant)}. It does not count; try again."


def _either(letters: list[str]) -> str:
    return f"{', '.join(letters[:-1])} or {letters[-1]}" if len(letters) > 1 else letters[0]


def length_remark(variant: Variant, response: str) -> str:
    """That a list is shorter or longer than the answer; empty where it is not."""
    if variant.choices or not is_list(variant):
        return ""
    right, value = value_of(variant, variant.key[0]), value_of(variant, response)
    return "" if fits(variant, right, value) else f"The answer has {_amount(right)}; this has {_amount(value)}."


def _amount(value: Any) -> str:
    """How many numbers there are, in words; of a matrix, how many rows."""
    if not isinstance(value, tuple) or (len(value) == 1 and not isinstance(value[0], tuple)):
        return "one number"
    if not isinstance(value[0], tuple):
        return f"{len(value)} numbers"
    widths = dict.fromkeys(len(row) for row in value)
    return f"{len(value)} row{'s' if len(value) > 1 else ''} of {' or '.join(map(str, widths))} numbers"


def form(variant: Variant) -> str:
    """What an answer looks like: a number, or height x width x channels, such as 5x5x2."""
    if variant.parts:
        return "; ".join(map(form, variant.parts))
    return FORMS.get(variant.item.type) or _size(variant)


def _short_form(variant: Variant) -> str:
    return "a number" if variant.item.type == "number" else form(variant)


def _size(variant: Variant) -> str:
    right = value_of(variant, variant.key[0])
    if is_list(variant):
        rows = isinstance(right, tuple) and isinstance(right[0], tuple)
        return "rows of numbers, such as 1 2; 3 4" if rows else "the numbers one after another, such as 3 -1"
    count = len(right) if isinstance(right, tuple) else 0
    if count not in AXES:
        return "a size such as 5x5x2"
    axes = AXES[count]
    if count == 3 and variant.given.get("layout") == "chw":
        return f"{' x '.join(axes[-1:] + axes[:-1])}, such as 2x5x5"
    return f"{' x '.join(axes)}, such as {'x'.join('552'[:count])}"
