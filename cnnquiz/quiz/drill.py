"""The drill as a pure state machine: what to ask next, and what an answer does to a skill.

A skill is one idea of one calculator. It climbs a level with a right answer, falls one with a wrong one, and
is mastered after three right in a row at its hardest level. Right after a hint or on a second try keeps the
level and begins the row anew: it was not recalled alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from msgspec import Struct, ValidationError, convert, structs, to_builtins

from cnnquiz.bank import fault_place
from cnnquiz.items import variants
from cnnquiz.items.seeded_random import SeededRandom
from cnnquiz.mathematics import values
from cnnquiz.model import Bank, Item, Variant

STREAK = 3  # right in a row, at the hardest level
SEEDS = 1_000_000
REDRAWS = 24  # draws that may repeat an earlier question before one is asked again
How = Literal["alone", "helped", "wrong"]


class Family(Struct, frozen=True):
    """An item that comes in variants, and its bank, which came from `source`, a name or a path."""

    bank: Bank
    item: Item
    source: str


class Skill(Struct, frozen=True):
    """One idea, with its families from the easiest level to the hardest.

    `name` is the same in every drill, `label` as short as this drill lets it be.
    """

    name: str
    label: str
    levels: tuple[tuple[Family, ...], ...]


class Standing(Struct, frozen=True):
    """How far a skill has come. `level` counts from 0; `last` is the number of the question that asked it last."""

    level: int = 0
    streak: int = 0
    asked: int = 0
    right: int = 0
    last: int = 0
    mastered: bool = False


class Question(Struct, frozen=True):
    """One question of the drill: which skill, at which level, and the variant, to be answered by typing."""

    skill: int
    level: int
    variant: Variant


class Drill(Struct, frozen=True):
    """Where the drill stands; `seen` are the stems asked so far."""

    skills: tuple[Skill, ...]
    standings: tuple[Standing, ...]
    seed: int
    asked: int = 0
    seen: frozenset[str] = frozenset()

    @property
    def left(self) -> list[Skill]:
        """The skills that are not mastered yet."""
        return [skill for skill, at in zip(self.skills, self.standings, strict=True) if not at.mastered]

    @property
    def over(self) -> bool:
        """Whether every skill is mastered."""
        return not self.left


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


def saved(drill: Drill) -> dict[str, Any]:
    """What has to be kept so that the drill can be gone on with."""
    named = zip(drill.skills, drill.standings, strict=True)
    return {"seed": drill.seed, "asked": drill.asked, "skills": {skill.name: to_builtins(at) for skill, at in named}}


def resumed(drill: Drill, kept: Mapping[str, Any]) -> Drill:
    """The drill as it stood when it was kept; skills that are new since begin at their beginning."""
    try:
        asked, seed = convert(kept["asked"], int), convert(kept["seed"], int)
        known = convert(kept["skills"], dict[str, Standing])
    except (KeyError, ValidationError):
        return drill
    found = (structs.replace(known.get(skill.name, Standing())) for skill in drill.skills)
    standings = (_within(at, len(skill.levels)) for at, skill in zip(found, drill.skills, strict=True))
    return structs.replace(drill, standings=tuple(standings), seed=seed, asked=asked)


def _within(at: Standing, levels: int) -> Standing:
    return structs.replace(at, level=max(0, min(at.level, levels - 1)))


def _topic(name: str) -> str:
    return name.partition(": ")[2]


def _label(name: str, topics: Mapping[str, int]) -> str:
    calculator, _, topic = name.partition(": ")
    return topic if topics[topic] == 1 else f"{topic} ({calculator})"


def skill_name(item: Item) -> str:
    """The skill that an item belongs to: `conv: output size`."""
    assert item.derivation is not None  # a family has one
    return f"{item.derivation.calculator}: {item.topic or item.id}"


def question(drill: Drill) -> Question:
    """The next question: of the skills left, the one that has waited longest, with numbers of its own."""
    waiting = [index for index, at in enumerate(drill.standings) if not at.mastered]
    skill = min(waiting, key=lambda index: (drill.standings[index].last, index))
    level = drill.standings[skill].level
    family = SeededRandom(drill.seed, drill.asked, "family").choice(drill.skills[skill].levels[level])
    return Question(skill, level, _fresh(drill, family))


def _fresh(drill: Drill, family: Family) -> Variant:
    """A variant that this drill has not asked yet; the last one drawn where there are no more."""
    chance = SeededRandom(drill.seed, drill.asked, "seed")
    for _ in range(REDRAWS):
        with fault_place(family.source):
            variant = typed(variants.draw(family.bank, family.item, chance.below(SEEDS)))
        if variant.stem not in drill.seen:
            break
    return variant


def typed(variant: Variant) -> Variant:
    """The variant without its options: the value itself is asked for."""
    if not variant.choices:
        return variant
    key = tuple(choice.text for choice in variant.choices if choice.letter in variant.key)
    kind: Literal["shape", "number"] = "shape" if isinstance(values.read_value(key[0]), tuple) else "number"
    item = structs.replace(variant.item, options={}, type=kind, key=list(key))
    return structs.replace(variant, choices=(), key=key, item=item)


def answered(drill: Drill, asked: Question, how: How) -> Drill:
    """The drill after a question has had its end."""
    number = drill.asked + 1
    at = drill.standings[asked.skill]
    at = structs.replace(at, asked=at.asked + 1, right=at.right + (how == "alone"), last=number)
    standings = list(drill.standings)
    standings[asked.skill] = _moved(at, len(drill.skills[asked.skill].levels) - 1, how)
    seen = drill.seen | {asked.variant.stem}
    return structs.replace(drill, standings=tuple(standings), asked=number, seen=seen)


def _moved(at: Standing, hardest: int, how: How) -> Standing:
    if how == "wrong":
        return structs.replace(at, level=max(0, at.level - 1), streak=0)
    if how == "helped":
        return structs.replace(at, streak=0)
    if at.level < hardest:
        return structs.replace(at, level=at.level + 1, streak=0)
    return structs.replace(at, streak=at.streak + 1, mastered=at.streak + 1 >= STREAK)
