"""One `drill`: questions with new numbers, misconceptions named, a second try, the steps, until all is mastered."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Iterator
from pathlib import Path
from random import SystemRandom
from typing import Any, Literal

from msgspec import Struct, ValidationError, convert, to_builtins

from cnnquiz import answers, calculators, clock, files
from cnnquiz.errors import CnnquizError
from cnnquiz.history import History
from cnnquiz.items.derived_answer import Group, formula_of
from cnnquiz.items.variants import Variant, solution_of
from cnnquiz.model import Mark
from cnnquiz.naming import did_you_mean
from cnnquiz.quiz import drill as machine
from cnnquiz.quiz.commands import command
from cnnquiz.quiz.drill import Drill, How, Question
from cnnquiz.quiz.drill_scope import families
from cnnquiz.quiz.session import SKIPPED, Reply
from cnnquiz.quiz.worked_lines import lines
from cnnquiz.render import console, input_events, keys
from cnnquiz.render import drill as view
from cnnquiz.render.answer_form import taken_letters
from cnnquiz.render.by_lines import answer_by_lines
from cnnquiz.render.explanation import Explanation
from cnnquiz.render.listing import show_json
from cnnquiz.render.quiz import NO_LINES
from cnnquiz.sessions.recorder import Recorder, with_history
from cnnquiz.shown import display_text
from cnnquiz.solution import jsonable, text

Undone = Literal["undone"]
FIELD = re.compile(r"([A-Za-z][\w ]*):(.*)")  # of a script


class DrillOptions(Struct, frozen=True):
    """The options of the command line."""

    seed: int | None = None
    fresh: bool = False
    limit: int | None = None
    answers_file: str | None = None
    steps: bool = False
    json: bool = False


def drill(words: tuple[str, ...], options: DrillOptions) -> int:
    """Drill what the words name, and show what is mastered; the exit code."""
    seed = SystemRandom().randrange(10**6) if options.seed is None else options.seed
    start = machine.start(families(words), seed)
    script = read_script(options.answers_file, start) if options.answers_file is not None else None
    return with_history(lambda history: DrillSession(start, shlex.join(words), history, options, script))


LARGEST_SCRIPT, MOST_IDLE = 64 * 1024, 150  # bytes of a file of answers, and its lines that are no right answer


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

    `before` counts the tries that were made before the drill was resumed, `begun` is the clock's time at the start,
    `typed` the parts of the next try that were given so far.
    """

    asked: Question
    begun: float
    tries: list[Try] = []
    hints: int = 0
    before: int = 0
    how: How | Undone | None = None
    typed: str = ""
    by_lines: bool = False

    @property
    def help(self) -> int:
        """How many hints were shown; the lines of the derivation are one."""
        return self.hints + self.by_lines

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
    by_lines: bool = False
    seconds: float = 0.0


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
        self.before: Drill | None = None  # the last answer, which can be taken back
        self.taken_back: Turn | None = None
        self.open_question: OpenQuestion | None = None
        self.answers = self.idle = 0
        self._lines = script if script is not None else iter(keys.line, None)
        self._typing = script is None and keys.at_terminal()
        self.explanation: Explanation | None = None
        self.rows = 0  # of the screen since the head of the question, with that

    def run(self) -> int:
        """Ask until all is mastered, the limit is reached, or the person leaves; show how it stands; the exit code."""
        self._begin()
        try:
            while not self.drill.over and len(self.turns) != self.options.limit:
                self._ask(self.taken_back.asked if self.taken_back else machine.question(self.drill))
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
        self.asked, self.explanation, self.screen = asked, None, self.screen.resized()
        self._show_question(asked)
        turn = self._turn(asked)
        if self.options.steps:
            turn.how = self._by_lines(turn)
        while turn.how is None:
            turn.how = self._respond(turn, self._read(asked.variant))
        if turn.how == "undone":
            return
        self.before = self.drill
        self.drill = machine.advance(self.drill, asked, turn.how)
        self.turns.append(turn)
        self.idle -= turn.how != "wrong"
        self.asked = None
        self.history.save_plan(self.recorder.session, machine.as_plan(self.drill))
        if turn.how != "wrong":
            back = self.recorder.back(asked.variant)
            self.screen.show(*view.right(self.screen, self.drill, asked, turn.how, back))
        elif self._typing and self.explanation:
            following = "result" if len(self.turns) == self.options.limit else "next question"
            if not input_events.explain(self.screen, self.explanation, following):
                raise UserQuit

    def _show_question(self, asked: Question) -> None:
        lines = view.question(self.screen, self.drill, asked, self._figure(asked))
        self.rows = -2
        self._show(*lines)

    def _before(self) -> list[Any]:
        """The question before, with its answer."""
        if not self.turns:
            return view.hint(self.screen, "", "This is the first question since the drill was begun.")
        turn = self.turns[-1]
        last = turn.tries[-1] if turn.tries else Try("", SKIPPED)
        told = Explanation(self.screen, turn.asked.variant, Reply(last.response, last.mark), solution_of)
        return view.before(self.screen, self.drill.asked, told)

    def _figure(self, asked: Question) -> str:
        """The question's figure; one that has gone is said and stands in words."""
        figure = asked.variant.item.figure
        try:
            return files.figure_text(files.bundled().get(asked.source, asked.source), figure) if figure else ""
        except CnnquizError as why:
            console.stderr().say(f"cnnquiz: {why}")
            return ""

    def _show(self, *lines: Any) -> None:
        self.rows += len(lines)
        self.screen.show(*lines)

    def _turn(self, asked: Question) -> Turn:
        """A question at its beginning; one that was open when the drill was left keeps its hints, tries and time."""
        if (again := self.taken_back) is not None:
            self.taken_back, again.how = None, None
            return again
        turn, kept, self.open_question = Turn(asked, clock.seconds()), self.open_question, None
        if kept is None or (kept.item, kept.seed) != (asked.variant.item.id, asked.variant.seed):
            return turn
        turn.by_lines = kept.by_lines
        turn.before = min(kept.tries, tries(asked.variant) - 1)
        turn.begun -= kept.seconds
        for _ in range(kept.hints):
            self._show(*view.hint(self.screen, *self._hint(turn)))
        return turn

    def _save_open(self, turn: Turn) -> None:
        """Save the hints, tries and time of an open question, so that leaving does not undo them."""
        variant = turn.asked.variant
        seconds = round(clock.seconds() - turn.begun, 1)
        kept = OpenQuestion(variant.item.id, variant.seed, turn.hints, turn.count, turn.by_lines, seconds)
        self.history.save_plan(self.recorder.session, machine.as_plan(self.drill) | {"open": to_builtins(kept)})

    def _by_lines(self, turn: Turn) -> How | Undone | None:
        """Let the answer be worked line by line, which counts as a hint; how the question ended, if it did."""
        variant = turn.asked.variant
        if not lines(variant):
            if not self.options.steps:
                self._show(*view.hint(self.screen, "", NO_LINES))
            return None
        turn.by_lines = True
        self._save_open(turn)
        event = answer_by_lines(self.screen, variant, self._read, lambda shown: self._show(*shown))
        if event.action == "next":
            self._show_question(turn.asked)
            return None
        return self._respond(turn, event.text or event.action)

    def _read(self, variant: Variant) -> str:
        """The next line that is not empty, as an answer to this question; UserQuit at the end of the input."""
        self.rows += 1
        try:
            if self._typing:
                text = next(filter(None, iter(self._typed, None)))
            else:
                self.screen.write(self.screen.margin + "> ")
                text = next(line for line in self._lines if line)
        except (EOFError, StopIteration):
            self.screen.show("")
            if self.answers or self.script is not None:
                raise UserQuit from None
            raise CnnquizError(
                "the input ended before an answer came: answer at a terminal, or give --answers-file FILE"
            ) from None
        if self.script is not None:
            self.idle += 1
            if self.idle > MOST_IDLE:
                file = display_text(self.options.answers_file or "")
                raise CnnquizError(f"{file}: more than {MOST_IDLE} lines of it are no right answer; give fewer")
            text = script_answer(variant, text)
        if not self._typing:
            self.screen.show(text)
        return text

    def _typed(self) -> str | None:
        """The next line that somebody types."""
        keys.discard()
        return input_events.typed_line(self.screen)

    def _respond(self, turn: Turn, text: str) -> How | Undone | None:
        """Do what was typed; how the question ended, or None while it is open."""
        found = command(text, False, taken_letters(turn.asked.variant))
        match found.word if found in view.commands(turn.asked.variant) else "":
            case "hint":
                hint = self._hint(turn)
                self._save_open(turn)
                self._show(*view.hint(self.screen, *hint))
            case "keys":
                self._show(*view.help_lines(self.screen, turn.asked.variant))
            case "back":
                self._show(*self._before())
                self._show_question(turn.asked)
            case "figure":
                self._show(*view.figure(self.screen, turn.asked.variant, self._figure(turn.asked)))
            case "steps":
                return self._by_lines(turn)
            case "repeat":
                self._show_question(turn.asked)
            case "undo":
                return self._undo(turn)
            case "quit":
                if turn.hints or turn.count or self.answers:
                    self._save_open(turn)
                raise UserQuit
            case "skip":
                turn.tries.append(Try("", SKIPPED))
                self._save(turn, turn.tries[-1])
                return self._solution(turn, turn.tries[-1])
            case _:
                return self._answer(turn, text)
        return None

    def _undo(self, turn: Turn) -> Undone | None:
        """Take the last answer back: a try at this question, or the one that ended the question before."""
        here = bool(turn.tries)
        if not here and (self.before is None or not self.turns or not self.turns[-1].tries):
            self._show(*view.hint(self.screen, "", "There is no answer to take back."))
            return None
        last = turn if here else self.turns.pop()
        last.tries.pop()
        self.recorder.take_back(last.asked.variant)
        self.answers -= 1
        if not here:
            self.drill, self.before, self.taken_back = self.before or self.drill, None, last
        self._save_open(last)
        self._show(*view.hint(self.screen, "", "Taken back: that answer does not count."))
        return None if here else "undone"

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
        response = answers.read_response(variant, f"{turn.typed}; {text}" if turn.typed else text)
        if response is None:
            self._show(*view.unreadable_lines(self.screen, variant, text))
            return None
        if left := answers.missing_parts(variant, response):
            turn.typed = response
            self._show(*view.part(self.screen, variant, left[0]))
            return None
        turn.typed = ""
        mark, alone = answers.mark(variant, response), not (turn.count or turn.help)
        each = answers.marked_parts(variant, response)
        groups = tuple(group for part, one, _ in each for group in answers.misconceptions_of(part, one))
        turn.tries.append(Try(response, mark, groups))
        self._save(turn, turn.tries[-1])
        if mark.verdict == "right":
            return "alone" if alone else "helped"
        return self._second_try(turn)

    def _second_try(self, turn: Turn) -> How | None:
        """After a wrong answer: name its misconceptions, once; then another try, or the worked steps."""
        last = turn.tries[-1]
        if turn.by_lines or turn.count >= tries(turn.asked.variant):
            return self._solution(turn, last)
        for part, response, mark in answers.marked_parts(turn.asked.variant, last.response):
            if mark.verdict != "right":
                self._show(*view.wrong(self.screen, part, response, answers.misconceptions_of(part, response)))
        hint = ("", "") if last.misconceptions or turn.asked.variant.choices else self._hint(turn)
        self._save_open(turn)
        self._show(*view.once_more(self.screen, *hint))
        return None

    def _solution(self, turn: Turn, last: Try) -> How:
        """Show the answer, and the worked steps where no key can ask for them; the question then counts as wrong."""
        variant = turn.asked.variant
        self.explanation = Explanation(self.screen, variant, Reply(last.response, last.mark), solution_of)
        if not self._typing:
            self.screen.show(*self.explanation.full())
            return "wrong"
        lead = f"Question {self.drill.asked + 1}  "
        self.screen.show(*self.explanation.below(self.rows, lead))
        return "wrong"

    def _save(self, turn: Turn, response: Try) -> None:
        seconds = None if self.script is not None else round(clock.seconds() - turn.begun, 1)
        reply = Reply(response.response, response.mark, max(turn.help, turn.count - 1), seconds)
        self.answers += 1
        self.recorder.save(turn.asked.variant, reply)

    @property
    def _command(self) -> str:
        return f"cnnquiz drill {display_text(self.name)}{' --steps' * self.options.steps}"

    def _farewell(self) -> str:
        """What is saved, and what to do next."""
        self.history.retry()
        if lost := self.history.unsaved:
            what = "Nothing of it" if lost >= self.answers else f"Not all of it ({lost} answers are missing)"
            return f"{what} is saved: the history cannot be written."
        if self.drill.over:
            return "Well done. `cnnquiz review` brings it back just before it is forgotten."
        return f"{'Saved. ' if self.answers else ''}Resume with: {self._command}"

    def interruption(self) -> str:
        """How to go on after a signal."""
        self.history.retry()
        saved = self.answers - self.history.unsaved
        if self.answers and not saved:
            return f"; nothing is saved. Begin again with: {self._command}"
        count = f"{saved} answer{'s' * (saved != 1)}"
        return f"; {count} saved. Resume with: {self._command}"

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
    if variant.parts and (field or line == "key"):
        return "; ".join(script_answer(part, line) for part in variant.parts)
    if variant.choices and (field or line == "key"):
        return " ".join(variant.key)
    if line == "key" or field is None:
        return variant.key[0] if line == "key" else line
    derived = variant.worked.derived
    value = derived.wrong_value(name.strip() for name in field[2].split("+")) if derived else None
    return variant.key[0] if derived is None or value in (None, derived.value) else text(value)


def tries(variant: Variant) -> int:
    """How many tries a question has: two, unless the first one leaves but one other answer."""
    return 1 if variant.item.type == "true-false" or len(variant.choices) == 2 else 2


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
        "attempts": [_try_json(one) for one in turn.tries if one.response],
        "hints": turn.help,
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
    wants = (one.item.derivation.want for one in variant.questions if one.item.derivation)
    return {
        "skill": drill.skills[asked.skill].name, "level": asked.level + 1, "bank": variant.bank,
        "item": variant.item.id, "seed": variant.seed, "calculator": derivation and derivation.calculator,
        "given": jsonable(variant.given), "want": "; ".join(wants), "stem": variant.stem, "key": " ".join(variant.key),
    }  # fmt: skip
