"""What an option claims is false although it is the key, or true although it is a distractor.

With `asks: false` (which of these is false?) it is the other way round. `claim: none` says that no other option is an
answer, `claim: all` that every other one is. A number or a function in an option's text stands in its claim too.

Bad:

    stem: Which of these is linear?
    options:
      a: {text: ReLU, claim: {linear: "relu(x)"}}
      b: {text: Doubling, claim: {linear: "2*x"}}
    key: a

Good:

    stem: Which of these is linear?
    options:
      a: {text: ReLU, claim: {linear: "relu(x)"}}
      b: {text: Doubling, claim: {linear: "2*x"}}
    key: b
"""

from __future__ import annotations

from collections.abc import Iterator
from string import ascii_lowercase

from cnnquiz.checks.subject import Subject
from cnnquiz.items.worked_item import WorkedItem
from cnnquiz.model import Finding, Level

LEVEL: Level = "error"


def check(subject: Subject) -> Iterator[Finding]:
    """Each key that its options' claims contradict, each distractor that is right beside a right key, and each claim
    that does not say what its option says.
    """
    for worked in subject.items:
        for letter, message, mend in worked.claim_faults:
            yield subject.finding(__name__, LEVEL, worked, ("options", letter, "claim"), message, remedy=mend)
        wrong = worked.claims_against_key
        if not wrong:
            continue
        if worked.item.type == "multiple" or not all(worked.claim_answers.get(key) for key in worked.keys):
            about_key = key_message(worked), right_letters(worked), remedy(worked)
            yield subject.finding(__name__, LEVEL, worked, ("key",), *about_key)
            continue
        for letter in wrong:
            path = ("options", letter, "claim")
            message = f"what option {letter}, `{worked.texts[letter][:60]}`, claims is {truth(worked, letter)}; "
            message += "but it is not the key"
            right = right_letters(worked)
            yield subject.finding(__name__, LEVEL, worked, path, message, right, remedy(worked))


def key_message(worked: WorkedItem) -> str:
    """What the key says, and which option is right."""
    false = [key for key in worked.keys if worked.claim_answers.get(key) is False]
    key = next(iter(false or worked.keys))
    what = f", `{worked.texts[key][:60]}`" if key in worked.texts else ""
    but = f", claims what is {truth(worked, key)}; " if false else ", but "
    right = [letter for letter, answer in worked.claim_answers.items() if answer]
    named = " and ".join(f"option {letter}, `{worked.texts[letter][:60]}`," for letter in right)
    verb = "is" if len(right) == 1 else "are"
    told = f"{named} {verb} right" if named else "no other is known to be right"
    return f"the key{',' if false else ' is'} option {key}{what}{but}{told}"


def truth(worked: WorkedItem, letter: str) -> str:
    """What the calculator decided about an option."""
    answer = bool(worked.claim_answers[letter])
    claim = worked.options[letter].claim
    if claim is None or claim.word:
        return "right" if answer else "not right"
    asked = "" if worked.item.asks else " (the item asks which is false)"
    return ("true" if answer == worked.item.asks else "false") + asked


def remedy(worked: WorkedItem) -> str:
    """The key to write; where every claim makes its option wrong, the option to add."""
    right = right_letters(worked)
    if right is None:
        free = next(letter for letter in ascii_lowercase if letter not in worked.options)
        option = f"`{free}: {{text: None of these, claim: none}}` under `options` and `key: {free}`"
        return f"Write {option}, or change a claim."
    if " " in right and worked.item.type != "multiple":
        return f"Write `type: multiple` and `key: {right}`, or change a claim."
    return f"Write `key: {right}`."


def right_letters(worked: WorkedItem) -> str | None:
    """The letters of the options that are answers."""
    return " ".join(letter for letter, answer in worked.claim_answers.items() if answer) or None
