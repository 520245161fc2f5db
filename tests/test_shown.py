"""What is shown of a text: one rule for screens, reports, messages, JSON and CSV."""

from __future__ import annotations

import io
import json
import sys
import unicodedata

import pytest
from history.writer import attempt
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from screens import a_screen

from cnnquiz.history.transfer import cell, field, write_csv
from cnnquiz.shown import clean, display_text, is_shown, json_text, one_line, without_commands

# Default_Ignorable_Code_Point of Unicode 16, but for what its categories say already.
FILLERS = (
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u180f\u2065\u3164\ufe00\ufe0f\uffa0\ufff0\U0001bca0"
    "\U0001d173\U000e0001\U000e0041\U000e007f\U000e0100\U000e01ef"
)
UNSEEN = (
    "\x00\x07\x08\x1b\x7f\x80\x85\x9b\x9f\u00ad\u061c\u200b\u200c\u200d\u200e\u202a\u202e\u2028\u2029\u2060\u2066\ufeff\ufffe\ud800"
)
hostile = st.text(st.one_of(st.characters(), st.sampled_from(UNSEEN + FILLERS + "\t\r\n\v\f :#[]=+-@'\\\"\u0301")))


def is_ink_or_blank(character: str) -> bool:
    kind = unicodedata.category(character)
    hidden = kind[0] == "C" or kind in ("Zl", "Zp") or character in FILLERS
    return not hidden and not 0xFE00 <= ord(character) <= 0xFE0F and not 0xE0100 <= ord(character) <= 0xE01EF


def test_no_character_of_unicode_is_forgotten() -> None:
    wrong = [hex(c) for c in range(sys.maxunicode + 1) if is_shown(chr(c)) and unicodedata.category(chr(c))[0] == "C"]
    assert not wrong
    assert not [hex(ord(c)) for c in UNSEEN + FILLERS if is_shown(c)]
    assert all(map(is_shown, " aé×⌊σ−²中ا́\u00a0\u2009█😀"))


@given(hostile)
def test_cleaned_text_has_only_ink_blanks_and_line_breaks(text: str) -> None:
    cleaned = clean(text)
    assert all(c == "\n" or c in "\u200c\u200d" or is_ink_or_blank(c) for c in cleaned)
    assert clean(cleaned) == cleaned
    assert "\n" not in one_line(text) and one_line(text) == " ".join(one_line(text).split())
    assert all(map(is_ink_or_blank, display_text(text)))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ig\u00adno\u200cre\u200d\u180e \u3164", "ignore "),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"),
        ("\u0915\u094d\u200d\u0937", "\u0915\u094d\u200d\u0937"),
        ("\u200c\u0645\u200c", "\u0645"),
        ("a\ufe0f\U000e0041\U000e0100b", "ab"),
        ("one\u2028two\u2029three\x85four\vfive\fsix\r\nseven", "one\ntwo\nthree\nfour\nfive\nsix\nseven"),
        ("\ue000\ud800\U0010fffe", "\ufffd\ufffd\ufffd"),
        ("e" + "\u0301" * 500, "e" + "\u0301" * 8),
        ("\u0e01" + "\u0e47" * 30 + "x\u0302\u0304", "\u0e01" + "\u0e47" * 8 + "x\u0302\u0304"),
        ("\x1b]8;;https://a.b\x1b\\here\x1b]8;;\x1b\\ \x1bP1$r\x1b\\\x1b[2Jred", "here red"),
        ("━" * 40 + " [bold]x[/] ![i](j) <b>", "━" * 40 + " [bold]x[/] ![i](j) <b>"),
    ],
)
def test_what_is_left(text: str, shown: str) -> None:
    assert clean(text) == shown


@given(hostile)
def test_json_says_the_same_with_what_is_shown(text: str) -> None:
    for ascii in (False, True):
        written = json_text({"a": text}, ascii=ascii)
        assert json.loads(written) == {"a": text}
        assert all(map(is_ink_or_blank, written)) and (written.isascii() or not ascii)


@given(hostile)
def test_a_cell_says_the_same_and_is_no_formula(text: str) -> None:
    written = cell(text)
    assert field(written) == text
    assert written.lstrip()[:1] not in tuple("=+-@＝＋－＠\t\r") or not written
    assert all(map(is_ink_or_blank, written)) and not written.lstrip().startswith("::")


def test_every_text_of_an_attempt_is_guarded_in_csv() -> None:
    file = io.StringIO()
    one = replace(
        attempt("=s", 1, "-5"), bank="+b", item="@i", topic="=1+1", key="-3", misconception="=cmd|' /C calc'!A0",
        version="\t=x", mode="\r=y", content_hash="＝h", seed=-5,
    )  # fmt: skip
    write_csv(file, iter([one]))
    cells = file.getvalue().splitlines()[1].split(",")
    assert not [each for each in cells if each[:1] in tuple("=+@\t\r＝") or (each[:1] == "-" and each != "-5")]
    assert len(file.getvalue().splitlines()) == 2


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("::error::x", ": :error::x"),
        (" \t::set-output name=a::b", " \t: :set-output name=a::b"),
        ("\x1b[1m::add-mask::a", "\x1b[1m: :add-mask::a"),
        ("a\n::stop-commands::b\nc", "a\n: :stop-commands::b\nc"),
        ("see ##[error]no and ##vso[task.x]", "see ## [error]no and ## vso[task.x]"),
        ("torch::nn::Conv2d", "torch::nn::Conv2d"),
        ("## heading", "## heading"),
    ],
)
def test_no_line_is_a_command_of_a_workflow(text: str, shown: str) -> None:
    assert without_commands(text) == shown


def test_no_wrapping_makes_a_command() -> None:
    for columns in range(20, 60):
        screen = a_screen(columns)
        screen.show("word " * 6 + "::error::" + "x" * 50 + "::error::no")
        screen.write("::debug::no")
        lines = screen.stream.getvalue().splitlines()  # type: ignore[attr-defined]
        assert not [line for line in lines if line.strip().startswith("::")]
