"""`solve --answer`: a person's own result, marked as a quiz marks it."""

from __future__ import annotations

import json
import shlex
from typing import Any

import pytest
from conftest import Program
from test_calculators import NAMES, good

from cnnquiz import calculators
from cnnquiz.errors import CnnquizError
from cnnquiz.quiz.own_answer import own_answer, questions
from cnnquiz.solution import text

SIGMOID = ("activation", {"function": "sigmoid", "x": 1})
CONV = ("conv", {"in": "256x256x3", "k": 7, "s": 2, "filters": 4})
SOFTMAX = ("softmax", {"z": "3,1,2"})
BEYOND = ("infinity", "[[[", "e-435")  # what no answer of any kind can be
MSE = ("loss", {"kind": "mse", "p": "1,2,3", "y": "1,0,5"})


def marked(case: tuple[str, dict[str, Any]], words: str, want: str | None = None) -> tuple[str, bool, str]:
    """For which result an answer is, whether it is right, and the misconceptions that lead to it."""
    answer = own_answer(questions(calculators.load(case[0]), case[1], want, words), words)
    assert answer is not None
    return answer.result, answer.right, answer.as_json()["misconception"] or ""


@pytest.mark.parametrize("name", NAMES)
def test_the_value_itself_is_right(name: str) -> None:
    calculator = calculators.load(name)
    for case in good(name):
        given = calculator.read(case["given"])
        solution = calculator.solve(given, steps=False)
        for result in solution.answer if not given.letters else ():
            words = text(solution.results[result])
            if len(words) <= 200 and not any(beyond in words for beyond in BEYOND):
                assert marked((name, case["given"]), words, result) == (result, True, "")


@pytest.mark.parametrize("name", NAMES)
def test_the_value_of_a_misconception_is_wrong_and_has_its_name(name: str) -> None:
    for case in good(name):
        for slip, value in case.get("slips", {}).items():
            want = case.get("want")
            if want and "+" not in slip and isinstance(value, int):
                result, right, names = marked((name, case["given"]), str(value), want)
                assert (result, right) == (want, False) and names


@pytest.mark.parametrize(
    ("case", "words", "expected"),
    [
        (CONV, "125", ("output_size", True, "")),
        (CONV, "125 x 125", ("output_size", True, "")),
        (CONV, "126", ("output_size", False, "rounded-up")),
        (CONV, "592", ("parameters", True, "")),
        (CONV, "125x125x3", ("output_shape", False, "kept-input-depth")),
        (SIGMOID, "0.7310585786", ("value", True, "")),
        (SIGMOID, "0.73105857863", ("value", True, "")),
        (SIGMOID, "0.73", ("value", True, "")),
        (SIGMOID, "0.735", ("value", False, "")),
        (SIGMOID, "73.1%", ("value", True, "")),
        (SIGMOID, "7.3e-1", ("value", True, "")),
        (SIGMOID, "0.1966", ("derivative", True, "")),
        (SOFTMAX, "0.665 0.09 0.24", ("probabilities", True, "")),
        (SOFTMAX, "[0.669, 0.09, 0.24]", ("probabilities", False, "")),
        (MSE, "8/3", ("loss", True, "")),
        (MSE, "2.667", ("loss", True, "")),
        (MSE, "8", ("loss", False, "forgot-mean")),
        (("linear", {"operator": "relu(x)"}), "no", ("linear", True, "")),
        (("linear", {"operator": "relu(x)"}), "True", ("linear", False, "straight-pieces-are-linear")),
        (("net", {"network": "vgg16"}), "138,357,544", ("parameters", True, "")),
        (("net", {"network": "vgg16"}), "15,470,264,320 MACs", ("macs", True, "")),
        (("conv", {"in": "n", "k": "k"}), "1 + n - k", ("output_size", True, "")),
        (("conv", {"in": "n", "k": "k"}), "n - k", ("output_size", False, "")),
        (("pool2d", {"kind": "max", "x": "1 2; 3 4", "k": 1}), "[[1, 2], [3, 4]]", ("y", True, "")),
    ],
)
def test_an_answer_is_read_for_the_result_that_it_fits(
    case: tuple[str, dict[str, Any]], words: str, expected: tuple[str, bool, str]
) -> None:
    assert marked(case, words) == expected


def test_a_result_that_is_not_there_is_refused() -> None:
    with pytest.raises(CnnquizError):
        calculators.load("conv").solve(calculators.load("conv").read({"in": 5, "k": 3}), "colour")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("conv --in 256 --k 7 --s 2 --answer 125", 0, ["✓ Right: 125 for output size."]),
        ("conv --in 256 --k 7 --s 2 --answer 126", 1, ["✗ Wrong: 126 for output size.", "You rounded up", "your 126"]),
        ("conv --in 256 --k 7 --s 2 --answer 126 --explain", 1, ["✗ Wrong: 126 for output size.", "how many strides"]),
        ("activation sigmoid --x 1 --answer 0.73", 0, ["0.73 for f(x), rounded."]),
        ("activation sigmoid --x 1 --want derivative --answer 0.73", 1, ["Wrong: 0.73 for f'(x)."]),
    ],
)
def test_the_verdict_comes_first_and_is_the_exit_code(program: Program, words: str, code: int, said: list[str]) -> None:
    ended = program("solve", *shlex.split(words))
    assert (ended.returncode, ended.stderr) == (code, "")
    assert said[0] in ended.stdout.splitlines()[0]
    assert all(each in ended.stdout for each in said)
    assert "--explain" in words or len(ended.stdout.splitlines()) <= 23


@pytest.mark.parametrize(("own", "right", "misconception"), [("126", False, "rounded-up"), ("125", True, None)])
def test_the_json_has_the_answer_beside_the_results(
    program: Program, own: str, right: bool, misconception: str | None
) -> None:
    ended = program("solve", *["conv", "--in", "256", "--k", "7", "--s", "2", "--format", "json", "--answer"], own)
    assert (ended.returncode, ended.stderr) == (int(not right), "")
    found = json.loads(ended.stdout)
    assert found["answer"] == {"response": own, "correct": right, "misconception": misconception}
    assert found["results"]["output_size"] == [125]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("conv --in 256 --k 7 --answer abc", "--answer: `abc` cannot be read: type a number"),
        ("conv --in 256 --k 7 --answer ''", "cannot be read"),
        ("linear 'relu(x)' --answer maybe", "`maybe` cannot be read: type true or false"),
        ("conv --in 5 --k 3 --answer 1 --want colour", "does not give `colour` here"),
        ("conv --in 5 --k 3 --out 3 --find s --answer 1", "--answer checks a result"),
        ("rf --layers 'k3' --want by_layer --answer 1", "no value that can be typed"),
        ("conv --in 5 --k 3 --answer '" + "9" * 5_000 + "'", "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_not_wrong(program: Program, words: str, message: str) -> None:
    ended = program("solve", *shlex.split(words))
    assert (ended.returncode, ended.stdout) == (2, "")
    assert message in ended.stderr and len(ended.stderr.splitlines()) == 1
