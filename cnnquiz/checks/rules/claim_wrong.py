"""What an option claims is false although it is the key, or true although it is a distractor.

With `asks: false` (which of these is false?) it is the other way round. `claim: none` says that no other option is an
answer, `claim: all` that every other one is.

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

from cnnquiz.items.option_value import says_several
from cnnquiz.items.worked_item import Subject, Worked
from cnnquiz.model import Finding, Level

LEVEL: Level = "error"


def check(subject: Subject) -> Iterator[Finding]:
    """Each key that its options' claims contradict, and each distractor that is right beside a right key."""
    for item in subject.items:
        wrong = contradictions(item) if item.answers else []
        if not wrong:
            continue
        if item.item.type == "multiple" or not all(item.answers.get(key) for key in item.keys):
            yield subject.finding(__name__, LEVEL, item, ("key",), misplaced(item), expected(item), remedy(item))
            continue
        for letter in wrong:
            path = ("options", letter, "claim")
            message = f"what option {letter}, `{item.texts[letter][:60]}`, claims is {truth(item, letter)}; "
            message += "but it is not the key"
            yield subject.finding(__name__, LEVEL, item, path, message, expected(item), "Look at the key first.")


def contradictions(item: Worked) -> list[str]:
    """The options whose claims do not fit the key; a key such as "both a and b" leaves open which are right."""
    answers = item.answers.items()
    wrong = [letter for letter, answer in answers if answer is not None and answer != (letter in item.keys)]
    several = any(says_several(item.texts.get(key, "")) and item.answers.get(key) is None for key in item.keys)
    return [] if several else wrong


def misplaced(item: Worked) -> str:
    """What the key says, and which option is right."""
    false = [key for key in item.keys if item.answers.get(key) is False]
    key = next(iter(false or item.keys))
    what = f", `{item.texts[key][:60]}`" if key in item.texts else ""
    but = f", claims what is {truth(item, key)}; " if false else ", but "
    right = [letter for letter, answer in item.answers.items() if answer]
    named = " and ".join(f"option {letter}, `{item.texts[letter][:60]}`," for letter in right)
    verb = "is" if len(right) == 1 else "are"
    told = f"{named} {verb} right" if named else "no other is known to be right"
    return f"the key{',' if false else ' is'} option {key}{what}{but}{told}"


def truth(item: Worked, letter: str) -> str:
    """What the calculator decided about an option."""
    answer = bool(item.answers[letter])
    if not isinstance(item.options[letter].claim, dict):
        return "right" if answer else "not right"
    asked = "" if item.item.asks else " (the item asks which is false)"
    return ("true" if answer == item.item.asks else "false") + asked


def remedy(item: Worked) -> str:
    """The key to write, where it is known."""
    right = expected(item)
    if right is None or (" " in right and item.item.type != "multiple"):
        return "Look at the claims."
    return f"Write `key: {right}`."


def expected(item: Worked) -> str | None:
    """The letters of the options that are answers."""
    return " ".join(letter for letter, answer in item.answers.items() if answer) or None
