"""The drill as a pure state machine: what to ask next, and what an answer does to a skill.

A skill is one topic of one calculator. A right answer raises it a level, a wrong one lowers it, and it is
mastered after three right answers in a row at its hardest level. An answer that is right only after a hint or on
the second try keeps the level, but the row starts again: it was not recalled alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from msgspec import Struct, ValidationError, convert, structs, to_builtins

from cnnquiz.bank import fault_place
from cnnquiz.items import variants
from cnnquiz.items.seeded_random import SeededRandom
from cnnquiz.items.variants import Variant
from cnnquiz.mathematics import values
from cnnquiz.model import Bank, Item
from cnnquiz.quiz.plan import shuffle_options

STREAK = 3  # right answers in a row at the hardest level
SEEDS = 1_000_000
REDRAWS = 24  # attempts to draw a question that was not asked yet
How = Literal["alone", "helped", "wrong"]


class Family(Struct, frozen=True):
    """An item with its bank; `source` is the name or path that the bank was opened by."""

    bank: Bank
    item: Item
    source: str


class Skill(Struct, frozen=True):
    """One topic, with its families from the easiest level to the hardest.

    `name` is the same in every drill; `label` leaves out the calculator where no other skill has that topic.
    """

    name: str
    label: str
    levels: tuple[tuple[Family, ...], ...]


class Standing(Struct, frozen=True):
    """The progress of one skill. `level` counts from 0; `last` is the number of the question that asked it last."""

    level: int = 0
    streak: int = 0
    asked: int = 0
    right: int = 0
    last: int = 0
    mastered: bool = False


class Question(Struct, frozen=True):
    """One question of the drill: the index of its skill, the level, the variant, and where its bank was found."""

    skill: int
    level: int
    variant: Variant
    source: str = ""


class Drill(Struct, frozen=True):
    """The state of the drill; `asked` counts the questions, `seen` tells them from others."""

    skills: tuple[Skill, ...]
    standings: tuple[Standing, ...]
    seed: int
    asked: int = 0
    seen: frozenset[str] = frozenset()

    @property
    def open_skills(self) -> list[Skill]:
        """The skills that are not mastered yet."""
        return [skill for skill, at in zip(self.skills, self.standings, strict=True) if not at.mastered]

    @property
    def over(self) -> bool:
        """Whether every skill is mastered."""
        return not self.open_skills


def start(families: Iterable[Family], seed: int) -> Drill:
    """A drill over these families, grouped into skills by calculator and topic."""
    groups: dict[str, dict[int, list[Family]]] = {}
    for family in families:
        levels = groups.setdefault(skill_name(family.item), {})
        levels.setdefault(family.item.level, []).append(family)
    topics = Counter(_topic(name) for name in groups)
    skills = tuple(
        Skill(name, _label(name, topics), tuple(tuple(found) for _, found in sorted(levels.items())))
        for name, levels in groups.items()
    )
    return Drill(skills, (Standing(),) * len(skills), seed)


def as_plan(drill: Drill) -> dict[str, Any]:
    """What the history has to keep so that the drill can be resumed."""
    named = zip(drill.skills, drill.standings, strict=True)
    return {"seed": drill.seed, "asked": drill.asked, "skills": {skill.name: to_builtins(at) for skill, at in named}}


def resume(drill: Drill, plan: Mapping[str, Any]) -> Drill:
    """The drill as it was when the plan was saved; skills that are new since then start at level 0.

    A plan that cannot be read leaves the drill as it is.
    """
    try:
        asked, seed = convert(plan["asked"], int), convert(plan["seed"], int)
        known = convert(plan["skills"], dict[str, Standing])
    except (KeyError, ValidationError):
        return drill
    standings = tuple(_known_standing(skill, known) for skill in drill.skills)
    return structs.replace(drill, standings=standings, seed=seed, asked=asked)


def _known_standing(skill: Skill, known: Mapping[str, Standing]) -> Standing:
    at = known.get(skill.name, Standing())
    return structs.replace(at, level=max(0, min(at.level, len(skill.levels) - 1)))


def _topic(name: str) -> str:
    return name.partition(": ")[2]


def _label(name: str, topics: Mapping[str, int]) -> str:
    calculator, _, topic = name.partition(": ")
    return topic if topics[topic] == 1 else f"{topic} ({calculator})"


def skill_name(item: Item) -> str:
    """The skill that an item belongs to: `conv: output size`, or `concepts: output size` where nothing is worked."""
    claims = (option.claim.calculator for option in item.choices.values() if option.claim)
    calculator = item.derivation.calculator if item.derivation else next(filter(None, claims), "concepts")
    return f"{calculator}: {item.topic or item.id}"


def question(drill: Drill) -> Question:
    """The next question: of the skills not mastered, the one not asked for longest, with new numbers."""
    waiting = [index for index, at in enumerate(drill.standings) if not at.mastered]
    skill = min(waiting, key=lambda index: (drill.standings[index].last, index))
    level = drill.standings[skill].level
    every = drill.skills[skill].levels[level]
    new = [one for one in every if one.item.comes_in_variants or one.item.stem not in drill.seen]
    family = SeededRandom(drill.seed, drill.asked, "family").choice(new or every)
    return Question(skill, level, _fresh(drill, family), family.source)


def _fresh(drill: Drill, family: Family) -> Variant:
    """A variant that this drill has not asked yet, or the last one drawn where none is found."""
    random = SeededRandom(drill.seed, drill.asked, "seed")
    for _ in range(REDRAWS if family.item.comes_in_variants else 1):
        with fault_place(family.source):
            variant = without_options(variants.draw(family.bank, family.item, random.below(SEEDS)))
        if _asked(variant) not in drill.seen:
            break
    return variant if variant.seed is not None else shuffle_options(variant, random)


def _asked(variant: Variant) -> str:
    """What tells this question from others: its stem, and the options that are drawn anew."""
    return variant.stem + "".join(sorted(choice.origin for choice in variant.choices if variant.item.pool))


def without_options(variant: Variant) -> Variant:
    """The variant to be answered by typing the value of its key; one without options, or whose key is no value, stays
    as it is.
    """
    key = tuple(choice.text for choice in variant.choices if choice.letter in variant.key)
    value = values.read_value(key[0]) if len(key) == 1 and variant.worked.derived else None
    if value is None or isinstance(value, bool):
        return variant
    kind: Literal["shape", "number"] = "shape" if isinstance(value, tuple) else "number"
    item = structs.replace(variant.item, options={}, type=kind, key=list(key))
    return structs.replace(variant, choices=(), key=key, item=item)


def advance(drill: Drill, asked: Question, how: How) -> Drill:
    """The drill after a question, answered right alone, right with help, or wrong."""
    number = drill.asked + 1
    at = drill.standings[asked.skill]
    at = structs.replace(at, asked=at.asked + 1, right=at.right + (how == "alone"), last=number)
    standings = list(drill.standings)
    standings[asked.skill] = _next_standing(at, len(drill.skills[asked.skill].levels) - 1, how)
    seen = drill.seen | {_asked(asked.variant)}
    return structs.replace(drill, standings=tuple(standings), asked=number, seen=seen)


def _next_standing(at: Standing, hardest: int, how: How) -> Standing:
    if how == "wrong":
        return structs.replace(at, level=max(0, at.level - 1), streak=0)
    if how == "helped":
        return structs.replace(at, streak=0)
    if at.level < hardest:
        return structs.replace(at, level=at.level + 1, streak=0)
    return structs.replace(at, streak=at.streak + 1, mastered=at.streak + 1 >= STREAK)
