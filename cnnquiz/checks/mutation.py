"""Questions made wrong on purpose, one place at a time, to see that `check` notices: by classes of faults."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from fractions import Fraction

from msgspec.structs import replace

from cnnquiz.bank.loader import Loaded
from cnnquiz.checks import rules
from cnnquiz.checks.hedges import leaves_the_case
from cnnquiz.checks.report import Mutation, MutationClass
from cnnquiz.checks.subject import Subject, subject_of
from cnnquiz.errors import CnnquizError
from cnnquiz.items.claimed_question import numbers_in
from cnnquiz.items.derived_answer import derive
from cnnquiz.items.said_value import numbers
from cnnquiz.items.worked_item import WorkedItem, work
from cnnquiz.language.mentions import free_numbers, mentions
from cnnquiz.language.option_value import beside
from cnnquiz.language.question import last_question, results_of_unit
from cnnquiz.language.tokens import sentences
from cnnquiz.mathematics.values import read_tolerance
from cnnquiz.model import Claim, Derivation, Item, Option
from cnnquiz.solution import text

RULES = (
    "key-wrong", "no-right-option", "two-right-options", "duplicate-option", "claim-wrong", "key-not-an-option",
    "stem-disagrees", "number-wrong", "claim-trivial", "tolerance-too-wide", "variant-invalid", "variant-collision",
    "schema", "negation-unmarked",
)  # fmt: skip
_NUMBER = re.compile(r"(?<![\w.{])\d+(?:\.\d+)?(?![\w.}])")
_COUNTED = re.compile(r"\b(?:parameters?|params|weights|biases|multiply-adds?|macs|flops)\b", re.IGNORECASE)
_BRACES = re.compile(r"\{[^{}]*\}")

Mutant = tuple[str, Item]  # what was done, and the item


def score(banks: list[Loaded]) -> Mutation:
    """The mutation score over the proved and claimed items of some banks, by class."""
    classes = {name: [0, 0, 0] for name in CLASSES}
    missed: list[str] = []
    for loaded in banks:
        subject = subject_of(loaded)
        for worked in subject.questions:
            if worked.status not in ("proved", "claimed"):
                continue
            for name, make in CLASSES.items():
                for words, mutant in make(worked):
                    found = classes[name]
                    if is_noticed(subject, worked, mutant):
                        found[0], found[1] = found[0] + 1, found[1] + 1
                    elif is_undecidable(subject, worked, mutant, name):
                        found[2] += 1
                    else:
                        found[0] += 1
                        missed.append(f"{loaded.path}: {worked.item.id}: {words}")
    counted = {name: MutationClass(*numbers) for name, numbers in classes.items()}
    mutants = sum(one.mutants for one in counted.values())
    return Mutation(mutants, mutants - len(missed), tuple(missed), counted)


def is_noticed(subject: Subject, worked: WorkedItem, mutant: Item) -> bool:
    """Whether any rule finds something wrong with the mutated item."""
    other = _alone(subject, worked, mutant)
    return any(rules.findings(other, (rule,)) for rule in RULES)


def is_undecidable(subject: Subject, worked: WorkedItem, mutant: Item, name: str) -> bool:
    """Whether nothing can tell: the mutated item is another sound one, its key worked out and its stem filled in."""
    if name == "key":
        return False
    other = _alone(subject, worked, mutant).items[0]
    if name == "givens":
        return not worked.options and not any(worked.keys)
    if name == "claims":  # the number decides nothing, and no option says it
        said = numbers(token.value for words in worked.texts.values() for token in numbers_in(words))
        return other.claim_answers == worked.claim_answers and not said & (_in_claims(worked) - _in_claims(other))
    same = other.derived is not None and worked.derived is not None and other.derived.value == worked.derived.value
    return name == "stem" and same and not other.unsaid


def _in_claims(worked: WorkedItem) -> set[int | Fraction]:
    """The numbers in an item's claims."""
    claims = (option.claim.holds for option in worked.options.values() if option.claim)
    return {Fraction(found[0]) for holds in claims for found in _NUMBER.finditer(holds)}


def _alone(subject: Subject, worked: WorkedItem, mutant: Item) -> Subject:
    return Subject(subject.loaded, subject.bank, (work(mutant, None, subject.bank.layout, worked.index),))


# -- the classes ------------------------------------------------------------------------------------------


def wrong_keys(worked: WorkedItem) -> Iterator[Mutant]:
    """The key moved to each distractor, and each misconception applied to it."""
    for letter in worked.options:
        if letter not in worked.keys:
            yield f"key moved to {letter}", replace(worked.item, key=letter)
    if worked.status == "proved" and worked.derived is not None:
        for names, value in worked.derived.wrong_values().items():
            yield f"{' and '.join(names)} applied to the key", with_key(worked, text(value))


def with_key(worked: WorkedItem, words: str) -> Item:
    """The item with another value as its key."""
    if not worked.options:
        return replace(worked.item, key=words)
    key = worked.keys[0]
    return replace(worked.item, options={**worked.item.options, key: Option(text=words, why=worked.options[key].why)})


def wrong_givens(worked: WorkedItem) -> Iterator[Mutant]:
    """Each whole number among the givens made one larger, where that changes the right value."""
    derivation, derived = worked.item.derivation, worked.derived
    if derivation is None or derived is None:
        return
    for name, raw in derivation.given.items():
        if not isinstance(raw, int | str) or isinstance(raw, bool) or not str(raw).isdecimal():
            continue
        given = {**derivation.given, name: int(raw) + 1}
        try:
            if derive(derivation, given, derived.layout).value == derived.value:
                continue
        except CnnquizError:
            continue
        yield f"{name} made {int(raw) + 1}", replace(
            worked.item, derivation=Derivation({derivation.calculator: given, "want": derivation.want})
        )


def wrong_stems(worked: WorkedItem) -> Iterator[Mutant]:
    """Each number of the stem that is a given's made one larger, and each placeholder written out as a larger one."""
    said = numbers(one.value for one in mentions(worked.item.stem))
    free = numbers(token.value for token in free_numbers(worked.item.stem)) & said
    stated = numbers(worked.derived.given.stated.values()) if worked.derived else set()
    for found in _NUMBER.finditer(worked.item.stem):
        value = Fraction(found[0])
        if value in free & stated:
            stem = f"{worked.item.stem[: found.start()]}{_larger(found[0])}{worked.item.stem[found.end() :]}"
            yield f"{found[0]} in the stem made {_larger(found[0])}", replace(worked.item, stem=stem)
    for braces in _BRACES.finditer(worked.item.stem) if worked.status == "proved" else ():
        known = worked.values.get(braces[0][1:-1])
        if isinstance(known, int) and not isinstance(known, bool):
            stem = f"{worked.item.stem[: braces.start()]}{known + 1}{worked.item.stem[braces.end() :]}"
            yield f"{braces[0]} in the stem written out as {known + 1}", replace(worked.item, stem=stem)


def opposite_stems(worked: WorkedItem) -> Iterator[Mutant]:
    """What a claimed item asks for turned round."""
    if worked.status != "claimed" or worked.item.type == "multiple":
        return
    marked = re.search(r"\b(?:NOT|FALSE|INCORRECT|EXCEPT) ?", worked.item.stem)
    if marked:
        yield "negation removed", replace(worked.item, stem=worked.item.stem.replace(marked[0], "", 1))
    else:
        yield "negation added", replace(worked.item, stem=f"{worked.item.stem} Choose the one that does NOT fit.")


def wrong_units(worked: WorkedItem) -> Iterator[Mutant]:
    """The unit of the right option made another, and what the stem asks for."""
    if worked.status != "proved" or worked.derived is None:
        return
    want, key = worked.derived.want, worked.keys[0]
    other = next(unit for unit in ("pixels", "parameters", "FLOPs") if want not in results_of_unit(unit))
    unit = beside(worked.texts[key])[1] if key in worked.texts else ""
    if want in results_of_unit(unit):
        said = re.sub(re.escape(unit), other, worked.texts[key], flags=re.IGNORECASE)
        yield f"{unit} of the key made {other}", with_key(worked, said)
    asked = last_question(worked.item.stem)
    if asked is not None and want in asked.results and (found := list(_COUNTED.finditer(worked.item.stem))):
        instead = "FLOPs" if want != "flops" else "parameters"
        stem = f"{worked.item.stem[: found[-1].start()]}{instead}{worked.item.stem[found[-1].end() :]}"
        if (now := last_question(stem)) is not None and want not in now.results:
            yield f"{found[-1][0]} in the stem made {instead}", replace(worked.item, stem=stem)


def wrong_claims(worked: WorkedItem) -> Iterator[Mutant]:
    """Each number of a claim made one larger, each claim made one that always holds."""
    for letter, option in worked.options.items():
        claim = option.claim
        if claim is None or not claim.holds:
            continue
        larger = [(f"{each[0]} made larger", _with_larger(claim.holds, each)) for each in _NUMBER.finditer(claim.holds)]
        for words, holds in [("made trivial", "1 == 1"), *larger]:
            changed = replace(option, claim=Claim({claim.calculator: claim.given, "holds": holds}))
            options = {**worked.item.options, letter: changed}
            yield f"claim of {letter} {words}", replace(worked.item, options=options)


def wrong_prose(worked: WorkedItem) -> Iterator[Mutant]:
    """Each number that a rationale calls by its name made one larger."""
    words = worked.item.rationale
    for sentence, before in zip(every := sentences(words), ["", *every], strict=False):
        if leaves_the_case(sentence, before):
            words = words.replace(sentence, re.sub(r"\d", "…", sentence))
    own = numbers(one.value for one in mentions(_BRACES.sub("…", words)) if not one.part)
    known = numbers(worked.values.values())
    for found in _NUMBER.finditer(_BRACES.sub(lambda part: "…" * len(part[0]), words)):
        if Fraction(found[0]) in own & known and worked.status == "proved":
            written = worked.item.rationale
            changed = f"{written[: found.start()]}{_larger(found[0])}{written[found.end() :]}"
            yield f"{found[0]} in the rationale made {_larger(found[0])}", replace(worked.item, rationale=changed)


def wide_tolerances(worked: WorkedItem) -> Iterator[Mutant]:
    """A tolerance a hundred times as wide."""
    read = read_tolerance(worked.item.tolerance) if worked.item.tolerance and worked.status == "proved" else None
    if read and read[0] and worked.derived and worked.derived.wrong_values():
        yield "tolerance widened", replace(worked.item, tolerance=text(read[0] * 100))


def _larger(digits: str) -> str:
    """The number with its last digit one larger: 125 as 126, 0.25 as 0.26."""
    places = len(digits.partition(".")[2])
    whole = str(int(digits.replace(".", "")) + 1).zfill(places + 1)
    return f"{whole[:-places]}.{whole[-places:]}" if places else whole


def _with_larger(words: str, found: re.Match[str]) -> str:
    return f"{words[: found.start()]}{_larger(found[0])}{words[found.end() :]}"


CLASSES: dict[str, Callable[[WorkedItem], Iterator[Mutant]]] = {
    "key": wrong_keys, "givens": wrong_givens, "stem": wrong_stems, "negation": opposite_stems, "units": wrong_units,
    "claims": wrong_claims, "prose": wrong_prose, "tolerance": wide_tolerances,
}  # fmt: skip
