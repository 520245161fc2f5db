"""What stands on a terminal of 24 lines of 80 columns after an answer: the question's line, the verdict, the keys."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pyte
import pytest
from msgspec import structs
from rich.text import Text
from screens import Stream
from test_variants import DRILLS, PRINTED

from cnnquiz import answers
from cnnquiz.items import variants
from cnnquiz.items.variants import Variant, solution_of
from cnnquiz.model import Bank, Item
from cnnquiz.quiz.session import Event, Session, start, step
from cnnquiz.render import console, quiz
from cnnquiz.render.console import Screen
from cnnquiz.render.input_events import show_pages
from cnnquiz.render.quiz import Desk
from cnnquiz.solution import text

ITEMS = [pytest.param(one, item, id=f"{one.id}/{item.id}") for one in PRINTED + DRILLS for item in one.items]
ROWS, COLUMNS = 24, 80


class Nobody:
    """A reader in whose place the test gives the events."""

    ended, presses = False, True

    def __init__(self, screen: Screen) -> None:
        self.screen = screen

    def read(self, session: Session, parts: object) -> Event:
        raise NotImplementedError

    def show(self, lines: list[Text]) -> None:
        self.screen.show(*lines)


def responses(variant: Variant) -> Iterator[str]:
    """Each option; or the right value, what each misconception makes of it, and a value of no misconception."""
    yield from (choice.letter for choice in variant.choices)
    if variant.choices:
        return
    yield variant.key[0]
    derived = variant.worked.derived
    for one in derived.calculator.misconceptions if derived else ():
        value = derived.wrong_value([one.name]) if derived else None
        if value is not None:
            yield text(value)


def shown_after(variant: Variant, response: str) -> list[str]:
    """The lines of the terminal when the question was answered, and the keys of what comes next are waited for."""
    stream = Stream(terminal=True)
    screen = console.screen(stream, {"TERM": "xterm", "LINES": str(ROWS)}, COLUMNS)
    screen = structs.replace(screen, person=False)  # the stream has no size of its own
    desk = Desk(screen, Nobody(screen), lambda: 0.0, lambda *_: None, lambda _: "figure\n" * 9, solution_of)
    session = start([variant])
    desk.ask(session)
    screen.write("  > ")
    desk.rows += 1
    screen.show(response)
    session, outcome = step(session, Event("answer", response), 0.0)
    assert outcome.told == "verdict", (response, outcome)
    desk.tell(session, outcome)
    assert desk.explanation is not None
    screen.show("")
    screen.write(quiz.keys_behind(screen, "result", desk.explanation.parts))
    terminal = pyte.Screen(COLUMNS, ROWS)
    pyte.Stream(terminal).feed(stream.getvalue().replace("\n", "\r\n"))
    return [line.rstrip() for line in terminal.display]


@pytest.mark.parametrize(("one", "item"), ITEMS)
def test_question_verdict_and_keys_stand_together_whatever_is_answered(one: Bank, item: Item) -> None:
    variant = variants.original(one, item)
    given = dict.fromkeys(responses(variant))
    assert given
    for response in given:
        if answers.read_response(variant, response) is None:
            continue
        lines = shown_after(variant, response)
        where = f"{response}:\n" + "\n".join(lines)
        assert any(line.startswith("  Question 1 of 1") for line in lines), where
        assert any(line.lstrip()[:8].split(":")[0] in ("✓ Right", "✗ Wrong", "~ Partl") for line in lines), where
        assert lines[-1].startswith("  Enter result") or "  Enter result" in "\n".join(lines), where
        assert response == variant.key[0] or variant.choices or "The answer is" in "\n".join(lines), where


def test_what_is_longer_than_the_screen_comes_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Stream(terminal=True)
    screen = console.screen(stream, {"TERM": "xterm", "LINES": str(ROWS)}, COLUMNS)
    pressed = iter(["enter", "q"])
    monkeypatch.setattr("cnnquiz.render.keys.can_press", lambda: True)
    monkeypatch.setattr("cnnquiz.render.keys.press", lambda: next(pressed))
    show_pages(screen, [Text(f"line {number}") for number in range(100)])
    shown = stream.getvalue()
    assert "line 21" in shown and "line 43" in shown and "line 44" not in shown
    assert next(pressed, None) is None


def test_a_page_ends_between_two_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Stream(terminal=True)
    screen = console.screen(stream, {"TERM": "xterm", "LINES": str(ROWS)}, COLUMNS)
    monkeypatch.setattr("cnnquiz.render.keys.can_press", lambda: True)
    monkeypatch.setattr("cnnquiz.render.keys.press", lambda: "enter")
    picture = [*[Text("picture")] * 8, Text()]
    show_pages(screen, picture * 5)
    pages = re.sub(r"\x1b\[\d*m", "", stream.getvalue()).split("Enter more")
    assert [page.count("picture") for page in pages] == [16, 16, 8]


def test_nobody_at_the_keys_gets_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Stream(terminal=True)
    screen = console.screen(stream, {"TERM": "xterm", "LINES": str(ROWS)}, COLUMNS)
    monkeypatch.setattr("cnnquiz.render.keys.can_press", lambda: False)
    show_pages(screen, [Text(f"line {number}") for number in range(100)])
    assert stream.getvalue().splitlines() == [f"line {number}" for number in range(100)]


def test_a_narrow_window_names_the_keys_too() -> None:
    screen = console.screen(Stream(terminal=True), {"TERM": "xterm"}, 40)
    line = quiz.keys_behind(screen, "next question", ["working", "picture", "why", "everything"]).plain
    assert line.split("   ") == ["Enter next", "w p y e more", "? keys  "] and len(line) <= 40
