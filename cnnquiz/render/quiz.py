"""A quiz on the screen: banner, question, hints, keys, and the desk that shows them.

Everything is appended below what stands there; nothing is painted over.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Protocol

from rich.text import Text

from cnnquiz.answers import missing_parts
from cnnquiz.items.variants import Variant
from cnnquiz.quiz.commands import COMMANDS, ENTER, PROMPTS, Command
from cnnquiz.quiz.session import SKIPPED, Event, Outcome, Reply, Session
from cnnquiz.render import answer_form, keys
from cnnquiz.render.answer_form import taken_letters
from cnnquiz.render.by_lines import answer_by_lines
from cnnquiz.render.console import Screen
from cnnquiz.render.explanation import ROWS_BELOW, Explanation
from cnnquiz.render.item import options, picture, prose_with_label, question_blocks
from cnnquiz.render.layout import bar, hang, paragraph, paragraphs
from cnnquiz.render.prose import inline
from cnnquiz.render.result import minutes
from cnnquiz.solution import Solution

TIME_UP = "The time is up."
NO_LINES = "There are no lines to be worked for this question."
NO_HINTS = "There are no more hints for this question."


def banner(screen: Screen, title: str, facts: Iterable[str]) -> list[Text]:
    """The quiz's title, and what is special about this session."""
    return [Text(), *paragraph(screen, title, "title"), *paragraph(screen, screen.pick(" · ", ", ").join(facts))]


def question(screen: Screen, session: Session, left: str, figure: str) -> list[Text]:
    """The question with its number, figure and options; `left` says how much time is left.

    At a terminal, a figure for which there is no room is behind its key.
    """
    variant = session.variant
    stem, drawing, choices = question_blocks(screen, variant, figure)
    rest = [choices, _several(screen, variant), _earlier_answer(screen, session)]
    head = _header(screen, session, left)
    lines = paragraphs([head, stem, drawing, *rest])
    if drawing and screen.person and len(lines) + ROWS_BELOW >= screen.rows:
        lines = paragraphs([head, stem, figure_behind_key(screen, variant), *rest])
    return [Text(), Text(), *lines]


def figure_behind_key(screen: Screen, variant: Variant) -> list[Text]:
    """Which key shows the figure, where there is no room for it."""
    return paragraph(screen, f"({name_of('f', taken_letters(variant))} shows the figure)")


def question_again(screen: Screen, variant: Variant, number: int, of: int, figure: str) -> list[Text]:
    """A question once more, before its verdict."""
    head = hang(screen, screen.text(variant.item.topic), f"{screen.margin}Question {number} of {of}  ")
    stem, drawing, _ = question_blocks(screen, variant, figure)
    return [Text(), Text(), *paragraphs([head, stem, drawing, options(screen, variant.choices)])]


def _header(screen: Screen, session: Session, left: str) -> list[Text]:
    number, of = session.at + 1, len(session.variants)
    part = bar(screen, number, of, 20 if screen.columns >= 60 else 8)
    line = Text.assemble(f"Question {number} of {of}", "  " if part else "", part)
    seed = session.variant.seed
    earlier = (session.variants[place].item.id for place in range(session.at if session.again else 0))
    again = "once more" if session.variant.item.id in earlier else ""
    for words in (session.variant.item.topic, "" if seed is None else f"seed {seed}", again, left):
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


# The keys


def name_of(key: str, taken: Collection[str]) -> str:
    """The key of a command: its letter, in upper case where the small one answers the question."""
    return key.upper() if key in taken else key


def asking_commands(session: Session) -> list[Command]:
    """The commands that do something while the question waits for its answer."""
    useless = {
        "h": session.exam or not session.variant.hints, "b": not session.at, "u": session.last is None,
        "f": not session.variant.item.figure, "t": session.exam or not session.variant.item.derivation,
    }  # fmt: skip
    here = (one for one in COMMANDS if one.asking and one.exam <= session.exam)
    return [one for one in here if not useless.get(one.key)]


def told_commands(session: Session, parts: Collection[str]) -> list[Command]:
    """The commands that do something behind a verdict; `parts` are the words of those that show more of it."""
    words = {*parts, "next", "repeat", "quit", "keys", *["back"] * bool(session.at)}
    words |= {"undo"} if session.last is not None else set()
    words |= {"figure"} if session.variant.item.figure else set()
    return [one for one in COMMANDS if one.told and one.word in words]


def key_line(screen: Screen, session: Session) -> list[Text]:
    """The keys for this question, on one line."""
    taken, letters = taken_letters(session.variant), [choice.letter for choice in session.variant.choices]
    to = " to " if screen.spoken else "-"
    named = [(f"{letters[0]}{to}{letters[-1]}", "answer")] if letters else []
    shown = "htsmbgq?" if screen.columns >= 60 else "hs?"
    named += [(name_of(one.key, taken), one.word) for one in asking_commands(session) if one.key in shown]
    return paragraph(screen, key_names(screen, named))


def key_names(screen: Screen, named: Iterable[tuple[str, str]]) -> Text:
    """Keys with what they do, side by side; whether they need Enter."""
    pieces = [Text.assemble((screen.plain(key), "key"), " ", word) for key, word in named]
    once = [Text("(then press Enter)")] if keys.at_terminal() and not keys.can_press() else []
    return Text("   ").join(pieces + once)


def choice_names(screen: Screen, prompt: str) -> Text:
    """The answers to a prompt, side by side."""
    return key_names(screen, [(one.key, one.word) for one in PROMPTS[prompt]])


def help_lines(screen: Screen, session: Session, parts: Collection[str] = ()) -> list[Text]:
    """All keys that mean something now, and what they do."""
    variant = session.variant
    taken = () if session.told else taken_letters(variant)
    shown = told_commands(session, parts) if session.told else asking_commands(session)
    rows = meanings(screen, [one.word for one in shown], taken)
    pressed = bool(variant.choices) and variant.item.type != "multiple"
    words = ["Backspace goes back too."] if session.at and (pressed or session.told) else []
    if session.at and "b" in taken and variant.choices:
        words.insert(0, "B goes back; a small b answers where there is an option b.")
    return [Text(), *rows, *(paragraph(screen, " ".join(words)) if words else [])]


def meanings(screen: Screen, words: Collection[str], taken: Collection[str] = ()) -> list[Text]:
    """Commands by their words, each with its key and what it does."""
    rows = list[Text]()
    for one in (one for one in COMMANDS if one.word in words):
        lead = Text.assemble(screen.margin, (name_of(one.key, taken), "key"), f"  {one.word}  ")
        rows += hang(screen, inline(screen, one.meaning), lead)
    return rows


def grid(screen: Screen, session: Session) -> list[Text]:
    """Which questions of an exam are answered, marked and open."""
    done, mark, free = screen.pick("●", "x"), "?", screen.pick("○", ".")
    if screen.spoken:
        done, mark, free = "answered", "marked", "open"
    states = [
        mark if place in session.marked else done if reply and reply.response else free
        for place, reply in enumerate(session.replies)
    ]
    wide = len(str(len(states)))
    cells = [Text.assemble((f"{number:>{wide}}", "key"), f" {state}") for number, state in enumerate(states, 1)]
    signs = ((done, "answered"), (mark, "marked"), (free, "open"))
    legend = [f"{'' if screen.spoken else sign + ' '}{states.count(sign)} {word}" for sign, word in signs]
    return [Text(), *paragraph(screen, Text("   ").join(cells)), Text(), *paragraph(screen, "   ".join(legend))]


def keys_behind(screen: Screen, following: str, parts: Collection[str]) -> Text:
    """The keys behind a verdict, on one line: what Enter leads to, what more there is to see, and the list of all."""
    named = [(one.key, one.word) for one in COMMANDS if one.told and one.word in parts]
    leave = [("q", "quit")]
    if screen.columns < 60 and named:
        named, following, leave = [(" ".join(key for key, _ in named), "more")], following.split()[0], []
    room = screen.columns - 2 * len(screen.margin)
    while not screen.spoken:
        line = key_names(screen, [(ENTER, following), *named, *leave, ("?", "keys")])
        if line.cell_len <= room or not named:
            return Text.assemble(screen.margin, line, "  ")
        named.pop()
    return Text.assemble(screen.margin, key_names(screen, [(ENTER, following), ("?", "keys")]), "  ")


def hint(screen: Screen, text: str, number: int, of: int) -> list[Text]:
    """One hint, and how many there are."""
    return [Text(), *prose_with_label(screen, f"Hint {number} of {of}" if of > 1 else "Hint", text), Text()]


class Reader(Protocol):
    """Where the events come from.

    ended    whether the input has come to its end
    presses  whether somebody presses keys, and reads what is shown before the next one
    """

    screen: Screen
    ended: bool
    presses: bool

    def read(self, session: Session, parts: Collection[str]) -> Event: ...
    def line(self, session: Session) -> str | None: ...
    def show(self, lines: Sequence[Text]) -> None: ...
    def explain(self, explanation: Explanation | None, following: str) -> bool: ...


class Log:
    """What a session has its history do besides keeping replies; this one does nothing."""

    def take_back(self, variant: Variant) -> None:
        """Take the last reply to a question back."""

    def note(self, session: Session) -> None:
        """Save what is known of the questions without a reply."""

    def back(self, variant: Variant) -> str:
        """When the question comes back, in words; empty where nobody knows."""
        return ""


class Desk:
    """A screen, a reader of events, and what the questions need: the clock, the disk, figures, worked steps.

    Where somebody presses keys, a verdict takes few lines, so that it stands below its question, and the rest is behind
    keys; elsewhere all of it comes at once.
    """

    def __init__(
        self,
        screen: Screen,
        reader: Reader,
        clock: Callable[[], float],
        keep: Callable[[Variant, Reply], None],
        figure: Callable[[Variant], str],
        solve: Callable[[Variant], Solution | None],
        ready: Callable[[], None] = lambda: None,
        log: Log | None = None,
    ) -> None:
        self.screen, self.reader, self.clock = screen, reader, clock
        self.save, self.figure, self.solve, self.ready = keep, figure, solve, ready
        self.log = log or Log()
        self.rows = 0  # of the screen since the head of the question, with that
        self.explanation: Explanation | None = None
        self.named = False  # whether the keys were named
        self.worked: Event | None = None  # what came of the lines of a derivation, before it is read

    def ask(self, session: Session) -> None:
        """Put the question on the screen, and its verdict again where it stands."""
        self.explanation = None
        self._ask(session)
        self.ready()

    def _ask(self, session: Session) -> None:
        self.reader.screen = self.screen = self.screen.resized()
        if session.closing:
            self._show(grid(self.screen, session))
            return
        lines = question(self.screen, session, self._clock_text(session), self.figure(session.variant))
        self._show(lines)
        self.rows = len(lines) - 2
        self._show(self._verdict(session, session.reply) if session.told and session.reply else self._asking(session))

    def _asking(self, session: Session) -> list[Text]:
        """The keys, and the hints that were shown before, where the question comes back without a reply."""
        variant, shown = session.variant, session.hints[session.at]
        named = self.screen.spoken and self.named
        self.named = True
        lines = [] if named else [Text(), *key_line(self.screen, session)]
        for number, words in enumerate(variant.hints[:shown] if session.reply is None else (), 1):
            lines += hint(self.screen, words, number, len(variant.hints))
        return lines

    def read(self, session: Session) -> Event:
        """What the person does next."""
        if self.worked is not None:
            event, self.worked = self.worked, None
            return event
        self.rows += 1
        return self.reader.read(session, self._parts(session))

    def _by_lines(self, session: Session) -> None:
        """Let the answer be worked line by line; where it is still to be given then, show the question again."""

        def read(question: Variant) -> str | None:
            self.rows += 1
            return self.reader.line(session)

        try:
            event = answer_by_lines(self.screen, session.variant, read, self._show)
        except EOFError:
            self.reader.ended = True
            event = Event("quit")
        if event.action == "next":
            self._ask(session)
        elif event.action != "tick":
            self.worked = event

    def _parts(self, session: Session) -> list[str]:
        """The words of what is behind keys."""
        return self.explanation.parts if session.told and self.explanation and self.reader.presses else []

    def keep(self, session: Session, reply: Reply) -> None:
        """Put a reply on disk."""
        self.save(session.variant, reply)

    def take_back(self, session: Session) -> None:
        """Take the last reply to a question back."""
        self.log.take_back(session.variant)

    def note(self, session: Session) -> None:
        """Save what is known of the questions without a reply."""
        self.log.note(session)

    def tell(self, session: Session, outcome: Outcome) -> None:
        """Say what came of the event."""
        if outcome.told == "shown" and outcome.text == "repeat":
            self._ask(session)
        elif outcome.told == "lines":
            self._by_lines(session)
        else:
            self._show(self._outcome(session, outcome))

    def _show(self, lines: Sequence[Text]) -> None:
        self.rows += len(lines)
        self.reader.show(lines)

    def review(self, session: Session) -> None:
        """After an exam: each item that was asked, with its verdict and its reasons.

        Where keys are pressed, those that were not right, one after another.
        """
        of, pairs = len(session.variants), enumerate(zip(session.variants, session.replies, strict=True), 1)
        told = [
            (number, variant, reply or Reply("", SKIPPED))
            for number, (variant, reply) in pairs
            if reply or number <= session.reached + 1
        ]
        if self.reader.presses:
            self._review_of_wrong([each for each in told if each[2].mark.verdict != "right"], of)
            return
        self.screen.show("", "", *paragraph(self.screen, "The questions with their answers", "title"))
        for number, variant, reply in told:
            self.screen.show(*question_again(self.screen, variant, number, of, self.figure(variant)))
            self.screen.show(*self._explanation(variant, reply).full())

    def _review_of_wrong(self, wrong: Sequence[tuple[int, Variant, Reply]], of: int) -> None:
        many = "the one" if len(wrong) == 1 else f"the {len(wrong)}"
        if not wrong or not self.reader.explain(None, f"{many} you missed"):
            return
        for place, (number, variant, reply) in enumerate(wrong, 1):
            lines = question_again(self.screen, variant, number, of, self.figure(variant))
            self._show(lines)
            explanation = self._explanation(variant, reply)
            self._show(explanation.below(len(lines) - 2, f"Question {number} of {of}  "))
            if not self.reader.explain(explanation, "end" if place == len(wrong) else "next mistake"):
                break

    def _outcome(self, session: Session, outcome: Outcome) -> list[Text]:
        screen, variant = self.screen, session.variant
        match outcome.told:
            case "verdict" if outcome.reply:
                return self._verdict(session, outcome.reply)
            case "part":
                part = missing_parts(variant, session.begun)[0]
                return paragraph(screen, inline(screen, answer_form.part_prompt(variant, part)))
            case "hint":
                return hint(screen, outcome.text, session.hints[session.at], len(variant.hints))
            case "help":
                return [*help_lines(screen, session, self._parts(session)), *([] if session.told else [Text()])]
            case "shown":
                return self._part(session, outcome.text)
            case "unreadable":
                return self._line(answer_form.unreadable(variant, outcome.text))
            case "no-lines":
                return self._line("An exam has no help." if session.exam else NO_LINES)
            case "no-hint":
                return self._line("An exam has no hints." if session.exam else NO_HINTS)
            case "marked":
                return self._line("Marked for later.")
            case "unmarked":
                return self._line("No longer marked.")
            case "taken-back":
                return self._line("Taken back: that answer does not count.")
            case "first":
                return self._line("This is the first question.")
            case "time-up":
                reply = None if session.exam else outcome.reply
                return [Text(), *self._line(TIME_UP), *self._verdict(session, reply)] if reply else self._line(TIME_UP)
        return []

    def _part(self, session: Session, word: str) -> list[Text]:
        """What is behind a key: the figure, or a part of the explanation; what there is not is said."""
        if word == "grid" and session.exam:
            return [*grid(self.screen, session), Text()]
        if self.explanation and word != "figure":
            return self.explanation.lines(word)
        figure = session.variant.item.figure
        lines = picture(self.screen, figure, self.figure(session.variant)) if figure else []
        lines = lines or paragraph(self.screen, "This question has no figure.")
        return [Text(), *lines, *([] if session.told else [Text()])]

    def _explanation(self, variant: Variant, reply: Reply) -> Explanation:
        return Explanation(self.screen, variant, reply, self.solve)

    def _verdict(self, session: Session, reply: Reply) -> list[Text]:
        """The verdict; in few lines where keys are pressed, below the question or a line that recalls it."""
        back = "" if session.exam else self.log.back(session.variant)
        if back and session.comes_again:
            back = f"once more in a moment, {back}"
        self.explanation = Explanation(self.screen, session.variant, reply, self.solve, back)
        if not self.reader.presses:
            return self.explanation.full()
        return self.explanation.below(self.rows, f"Question {session.at + 1} of {len(session.variants)}  ")

    def _line(self, words: str) -> list[Text]:
        return [*paragraph(self.screen, words), Text()]

    def _clock_text(self, session: Session) -> str:
        """How much time is left, in words."""
        return "" if session.deadline is None else f"{minutes(max(0.0, session.deadline - self.clock()))} left"
