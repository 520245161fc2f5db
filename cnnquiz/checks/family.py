"""A family looked at: every variant where they are few; else its corners, the edges of its conditions, and first seeds.

A corner has the first or the last value of each given that varies: a range goes wrong at its ends first. An edge is
where a condition under `where` turns along one given: what it lets through there goes wrong next.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache, partial
from itertools import chain, combinations, islice, pairwise, product
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from cnnquiz.answers import mark, read_response
from cnnquiz.checks.subject import Subject
from cnnquiz.errors import CnnquizError, ItemFault
from cnnquiz.items import families, variants
from cnnquiz.items.derived_answer import DerivedAnswer
from cnnquiz.items.seeded_random import SeededRandom
from cnnquiz.items.worked_item import UNMATCHED, Status, WorkedItem
from cnnquiz.mathematics.values import same
from cnnquiz.model import Bank, Derivation, Item
from cnnquiz.solution import text

LARGEST = 200  # variants of a family that are all looked at
SEEDS = 64  # seeds that are looked at in a larger family, besides its corners and edges
MOST_CORNERS = 256
CORNERS_WITH_EDGES = 8  # corners from which the edges of conditions are looked for
MARKED = 10  # seeds whose variants are drawn whole and answered
SEARCHED = 3_000  # seeds tried to find one that draws given parameters
TRIED = 40_000  # draws, over all these seeds, that the conditions may refuse


class Trouble(Struct, frozen=True):
    """What is wrong with some variants: how many, the first with its seed, parameters and words, and what all share."""

    count: int
    seed: int | None
    parameters: dict[str, Any]
    message: str
    shared: dict[str, Any] = {}

    @property
    def first(self) -> str:
        """The first one's parameters, in words."""
        return ", ".join(f"{name} = {text(value)}" for name, value in self.parameters.items())

    @property
    def remedy(self) -> str:
        """Which value to leave out: one that all these variants have, or else the first of them."""
        for name, value in (self.shared or self.parameters).items():
            return f"Take `{text(value)}` out of `{name}` under `vary`, or add a condition under `where`."
        return "Delete `where`, or widen `vary`."


class Survey(Struct, frozen=True):
    """A family's variants: how many were looked at, whether that is all, and what is wrong with some."""

    looked_at: int
    whole: bool
    invalid: Trouble | None = None
    collision: Trouble | None = None
    marking: Trouble | None = None
    unmatched: Trouble | None = None

    def sentence(self, trouble: Trouble) -> str:
        """How many variants are in trouble, and the first of them with its seed and parameters."""
        of = f"{trouble.count:,} of {self.looked_at:,} variants" if self.looked_at else "no variant can be asked"
        seeds = "" if self.whole else " (of the corners, the edges of conditions and the first seeds)"
        seed = f"seed {trouble.seed}: " if trouble.seed is not None else ""
        return f"{of}{seeds}: {seed}{trouble.first}{': ' if trouble.first else ''}{trouble.message}"


def surveys(subject: Subject) -> Iterator[tuple[WorkedItem, Survey]]:
    """The bank's families, each looked at once for all rules."""
    for worked in subject.questions:
        if (found := survey_of(subject, worked)) is not None:
            yield worked, found


def survey_of(subject: Subject, worked: WorkedItem) -> Survey | None:
    """A family looked at, once; None for another item, and where the family has faults of its own."""
    derivation = worked.item.derivation
    if not (derivation and worked.item.vary and worked.derived) or worked.faults or any(faults(worked)):
        return None
    look = partial(survey, subject.bank, worked.item, derivation, _rests_on_chance(worked))
    found: Survey = subject.once(("survey", worked.index, worked.part), look)
    return found


def _rests_on_chance(worked: WorkedItem) -> bool:
    return worked.agreement is not None and worked.agreement.rests_on_chance


def status_and_reason(subject: Subject, worked: WorkedItem) -> tuple[Status, str]:
    """What an item's key rests on; a family is proved only where the stem of each variant is matched, too."""
    for question in worked.questions if worked.item.vary and worked.status == "proved" else ():
        found = survey_of(subject, question) if _rests_on_chance(question) else None
        if found is not None and found.unmatched is not None:
            return "asserted", f"{UNMATCHED}: {found.unmatched.message}, where {found.unmatched.first}"
    return worked.status, worked.reason


def faults(worked: WorkedItem) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """Given names that the calculator does not have, and conditions that cannot be read: path, words and remedy."""
    if worked.item.vary and worked.item.derivation is None:
        message = "only an item with a derivation can vary: its key has to follow"
        yield ("vary",), message, "Delete `vary`, or add a derivation."
    for name in worked.item.vary if worked.derived else ():
        try:
            if worked.derived:
                worked.derived.calculator.quantity(name)
        except CnnquizError as fault:
            yield ("vary", name), str(fault), f"Delete `{name}` under `vary`, or write a given's name for it."
    for index, condition in enumerate(worked.item.where):
        try:
            families.condition(condition)
        except CnnquizError as fault:
            yield ("where", index), str(fault), "Delete this condition, or write one such as `k <= i`."


def survey(bank: Bank, item: Item, derivation: Derivation, chance: bool = False) -> Survey:
    """Look at the variants of a family; with `chance`, also whether each one's stem is matched with its givens."""
    whole = families.size(item) <= LARGEST
    found: dict[str, Trouble] = {}
    looked_at = 0
    answers = families.Answers(item, derivation, bank.layout)
    for seed, given in _each_once(_candidates(bank, item, answers, whole)):
        answer = answers.of(given)
        kind, message = _trouble(item, answer)
        if chance and not message and isinstance(answer, DerivedAnswer):
            message = WorkedItem(item, {**derivation.given, **given}, answer).unexplained
            kind = "unmatched" if message else kind
        looked_at += kind != "refused"
        if message:
            first = found.get(kind, Trouble(0, seed, given, message, given))
            shared = {name: value for name, value in first.shared.items() if given[name] == value}
            found[kind] = replace(first, count=first.count + 1, shared=shared)
    if looked_at == 0 and "invalid" not in found:
        all_of_them = "every variant" if whole else "every draw, and the printed givens"
        found["invalid"] = Trouble(1, None, {}, f"the conditions under `where` refuse {all_of_them}")
    invalid, collision = (_with_seed(bank, item, answers, found.get(kind)) for kind in ("invalid", "collision"))
    unmatched = found.pop("unmatched", None)
    marking = None if found else _marking_fault(bank, item, answers)
    return Survey(looked_at, whole, invalid, collision, marking, unmatched)


def kinds_of_survey(subject: Subject) -> tuple[int, int]:
    """How many of the bank's families were looked at as a whole, and how many in part."""
    looked = {name[1]: one.whole for name, one in subject.cache.items() if isinstance(one, Survey)}.values()
    return sum(looked), len(looked) - sum(looked)


Candidate = tuple[int | None, dict[str, Any]]  # the seed, if one is known to draw these givens, and the givens


def _candidates(bank: Bank, item: Item, answers: families.Answers, whole: bool) -> Iterator[Candidate]:
    if whole:
        yield from ((None, given) for given in families.combinations(item))
        return
    yield from ((None, given) for given in chain(corners(item), edges(item, answers.derivation)))
    yield from _seeds(bank, item, answers, SEEDS)


def _each_once(candidates: Iterable[Candidate]) -> Iterator[Candidate]:
    seen = set()
    for seed, given in candidates:
        if (key := families.key_of(given)) not in seen:
            seen.add(key)
            yield seed, given


def corners(item: Item) -> Iterator[dict[str, Any]]:
    """The givens at the ends of every choice and range, each way that they can be put together."""
    ends = {name: list(dict.fromkeys((values[0], values[-1]))) for name, draw in item.vary.items()
            if (values := families.values_of(draw))}  # fmt: skip
    for values in islice(product(*ends.values()), MOST_CORNERS):
        yield dict(zip(ends, values, strict=True))


def edges(item: Item, derivation: Derivation) -> Iterator[dict[str, Any]]:
    """The givens on both sides of each edge of a condition, along each given that varies.

    The other givens are as printed, or those of a corner.
    """
    printed = {name: derivation.given[name] for name in item.vary if name in derivation.given}
    bases = [printed, *islice(corners(item), CORNERS_WITH_EDGES)]
    decided = [one for one in item.where if any(families.holds(one, derivation, base) is not None for base in bases)]
    for words, base in product(decided, bases):
        for name in item.vary:
            yield from _edges_along(words, derivation, base, name, families.values_of(item.vary[name]))


def _edges_along(
    words: str, derivation: Derivation, base: dict[str, Any], name: str, values: Sequence[Any]
) -> Iterator[dict[str, Any]]:
    """The neighbours among these values between which a condition turns; in a range, halving the part between them."""
    holds = cache(lambda place: families.holds(words, derivation, base | {name: values[place]}))
    places = list(range(len(values))) if isinstance(values, list) else [0, len(values) - 1]
    for low, high in pairwise(places):
        if holds(low) != holds(high):
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if holds(middle) == holds(low) else (low, middle)
            yield from (base | {name: values[place]} for place in (low, high))


def _seeds(bank: Bank, item: Item, answers: families.Answers, seeds: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """The first seeds with the varied givens that each draws; no more where the conditions refuse too many draws.

    What the conditions let through though it cannot be worked, would be drawn.
    """
    tried = 0
    for seed in range(seeds):
        for varied in families.draws(item, answers.derivation, SeededRandom(bank.id, item.id, seed, "given")):
            tried += 1
            if answers.of(varied) is not None:
                yield seed, varied
                break
        if tried > TRIED + seed:
            return


def _trouble(item: Item, answer: DerivedAnswer | Exception | None) -> tuple[str, str]:
    """What is wrong with one variant: its kind, and the words; `refused` where the conditions keep it out."""
    if answer is None:
        return "refused", ""
    if isinstance(answer, Exception):
        return "invalid", str(answer)
    return ("collision", _collision(item, answer)) if item.options else ("", "")


def _collision(item: Item, derived: DerivedAnswer) -> str:
    """How two options meet, or that there are too few misconceptions to make them; empty if all is well."""
    taken: dict[str, Any] = dict.fromkeys(item.keys, derived.value)
    spare = 0
    for letter, option in item.choices.items():
        if letter in item.keys:
            continue
        value = derived.wrong_value(option.misconceptions)
        if value is None:
            spare += 1
            continue
        meets = next((other for other, held in taken.items() if same(held, value)), None)
        if meets is not None:
            return f"options {meets} and {letter} are both {text(value)}"
        taken[letter] = value
    return _shortage(derived, list(taken.values()), spare)


def _shortage(derived: DerivedAnswer, taken: list[Any], wanted: int) -> str:
    """That misconceptions, alone and in pairs, give too few distractors that differ from the others."""
    alone = derived.calculator.distractors
    for group in chain(((one,) for one in alone), combinations(alone, 2)):
        if wanted <= 0:
            return ""
        value = derived.wrong_value_of(group)
        if value is not None and not any(same(held, value) for held in taken):
            taken.append(value)
            wanted -= 1
    return f"there are too few slips for its distractors: {wanted} more are needed" if wanted > 0 else ""


def _with_seed(bank: Bank, item: Item, answers: families.Answers, found: Trouble | None) -> Trouble | None:
    """The trouble and, if one of the first seeds draws its parameters, that seed."""
    if found is None or found.seed is not None or not found.parameters:
        return found
    seeds = _seeds(bank, item, answers, SEARCHED)
    return replace(found, seed=next((seed for seed, varied in seeds if varied == found.parameters), None))


def _marking_fault(bank: Bank, item: Item, answers: families.Answers) -> Trouble | None:
    """The first seeds' variants, drawn whole and answered with every option: exactly the key must be right."""
    for seed in range(MARKED):
        try:
            variant = variants.draw(bank, item, seed, answers)
        except ItemFault as fault:
            return Trouble(1, seed, {}, fault.why)
        responses = [choice.letter for choice in variant.choices] or list(variant.key)
        for response in responses:
            read = read_response(variant, response)
            right = read is not None and mark(variant, read).verdict == "right"
            if right != (response in variant.key):
                said = "is marked as wrong" if response in variant.key else "is marked as right"
                given = dict(variant.given)
                return Trouble(1, seed, given, f"`{response}` {said}, but the key is {' '.join(variant.key)}")
    return None
