"""The recorder of a session: each reply is on disk before its verdict is shown."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from cnnquiz import __version__
from cnnquiz.history import History
from cnnquiz.items.variants import Variant
from cnnquiz.quiz.result import attempt
from cnnquiz.quiz.session import Reply
from cnnquiz.render import console


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
            self.session = self.history.start_session(bank, self.mode, plan, now())

    def save(self, variant: Variant, reply: Reply, replace: bool = False) -> None:
        """Commit a reply to disk; say once why it cannot be saved. `replace`: in place of an earlier reply."""
        before, moment = self.history.problem, now().isoformat(timespec="microseconds")
        self.history.record(attempt(self.session, variant, reply, moment, __version__, self.mode), replace)
        if self.history.problem not in (before, None):
            console.stderr().say(self.history.problem)

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
        if self.history.problem:
            return f"Nothing is saved. Begin again with: {command}"
        if not replies:
            return f"Nothing was answered. Begin again with: {command}"
        return f"{replies} of {questions} done and saved. Resume with: {command}"


def now() -> datetime:
    """The time, which every other part is given."""
    return datetime.now(UTC)
