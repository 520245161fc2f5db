"""One `review`: what is due, found again in its banks, asked with fresh numbers, and what comes next."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from functools import cache, partial
from typing import Any

from msgspec import Struct

from cnnquiz import __version__
from cnnquiz.bank import figure_text
from cnnquiz.errors import CnnquizError, ItemFault
from cnnquiz.history import History, scheduling
from cnnquiz.history.scheduling import Card
from cnnquiz.items import variants
from cnnquiz.items.seeded_random import SeededRandom
from cnnquiz.items.worked_solution import work_ahead, worked_out
from cnnquiz.model import Bank, Item, Variant
from cnnquiz.quiz import plan
from cnnquiz.quiz.session import End, Reply, Session, play, start
from cnnquiz.render import console, input_events, keys
from cnnquiz.render.quiz import Desk, Reader
from cnnquiz.sessions.bank_locator import BankLocator

SEEDS = 1_000_000
DAYS, MOST_DAYS = 7, 21  # of the forecast: a week, or up to the exam


class ReviewOptions(Struct, frozen=True):
    """What the command line asked for."""

    limit: int | None = None
    until: date | None = None
    json: bool = False


class Unaskable(CnnquizError):
    """A question whose numbers cannot be drawn any more; `card` is the one to pass over."""

    def __init__(self, card: Card, why: str) -> None:
        super().__init__(why)
        self.card = card


class ReviewQueue(Sequence[Variant]):
    """The questions, each drawn when it comes up: the first need not wait for the last."""

    def __init__(self, cards: Sequence[Card], shelf: BankLocator, history: History) -> None:
        self.cards = cards
        self._draw = cache(partial(_drawn, shelf, history))

    def __len__(self) -> int:
        return len(self.cards)

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return [self._draw(card) for card in self.cards[at]]
        return self._draw(self.cards[at])


def _drawn(shelf: BankLocator, history: History, card: Card) -> Variant:
    """The card's question; its seed is new with every attempt, and the same until the next."""
    bank, item = shelf.item(card.bank, card.item)
    seed = SeededRandom(card.bank, card.item, history.times_asked(card.bank, card.item), "review").below(SEEDS)
    try:
        return variants.draw(bank, item, seed)
    except ItemFault as fault:
        raise Unaskable(card, fault.why) from None


class Forecast(Struct, frozen=True):
    """What is due now, when the next item comes, how many come today, tomorrow, and so on, and all cards."""

    due: int
    next: datetime | None
    days: tuple[int, ...]
    cards: tuple[Card, ...]


def forecast(history: History, now: datetime, until: date | None) -> Forecast:
    """What the schedule brings from now on."""
    cards = tuple(history.planned(until))
    later = [card.due for card in cards if card.due > now]
    due = sum(scheduling.is_due(card, now) for card in cards)
    days = DAYS if until is None else min(max((until - now.date()).days + 1, DAYS), MOST_DAYS)
    return Forecast(due, min(later, default=None), tuple(scheduling.forecast(cards, now, days)), cards)


class Review:
    """One review: the cards that are due, the screen and the disk that serve it, and the replies so far."""

    def __init__(self, history: History, wishes: ReviewOptions) -> None:
        self.history, self.wishes = history, wishes
        self.screen = console.stderr() if wishes.json else console.stdout()
        self.shelf = BankLocator(history)
        self.passed_over: list[tuple[Card, str]] = []
        self.replies: list[tuple[Variant, Reply]] = []
        self.cards = self._waiting()
        self.session_id = ""
        self._ahead = False

    def _waiting(self) -> list[Card]:
        """The cards that are due and can be asked; the others are noted."""
        found: list[Card] = []
        waiting = self.history.due(now(), until=self.wishes.until)
        self.due = len(waiting)
        for card in waiting:
            if len(found) == self.wishes.limit:
                break
            try:
                self.shelf.item(card.bank, card.item)
                found.append(card)
            except CnnquizError as why:
                self.passed_over.append((card, str(why)))
        return found

    def play(self) -> End:
        """Ask until all is answered or the person leaves; what cannot be drawn is passed over."""
        while True:
            try:
                return play(start(ReviewQueue(self._left(), self.shelf, self.history)), self._desk()).end
            except Unaskable as broken:
                self.passed_over.append((broken.card, str(broken)))

    def _left(self) -> list[Card]:
        """The cards without a reply."""
        answered = {(variant.bank, variant.item.id) for variant, _ in self.replies}
        passed = {(card.bank, card.item) for card, _ in self.passed_over}
        return [card for card in self.cards if (card.bank, card.item) not in answered | passed]

    def _desk(self) -> Desk:
        """The desk, with the reader that fits: a terminal's, or that of any other input."""
        pressing = keys.can_press()
        self.reader: Reader = input_events.Keys(self.screen, _no_limit) if pressing else input_events.Lines(self.screen)
        ahead = self._look_ahead if pressing else _nothing
        return Desk(self.screen, self.reader, time.monotonic, self._keep, self._figure, worked_out, ahead)

    def _keep(self, variant: Variant, reply: Reply) -> None:
        """Commit a reply to disk; say once what keeps it from being saved."""
        before, moment = self.history.problem, now()
        if not self.session_id:
            self.session_id = self.history.start_session("review", "review", {}, moment)
        text = moment.isoformat(timespec="microseconds")
        self.history.record(plan.attempt(self.session_id, variant, reply, text, __version__, "review"))
        self.replies.append((variant, reply))
        if self.history.problem and self.history.problem != before:
            console.stderr().say(self.history.problem)

    def _figure(self, variant: Variant) -> str:
        """The question's figure; without it the question is passed over."""
        figure = variant.item.figure
        try:
            return figure_text(self.shelf.bank(variant.bank), figure) if figure else ""
        except CnnquizError as why:
            raise Unaskable(_card(self.cards, variant), str(why)) from None

    def _look_ahead(self) -> None:
        """Work one numerical while the first question is read: what that has to import is then there."""
        if self._ahead or not self.cards:
            return
        self._ahead = True
        found = (self.shelf.item(card.bank, card.item) for card in self.cards)
        numerical = next(((bank, item) for bank, item in found if item.derivation), None)
        if numerical:
            work = partial(_work_ahead, *numerical)
            threading.Thread(target=work, daemon=True).start()

    def saved(self) -> str:
        """What is saved, and how to go on."""
        again = "cnnquiz review" + (f" --until {self.wishes.until}" if self.wishes.until else "")
        if self.history.problem:
            return f"Nothing is saved. Begin again with: {again}"
        return f"{len(self.replies)} of {len(self.cards)} done and saved. Go on with: {again}"

    def finish(self) -> None:
        """Write that the review came to its end."""
        if self.session_id:
            self.history.finish_session(self.session_id, now())


def _card(cards: Iterable[Card], variant: Variant) -> Card:
    """The card of a question."""
    return next(card for card in cards if (card.bank, card.item) == (variant.bank, variant.item.id))


def _work_ahead(bank: Bank, item: Item) -> None:
    with contextlib.suppress(CnnquizError):
        work_ahead([variants.printed(bank, item)])


def now() -> datetime:
    """The time, which every other part is given."""
    return datetime.now(UTC)


def _no_limit(session: Session) -> float | None:
    return None


def _nothing() -> None:
    """Nothing to get ready."""
