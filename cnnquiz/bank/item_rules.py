"""What the types of `model` cannot say about an item: which parts of it go together, and which must not be empty."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import msgspec

from cnnquiz.bank.validation import Path, TreeFault
from cnnquiz.model import Range
from cnnquiz.yaml_text import Unreadable, short


def faults(item: Any, path: Path) -> Iterator[TreeFault]:
    """The faults of an item as written; values of the wrong type are left to the types."""
    if not isinstance(item, dict):
        return
    if is_blank(item.get("stem")):
        yield TreeFault((*path, "stem"), "`stem` has no value", "Write `stem:` with the question.")
    yield from parts_faults(item, path)
    if isinstance(derivation := item.get("derivation"), dict):
        yield from derivation_faults(derivation, (*path, "derivation"), in_parts=bool(item.get("parts")))
    if isinstance(options := item.get("options"), dict):
        for letter, option in options.items():
            yield from option_faults(option, (*path, "options", letter))
    yield from pool_faults(item, path)
    if isinstance(vary := item.get("vary"), dict):
        for name, draw in vary.items():
            yield from draw_faults(draw, (*path, "vary", name))


def is_blank(value: Any) -> bool:
    """Whether this is a text of nothing but blanks."""
    return isinstance(value, str) and not value.strip() and not isinstance(value, Unreadable)


def parts_faults(item: dict[str, Any], path: Path) -> Iterator[TreeFault]:
    """An item of type `parts` has them, each with a question and a key of its own, and no other item has any."""
    parts, kind = item.get("parts", []), item.get("type", "single")
    if (kind == "parts") is not bool(parts):
        remedy = "Write `type: parts`." if parts else "Add `parts:` with a list of questions, or write `type: number`."
        yield TreeFault((*path, "type"), "the type `parts` and the field `parts` go together", remedy, at_name=True)
    for name in ("options", "key", "tolerance") if parts else ():
        if name in item:
            yield TreeFault((*path, name), f"`{name}` stands in each part", f"Delete `{name}`.", at_name=True)
    for index, part in enumerate(parts if isinstance(parts, list) else ()):
        place = (*path, "parts", index)
        if not isinstance(part, dict):
            continue
        if is_blank(part.get("ask")):
            yield TreeFault((*place, "ask"), "`ask` has no value", "Write `ask:` with the question.")
        if is_blank(part.get("want", "")) and is_blank(part.get("key", "")):
            said = "this part has neither a result that it wants nor a key"
            yield TreeFault(place, said, "Add `want:` with a result of the derivation, or `key:`.")
        elif part.get("want") and "derivation" not in item:
            remedy = "Add `derivation:`, or write a key and no `want`."
            yield TreeFault((*place, "want"), "`want` is a result of a derivation, which is missing", remedy)


def derivation_faults(written: dict[str, Any], path: Path, in_parts: bool) -> Iterator[TreeFault]:
    """A derivation names one calculator and says which of its results is wanted, or its item's parts say it."""
    yield from calculator_faults(written, "want", path)
    if in_parts and "want" in written:
        remedy = "Delete `want` under `derivation`."
        yield TreeFault((*path, "want"), "`want` stands in each part", remedy, at_name=True)
    if "want" not in written and not in_parts:
        yield TreeFault(path, "`derivation` does not say which result it wants", want_remedy(written), at_name=True)


def want_remedy(written: dict[str, Any]) -> str:
    """Which result a derivation can want: those of its calculator."""
    from cnnquiz import calculators

    name = next(iter(written), "")
    results = calculators.load(name).result_names if name in calculators.names() else ()
    if not results:
        return "Add `want:` under `derivation` with one of the calculator's results."
    others = f", or another of {', '.join(results)}" if len(results) > 1 else ""
    return f"Write `want: {results[0]}` under `derivation`{others}."


def option_faults(option: Any, path: Path) -> Iterator[TreeFault]:
    """An option has a text, or a slip from which its text is worked out; its claim names one calculator."""
    if isinstance(option, str):
        if is_blank(option):
            yield TreeFault(path, f"option `{short(str(path[-1]))}` has no text", no_text(path))
        return
    if not isinstance(option, dict):
        return
    if is_blank(option.get("text", "")) and not option.get("slip"):
        yield TreeFault(path, f"option `{short(str(path[-1]))}` has no text", no_text(path), at_name=True)
    claim = option.get("claim")
    if isinstance(claim, dict):
        yield from calculator_faults(claim, "holds", (*path, "claim"))
    elif is_blank(claim):
        remedy = f"Delete `claim` under `{path[-1]}`, or name a calculator."
        yield TreeFault((*path, "claim"), "`claim` has no value", remedy)


def no_text(path: Path) -> str:
    """What an option without words needs."""
    return f"Add `text:` under `{short(str(path[-1]))}`, or `slip:` with the name of a misconception."


def pool_faults(item: dict[str, Any], path: Path) -> Iterator[TreeFault]:
    """A pool belongs to an item with one right option; each of its options has words of its own and a claim."""
    pool, options = item.get("pool"), item.get("options")
    if not isinstance(pool, list) or not pool:
        return
    if not isinstance(options, dict) or item.get("type", "single") != "single":
        remedy = "Delete `pool`, or give the item `options` and no other `type`."
        yield TreeFault((*path, "pool"), "a pool belongs to an item with one right option", remedy, at_name=True)
        return
    for letter, option in options.items():
        if not (isinstance(option, dict) and option.get("claim")):
            said = "an item with a pool has a claim in every option"
            remedy = f"Add `claim:` under `{short(letter)}`, or delete `pool`."
            yield TreeFault((*path, "options", letter), said, remedy)
    known = [option.get("text") if isinstance(option, dict) else option for option in options.values()]
    for index, option in enumerate(pool):
        place = (*path, "pool", index)
        if not isinstance(option, dict):
            continue
        yield from option_faults(option, place)
        words, claim = option.get("text", ""), option.get("claim")
        if not isinstance(claim, dict):
            remedy = "Write `claim: {linear: 2*x}`, say: a calculator with its givens."
            yield TreeFault(place, "an option of a pool has a claim, which decides whether it is right", remedy)
        if words in known:
            yield TreeFault((*place, "text"), "two options say the same", "Say something else in `text`.", at_name=True)
        known.append(words)


def calculator_faults(written: dict[str, Any], aside: str, path: Path) -> Iterator[TreeFault]:
    """One calculator is named, no more and no fewer, and the word beside it is text."""
    names = [name for name in written if name != aside]
    if not names:
        remedy = f"Delete this `{path[-1]}`, or name a calculator with its givens."
        yield TreeFault(path, f"`{path[-1]}` names no calculator", remedy, at_name=True)
    for name in names[1:]:
        said = f"`{path[-1]}` holds one calculator and `{aside}`; `{short(name)}` is one too many"
        yield TreeFault((*path, name), said, f"Delete `{short(name)}` under `{path[-1]}`.", at_name=True)
    word = written.get(aside, "-")
    if is_blank(word) or not isinstance(word, str):
        remedy = f"Add `{aside}:` under `{path[-1]}` with text."
        yield TreeFault((*path, aside), f"`{aside}` must be text", remedy)


def draw_faults(draw: Any, path: Path) -> Iterator[TreeFault]:
    """A given is drawn from a list or from a range, not from both, and neither is empty."""
    if not isinstance(draw, dict):
        return
    if ("choice" in draw) == ("range" in draw):
        said = f"`{short(str(path[-1]))}` is drawn from a `choice` or from a `range`"
        name = short(str(path[-1]))
        one_of_them = f"Delete `range` under `{name}`, or `choice`."
        remedy = one_of_them if "choice" in draw else f"Write `choice: [1, 2]` under `{name}`, say."
        yield TreeFault(path, said, remedy, at_name=True)
    leave_out = f"Delete `{path[-1]}` under `vary`, or write other values."
    if draw.get("choice") == []:
        yield TreeFault((*path, "choice"), "this choice is empty", leave_out)
    limits = draw.get("range")
    with suppress(msgspec.ValidationError):  # which the types tell
        first, last, step = (*msgspec.convert(limits, Range, strict=False), 1)[:3]
        if last < first or step < 1:
            yield TreeFault((*path, "range"), f"this range is empty: {first} to {last} by {step}", leave_out)
