"""From key presses, lines or a script to the events of a session."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Literal

from rich.text import Text

from cnnquiz.answers import missing_parts, read_response
from cnnquiz.errors import CnnquizError
from cnnquiz.items.variants import Variant
from cnnquiz.patterns import pattern
from cnnquiz.quiz.commands import ENTER, Choice, choice, command
from cnnquiz.quiz.session import Event, Session
from cnnquiz.render import keys, quiz
from cnnquiz.render.answer_form import taken_letters
from cnnquiz.render.console import Screen
from cnnquiz.render.explanation import Explanation
from cnnquiz.render.layout import count, paragraph

PROMPT = "> "
QUICK = 0.3  # seconds: an Enter so soon behind a letter belongs to that answer
_SEMICOLON = pattern(r"\s*;\s*")
TICK = Event("tick")
Resumption = Literal["resume", "anew", "leave"]


def event(session: Session, text: str) -> Event:
    """What was typed at a question, as an event: a command, or else an answer."""
    found = command(text, False, taken_letters(session.variant))
    if found and found.exam <= session.exam:
        return Event(found.action, found.word if found.action == "show" else "")
    return Event("answer", text.strip())


def event_between(text: str) -> Event | None:
    """What was pressed or typed behind a verdict, as an event; None for what has no meaning there."""
    found = command({keys.BACK: "back", keys.SPACE: "next"}.get(text, text), True)
    return Event(found.action, found.word if found.action == "show" else "") if found else None


def script(answers: str, asked: Sequence[Variant]) -> list[str | None]:
    """The answers of a script, one for each question (None: skipped), all of them read before any is given."""
    given = _SEMICOLON.sub(";", answers.replace(",", " ")).split()
    if len(given) != len(asked):
        have, need = count(len(given), "answer"), count(len(asked), "question")
        raise CnnquizError(f"--answers has {have}, but there are {need}")
    pairs = zip(given, asked, strict=True)
    return [_script_answer(number, text, variant) for number, (text, variant) in enumerate(pairs, 1)]


def _script_answer(number: int, text: str, variant: Variant) -> str | None:
    letters = [choice.letter for choice in variant.choices]
    if text == "-" or (text.casefold() == "s" and "s" not in letters):
        return None
    response = read_response(variant, text)
    if response is None or missing_parts(variant, response):
        several = f"{len(variant.parts)} values with ; between them" if variant.parts else "a value"
        wanted = f"one of {', '.join(letters)}" if letters else several
        fault = f"answer {number}, {text[:40]!r}, does not fit {variant.item.id}"
        raise CnnquizError(f"--answers: {fault}: write {wanted}, or - to skip it")
    return text


def ask_to_resume(screen: Screen, stopped: str) -> Resumption:
    """Ask whether to resume an unfinished session; another key repeats the choices."""
    meanings: dict[str, Resumption] = {ENTER: "resume", "n": "anew", "q": "leave"}
    screen.show("", *paragraph(screen, stopped))
    while True:
        screen.show(*paragraph(screen, quiz.choice_names(screen, "resume")))
        screen.write(screen.margin + PROMPT)
        if found := _chosen(screen, "resume"):
            return meanings[found.key]


def _chosen(screen: Screen, prompt: str) -> Choice | None:
    """The answer to a prompt that is pressed or typed next; the end of the input is `q`, the space bar Enter."""
    try:
        pressed = keys.press()
    except EOFError:
        pressed = "q"
    _echo(screen, pressed if len(pressed) == 1 else "")
    return choice(prompt, ENTER if pressed == keys.SPACE else pressed)


def _echo(screen: Screen, pressed: str) -> None:
    """Show a key that was read alone; a line is on the screen already."""
    if keys.can_press():
        screen.show(pressed)


def typed_line(screen: Screen, seconds: float | None = None) -> str | None:
    """A line that is typed behind the prompt, edited where the screen is the terminal; None when the time is up."""
    prompt = screen.margin + PROMPT
    if keys.can_edit() and screen.stream is sys.stdout:
        return keys.edited_line(prompt, seconds)
    screen.write(prompt)
    return keys.line(seconds)


def pause(
    screen: Screen,
    following: str,
    parts: Collection[str],
    press: Callable[[], str] = keys.press,
    answered: float = 0.0,
) -> Event:
    """What is pressed behind a verdict: Enter leads to what follows, and a key without a meaning does nothing.

    parts     the words of what there is to be shown besides
    answered  when a letter was pressed: an Enter right behind it belongs to the answer
    """
    screen.show("")
    screen.write(quiz.keys_behind(screen, following, parts))
    found = None
    while found is None:
        pressed = press()
        if pressed != keys.ENTER or time.monotonic() - answered >= QUICK:
            found = event_between(pressed) if pressed else TICK
    _echo(screen, "")
    return found


def explain(screen: Screen, explanation: Explanation | None, following: str) -> bool:
    """Behind a verdict, show what more is asked for, until Enter (True) or q and the end of the input (False)."""
    parts = explanation.parts if explanation else []
    while True:
        keys.discard()
        try:
            found = pause(screen, following, parts)
        except EOFError:
            screen.show("")
            return False
        if found.action in ("quit", "next"):
            return found.action == "next"
        if found.action == "help":
            screen.show("", *quiz.meanings(screen, [*parts, "quit", "keys"]))
        elif found.action == "show" and explanation:
            show_pages(screen, explanation.lines(found.text))


def show_pages(screen: Screen, lines: Sequence[Text]) -> None:
    """Show lines to somebody who reads, no more of them at a time than the screen holds; to others all at once."""
    begin, page = 0, screen.rows - 2
    if not (screen.person and keys.can_press()):
        page = len(lines)
    while begin < len(lines):
        if begin and not _wants_more(screen):
            break
        end = _page_end(lines, begin, page)
        screen.show(*lines[begin:end])
        begin = end


def _page_end(lines: Sequence[Text], begin: int, page: int) -> int:
    """Where a page ends: behind its last blank line, if that leaves it half full, so that a picture stays whole."""
    end = begin + page
    if end >= len(lines):
        return len(lines)
    return max((at + 1 for at in range(begin + page // 2, end) if not lines[at].plain), default=end)


def _wants_more(screen: Screen) -> bool:
    keys.discard()
    screen.write(Text.assemble(screen.margin, quiz.choice_names(screen, "more"), "  "))
    found = _chosen(screen, "more")
    return found is None or found.key != "q"


class Keys:
    """Reads events from key presses, or from a line where an answer is longer than a letter."""

    def __init__(self, screen: Screen, time_left: Callable[[Session], float | None]) -> None:
        self.screen, self.time_left, self.ended, self.presses = screen, time_left, False, True
        self._answered = 0.0  # when a letter was pressed

    def read(self, session: Session, parts: Collection[str]) -> Event:
        """The next event; the end of the input and Ctrl-D quit."""
        keys.discard()
        try:
            if session.closing:
                return self._closing(session)
            return self._between(session, parts) if session.told else self._question(session)
        except EOFError:
            self.screen.show("")
            self.ended = True
            return Event("quit")

    def show(self, lines: Sequence[Text]) -> None:
        """Show lines, a screen full at a time."""
        show_pages(self.screen, lines)

    def _between(self, session: Session, parts: Collection[str]) -> Event:
        """Between a verdict and the next question."""
        last = session.at + 1 >= len(session.variants) and session.complete
        following = "result" if last else "next question"
        answered, self._answered = self._answered, 0.0
        return pause(self.screen, following, parts, lambda: self._press(session), answered)

    def _closing(self, session: Session) -> Event:
        """Behind the last question of an exam: hand in, or go back."""
        asked = "Hand in? y, n, or the number of a question"
        self.screen.show("", f"{self.screen.margin}{asked}")
        text = typed_line(self.screen, self.time_left(session))
        if text is None:
            self.screen.show("")
        word = (text or "").casefold()
        if answer := choice("hand in", word):
            return Event("hand-in" if answer.key == "y" else "next")
        found = command(word, False)
        return Event("go", word) if word.isdecimal() else Event(found.action, found.word) if found else TICK

    def explain(self, explanation: Explanation | None, following: str) -> bool:
        """Show what more is asked for of an explanation; False where that is left."""
        return explain(self.screen, explanation, following)

    def _question(self, session: Session) -> Event:
        variant = session.variant
        if not variant.choices or variant.item.type == "multiple":
            return self._line(session)
        self.screen.write(self.screen.margin + PROMPT)
        pressed = self._press(session)
        while pressed in (keys.ENTER, keys.SPACE) and not (session.exam and session.reply):
            pressed = self._press(session)
        self._answered = time.monotonic() if keys.can_press() else 0.0
        _echo(self.screen, "back" if pressed == keys.BACK else pressed if len(pressed) == 1 else "")
        if pressed in (keys.ENTER, keys.SPACE, keys.BACK):
            return Event("back" if pressed == keys.BACK else "next")
        return event(session, pressed) if pressed else TICK

    def _press(self, session: Session) -> str:
        """The next key that has a meaning; empty only when the time is up."""
        while True:
            left = self.time_left(session)
            pressed = keys.press(left)
            if pressed or (left is not None and (self.time_left(session) or 0) <= 0):
                return pressed

    def line(self, session: Session) -> str | None:
        """A line that is typed; None when the time is up."""
        keys.discard()
        text = typed_line(self.screen, self.time_left(session))
        if text is None:
            self.screen.show("")
        return text

    def _line(self, session: Session) -> Event:
        text = self.line(session)
        if text is None:
            return TICK
        if not text:
            return Event("next") if session.exam and session.reply else TICK
        return event(session, text)


class Lines:
    """Reads events from the lines of the standard input."""

    def __init__(self, screen: Screen) -> None:
        self.screen, self.ended, self.presses = screen, False, False

    def show(self, lines: Sequence[Text]) -> None:
        """Show lines, all of them: nobody presses keys."""
        self.screen.show(*lines)

    def explain(self, explanation: Explanation | None, following: str) -> bool:
        """Nothing more is asked for."""
        return True

    def read(self, session: Session, parts: Collection[str]) -> Event:
        """The next event; empty lines are passed over, and after a verdict the next question follows by itself."""
        if session.told or session.closing:
            return Event("hand-in" if session.closing else "next")
        try:
            return event(session, self.line(session))
        except EOFError:
            self.ended = True
            return Event("quit")

    def line(self, session: Session) -> str:
        """The next line that is not empty, echoed."""
        self.screen.write(self.screen.margin + PROMPT)
        text = ""
        try:
            text = next(line for line in iter(keys.line, None) if line)
        finally:
            self.screen.show(text)
        return text


class Script(Lines):
    """Gives the answers of a script, one for each question."""

    def __init__(self, screen: Screen, answers: Sequence[str | None]) -> None:
        super().__init__(screen)
        self.answers: Iterator[str | None] = iter(answers)

    def read(self, session: Session, parts: Collection[str]) -> Event:
        """The next answer; after a verdict, the next question."""
        if session.told or session.closing:
            return Event("hand-in" if session.closing else "next")
        answer = next(self.answers)
        self.screen.show(f"{self.screen.margin}{PROMPT}{answer or 'skip'}")
        return Event("skip") if answer is None else Event("answer", answer)
