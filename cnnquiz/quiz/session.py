"""The quiz as a pure state machine: one event in, the next state and what to tell out.

In practice each verdict follows its answer, and stands. In an exam an answer may be changed until the end,
where all the verdicts come. The clock is an argument, or the desk's; nothing here reads or writes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, Protocol, TypeVar

from msgspec import Struct, structs

from cnnquiz import answers
from cnnquiz.model import Mark, Variant

T = TypeVar("T")
Action = Literal["answer", "hint", "skip", "back", "next", "quit", "help", "tick"]
Told = Literal[
    "verdict", "noted", "hint", "no-hint", "unreadable", "help", "first", "moved", "time-up", "left", "nothing"
]
End = Literal["", "finished", "time-up", "left"]
SKIPPED = Mark("skipped", 0.0)


class Event(Struct, frozen=True):
    """What the person did; `text` is what was typed."""

    action: Action
    text: str = ""


class Reply(Struct, frozen=True):
    """The standing response to one item, with letters as on the screen, and its verdict."""

    response: str
    mark: Mark
    hints: int = 0
    seconds: float | None = None


class Session(Struct, frozen=True):
    """Where the quiz stands. `told` is true between a verdict and the next question; `reached` is the
    last item that was on the screen."""

    variants: Sequence[Variant]
    replies: tuple[Reply | None, ...]
    hints: tuple[int, ...]
    at: int = 0
    exam: bool = False
    deadline: float | None = None
    asked: float = 0.0
    told: bool = False
    timed: bool = True
    end: End = ""
    reached: int = 0

    @property
    def variant(self) -> Variant:
        """The item that is on the screen."""
        return self.variants[self.at]

    @property
    def reply(self) -> Reply | None:
        """The standing reply to it."""
        return self.replies[self.at]

    @property
    def done(self) -> int:
        """How many items have a reply; a skip is one."""
        return sum(reply is not None for reply in self.replies)


class Outcome(Struct, frozen=True):
    """What to tell; a `reply` is to be saved before that; `ask`: then put the question on the screen."""

    told: Told
    text: str = ""
    reply: Reply | None = None
    ask: bool = False


class Desk(Protocol):
    """Where the person sits: puts questions, reads events, keeps replies, tells outcomes, knows the time."""

    def ask(self, session: Session) -> None: ...
    def read(self, session: Session) -> Event: ...
    def keep(self, session: Session, reply: Reply) -> None: ...
    def tell(self, session: Session, outcome: Outcome) -> None: ...
    def clock(self) -> float: ...


def play(session: Session, desk: Desk) -> Session:
    """The whole exchange: ask, read, take the step, save, tell, until the quiz has its end."""
    while not session.end:
        desk.ask(session)
        session = structs.replace(session, asked=desk.clock())
        asking = True
        while asking and not session.end:
            event = desk.read(session)
            before, (session, outcome) = session, step(session, event, desk.clock())
            if outcome.reply:
                desk.keep(before, outcome.reply)  # on disk before its verdict is shown
            desk.tell(session, outcome)
            asking = not outcome.ask
    return session


def start(
    variants: Sequence[Variant],
    exam: bool = False,
    deadline: float | None = None,
    replies: tuple[Reply | None, ...] = (),
    timed: bool = True,
) -> Session:
    """A session at its first item without a reply; over when there is none."""
    standing = replies or (None,) * len(variants)
    at = next(_open(standing), None)
    hints = tuple(reply.hints if reply else 0 for reply in standing)
    end: End = "finished" if at is None else ""
    return Session(variants, standing, hints, at or 0, exam, deadline, timed=timed, end=end, reached=at or 0)


def step(session: Session, event: Event, now: float) -> tuple[Session, Outcome]:
    """One event, and what follows from it."""
    if session.deadline is not None and now >= session.deadline:
        return _late(session)
    match event.action:
        case "quit":
            return structs.replace(session, end="left"), Outcome("left")
        case "help":
            return session, Outcome("help")
        case "back":
            return _back(session)
        case "next":
            return _next(session)
        case "hint" if not session.told:
            return _hint(session)
        case "skip" if not session.told:
            return _replied(session, "", SKIPPED, now)
        case "answer" if not session.told:
            return _answer(session, event.text, now)
    return session, Outcome("nothing")


def _late(session: Session) -> tuple[Session, Outcome]:
    """The time is up: the question on the screen counts as skipped, those behind it as not asked."""
    if session.reply is not None:
        return structs.replace(session, end="time-up"), Outcome("time-up")
    reply = Reply("", SKIPPED, session.hints[session.at])
    session = structs.replace(session, replies=_with(session.replies, session.at, reply), end="time-up")
    return session, Outcome("time-up", reply=reply)


def _answer(session: Session, text: str, now: float) -> tuple[Session, Outcome]:
    """An answer that can be read is marked; one that cannot is not a wrong answer."""
    response = answers.read_response(session.variant, text)
    if response is None:
        return session, Outcome("unreadable", text)
    return _replied(session, response, answers.mark(session.variant, response), now)


def _replied(session: Session, response: str, mark: Mark, now: float) -> tuple[Session, Outcome]:
    seconds = round(max(0.0, now - session.asked), 1) if session.timed else None
    reply = Reply(response, mark, session.hints[session.at], seconds)
    session = structs.replace(session, replies=_with(session.replies, session.at, reply))
    if session.exam:
        moved, outcome = _next(session)
        return moved, Outcome("noted", reply=reply, ask=outcome.ask)
    return structs.replace(session, told=True), Outcome("verdict", reply=reply)


def _hint(session: Session) -> tuple[Session, Outcome]:
    """The next hint; they come one at a time, and each is counted."""
    shown, hints = session.hints[session.at], session.variant.hints
    if session.exam or shown >= len(hints):
        return session, Outcome("no-hint")
    session = structs.replace(session, hints=_with(session.hints, session.at, shown + 1))
    return session, Outcome("hint", hints[shown])


def _back(session: Session) -> tuple[Session, Outcome]:
    """The item before; in practice its verdict stands, in an exam it can be answered anew."""
    if session.at == 0:
        return session, Outcome("first")
    at = session.at - 1
    told = not session.exam and session.replies[at] is not None
    return structs.replace(session, at=at, told=told), Outcome("moved", ask=True)


def _next(session: Session) -> tuple[Session, Outcome]:
    """On to the next item, in practice the next without a reply; behind the last one is the end."""
    later = range(session.at + 1, len(session.variants))
    open_items = list(_open(session.replies))
    at = next((index for index in later if session.exam or index in open_items), None)
    if at is None and open_items and not session.exam:
        at = open_items[0]
    if at is None:
        return structs.replace(session, end="finished", told=False), Outcome("moved")
    return structs.replace(session, at=at, told=False, reached=max(session.reached, at)), Outcome("moved", ask=True)


def _open(replies: tuple[Reply | None, ...]) -> Iterator[int]:
    return (index for index, reply in enumerate(replies) if reply is None)


def _with(values: tuple[T, ...], at: int, value: T) -> tuple[T, ...]:
    return (*values[:at], value, *values[at + 1 :])
