"""A drill on the screen: a question, the misconception by its name, what is left. Everything is appended below."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

from rich.text import Text

from cnnquiz.items.variants import Variant
from cnnquiz.quiz.commands import COMMANDS, Command
from cnnquiz.quiz.drill import STREAK, Drill, Question
from cnnquiz.render.answer_form import form_prompt, length_remark, part_prompt, taken_letters, unreadable
from cnnquiz.render.by_lines import reach_lines
from cnnquiz.render.console import Screen
from cnnquiz.render.explanation import Explanation
from cnnquiz.render.item import options, options_in_words, prose_with_label, question_blocks
from cnnquiz.render.layout import bar, columns, hang, indent, paragraph, paragraphs, stack
from cnnquiz.render.misconception_text import Groups, misconception_lines
from cnnquiz.render.prose import inline, prose
from cnnquiz.render.quiz import figure_behind_key, key_names, meanings, name_of
from cnnquiz.render.signs import verdict_lead, verdict_sign
from cnnquiz.shown import one_line

KEYS = "htsrfbuq?"


def banner(screen: Screen, drill: Drill) -> list[Text]:
    """What is practised, and when the drill ends."""
    count = len(drill.skills)
    names = ", ".join(skill.label for skill in drill.skills)
    many = f"{count} skills: {names}." if count > 1 else f"One skill: {names}."
    rule = f"A skill is mastered after {STREAK} right answers in a row at its hardest level."
    resumed = f"You resume where you stopped: {_progress(drill)}. --fresh starts over." if drill.asked else ""
    seed = f"--seed {drill.seed} asks the same questions again." if not drill.asked else ""
    title = screen.text("Drill", "title")
    return [Text(), *stack(screen, [title, *filter(None, (many, rule, resumed, seed))])]


def _progress(drill: Drill) -> str:
    """How much of it is mastered: 2 of 4 skills mastered."""
    count, left = len(drill.skills), len(drill.open_skills)
    if count == 1:
        return "not mastered yet" if left else "mastered"
    return f"{count - left} of {count} skills mastered"


def question(screen: Screen, drill: Drill, asked: Question, drawing: str) -> list[Text]:
    """The question, with its skill, its level and its seed, its figure and its options."""
    skill, at = drill.skills[asked.skill], drill.standings[asked.skill]
    of = len(skill.levels)
    place = f"level {asked.level + 1} of {of}" if of > 1 else ""
    row = f"{at.streak} of {STREAK} in a row" if at.streak else ""
    seed = f"seed {asked.variant.seed}" if asked.variant.seed is not None else ""
    facts = [skill.label, place, row, seed]
    lead = Text.assemble(screen.margin, (f"Question {drill.asked + 1}", "title"), "  ")
    head = hang(screen, screen.text("  ".join(filter(None, facts))), lead)
    stem, shown, _ = question_blocks(screen, asked.variant, drawing)
    blocks = [options(screen, asked.variant.choices), _keys(screen, asked, not drill.asked)]
    lines = [Text(), Text(), *paragraphs([head, stem, shown, *blocks]), Text()]
    if shown and screen.person and len(lines) >= screen.rows:
        behind = figure_behind_key(screen, asked.variant)
        lines = [Text(), Text(), *paragraphs([head, stem, behind, *blocks]), Text()]
    return lines


def _keys(screen: Screen, asked: Question, first: bool) -> list[Text]:
    wanted = screen.text(form_prompt(asked.variant))
    taken = taken_letters(asked.variant)
    if screen.spoken and not first:
        return paragraph(screen, wanted)
    shown = [one for one in commands(asked.variant) if one.key in ("htsfq?" if screen.columns >= 60 else "hs?")]
    keys = key_names(screen, [(name_of(one.key, taken), one.word) for one in shown])
    if wanted.cell_len + keys.cell_len + 3 + len(screen.margin) <= screen.width:
        return paragraph(screen, Text.assemble(wanted, "   ", keys))
    return stack(screen, [wanted, keys])


def before(screen: Screen, number: int, told: Explanation) -> list[Text]:
    """The question before with what was told of it."""
    stem = prose(screen, told.variant.stem, screen.margin, "strong")
    head = paragraph(screen, f"Question {number}, answered", "title")
    return [Text(), Text(), *paragraphs([head, stem, options(screen, told.variant.choices)]), *told.verdict()]


def figure(screen: Screen, variant: Variant, drawing: str) -> list[Text]:
    """The figure of the question by itself."""
    return [Text(), *question_blocks(screen, variant, drawing)[1], Text()]


def commands(variant: Variant) -> list[Command]:
    """The commands that do something at this question."""
    useless = {"f": not variant.item.figure, "t": not variant.item.derivation}
    return [one for one in COMMANDS if one.key in KEYS and not useless.get(one.key)]


def help_lines(screen: Screen, variant: Variant) -> list[Text]:
    """All keys and what they do."""
    return [Text(), *meanings(screen, [one.word for one in commands(variant)], taken_letters(variant)), Text()]


def right(screen: Screen, drill: Drill, asked: Question, how: str, back: str = "") -> list[Text]:
    """The verdict on a right answer, and what it does for the skill; `drill` is its state after the answer."""
    at, of = drill.standings[asked.skill], len(drill.skills[asked.skill].levels)
    if at.mastered:
        left = ", ".join(skill.label for skill in drill.open_skills)
        words = f"That masters {drill.skills[asked.skill].label}." + (f" Left: {left}." if left else "")
    elif how == "helped":
        words = "Next time without help."
    elif at.level > asked.level:
        words = f"On to level {at.level + 1} of {of}."
    else:
        words = f"{at.streak} of {STREAK} in a row."
    lead = verdict_lead(screen, "right").append(": ")
    key = answer_text(screen, asked.variant, asked.variant.key)
    remark = Text(f"   ({back})" if back else "", "note")
    answer = Text.assemble(key, "" if key.plain.endswith(".") else ".", " ", words, remark)
    return [Text(), *hang(screen, answer, lead)]


def wrong(screen: Screen, variant: Variant, response: str, slips: Groups) -> list[Text]:
    """The verdict on a wrong answer, that it has another length, and the misconceptions that lead to it."""
    lead = Text.assemble(screen.margin, verdict_sign(screen, "wrong"), " ")
    given = answer_text(screen, variant, response.split() if variant.choices else [response])
    words = Text.assemble("Not ", given, ". ", length_remark(variant, response))
    words.rstrip()
    whys = (one.why for one in variant.choices if one.letter in response.split() and one.letter not in variant.key)
    told = (prose(screen, why, screen.margin + "  ") for why in whys)
    reached = reach_lines(screen, variant, response, screen.margin + "  ")
    return [Text(), *hang(screen, words, lead), *chain(*told), *misconception_lines(screen, slips), *reached]


def answer_text(screen: Screen, variant: Variant, answers: Sequence[str]) -> Text:
    """An answer in words: a value, or the options of these letters."""
    chosen = [one for one in variant.choices if one.letter in answers]
    return options_in_words(screen, chosen) if chosen else screen.text(answers[0], "answer")


def part(screen: Screen, variant: Variant, left: Variant) -> list[Text]:
    """What the next part of an item asks for."""
    return [Text(), *paragraph(screen, inline(screen, part_prompt(variant, left))), Text()]


def hint(screen: Screen, label: str, words: str) -> list[Text]:
    """One hint; without a label, the words that stand in its place."""
    return [Text(), *prose_with_label(screen, label, words), Text()]


def once_more(screen: Screen, label: str, words: str) -> list[Text]:
    """The invitation to a second try, with a hint where no misconception was recognised."""
    body = screen.margin + "  "
    return [*prose_with_label(screen, label, words, body), *hang(screen, Text("Try it once more:"), body), Text()]


def unreadable_lines(screen: Screen, variant: Variant, typed: str) -> list[Text]:
    """A note that the answer could not be read, or does not have the form that is asked for."""
    return [Text(), *paragraph(screen, unreadable(variant, typed)), Text()]


def summary(screen: Screen, drill: Drill, todo: Iterable[str]) -> list[Text]:
    """What is mastered, what is left, and what to do next."""
    rows = []
    for skill, at in zip(drill.skills, drill.standings, strict=True):
        of = len(skill.levels)
        state = "mastered" if at.mastered else f"level {at.level + 1} of {of}" if at.asked else "not asked yet"
        reached = of + STREAK if at.mastered else at.level + at.streak
        count = f"{at.right} of {at.asked} right" if at.asked else ""
        name = screen.text(one_line(skill.label))
        rows.append([name, bar(screen, reached, of + STREAK, 12), Text(state), Text(count)])
    table = indent(columns(rows), screen.margin) if screen.columns >= 72 else _rows_without_bars(screen, rows)
    progress = _progress(drill)
    head = paragraph(screen, progress[:1].upper() + progress[1:], "title")
    return [Text(), Text(), *paragraphs([head, table, stack(screen, todo)]), Text()]


def _rows_without_bars(screen: Screen, rows: Sequence[Sequence[Text]]) -> list[Text]:
    """The same without bars, where the window is too narrow for columns."""
    words = (Text("  ").join(filter(None, [name, *facts])) for name, _, *facts in rows)
    return [line for text in words for line in hang(screen, text, screen.margin, screen.margin + "  ")]
