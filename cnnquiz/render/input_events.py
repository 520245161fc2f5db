"""From key presses, lines or a script to the events of a session."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from cnnquiz.answers import missing_parts, read_response
from cnnquiz.errors import CnnquizError
from cnnquiz.items.variants import Variant
from cnnquiz.patterns import pattern
from cnnquiz.quiz.session import Action, Event, Session
from cnnquiz.render import keys, quiz
from cnnquiz.render.console import Screen
from cnnquiz.render.layout import count, paragraph

PROMPT = "> "
_SEMICOLON = pattern(r"\s*;\s*")
ACTIONS: dict[str, Action] = {"h": "hint", "s": "skip", "b": "back", "q": "quit", "?": "help"}
WORDS: dict[str, Action] = {
    "hint": "hint", "skip": "skip", "-": "skip", "back": "back", "quit": "quit", "exit": "quit", "help": "help",
    "keys": "help",
}  # fmt: skip
TICK = Event("tick")
Resumption = Literal["resume", "anew", "leave"]


def event(variant: Variant, text: str) -> Event:
    """What was typed at a question, as an event: a command, or else an answer."""
    word = text.strip()
    key = next((key for key in ACTIONS if word in (quiz.key_of(variant, key), key.upper())), "")
    if key:
        return Event(ACTIONS[key])
    if word.casefold() in WORDS:
        return Event(WORDS[word.casefold()])
    return Event("answer", word)


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
    meanings: dict[str, Resumption] = {
        "y": "resume", keys.ENTER: "resume", "resume": "resume", "n": "anew", "start over": "anew", "q": "leave",
        "quit": "leave", "leave": "leave",
    }  # fmt: skip
    choices = quiz.key_names(screen, [("Enter", "resume"), ("n", "start over"), ("q", "leave it saved")])
    screen.show("", *paragraph(screen, stopped))
    while True:
        screen.show(*paragraph(screen, choices))
        screen.write(screen.margin + PROMPT)
        try:
            pressed = keys.press()
        except EOFError:
            pressed = "q"
        _echo(screen, pressed if len(pressed) == 1 else "")
        if answer := meanings.get(pressed.casefold()):
            return answer


def _echo(screen: Screen, pressed: str) -> None:
    """Show a key that was read alone; a line is on the screen already."""
    if keys.can_press():
        screen.show(pressed)


class Keys:
    """Reads events from key presses, or from a line where an answer is longer than a letter."""

    def __init__(self, screen: Screen, time_left: Callable[[Session], float | None]) -> None:
        self.screen, self.time_left, self.ended = screen, time_left, False

    def read(self, session: Session) -> Event:
        """The next event; the end of the input and Ctrl-D quit."""
        try:
            return self._between(session) if session.told else self._question(session)
        except EOFError:
            self.screen.show("")
            self.ended = True
            return Event("quit")

    def _between(self, session: Session) -> Event:
        """Between a verdict and the next question: any key but b, q and ? leads to the next question."""
        self.screen.show("")
        self.screen.write(quiz.pause_line(self.screen, session))
        pressed = self._press(session)
        _echo(self.screen, "")
        action = (ACTIONS | WORDS).get(pressed.casefold(), "next")
        return Event(action) if action in ("back", "quit", "help") else Event("next") if pressed else TICK

    def _question(self, session: Session) -> Event:
        variant = session.variant
        self.screen.write(self.screen.margin + PROMPT)
        if not variant.choices or variant.item.type == "multiple":
            return self._line(session)
        pressed = self._press(session)
        while pressed == keys.ENTER and not (session.exam and session.reply):
            pressed = self._press(session)
        _echo(self.screen, "back" if pressed == keys.BACK else pressed if len(pressed) == 1 else "")
        if pressed in (keys.ENTER, keys.BACK):
            return Event("back" if pressed == keys.BACK else "next")
        return event(variant, pressed) if pressed else TICK

    def _press(self, session: Session) -> str:
        """The next key that has a meaning; empty only when the time is up."""
        while True:
            left = self.time_left(session)
            pressed = keys.press(left)
            if pressed or (left is not None and (self.time_left(session) or 0) <= 0):
                return pressed

    def _line(self, session: Session) -> Event:
        text = keys.line(self.time_left(session))
        if text is None:
            self.screen.show("")
            return TICK
        if not text:
            return Event("next") if session.exam and session.reply else TICK
        return event(session.variant, text)


class Lines:
    """Reads events from the lines of the standard input."""

    def __init__(self, screen: Screen) -> None:
        self.screen, self.ended = screen, False

    def read(self, session: Session) -> Event:
        """The next event; empty lines are passed over, and after a verdict the next question follows by itself."""
        if session.told:
            return Event("next")
        self.screen.write(self.screen.margin + PROMPT)
        try:
            text = next(line for line in iter(keys.line, None) if line)
        except EOFError:
            self.ended = True
            text = "quit"
        self.screen.show("" if self.ended else text)
        return Event("quit") if self.ended else event(session.variant, text)


class Script:
    """Gives the answers of a script, one for each question."""

    def __init__(self, screen: Screen, answers: Sequence[str | None]) -> None:
        self.screen, self.ended = screen, False
        self.answers: Iterator[str | None] = iter(answers)

    def read(self, session: Session) -> Event:
        """The next answer; after a verdict, the next question."""
        if session.told:
            return Event("next")
        answer = next(self.answers)
        self.screen.show(f"{self.screen.margin}{PROMPT}{answer or 'skip'}")
        return Event("skip") if answer is None else Event("answer", answer)
