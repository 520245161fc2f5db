"""One drill from what was asked for to its document: ask, mark, name the slip, let try again, work it out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec import Struct

from cnnquiz import __version__, answers, diagnosis, drilling, files, marking, sitting
from cnnquiz.drilling import Drill, How, Question
from cnnquiz.history import History
from cnnquiz.model import Mark
from cnnquiz.render import console, keys
from cnnquiz.render import drill as view
from cnnquiz.session import Reply
from cnnquiz.shorthand import derivation_of
from cnnquiz.steps import jsonable
from cnnquiz.worked import worked_out

TRIES = 2


class Left(Exception):
    """The drill was left with `q`, or the input came to its end."""


class Try(Struct, frozen=True):
    """One marked response to a question."""

    response: str
    mark: Mark


class Done(Struct, frozen=True):
    """One question that has had its end."""

    question: Question
    skill: str
    tries: tuple[Try, ...]
    hints: int
    how: How


class Practice:
    """One drill at work: the screen, the disk and the answers that serve it."""

    def __init__(
        self, drill: Drill, name: str, history: History, screen: console.Screen, script: Iterator[str] | None
    ) -> None:
        self.drill, self.name, self.history, self.screen = drill, name, history, screen
        self.script = script
        self.session = ""
        self.asked: Question | None = None
        self.done: list[Done] = []

    def play(self, limit: int | None = None) -> None:
        """Ask until all is mastered, the limit is reached, or the person leaves."""
        self.session = self.history.start_session(self.name, "drill", {}, _now())
        if self.history.problem:
            console.stderr().say(self.history.problem)
        self.screen.show(*view.banner(self.screen, self.drill))
        try:
            while not self.drill.over and (limit is None or self.drill.asked < limit):
                self.asked = drilling.question(self.drill)
                self.screen.show(*view.question(self.screen, self.drill, self.asked))
                self._end(self.asked, *self._exchange(self.asked))
        except Left:
            pass
        self.history.finish_session(self.session, _now())

    def _exchange(self, asked: Question) -> tuple[How, int, list[Try]]:
        """One question to its end: two tries, the slip named after the first, the steps after the second."""
        hints, begun = 0, time.monotonic()
        tries: list[Try] = []
        while True:
            text = self._read(asked)
            match text.casefold():
                case "h" | "hint":
                    hints += self._hint(asked, hints)
                    continue
                case "?" | "help" | "keys":
                    self.screen.show(*view.help_lines(self.screen))
                    continue
                case "q" | "quit" | "exit":
                    raise Left
                case "s" | "skip" | "-":
                    self._keep(asked, Try("", Mark("skipped", 0.0)), hints, begun)
                    self.screen.show(*view.solved(self.screen, asked, worked_out(asked.variant)))
                    return "wrong", hints, tries
            response = marking.read_response(asked.variant, text)
            if response is None:
                self.screen.show(*view.unreadable(self.screen, text, asked.variant.item.type))
                continue
            tries.append(Try(response, marking.mark(asked.variant, response)))
            self._keep(asked, tries[-1], hints + len(tries) - 1, begun)
            if tries[-1].mark.verdict == "right":
                return ("alone" if len(tries) == 1 and not hints else "helped"), hints, tries
            self._wrong(asked, response, len(tries) == TRIES)
            if len(tries) == TRIES:
                return "wrong", hints, tries

    def _read(self, asked: Question) -> str:
        """What is typed next, without empty lines; the end of the input is leaving."""
        self.screen.write(self.screen.margin + "> ")
        try:
            lines = self.script if self.script is not None else iter(keys.line, None)
            text = next(line for line in lines if line)
        except (EOFError, StopIteration):
            self.screen.show("")
            raise Left from None
        if self.script is not None:
            text = _scripted(asked, text)
            self.screen.show(text)
        return text

    def _hint(self, asked: Question, shown: int) -> int:
        """Show the next hint, or the formula behind the last one; 1 if there was one to count."""
        hints = [*asked.variant.hints, *_formula(asked)]
        words = hints[shown] if shown < len(hints) else "There are no more hints; s works it out."
        self.screen.show(*view.hint(self.screen, words))
        return int(shown < len(hints))

    def _wrong(self, asked: Question, response: str, last: bool) -> None:
        slips = diagnosis.groups(asked.variant, answers.read_value(response))
        self.screen.show(*view.wrong(self.screen, response, slips))
        if last:
            self.screen.show(*view.solved(self.screen, asked, worked_out(asked.variant)))
        else:
            words = "" if slips else next(iter([*asked.variant.hints, *_formula(asked)]), "")
            self.screen.show(*view.once_more(self.screen, words))

    def _keep(self, asked: Question, tried: Try, helped: int, begun: float) -> None:
        """Commit a response to disk before its verdict is shown; say once what keeps it from being saved."""
        before = self.history.problem
        seconds = None if self.script is not None else round(time.monotonic() - begun, 1)
        reply = Reply(tried.response, tried.mark, helped, seconds)
        moment = _now().isoformat(timespec="microseconds")
        self.history.record(sitting.attempt(self.session, asked.variant, reply, moment, __version__, "drill"))
        if self.history.problem and self.history.problem != before:
            console.stderr().say(self.history.problem)

    def _end(self, asked: Question, how: How, hints: int, tries: list[Try]) -> None:
        self.drill = drilling.answered(self.drill, asked, how)
        self.done.append(Done(asked, self.drill.skills[asked.skill].name, tuple(tries), hints, how))
        self.asked = None
        if how != "wrong":
            self.screen.show(*view.right(self.screen, self.drill, asked, how))

    def document(self) -> dict[str, Any]:
        """The drill as JSON; `next` is the question that was still open."""
        skills = zip(self.drill.skills, self.drill.standings, strict=True)
        return {
            "drill": self.name.split(),
            "seed": self.drill.seed,
            "questions": [_done_json(done) for done in self.done],
            "next": _question_json(self.asked, self.drill.skills[self.asked.skill].name) if self.asked else None,
            "skills": [
                {
                    "name": skill.name, "level": at.level + 1, "levels": len(skill.levels), "streak": at.streak,
                    "asked": at.asked, "right": at.right, "mastered": at.mastered,
                }
                for skill, at in skills
            ],
            "mastered": self.drill.over,
        }  # fmt: skip


def _formula(asked: Question) -> list[str]:
    """The formula of the item's calculator, as the last hint."""
    solution = worked_out(asked.variant)
    first = next((step for step in solution.steps if step.formula), None) if solution else None
    return [f"${first.formula.latex}$"] if first else []


def _scripted(asked: Question, text: str) -> str:
    """A line of a script: `key` is the right answer, `slip: NAME` the one that a misconception leads to."""
    if text == "key":
        return asked.variant.key[0]
    word, colon, names = text.partition(":")
    if word != "slip" or not colon:
        return text
    response = diagnosis.slipped(asked.variant, tuple(name.strip() for name in names.split("+")))
    return "-" if response is None else response


def script(path: str) -> Iterator[str]:
    """The answers of a file, a line each."""
    text = files.read_bytes(Path(path)).decode("utf-8-sig", "replace")
    return iter([line.strip() for line in text.splitlines()])


def _done_json(done: Done) -> dict[str, Any]:
    body = _question_json(done.question, done.skill)
    body["attempts"] = [
        {
            "response": one.response,
            "correct": one.mark.verdict == "right",
            "misconceptions": list(one.mark.misconceptions),
        }
        for one in done.tries
    ]
    named = [slip for one in done.tries for slip in one.mark.misconceptions]
    return {**body, "hints": done.hints, "how": done.how, "misconception": "+".join(dict.fromkeys(named)) or None}


def _question_json(asked: Question, skill: str) -> dict[str, Any]:
    variant = asked.variant
    derivation = derivation_of(variant.item)
    assert derivation is not None  # a family has one
    return {
        "skill": skill, "level": asked.level + 1, "bank": variant.bank, "item": variant.item.id, "seed": variant.seed,
        "calculator": derivation.calculator, "given": jsonable(variant.given), "want": derivation.want,
        "stem": variant.stem, "key": variant.key[0],
    }  # fmt: skip


def next_steps(practice: Practice) -> list[str]:
    """What to do after the drill."""
    if practice.drill.over:
        return ["Well done. `cnnquiz review` brings these back just before they are forgotten."]
    left = ", ".join(skill.name for skill in practice.drill.left)
    return [f"Left: {left}.", f"Go on with: cnnquiz drill {practice.name}"]


def _now() -> datetime:
    return datetime.now(UTC)
