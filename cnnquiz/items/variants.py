"""From an item to what is asked: as printed, or with new numbers and options drawn from a seed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from itertools import combinations
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from cnnquiz.errors import CnnquizError, ItemFault
from cnnquiz.items import families
from cnnquiz.items.derived_answer import DerivedAnswer, Group
from cnnquiz.items.placeholders import fill
from cnnquiz.items.seeded_random import SeededRandom
from cnnquiz.items.worked_item import WorkedItem, work
from cnnquiz.model import Bank, Item, Option
from cnnquiz.solution import TOO_LONG, Solution, parts, text

FARTHEST = 100  # a distractor is at most so many times larger or smaller than the key
LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Choice(Struct, frozen=True):
    """One option of a variant as it is shown: its letter on the screen and in the bank, and its words.

    `misconceptions` are the names of those that lead to it; the key has none.
    """

    letter: str
    origin: str
    text: str
    why: str
    misconceptions: tuple[str, ...] = ()


class Variant(Struct, frozen=True):
    """An item ready to be asked: every placeholder filled, options in their order on the screen.

    `seed` is None for the item as printed. `key` holds the letters on the screen of the right options, or,
    for an item answered by typing, the right value as text; those of several parts, each a variant of its own, are
    joined by semicolons. `given` are the derivation's givens as drawn.
    """

    bank: str
    item: Item
    seed: int | None
    stem: str
    choices: tuple[Choice, ...]
    key: tuple[str, ...]
    hints: tuple[str, ...]
    rationale: str
    worked: WorkedItem
    parts: tuple[Variant, ...] = ()

    @property
    def questions(self) -> tuple[Variant, ...]:
        """Its parts; itself where it has none."""
        return self.parts or (self,)

    @property
    def given(self) -> Mapping[str, Any]:
        """The givens of the derivation: those that were drawn, or the bank's."""
        return self.worked.given

    @property
    def own_rationale(self) -> str:
        """The rationale; with drawn numbers its first paragraph: what follows tells of the printed ones."""
        return self.rationale if self.seed is None else self.rationale.split("\n\n")[0]

    @property
    def content_hash(self) -> str:
        """The hash of the item's revision."""
        return content_hash(self.item)


def original(bank: Bank, item: Item) -> Variant:
    """The item as the course printed it: its own givens, its options in their order.

    Raises ItemFault where they cannot be worked.
    """
    with _fault_context(item):
        return _original(bank, item)


def draw(bank: Bank, item: Item, seed: int, answers: families.Answers | None = None) -> Variant:
    """The item's variant of that seed; an item that is no family stays as printed, without a seed.

    The givens, the choice of distractors and the order of the options each have a random source of their own.
    answers  those of the family that are known already

    Raises ItemFault where no givens can be drawn.
    """
    with _fault_context(item):
        if item.pool:
            return _from_pool(bank, item, seed)
        return _from_seed(bank, item, seed, answers) if item.comes_in_variants else _original(bank, item)


@contextmanager
def _fault_context(item: Item) -> Iterator[None]:
    """Turn a fault in the block into an ItemFault, which names the item."""
    try:
        yield
    except CnnquizError as fault:
        raise ItemFault(item.id, str(fault)) from None


def _original(bank: Bank, item: Item) -> Variant:
    return _as_worked(bank, item, work(item, layout=bank.layout, source=bank.source), None)


def _as_worked(bank: Bank, item: Item, worked: WorkedItem, seed: int | None) -> Variant:
    """The item with its options as they are, and the keys that it states, or else those that follow."""
    if worked.derivation_faults and not worked.is_overdue:
        raise CnnquizError(worked.derivation_faults[0].message)
    asks = [fill(part.question, worked.values) for part in item.parts]
    parts = tuple(
        replace(_as_worked(bank, one.item, one, seed), stem=ask) for ask, one in zip(asks, worked.parts, strict=True)
    )
    key = worked.keys
    if parts:
        key = ("; ".join(one.key[0] for one in parts),)
    elif worked.derived and not item.options and key == ("",):
        key = (worked.right_text,)
    choices = tuple(
        Choice(letter, letter, _text(worked, letter), fill(option.why, worked.values), option.misconceptions)
        for letter, option in worked.options.items()
    )
    return _variant(bank, item, worked, seed, choices, key, parts)


def _text(worked: WorkedItem, letter: str) -> str:
    """An option's text, which must not be empty or hold an unknown placeholder."""
    words = worked.texts[letter]
    if not words:
        raise CnnquizError(f"the slip {' and '.join(worked.options[letter].misconceptions)} gives no value here")
    return fill(words, worked.values)


def _from_seed(bank: Bank, item: Item, seed: int, answers: families.Answers | None) -> Variant:
    given, derived = families.draw(item, SeededRandom(bank.id, item.id, seed, "given"), bank.layout, answers)
    if item.parts:
        unanswered = replace(item, parts=[replace(part, key="" if part.want else part.key) for part in item.parts])
        return _as_worked(bank, item, work(unanswered, given, bank.layout, source=bank.source), seed)
    if not item.options:
        right = WorkedItem(item, given, derived).right_text
        worked = WorkedItem(replace(item, key=right), given, derived, source=item.source or bank.source)
        return _variant(bank, item, worked, seed, (), (right,))
    drawn = _options(WorkedItem(item, given, derived), derived, SeededRandom(bank.id, item.id, seed, "options"))
    asked = replace(item, options={one.origin: Option(one.text) for one in drawn})
    order = SeededRandom(bank.id, item.id, seed, "order").shuffle(drawn)
    choices = tuple(
        Choice(letter, one.origin, one.text, one.why, one.misconceptions)
        for letter, one in zip(LETTERS, order, strict=False)
    )
    key = tuple(choice.letter for choice in choices if choice.origin in item.keys)
    worked = WorkedItem(asked, given, derived, source=item.source or bank.source)
    return _variant(bank, item, worked, seed, choices, key)


def _from_pool(bank: Bank, item: Item, seed: int) -> Variant:
    """As many options as are printed, one of them right: drawn from these and from the pool, their claims decided.

    "None of these" stays, as the last one, and may be right.
    """
    from cnnquiz.items.claims import answers_in_pool  # what decides claims is not needed to ask other items

    every, answers = answers_in_pool(item)
    chance = SeededRandom(bank.id, item.id, seed, "options")
    others = [letter for letter in item.options if letter not in answers]
    count = len(item.options) - len(others)
    rights, wrongs = ([letter for letter, one in answers.items() if one is wanted] for wanted in (True, False))
    has_right = not others or chance.below(count + 1) < count
    chosen = chance.shuffle(rights)[:has_right]
    chosen += chance.shuffle(wrongs)[: count - len(chosen)]
    if len(chosen) < count or not (others or rights):
        raise CnnquizError(f"the pool has {len(rights)} right and {len(wrongs)} wrong options, too few of one kind")
    origins = SeededRandom(bank.id, item.id, seed, "order").shuffle(chosen) + others
    key = next((origin for origin in origins if answers.get(origin)), others[-1] if others else "")
    asked = replace(item, options={origin: every[origin] for origin in origins}, key=key, pool=[])
    drawn = _original(bank, asked)
    choices = tuple(replace(one, letter=letter) for letter, one in zip(LETTERS, drawn.choices, strict=False))
    return replace(drawn, item=item, seed=seed, choices=choices, key=(LETTERS[origins.index(key)],))


def _variant(
    bank: Bank, item: Item, worked: WorkedItem, seed: int | None, choices: tuple[Choice, ...], key: tuple[str, ...],
    parts: tuple[Variant, ...] = (),
) -> Variant:  # fmt: skip
    values = worked.values
    return Variant(
        bank=bank.id,
        item=item,
        seed=seed,
        stem=fill(item.stem, values) + "\n" * bool(parts) + "".join(f"\n{n}. {p.stem}" for n, p in enumerate(parts, 1)),
        choices=choices,
        key=key,
        hints=tuple(fill(hint, values) for hint in item.hints),
        rationale=fill(item.rationale, values),
        worked=worked,
        parts=parts,
    )


def _options(worked: WorkedItem, derived: DerivedAnswer, chance: SeededRandom) -> list[Choice]:
    """The key with its new value, distractors of the misconceptions that options name, others for the rest."""
    taken = [derived.value]
    found: dict[str, Choice] = {}
    for letter, option in worked.options.items():
        is_key = letter in worked.keys
        value = derived.value if is_key else derived.wrong_value(option.misconceptions)
        if is_key or (value is not None and value not in taken):
            taken.append(value)
            why = fill(option.why, worked.values)
            found[letter] = Choice("", letter, text(value), why, option.misconceptions)
    spare = _distractors(derived, chance, taken)
    for letter in worked.options:
        if letter not in found and (one := next(spare, None)) is not None:
            group, value = one
            names = tuple(each.name for each in group)
            found[letter] = Choice("", letter, text(value), " ".join(each.say for each in group), names)
    return [found[letter] for letter in worked.options if letter in found]


def _distractors(derived: DerivedAnswer, chance: SeededRandom, taken: list[Any]) -> Iterator[tuple[Group, Any]]:
    """Wrong values by misconceptions in random order, alone and then in pairs, each unlike all before."""
    alone = chance.shuffle(derived.calculator.distractors)
    for group in [*((one,) for one in alone), *combinations(alone, 2)]:
        value = derived.wrong_value_of(group)
        if value is not None and value not in taken and _is_near(value, taken[0]):
            taken.append(value)
            yield group, value


def _is_near(value: Any, right: Any) -> bool:
    """Whether a wrong value is of a believable size."""
    pairs = list(zip(parts(value), parts(right), strict=False))
    if not all(isinstance(v, int | Fraction) and isinstance(r, int | Fraction) for v, r in pairs):
        return True
    return all(v * FARTHEST >= r and v <= r * FARTHEST for v, r in pairs)


def solution_of(variant: Variant) -> Solution | None:
    """The steps to the key; None for an item without a derivation, or with one that cannot be written out."""
    if variant.worked.is_overdue:
        return Solution("", "", {}, {}, (TOO_LONG,), {})
    derived = [one.worked.derived for one in variant.questions if one.worked.derived]
    try:
        each = [one.solution for one in derived]
    except CnnquizError:
        return None
    if len(each) < 2:
        return each[0] if each else None
    steps = {replace(step, of=""): step for one in reversed(each) for step in reversed(one.steps)}
    symbols = {letter: meaning for one in each for letter, meaning in one.symbols.items()}
    answer = tuple(name for one in each for name in one.answer)
    return replace(each[0], steps=tuple(steps.values())[::-1], answer=answer, symbols=symbols)


def misconceptions_behind(variant: Variant, value: Any) -> list[Group]:
    """The misconceptions that lead to a wrong value, alone or two together."""
    derived = variant.worked.derived
    return derived.misconceptions_behind(value, variant.item.tolerance) if derived else []


def work_ahead(variants: Iterable[Variant]) -> None:
    """Work what a verdict needs before it is asked for, so that its imports are done in time."""
    for variant in variants:
        solution_of(variant)
        variant.worked.status  # noqa: B018


def content_hash(item: Item) -> str:
    """A short hash of what is asked and what is right: it tells an item's revisions apart.

    Stem, options' texts, key, derivation and family count; whys, hints and notes may be mended freely.
    """
    import hashlib  # slow, and needed when an answer is saved, not when a question is asked

    derivation = item.derivation.written if item.derivation else None
    asked = (
        item.type, item.stem, [(letter, option.text) for letter, option in item.choices.items()], item.keys,
        derivation, sorted((name, draw.choice, draw.range) for name, draw in item.vary.items()), item.where,
        *(one for one in (item.parts, item.pool) if one),
    )  # fmt: skip
    return hashlib.sha256(repr(asked).encode()).hexdigest()[:12]
