"""Shape errors: what each comes from and which number repairs it, any text in bounded work, and the screen."""

from __future__ import annotations

import contextlib
import random
from pathlib import Path
from typing import Any

import pytest
import yaml
from screens import a_screen

from cnnquiz.commands._batch import answer
from cnnquiz.errors import CnnquizError
from cnnquiz.parsers.diagnosis import KINDS, Diagnosis, Row
from cnnquiz.parsers.reading import UnreadError
from cnnquiz.parsers.shape_error import LONGEST, shape_error
from cnnquiz.render.diagnosis import ROWS, diagnosis_lines, show

CASES = yaml.safe_load((Path(__file__).parent / "parsers" / "shape_errors.yaml").read_text(encoding="utf-8"))
TEXTS = [case["text"] for case in CASES["errors"]] + [case["message"] + case["code"] for case in CASES["ran"]]


def diagnosed(text: str) -> Diagnosis:
    diagnosis = shape_error(text)
    assert diagnosis is not None
    return diagnosis


@pytest.mark.parametrize("case", CASES["errors"], ids=lambda case: case["text"][:60])
def test_what_a_message_comes_from(case: dict[str, Any]) -> None:
    diagnosis = diagnosed(case["text"])
    assert (diagnosis.kind, diagnosis.value) == (case["kind"], case["value"])
    assert diagnosis.line == case.get("line", diagnosis.line)


@pytest.mark.parametrize("case", CASES["ran"], ids=lambda case: case["message"][:60])
def test_what_code_and_its_message_come_from(case: dict[str, Any]) -> None:
    diagnosis = diagnosed(f"{case['message']}\n{case['code']}")
    assert (diagnosis.kind, diagnosis.value) == (case["kind"], case["value"])


def test_each_kind_is_one_of_the_vocabulary() -> None:
    told = [case["kind"] for case in CASES["errors"] + CASES["ran"]]
    assert {*told} <= {*KINDS}
    assert len(told) >= 60


@pytest.mark.parametrize("text", CASES["others"])
def test_other_texts_are_no_shape_errors(text: str) -> None:
    assert shape_error(text) is None


@pytest.mark.parametrize("text", CASES["open"])
def test_a_number_that_nothing_tells_is_not_guessed(text: str) -> None:
    with pytest.raises(UnreadError):
        shape_error(text)


def test_the_message_may_stand_below_the_code_and_over_two_lines() -> None:
    code = "self.fc = nn.Linear(300, 10)\n"
    trace = 'Traceback (most recent call last):\n  File "a.py", line 3\n'
    error = "RuntimeError: mat1 and mat2 shapes\ncannot be multiplied (4x350 and 300x10)"
    below = diagnosed(code + trace + error)
    assert (below.value, below.line) == (350, 1)
    assert diagnosed(f"{error}\n\n{code}").line == 1


def test_the_table_ends_with_the_layer_that_fails() -> None:
    text = "mat1 and mat2 shapes cannot be multiplied (2x256 and 300x10)\ninput: (2, 3, 16, 16)\n"
    text += "nn.Sequential(nn.Conv2d(3, 4, 3, padding=1),\n nn.MaxPool2d(2),\n nn.Flatten(), nn.Linear(300, 10))"
    assert [(row.shape, row.line) for row in diagnosed(text).rows] == [
        ("3x16x16", None), ("4x16x16", 1), ("4x8x8", 2), ("256", 3), ("", 3),
    ]  # fmt: skip
    other = text.replace("(2, 3, 16, 16)", "(2, 3, 20, 20)")  # these layers do not make 256 of it
    assert diagnosed(other).rows == ()


def test_a_batch_line_holds_a_shape_error() -> None:
    error = "RuntimeError: running_mean should contain 9 elements not 7"
    assert answer({"text": error}) == {
        "diagnosis": {
            "kind": "channels", "cause": "the normalisation takes 7 channels and gets 9",
            "fix": "nn.BatchNorm2d(9)", "value": 9, "line": None,
        }
    }  # fmt: skip
    with pytest.raises(CnnquizError):
        answer({"text": 3})


def test_changed_messages_end_in_a_diagnosis_or_a_refusal() -> None:
    draw = random.Random(5)
    for _ in range(1500):
        text = list(draw.choice(TEXTS))
        for _ in range(draw.randint(1, 12)):
            at = draw.randrange(len(text))
            text[at : at + draw.randint(0, 9)] = draw.choice(["", "0", "9" * 30, "[", ")", ",", "None", "-1", "\n"])
        with contextlib.suppress(CnnquizError):
            shape_error("".join(text))


@pytest.mark.parametrize("piece", [
    "(", "a(", "mat1 and mat2 shapes cannot be multiplied (", "input: (1,", "Error when checking ",
    "nn.Conv2d(3, 4, 3), ", "['[", "x" * 50, "Conv2d(" * 3, "\n", "size mismatch for a: ", "input: 1x1", "x1x1",
    "nn.BatchNorm2d(" + "a" * 5_000 + "!)", "x.view(", "a.", "zeros(" + " " * 10_000, "patch" + " " * 10_000, "a +=",
])  # fmt: skip
def test_long_texts_are_bounded_work(piece: str) -> None:
    text = f"RuntimeError: running_mean should contain 9 elements not 7\n{piece * LONGEST}"
    assert diagnosed(text[: 3 * LONGEST]).value == 9


LONG = Diagnosis(
    "in_features", "768 values arrive, and the layer takes 700", "self.fc = nn.Linear(768, 10)", 768, 9,
    (*(Row(f"conv {n} k3", f"{n}x8x8", n) for n in range(1, 60)), Row("dense 10", "", 60)),
)  # fmt: skip


@pytest.mark.parametrize("columns", [40, 80])
@pytest.mark.parametrize("unicode", [True, False])
def test_a_diagnosis_fits_a_small_terminal(columns: int, unicode: bool) -> None:
    lines = [line.plain for line in diagnosis_lines(a_screen(columns, unicode), LONG)]
    assert len(lines) <= ROWS
    assert max(map(len, lines)) <= columns
    assert "768" in lines[0]
    assert any("line 9: 768 values arrive" in line for line in lines[:3])
    assert any("fails here" in line and "60" in line for line in lines[-1:])
    assert any("layers" in line for line in lines)


def test_a_diagnosis_without_a_table_is_a_few_lines() -> None:
    screen = a_screen(80)
    show(screen, Diagnosis("other", "the types differ", "x = x.float()"))
    assert screen.stream.getvalue() == "  Other\n  the types differ.\n\n  write: x = x.float()\n"
