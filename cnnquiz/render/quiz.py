"""A quiz on the screen: banner, question, hints, verdict and its reasons, and the desk that shows them.

Everything is appended below what stands there; nothing is painted over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from rich.text import Text

from cnnquiz.items.variants import Choice, Variant
from cnnquiz.quiz.session import SKIPPED, Event, Outcome, Reply, Session
from cnnquiz.render import answer_form, keys
from cnnquiz.render.console import Screen
from cnnquiz.render.item import options, options_in_words, prose_with_label, question_blocks
from cnnquiz.render.key_status import warning_line
from cnnquiz.render.layout import bar, hang, paragraph, paragraphs
from cnnquiz.render.prose import inline, prose
from cnnquiz.render.result import clock
from cnnquiz.render.solution import step_by_step
from cnnquiz.solution import Solution

COMMANDS = (
    ("h", "hint", "the next hint; there may be several"),
    ("s", "skip", "leave it; the answer is still explained"),
    ("b", "back", "the question before"),
    ("q", "quit", "save and leave; the same command resumes it"),
    ("?", "keys", "this list"),
)
TIME_UP = "The time is up."
NO_HINTS = "There are no more hints for this question."


def key_of(variant: Variant, command: str) -> str:
    """The key of a command: its letter, in upper case where an option has the small one."""
    taken = command in {choice.letter for choice in variant.choices} or variant.item.type == "expression"
    return command.upper() if taken else command  # `?` stays


def banner(screen: Screen, title: str, facts: Iterable[str]) -> list[Text]:
    """The quiz's title, and what is special about this session."""
    return [Text(), *paragraph(screen, title, "title"), *paragraph(screen, screen.pick(" · ", ", ").join(facts))]


def question(screen: Screen, session: Session, left: str, figure: str) -> list[Text]:
    """The question with its number, figure and options; `left` says how much time is left."""
    variant = session.variant
    blocks = [
        _header(screen, session, left),
        *question_blocks(screen, variant, figure),
        _several(screen, variant),
        _earlier_answer(screen, session),
    ]
    return [Text(), Text(), *paragraphs(blocks)]


def question_again(screen: Screen, variant: Variant, number: int, of: int, figure: str) -> list[Text]:
    """A question once more, before its verdict."""
    head = hang(screen, screen.text(variant.item.topic), f"{screen.margin}Question {number} of {of}  ")
    stem, drawing, _ = question_blocks(screen, variant, figure)
    return [Text(), Text(), *paragraphs([head, stem, drawing, options(screen, variant.choices)])]


def _header(screen: Screen, session: Session, left: str) -> list[Text]:
    number, of = session.at + 1, len(session.variants)
    line = Text.assemble(f"Question {number} of {of}  ", bar(screen, number, of, 20 if screen.columns >= 60 else 8))
    seed = session.variant.seed
    for words in (session.variant.item.topic, "" if seed is None else f"seed {seed}", left):
        line.append_text(screen.text(f"  {words}" if words else ""))
    return paragraph(screen, line)


def _several(screen: Screen, variant: Variant) -> list[Text]:
    words = "Several may be right: type all their letters, such as a c."
    return paragraph(screen, words) if variant.item.type == "multiple" else []


def _earlier_answer(screen: Screen, session: Session) -> list[Text]:
    """In an exam, what was answered before."""
    if not session.exam or session.reply is None:
        return []
    words = f"Your answer so far: {session.reply.response}" if session.reply.response else "Skipped so far."
    return paragraph(screen, f"{words} (Enter keeps it)")


def key_line(screen: Screen, session: Session) -> list[Text]:
    """The keys for this question, on one line."""
    variant = session.variant
    letters = [choice.letter for choice in variant.choices]
    named = [(f"{letters[0]}-{letters[-1]}", "answer")] if letters else []
    names = "hsbq?" if screen.columns >= 60 else "hs?"
    named += [
        (key_of(variant, key), word)
        for key, word, _ in COMMANDS
        if key in names and not (key == "h" and (session.exam or not variant.hints)) and (key != "b" or session.at)
    ]
    return paragraph(screen, key_names(screen, named))


def key_names(screen: Screen, named: Iterable[tuple[str, str]]) -> Text:
    """Keys with what they do, side by side; whether they need Enter."""
    pieces = [Text.assemble((screen.plain(key), "key"), " ", word) for key, word in named]
    once = [Text("(then press Enter)")] if keys.at_terminal() and not keys.can_press() else []
    return Text("   ").join(pieces + once)


def help_lines(screen: Screen, session: Session) -> list[Text]:
    """All keys that mean something now, and what they do."""
    variant, rows = session.variant, list[Text]()
    hidden = "h" * session.exam + "hs" * session.told + "b" * (session.at == 0)
    for key, word, meaning in COMMANDS:
        if key not in hidden:
            name = key if session.told else key_of(variant, key)
            rows += hang(screen, inline(screen, meaning), Text.assemble(screen.margin, (name, "key"), f"  {word}  "))
    pressed = bool(variant.choices) and variant.item.type != "multiple"
    words = ["Backspace goes back too."] if session.at and (pressed or session.told) else []
    if session.at and not session.told and key_of(variant, "b") == "B" and variant.choices:
        words.insert(0, "B goes back; a small b answers where there is an option b.")
    return [Text(), *rows, *(paragraph(screen, " ".join(words)) if words else [])]


def pause_line(screen: Screen, session: Session) -> Text:
    """What the keys do between a verdict and the next question."""
    last = session.at + 1 >= len(session.variants) and session.complete
    named = [("Enter", "result" if last else "next question")]
    named += [("b", "back")] if session.at else []
    return Text.assemble(screen.margin, key_names(screen, [*named, ("q", "quit")]), "  ")


def hint(screen: Screen, text: str, number: int, of: int) -> list[Text]:
    """One hint, and how many there are."""
    return [Text(), *prose_with_label(screen, f"Hint {number} of {of}" if of > 1 else "Hint", text), Text()]


def verdict(screen: Screen, variant: Variant, reply: Reply, solution: Solution | None) -> list[Text]:
    """Right or wrong in words, why, and the worked steps."""
    body = screen.margin + "  "
    wrong = reply.mark.verdict in ("wrong", "partly")
    chosen = [choice for choice in variant.choices if choice.letter in reply.response.split()]
    right = [choice for choice in variant.choices if choice.letter in variant.key]
    key = [] if reply.mark.verdict == "right" else _key(screen, variant, right)
    whys = [line for choice in chosen if wrong or not key for line in prose(screen, choice.why, body)]
    blocks = [
        [*_verdict(screen, variant, reply, chosen), *whys],
        [*key, *(line for each in right if key for line in prose(screen, each.why, body) if each not in chosen)],
        prose(screen, variant.rationale, body),
        step_by_step(screen, solution, body),
        warning_line(screen, variant.worked, body),
    ]
    return [Text(), *paragraphs(blocks)]


def _verdict(screen: Screen, variant: Variant, reply: Reply, chosen: list[Choice]) -> list[Text]:
    sign, style, word = {
        "right": (screen.pick("✓", "+"), "right", "Right"),
        "wrong": (screen.pick("✗", "x"), "wrong", "Wrong"),
        "partly": (screen.pick("~", "~"), "wrong", "Partly right"),
        "skipped": (screen.pick("·", "-"), "", "Skipped"),
    }[reply.mark.verdict]
    lead = Text.assemble(screen.margin, (sign, style), " ", (word, "strong"))
    if not reply.response:
        return [lead]
    lead.append(": ")
    if chosen:
        return hang(screen, options_in_words(screen, chosen), lead)
    remark = answer_form.length_remark(variant, reply.response)
    return hang(screen, screen.text(f"{reply.response}. {remark}" if remark else reply.response), lead)


def _key(screen: Screen, variant: Variant, right: list[Choice]) -> list[Text]:
    key = options_in_words(screen, right) if right else screen.text(" or ".join(variant.key), "answer")
    words = "The answers are " if len(right) > 1 else "The answer is "
    return hang(screen, Text.assemble(words, key), screen.margin + "  ")


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
        self.screen.show(*question(self.screen, session, self._clock_text(session), self.figure(session.variant)))
        if session.told and session.reply:
            self.screen.show(*self._verdict(session.variant, session.reply))
        else:
            self.screen.show("", *key_line(self.screen, session))
            self._hints(session)
        self.ready()

    def _hints(self, session: Session) -> None:
        """The hints that were shown before, where the question comes back without a reply."""
        variant, shown = session.variant, session.hints[session.at]
        for number, words in enumerate(variant.hints[:shown] if session.reply is None else (), 1):
            self.screen.show(*hint(self.screen, words, number, len(variant.hints)))

    def read(self, session: Session) -> Event:
        """What the person does next."""
        return self.reader.read(session)

    def keep(self, session: Session, reply: Reply) -> None:
        """Put a reply on disk."""
        self.save(session.variant, reply)

    def tell(self, session: Session, outcome: Outcome) -> None:
        """Say what came of the event."""
        self.screen.show(*self._outcome(session, outcome))

    def review(self, session: Session) -> None:
        """After an exam: each item that was asked, with its verdict and its reasons."""
        self.screen.show("", "", *paragraph(self.screen, "The questions with their answers", "title"))
        of, pairs = len(session.variants), zip(session.variants, session.replies, strict=True)
        for number, (variant, reply) in enumerate(pairs, 1):
            if reply or number <= session.reached + 1:
                self.screen.show(*question_again(self.screen, variant, number, of, self.figure(variant)))
                self.screen.show(*self._verdict(variant, reply or Reply("", SKIPPED)))

    def _outcome(self, session: Session, outcome: Outcome) -> list[Text]:
        screen, variant = self.screen, session.variant
        match outcome.told:
            case "verdict" if outcome.reply:
                return self._verdict(variant, outcome.reply)
            case "hint":
                return hint(screen, outcome.text, session.hints[session.at], len(variant.hints))
            case "help":
                return [*help_lines(screen, session), Text()]
            case "unreadable":
                return self._line(answer_form.unreadable(variant, outcome.text))
            case "no-hint":
                return self._line("An exam has no hints." if session.exam else NO_HINTS)
            case "first":
                return self._line("This is the first question.")
            case "time-up":
                reply = None if session.exam else outcome.reply
                return [Text(), *self._line(TIME_UP), *self._verdict(variant, reply)] if reply else self._line(TIME_UP)
        return []

    def _verdict(self, variant: Variant, reply: Reply) -> list[Text]:
        return verdict(self.screen, variant, reply, self.solve(variant))

    def _line(self, words: str) -> list[Text]:
        return [*paragraph(self.screen, words), Text()]

    def _clock_text(self, session: Session) -> str:
        """How much time is left, in words."""
        return "" if session.deadline is None else f"{clock(max(0.0, session.deadline - self.clock()))} left"
