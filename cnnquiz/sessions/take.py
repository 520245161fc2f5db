"""One `take`: a session is planned or resumed, its questions are asked and recorded, and the result is shown."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from random import SystemRandom

import msgspec
from msgspec import Struct

from cnnquiz import clock
from cnnquiz.bank import Loaded, open_bank
from cnnquiz.errors import CnnquizError
from cnnquiz.files import bundled, figure_text
from cnnquiz.history import History, SavedSession
from cnnquiz.items.variants import Variant, solution_of
from cnnquiz.model import Attempt, Bank, Item
from cnnquiz.quiz.plan import Plan, arrange, draw, select_items
from cnnquiz.quiz.result import QuizResult, quiz_result, replies
from cnnquiz.quiz.session import Reply, Session, left_open, play, start
from cnnquiz.render import console, input_events, keys, quiz
from cnnquiz.render.layout import count, hang
from cnnquiz.render.quiz import Desk, Log, Reader
from cnnquiz.render.result import minutes, result_lines
from cnnquiz.sessions.preload import preloader
from cnnquiz.sessions.recorder import Recorder, with_history
from cnnquiz.shown import display_text


class TakeOptions(Struct, frozen=True):
    """The options of the command line."""

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
        """Whether they ask for a certain kind of session, and not for any."""
        chosen = (self.exam, self.seconds, self.shuffle, self.limit, self.topic, self.mistakes)
        return any(chosen) or any(given is not None for given in (self.seed, self.order))


def take(name: str, options: TakeOptions) -> int:
    """Take the quiz of the bank with that id or path; the exit code."""
    loaded = open_bank(name)
    return with_history(lambda history: TakeSession(name, loaded, history, options))


class TakeSession(Log):
    """One session at a bank: its options, the screen, and the recorder that saves its replies."""

    def __init__(self, name: str, loaded: Loaded, history: History, options: TakeOptions) -> None:
        assert loaded.bank is not None
        self.name, self.loaded, self.history, self.options = name, loaded, history, options
        self.bank: Bank = loaded.bank
        self.screen = self._screen()
        self.recorder = Recorder(history, "take")
        self.plan = Plan([])
        self.questions: Sequence[Variant] = ()
        self.saved: set[str] = set()  # the ids of the items with a reply

    def _screen(self) -> console.Screen:
        """The screen for the person: stderr when stdout is for the JSON document, nowhere when answers are given."""
        if not self.options.json:
            return console.stdout()
        return console.nowhere() if self.options.answers is not None else console.stderr()

    def run(self) -> int:
        """Resume or begin, ask to the end, and show the result; the exit code."""
        self.plan, attempts, leaves = self._resume() or (self._new_plan(), [], False)
        self.questions = draw(self.loaded, self.plan)
        if not self.questions:
            return self._report_empty()
        self.questions[0]  # before anything is shown: it may have a fault
        desk = self._desk()  # before anything is saved: it may refuse the answers given
        kept = replies(self.questions, attempts) if attempts else ()
        self.saved = {each.item.id for each, reply in zip(self.questions, kept, strict=False) if reply}
        if leaves:
            return self._leave(start(self.questions, self.plan.exam, replies=kept), desk)
        self._begin()
        timed = self.options.answers is None
        ids = [item for item in self.plan.items if self.bank.item(item)]
        left = {place: self.plan.open[item] for place, item in enumerate(ids) if item in self.plan.open}
        session = play(start(self.questions, self.plan.exam, self.plan.ends, kept, timed, left), desk)
        return self._leave(session, desk) if session.end == "left" else self._close(session, desk)

    # How it begins

    def _resume(self) -> tuple[Plan, list[Attempt], bool] | None:
        """The unfinished session that the options mean, where a person is there who wants to resume it.

        The last value is true where it is to be left once more, as it is.
        """
        if self.options.answers is not None or not (self.options.fresh or keys.at_terminal()):
            return None
        found = self._resumable()
        if found is None:
            self._report_renamed()
            return None
        saved, plan = found
        attempts, questions = self.history.responses(saved.session), draw(self.loaded, plan)
        if not questions:
            console.stderr().say("No question of the session that you left is in the bank any more: it begins anew.")
            self.history.abandon(saved.session)
            return None
        done = _progress(plan, attempts, replies(questions, attempts))
        wanted = "anew" if self.options.fresh else input_events.ask_to_resume(self.screen, done)
        if wanted == "anew":
            self.history.abandon(saved.session)
            return None
        self.recorder.resume(saved.session)
        return plan, attempts, wanted == "leave"

    def _report_renamed(self) -> None:
        """Say where a session was left that cannot be resumed, since the bank in this file had another id then."""
        here = str(Path(self.name).absolute())
        for bank in [bank for bank, path in self.history.paths().items() if path == here and bank != self.bank.id]:
            if self.history.resumable(bank):
                left = f"A session that you left is of the bank `{bank}`, as the one in this file was called then"
                console.stderr().say(f"{left}: it cannot be resumed. Its answers are saved.")

    def _resumable(self) -> tuple[SavedSession, Plan] | None:
        """The latest session that was left: of any kind for a plain take, else of the kind that the options name."""
        for saved in self.history.resumable(self.bank.id):
            try:
                plan = msgspec.convert(saved.plan, Plan)
            except msgspec.ValidationError:  # of another version
                continue
            if not self.options.special or _fits(plan, self.options):
                return saved, plan
        return None

    def _new_plan(self) -> Plan:
        """The plan of a new session."""
        options = self.options
        only = self.history.mistakes(self.bank.id) if options.mistakes else None
        order = options.order
        if order is None and options.shuffle:
            order = SystemRandom().randrange(10**6) if options.seed is None else options.seed
        chosen = select_items(self.bank, options.topic, only)
        limit = options.limit
        if limit is None and not (options.topic or options.mistakes):
            limit = self.bank.limit
            chosen = self._least_met(chosen) if limit and options.answers is None else chosen
        items = arrange(self.bank, chosen, order, limit)
        return Plan(
            [item.id for item in items],
            order,
            options.exam,
            options.seconds,
            {} if self.name in bundled() else {self.bank.id: str(Path(self.name).absolute())},
            options.seed,
            options.shuffle,
            options.limit,
            options.topic,
            options.mistakes,
        )

    def _least_met(self, items: list[Item]) -> list[Item]:
        """The items, those that were never answered first: so a long bank is met part by part."""
        met = {card.item for card in self.history.cards() if card.bank == self.bank.id}
        return sorted(items, key=lambda item: item.id in met)

    def _report_empty(self) -> int:
        """Say that no item fits; after --mistakes that is good news."""
        if not self.options.mistakes:
            raise CnnquizError(f"{self.name} has no items to ask")
        self._show_json(QuizResult(self.bank.id, ()))
        screen = self.screen
        words = "Nothing to retry: what you answered was right the last time that you met it."
        if not any(card.bank == self.bank.id for card in self.history.cards()):
            words = "Nothing to retry: you have not taken this quiz yet."
        lines = (words, f"The whole quiz: cnnquiz take {display_text(shlex.quote(self.name))}")
        screen.show("", *(line for each in lines for line in hang(screen, screen.text(each), screen.margin)), "")
        return 0

    def _begin(self) -> None:
        """Start the session in the history, say what is wrong with that, and show the banner."""
        if self.plan.seconds is not None and self.plan.ends is None:
            self.plan = msgspec.structs.replace(self.plan, ends=clock.seconds() + self.plan.seconds)
        self.recorder.start(self.bank.id, msgspec.to_builtins(self.plan))
        self.recorder.report_problem()
        facts = _facts(self.plan, len(self.questions), len(self.bank.items))
        self.screen.show(*quiz.banner(self.screen, self.bank.title, facts))

    # The exchange

    def _desk(self) -> Desk:
        """The desk, with a reader for the answers given, for a terminal, or for any other input."""
        reader: Reader
        typing = keys.at_terminal()
        if self.options.answers is not None:
            reader = input_events.Script(self.screen, input_events.script(self.options.answers, self.questions))
        else:
            reader = input_events.Keys(self.screen, _seconds_left) if typing else input_events.Lines(self.screen)
        preload = preloader(self.questions) if typing and not self.plan.exam else lambda: None

        def ready() -> None:
            list(self.questions)  # the first one is on the screen: draw the others
            preload()

        return Desk(self.screen, reader, clock.seconds, self._save, self._figure, solution_of, ready, self)

    def take_back(self, variant: Variant) -> None:
        """Take the last reply to a question back."""
        self.recorder.take_back(variant)
        self.saved.discard(variant.item.id)

    def note(self, session: Session) -> None:
        """Save the hints and the time of the questions without a reply, and the marks; not of a session without any."""
        found = {session.variants[place].item.id: one for place, one in left_open(session).items()}
        begun = self.saved or any(one.hints or one.marked for one in found.values())
        if begun and found != self.plan.open:
            self.plan = msgspec.structs.replace(self.plan, open=found)
            self.history.save_plan(self.recorder.session, msgspec.to_builtins(self.plan))

    def back(self, variant: Variant) -> str:
        """When the question comes back, in words."""
        return self.recorder.back(variant)

    def _save(self, variant: Variant, reply: Reply) -> None:
        self.recorder.save(variant, reply, replace=self.plan.exam)
        self.saved.add(variant.item.id)

    def _figure(self, variant: Variant) -> str:
        """The question's figure; one that has gone, or cannot be shown, is said and stands in words."""
        figure = variant.item.figure
        try:
            return figure_text(self.loaded, figure) if figure else ""
        except CnnquizError as why:
            console.stderr().say(f"cnnquiz: {why}")
            return ""

    # How it ends

    def _leave(self, session: Session, desk: Desk) -> int:
        """Say how to resume a session that was left; the exit code."""
        if desk.reader.ended and not self.saved:
            raise CnnquizError(
                'the input ended before an answer came: answer at a terminal, or give --answers "d b ..."'
            )
        screen = console.stderr() if desk.reader.ended else self.screen
        screen.show(screen.text(f"{screen.margin}{self.advice()}"))
        if self.plan.ends is not None:
            screen.show(screen.text(f"{screen.margin}The clock runs on: {minutes(_rest_of_time(self.plan))} left."))
        self._show_json(quiz_result(session, self.bank.id))
        return 0

    def _close(self, session: Session, desk: Desk) -> int:
        """Show the result of a session that came to its end; the exit code says whether the pass mark was reached."""
        self.recorder.finish()
        result, pass_mark = quiz_result(session, self.bank.id), self.options.pass_mark
        if session.exam and not desk.reader.presses:
            desk.review(session)
        self.screen.show(*result_lines(self.screen, result, pass_mark, self._next_steps(result)))
        if session.exam and desk.reader.presses:
            desk.review(session)
        self._show_json(result)
        return int(pass_mark is not None and result.percent < pass_mark)

    def _show_json(self, result: QuizResult) -> None:
        if self.options.json:
            import json

            console.stdout().raw(json.dumps(result.as_json(), indent=2) + "\n")

    def advice(self) -> str:
        """How much is saved, and the command that resumes the session."""
        command = _resume_command(self.name, self.plan, self.options.pass_mark)
        return self.recorder.advice(len(self.saved), len(self.questions), command)

    def interruption(self) -> str:
        """How to go on after a signal, where anything was asked."""
        return f". {self.advice()}" if self.questions else "."

    def _next_steps(self, result: QuizResult) -> list[tuple[str, str]]:
        """Commands worth typing now, each with its purpose."""
        again = f"cnnquiz take {display_text(shlex.quote(self.name))}"
        missed = [(n, r.variant) for n, r in enumerate(result.rows, 1) if r.asked and r.mark.verdict != "right"]
        unasked = any(not row.asked for row in result.rows)
        if not missed and not unasked:
            others = [f"cnnquiz take {other}" for other in bundled() if other != self.name]
            return [(others[0], "All right. Another quiz:")] if others else []
        many = len(missed) if len(missed) > 1 else "one"
        steps = [(f"{again} --mistakes", f"Retry the {many} you missed:")] if missed else []
        steps += [(again, "The whole quiz, with the questions that were not asked:")] if unasked else []
        for number, variant in missed:
            item, derivation = variant.item, variant.item.derivation
            if derivation and (command := derivation.command(variant.given)):
                steps.append((command, f"See question {number} worked in full, or try other numbers:"))
                if self.name in bundled():
                    drill = shlex.quote(f"{self.name}/{item.id}")
                    steps.append((f"cnnquiz drill {drill}", "Practise it with fresh numbers:"))
                break
        return steps


# What a plan says: to the person, and on the command line


def _facts(plan: Plan, asked: int, every: int) -> list[str]:
    """What the banner says about a session of so many questions of a bank."""
    facts = [f"{asked} question{'s' * (asked != 1)}"]
    if asked < every and not (plan.topic or plan.mistakes or plan.limit):
        facts = [f"{asked} of {every} questions: --limit {every} asks them all"]
    facts += ["exam: the verdicts come at the end"] * plan.exam
    facts += [f"time: {minutes(plan.seconds)}"] if plan.seconds else []
    if plan.seed is not None and plan.order == plan.seed:
        return [*facts, f"fresh numbers, shuffled: --seed {plan.seed} --shuffle repeats it"]
    facts += [f"fresh numbers: --seed {plan.seed} repeats them"] if plan.seed is not None else []
    return facts + ([f"shuffled: --order {plan.order} repeats it"] if plan.order is not None else [])


def _progress(plan: Plan, attempts: Sequence[Attempt], kept: Sequence[Reply | None]) -> str:
    """One line about a session that can be resumed: how far it came, and of what kind it is."""
    facts = ["exam"] * plan.exam
    facts += [] if plan.seconds is None else [f"{minutes(_rest_of_time(plan))} left"]
    facts += [f"fresh numbers of seed {plan.seed}"] if plan.seed is not None else []
    facts += ["shuffled"] if plan.order is not None else []
    facts += [f"on {plan.topic}"] if plan.topic else []
    facts += ["your mistakes"] * plan.mistakes
    kind = f" ({', '.join(facts)})" if facts else ""
    done = sum(reply is not None for reply in kept)
    changed = len({each.item for each in attempts}) - done
    more = f" Not counted, since the bank has changed: {count(changed, 'answer')}." if changed else ""
    return f"You stopped after {done} of {len(kept)} questions{kind}. They are saved.{more}"


def _fits(plan: Plan, options: TakeOptions) -> bool:
    """Whether a session was begun with these options; an order named by its number fits however it came about."""
    if options.order is not None:
        ordered = plan.order == options.order
    else:
        ordered = plan.shuffle if options.shuffle else plan.order is None
    begun = (plan.exam, plan.seconds, plan.limit, plan.topic.casefold(), plan.mistakes, plan.seed)
    given = (options.exam, options.seconds, options.limit, options.topic.casefold(), options.mistakes, options.seed)
    return ordered and begun == given


def _resume_command(name: str, plan: Plan, pass_mark: float | None) -> str:
    """The command that resumes a session of that plan, and no other."""
    repeated = plan.shuffle and plan.order == plan.seed  # --seed alone repeats that order
    options = {
        "--exam": plan.exam,
        "--time": _duration(plan.seconds) if plan.seconds else None,
        "--seed": plan.seed,
        "--shuffle": repeated,
        "--order": None if repeated else plan.order,
        "--limit": plan.limit,
        "--topic": plan.topic,
        "--mistakes": plan.mistakes,
        "--pass-mark": None if pass_mark is None else f"{pass_mark:g}",
    }
    words = ["cnnquiz", "take", name]
    for option, value in options.items():
        if value is not None and value is not False and value != "":
            words += [option] if value is True else [option, str(value)]
    return display_text(shlex.join(words))


def _duration(seconds: float) -> str:
    """Seconds as `--time` takes them: 90 s is 1m30s."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "m"), (rest, "s"))
    return "".join(f"{count}{unit}" for count, unit in parts if count)


def _rest_of_time(plan: Plan) -> float:
    """The seconds until the time is up; at least 0."""
    return (plan.seconds or 0.0) if plan.ends is None else max(0.0, plan.ends - clock.seconds())


def _seconds_left(session: Session) -> float | None:
    return None if session.deadline is None else max(0.0, session.deadline - clock.seconds())
