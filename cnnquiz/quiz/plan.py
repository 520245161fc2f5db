"""What one `take` asks: its plan, the items in their order, and each of them ready to be asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from msgspec import Struct, structs

from cnnquiz.bank import Loaded, fault_place
from cnnquiz.errors import CnnquizError
from cnnquiz.items import variants
from cnnquiz.items.seeded_random import SeededRandom
from cnnquiz.items.variants import Choice, Variant
from cnnquiz.model import Bank, Item
from cnnquiz.patterns import pattern
from cnnquiz.quiz.session import Open, Questions

# Options that speak of the others stay behind them; items whose options name letters keep their order.
_OF_OTHERS = pattern(
    r"\b(all|none|both|neither|any|two)\b.*\babove\b|\b(all|none|both|neither|any|two) of (these|those|them)\b"
    r"|^(none|all|neither)\W*$",
    re.IGNORECASE,
)
_OF_LETTERS = pattern(r"\b(both|options?|only) \(?[a-h]\)?(\W|$)|^\W*[a-h]\W+(and|or) \(?[a-h]\b", re.I)


class Plan(Struct, frozen=True):
    """What a session asks, as the history keeps it, so that the session can be resumed.

    order    the seed of a shuffled order; None: as printed
    seconds  the time limit
    paths    where a bank lies that was named by its path, so that `review` finds it again
    seed     the seed of fresh numbers; None: as printed
    shuffle  and those after it: the options of `take` that led to these items
    ends     when the time is up, in seconds since 1970: it runs on while the session is left
    open     what is known of the items without a reply, and which are marked, by their ids
    """

    items: list[str]
    order: int | None = None
    exam: bool = False
    seconds: float | None = None
    paths: dict[str, str] = {}
    seed: int | None = None
    shuffle: bool = False
    limit: int | None = None
    topic: str = ""
    mistakes: bool = False
    ends: float | None = None
    open: dict[str, Open] = {}


def select_items(bank: Bank, topic: str = "", only: Iterable[str] | None = None) -> list[Item]:
    """The items of a bank with that topic, among those with the ids in `only`; CnnquizError for an unknown topic."""
    ids = {item.id for item in bank.items} if only is None else set(only)
    topics = list(dict.fromkeys(item.topic for item in bank.items if item.topic))
    if topic and topic.casefold() not in [name.casefold() for name in topics]:
        there = f"its topics are {', '.join(topics)}" if topics else "its items have no topics"
        raise CnnquizError(f"{bank.id} has no topic {topic[:60]!r}: {there}")
    items = (item for item in bank.items if item.id in ids)
    return [item for item in items if not topic or item.topic.casefold() == topic.casefold()]


def arrange(bank: Bank, items: Sequence[Item], order: int | None, limit: int | None) -> list[Item]:
    """The items in the order of the seed, or as printed, and no more than the limit."""
    arranged = list(items)
    if order is not None:
        arranged = SeededRandom(bank.id, "", order, "items").shuffle(arranged)
    return arranged[:limit]


def draw(loaded: Loaded, plan: Plan) -> Questions:
    """The questions of the plan; items that have left the bank are left out.

    Taking one that cannot be drawn raises CnnquizError with its place in the bank's file.
    """
    assert loaded.bank is not None
    bank = loaded.bank
    items = [item for item in map(bank.item, plan.items) if item is not None]

    def question(item: Item) -> Variant:
        with fault_place(loaded):
            return _question(bank, item, plan)

    return Questions(items, question)


def _question(bank: Bank, item: Item, plan: Plan) -> Variant:
    """One item: with a seed its numbers and options are drawn; as printed, its options may still be shuffled."""
    variant = variants.original(bank, item) if plan.seed is None else variants.draw(bank, item, plan.seed)
    if plan.order is None or variant.seed is not None:
        return variant
    return shuffle_options(variant, SeededRandom(bank.id, item.id, plan.order, "letters"))


def shuffle_options(variant: Variant, random: SeededRandom) -> Variant:
    """The variant with its options in another order; those that speak of the others stay last."""
    if not variant.choices or any(_OF_LETTERS.search(choice.text) for choice in variant.choices):
        return variant
    last = [choice for choice in variant.choices if _speaks_of_others(variant.item, choice)]
    order = [*random.shuffle([choice for choice in variant.choices if choice not in last]), *last]
    letters = {old.letter: place.letter for old, place in zip(order, variant.choices, strict=True)}
    choices = tuple(structs.replace(choice, letter=letters[choice.letter]) for choice in order)
    key = tuple(sorted(letters.get(letter, letter) for letter in variant.key))
    return structs.replace(variant, choices=choices, key=key)


def _speaks_of_others(item: Item, choice: Choice) -> bool:
    option = item.choices.get(choice.origin)
    claim = option.claim if option else None
    return bool(_OF_OTHERS.search(choice.text)) or (claim is not None and claim.word == "none")
