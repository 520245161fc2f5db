"""The desk of a session: it puts the questions on the screen and tells what came of the answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from rich.text import Text

from cnnquiz.model import Variant
from cnnquiz.quiz.session import SKIPPED, Event, Outcome, Reply, Session
from cnnquiz.render import quiz, result, typed
from cnnquiz.render.console import Screen
from cnnquiz.render.layout import hang
from cnnquiz.solution import Solution


class Reader(Protocol):
    """Where the events come from; `ended` is true once the input has come to its end."""

    ended: bool

    def read(self, session: Session) -> Event: ...


class Desk:
    """A screen, a reader of events, and what the questions need: the clock, the disk, figures, worked steps."""

    def __init__(
        self,
        screen: Screen,
        reader: Reader,
        clock: Callable[[], float],
        keep: Callable[[Variant, Reply], None],
        figure: Callable[[Variant], str],
        solve: Callable[[Variant], Solution | None],
        ready: Callable[[], None] = lambda: None,
    ) -> None:
        self.screen, self.reader, self.clock = screen, reader, clock
        self.save, self.figure, self.solve, self.ready = keep, figure, solve, ready

    def ask(self, session: Session) -> None:
        """Put the question on the screen, and its verdict again where it stands."""
        self.screen.show(*quiz.question(self.screen, session, self._left(session), self.figure(session.variant)))
        if session.told and session.reply:
            self.screen.show(*self._verdict(session.variant, session.reply))
        else:
            self.screen.show("", *quiz.key_line(self.screen, session))
            self._hints(session)
        self.ready()

    def _hints(self, session: Session) -> None:
        """The hints that were shown before, where the question comes back without a reply."""
        variant, shown = session.variant, session.hints[session.at]
        for number, words in enumerate(variant.hints[:shown] if session.reply is None else (), 1):
            self.screen.show(*quiz.hint(self.screen, words, number, len(variant.hints)))

    def read(self, session: Session) -> Event:
        """What the person does next."""
        return self.reader.read(session)

    def keep(self, session: Session, reply: Reply) -> None:
        """Put a reply on disk."""
        self.save(session.variant, reply)

    def tell(self, session: Session, outcome: Outcome) -> None:
        """Say what came of the event."""
        self.screen.show(*self._told(session, outcome))

    def review(self, session: Session) -> None:
        """After an exam: each item that was asked, with its verdict and its reasons."""
        title = self.screen.text("The questions with their answers", "title")
        self.screen.show("", "", *hang(self.screen, title, self.screen.margin))
        of, pairs = len(session.variants), zip(session.variants, session.replies, strict=True)
        for number, (variant, reply) in enumerate(pairs, 1):
            if reply or number <= session.reached + 1:
                self.screen.show(*quiz.again(self.screen, variant, number, of, self.figure(variant)))
                self.screen.show(*self._verdict(variant, reply or Reply("", SKIPPED)))

    def _told(self, session: Session, outcome: Outcome) -> list[Text]:
        screen, variant = self.screen, session.variant
        match outcome.told:
            case "verdict" if outcome.reply:
                return self._verdict(variant, outcome.reply)
            case "hint":
                return quiz.hint(screen, outcome.text, session.hints[session.at], len(variant.hints))
            case "help":
                return [*quiz.help_lines(screen, session), Text()]
            case "unreadable":
                return self._line(typed.unreadable(variant, outcome.text))
            case "no-hint" if session.exam:
                return self._line("An exam has no hints.")
            case "time-up" if outcome.reply and not session.exam:
                return [Text(), *self._line(quiz.SAID["time-up"]), *self._verdict(variant, outcome.reply)]
            case "no-hint" | "first" | "time-up":
                return self._line(quiz.SAID[outcome.told])
        return []

    def _verdict(self, variant: Variant, reply: Reply) -> list[Text]:
        return quiz.verdict(self.screen, variant, reply, self.solve(variant))

    def _line(self, words: str) -> list[Text]:
        return [*hang(self.screen, self.screen.text(words), self.screen.margin), Text()]

    def _left(self, session: Session) -> str:
        """How much time is left, in words."""
        if session.deadline is None:
            return ""
        return f"{result.clock(max(0.0, session.deadline - self.clock()))} left"
