"""The drill on the screen: a question, the slip by its name, what is left. Everything is appended below."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.text import Text

from cnnquiz.calculator import Misconception
from cnnquiz.drilling import STREAK, Drill, Question
from cnnquiz.render import quiz
from cnnquiz.render.console import Screen
from cnnquiz.render.layout import bar, columns, hang, indented, paragraphs
from cnnquiz.render.prose import prose
from cnnquiz.render.solution import worked
from cnnquiz.steps import Solution

COMMANDS = (
    ("h", "hint", "the next hint"),
    ("s", "skip", "leave it; it is worked out all the same"),
    ("q", "quit", "save and leave"),
    ("?", "keys", "this list"),
)
AGAIN = "Once more, with the same numbers:"


def banner(screen: Screen, drill: Drill) -> list[Text]:
    """What is drilled, and when it ends."""
    names = ", ".join(skill.name for skill in drill.skills)
    count = len(drill.skills)
    words = f"{count} skill{'s' * (count != 1)}: {names}. {STREAK} right in a row at its top level, and a skill is mastered."
    title = hang(screen, screen.text("Drill", "title"), screen.margin)
    seed = hang(screen, screen.text(f"--seed {drill.seed} brings the same questions again."), screen.margin)
    return [Text(), *title, *hang(screen, screen.text(words), screen.margin), *seed]


def question(screen: Screen, drill: Drill, asked: Question) -> list[Text]:
    """The question, with its skill, its level and its seed."""
    skill, at = drill.skills[asked.skill], drill.standings[asked.skill]
    of = len(skill.levels)
    place = f"level {asked.level + 1} of {of}" if of > 1 else ""
    row = f"{at.streak} of {STREAK} in a row" if asked.level == of - 1 else ""
    facts = [skill.name, place, row, f"seed {asked.variant.seed}"]
    head = Text.assemble((f"Question {drill.asked + 1}", "title"), "  ", "  ".join(filter(None, facts)))
    stem = prose(screen, asked.variant.stem, screen.margin, "strong")
    return [Text(), Text(), *paragraphs([hang(screen, head, screen.margin), stem, _keys(screen, asked)]), Text()]


def _keys(screen: Screen, asked: Question) -> list[Text]:
    kind = "a size such as 5x5x2" if asked.variant.item.type == "shape" else "a number"
    words = Text.assemble(f"Type {kind}.   ", quiz.joined(screen, [(key, word) for key, word, _ in COMMANDS]))
    return hang(screen, words, screen.margin)


def help_lines(screen: Screen) -> list[Text]:
    """All keys and what they do."""
    rows = [hang(screen, Text(what), Text.assemble(screen.margin, (key, "key"), "  ")) for key, _, what in COMMANDS]
    return [Text(), *(line for row in rows for line in row), Text()]


def right(screen: Screen, drill: Drill, asked: Question, how: str) -> list[Text]:
    """That it is right, and what that does to the skill (`drill` stands after the answer)."""
    at, of = drill.standings[asked.skill], len(drill.skills[asked.skill].levels)
    if at.mastered:
        words = f"Mastered: {drill.skills[asked.skill].name}."
    elif how == "helped":
        words = "With help, so the row begins anew."
    elif at.level > asked.level:
        words = f"On to level {at.level + 1} of {of}."
    else:
        words = f"{at.streak} of {STREAK} in a row."
    lead = Text.assemble(screen.margin, (screen.pick("✓", "+"), "right"), " ", ("Right", "strong"), ": ")
    said = Text.assemble((screen.plain(asked.variant.key[0]), "answer"), ". ", words)
    return [Text(), *hang(screen, said, lead)]


def wrong(screen: Screen, response: str, slips: Sequence[tuple[Misconception, ...]]) -> list[Text]:
    """That it is wrong, and the slip by name; where several slips give the same number, all of them."""
    sign = screen.pick("✗", "x")
    lead = Text.assemble(screen.margin, (sign, "wrong"), " ", (f"Not {screen.plain(response)}.", "strong"))
    body = screen.margin + "  "
    named = [_slip(screen, group, body) for group in slips[:3]]
    either = [hang(screen, Text("Either of these leads there:"), body)] if len(named) > 1 else []
    return [Text(), lead, *(line for block in [*either, *named] for line in block)]


def _slip(screen: Screen, group: tuple[Misconception, ...], margin: str) -> list[Text]:
    names = screen.text(" and ".join(one.name.replace("-", " ") for one in group), "slip")
    said = " ".join(one.say for one in group)
    return hang(screen, Text.assemble(names, ": ", screen.text(said)), margin)


def hint(screen: Screen, words: str) -> list[Text]:
    """One hint."""
    return [Text(), *prose(screen, words, Text.assemble(screen.margin, ("Hint: ", "em"))), Text()]


def once_more(screen: Screen, words: str) -> list[Text]:
    """The second try, with a hint where no slip was recognised."""
    more = prose(screen, words, Text.assemble(screen.margin, "  ", ("Hint: ", "em"))) if words else []
    return [*more, *hang(screen, Text(AGAIN), screen.margin + "  "), Text()]


def solved(screen: Screen, asked: Question, solution: Solution | None) -> list[Text]:
    """The answer, why it is so, and the worked steps."""
    body = screen.margin + "  "
    answer = Text.assemble("The answer is ", (screen.plain(asked.variant.key[0]), "answer"), ".")
    steps = worked(screen, solution, body + "  ") if solution else []
    blocks = [
        hang(screen, answer, body),
        prose(screen, asked.variant.rationale, body),
        [Text.assemble(body, ("Step by step", "title")), *steps] if steps else [],
    ]
    return [Text(), *paragraphs(blocks)]


def unreadable(screen: Screen, typed: str, kind: str) -> list[Text]:
    """That an answer could not be read; it is not counted."""
    wanted = "a size such as 5x5x2" if kind == "shape" else "a number such as 7600, 7,600 or 1/4"
    words = f"{screen.plain(typed[:40])!r} cannot be read, and is not counted. Write {wanted}; ? shows the keys."
    return [*hang(screen, Text(words), screen.margin), Text()]


def summary(screen: Screen, drill: Drill, todo: Iterable[str]) -> list[Text]:
    """What is mastered, what is left, and what to do next."""
    done = len(drill.skills) - len(drill.left)
    title = f"All {done} mastered" if drill.over else f"{done} of {len(drill.skills)} mastered"
    rows = []
    for skill, at in zip(drill.skills, drill.standings, strict=True):
        of = len(skill.levels)
        state = "mastered" if at.mastered else f"level {at.level + 1} of {of}" if at.asked else "not asked yet"
        reached = of + STREAK if at.mastered else at.level + at.streak
        meter = bar(screen, reached, of + STREAK, 12)
        rows.append([screen.text(skill.name), meter, Text(state), Text(f"{at.right} of {at.asked} right")])
    table = indented(columns(rows), screen.margin) if screen.columns >= 72 else _stacked(screen, rows)
    head = hang(screen, screen.text(title, "title"), screen.margin)
    advice = [line for words in todo for line in hang(screen, screen.text(words), screen.margin)]
    return [Text(), Text(), *paragraphs([head, table, advice]), Text()]


def _stacked(screen: Screen, rows: Sequence[Sequence[Text]]) -> list[Text]:
    told = (Text("  ").join([name, *facts]) for name, _, *facts in rows)
    return [line for words in told for line in hang(screen, words, screen.margin, "  ")]
