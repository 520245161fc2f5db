"""What a person sees: what each screen can show, harmless text, prose and mathematics in characters."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text
from screens import Stream, a_screen, widest

from cnnquiz.render import console, plain_text
from cnnquiz.render.layout import columns, hang
from cnnquiz.render.mathtext import characters
from cnnquiz.render.prose import inline, prose

CASES = [line.split("\t") for line in (Path(__file__).parent / "render/math.tsv").read_text("utf-8").splitlines()]
HOSTILE = (
    "a\x1b[31mred\x1b[0m \x1b]0;title\x07 \x9b2J \u202egnp.exe\u2066 \r\x08 \ud800 \x1bP1$r\x1b\\"
    " [bold]b[/] :smile:"
)


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
    for screen in (a_screen(), console.without_styles(a_screen(terminal=True))):
        screen.show(screen.text("words", "right"), Text("more", "bold red"))
        assert screen.console.file.getvalue() == "words\nmore\n"  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["COLUMNS", "LINES"])
def test_an_odd_size_in_the_environment_is_no_fault(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "²")
    screen = console.screen(Stream(False), {name: "²"})
    screen.show("words")
    assert (screen.columns, screen.stream.getvalue()) == (80, "words\n")  # type: ignore[attr-defined]


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
def test_ascii_is_ascii(text: str) -> None:
    assert plain_text.ascii_text(text).isascii()


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
        ("(-1)*(-4) + 2*(n - 1)*k stay", "(-1)*(-4) + 2*(n - 1)*k stay"),
        ("**a *b* `c*d*`** $x^2$", "a b c*d* x²"),
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
