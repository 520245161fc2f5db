"""Progress on the screen: accuracy as bars and over time, misconceptions with what to drill, what is due, sessions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from msgspec.structs import replace
from rich.text import Text

from cnnquiz.history.stats import MisconceptionCount, Outlook, SessionSummary, Stats, Tally, by_week
from cnnquiz.render.console import Screen
from cnnquiz.render.layout import bar, columns, count, hang, indent, paragraph, paragraphs
from cnnquiz.render.misconception_text import called
from cnnquiz.shown import one_line

MOST = 10  # rows of a list; the rest is in `--format json`
LONGEST = 40  # columns of the line over time
WIDE = 60  # columns from which on a row says everything
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SPARKS = "▁▂▃▄▅▆▇█"


def show_stats(screen: Screen, stats: Stats, drills: Mapping[str, str]) -> None:
    """Show all of it; `drills` says for a misconception what to drill against it."""
    screen.show("", *paragraphs(blocks(screen, stats, drills)), "")


def blocks(screen: Screen, stats: Stats, drills: Mapping[str, str]) -> list[list[Text]]:
    """The parts of the page; those without content are empty."""
    if not stats.total.attempts:
        return [paragraph(screen, "No answers yet. Begin with: cnnquiz take week8")]
    return [
        paragraph(screen, "Your progress", "title"),
        paragraph(screen, summary(stats)),
        section(screen, "Topics, the weakest first", bars(screen, stats.topics)),
        section(screen, "Banks", bars(screen, [replace(each, name=bank_name(each.name)) for each in stats.banks])),
        section(screen, "Over time", over_time(screen, stats.days)),
        section(screen, "Slips", misconceptions(screen, stats.misconceptions, drills)),
        section(screen, "Review", review(screen, stats.review)),
        section(screen, "Last sessions", sessions(screen, stats.sessions)),
    ]


def summary(stats: Stats) -> str:
    """The whole in a sentence."""
    begun = date.fromisoformat(stats.days[0].name)
    total, first = stats.total, f"{short_date(begun)} {begun.year}"
    return f"{count(total.attempts, 'answer')} since {first}: {total.right:,} right, {percent(total.accuracy)}."


def section(screen: Screen, title: str, lines: Sequence[Text]) -> list[Text]:
    """Lines under their title; without lines, nothing."""
    head = Text.assemble(screen.margin, screen.text(title, "title"))
    return [head, *indent(lines, screen.margin + "  ")] if lines else []


def bars(screen: Screen, tallies: Sequence[Tally]) -> list[Text]:
    """A bar for each name, filled by the share of right answers; where the window is narrow, the numbers alone."""
    wide = min(20, screen.width - len(screen.margin) - 52)
    counts = [f"{tally.right:,} of {tally.attempts:,}" for tally in tallies[: most(tallies)]]
    room = screen.width - len(screen.margin) - 11 - max(map(len, counts), default=0)
    rows = [
        [
            screen.text(shorten(tally.name or "(no topic)", min(24, max(room, 8)))),
            *([bar(screen, tally.right, tally.attempts, wide)] if wide >= 6 else []),
            Text(percent(tally.accuracy)),
            Text(written),
        ]
        for tally, written in zip(tallies, counts, strict=False)
    ]
    last = len(rows[0]) if rows else 0
    return table(rows, right={last - 2, last - 1}) + more(len(tallies))


def over_time(screen: Screen, days: Sequence[Tally]) -> list[Text]:
    """Accuracy as a line of small columns, by days for four weeks, by weeks for longer, and in words."""
    weekly = (date.fromisoformat(days[-1].name) - date.fromisoformat(days[0].name)).days > 28
    found = by_week(days) if weekly else list(days)
    step, called = (timedelta(days=7), "week") if weekly else (timedelta(days=1), "day")
    if len(found) < 2:
        return []
    room = screen.narrow(len(screen.margin) + 2)
    marks = sparkline(screen, found, step)[-room.width :]
    shown = found[-len(marks) :]
    words = f"a column for each {called}: {percent(shown[0].accuracy)} at first, {percent(shown[-1].accuracy)} now"
    return [*([] if screen.spoken else [Text(marks, style="bar")]), *hang(room, Text(words))]


def sparkline(screen: Screen, found: Iterable[Tally], step: timedelta) -> str:
    """A character for each day or week: a column's height, in ASCII a digit for tenths; a blank for none."""
    by_date = {date.fromisoformat(tally.name): tally.accuracy for tally in found}
    first, last = min(by_date), max(by_date)
    slots = [first + number * step for number in range((last - first) // step + 1)][-LONGEST:]
    levels = screen.pick(SPARKS, "0123456789")
    marks = (levels[round(by_date[slot] * (len(levels) - 1))] if slot in by_date else " " for slot in slots)
    return "".join(marks)


def misconceptions(screen: Screen, found: Sequence[MisconceptionCount], drills: Mapping[str, str]) -> list[Text]:
    """Each misconception, how often it was met, and what to drill against it; in a narrow window that stands below."""
    wide = screen.width >= WIDE
    longest = 36 if wide else max(screen.width - 14, 10)
    rows, remedies = [], []
    for one in found[: most(found)]:
        remedies.append(screen.text(f"cnnquiz drill {drills[one.name]}" if one.name in drills else "", "key"))
        row = [screen.text(shorten(called(one.name), longest), "slip"), Text(count(one.count, "time"))]
        rows.append([*row, remedies[-1]] if wide else row)
    lines = table(rows, right={1})
    if not wide:
        below = ([Text.assemble("  ", drill)] if drill.plain else [] for drill in remedies)
        lines = [line for row, drill in zip(lines, below, strict=True) for line in (row, *drill)]
    return lines + more(len(found))


def review(screen: Screen, found: Outlook) -> list[Text]:
    """What is due, how much has probably been forgotten, and what the next days bring."""
    due = f"{count(found.due, 'item')} due now: cnnquiz review" if found.due else "Nothing is due now"
    gone = percent(1 - (found.retention or 0))
    recall = f"Expected to be forgotten since you last met them: {gone} of {count(found.items, 'item')}"
    coming = "Due today and on the next days: " + ", ".join(f"{number:,}" for number in found.forecast)
    room = screen.narrow(len(screen.margin) + 2)
    return [line for words in (due, recall, coming) for line in hang(room, room.text(words))]


def sessions(screen: Screen, found: Sequence[SessionSummary]) -> list[Text]:
    """The last sessions with an answer: when, in local time, what, and how it went."""
    wide = screen.width >= WIDE
    rows = [
        [
            Text(local(each.started, wide)),
            screen.text(session_name(each, 20 if wide else max(screen.width - 26, 8))),
            Text(f"{each.right:,} of {each.attempts:,}"),
            *([Text("" if each.finished else "not finished", style="note")] if wide else []),
        ]
        for each in found
        if each.attempts
    ]
    return table(rows, right={2})


def local(moment: str, clock: bool) -> str:
    """A moment of the history in local time: 23 Nov 14:05; without the clock, the day alone."""
    here = datetime.fromisoformat(moment).astimezone()
    return f"{short_date(here):>6} {here:%H:%M}" if clock else f"{short_date(here):>6}"


def short_date(day: date) -> str:
    """A day in short: 23 Nov."""
    return f"{day.day} {MONTHS[day.month - 1]}"


def session_name(session: SessionSummary, longest: int) -> str:
    """What a session was: take week8, drill conv, review."""
    alone = session.mode == session.bank
    return session.mode if alone else shorten(f"{session.mode} {bank_name(session.bank)}", longest + 6)


def bank_name(bank: str) -> str:
    """A bank's name; the calculator's for a bank that comes with its drill."""
    return bank.removeprefix("drill-")


def table(rows: Sequence[Sequence[Text]], right: Collection[int]) -> list[Text]:
    """Rows in columns; none where there are no rows."""
    return columns(rows, right, gap=2) if rows else []


def more(number: int) -> list[Text]:
    """A line that says how many were left out."""
    return [Text(f"and {number - MOST:,} more", style="note")] if number > MOST + 1 else []


def most(rows: Sequence[object]) -> int:
    """How many rows are shown: one more than MOST, rather than a line that says that one is left out."""
    return MOST + 1 if len(rows) == MOST + 1 else MOST


def shorten(name: str, longest: int) -> str:
    """A name on one line, cut to the length of its column."""
    name = one_line(name)
    return name if len(name) <= longest else name[: longest - 3] + "..."


def percent(part: float) -> str:
    """A part as a whole percentage."""
    return f"{round(part * 100)} %"
