"""What a person sees: what each screen can show, harmless text, mathematics in characters, solutions, drawings."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from cnnquiz import calculators
from cnnquiz.render import console, drawings, safe
from cnnquiz.render.console import Screen
from cnnquiz.render.layout import columns, hang
from cnnquiz.render.mathtext import characters
from cnnquiz.render.prose import inline, prose
from cnnquiz.render.solution import show_solution, solution_lines, worked, written
from cnnquiz.steps import Drawing, Solution

CASES = [line.split("\t") for line in (Path(__file__).parent / "render/math.tsv").read_text("utf-8").splitlines()]
HOSTILE = (
    "a\x1b[31mred\x1b[0m \x1b]0;title\x07 \x9b2J \u202egnp.exe\u2066 \r\x08 \ud800 \x1bP1$r\x1b\\"
    " [bold]b[/] :smile:"
)
SCREENS = [(columns, unicode) for columns in (20, 40, 80, 120) for unicode in (True, False)]


class Stream(io.StringIO):
    """A stream that says of itself what a terminal or a file would."""

    def __init__(self, terminal: bool, encoding: str = "utf-8") -> None:
        super().__init__()
        self.terminal, self.named = terminal, encoding

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self.named

    def isatty(self) -> bool:
        return self.terminal


def a_screen(columns: int = 80, unicode: bool = True, terminal: bool = False) -> Screen:
    """A screen of that width, for a test."""
    stream = Stream(terminal, "utf-8" if unicode else "ascii")
    return console.screen(stream, {"TERM": "xterm", "PYTHONUTF8": "1"}, columns)


def solved(name: str, **texts: str) -> Solution:
    """A numerical, solved."""
    calculator = calculators.load(name)
    return calculator.solve(calculator.read({name.rstrip("_"): value for name, value in texts.items()}))


def widest(lines: list[Text]) -> int:
    return max((line.cell_len for line in lines), default=0)


# -- what a screen can show --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("terminal", "encoding", "env", "colour", "unicode"),
    [
        (True, "utf-8", {"TERM": "xterm"}, True, True),
        (True, "utf-8", {"TERM": "xterm", "NO_COLOR": "1"}, False, True),
        (True, "utf-8", {"TERM": "xterm", "NO_COLOR": ""}, True, True),
        (True, "utf-8", {"TERM": "dumb"}, False, True),
        (True, "utf-8", {}, False, True),
        (False, "utf-8", {"TERM": "xterm"}, False, True),
        (True, "ascii", {"TERM": "xterm"}, True, False),
        (True, "latin-1", {"TERM": "xterm"}, True, False),
        (True, "no-such-encoding", {"TERM": "xterm"}, True, False),
    ],
)
def test_a_screen_knows_what_it_can_show(
    terminal: bool, encoding: str, env: dict[str, str], colour: bool, unicode: bool
) -> None:
    found = console.screen(Stream(terminal, encoding), {"PYTHONUTF8": "1", **env})
    assert (found.colour, found.unicode, found.person) == (colour, unicode, terminal)


@pytest.mark.parametrize(
    ("columns", "width"), [("40", 40), ("80", 80), ("300", 100), ("0", 80), ("-3", 80), ("x", 80), ("1", 20)]
)
def test_the_width_is_the_users_but_never_too_wide_for_prose(columns: str, width: int) -> None:
    assert console.screen(Stream(False), {"COLUMNS": columns}).width == width


def test_no_colour_is_bold_and_none_is_unreadable_on_some_background() -> None:
    allowed = {"bold", "italic", "green", "red", "cyan", "magenta"}
    assert set(console.STYLES.values()) <= allowed


def test_a_plain_screen_gets_no_escape_codes() -> None:
    for screen in (a_screen(), console.unstyled(a_screen(terminal=True))):
        screen.show(screen.text("words", "right"), Text("more", "bold red"))
        assert screen.console.file.getvalue() == "words\nmore\n"  # type: ignore[attr-defined]


def test_a_closed_stream_is_a_screen_that_shows_nothing() -> None:
    console.screen(None, {}).show("words")


# -- harmless text -----------------------------------------------------------------------------------


def test_hostile_text_is_only_text() -> None:
    screen = a_screen(terminal=True)
    screen.show(HOSTILE)
    shown = screen.console.file.getvalue()  # type: ignore[attr-defined]
    assert "\x1b" not in shown and "\u202e" not in shown and "\x9b" not in shown and "\x07" not in shown
    assert "[bold]b[/] :smile:" in shown and "ared" in shown


@given(st.text())
def test_cleaned_text_cannot_steer_a_terminal(text: str) -> None:
    cleaned = safe.clean(text)
    assert all(character == "\n" or character >= " " for character in cleaned)
    assert not re.search("[\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", cleaned)
    assert safe.clean(cleaned) == cleaned


@given(st.text())
def test_ascii_is_ascii(text: str) -> None:
    assert safe.ascii_text(text).isascii()


@given(st.text(alphabet="ab *_`$\\{}[]1^-\n.", max_size=60))
def test_any_markdown_can_be_shown(text: str) -> None:
    for line in prose(a_screen(40), text):
        assert line.cell_len <= 40


@given(st.text(alphabet="\\fracsqt{}^_ab12()|+", max_size=40))
def test_any_mathematics_can_be_shown(latex: str) -> None:
    assert isinstance(characters(latex), str)


# -- prose -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("latex", "unicode", "plain"), CASES)
def test_mathematics_in_characters(latex: str, unicode: str, plain: str) -> None:
    assert inline(a_screen(), f"${latex}$").plain == unicode
    assert inline(a_screen(unicode=False), f"${latex}$").plain == plain


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("an *em* and a **strong** word", "an em and a strong word"),
        ("`a_b*c*` stays", "a_b*c* stays"),
        ("2*3*4 and a_b_c stay", "2*3*4 and a_b_c stay"),
        ("from $5 to $6", "from $5 to $6"),
        (r"\*no\* em", "*no* em"),
        ("5 * 3 = 15 * 1", "5 * 3 = 15 * 1"),
        ("[link](x) [bold]", "[link](x) [bold]"),
    ],
)
def test_markdown(markdown: str, shown: str) -> None:
    assert inline(a_screen(), markdown).plain == shown


def test_lists_and_paragraphs_hang_below_their_first_word() -> None:
    lines = prose(a_screen(24), "First words of it.\n\n- one entry that is long\n- two", "  a  ")
    assert [line.plain for line in lines] == [
        "  a  First words of it.",
        "",
        "     • one entry that is",
        "       long",
        "     • two",
    ]


@given(st.lists(st.text("abcdefghij", min_size=1, max_size=30), min_size=1, max_size=20), st.integers(20, 120))
def test_wrapping_loses_nothing(words: list[str], width: int) -> None:
    lines = hang(a_screen(width), Text(" ".join(words)), "  x  ")
    assert widest(lines) <= width
    assert "".join(line.plain for line in lines).replace(" ", "") == "x" + "".join(words)


def test_columns_are_aligned_and_have_no_blanks_at_the_end() -> None:
    rows = [[Text("a"), Text("1"), Text("x")], [Text("bb"), Text("22"), Text("")]]
    assert [line.plain for line in columns(rows, frozenset({1}), 1)] == ["a   1 x", "bb 22"]


# -- solutions and drawings --------------------------------------------------------------------------

CONV = {"in_": "14x14x3", "k": "3", "s": "2", "p": "1", "filters": "4"}


@pytest.mark.parametrize(("columns", "unicode"), SCREENS)
def test_a_solution_fits_every_screen(columns: int, unicode: bool) -> None:
    screen = a_screen(columns, unicode)
    for lines in (solution_lines(screen, solved("conv", **CONV)), worked(screen, solved("conv", **CONV), "  ")):
        assert widest(lines) <= screen.width
        assert all(line.plain == line.plain.rstrip() for line in lines)
        assert unicode or all(line.plain.isascii() for line in lines)


def test_a_solution_names_its_steps_numbers_reasons_and_results() -> None:
    screen = a_screen()
    show_solution(screen, solved("conv", in_="256x256x3", k="7", s="2", filters="4"))
    shown = screen.console.file.getvalue()  # type: ignore[attr-defined]
    for words in ("Division, before rounding", "124.5", "Round down", "125x125x4", "592", "Conventions:"):
        assert words in shown
    assert "\x1b" not in shown


def test_long_steps_have_their_equals_signs_below_one_another() -> None:
    lines = [line.plain for line in solution_lines(a_screen(), solved("conv", in_="n", k="3", s="s"))]
    at = next(number for number, line in enumerate(lines) if "m = " in line)
    assert len({line.index("= ") for line in lines[at : at + 3]}) == 1


def test_a_solution_in_the_other_formats() -> None:
    solution = solved("conv", **CONV)
    assert json.loads(written(solution, "json"))["results"]["output_shape"] == [7, 7, 4]
    assert r"\begin{align*}" in written(solution, "latex")
    assert written(solution, "markdown").startswith("**")


DRAWINGS: list[tuple[str, dict[str, Any]]] = [
    ("window", {"size": 11, "padding": [1, 1], "kernel": 3, "stride": 2, "dilation": 1, "positions": 6, "unused": 0}),
    ("window", {"size": 12, "padding": [0, 0], "kernel": 3, "stride": 4, "dilation": 2, "positions": 2, "unused": 3}),
    ("window", {"size": 30, "padding": [0, 0], "kernel": 2, "stride": 1, "positions": 29, "unused": 0}),
    ("bars", {"rows": [{"name": "weights", "value": 7500}, {"name": "biases", "value": 100}]}),
    ("shrink", {"layers": [{"name": "in", "height": 39, "channels": 3}, {"name": "c", "height": 7, "channels": 40}]}),
    ("curve", {"xs": [0, 1, 2, 3], "ys": [0, 1, 4, 9], "marks": [[2, 4, "here"]]}),
    ("sequence", {"x": [1, 2, 3], "h": [1, -1], "y": [1, 1, 1, -3], "offset": 0}),
]


@pytest.mark.parametrize(("kind", "data"), DRAWINGS)
@pytest.mark.parametrize(("columns", "unicode"), SCREENS)
def test_a_drawing_fits_the_screen_or_is_left_out(kind: str, data: dict[str, Any], columns: int, unicode: bool) -> None:
    screen = a_screen(columns, unicode)
    lines = drawings.draw(screen, Drawing(kind, data))
    assert widest(lines) <= screen.width
    assert lines or columns < 80
    assert unicode or all(line.plain.isascii() for line in lines)


def test_the_window_slides_and_shows_what_is_left_over() -> None:
    data = {"size": 6, "padding": [1, 0], "kernel": 3, "stride": 3, "dilation": 1, "positions": 2, "unused": 1}
    lines = drawings.draw(a_screen(80, unicode=False), Drawing("window", data))
    assert [line.plain for line in lines] == [
        "             0  1  2  3  4  5",
        "   input  .. oo oo oo oo oo xx",
        "       1  ## ## ##",
        "       2           ## ## ##",
        "",
        "          # window   . padding   x not reached: one more window would not fit",
    ]


def test_the_convolved_sequence_shows_each_sum() -> None:
    lines = drawings.draw(a_screen(80, unicode=False), Drawing("sequence", dict(DRAWINGS[-1][1])))
    assert [line.plain for line in lines[1:3]] == [
        "y[0]    -1   1               1*1 = 1",
        "y[1]        -1   1           1*(-1) + 2*1 = 1",
    ]


def test_an_unknown_drawing_is_left_out() -> None:
    assert drawings.draw(a_screen(), Drawing("../../etc/passwd", {})) == []
