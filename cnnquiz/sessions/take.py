"""One `take` from what was asked for to its exit code: go on or begin, play, sum up."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from random import SystemRandom

import msgspec
from msgspec import Struct, structs

from cnnquiz import __version__
from cnnquiz.bank import Loaded, bundled, figure_text, placed
from cnnquiz.history import History
from cnnquiz.items.worked_solution import work_ahead, worked_out
from cnnquiz.model import Attempt, Bank, Variant
from cnnquiz.quiz import plan as plans
from cnnquiz.quiz.plan import Plan
from cnnquiz.quiz.session import Reply, Session, play, start
from cnnquiz.render import console, input_events, keys, quiz, result
from cnnquiz.render.quiz import Desk, Reader
from cnnquiz.sessions import resume


class TakeOptions(Struct, frozen=True):
    """What the command line asked for."""

    exam: bool = False
    seconds: float | None = None
    shuffle: bool = False
    seed: int | None = None
    order: int | None = None
    limit: int | None = None
    topic: str = ""
    mistakes: bool = False
    fresh: bool = False
    answers: str | None = None
    json: bool = False
    pass_mark: float | None = None

    @property
    def special(self) -> bool:
        """Whether a session of a certain kind is asked for, and not just any."""
        chosen = (self.exam, self.seconds, self.shuffle, self.limit, self.topic, self.mistakes)
        return any(chosen) or any(given is not None for given in (self.seed, self.order))


class TakeSession:
    """One sitting: the bank and the wishes, and the screen and the disk that serve it."""

    def __init__(self, name: str, loaded: Loaded, history: History, wishes: TakeOptions) -> None:
        assert loaded.bank is not None
        self.name, self.loaded, self.history, self.wishes = name, loaded, history, wishes
        self.bank: Bank = loaded.bank
        self.screen = self._screen()
        self.session_id = ""
        self.kept: set[str] = set()
        self.asked: tuple[Variant, ...] = ()
        self.plan: Plan | None = None

    def _screen(self) -> console.Screen:
        """Where the person reads: stderr when stdout is for the JSON document, nowhere for a script's."""
        if not self.wishes.json:
            return console.stdout()
        return console.nowhere() if self.wishes.answers is not None else console.stderr()

    def play(self) -> tuple[Session, Desk] | None:
        """Go on or begin, and play to the end; None when there is nothing to ask."""
        plan, attempts, left = self._resumed() or (self._planned(), [], False)
        self.plan, self.kept = plan, {each.item for each in attempts}
        with placed(self.loaded):
            self.asked = plans.prepared(self.bank, plan)
        replies = plans.replies(self.asked, attempts)
        if not self.asked:
            return None
        desk = self._desk(plan)  # before anything is saved: it may refuse the answers given
        if left:
            return structs.replace(start(self.asked, plan.exam, replies=replies), end="left"), desk
        self._begin(plan)
        scripted = self.wishes.answers is not None
        session = start(self.asked, plan.exam, _deadline(plan, attempts), replies, timed=not scripted)
        return play(session, desk), desk

    def saved(self) -> str:
        """What is saved, and how to go on."""
        again = resume.command(self.name, self.plan or Plan([]), self.wishes.pass_mark)
        if self.history.problem:
            return f"Nothing is saved. Begin again with: {again}"
        if not self.kept:
            return f"Nothing was answered. Begin again with: {again}"
        return f"{len(self.kept)} of {len(self.asked)} done and saved. Go on with: {again}"

    def _resumed(self) -> tuple[Plan, list[Attempt], bool] | None:
        """The unfinished session of the kind asked for, if there is a person who wants to go on with it.

        The last value is true where the person leaves it once more, as it is.
        """
        found = resume.unfinished(self.history, self.bank.id, self.wishes)
        if found is None or self.wishes.answers is not None or not (self.wishes.fresh or keys.can_press()):
            return None
        saved, plan = found
        attempts = self.history.responses(saved.session)
        wanted = "anew" if self.wishes.fresh else input_events.ask_to_resume(self.screen, _stopped(plan, attempts))
        if wanted == "anew":
            self.history.abandon(saved.session)
            return None
        self.session_id = saved.session
        return plan, attempts, wanted == "leave"

    def _planned(self) -> Plan:
        """A new session's plan: which items, in which order."""
        wishes = self.wishes
        only = self.history.mistakes(self.bank.id) if wishes.mistakes else None
        order = _order(wishes)
        items = plans.chosen(self.bank, wishes.topic, only)
        asked = plans.ordered(self.bank, items, order, wishes.limit)
        names = [item.id for item in asked]
        kind = (wishes.shuffle, wishes.limit, wishes.topic, wishes.mistakes)
        return Plan(names, order, wishes.exam, wishes.seconds, self._paths(), wishes.seed, *kind)

    def _paths(self) -> dict[str, str]:
        """Where the bank lies, if it was named by its path; a bundled one is found by its name."""
        return {} if self.name in bundled() else {self.bank.id: str(Path(self.name).absolute())}

    def _begin(self, plan: Plan) -> None:
        """Write the session's first line, show the banner, and say what is wrong with the history."""
        if not self.session_id:
            written = msgspec.to_builtins(plan)
            self.session_id = self.history.start_session(self.bank.id, "take", written, _now())
        if self.history.problem:
            console.stderr().say(self.history.problem)
        self.screen.show(*quiz.banner(self.screen, self.bank.title, _facts(plan)))

    def _desk(self, plan: Plan) -> Desk:
        """The desk, with the reader that fits: a script's, a terminal's, or that of any other input."""
        reader: Reader
        if self.wishes.answers is not None:
            reader = input_events.Script(self.screen, input_events.script(self.wishes.answers, self.asked))
        else:
            reader = input_events.Keys(self.screen, _time_left) if keys.can_press() else input_events.Lines(self.screen)
        ahead = cache(self._look_ahead) if keys.can_press() and not plan.exam else _nothing
        keep = partial(self._keep, plan.exam)
        return Desk(self.screen, reader, time.monotonic, keep, self._figure, worked_out, ahead)

    def _keep(self, exam: bool, variant: Variant, reply: Reply) -> None:
        """Commit a reply to disk; say once what keeps it from being saved."""
        before = self.history.problem
        moment = _now().isoformat(timespec="microseconds")
        attempt = plans.attempt(self.session_id, variant, reply, moment, __version__)
        self.history.record(attempt, replace=exam)
        self.kept.add(variant.item.id)
        if self.history.problem and self.history.problem != before:
            console.stderr().say(self.history.problem)

    def _figure(self, variant: Variant) -> str:
        figure = variant.item.figure
        return figure_text(self.loaded, figure) if figure else ""

    def _look_ahead(self) -> None:
        """Work the steps while the first question is read: what that has to import is then there."""
        numericals = [variant for variant in self.asked if variant.item.derivation]
        if numericals:
            threading.Thread(target=work_ahead, args=(numericals,), daemon=True).start()


def _facts(plan: Plan) -> list[str]:
    """What the banner says about the session."""
    facts = [f"{len(plan.items)} question{'s' * (len(plan.items) != 1)}"]
    facts += ["exam: the verdicts come at the end"] * plan.exam
    facts += [f"time: {result.clock(plan.seconds)}"] if plan.seconds else []
    if plan.seed is not None and plan.order == plan.seed:
        return [*facts, f"fresh numbers, shuffled: --seed {plan.seed} --shuffle repeats it"]
    facts += [f"fresh numbers: --seed {plan.seed} repeats them"] if plan.seed is not None else []
    return facts + ([f"shuffled: --order {plan.order} repeats it"] if plan.order is not None else [])


def _order(wishes: TakeOptions) -> int | None:
    """The seed of the order: the one asked for, that of the numbers, or a new one; None: as printed."""
    if wishes.order is not None or not wishes.shuffle:
        return wishes.order
    return SystemRandom().randrange(10**6) if wishes.seed is None else wishes.seed


def _stopped(plan: Plan, attempts: Sequence[Attempt]) -> str:
    """What can be gone on with, in one line."""
    clock = "" if plan.seconds is None else result.clock(_remaining(plan, attempts))
    kind = resume.kind(plan, clock)
    done = len({each.item for each in attempts})
    return f"You stopped after {done} of {len(plan.items)} questions{f' ({kind})' if kind else ''}. They are saved."


def _deadline(plan: Plan, attempts: Sequence[Attempt]) -> float | None:
    """When the time is up."""
    return None if plan.seconds is None else time.monotonic() + _remaining(plan, attempts)


def _remaining(plan: Plan, attempts: Sequence[Attempt]) -> float:
    """The seconds that are left: those planned, less what earlier answers took."""
    return max(0.0, (plan.seconds or 0.0) - sum(each.seconds or 0 for each in attempts))


def _time_left(session: Session) -> float | None:
    return None if session.deadline is None else max(0.0, session.deadline - time.monotonic())


def _now() -> datetime:
    return datetime.now(UTC)


def _nothing() -> None:
    """Nothing to get ready."""
