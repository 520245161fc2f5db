"""One `drill`: questions with new numbers, misconceptions named, a second try, the steps, until all is mastered."""

from __future__ import annotations

import re
import shlex
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from random import SystemRandom
from typing import Any

from msgspec import Struct, ValidationError, convert, to_builtins

from cnnquiz import answers, calculators, files
from cnnquiz.errors import CnnquizError
from cnnquiz.history import History
from cnnquiz.items.derived_answer import Group, formula_of
from cnnquiz.items.variants import Variant, misconceptions_behind, solution_of
from cnnquiz.model import Mark
from cnnquiz.naming import did_you_mean
from cnnquiz.quiz import drill as machine
from cnnquiz.quiz.drill import Drill, How, Question
from cnnquiz.quiz.drill_scope import families
from cnnquiz.quiz.session import SKIPPED, Reply
from cnnquiz.render import console, keys
from cnnquiz.render import drill as view
from cnnquiz.render.listing import show_json
from cnnquiz.sessions.recorder import Recorder, with_history
from cnnquiz.shown import display_text
from cnnquiz.solution import jsonable, text

TRIES = 2
WORDS = {
    "h": "hint", "hint": "hint", "?": "help", "help": "help", "keys": "help", "q": "quit", "quit": "quit",
    "exit": "quit", "s": "skip", "skip": "skip", "-": "skip",
}  # fmt: skip


FIELD = re.compile(r"([A-Za-z][\w ]*):(.*)")  # of a script


class DrillOptions(Struct, frozen=True):
    """The options of the command line."""

    seed: int | None = None
    fresh: bool = False
    limit: int | None = None
    answers_file: str | None = None
    json: bool = False


def drill(words: tuple[str, ...], options: DrillOptions) -> int:
    """Drill what the words name, and show what is mastered; the exit code."""
    seed = SystemRandom().randrange(10**6) if options.seed is None else options.seed
    start = machine.start(families(words), seed)
    script = read_script(options.answers_file, start) if options.answers_file else None
    return with_history(lambda history: DrillSession(start, shlex.join(words), history, options, script))


LARGEST_SCRIPT = 64 * 1024  # bytes of a file of answers


def read_script(path: str, drill: Drill) -> Iterator[str]:
    """The answers in a file, one a line; CnnquizError at a field or misconception that this drill does not have."""
    written = files.read_bytes(Path(path), LARGEST_SCRIPT).decode("utf-8-sig", "replace")
    lines = [line.strip() for line in written.splitlines()]
    families = (family for skill in drill.skills for level in skill.levels for family in level)
    names = {family.item.derivation.calculator for family in families if family.item.derivation}
    known = {one.name for name in names for one in calculators.load(name).misconceptions}
    for number, line in enumerate(lines, 1):
        if fault := script_fault(line, known):
            raise CnnquizError(f"{display_text(path)}:{number}: {fault}")
    return iter(lines)


def script_fault(line: str, known: Collection[str]) -> str:
    """What is wrong with a line of a script: its field, or the name of a misconception; empty if nothing is."""
    field = FIELD.fullmatch(line)
    if field is None:
        return ""
    if field[1] != "slip":
        return f"there is no field `{field[1][:40]}`: write `slip: NAME`, `key` or a value"
    for name in (name.strip() for name in field[2].split("+")):
        if name not in known:
            hint = did_you_mean(name, known, f"this drill knows {', '.join(sorted(known))}", quote="`")
            return f"there is no misconception `{name[:40]}`: {hint}"
    return ""


class UserQuit(Exception):
    """The drill was left with `q`, or the input ended."""


class Try(Struct, frozen=True):
    """One marked response, and the groups of misconceptions that lead to it."""

    response: str
    mark: Mark
    misconceptions: tuple[Group, ...] = ()


class Turn(Struct):
    """One question with its tries and the number of hints shown; `how` it ended, once it has.

    `before` counts the tries that were made before the drill was resumed, `begun` is the clock's time at the start.
    """

    asked: Question
    begun: float
    tries: list[Try] = []
    hints: int = 0
    before: int = 0
    how: How | None = None

    @property
    def count(self) -> int:
        """How many tries there were, with those before the drill was resumed."""
        return self.before + len(self.tries)


class OpenQuestion(Struct, frozen=True):
    """What the history keeps of a question that has tries or hints but no end yet."""

    item: str
    seed: int | None
    hints: int = 0
    tries: int = 0


class DrillSession:
    """One drill at work. A script stands in for the keyboard; the drill is finished with its last answer."""

    def __init__(
        self, drill: Drill, name: str, history: History, options: DrillOptions, script: Iterator[str] | None
    ) -> None:
        self.drill, self.name, self.history, self.options, self.script = drill, name, history, options, script
        self.screen = console.stdout()
        if options.json:
            self.screen = console.stderr() if script is None else console.nowhere()
        self.recorder = Recorder(history, "drill")
        self.asked: Question | None = None
        self.turns: list[Turn] = []
        self.open_question: OpenQuestion | None = None
        self.answers = 0
        self._lines = script if script is not None else iter(keys.line, None)
        self._typing = script is None and keys.at_terminal()

    def run(self) -> int:
        """Ask until all is mastered, the limit is reached, or the person leaves; show how it stands; the exit code."""
        self._begin()
        try:
            while not self.drill.over and len(self.turns) != self.options.limit:
                self._ask(machine.question(self.drill))
        except UserQuit:
            pass
        if self.drill.over or self.script is not None:
            self.recorder.finish()
        self.screen.show(*view.summary(self.screen, self.drill, [self._farewell()]))
        if self.options.json:
            show_json(console.stdout(), self._document())
        return 0

    def _begin(self) -> None:
        """Resume the last drill of that name unless a new one is asked for, and show the banner."""
        fresh = self.options.fresh or self.options.seed is not None or self.script is not None
        saved = None if fresh else next(iter(self.history.resumable(self.name, "drill")), None)
        if saved is not None and saved.plan:
            self.drill, self.open_question = machine.resume(self.drill, saved.plan), _open_question(saved.plan)
            self.recorder.resume(saved.session)  # one session to its end, so that leaving twice loses nothing
        self.recorder.start(self.name, machine.as_plan(self.drill))
        self.recorder.report_problem()
        self.screen.show(*view.banner(self.screen, self.drill))

    def _ask(self, asked: Question) -> None:
        """Ask one question to its end, and save where the drill stands then."""
        self.asked = asked
        self.screen.show(*view.question(self.screen, self.drill, asked))
        turn = self._turn(asked)
        while turn.how is None:
            turn.how = self._respond(turn, self._read(asked))
        self.drill = machine.advance(self.drill, asked, turn.how)
        self.turns.append(turn)
        self.asked = None
        self.history.save_plan(self.recorder.session, machine.as_plan(self.drill))
        if turn.how != "wrong":
            self.screen.show(*view.right(self.screen, self.drill, asked, turn.how))
        elif self._typing and len(self.turns) != self.options.limit:
            self._pause()

    def _turn(self, asked: Question) -> Turn:
        """A question at its beginning; one that was open when the drill was left keeps its hints and tries."""
        turn, kept, self.open_question = Turn(asked, time.monotonic()), self.open_question, None
        if kept is None or (kept.item, kept.seed) != (asked.variant.item.id, asked.variant.seed):
            return turn
        turn.before = min(kept.tries, TRIES - 1)
        for _ in range(kept.hints):
            self.screen.show(*view.hint(self.screen, *self._hint(turn)))
        return turn

    def _save_open(self, turn: Turn) -> None:
        """Save the hints and tries of an open question, so that leaving does not undo them."""
        variant = turn.asked.variant
        kept = OpenQuestion(variant.item.id, variant.seed, turn.hints, turn.count)
        self.history.save_plan(self.recorder.session, machine.as_plan(self.drill) | {"open": to_builtins(kept)})

    def _read(self, asked: Question) -> str:
        """The next line that is not empty; UserQuit at the end of the input."""
        self.screen.write(self.screen.margin + "> ")
        try:
            text = next(line for line in self._lines if line)
        except (EOFError, StopIteration):
            self.screen.show("")
            if self.answers or self.script is not None:
                raise UserQuit from None
            raise CnnquizError(
                "the input ended before an answer came: answer at a terminal, or give --answers-file FILE"
            ) from None
        if self.script is not None:
            text = script_answer(asked.variant, text)
        if not self._typing:
            self.screen.show(text)
        return text

    def _respond(self, turn: Turn, text: str) -> How | None:
        """Do what was typed; how the question ended, or None while it is open."""
        match WORDS.get(text.casefold()):
            case "hint":
                hint = self._hint(turn)
                self._save_open(turn)
                self.screen.show(*view.hint(self.screen, *hint))
            case "help":
                self.screen.show(*view.help_lines(self.screen))
            case "quit":
                raise UserQuit
            case "skip":
                self._save(turn, Try("", SKIPPED))
                return self._solution(turn)
            case _:
                return self._answer(turn, text)
        return None

    def _hint(self, turn: Turn) -> tuple[str, str]:
        """The label of the next hint, and its words; the formula is the last."""
        hints = [("Hint", words) for words in turn.asked.variant.hints]
        solution = solution_of(turn.asked.variant)
        formula = formula_of(solution) if solution else ""
        hints += [("The formula", formula)] if formula else []
        if turn.hints >= len(hints):
            return "", "There are no more hints. `s` shows the answer, worked out."
        turn.hints += 1
        return hints[turn.hints - 1]

    def _answer(self, turn: Turn, text: str) -> How | None:
        """Mark an answer that can be read, save it, then show its verdict."""
        variant = turn.asked.variant
        response = answers.read_response(variant, text)
        if response is None:
            self.screen.show(*view.unreadable_lines(self.screen, variant, text))
            return None
        mark, alone = answers.mark(variant, response), not (turn.count or turn.hints)
        wrong = mark.verdict == "wrong"
        groups = misconceptions_behind(variant, answers.value_of(variant, response)) if wrong else []
        turn.tries.append(Try(response, mark, tuple(groups)))
        self._save(turn, turn.tries[-1])
        if mark.verdict == "right":
            return "alone" if alone else "helped"
        return self._second_try(turn)

    def _second_try(self, turn: Turn) -> How | None:
        """After a wrong answer: name its misconceptions, once; then another try, or the worked steps."""
        last, before = turn.tries[-1], [each.misconceptions for each in turn.tries[:-1]]
        named = [] if last.misconceptions in before else last.misconceptions
        self.screen.show(*view.wrong(self.screen, turn.asked.variant, last.response, named))
        if turn.count >= TRIES:
            return self._solution(turn)
        hint = ("", "") if last.misconceptions else self._hint(turn)
        self._save_open(turn)
        self.screen.show(*view.once_more(self.screen, *hint))
        return None

    def _solution(self, turn: Turn) -> How:
        """Show the worked steps; the question then counts as wrong."""
        self.screen.show(*view.answer_lines(self.screen, turn.asked, solution_of(turn.asked.variant)))
        return "wrong"

    def _save(self, turn: Turn, response: Try) -> None:
        seconds = None if self.script is not None else round(time.monotonic() - turn.begun, 1)
        reply = Reply(response.response, response.mark, max(turn.hints, turn.count - 1), seconds)
        self.answers += 1
        self.recorder.save(turn.asked.variant, reply)

    def _pause(self) -> None:
        """Leave the person time to read the worked steps."""
        self.screen.write(view.pause_line(self.screen))
        try:
            text = keys.line() or ""
        except EOFError:
            self.screen.show("")
            raise UserQuit from None
        if WORDS.get(text.casefold()) == "quit":
            raise UserQuit

    def _farewell(self) -> str:
        """What is saved, and what to do next."""
        self.history.retry()
        if lost := self.history.unsaved:
            what = "Nothing of it" if lost >= self.answers else f"Not all of it ({lost} answers are missing)"
            return f"{what} is saved: the history cannot be written."
        if self.drill.over:
            return "Well done. `cnnquiz review` brings it back just before it is forgotten."
        return f"{'Saved. ' if self.answers else ''}Resume with: cnnquiz drill {self.name}"

    def interruption(self) -> str:
        """How to go on after a signal."""
        self.history.retry()
        saved = self.answers - self.history.unsaved
        if self.answers and not saved:
            return f"; nothing is saved. Begin again with: cnnquiz drill {self.name}"
        count = f"{saved} answer{'s' * (saved != 1)}"
        return f"; {count} saved. Resume with: cnnquiz drill {self.name}"

    def _document(self) -> dict[str, Any]:
        """The drill as JSON; `next` is the question that was still open."""
        skills = zip(self.drill.skills, self.drill.standings, strict=True)
        return {
            "drill": shlex.split(self.name),
            "seed": self.drill.seed,
            "questions": [_turn_json(self.drill, turn) for turn in self.turns],
            "next": _question_json(self.drill, self.asked) if self.asked else None,
            "skills": [
                {
                    "name": skill.name, "level": at.level + 1, "levels": len(skill.levels), "streak": at.streak,
                    "asked": at.asked, "right": at.right, "mastered": at.mastered,
                }
                for skill, at in skills
            ],
            "mastered": self.drill.over,
        }  # fmt: skip


def script_answer(variant: Variant, line: str) -> str:
    """What a line of a script answers: `key` the right value, `slip: NAME` the one that the misconception leads to.

    Where a misconception changes nothing, that is the right value.
    """
    field = FIELD.fullmatch(line)
    if line == "key" or field is None:
        return variant.key[0] if line == "key" else line
    derived = variant.worked.derived
    value = derived.wrong_value(name.strip() for name in field[2].split("+")) if derived else None
    return variant.key[0] if derived is None or value in (None, derived.value) else text(value)


def _open_question(plan: dict[str, Any]) -> OpenQuestion | None:
    """The question that was open when the drill was left, if there was one."""
    try:
        return convert(plan["open"], OpenQuestion)
    except (KeyError, ValidationError):
        return None


def _turn_json(drill: Drill, turn: Turn) -> dict[str, Any]:
    names = [name for one in turn.tries for name in one.mark.misconceptions]
    return {
        **_question_json(drill, turn.asked),
        "attempts": [_try_json(one) for one in turn.tries],
        "hints": turn.hints,
        "how": turn.how,
        "misconception": "+".join(dict.fromkeys(names)) or None,
    }


def _try_json(one: Try) -> dict[str, Any]:
    return {
        "response": one.response,
        "correct": one.mark.verdict == "right",
        "misconceptions": list(one.mark.misconceptions),
        "slips": [[each.name for each in group] for group in one.misconceptions],
    }


def _question_json(drill: Drill, asked: Question) -> dict[str, Any]:
    variant = asked.variant
    derivation = variant.item.derivation
    assert derivation is not None  # a family has one
    return {
        "skill": drill.skills[asked.skill].name, "level": asked.level + 1, "bank": variant.bank,
        "item": variant.item.id, "seed": variant.seed, "calculator": derivation.calculator,
        "given": jsonable(variant.given), "want": derivation.want, "stem": variant.stem, "key": variant.key[0],
    }  # fmt: skip
