"""The keys of every session and prompt: each works as its letter and as its word, with Enter where one types."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from msgspec import Struct

Action = Literal[
    "answer", "hint", "lines", "skip", "back", "next", "quit", "help", "show", "mark", "go", "hand-in", "tick", "undo"
]


class Command(Struct, frozen=True):
    """A key with its word, the action, what that means, and whether it works before an answer, behind it, or both.

    `exam` is true of those that an exam alone has.
    """

    key: str
    word: str
    action: Action
    meaning: str
    asking: bool = True
    told: bool = True
    exam: bool = False


class Choice(Struct, frozen=True):
    """One answer to a prompt: its key, its word, and what else means the same."""

    key: str
    word: str
    also: tuple[str, ...] = ()


ENTER = "Enter"
COMMANDS = (
    Command(ENTER, "next", "next", "on to what comes next", asking=False),
    Command("h", "hint", "hint", "the next hint; there may be several", told=False),
    Command("t", "steps", "lines", "answer line by line, each line marked; it counts as a hint", told=False),
    Command("s", "skip", "skip", "leave it; the answer is still explained", told=False),
    Command("w", "working", "show", "the reason and the worked steps", asking=False),
    Command("p", "picture", "show", "the picture of it, with your answer", asking=False),
    Command("y", "why", "show", "why the key is to be believed", asking=False),
    Command("e", "everything", "show", "all of these, and a word on each option", asking=False),
    Command("r", "repeat", "show", "the question once more"),
    Command("f", "figure", "show", "the figure of the question"),
    Command("m", "mark", "mark", "mark it for later, or take the mark back", told=False, exam=True),
    Command("g", "grid", "show", "which questions are answered, marked and open", told=False, exam=True),
    Command("u", "undo", "undo", "take the last answer back: it does not count"),
    Command("b", "back", "back", "the question before"),
    Command("q", "quit", "quit", "save and leave; the same command resumes it"),
    Command("?", "keys", "help", "this list"),
)
PROMPTS = {
    "resume": (
        Choice(ENTER, "resume", ("y", "yes")), Choice("n", "start over", ("no", "anew")),
        Choice("q", "leave it saved", ("quit", "leave")),
    ),
    "more": (Choice(ENTER, "more"), Choice("q", "enough", ("quit",))),
    "hand in": (Choice("y", "hand in", ("yes",)), Choice("n", "go back", ("no",))),
    "home": (Choice(ENTER, "do the first", ("1",)), Choice("q", "quit")),
}  # fmt: skip
SYNONYMS = {"-": "skip", "exit": "quit", "help": "keys", "steps": "working", "all": "everything", "question": "repeat"}


def command(typed: str, told: bool, taken: Collection[str] = ()) -> Command | None:
    """The command that was typed: its word, or its letter; a letter that is taken by an option in upper case only."""
    word = typed.strip().casefold()
    here = [one for one in COMMANDS if (one.told if told else one.asking)]
    named = {one.word for one in here}
    word = word if word in named else SYNONYMS.get(word, word)
    for one in here:
        if word in (one.word, one.key.casefold()) and (word == one.word or one.key not in taken or typed != one.key):
            return one
    return None


def choice(prompt: str, typed: str) -> Choice | None:
    """The answer to a prompt that was typed: by its key, its word, or another one that means the same."""
    word = typed.strip().casefold()
    return next((one for one in PROMPTS[prompt] if word in (one.key.casefold(), one.word, *one.also)), None)
