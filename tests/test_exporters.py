"""What leaves: each format holds the questions of each bank, with what is right and why."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
import zipfile
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnnquiz
from cnnquiz import cli, exporters, importers
from cnnquiz.bank import open_bank
from cnnquiz.commands.show import figure
from cnnquiz.errors import CnnquizError
from cnnquiz.exporters import Choice, Question, gift, moodle
from cnnquiz.exporters import html as html_page
from cnnquiz.importers import ForeignQuestion
from cnnquiz.items.variants import draw, original
from cnnquiz.markdown import html
from cnnquiz.mathematics.values import read_value

BANKS = ("week7", "week8", "week9")
# Moodle's list of the shares of a mark, with the seven digits that it writes
FRACTIONS = {100, 90, 83.33333, 80, 75, 70, 66.66667, 60, 50, 40, 33.33333, 30, 25, 20, 16.66667, 14.28571, 12.5,
             11.11111, 10, 5, 0}  # fmt: skip
WANTED = ("--variants", "3", "--seed", "5")
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=40)


def questions_of(name: str, seed: int | None = None) -> list[Question]:
    loaded = open_bank(name)
    assert loaded.bank
    bank = loaded.bank
    variants = [original(bank, item) if seed is None else draw(bank, item, seed) for item in bank.items]
    return [one for variant in variants for one in exporters.questions(variant, figure(loaded, variant))]


def text_of(written: bytes) -> str:
    """The text of a file, or of all the files of an archive."""
    if written[:2] != b"PK":
        return written.decode("utf-8-sig")
    with zipfile.ZipFile(io.BytesIO(written)) as archive:
        return "\n".join(archive.read(name).decode() for name in archive.namelist())


@pytest.mark.parametrize("format", exporters.names())
@pytest.mark.parametrize("bank", BANKS)
def test_every_format_writes_every_bank(bank: str, format: str) -> None:
    every, exporter = questions_of(bank), exporters.load(format)
    written = exporter.write("A title", every)
    assert written == exporter.write("A title", every)
    text = text_of(written)
    assert exporter.SUFFIX.startswith(".")
    if not [loss for question in every for loss in exporter.losses(question)]:
        assert all(question.name in text for question in every)


@pytest.mark.parametrize("bank", BANKS)
@pytest.mark.parametrize("seed", [None, 3])
def test_moodle_gives_the_mark_for_the_key_alone(bank: str, seed: int | None) -> None:
    every = questions_of(bank, seed)
    page = ElementTree.fromstring(moodle.write("Title", every))
    found = page.findall("question")[1:]
    assert [one.findtext("name/text") for one in found] == [question.name for question in every]
    for question, element in zip(every, found, strict=True):
        answers = [(float(one.get("fraction", "")), one.findtext("text")) for one in element.findall("answer")]
        assert {abs(fraction) for fraction, _ in answers} <= FRACTIONS
        right = [text for fraction, text in answers if fraction > 0]
        if question.choices and question.type != "true-false":
            assert [fraction > 0 for fraction, _ in answers] == [choice.right for choice in question.choices]
            assert element.findtext("single") == ("false" if question.type == "multiple" else "true")
            assert element.findtext("shuffleanswers") == "true"
        elif question.type == "number":
            assert Fraction(right[0] or "") - Fraction(question.answers[0]) == 0
            assert element.find("answer/tolerance") is not None
        else:
            assert right


def test_a_number_leaves_with_its_tolerance() -> None:
    assert exporters._typed("number", ("0.731",), "") == (("0.731",), "0.0005")
    assert exporters._typed("number", ("7,600",), "") == (("7600", "7,600"), "0")
    assert exporters._typed("number", ("400",), "5%") == (("400",), "20")
    assert exporters._typed("number", ("1/4",), "0.01") == (("0.25", "1/4"), "0.01")
    assert "125×125×4" in exporters._typed("shape", ("125x125x4",), "")[0]


@given(TEXT, TEXT, TEXT)
def test_any_text_stays_itself_in_moodle(stem: str, option: str, why: str) -> None:
    choices = (Choice("a", option, why, True), Choice("b", "]]>", "<b>", False))
    page = ElementTree.fromstring(moodle.write(stem, [Question("x/y", "", "single", stem, choices)]))
    assert page.findall("question")[1].findtext("questiontext/text") == html(stem)
    assert [one.findtext("text") for one in page.iter("answer")][1] == "]]&gt;"


@given(TEXT)
def test_what_means_something_in_gift_is_escaped(text: str) -> None:
    escaped = gift._escaped(text)
    assert not re.search(r"(?<!\\)(?:\\\\)*[~=#{}:]", escaped) and "\n" not in escaped
    assert re.sub(r"\\([\\~=#{}:])", r"\1", escaped) == text.strip()


def test_the_page_allows_nothing_but_its_own_style_and_script() -> None:
    text = html_page.write("<Title>", questions_of("week8")).decode()
    [policy] = re.findall(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy.startswith("default-src 'none'; ")
    for tag in ("style", "script"):
        [inside] = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert not re.findall(r" (?:src|href|style|on\w+)=|url\(|@import", text)
    assert "<title>&lt;Title&gt;</title>" in text and text.count("<article") == 10
    assert re.findall(r'data-key="(\w)"', text) == ["d", "d", "c", "b", "d", "b", "b", "a", "d", "c"]


def test_what_gift_would_read_as_something_else_is_named() -> None:
    odd = Question("x/y", "", "expression", "// a comment?", answers=("a -> b",))
    assert len(list(gift.losses(odd))) == 3


def test_a_spreadsheet_runs_nothing() -> None:
    row = Question("=x", "@y", "number", "-1+cmd", answers=("-3",))
    [_, cells] = csv.reader(io.StringIO(exporters.load("csv").write("t", [row]).decode("utf-8-sig")))
    assert cells[:4] == ["'=x", "'@y", "number", "-1+cmd"] and "-3" in cells


def test_the_command_lists_losses_and_never_writes_over_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "w8.gift"
    with pytest.raises(CnnquizError, match="gift cannot carry 10 things; nothing is written"):
        cli.run(["export", "week8", "--to", "gift", "--output", str(page)])
    assert "week8/conv-output-size: 3 hints" in capsys.readouterr().err and not page.exists()
    assert cli.run(["export", "week8", "--to", "gift", "--output", str(page), "--lossy"]) == 0
    assert "10 questions for gift" in " ".join(capsys.readouterr().out.split())
    assert page.read_text(encoding="utf-8").count("\n::") == 10
    with pytest.raises(CnnquizError, match="is there already"):
        cli.run(["export", "week8", "--to", "gift", "--output", str(page), "--lossy"])


def test_variants_leave_under_names_of_their_own(tmp_path: Path) -> None:
    page = tmp_path / "drill.json"
    assert cli.run(["export", "week8/conv-output-size", "--to", "json", "--output", str(page), *WANTED]) == 0
    found = json.loads(page.read_text(encoding="utf-8"))["questions"]
    assert [one["name"] for one in found] == [f"week8/conv-output-size-s{seed}" for seed in (5, 6, 7)]
    assert len({one["stem"] for one in found}) == 3


def test_the_calls_of_a_notebook_give_the_results_that_are_asked_for() -> None:
    every = [question for bank in BANKS for question in questions_of(bank)]
    calls = [question.call for question in every if question.call]
    assert len(calls) > 40
    for call in calls:
        [name] = re.findall(r"want='(\w+)'", call)
        assert name in eval(call, {"cnnquiz": cnnquiz}).results
    book = json.loads(exporters.load("ipynb").write("Title", every))
    assert len({cell["id"] for cell in book["cells"]}) == len(book["cells"])


@pytest.mark.parametrize("format", ["csv", "gift", "moodle", "qti"])
@pytest.mark.parametrize("seed", [None, 2])
def test_what_was_exported_comes_back_with_the_same_marks(format: str, seed: int | None, tmp_path: Path) -> None:
    exporter = exporters.load(format)
    for bank in BANKS:
        every = [one for one in questions_of(bank, seed) if one.type != "expression"]
        path = tmp_path / f"{bank}{exporter.SUFFIX}"
        path.write_bytes(exporter.write("Title", every))
        found = [one for one in importers.read(path) if isinstance(one, ForeignQuestion)]
        assert len(found) == len(every), bank
        for question, back in zip(every, found, strict=True):
            if question.choices:
                assert [option.right for option in back.options] == [choice.right for choice in question.choices]
            else:
                assert read_value(back.answers[0]) == read_value(question.answers[0]), question.name
