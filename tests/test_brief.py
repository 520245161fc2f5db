"""A solution in short: the answer on the first line, a step in a line, all of it on a small terminal."""

from __future__ import annotations

import re
from typing import Any

import pytest
from rich.text import Text
from screens import a_screen, widest
from test_calculators import NAMES, good

from cnnquiz import calculators
from cnnquiz.layers import networks
from cnnquiz.render.brief import ROWS, brief_lines
from cnnquiz.render.solution import short_steps, solution_lines, step_rows
from cnnquiz.render.typeset import typeset
from cnnquiz.solution import Math, Solution, Step

CONV = {"in": 256, "k": 7, "s": 2}


def solve(name: str, given: dict[str, Any], want: str | None = None) -> Solution:
    calculator = calculators.load(name)
    return calculator.solve(calculator.read(given), want)


def shown(lines: list[Text]) -> str:
    return "\n".join(line.plain for line in lines)


def words_of(text: str) -> list[str]:
    return [word.strip("[],") for word in text.split()]


def assert_short(solution: Solution) -> None:
    """It fits, its first line is the first answer, and no number in it is cut."""
    screen = a_screen()
    lines = brief_lines(screen, solution)
    assert len(lines) <= ROWS < 24 and widest(lines) <= 80
    assert lines[0].plain.strip().startswith(typeset(screen, solution.label(solution.answer[0])))
    assert lines[-1].plain.lstrip().startswith("--explain shows ")
    everything = words_of(shown([*solution_lines(screen, solution), *short_steps(screen, solution, "")]))
    for line in lines:
        whole, cut, _ = line.plain.partition(" ... (cut)")
        assert not cut or words_of(whole)[-1] in everything


@pytest.mark.parametrize("name", NAMES)
def test_every_case_of_every_calculator_fits_a_small_terminal(name: str) -> None:
    for case in good(name):
        assert_short(solve(name, case["given"], None))


@pytest.mark.parametrize("network", networks.names())
@pytest.mark.parametrize("name", ["net", "cost", "rf"])
def test_every_network_fits_a_small_terminal(name: str, network: str) -> None:
    assert_short(solve(name, {"network": network}))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("columns", "unicode"), [(20, True), (40, True), (40, False)])
def test_nothing_is_wider_than_a_narrow_terminal(name: str, columns: int, unicode: bool) -> None:
    for case in good(name)[:8]:
        lines = brief_lines(a_screen(columns, unicode), solve(name, case["given"]))
        assert widest(lines) <= columns
        assert unicode or all(line.plain.isascii() for line in lines)


def test_the_answer_comes_first_then_the_steps_then_the_picture() -> None:
    lines = [line.plain for line in brief_lines(a_screen(), solve("conv", CONV))]
    assert lines[:6] == [
        "  output size  125",
        "",
        "  o = ⌊(i + 2p − k)/s⌋ + 1 = ⌊(256 + 2·0 − 7)/2⌋ + 1   Formula",
        "  q = (i + 2p − k)/s = 249/2 = 124.5   Division, before rounding",
        "  m = ⌊q⌋ = ⌊124.5⌋ = 124        The last window must fit inside, so round down.",
        "  o = m + 1 = 124 + 1 = 125            Add the first position",
    ]
    assert "window 126 would need column 256" in lines[-3]
    assert lines[-1] == "  --explain shows every step in full and 2 more results."


def test_what_is_left_out_is_said() -> None:
    screen, solution = a_screen(), solve("rf", {"network": "resnet152"})
    lines = shown(brief_lines(screen, solution))
    assert re.search(r"⋮ \d+ steps more\n", lines)
    assert f"--explain shows all {len(solution.steps)} steps in full" in lines
    assert "the picture" not in shown(brief_lines(screen, solve("conv", CONV), drawings=False))


def test_what_was_assumed_has_a_line() -> None:
    assert "Assumed: 32 is the side of a square: 32x32." in shown(
        brief_lines(a_screen(), solve("pool", {"in": 32, "k": 2, "channels": 3}))
    )


def test_a_network_has_its_totals_first_and_a_row_for_each_stage() -> None:
    lines = [line.plain.split() for line in brief_lines(a_screen(), solve("net", {"network": "resnet152"}))]
    assert lines[1] == ["parameters", "60,192,808"]
    assert ["pool1", "..", "conv2_3.add", "56x56x256", "215,808", "667,942,912", "35"] in lines
    stages = [line for line in lines if ".." in line]
    assert [row[0] for row in stages] == ["pool1", "conv3_1.conv1", "conv4_1.conv1", "conv5_1.conv1", "flatten1"]


def a_step(title: str, value: str, why: str = "") -> Step:
    return Step(title, value=Math(value, value, value), why=why)


@pytest.mark.parametrize(
    ("step", "line"),
    [
        (a_step("Round down", "124", "It must fit, so round down."), "124   It must fit, so round down."),
        (a_step("Add", "125", "It counts."), "125   Add. It counts."),
        (a_step("Add", "125", "It counts. " + "Long. " * 20), "125   Add. It counts."),
        (a_step("Add", "125", "Long " * 20), "125   Add"),
        (a_step("conv1: conv 8 k3", "5"), "5   conv1: conv 8 k3"),
        (a_step("Add", "5", "In place of 25088."), "5   Add. In place of 25,088."),
        (a_step("Share", "289/420"), "289/420 ≈ 0.688095   Share"),
        (a_step("Share", "0.26894142137"), "0.268941   Share"),
        (a_step("Long " * 20, "125"), ""),
    ],
)
def test_a_step_is_a_line_with_what_is_done_and_why(step: Step, line: str) -> None:
    [(lines, _)] = step_rows(a_screen(), [step], "")
    assert shown(lines) == line


def test_a_long_step_puts_its_numbers_below_its_formula() -> None:
    one = Step("Rate", *(Math(words, words, words) for words in ("r = " + "a + " * 12 + "b", "1 + " * 12 + "2", "14")))
    [(lines, _)] = step_rows(a_screen(), [one], "")
    assert shown(lines).splitlines() == ["r = " + "a + " * 12 + "b   Rate", "  = " + "1 + " * 12 + "2 = 14"]


def test_a_rounded_number_stands_behind_about() -> None:
    steps = shown(short_steps(a_screen(), solve("softmax", {"z": "3,1,2"}), ""))
    assert not re.search(r"[1-9]\.\d{6,}", steps)
    assert "= 0.665241" not in steps and "≈ 0.665241" in steps


def test_a_long_result_is_cut_between_two_numbers() -> None:
    z = ",".join(map(str, range(100)))
    lines = brief_lines(a_screen(), solve("softmax", {"z": z}))
    cut = next(line.plain for line in lines if "(cut)" in line.plain)
    assert re.search(r", \S+, \.\.\. \(cut\)$", cut) and len(cut) <= 80
