"""One drill from its first question to its end: ask, mark, name the slip, let try again, work it out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

from msgspec import to_builtins

from cnnquiz import __version__, answers
from cnnquiz.history import History
from cnnquiz.items import diagnosis
from cnnquiz.items.worked_solution import wanted_formula, worked_out
from cnnquiz.model import Mark
from cnnquiz.quiz import drill, plan
from cnnquiz.quiz.drill import Drill, How, Question
from cnnquiz.quiz.session import Reply
from cnnquiz.render import console, keys
from cnnquiz.render import drill as view
from cnnquiz.sessions import drill_answers
from cnnquiz.sessions.drill_turns import Done, Opened, Try, Turn, opened

TRIES = 2
WORDS = {
    "h": "hint", "hint": "hint", "?": "help", "help": "help", "keys": "help", "q": "quit", "quit": "quit",
    "exit": "quit", "s": "skip", "skip": "skip", "-": "skip",
}  # fmt: skip


class UserQuit(Exception):
    """The drill was left with `q`, or the input came to its end."""


class Practice:
    """One drill at work: the screen, the disk and the answers that serve it.

    script  answers that stand in for the keyboard; the drill is then finished with its last one
    fresh   begin at the first level, even where an earlier drill of that name was left
    """

    def __init__(
        self,
        drill: Drill,
        name: str,
        history: History,
        screen: console.Screen,
        script: Iterator[str] | None = None,
        fresh: bool = False,
    ) -> None:
        self.drill, self.name, self.history, self.screen = drill, name, history, screen
        self.script, self.fresh = script, fresh or script is not None
        self.session = ""
        self.asked: Question | None = None
        self.done: list[Done] = []
        self.opened: Opened | None = None
        self.answers = 0
        self._lines = script if script is not None else iter(keys.line, None)
        self._typing = script is None and keys.can_press()

    def play(self, limit: int | None = None) -> None:
        """Ask until all is mastered, the limit is reached, or the person leaves."""
        self._begin()
        try:
            while not self.drill.over and len(self.done) != limit:
                self.asked = drill.question(self.drill)
                self.screen.show(*view.question(self.screen, self.drill, self.asked))
                self._end(self._exchange(self._turn(self.asked)))
                if self.done[-1].how == "wrong" and self._typing and len(self.done) != limit:
                    self._pause()
        except UserQuit:
            pass
        if self.drill.over or self.script is not None:
            self.history.finish_session(self.session, _now())

    def _begin(self) -> None:
        """Open the session; go on where the last drill of that name was left, unless this one is fresh."""
        kept = None if self.fresh else self.history.unfinished(self.name, "drill")
        if kept is not None and kept.plan:
            self.drill, self.opened = drill.resumed(self.drill, kept.plan), opened(kept.plan)
            self.session = kept.session  # one session to its end, so that leaving twice loses nothing
        else:
            self.session = self.history.start_session(self.name, "drill", drill.saved(self.drill), _now())
        if self.history.problem:
            console.stderr().say(self.history.problem)
        self.screen.show(*view.banner(self.screen, self.drill))

    def _turn(self, asked: Question) -> Turn:
        """A question's beginning; the one that was open when the drill was left keeps its hints and tries."""
        turn, kept, self.opened = Turn(asked, time.monotonic()), self.opened, None
        if kept is None or (kept.item, kept.seed) != (asked.variant.item.id, asked.variant.seed):
            return turn
        turn.before = min(kept.tries, TRIES - 1)
        for _ in range(kept.hints):
            self.screen.show(*view.hint(self.screen, *self._hint(turn)))
        return turn

    def _keep_open(self, turn: Turn) -> None:
        """Put on disk how far an open question has come, so that leaving does not wipe out its hints and tries."""
        variant = turn.asked.variant
        kept = Opened(variant.item.id, variant.seed, turn.hints, turn.tried)
        self.history.save_plan(self.session, drill.saved(self.drill) | {"open": to_builtins(kept)})

    def _exchange(self, turn: Turn) -> Done:
        """One question to its end: two tries, the slip named after each, the steps after the second."""
        how: How | None = None
        while how is None:
            text = self._read(turn.asked)
            match WORDS.get(text.casefold()):
                case "hint":
                    hint = self._hint(turn)
                    self._keep_open(turn)
                    self.screen.show(*view.hint(self.screen, *hint))
                case "help":
                    self.screen.show(*view.help_lines(self.screen))
                case "quit":
                    raise UserQuit
                case "skip":
                    how = self._skip(turn)
                case _:
                    how = self._answer(turn, text)
        return Done(turn.asked, tuple(turn.tries), turn.hints, how)

    def _read(self, asked: Question) -> str:
        """What is typed next, without empty lines; the end of the input is leaving."""
        self.screen.write(self.screen.margin + "> ")
        try:
            text = next(line for line in self._lines if line)
        except (EOFError, StopIteration):
            self.screen.show("")
            raise UserQuit from None
        if self.script is not None:
            text = drill_answers.response(asked.variant, text)
        if not self._typing:
            self.screen.show(text)
        return text

    def _hint(self, turn: Turn) -> tuple[str, str]:
        """What the next hint is called, and its words; the formula is the last."""
        hints = [("Hint", words) for words in turn.asked.variant.hints]
        formula = wanted_formula(worked_out(turn.asked.variant))
        hints += [("The formula", formula)] if formula else []
        if turn.hints >= len(hints):
            return "", "There are no more hints. `s` shows the answer, worked out."
        turn.hints += 1
        return hints[turn.hints - 1]

    def _skip(self, turn: Turn) -> How:
        self._keep(turn, Try("", Mark("skipped", 0.0)))
        self.screen.show(*view.answer_lines(self.screen, turn.asked, worked_out(turn.asked.variant)))
        return "wrong"

    def _answer(self, turn: Turn, text: str) -> How | None:
        """Mark an answer that can be read, save it, then show its verdict; None if the question is still open."""
        variant = turn.asked.variant
        response = answers.read_response(variant, text)
        if response is None:
            self.screen.show(*view.unreadable_lines(self.screen, variant, text))
            return None
        mark, alone = answers.mark(variant, response), not (turn.tried or turn.hints)
        slips = diagnosis.groups(variant, answers.value_of(variant, response)) if mark.verdict == "wrong" else []
        turn.tries.append(Try(response, mark, tuple(slips)))
        self._keep(turn, turn.tries[-1])
        if mark.verdict == "right":
            return "alone" if alone else "helped"
        return self._wrong(turn)

    def _wrong(self, turn: Turn) -> How | None:
        """Name the slip, once; then another try, or the worked steps."""
        now, before = turn.tries[-1], [each.slips for each in turn.tries[:-1]]
        self.screen.show(*view.wrong(self.screen, now.response, [] if now.slips in before else now.slips))
        if turn.tried >= TRIES:
            self.screen.show(*view.answer_lines(self.screen, turn.asked, worked_out(turn.asked.variant)))
            return "wrong"
        hint = ("", "") if now.slips else self._hint(turn)
        self._keep_open(turn)
        self.screen.show(*view.once_more(self.screen, *hint))
        return None

    def _keep(self, turn: Turn, tried: Try) -> None:
        """Commit a response to disk before its verdict is shown; say once what keeps it from being saved."""
        before = self.history.problem
        seconds = None if self.script is not None else round(time.monotonic() - turn.begun, 1)
        reply = Reply(tried.response, tried.mark, max(turn.hints, turn.tried - 1), seconds)
        moment = _now().isoformat(timespec="microseconds")
        self.answers += 1
        self.history.record(plan.attempt(self.session, turn.asked.variant, reply, moment, __version__, "drill"))
        if self.history.problem and self.history.problem != before:
            console.stderr().say(self.history.problem)

    def _end(self, done: Done) -> None:
        self.drill = drill.answered(self.drill, done.question, done.how)
        self.done.append(done)
        self.asked = None
        self.history.save_plan(self.session, drill.saved(self.drill))
        if done.how != "wrong":
            self.screen.show(*view.right(self.screen, self.drill, done.question, done.how))

    def _pause(self) -> None:
        """Leave the time to read the worked steps."""
        self.screen.write(view.pause_line(self.screen))
        try:
            text = keys.line() or ""
        except EOFError:
            self.screen.show("")
            raise UserQuit from None
        if WORDS.get(text.casefold()) == "quit":
            raise UserQuit

    def farewell(self) -> list[str]:
        """What is saved, and what to do next."""
        if self.history.problem:
            return ["Nothing of it is saved: the history cannot be written."]
        if self.drill.over:
            return ["Well done. `cnnquiz review` brings it back just before it is forgotten."]
        return [f"{'Saved. ' if self.answers else ''}Go on with: {drill_answers.command(self.name)}"]

    def interrupted(self) -> str:
        """One line for the end by Ctrl-C."""
        again = drill_answers.command(self.name)
        if self.history.problem:
            return f"Interrupted; nothing is saved. Begin again with: {again}"
        return f"Interrupted; {self.answers} answer{'s' * (self.answers != 1)} saved. Go on with: {again}"


def _now() -> datetime:
    return datetime.now(UTC)
