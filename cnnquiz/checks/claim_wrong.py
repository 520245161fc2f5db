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

from cnnquiz.model import Finding, Level
from cnnquiz.proof import Subject, Worked

LEVEL: Level = "error"


def check(subject: Subject) -> Iterator[Finding]:
    """Each option whose claim contradicts the key."""
    for item in subject.items:
        for letter, answer in item.answers.items():
            if answer is not None and answer != (letter in item.keys):
                message = sentence(item, letter, answer)
                path = ("options", letter, "claim")
                yield subject.finding(__name__, LEVEL, item, path, message, expected(item), "Look at the key first.")


def sentence(item: Worked, letter: str, answer: bool) -> str:
    """What the calculator decided, and what the bank says."""
    text = item.texts[letter][:60]
    truth = "true" if answer == item.item.asks else "false"
    if isinstance(item.options[letter].claim, str):
        truth = "right" if answer else "not right"
    asked = "" if item.item.asks else ", and the item asks which is false"
    role = "it is not the key" if answer else "it is the key"
    return f"what option {letter}, `{text}`, claims is {truth}{asked}; but {role}"


def expected(item: Worked) -> str | None:
    """The letters of the options that are answers."""
    return " ".join(letter for letter, answer in item.answers.items() if answer) or None
