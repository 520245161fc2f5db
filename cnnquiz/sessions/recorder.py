"""The recorder of a session: each reply is on disk before its verdict is shown."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any, Protocol

from cnnquiz import __version__
from cnnquiz.clock import day_of, now
from cnnquiz.history import History, Overtaken
from cnnquiz.interruptions import exit_code
from cnnquiz.items.variants import Variant
from cnnquiz.quiz.result import attempt
from cnnquiz.quiz.session import Reply
from cnnquiz.render import console
from cnnquiz.render.layout import count
from cnnquiz.render.review import until

NOT_SAVED = 3  # exit code: done, but something is not saved


class Recorder:
    """Saves the replies of one session.

    mode     take, drill or review
    session  the session's id in the history; empty until it is started or resumed
    """

    def __init__(self, history: History, mode: str) -> None:
        self.history, self.mode, self.session = history, mode, ""

    def start(self, bank: str, plan: dict[str, Any]) -> None:
        """Start the session in the history, unless one is resumed or started already."""
        if not self.session:
            self.resume(self.history.start_session(bank, self.mode, plan, now()))

    def resume(self, session: str) -> None:
        """Go on with a session of the history."""
        self.session = session
        self.history.resume(session)

    def save(self, variant: Variant, reply: Reply, replace: bool = False) -> None:
        """Commit a reply to disk; say once why it cannot be saved. `replace`: in place of an earlier reply."""
        before, moment = self.history.problem, now().isoformat(timespec="microseconds")
        self.history.record(attempt(self.session, variant, reply, moment, __version__, self.mode), replace)
        if self.history.problem not in (before, None):
            console.stderr().say(self.history.problem)

    def take_back(self, variant: Variant) -> None:
        """Take the last reply to a question of this session back, by a further row."""
        self.history.withdraw(self.session, variant.bank, variant.item.id, now())

    def back(self, variant: Variant) -> str:
        """When a question comes back, in words, counted in the person's days; empty where nothing is saved."""
        card, at = self.history.card(variant.bank, variant.item.id), now()
        if card is None or self.history.problem:
            return ""
        exam = self.history.exam(day_of(at))
        if exam and day_of(card.due) > exam:
            return "back before your exam"
        return f"back {until(at, card.due)}"

    def finish(self) -> None:
        """Note that the session was finished."""
        if self.session:
            self.history.finish_session(self.session, now())

    def report_problem(self) -> None:
        """Say what is wrong with the history, if anything is."""
        for words in filter(None, (self.history.problem, self.history.damage)):
            console.stderr().say(words)

    def advice(self, replies: int, questions: int, command: str) -> str:
        """How much is saved, and the command that resumes the session."""
        self.history.retry()
        if not replies:
            return f"Nothing was answered. Begin again with: {command}"
        if (lost := self.history.unsaved) >= replies:
            return f"Nothing is saved. Begin again with: {command}"
        saved = f"{replies - lost} of {questions} done and saved" + (f", {lost} not saved" if lost else "")
        return f"{saved}. Resume with: {command}"


class Runner(Protocol):
    """A take, a drill or a review: `run` gives the exit code, `interruption` the last words at a signal."""

    def run(self) -> int: ...

    def interruption(self) -> str: ...


def with_history(session: Callable[[History], Runner]) -> int:
    """Run a session with the history; its exit code, or 3 where answers are lost although they were tried again."""
    history = History.open()
    try:
        with history:
            code = _exit_code(session(history))
    except Overtaken as fault:
        console.stderr().say(f"cnnquiz: {fault}")
        return NOT_SAVED
    finally:
        if lost := history.unsaved:
            console.stderr().say(f"{count(lost, 'answer')} of this session could not be saved in {history.path}")
    return code or (NOT_SAVED if lost else 0)


def _exit_code(session: Runner) -> int:
    """The exit code of the session that is run here, also when a signal ends it."""
    try:
        return session.run()
    except KeyboardInterrupt as interrupt:
        with contextlib.suppress(OSError):  # the terminal may be gone
            console.stderr().show("", f"Interrupted{session.interruption()}")
        return exit_code(interrupt)
