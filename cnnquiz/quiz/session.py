"""The quiz as a pure state machine: an event leads to the next state and an outcome to be told.

In practice each verdict follows its answer, and stands. In an exam an answer may be changed until it is handed in,
when all the verdicts come. Nothing here reads the clock, the keyboard or a file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, Protocol, TypeVar

from msgspec import Struct, structs

from cnnquiz import answers
from cnnquiz.items.variants import Variant
from cnnquiz.model import Mark
from cnnquiz.quiz.commands import Action
from cnnquiz.quiz.worked_lines import lines

T = TypeVar("T")
Told = Literal[
    "verdict", "noted", "part", "hint", "no-hint", "lines", "no-lines", "unreadable", "help", "shown", "first", "moved",
    "marked", "unmarked", "time-up", "left", "nothing", "taken-back",
]
End = Literal["", "finished", "time-up", "left"]
SKIPPED = answers.SKIPPED


class Questions(Sequence[Variant]):
    """One question for each of some things, drawn when it is first needed: the first need not wait for the last."""

    def __init__(self, things: Sequence[Any], draw: Callable[[Any], Variant]) -> None:
        self._things, self._draw = [*things], draw
        self._drawn: list[Variant | None] = [None] * len(things)

    def __len__(self) -> int:
        return len(self._things)

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return [self[place] for place in range(len(self))[at]]
        if self._drawn[at] is None:
            self._drawn[at] = self._draw(self._things[at])
        return self._drawn[at]

    def with_repeat(self, at: int, place: int) -> Questions:
        """The questions with one for the thing at `at` more, to be drawn anew, at a place behind it."""
        more = Questions([*self._things[:place], self._things[at], *self._things[place:]], self._draw)
        more._drawn = [*self._drawn[:place], None, *self._drawn[place:]]
        return more


class Event(Struct, frozen=True):
    """What the person did; `text` is what was typed, or the word of what is to be shown."""

    action: Action
    text: str = ""


class Reply(Struct, frozen=True):
    """The current response to one item, with letters as on the screen, and its verdict."""

    response: str
    mark: Mark
    hints: int = 0
    seconds: float | None = None


class Open(Struct, frozen=True):
    """What is known of an item before its reply: hints shown, seconds spent, whether it is marked for later."""

    hints: int = 0
    seconds: float = 0.0
    marked: bool = False


class Session(Struct, frozen=True):
    """The state of the quiz.

    hints    how many hints were shown, for each item
    at       the index of the item on the screen
    asked    when it was put there, by the desk's clock
    told     whether its verdict has been told and the next question is still to come
    timed    whether replies hold the seconds that they took
    reached  the index of the last item that was on the screen
    marked   the indexes of the items that were marked for later
    closing  whether, behind the last item of an exam, it is asked whether to hand in
    begun    the parts of the response that were given so far, where the item has several
    by_lines the indexes of the items whose answer was worked line by line, which is help as a hint is
    spent    the seconds that an item without a reply has had, for each item, without those since `asked`
    last     the index of the item that was answered last, whose reply can be taken back
    again    after how many others an item that was missed comes again, until it is right; 0: never
    until    when no further question begins
    """

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
    marked: frozenset[int] = frozenset()
    closing: bool = False
    begun: str = ""
    by_lines: frozenset[int] = frozenset()
    spent: tuple[float, ...] = ()
    last: int | None = None
    again: int = 0
    until: float | None = None

    @property
    def variant(self) -> Variant:
        """The item that is on the screen."""
        return self.variants[self.at]

    @property
    def reply(self) -> Reply | None:
        """The current reply to it."""
        return self.replies[self.at]

    @property
    def complete(self) -> bool:
        """Whether every item has a reply; a skip is one."""
        return None not in self.replies

    @property
    def comes_again(self) -> bool:
        """Whether the item on the screen was missed, and is still to come again."""
        missed = self.reply is not None and self.reply.mark.verdict != "right"
        return bool(self.again and missed and self.at == self.reached)


class Outcome(Struct, frozen=True):
    """What an event led to. A `reply` is to be saved before it is told; `ask`: a question is to be shown next."""

    told: Told
    text: str = ""
    reply: Reply | None = None
    ask: bool = False


class Desk(Protocol):
    """What the quiz needs of the outside: it shows questions and outcomes, reads events, saves replies, has a clock."""

    def ask(self, session: Session) -> None: ...
    def read(self, session: Session) -> Event: ...
    def keep(self, session: Session, reply: Reply) -> None: ...
    def take_back(self, session: Session) -> None: ...
    def note(self, session: Session) -> None: ...
    def tell(self, session: Session, outcome: Outcome) -> None: ...
    def clock(self) -> float: ...


def play(session: Session, desk: Desk) -> Session:
    """The whole exchange: ask, read, step, save and tell, until the quiz ends."""
    while not session.end:
        desk.ask(session)
        session = structs.replace(session, asked=desk.clock() - session.spent[session.at])
        asking = True
        while asking and not session.end:
            try:
                event = desk.read(session)
            except KeyboardInterrupt:
                desk.note(step(session, Event("quit"), desk.clock())[0])
                raise
            before, (session, outcome) = session, step(session, event, desk.clock())
            if outcome.reply:
                desk.keep(before, outcome.reply)  # on disk before its verdict is shown
            if outcome.told == "taken-back":
                desk.take_back(session)
            desk.note(session)
            desk.tell(session, outcome)
            asking = not outcome.ask
    return session


def start(
    variants: Sequence[Variant],
    exam: bool = False,
    deadline: float | None = None,
    replies: tuple[Reply | None, ...] = (),
    timed: bool = True,
    left: Mapping[int, Open] | None = None,
    again: int = 0,
    until: float | None = None,
) -> Session:
    """A session at its first item without a reply; finished when there is none. `left`: what is open, by index."""
    replies, left = replies or (None,) * len(variants), left or {}
    at = next(_open(replies), None)
    before = [left.get(place, Open()) for place in range(len(replies))]
    hints = tuple(reply.hints if reply else kept.hints for reply, kept in zip(replies, before, strict=True))
    spent = tuple(kept.seconds for kept in before)
    marked = frozenset(place for place, kept in enumerate(before) if kept.marked)
    end: End = "finished" if at is None and not exam else ""
    closing = at is None and exam
    at = at or 0
    return Session(
        variants, replies, hints, at, exam, deadline, timed=timed, end=end, reached=at, closing=closing, marked=marked,
        spent=spent, again=again, until=until,
    )  # fmt: skip


def left_open(session: Session) -> dict[int, Open]:
    """What is known of the items that have no reply, or are marked, by index."""
    known = zip(session.replies, session.hints, session.spent, strict=True)
    found = {
        place: Open(hints, spent, place in session.marked) if reply is None else Open(marked=place in session.marked)
        for place, (reply, hints, spent) in enumerate(known)
    }
    return {place: one for place, one in found.items() if one != Open()}


def step(session: Session, event: Event, now: float) -> tuple[Session, Outcome]:
    """The session after an event at the time `now`, and the outcome; what is left open keeps the time that it had."""
    after, outcome = _step(session, event, now)
    if (outcome.ask or after.end) and session.reply is None and after.replies[session.at] is None:
        spent = round(max(0.0, now - session.asked), 1)
        after = structs.replace(after, spent=_replace_at(after.spent, session.at, spent))
    return after, outcome


def _step(session: Session, event: Event, now: float) -> tuple[Session, Outcome]:
    if session.deadline is not None and now >= session.deadline:
        return _time_up(session)
    match event.action:
        case "quit":
            end: End = "finished" if session.complete and not session.exam and not session.comes_again else "left"
            return structs.replace(session, end=end), Outcome("left")
        case "help":
            return session, Outcome("help")
        case "show":
            return session, Outcome("shown", event.text)
        case _ if session.closing:
            return _closing(session, event)
        case "mark" if session.exam:
            marked = session.marked ^ {session.at}
            told: Told = "marked" if session.at in marked else "unmarked"
            return structs.replace(session, marked=marked), Outcome(told)
        case "back":
            return _back(session)
        case "next":
            return _next(session, now)
        case "undo":
            return _back(session) if session.exam else _undo(session)
        case "hint" if not session.told:
            return _hint(session)
        case "lines" if not session.told:
            return _lines(session)
        case "skip" if session.begun:
            return _answer(session, "-", now)
        case "skip" if not session.told:
            return _with_reply(session, "", SKIPPED, now)
        case "answer" if not session.told:
            return _answer(session, event.text, now)
    return session, Outcome("nothing")


def _closing(session: Session, event: Event) -> tuple[Session, Outcome]:
    """An exam is handed in, or a question comes back: one by its number, the last, or the first to be seen to."""
    at: int | None = None
    match event.action:
        case "hand-in":
            return structs.replace(session, end="finished", closing=False), Outcome("moved")
        case "go" if event.text.isdecimal() and 1 <= int(event.text) <= len(session.variants):
            at = int(event.text) - 1
        case "back":
            at = len(session.variants) - 1
        case "next":
            at = min({*session.marked, *_open(session.replies)}, default=0)
    if at is None:
        return session, Outcome("nothing")
    return structs.replace(session, at=at, closing=False), Outcome("moved", ask=True)


def _time_up(session: Session) -> tuple[Session, Outcome]:
    """The end when the time is up: the question on the screen counts as skipped, those after it as not asked."""
    if session.reply is not None:
        return structs.replace(session, end="time-up"), Outcome("time-up")
    reply = Reply("", SKIPPED, session.hints[session.at])
    session = structs.replace(session, replies=_replace_at(session.replies, session.at, reply), end="time-up")
    return session, Outcome("time-up", reply=reply)


def _answer(session: Session, text: str, now: float) -> tuple[Session, Outcome]:
    """Mark an answer that can be read; one that cannot is not wrong but asked for again.

    Where it has several parts, those that are missing are asked for.
    """
    response = answers.read_response(session.variant, f"{session.begun}; {text}" if session.begun else text)
    if response is None:
        return session, Outcome("unreadable", text)
    if answers.missing_parts(session.variant, response):
        return structs.replace(session, begun=response), Outcome("part")
    return _with_reply(session, response, answers.mark(session.variant, response), now)


def _with_reply(session: Session, response: str, mark: Mark, now: float) -> tuple[Session, Outcome]:
    seconds = round(max(0.0, now - session.asked), 1) if session.timed else None
    help = session.hints[session.at] + (session.at in session.by_lines)
    reply = Reply(response, mark, help, seconds)
    session = structs.replace(session, replies=_replace_at(session.replies, session.at, reply), begun="")
    if session.exam:
        moved, outcome = _next(session, now)
        return moved, Outcome("noted", reply=reply, ask=outcome.ask)
    return structs.replace(session, told=True, last=session.at), Outcome("verdict", reply=reply)


def _undo(session: Session) -> tuple[Session, Outcome]:
    """The reply told last is taken back, and its item asked again, with the hints and the time that it had."""
    at = session.last
    reply = None if at is None else session.replies[at]
    if at is None or reply is None:
        return session, Outcome("nothing")
    return structs.replace(
        session, at=at, told=False, begun="", last=None, replies=_replace_at(session.replies, at, None),
        spent=_replace_at(session.spent, at, reply.seconds or 0.0),
    ), Outcome("taken-back", ask=True)  # fmt: skip


def _hint(session: Session) -> tuple[Session, Outcome]:
    """The next hint; they come one at a time, and each is counted."""
    shown, hints = session.hints[session.at], session.variant.hints
    if session.exam or shown >= len(hints):
        return session, Outcome("no-hint")
    session = structs.replace(session, hints=_replace_at(session.hints, session.at, shown + 1))
    return session, Outcome("hint", hints[shown])


def _lines(session: Session) -> tuple[Session, Outcome]:
    """The lines of the derivation, to be worked one by one."""
    if session.exam or not lines(session.variant):
        return session, Outcome("no-lines")
    return structs.replace(session, by_lines=session.by_lines | {session.at}), Outcome("lines")


def _back(session: Session) -> tuple[Session, Outcome]:
    """The previous item; in practice its verdict stands, in an exam it can be answered again."""
    if session.at == 0:
        return session, Outcome("first")
    at = session.at - 1
    told = not session.exam and session.replies[at] is not None
    return structs.replace(session, at=at, told=told, begun=""), Outcome("moved", ask=True)


def _next(session: Session, now: float) -> tuple[Session, Outcome]:
    """The next item, in practice the next one without a reply; after the last one the session is finished."""
    if session.until is not None and now >= session.until:
        return structs.replace(session, end="finished", told=False), Outcome("moved")
    session = _with_repeat(session) if session.told and session.comes_again else session
    later = range(session.at + 1, len(session.variants))
    open_items = list(_open(session.replies))
    at = next((index for index in later if session.exam or index in open_items), None)
    if at is None and open_items and not session.exam:
        at = open_items[0]
    if at is None and session.exam:
        return structs.replace(session, closing=True), Outcome("moved", ask=True)
    if at is None:
        return structs.replace(session, end="finished", told=False), Outcome("moved")
    reached = max(session.reached, at)
    return structs.replace(session, at=at, told=False, reached=reached, begun=""), Outcome("moved", ask=True)


def _with_repeat(session: Session) -> Session:
    """The session with the item on the screen once more, a few items later."""
    at, place = session.at, min(session.at + 1 + session.again, len(session.replies))

    def inserted(values: tuple[T, ...], value: T) -> tuple[T, ...]:
        return (*values[:place], value, *values[place:])

    variants = session.variants
    assert isinstance(variants, Questions)
    return structs.replace(
        session, variants=variants.with_repeat(at, place), replies=inserted(session.replies, None),
        hints=inserted(session.hints, 0), spent=inserted(session.spent, 0.0),
    )  # fmt: skip


def _open(replies: tuple[Reply | None, ...]) -> Iterator[int]:
    """The indexes of the items without a reply."""
    return (index for index, reply in enumerate(replies) if reply is None)


def _replace_at(values: tuple[T, ...], at: int, value: T) -> tuple[T, ...]:
    return (*values[:at], value, *values[at + 1 :])
