"""The result of a session: the score, a row for each item, the topics, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from cnnquiz.quiz.result import ItemResult, QuizResult
from cnnquiz.render.console import Screen
from cnnquiz.render.layout import bar, columns, hang, indent, paragraph, paragraphs, stack
from cnnquiz.render.prose import inline
from cnnquiz.render.signs import verdict_sign
from cnnquiz.shown import one_line

BAR = 20
ROWS_BELOW = 2  # of the screen, for what follows


def result_lines(
    screen: Screen, result: QuizResult, pass_mark: float | None, todo: Sequence[tuple[str, str]]
) -> list[Text]:
    """The whole summary; `todo` holds commands and what each is for.

    At a terminal it is cut to what the screen holds, with the score at its top: the topics go, then all commands but
    the first, then the items that were right.
    """
    score, topics = _score(screen, result, pass_mark), _topics(screen, result)
    missed = [place for place, row in enumerate(result.rows) if row.mark.verdict != "right"]
    every = list(range(len(result.rows)))
    lines: list[Text] = []
    for shown, more, steps in ((every, topics, todo), (every, [], todo), (every, [], todo[:1]), (missed, [], todo[:1])):
        table = _table(screen, [(place, result.rows[place]) for place in shown])
        lines = [Text(), Text(), *paragraphs([score, table, more, _next(screen, steps)]), Text()]
        if not screen.person or len(lines) + ROWS_BELOW < screen.rows:
            break
    return lines


def _score(screen: Screen, result: QuizResult, pass_mark: float | None) -> list[Text]:
    of = len(result.rows)
    lines = [Text.assemble((f"{number(result.score)} of {of} right", "title"), f"  {result.percent:.0f} %")]
    if result.late:
        lines.append(Text(f"{result.answers} of {of} answered when the time was up."))
    if pass_mark is not None:
        reached = "reached" if result.percent >= pass_mark else "not reached"
        lines.append(Text(f"The pass mark of {number(pass_mark)} % is {reached}."))
    return stack(screen, lines)


def _table(screen: Screen, numbered: Sequence[tuple[int, ItemResult]]) -> list[Text]:
    """One line an item: sign, number, question, your answer, the key, the time; letters as on the screen."""
    heading = [Text(word, "note") for word in ("", "", "question", "yours", "key", "hints", "time")]
    rows = [row for _, row in numbered]
    table = [heading, *(_row(screen, place + 1, row) for place, row in numbered)]
    if all(row.reply.seconds is None for row in rows):
        table = [cells[:-1] for cells in table]
    if not any(row.reply.hints for row in rows):
        table = [[*cells[:5], *cells[6:]] for cells in table]
    gap = 1 if screen.columns < 60 else 2
    others = sum(max(cells[place].cell_len for cells in table) for place in range(len(table[0])) if place != 2)
    room = max(screen.width - len(screen.margin) - others - gap * (len(table[0]) - 1), 8)
    for cells in table:
        cells[2].truncate(room, overflow="ellipsis" if screen.unicode else "crop")
    return indent(columns(table, {1, *range(5, len(table[0]))}, gap), screen.margin)


def _row(screen: Screen, place: int, row: ItemResult) -> list[Text]:
    answer = row.reply.response or ("skipped" if row.asked else "not asked")
    cells = [answer, row.key, str(row.reply.hints or ""), minutes(row.reply.seconds)]
    words = inline(screen, " ".join(row.variant.stem.split()))
    return [verdict_sign(screen, row.mark.verdict), Text(str(place)), words, *map(screen.text, cells)]


def _topics(screen: Screen, result: QuizResult) -> list[Text]:
    """The share of right answers by topic, where there is more than one."""
    topics = [topic for topic in result.topics() if topic[0]]
    if len(topics) < 2:
        return []
    width = BAR if screen.columns >= 60 else 8
    rows = [
        [screen.text(one_line(name)), bar(screen, score, of, width), Text(f"{number(score)} of {of}")]
        for name, score, of in topics
    ]
    return [*paragraph(screen, "By topic", "title"), *indent(columns(rows, gap=2), screen.margin)]


def _next(screen: Screen, todo: Sequence[tuple[str, str]]) -> list[Text]:
    """What each command is for, and the command below it."""
    lines = paragraph(screen, "Next", "title") if todo else []
    for command, purpose in todo:
        lines += paragraph(screen, purpose)
        lines += hang(screen, screen.text(command, "code"), screen.margin + "  ", screen.margin + "    ")
    return lines


def minutes(seconds: float | None) -> str:
    """Seconds as a person reads them: 0:07, 12:30."""
    if seconds is None:
        return ""
    whole, rest = divmod(round(seconds), 60)
    return f"{whole}:{rest:02d}"


def number(value: float) -> str:
    """A score or a percentage without needless zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
