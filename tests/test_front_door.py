"""What people type behind `cnnquiz solve`: how it is read, what it shows, and what refuses it."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
import yaml

from cnnquiz import calculators, cli
from cnnquiz.commands import solve
from cnnquiz.errors import CnnquizError
from cnnquiz.parsers import shorthand

LINES = yaml.safe_load((Path(__file__).parent / "parsers/first_lines.yaml").read_text(encoding="utf-8"))
COMMAND = re.compile(r"cnnquiz solve (\w.*?)(?= or cnnquiz|$)")


def run(words: list[str], capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The lines that the command shows that are not empty; how it was read is one."""
    assert cli.run(["solve", *words]) in (0, None)
    shown = capsys.readouterr().out
    if shown.lstrip().startswith("read as: "):
        read, _, rest = shown.partition("\n\n")
        shown = " ".join(read.split()) + "\n" + rest
    return [line.strip() for line in shown.splitlines() if line.strip()]


@pytest.mark.parametrize("case", LINES, ids=[case["typed"] for case in LINES])
def test_first_lines(
    case: dict[str, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")  # of which prose takes a hundred
    words = shlex.split(case["typed"])
    if "refused" in case:
        with pytest.raises(CnnquizError, match=re.escape(case["refused"])) as refused:
            run(words, capsys)
        for command in COMMAND.findall(str(refused.value)):
            run(shlex.split(command), capsys)  # a hint never leads to a second refusal
        return
    shown = run([*words, "--format", "plain"], capsys)
    if "read" in case:
        line = shown.pop(0)
        assert line == f"read as: {case['read']}" or line.startswith(f"read as: {case['read']}; assumed ")
        assert run([*shlex.split(case["read"]), "--format", "plain"], capsys)[0] == shown[0]
    assert " ".join(shown[0].split()) == case["shows"]


def test_json_says_how_words_were_read(capsys: pytest.CaptureFixture[str]) -> None:
    text = "\n".join(run(["convolution", "64", "k5", "--format", "json"], capsys))
    found = json.loads(text)
    assert found["read"] == [
        {"from": "k5", "quantity": "k", "value": "5"}, {"from": "64", "quantity": "in", "value": "64"},
    ]  # fmt: skip
    assert found["assumed"][-2:] == ["stride 1", "padding 0"] and found["results"]["output_size"] == [60]


@pytest.mark.parametrize("name", calculators.names())
def test_what_a_calculator_takes_without_names_is_its_own(name: str) -> None:
    calculator = calculators.load(name)
    assert calculator.topic in solve.TOPICS
    for order in calculator.shorthand:
        for short in order.split():
            assert calculator.quantity(short).short == short
    for synonym in calculator.synonyms:
        word, _, given = synonym.partition(": ")
        assert any(calculator is one for one, _ in shorthand.starts(word)), word
        if given:
            quantity, _, value = given.partition(" ")
            known = quantity == "want" and value in calculator.result_names
            assert known or calculator.quantity(quantity).kind.read(value)


def test_solve_alone_lists_all_that_can_be_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["solve"]) in (0, None)
    shown = capsys.readouterr().out
    assert len(shown.splitlines()) <= 24
    assert not set(calculators.names()) - set(re.findall(r"\w+", shown))
