"""Home: what there is to do now, the best of it first, and a key that does it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec import Struct

from cnnquiz.bank import open_bank
from cnnquiz.clock import day_of, now
from cnnquiz.files import bundled
from cnnquiz.history import History
from cnnquiz.history.stats import Tally
from cnnquiz.quiz.commands import choice
from cnnquiz.render import console, keys
from cnnquiz.render.home import home_lines, prompt
from cnnquiz.render.layout import count
from cnnquiz.render.review import exam_in_words
from cnnquiz.sessions.today import weakest


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
        exam = history.exam(day_of(at))
        when = exam_in_words(exam, day_of(at)) if exam else ""
        found = list(errands(history, stats.topics, at))
    screen.show(*home_lines(screen, stats.total, when, [(each.words, each.command) for each in found]))
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
        answer = choice("home", "enter" if pressed == keys.SPACE else pressed)
        if answer and answer.key == "q":
            return ()
        place = "1" if answer else pressed
        if place.isascii() and place.isdecimal() and 1 <= int(place) <= len(found):
            return found[int(place) - 1].command


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
            plan = saved[0].plan or {}
            of = len(plan.get("items", ())) or len(banks[name].items)
            kind = ("the exam " if plan.get("exam") else "") + name
            kind += f" on {plan['topic']}" if plan.get("topic") else ""
            yield Errand(f"Resume {kind}, {done} of {of} answered", ("take", name))
    if due := len(history.due(at, until=history.exam(day_of(at)))):
        yield Errand("Ten minutes for today: due, weak and new", ("today",))
        yield Errand(f"Review {count(due, 'question')} due today", ("review",))
    if found := weakest(topics):
        words = f"Drill your weakest topic, {found[0].name}: {found[0].accuracy:.0%} right"
        yield Errand(words, ("drill", found[0].name))
    new = [name for name in banks if name not in met]
    for name in new[: 1 if met else None]:
        yield Errand(banks[name].title, ("take", name))
    if not new:
        last = min(banks, key=lambda name: max(card.last for card in cards if card.bank == name and card.last))
        yield Errand(f"Take {last} again", ("take", last))
