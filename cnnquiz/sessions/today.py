"""One `today`: ten minutes of what is due, with a question of the weakest topic and a new one among them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from cnnquiz import clock
from cnnquiz.bank import open_bank
from cnnquiz.clock import day_of, now
from cnnquiz.errors import CnnquizError
from cnnquiz.files import bundled
from cnnquiz.history import History
from cnnquiz.history.scheduling import Card
from cnnquiz.history.stats import Tally
from cnnquiz.quiz.drill import Family
from cnnquiz.quiz.drill_scope import families
from cnnquiz.render import console
from cnnquiz.render.layout import count, paragraph
from cnnquiz.render.review import exam_in_words
from cnnquiz.sessions.recorder import with_history
from cnnquiz.sessions.review import ReviewOptions, ReviewSession

SECONDS = 600.0
SOON = 4  # items that are due before the others
LEAST = 5  # questions: where less is due, more are new
WEAK, ENOUGH = 0.8, 3  # below that share of right answers a topic is weak, if it has so many


def today() -> int:
    """Ask for ten minutes; the exit code."""
    return with_history(lambda history: TodaySession(history, ReviewOptions()))


def set_exam(day: date | None) -> int:
    """Save the day of the person's exam, or that there is none, and say so; the exit code."""
    with History.require() as history:
        history.set_exam(day, now())
    words = f"{exam_in_words(day, day_of(now()))} `cnnquiz today --exam none` removes it." if day else "No exam is set."
    screen = console.stdout()
    screen.show(*paragraph(screen, words))
    return 0


def weakest(topics: Iterable[Tally]) -> tuple[Tally, list[Family]] | None:
    """The first weak topic that can be drilled, with what there is to drill; None where there is none."""
    for topic in topics:
        if topic.name and topic.attempts >= ENOUGH and topic.accuracy < WEAK:
            try:
                if found := families([topic.name]):
                    return topic, found
            except CnnquizError:
                continue
    return None


class TodaySession(ReviewSession):
    """A review that ends by itself, when its items or ten minutes are used up."""

    title, command = "Today", "cnnquiz today"

    def _due_cards(self) -> list[Card]:
        self.ends = clock.seconds() + SECONDS
        due = super()._due_cards()
        known = {(card.bank, card.item): card for card in self.history.cards()}
        weak = [card for card in self._weak(known) if card not in due][:1]
        new = [card for card in self._new(known) if card not in weak][: max(1, LEAST - len(due) - len(weak))]
        self.facts = ["ten minutes", f"{len(due)} due", *["one of your weakest topic"] * len(weak)]
        self.facts += [f"{len(new)} new"] if new else []
        return [*due[:SOON], *weak, *new, *due[SOON:]]

    def _weak(self, known: dict[tuple[str, str], Card]) -> Iterator[Card]:
        """The items of the weakest topic that come in variants, those that were met longest ago first."""
        found = weakest(self.history.stats(now()).topics)
        places = [(family.bank.id, family.item.id) for family in found[1]] if found else []
        cards = [known.get(place) or Card(*place, due=now()) for place in places]
        yield from sorted(cards, key=lambda card: card.last.timestamp() if card.last else 0.0)

    def _new(self, known: dict[tuple[str, str], Card]) -> Iterator[Card]:
        """The items of the banks that were never answered, first those of the bank that was met most."""
        banks = [loaded.bank for name in bundled() if (loaded := open_bank(name)).bank]
        for bank in sorted(banks, key=lambda bank: -sum(card.bank == bank.id for card in known.values())):
            yield from (Card(bank.id, one.id, due=now()) for one in bank.items if (bank.id, one.id) not in known)

    def _close(self) -> int:
        if self.ends is not None and clock.seconds() >= self.ends and (left := len(self._open_cards())):
            words = f"Ten minutes are over: {count(left, 'question')} left for another time."
            self.screen.show("", *paragraph(self.screen, words))
        return super()._close()
