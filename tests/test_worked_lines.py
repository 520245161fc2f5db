"""Answers line by line: which lines are asked, what is said of each, and where the working of an answer leaves them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from conftest import Program
from rich.text import Text
from screens import a_screen
from test_variants import DRILLS, PRINTED

from cnnquiz.answers import mark, read_response
from cnnquiz.items import variants
from cnnquiz.items.variants import Variant
from cnnquiz.model import Bank, Derivation, Item
from cnnquiz.quiz.session import Event, start, step
from cnnquiz.quiz.worked_lines import is_answer, lines, reach
from cnnquiz.render.by_lines import answer_by_lines, reach_lines

DERIVED = [pytest.param(one, item, id=f"{one.id}/{item.id}") for one in PRINTED + DRILLS for item in one.items
           if item.derivation]  # fmt: skip


def asked(want: str, type: str = "number", **given: str) -> Variant:
    item = Item("one", "What?", type=type, derivation=Derivation({"conv": given, "want": want}))
    return variants.original(Bank(1, "sample", "A sample", [item]), item)


MACS = asked("macs", **{"in": "30x30x3", "k": "5", "filters": "4"})  # 26*26*75*4 = 202800
SIZE = asked("output_size", **{"in": "61", "k": "6", "s": "2"})  # 55/2 = 27.5, 27, 28


@pytest.mark.parametrize(("one", "item"), DERIVED)
def test_each_line_can_be_typed_and_is_right_as_it_is_worked(one: Bank, item: Item) -> None:
    variant = variants.draw(one, item, 3)
    for line in lines(variant):
        response = read_response(line.question, line.question.key[0])
        assert response is not None and mark(line.question, response).verdict == "right", line.step.title


@pytest.mark.parametrize(("one", "item"), DERIVED)
def test_each_line_stands_on_the_screen_with_the_verdict_before(one: Bank, item: Item) -> None:
    variant, blocks = variants.draw(one, item, 3), [0]

    def read(question: Variant) -> str:
        blocks.append(0)
        return "s"

    def show(rows: Sequence[Text]) -> None:
        blocks[-1] += len(rows)
        assert all(row.cell_len <= 80 for row in rows)

    event = answer_by_lines(a_screen(80), variant, read, show)
    assert event.action in ("skip", "next") and max(blocks) < 22


def test_the_lines_end_in_the_answer() -> None:
    assert [line.step.value.ascii for line in lines(SIZE)] == ["27.5", "27", "28"]
    assert [line.step.value.ascii for line in lines(MACS)][-2:] == ["75", "202800"]
    assert is_answer(SIZE, lines(SIZE)[-1]) and not is_answer(SIZE, lines(SIZE)[0])


@pytest.mark.parametrize(
    ("variant", "response", "said"),
    [
        (MACS, "26*26*75 = 50700", "Your 75 is right; the x4 is missing."),
        (MACS, "26*26*75*4 = 202,801", "Your 202800 is right, and then it is changed."),
        (MACS, "26*26*5*4", "Your 26 is right; it breaks at weights of one filter: w = k*k*C"),
        (SIZE, "(61 - 6)/2 + 1 = 28.5 -> 29", "Your 27.5 is right; it breaks at round down: m = floor(q)"),
        (SIZE, "61/2 - 1", "It breaks at division, before rounding: q = (i + 2*p - k)/s"),
        (SIZE, "29", ""),
    ],
)
def test_the_working_of_an_answer_says_where_it_breaks(variant: Variant, response: str, said: str) -> None:
    assert (reach(variant, response) is not None) is bool(said)
    shown = reach_lines(a_screen(100, unicode=False), variant, response, "")
    assert " ".join(line.plain for line in shown) == said


def typed(*words: str) -> tuple[Event, str]:
    """What comes of answering line by line with these words, and what is shown."""
    shown: list[str] = []
    waiting: Iterator[str] = iter(words)
    screen = a_screen(80, unicode=False)
    event = answer_by_lines(screen, SIZE, lambda _: next(waiting), lambda rows: shown.extend(row.plain for row in rows))
    assert max(map(len, shown)) <= 80
    return event, "\n".join(shown)


def test_each_line_is_marked_and_the_last_is_the_answer() -> None:
    event, shown = typed("27,5", "28", "29")
    assert event == Event("answer", "29")
    assert "Line 1 of 3: Division, before rounding" in shown and "Line 3 of 3" in shown
    assert "Not 28: floor(27.5) = 27" in shown and "It broke at line 2: round down." in shown
    event, shown = typed("27.5", "27", "28")
    assert event == Event("answer", "28") and "broke" not in shown


def test_a_line_can_be_skipped_repeated_and_left() -> None:
    event, shown = typed("what", "?", "r", "s", "27", "28")
    assert event == Event("answer", "28") and "cannot be read" in shown and "55/2 = 27.5" in shown
    assert shown.count("What?") == 1 and "s shows the line" in shown
    assert typed("q")[0] == Event("quit") and typed("27.5", "27", "s")[0] == Event("skip")


def test_the_lines_count_as_one_hint_and_the_answer_once() -> None:
    session, outcome = step(start([SIZE]), Event("lines"), 0.0)
    assert outcome.told == "lines" and outcome.reply is None
    session, outcome = step(session, Event("lines"), 0.0)
    session, outcome = step(session, Event("answer", "28"), 0.0)
    assert outcome.reply is not None and outcome.reply.hints == 1 and outcome.reply.mark.verdict == "right"


@pytest.mark.parametrize("exam", [False, True])
def test_there_are_no_lines_in_an_exam_or_without_a_derivation(exam: bool) -> None:
    item = Item("two", "Which?", options={"a": "this", "b": "that"}, key="a")
    variant = SIZE if exam else variants.original(Bank(1, "sample", "A sample", [item]), item)
    session = start([variant], exam=exam)
    assert step(session, Event("lines"), 0.0)[1].told == "no-lines"


def test_a_drill_and_a_quiz_ask_line_by_line(program: Program) -> None:
    out = program("drill", "conv/size-stride", "--seed", "1", "--steps", stdin="s\ns\nkey\nq\n").stdout
    assert "Line 1 of 3" in out and "Resume with: cnnquiz drill conv/size-stride --steps" in out
    out = program("take", "week8", "--fresh", "--limit", "1", stdin="t\ns\ns\ns\ns\nd\n").stdout
    assert "Now the answer itself." in out and "Right: d" in out
    saved = program("stats", "--format", "json").stdout
    assert '"right"' in saved or "week8" in saved


def test_lines_begun_before_a_drill_is_left_still_count_as_help(program: Program) -> None:
    program("drill", "conv/size-plain", "--seed", "1", stdin="9\nt\nq\n")
    again = program("drill", "conv/size-plain", stdin="9\nq\n").stdout
    assert "Try it once more" not in again and "The answer is 10" in again


def test_a_number_of_ones_own_may_have_its_working(program: Program) -> None:
    ended = program("solve", "conv", "--in", "61", "--k", "6", "--s", "2", "--answer", "(61 - 6)/2 + 1 = 28.5 -> 29")
    assert ended.returncode == 1 and "Your 27.5 is right; it breaks at round down: m = ⌊q⌋" in ended.stdout
