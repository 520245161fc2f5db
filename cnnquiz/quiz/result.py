"""What comes of a quiz: its replies as the history keeps them, and its result.

Letters on the screen follow the order shown; what is kept and reported is in the bank's own letters.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct

from cnnquiz.items.variants import Variant
from cnnquiz.model import Attempt, Mark
from cnnquiz.quiz.session import SKIPPED, Reply, Session


class ItemResult(Struct, frozen=True):
    """The reply to one item; `asked`: the item was on the screen."""

    variant: Variant
    reply: Reply
    asked: bool = True

    @property
    def id(self) -> str:
        """The item's id."""
        return self.variant.item.id

    @property
    def mark(self) -> Mark:
        """The verdict on the reply."""
        return self.reply.mark

    @property
    def key(self) -> str:
        """The key, with letters as on the screen."""
        return " ".join(self.variant.key)

    def as_json(self) -> dict[str, Any]:
        """The item as the JSON contract has it, in the bank's letters."""
        return {
            "id": self.id,
            "seed": self.variant.seed,
            "response": bank_letters(self.variant, self.reply.response),
            "key": bank_letters(self.variant, self.key),
            "correct": self.mark.verdict == "right",
            "score": _number(self.mark.score),
            "misconception": "+".join(self.mark.misconceptions) or None,
            "seconds": self.reply.seconds,
        }


class QuizResult(Struct, frozen=True):
    """The result of a session; `late`: the time was up before its end."""

    bank: str
    rows: tuple[ItemResult, ...]
    late: bool = False

    @property
    def score(self) -> float:
        """The sum of the scores; an item is worth 1."""
        return sum(row.mark.score for row in self.rows)

    @property
    def percent(self) -> float:
        """The score in percent of the highest possible."""
        return 100 * self.score / len(self.rows) if self.rows else 0.0

    @property
    def answers(self) -> int:
        """How many items have an answer; a skipped one has none."""
        return sum(row.mark.verdict != "skipped" for row in self.rows)

    def topics(self) -> list[tuple[str, float, int]]:
        """Each topic with its score and its number of items, in the order of the items."""
        groups: dict[str, list[float]] = {}
        for row in self.rows:
            groups.setdefault(row.variant.item.topic, []).append(row.mark.score)
        return [(name, sum(scores), len(scores)) for name, scores in groups.items()]

    def as_json(self) -> dict[str, Any]:
        """The JSON contract's document."""
        items = [row.as_json() for row in self.rows]
        return {"bank": self.bank, "score": _number(self.score), "max_score": len(self.rows), "items": items}


def _number(value: float) -> int | float:
    return int(value) if value == int(value) else round(value, 4)


def quiz_result(session: Session, bank: str) -> QuizResult:
    """The result of a session; an item without a reply scores as skipped, and may not have been asked at all."""
    pairs = zip(session.variants, session.replies, strict=True)
    rows = (
        ItemResult(variant, reply or Reply("", SKIPPED), reply is not None or place <= session.reached)
        for place, (variant, reply) in enumerate(pairs)
    )
    return QuizResult(bank, tuple(rows), late=session.end == "time-up")


def attempt(
    session: str, variant: Variant, reply: Reply, time: str, version: str, mode: str = "take"
) -> Attempt:
    """A reply as the history keeps it; `time` is UTC in ISO 8601, `version` the program's."""
    return Attempt(
        session=session,
        bank=variant.bank,
        item=variant.item.id,
        topic=variant.item.topic,
        content_hash=variant.content_hash,
        seed=variant.seed,
        response=bank_letters(variant, reply.response),
        key=bank_letters(variant, " ".join(variant.key)),
        verdict=reply.mark.verdict,
        score=reply.mark.score,
        misconception="+".join(reply.mark.misconceptions) or None,
        hints=reply.hints,
        seconds=reply.seconds,
        time=time,
        version=version,
        mode=mode,
    )


def replies(variants: Sequence[Variant], attempts: Iterable[Attempt]) -> tuple[Reply | None, ...]:
    """The replies that a session's attempts hold; None where an item has none, or was edited since."""
    latest = {(kept.item, kept.content_hash): kept for kept in attempts}
    pairs = ((variant, latest.get((variant.item.id, variant.content_hash))) for variant in variants)
    return tuple(_reply(variant, kept) if kept else None for variant, kept in pairs)


def _reply(variant: Variant, kept: Attempt) -> Reply:
    misconceptions = tuple(kept.misconception.split("+")) if kept.misconception else ()
    mark = Mark(kept.verdict, kept.score, misconceptions)
    return Reply(screen_letters(variant, kept.response), mark, kept.hints, kept.seconds)


def bank_letters(variant: Variant, response: str) -> str:
    """A response with the bank's letters in place of those on the screen."""
    return _with_letters(response, {choice.letter: choice.origin for choice in variant.choices})


def screen_letters(variant: Variant, response: str) -> str:
    """A response with the letters on the screen in place of the bank's."""
    return _with_letters(response, {choice.origin: choice.letter for choice in variant.choices})


def _with_letters(response: str, letters: dict[str, str]) -> str:
    return " ".join(sorted(letters.get(word, word) for word in response.split())) if letters else response
