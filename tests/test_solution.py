"""Solutions and their drawings on every kind of screen."""

from __future__ import annotations

import json
from typing import Any

import pytest
from screens import SCREENS, a_screen, solved, widest

from cnnquiz import solve
from cnnquiz.render import drawings
from cnnquiz.render.solution import short_steps, show_solution, solution_lines, solution_text
from cnnquiz.solution import Drawing

CONV = {"in_": "14x14x3", "k": "3", "s": "2", "p": "1", "filters": "4"}


@pytest.mark.parametrize(("columns", "unicode"), SCREENS)
def test_a_solution_fits_every_screen(columns: int, unicode: bool) -> None:
    screen = a_screen(columns, unicode)
    for lines in (solution_lines(screen, solved("conv", **CONV)), short_steps(screen, solved("conv", **CONV), "  ")):
        assert widest(lines) <= screen.width
        assert all(line.plain == line.plain.rstrip() for line in lines)
        assert unicode or all(line.plain.isascii() for line in lines)


def test_a_solution_names_its_steps_numbers_reasons_and_results() -> None:
    screen = a_screen()
    show_solution(screen, solved("conv", in_="256x256x3", k="7", s="2", filters="4"))
    shown = screen.console.file.getvalue()  # type: ignore[attr-defined]
    for words in ("Division, before rounding", "124.5", "Round down", "125 × 125 × 4", "592", "Conventions:"):
        assert words in shown
    assert "\x1b" not in shown


def test_long_steps_have_their_equals_signs_below_one_another() -> None:
    lines = [line.plain for line in solution_lines(a_screen(), solved("conv", in_="n", k="3", s="s"))]
    at = next(number for number, line in enumerate(lines) if "m = " in line)
    assert len({line.index("= ") for line in lines[at : at + 3]}) == 1


def test_a_solution_in_the_other_formats() -> None:
    solution = solved("conv", **CONV)
    assert json.loads(solution_text(solution, "json"))["results"]["output_shape"] == [7, 7, 4]
    assert r"\begin{align*}" in solution_text(solution, "latex")
    assert solution_text(solution, "markdown").startswith("**")


DRAWINGS: list[tuple[str, dict[str, Any]]] = [
    ("window", {"size": 11, "padding": [1, 1], "kernel": 3, "stride": 2, "dilation": 1, "positions": 6, "unused": 0}),
    ("window", {"size": 12, "padding": [0, 0], "kernel": 3, "stride": 4, "dilation": 2, "positions": 2, "unused": 3}),
    ("window", {"size": 30, "padding": [0, 0], "kernel": 2, "stride": 1, "positions": 29, "unused": 0}),
    ("shrink", {"layers": [{"name": "in", "height": 39, "channels": 3}, {"name": "c", "height": 7, "channels": 40}]}),
    ("curve", {"xs": [0, 1, 2, 3], "ys": [0, 1, 4, 9], "marks": [[2, 4, "here"]]}),
    ("curve", {"xs": [1, 2, 3], "ys": [3, 2, 1], "others": [[1, 1, 2]], "ylabel": "loss"}),
    ("table", {"columns": ["layer", "type", "output"], "rows": [["conv1", "conv", (112, 112, 64)]]}),
    ("boxes", {"boxes": [[0, 0, 4, 3], [2, 1, 6, 5]]}),
    ("boxes", {"boxes": [[0, 0, 1, 30], [0, 20, 1, 60]]}),
    ("boxes", {"boxes": [[0, 0, 1000, 1], [-5, 0, 9, 1]]}),
    ("patch", {"x": [[None, None, None], [None, 1, 2], [None, 3, 4]], "window": [2, 2], "kernel": [[1, 0], [0, -1]],
               "y": [[-1, -2], [-3, -3]]}),
    ("shades", {"rows": [[1, 0, 0], [0.3, 0.7, 0], [0.25, 0.24, 0.51]]}),
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


@pytest.mark.parametrize(("kind", "data", "most"), [
    ("window", {"size": 256, "padding": [0, 0], "kernel": 7, "stride": 2, "positions": 125, "unused": 1}, 9),
    ("window", {"size": 14, "padding": [0, 0], "kernel": 2, "stride": 2, "positions": 7, "unused": 0}, 8),
    ("curve", {"xs": [0, 1, 2, 3], "ys": [0, 1, 4, 9], "marks": [[2, 4, "here"]]}, 10),
])  # fmt: skip
def test_a_drawing_keeps_to_few_rows(kind: str, data: dict[str, Any], most: int) -> None:
    whole, small = (drawings.draw(a_screen(), Drawing(kind, data), None, rows) for rows in (None, most))
    assert 0 < len(small) <= most < len(whole)


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


@pytest.mark.parametrize(
    ("name", "raw", "picture"),
    [
        ("iou", {"a": "0,0,4,2", "b": "2,1,6,3"}, [
            *["a" * 19] * 2, *["a" * 9 + "#" * 10 + "b" * 9] * 3, *[" " * 9 + "b" * 19] * 2, "a a   b b   # both",
        ]),
        ("conv2d", {"x": "1 2; 3 4", "k": "1 0; 0 -1", "p": 1}, [
            "[. .]. .   *   1  0   = [-1]-2  0", "[. 1]2 .       0 -1      -3 -3  2",
            " . 3 4 .                  0  3  4", " . . . .",
        ]),
        ("attention", {"Q": "1 0; 0 1", "K": "9 0; 0 9", "scaled": "no"}, [
            "    k1   k2", "q1  #### ----", "q2  ---- ####",
        ]),
        ("metrics", {"tp": 5, "fp": 3, "fn": 2, "tn": 9}, [
            "               called positive  negative  samples", "true positive                5         2        7",
            "true negative                3         9       12",
        ]),
    ],
)  # fmt: skip
def test_what_is_worked_by_hand_has_a_picture(name: str, raw: dict[str, Any], picture: list[str]) -> None:
    (drawing,) = solve(name, **raw).drawings
    lines = [line.plain for line in drawings.draw(a_screen(80, unicode=False), drawing)]
    assert lines[: len(picture)] == picture and len(lines) <= 8


def test_pictures_that_would_be_large_are_left_out() -> None:
    wide = [[0] * 30]
    assert drawings.draw(a_screen(), Drawing("patch", {"x": wide, "window": [1, 1], "kernel": [[1]], "y": wide})) == []
    assert drawings.draw(a_screen(), Drawing("shades", {"rows": [[0.1] * 10]})) == []


def test_an_unknown_drawing_is_left_out() -> None:
    assert drawings.draw(a_screen(), Drawing("../../etc/passwd", {})) == []


@pytest.mark.parametrize(
    ("name", "raw", "assumed"),
    [
        ("conv", {"in": "16x32x32", "k": 3}, ["16x32x32 is read as height x width x channels: 32 channels"]),
        ("conv", {"in": "16x32x32", "k": 3, "layout": "hwc"}, []),
        ("conv", {"in": "256x256x3", "k": 3}, []),
        ("conv", {"in": "224x192x3", "k": 3}, []),
        ("conv", {"in": 256, "k": 3}, []),
        ("pool", {"in": 32, "k": 2, "channels": 3}, ["32 is the side of a square: 32x32"]),
        ("tconv", {"in": "4x8x8x2", "k": 2}, ["4x8x8x2 is read as depth x height x width x channels: 2 channels"]),
        ("net", {"in": 32, "channels": 3, "layers": "conv 8 k3"}, ["32 is the side of a square: 32x32"]),
        ("net", {"network": "vgg16", "in": "32x32x3"},
         ["fc6 takes 512 inputs in place of 25088, for 32x32x3 in place of 224x224x3"]),
        ("net", {"network": "vgg16"}, []),
        ("rf", {"network": "vgg16", "in": "224x224"}, ["3 channels, as vgg16 is made for"]),
    ],
)  # fmt: skip
def test_what_was_assumed_is_said(name: str, raw: dict[str, Any], assumed: list[str]) -> None:
    solution = solve(name, **raw)
    assert list(solution.assumed) == solution.as_json().get("assumed", []) == assumed
    assert all(f"Assumed: {one}." in solution.as_markdown() for one in assumed)


@pytest.mark.parametrize(
    ("name", "raw", "result"),
    [
        ("activation", {"function": "sigmoid", "x": 80}, "value"),
        ("activation", {"function": "gelu", "x": 40}, "derivative"),
        ("softmax", {"z": "0,-500"}, "probabilities"),
        ("softmax", {"z": "900,901"}, "probabilities"),
    ],
)
def test_a_number_that_was_rounded_stands_behind_about(name: str, raw: dict[str, Any], result: str) -> None:
    steps = [step for step in solve(name, **raw).steps if step.of == result and step.value]
    last = [row for row in solve(name, **raw).as_latex().splitlines() if steps[-1].title in row][-1]
    assert r"\approx" in last and "=" not in last.partition(r"\approx")[2]


def test_a_number_that_is_exact_stands_behind_an_equals_sign() -> None:
    for name, raw in (("activation", {"function": "sigmoid", "x": 0}), ("softmax", {"z": "0,0"})):
        assert r"\approx" not in solve(name, **raw).as_latex()


def test_an_element_of_a_huber_loss_is_worked_by_the_formula_on_its_side() -> None:
    near, far, mean = (step.formula.ascii for step in solve("loss", kind="huber", p="1,4", y="0,0").steps[:3])
    assert near == "l_1 = (p_1 - y_1)^2/2" and far == "l_2 = d*(abs(p_2 - y_2) - d/2)" and mean == "L = (1/n) sum_i l_i"
