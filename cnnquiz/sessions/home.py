"""Home: what there is to do now, the best of it first, and a key that does it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec import Struct

from cnnquiz.bank import open_bank
from cnnquiz.clock import now
from cnnquiz.errors import CnnquizError
from cnnquiz.files import bundled
from cnnquiz.history import History, scheduling
from cnnquiz.history.stats import Tally
from cnnquiz.quiz.drill_scope import families
from cnnquiz.render import console, keys
from cnnquiz.render.home import home_lines, prompt
from cnnquiz.render.layout import count

WEAK, ENOUGH = 0.8, 3  # below that share of right answers a topic is weak, if it has so many


class Errand(Struct, frozen=True):
    """Something to do: in words, and as the words of its command line."""

    words: str
    command: tuple[str, ...]


def home() -> tuple[str, ...]:
    """Show what there is to do; the command that somebody at a terminal chose, or nothing."""
    screen = console.stdout()
    with History.open() as history:
        if problem := history.problem or history.damage:
            console.stderr().say(problem)
        at = now()
        stats = history.stats(at)
        found = list(errands(history, stats.topics, at))
    screen.show(*home_lines(screen, stats.total, [(each.words, each.command) for each in found]))
    if not (screen.person and keys.at_terminal()):
        return ()
    while True:
        keys.discard()
        screen.write(prompt(screen, len(found)))
        try:
            pressed = keys.press()
        except EOFError:
            pressed = "q"
        screen.show(pressed if len(pressed) == 1 else "")
        place = "1" if pressed in (keys.ENTER, keys.SPACE) else pressed
        if place.isascii() and place.isdecimal() and 1 <= int(place) <= len(found):
            return found[int(place) - 1].command
        if place.casefold() in ("q", "quit"):
            return ()


def errands(history: History, topics: Iterable[Tally], at: datetime) -> Iterator[Errand]:
    """What is unfinished, what is due, the weakest topic, and a bank that is new; for a newcomer, the banks.

    topics  the answers by topic, the weakest first
    """
    cards = history.cards()
    met = {card.bank for card in cards}
    banks = {name: loaded.bank for name in bundled() if (loaded := open_bank(name)).bank}
    for name in banks:
        if saved := history.resumable(name):
            done = len({each.item for each in history.responses(saved[0].session)})
            of = len((saved[0].plan or {}).get("items", ())) or len(banks[name].items)
            yield Errand(f"Resume {name}, {done} of {of} answered", ("take", name))
    if due := len(scheduling.due(cards, at)):
        yield Errand(f"Review {count(due, 'question')} due today", ("review",))
    for topic in topics:
        if topic.name and topic.attempts >= ENOUGH and topic.accuracy < WEAK and _can_be_drilled(topic.name):
            words = f"Drill your weakest topic, {topic.name}: {topic.accuracy:.0%} right"
            yield Errand(words, ("drill", topic.name))
            break
    new = [name for name in banks if name not in met]
    for name in new[: 1 if met else None]:
        yield Errand(banks[name].title, ("take", name))
    if not new:
        last = min(banks, key=lambda name: max(card.last for card in cards if card.bank == name and card.last))
        yield Errand(f"Take {last} again", ("take", last))


def _can_be_drilled(topic: str) -> bool:
    try:
        return bool(families([topic]))
    except CnnquizError:
        return False
