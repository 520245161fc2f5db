"""Home on the screen: what there is to do, each with its command, and the keys."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from rich.text import Text

from cnnquiz.history.stats import Tally
from cnnquiz.quiz.commands import PROMPTS
from cnnquiz.render.console import Screen
from cnnquiz.render.layout import count, hang, paragraphs, table
from cnnquiz.render.quiz import key_names

MORE = (
    ("solve conv --in 256 --k 7 --s 2", "one numerical, step by step"),
    ("--help", "all commands"),
    ("--plain", "words alone, to be heard (or CNNQUIZ_PLAIN=1)"),
)


def home_lines(
    screen: Screen, total: Tally, exam: str, errands: Sequence[tuple[str, Sequence[str]]]
) -> list[Text]:
    """How it stands, how long it is to the exam, the errands by number, and what else there is: at most 20 lines."""
    stands = "Convolutional networks, by questions and by numbers."
    if total.attempts:
        stands = f"{count(total.attempts, 'answer')} so far, {total.accuracy:.0%} right."
    cells = [
        [Text(str(number), "key"), screen.text(words, "strong"), screen.text(shlex.join(["cnnquiz", *command]), "code")]
        for number, (words, command) in enumerate(errands, 1)
    ]
    rows = table(screen, cells)
    more = table(screen, [[screen.text(f"cnnquiz {command}", "code"), Text(words)] for command, words in MORE])
    title = Text.assemble(screen.margin, ("cnnquiz", "title"), "  ", " ".join(filter(None, (stands, exam))))
    return [Text(), *paragraphs([hang(screen, title), rows, more]), Text()]


def prompt(screen: Screen, errands: int) -> Text:
    """The keys: Enter does the first of them."""
    others = [(f"2-{errands}" if errands > 2 else "2", "another")] if errands > 1 else []
    first, *last = [(one.key, one.word) for one in PROMPTS["home"]]
    return Text.assemble(screen.margin, key_names(screen, [first, *others, *last]), "  ")
