"""Progress on the screen, in 24 lines: accuracy by topic, misconceptions as they fade, a calendar, and memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta

from rich.text import Text

from cnnquiz.history.stats import Recall, Stats, Tally
from cnnquiz.render.console import Screen
from cnnquiz.render.layout import bar, columns, count, indent, paragraph, paragraphs, stack
from cnnquiz.render.misconception_text import deed
from cnnquiz.shown import one_line

MOST = 4  # rows of a list; the rest is in `--format json`
LATELY = 10  # days of a misconception
WEEKS = 8  # of the calendar
WIDE = 60  # columns from which on a row says everything
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SPARKS = "▁▂▃▄▅▆▇█"


def show_stats(screen: Screen, stats: Stats, drills: Mapping[str, str], today: date) -> None:
    """Show what fits a small terminal; `drills` says for a misconception what to drill against it."""
    screen.show("", *paragraphs(blocks(screen, stats, drills, today)), "")


def blocks(screen: Screen, stats: Stats, drills: Mapping[str, str], today: date) -> list[list[Text]]:
    """The parts of the page; those without content are empty."""
    if not stats.total.attempts:
        return [paragraph(screen, "No answers yet. Begin with: cnnquiz take week8")]
    slips = f"Slips, and the last {LATELY} days"
    return [
        paragraph(screen, summary(stats)),
        section(screen, of_all("Topics, the weakest first", stats.topics), bars(screen, stats.topics)),
        section(screen, of_all(slips, stats.misconceptions), misconceptions(screen, stats, drills, today)),
        section(screen, "Answers a day, by weeks from Monday", calendar(screen, stats.days, today)),
        memory(screen, stats),
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
    counts = [f"{tally.right:,} of {tally.attempts:,}" for tally in tallies[:MOST]]
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
    return table(rows, right={last - 2, last - 1})


def misconceptions(screen: Screen, stats: Stats, drills: Mapping[str, str], today: date) -> list[Text]:
    """Each misconception: how often it was met, on which days lately, and what to drill against it."""
    wide, found = screen.width >= WIDE, stats.misconceptions
    room = screen.width - len(screen.margin) - 14
    drill_room = max((len(drills.get(one.name, "")) for one in found[:MOST]), default=0) + len("  cnnquiz drill ")
    longest = min(room - LATELY - 2 - drill_room, 34) if wide else max(room, 10)
    rows = []
    for one in found[:MOST]:
        name = shorten(misconception_name(one.name), longest)
        row = [screen.text(name, "slip"), Text(count(one.count, "time"))]
        if wide:
            days = Counter(stats.met.get(one.name, ()))
            drill = f"cnnquiz drill {drills[one.name]}" if one.name in drills else ""
            lately = [today - timedelta(days=ago) for ago in reversed(range(LATELY))]
            row += [] if screen.spoken else [strip(screen, days, lately)]
            row += [screen.text(drill, "code")]
        rows.append(row)
    return table(rows, right={1})


def misconception_name(name: str) -> str:
    """A misconception in words: forgot the bias; two together with a plus sign."""
    return " + ".join(deed(part) or part.replace("-", " ") for part in name.split("+"))


def calendar(screen: Screen, days: Sequence[Tally], today: date) -> list[Text]:
    """How much was answered on each of the last days, a column a day and a group a week, with each week's Monday."""
    answered = Counter({date.fromisoformat(day.name): day.attempts for day in days})
    if screen.spoken:
        week = sum(answered[today - timedelta(days=ago)] for ago in range(7))
        return [Text(f"{count(week, 'answer')} in the last seven days")]
    weeks = max(min((screen.width - len(screen.margin) - 2) // 8, WEEKS), 1)
    monday = today - timedelta(days=today.weekday())
    mondays = [monday - timedelta(weeks=ago) for ago in reversed(range(weeks))]
    shown = [[one + timedelta(days=place) for place in range(7)] for one in mondays]
    most = max((answered[day] for week in shown for day in week), default=0)
    strips = [strip(screen, answered, [day for day in week if day <= today], most) for week in shown]
    return [Text(" ").join(strips), Text(" ".join(f"{short_date(one):7}" for one in mondays).rstrip(), style="note")]


def strip(screen: Screen, counts: Mapping[date, int], days: Sequence[date], most: int = 0) -> Text:
    """A column for each day, as high as its count beside the highest; a dot for none."""
    most, levels = most or max(map(counts.__getitem__, days), default=0), screen.pick(SPARKS, "123456789")
    marks = (
        levels[(counts[day] * len(levels) - 1) // most] if counts[day] else screen.pick("·", ".") for day in days
    )
    return Text("".join(marks), style="bar")


def memory(screen: Screen, stats: Stats) -> list[Text]:
    """How much has probably been forgotten, what is due, and what was recalled against what was expected."""
    found = stats.review
    gone = round(found.items * (1 - (found.retention or 0)))
    due, later = found.forecast[0], sum(found.forecast[1:])
    words = [
        f"You have probably forgotten about {gone} of {found.items:,}." if gone else "You have forgotten hardly any.",
        f"{due:,} due today," if due else "Nothing due today,",
        f"{later:,} more this week." if later else "none this week.",
    ]
    lines = [" ".join(words)]
    lines += [recall_in_words(one) for one in stats.recall]
    return stack(screen, lines)


def short_date(day: date) -> str:
    """A day in short: 23 Nov."""
    return f"{day.day} {MONTHS[day.month - 1]}"


def recall_in_words(found: Recall) -> str:
    """What was recalled of what came back, against what the schedule expected."""
    expected, happened = percent(found.expected / found.answers), percent(found.right / found.answers)
    return f"Where {expected} was expected, you recalled {found.right:,} of {found.answers:,}, {happened}."


def table(rows: Sequence[Sequence[Text]], right: Collection[int]) -> list[Text]:
    """Rows in columns; none where there are no rows."""
    return columns(rows, right, gap=2) if rows else []


def of_all(title: str, rows: Sequence[object]) -> str:
    """The title of a list that may be cut: Slips, 4 of 7."""
    return f"{title}, {MOST} of {len(rows):,}" if len(rows) > MOST else title


def shorten(name: str, longest: int) -> str:
    """A name on one line, cut to the length of its column."""
    name = one_line(name)
    return name if len(name) <= longest else name[: longest - 3] + "..."


def percent(part: float) -> str:
    """A part as a whole percentage."""
    return f"{round(part * 100)} %"
