"""A drill by script: answers from a file, and the document that tells what became of them."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnquiz import files
from cnnquiz.model import Variant
from cnnquiz.solution import jsonable, text

if TYPE_CHECKING:
    from cnnquiz.quiz.drill import Question, Skill
    from cnnquiz.sessions.drill import Practice
    from cnnquiz.sessions.drill_turns import Done, Try


def script(path: str) -> Iterator[str]:
    """The answers of a file, a line each."""
    text = files.read_bytes(Path(path)).decode("utf-8-sig", "replace")
    return iter([line.strip() for line in text.splitlines()])


def response(variant: Variant, line: str) -> str:
    """What a line of a script answers: `key` is the right answer, `slip: NAME` that of who has the misconception.

    Where a misconception changes nothing, whoever has it answers right.
    """
    word, colon, names = line.partition(":")
    if line == "key":
        return variant.key[0]
    if word != "slip" or not colon:
        return line
    derived = variant.worked.derived
    value = derived.wrong_value(name.strip() for name in names.split("+")) if derived else None
    return variant.key[0] if derived is None or value in (None, derived.value) else text(value)


def command(name: str) -> str:
    """The command that begins a drill."""
    return f"cnnquiz drill {name}"


def named(words: tuple[str, ...]) -> str:
    """What a drill is about, as it is written on the command line."""
    return shlex.join(words)


def document(practice: Practice) -> dict[str, Any]:
    """The drill as JSON; `next` is the question that was still open."""
    drill, asked = practice.drill, practice.asked
    skills = zip(drill.skills, drill.standings, strict=True)
    return {
        "drill": shlex.split(practice.name),
        "seed": drill.seed,
        "questions": [_done(done, drill.skills) for done in practice.done],
        "next": _question(asked, drill.skills) if asked else None,
        "skills": [
            {
                "name": skill.name, "level": at.level + 1, "levels": len(skill.levels), "streak": at.streak,
                "asked": at.asked, "right": at.right, "mastered": at.mastered,
            }
            for skill, at in skills
        ],
        "mastered": drill.over,
    }  # fmt: skip


def _done(done: Done, skills: tuple[Skill, ...]) -> dict[str, Any]:
    found = [slip for one in done.tries for slip in one.mark.misconceptions]
    return {
        **_question(done.question, skills),
        "attempts": [_attempt(one) for one in done.tries],
        "hints": done.hints,
        "how": done.how,
        "misconception": "+".join(dict.fromkeys(found)) or None,
    }


def _attempt(one: Try) -> dict[str, Any]:
    return {
        "response": one.response,
        "correct": one.mark.verdict == "right",
        "misconceptions": list(one.mark.misconceptions),
        "slips": [[each.name for each in group] for group in one.slips],
    }


def _question(asked: Question, skills: tuple[Skill, ...]) -> dict[str, Any]:
    variant = asked.variant
    derivation = variant.item.derivation
    assert derivation is not None  # a family has one
    return {
        "skill": skills[asked.skill].name, "level": asked.level + 1, "bank": variant.bank, "item": variant.item.id,
        "seed": variant.seed, "calculator": derivation.calculator, "given": jsonable(variant.given),
        "want": derivation.want, "stem": variant.stem, "key": variant.key[0],
    }  # fmt: skip
