"""What leaves, read again by readers that are not ours, and marked the same: the extra `doors` and npm's gift-pegjs."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from moodle_xml_parser.parser import parse_bytes
from playwright.sync_api import Page, sync_playwright
from pyslet.qtiv2.variables import ItemSessionState
from pyslet.qtiv2.xml import QTIDocument
from test_exporters import BANKS, questions_of

from cnnquiz.exporters import Question, gift, moodle, qti
from cnnquiz.exporters import html as html_page

NODE = os.environ.get("CNNQUIZ_DOORS", "")  # where npm installed gift-pegjs and axe-core
KEYS = ["d", "d", "c", "b", "d", "b", "b", "a", "d", "c"]
READ_GIFT = """
import { parse } from "gift-pegjs";
import fs from "fs";
console.log(JSON.stringify(parse(fs.readFileSync(0, "utf8"))));
"""


def gift_questions(text: bytes, folder: Path) -> list[Any]:
    """The questions that gift-pegjs reads."""
    script = Path(NODE, f"read-{os.getpid()}.mjs")
    script.write_text(READ_GIFT, encoding="utf-8")
    try:
        ran = subprocess.run(["node", str(script)], input=text, capture_output=True, check=True, cwd=folder)
    finally:
        script.unlink()
    return [one for one in json.loads(ran.stdout) if one["type"] != "Category"]


@pytest.mark.parametrize("bank", BANKS)
@pytest.mark.parametrize("seed", [None, 4])
def test_gift_as_its_own_grammar_reads_it(bank: str, seed: int | None, tmp_path: Path) -> None:
    every = [one for one in questions_of(bank, seed) if not [loss for loss in gift.losses(one) if "hint" not in loss]]
    found = gift_questions(gift.write("Title: with {signs}", every), tmp_path)
    assert [one["title"] for one in found] == [question.name for question in every]
    for question, read in zip(every, found, strict=True):
        if question.type == "number":
            assert read["type"] == "Numerical" and read["choices"]["number"] == float(question.answers[0])
        elif question.choices:
            right = [bool(one["isCorrect"]) or (one["weight"] or 0) > 0 for one in read["choices"]]
            assert right == [choice.right for choice in question.choices]
            whys = [bool(choice.why) for choice in question.choices]
            assert [bool(one["feedback"]) for one in read["choices"]] == whys
        else:
            assert {one["text"]["text"] for one in read["choices"]} == set(question.answers)


@pytest.mark.parametrize("bank", BANKS)
def test_moodle_as_another_reader_reads_it(bank: str) -> None:
    every = [question for question in questions_of(bank) if question.choices]
    found = parse_bytes(moodle.write("Title", every))["multichoice"]
    assert [one.name for one in found] == [question.name for question in every]
    for question, read in zip(every, found, strict=True):
        assert [one.score_fraction > 0 for one in read.options] == [choice.right for choice in question.choices]
        assert read.single == (question.type != "multiple") and read.shuffle_answers
        assert [bool(one.feedback) for one in read.options] == [bool(choice.why) for choice in question.choices]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of pyslet's own old names
@pytest.mark.parametrize("bank", BANKS)
def test_qti_as_another_engine_reads_and_marks_it(bank: str) -> None:
    every = questions_of(bank)
    with zipfile.ZipFile(io.BytesIO(qti.write("Title", every))) as package:
        assert ElementTree.fromstring(package.read("imsmanifest.xml")) is not None
        items = [package.read(name) for name in package.namelist() if name.startswith("items/")]
    for question, item in zip(every, items, strict=True):
        right: list[Any] = list(question.keys if question.choices else question.answers[:1])
        wrong: list[Any] = [one.letter for one in question.choices if not one.right][:1] or ["-12345"]
        assert qti_score(item, question, right) == pytest.approx(1), question.name
        assert qti_score(item, question, wrong) == 0, question.name


def qti_score(item: bytes, question: Question, response: list[Any]) -> float:
    """The mark that the response has in a session of its own, as pyslet works it."""
    document = QTIDocument()
    document.read(src=io.BytesIO(item))
    session = ItemSessionState(document.root)
    session.begin_session()
    with suppress(NotImplementedError):  # to draw a line to type in, which comes last
        session.begin_attempt()
    value: Any = response if question.type == "multiple" else response[0]
    session["RESPONSE"].set_value(float(value) if question.type == "number" else value)
    session.end_attempt()
    score: float = session["SCORE"].value
    return score


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    """The page of week 8 in a browser, with all that it asks for."""
    (tmp_path / "week8.html").write_bytes(html_page.write("Week 8", questions_of("week8")))
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        shown = browser.new_context(bypass_csp=True).new_page()
        shown.goto((tmp_path / "week8.html").as_uri())
        yield shown
        browser.close()


def test_the_page_is_answered_by_keyboard_alone(tmp_path: Path) -> None:
    (tmp_path / "week8.html").write_bytes(html_page.write("Week 8", questions_of("week8")))
    asked, said = list[str](), list[str]()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        shown = browser.new_page()
        shown.on("request", lambda request: asked.append(request.url))
        shown.on("console", lambda message: said.append(message.text))
        shown.on("pageerror", lambda error: said.append(str(error)))
        shown.goto((tmp_path / "week8.html").as_uri())
        for number, letter in enumerate(KEYS, 1):
            shown.keyboard.press(letter)
            shown.keyboard.press("Enter")
            assert shown.inner_text("#score").startswith(f"{number} of 10" if number < 10 else "Score: 10 of 10")
        browser.close()
    assert asked == [(tmp_path / "week8.html").as_uri()] and said == []


def test_a_wrong_answer_says_the_right_one_and_why(page: Page) -> None:
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    assert "Wrong. The answer is d" in page.inner_text("article .verdict")
    assert page.is_visible("article .why") and page.is_visible("article .explanation")
    assert page.inner_text("#score") == "0 of 10 right, 9 to go"


def test_the_page_has_no_fault_that_axe_knows(page: Page) -> None:
    page.add_script_tag(path=str(Path(NODE, "node_modules/axe-core/axe.min.js")))
    for _ in range(2):
        found = page.evaluate("axe.run()")["violations"]
        assert [(one["id"], one["nodes"][0]["html"][:80]) for one in found] == []
        page.keyboard.press("a")
        page.keyboard.press("Enter")
