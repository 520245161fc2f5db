"""One `review`: what is due is found in its banks, asked with new numbers and recorded; then what comes next.

At a terminal what is missed comes again after a few others, until it is right; its schedule is set by its first answer.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any

from msgspec import Struct, ValidationError, convert, to_builtins

from cnnquiz import clock
from cnnquiz.clock import day_of, now
from cnnquiz.errors import CnnquizError, ItemFault
from cnnquiz.files import figure_text
from cnnquiz.history import History, scheduling
from cnnquiz.history.scheduling import Card
from cnnquiz.items import variants
from cnnquiz.items.seeded_random import SeededRandom
from cnnquiz.items.variants import Variant, solution_of
from cnnquiz.model import Bank, Item
from cnnquiz.quiz.plan import shuffle_options
from cnnquiz.quiz.result import ItemResult, QuizResult
from cnnquiz.quiz.session import Open, Questions, Reply, Session, left_open, play, start
from cnnquiz.render import console, input_events, keys, quiz
from cnnquiz.render import review as page
from cnnquiz.render.layout import count
from cnnquiz.render.listing import show_json
from cnnquiz.render.quiz import Desk, Log, Reader
from cnnquiz.render.result import result_lines
from cnnquiz.sessions.bank_locator import BankLocator
from cnnquiz.sessions.preload import preloader
from cnnquiz.sessions.recorder import Recorder, with_history

SEEDS = 1_000_000
AGAIN = 3  # others before what was missed comes again
DAYS, MOST_DAYS = 7, 21  # of the forecast: a week, or up to the exam


class ReviewOptions(Struct, frozen=True):
    """The options of the command line."""

    limit: int | None = None
    until: date | None = None
    forecast: bool = False
    json: bool = False


def review(options: ReviewOptions) -> int:
    """Ask what is due, or only show what is; the exit code."""
    return with_history(lambda history: ReviewSession(history, options))


class Unaskable(CnnquizError):
    """A question that cannot be drawn or shown any more; `card` is the one to pass over."""

    def __init__(self, card: Card, why: str) -> None:
        super().__init__(why)
        self.card = card


class Forecast(Struct, frozen=True):
    """What the schedule brings: how many items are due now, when the next one is, how many each day, all cards."""

    due: int
    next: datetime | None
    days: tuple[int, ...]
    cards: tuple[Card, ...]


def forecast(history: History, now: datetime, until: date | None) -> Forecast:
    """What the schedule brings from now on."""
    cards = tuple(history.cards(until))
    later = [card.due for card in cards if not scheduling.is_due(card, now)]
    due = sum(scheduling.is_due(card, now) for card in cards)
    days = DAYS if until is None else min(max((until - day_of(now)).days + 1, DAYS), MOST_DAYS)
    return Forecast(due, min(later, default=None), tuple(scheduling.forecast(cards, now, days)), cards)


def question(bank: Bank, item: Item, attempts: int) -> Variant:
    """An item after so many attempts: its numbers, or else the order of its options, are others after each."""
    random = SeededRandom(bank.id, item.id, attempts, "review")
    variant = variants.draw(bank, item, random.below(SEEDS))
    return variant if variant.seed is not None else shuffle_options(variant, random)


class ReviewSession(Log):
    """One review: the cards that are due, the screen, and the recorder that saves the replies.

    ends  when no further question begins, by the clock; None: never
    """

    title, command = "Review", "cnnquiz review"
    ends: float | None = None

    def __init__(self, history: History, options: ReviewOptions) -> None:
        self.history, self.options = history, options
        self.screen = console.stderr() if options.json else console.stdout()
        self.recorder = Recorder(history, "review")
        self.banks = BankLocator(history)
        self.passed_over: list[tuple[Card, str]] = []
        self.facts: list[str] = []
        self.replies: list[tuple[Variant, Reply]] = []
        self.exam = history.exam(day_of(now()))
        self.until = options.until or self.exam
        self.left = self._left()
        self.cards = self._due_cards()

    def _due_cards(self) -> list[Card]:
        """The cards that are due and can be asked; the others are noted."""
        found: list[Card] = []
        due = self.history.due(now(), until=self.until)
        self.due = len(due)
        for card in due:
            if len(found) == self.options.limit:
                break
            try:
                self.banks.item(card.bank, card.item)
                found.append(card)
            except CnnquizError as why:
                self.passed_over.append((card, str(why)))
        return found

    def run(self) -> int:
        """Ask until all is answered or the person leaves, and show what comes next; the exit code."""
        if self.options.forecast or not self.cards:
            return self._show_forecast()
        self._begin()
        typing, ready = keys.at_terminal(), lambda: None
        reader: Reader = input_events.Keys(self.screen, _no_limit) if typing else input_events.Lines(self.screen)
        if typing:
            items = (self.banks.item(card.bank, card.item) for card in self.cards)
            numericals = [(bank, item) for bank, item in items if item.derivation]
            ready = preloader(variants.original(bank, item) for bank, item in numericals[:1])
        desk = Desk(self.screen, reader, clock.seconds, self._save, self._figure, solution_of, ready, self)
        end = self._play(desk, AGAIN if typing else 0).end
        return self._leave(reader) if end == "left" else self._close()

    def _begin(self) -> None:
        """Say what cannot be asked, and show the banner."""
        until = self.until
        number, due = len(self.cards), self.due - len(self.passed_over)
        whole = f"{count(number, 'question')} due" if number == due else f"{number} of {due} questions due"
        facts = self.facts or [whole]
        days = count((until - day_of(now())).days, "day") if until else ""
        facts += [f"planned towards {until}: {days} left"] if until else []
        self._report_problems()
        self.screen.show(*quiz.banner(self.screen, self.title, facts))

    def _report_problems(self) -> None:
        """One line for a history that cannot be used, and one for all that is passed over."""
        self.recorder.report_problem()
        if passed := self.passed_over:
            reasons = list(dict.fromkeys(why for _, why in passed))
            more = f", and {len(reasons) - 3} more" if len(reasons) > 3 else ""
            words = f"{count(len(passed), 'due item')} passed over: {'; '.join(reasons[:3])}{more}"
            console.stderr().say(words)

    def _play(self, desk: Desk, again: int) -> Session:
        """Ask what has no reply yet; what cannot be asked is passed over."""
        while True:
            cards = self._open_cards()
            left = {place: one for place, card in enumerate(cards) if (one := self.left.get(self._key(card)))}
            try:
                return play(start(Questions(cards, self._draw), left=left, again=again, until=self.ends), desk)
            except Unaskable as fault:
                self.passed_over.append((fault.card, str(fault)))

    def _draw(self, card: Card) -> Variant:
        """The card's question as it is asked this time."""
        bank, item = self.banks.item(card.bank, card.item)
        try:
            return question(bank, item, self.history.attempt_count(card.bank, card.item))
        except ItemFault as fault:
            raise Unaskable(card, fault.why) from None

    def _key(self, asked: Card | Variant) -> str:
        """A question as it is asked this time, for the plan."""
        item = asked.item if isinstance(asked, Card) else asked.item.id
        return f"{asked.bank}/{item}/{self.history.attempt_count(asked.bank, item)}"

    def _left(self) -> dict[str, Open]:
        """The hints and the time that open questions had in the last review that was left."""
        for saved in self.history.resumable("review", "review")[:1]:
            with suppress(KeyError, TypeError, ValidationError):
                return convert((saved.plan or {})["open"], dict[str, Open])
        return {}

    def _plan(self) -> dict[str, Any]:
        return {"open": to_builtins(self.left)}

    def note(self, session: Session) -> None:
        """Save the hints and the time of the questions without a reply, so that help is known when they come again."""
        found = {self._key(session.variants[place]): one for place, one in left_open(session).items()}
        if found != self.left and (self.replies or any(one.hints for one in found.values())):
            self.left = found
            self.recorder.start("review", self._plan())
            self.history.save_plan(self.recorder.session, self._plan())

    def take_back(self, variant: Variant) -> None:
        """Take the last reply to a question back."""
        self.recorder.take_back(variant)
        self.replies.pop()

    def back(self, variant: Variant) -> str:
        """When the question comes back, in words."""
        return self.recorder.back(variant)

    def _open_cards(self) -> list[Card]:
        """The cards without a reply that are not passed over."""
        done = {(variant.bank, variant.item.id) for variant, _ in self.replies}
        done |= {(card.bank, card.item) for card, _ in self.passed_over}
        return [card for card in self.cards if (card.bank, card.item) not in done]

    def _save(self, variant: Variant, reply: Reply) -> None:
        self.recorder.start("review", self._plan())
        self.recorder.save(variant, reply)
        self.replies.append((variant, reply))

    def _figure(self, variant: Variant) -> str:
        """The question's figure; Unaskable without it."""
        figure = variant.item.figure
        try:
            return figure_text(self.banks.bank(variant.bank), figure) if figure else ""
        except CnnquizError as why:
            place = (variant.bank, variant.item.id)
            card = next(card for card in self.cards if (card.bank, card.item) == place)
            raise Unaskable(card, str(why)) from None

    def _leave(self, reader: Reader) -> int:
        """Say how to resume a review that was left."""
        if reader.ended and not self.replies:
            raise CnnquizError("the input ended before an answer came: answer at a terminal, or give an answer a line")
        screen = console.stderr() if reader.ended else self.screen
        screen.show(screen.text(f"{screen.margin}{self.advice()}"))
        self._show_json(forecast(self.history, now(), self.until))
        return 0

    def _close(self) -> int:
        """Show the result of a review that came to its end, and what comes next."""
        at, typing = now(), keys.at_terminal()
        ahead = forecast(self.history, at, self.until)
        self.recorder.finish()
        self.screen.show(*result_lines(self.screen, self._result(), None, [])[:-1])
        days = () if typing else ahead.days
        self.screen.show(*page.page(page.forecast(self.screen, ahead.due, ahead.next, days, at)))
        self._show_json(ahead)
        return 0

    def _show_forecast(self) -> int:
        """Show what is due now and on the next days; the exit code."""
        at, screen = now(), self.screen
        ahead = forecast(self.history, at, self.until)
        self._report_problems()
        if self.options.json:
            self._show_json(ahead)
        elif not ahead.due and ahead.next is None:
            screen.show(*page.page(*page.empty_page(screen)))
        else:
            screen.show(*page.page(page.forecast(screen, ahead.due, ahead.next, ahead.days, at)))
        return 0

    def advice(self) -> str:
        """How much is saved, and the command that resumes the review."""
        command = self.command + (f" --until {self.options.until}" if self.options.until else "")
        return self.recorder.advice(len(self._first_replies()), len(self.cards), command)

    def interruption(self) -> str:
        """How to go on after a signal."""
        return f". {self.advice()}"

    def _first_replies(self) -> list[tuple[Variant, Reply]]:
        """The first reply to each item, which counts; those that come again are practice."""
        found: dict[tuple[str, str], tuple[Variant, Reply]] = {}
        for variant, reply in self.replies:
            found.setdefault((variant.bank, variant.item.id), (variant, reply))
        return list(found.values())

    def _result(self) -> QuizResult:
        return QuizResult("review", tuple(ItemResult(*first) for first in self._first_replies()))

    def _show_json(self, ahead: Forecast) -> None:
        """The JSON document: what was answered, as in `take`, each with its bank; then what is due, and when."""
        if not self.options.json:
            return
        result, today = self._result(), day_of(now())
        body = result.as_json()
        document = {
            "score": body["score"],
            "max_score": body["max_score"],
            "items": [{"bank": row.variant.bank, **row.as_json()} for row in result.rows],
            "due": ahead.due,
            "next": ahead.next and ahead.next.isoformat(timespec="seconds"),
            "forecast": [
                {"date": str(today + timedelta(days=place)), "due": number} for place, number in enumerate(ahead.days)
            ],
            "schedule": [
                {"bank": card.bank, "id": card.item, "due": card.due.isoformat(), "stability": card.stability}
                for card in sorted(ahead.cards, key=lambda card: card.due)
            ],
            "passed_over": [{"bank": card.bank, "id": card.item, "reason": why} for card, why in self.passed_over],
        }
        show_json(console.stdout(), document)


def _no_limit(session: Session) -> float | None:
    return None
