"""What one `take` asks and what comes of it: the plan, the order, the replies kept and found again, the result.

Letters on the screen follow the order shown; what is kept and reported is in the bank's own letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct, structs

from cnnquiz.errors import CnnquizError
from cnnquiz.items import variants
from cnnquiz.items.seeded_random import SeededRandom
from cnnquiz.model import Attempt, Bank, Choice, Item, Mark, Variant
from cnnquiz.quiz.session import SKIPPED, Reply, Session

# Options that speak of the others stay behind them; items whose options name letters keep their order.
_OF_OTHERS = re.compile(
    r"\b(all|none|both|neither|any|two)\b.*\babove\b|\b(all|none|both|neither|any|two) of (these|those|them)\b"
    r"|^(none|all|neither)\W*$",
    re.IGNORECASE,
)
_OF_LETTERS = re.compile(r"\b(both|options?|only) \(?[a-h]\)?(\W|$)|^\W*[a-h]\W+(and|or) \(?[a-h]\b", re.I)


class Plan(Struct, frozen=True):
    """How a session was asked for, so that it can be gone on with. `order` is the seed of a shuffled one,
    `seed` that of fresh numbers; None: as printed. From `shuffle` on: the wishes that led to the items.

    `paths` says where a bank lies that was named by its path, so that `review` finds it again.
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


class Row(Struct, frozen=True):
    """One item of the result, in the bank's letters; `shown` and `shown_key` with those on the screen."""

    id: str
    topic: str
    seed: int | None
    response: str
    key: str
    mark: Mark
    seconds: float | None
    shown: str = ""
    shown_key: str = ""
    asked: bool = True


class Result(Struct, frozen=True):
    """What a session came to; `late`: the time was up before its end."""

    bank: str
    rows: tuple[Row, ...]
    late: bool = False

    @property
    def score(self) -> float:
        """The sum of the scores; an item is worth 1."""
        return sum(row.mark.score for row in self.rows)

    @property
    def percent(self) -> float:
        """The score in percent of the most there is."""
        return 100 * self.score / len(self.rows) if self.rows else 0.0

    @property
    def answered(self) -> int:
        """How many items have an answer; a skipped one has none."""
        return sum(row.mark.verdict != "skipped" for row in self.rows)

    def topics(self) -> list[tuple[str, float, int]]:
        """Each topic with its score and its number of items, in the order of the items."""
        names = dict.fromkeys(row.topic for row in self.rows)
        groups = ((name, [row for row in self.rows if row.topic == name]) for name in names)
        return [(name, sum(row.mark.score for row in rows), len(rows)) for name, rows in groups]

    def as_json(self) -> dict[str, Any]:
        """The JSON contract's document."""
        items = [row_json(each) for each in self.rows]
        return {"bank": self.bank, "score": _number(self.score), "max_score": len(self.rows), "items": items}


def row_json(row: Row) -> dict[str, Any]:
    """One item as the JSON contract has it."""
    return {
        "id": row.id,
        "seed": row.seed,
        "response": row.response,
        "key": row.key,
        "correct": row.mark.verdict == "right",
        "score": _number(row.mark.score),
        "misconception": "+".join(row.mark.misconceptions) or None,
        "seconds": row.seconds,
    }


def _number(value: float) -> int | float:
    return int(value) if value == int(value) else round(value, 4)


def chosen(bank: Bank, topic: str = "", only: Iterable[str] | None = None) -> list[Item]:
    """The items of a bank with that topic, among those named."""
    wanted = set(only) if only is not None else {item.id for item in bank.items}
    topics = list(dict.fromkeys(item.topic for item in bank.items if item.topic))
    if topic and topic.casefold() not in [name.casefold() for name in topics]:
        there = f"its topics are {', '.join(topics)}" if topics else "its items have no topics"
        raise CnnquizError(f"{bank.id} has no topic {topic[:60]!r}: {there}")
    fits = (item for item in bank.items if item.id in wanted)
    return [item for item in fits if not topic or item.topic.casefold() == topic.casefold()]


def ordered(bank: Bank, items: Sequence[Item], order: int | None, limit: int | None) -> list[Item]:
    """The items in the order of the seed, or as printed, and no more than the limit."""
    mixed = list(items)
    if order is not None:
        mixed = SeededRandom(bank.id, "", order, "items").shuffle(mixed)
    return mixed[:limit]


def shuffled(variant: Variant, chance: SeededRandom) -> Variant:
    """The variant with its options in another order; those that speak of the others stay last."""
    if not variant.choices or any(_OF_LETTERS.search(choice.text) for choice in variant.choices):
        return variant
    tied = [choice for choice in variant.choices if _speaks_of_others(variant.item, choice)]
    free = chance.shuffle([choice for choice in variant.choices if choice not in tied])
    letters = [choice.letter for choice in variant.choices]
    moved = [structs.replace(c, letter=letter) for letter, c in zip(letters, [*free, *tied], strict=True)]
    new = {old.letter: choice.letter for old, choice in zip([*free, *tied], moved, strict=True)}
    key = tuple(sorted(new[letter] for letter in variant.key))
    return structs.replace(variant, choices=tuple(moved), key=key)


def _speaks_of_others(item: Item, choice: Choice) -> bool:
    option = item.choices.get(choice.origin)
    claim = option.claim if option else None
    return bool(_OF_OTHERS.search(choice.text)) or (claim is not None and claim.word == "none")


def prepared(bank: Bank, plan: Plan) -> tuple[Variant, ...]:
    """What the plan asks, ready to be asked; items that have left the bank are left out."""
    return tuple(_prepared(bank, item, plan) for item in map(bank.item, plan.items) if item is not None)


def _prepared(bank: Bank, item: Item, plan: Plan) -> Variant:
    """One item: with a seed its numbers and options are drawn; as printed, its options may still be mixed."""
    variant = variants.original(bank, item) if plan.seed is None else variants.draw(bank, item, plan.seed)
    if plan.order is None or variant.seed is not None:
        return variant
    return shuffled(variant, SeededRandom(bank.id, item.id, plan.order, "letters"))


def in_bank_letters(variant: Variant, response: str) -> str:
    """A response with the bank's letters in place of those on the screen."""
    origins = {choice.letter: choice.origin for choice in variant.choices}
    return " ".join(sorted(origins.get(word, word) for word in response.split())) if origins else response


def on_screen(variant: Variant, response: str) -> str:
    """A response with the letters on the screen in place of the bank's."""
    letters = {choice.origin: choice.letter for choice in variant.choices}
    return " ".join(sorted(letters.get(word, word) for word in response.split())) if letters else response


def attempt(
    session: str, variant: Variant, reply: Reply, time: str, version: str, mode: str = "take"
) -> Attempt:
    """A reply as the history keeps it."""
    return Attempt(
        session=session,
        bank=variant.bank,
        item=variant.item.id,
        topic=variant.item.topic,
        content_hash=variant.content_hash,
        seed=variant.seed,
        response=in_bank_letters(variant, reply.response),
        key=in_bank_letters(variant, " ".join(variant.key)),
        verdict=reply.mark.verdict,
        score=reply.mark.score,
        misconception="+".join(reply.mark.misconceptions) or None,
        hints=reply.hints,
        seconds=reply.seconds,
        time=time,
        version=version,
        mode=mode,
    )


def replies(asked: Sequence[Variant], attempts: Iterable[Attempt]) -> tuple[Reply | None, ...]:
    """The replies that a session's attempts hold; one to an item that was edited since does not stand."""
    latest = {(kept.item, kept.content_hash): kept for kept in attempts}
    found = ((variant, latest.get((variant.item.id, variant.content_hash))) for variant in asked)
    return tuple(_reply(variant, kept) if kept else None for variant, kept in found)


def _reply(variant: Variant, kept: Attempt) -> Reply:
    slips = tuple(kept.misconception.split("+")) if kept.misconception else ()
    mark = Mark(kept.verdict, kept.score, slips)
    return Reply(on_screen(variant, kept.response), mark, kept.hints, kept.seconds)


def result(session: Session, bank: str) -> Result:
    """The result of a session; what has no reply scores as skipped, and may not have been asked at all."""
    pairs = zip(session.variants, session.replies, strict=True)
    rows = (row(variant, reply, place <= session.reached) for place, (variant, reply) in enumerate(pairs))
    return Result(bank, tuple(rows), late=session.end == "time-up")


def row(variant: Variant, reply: Reply | None, seen: bool = True) -> Row:
    """One item of a result."""
    asked, reply = seen or reply is not None, reply or Reply("", SKIPPED)
    return Row(
        id=variant.item.id,
        topic=variant.item.topic,
        seed=variant.seed,
        response=in_bank_letters(variant, reply.response),
        key=in_bank_letters(variant, " ".join(variant.key)),
        mark=reply.mark,
        seconds=reply.seconds,
        shown=reply.response,
        shown_key=" ".join(variant.key),
        asked=asked,
    )
