"""Formulas in their three spellings: ASCII, Unicode and LaTeX. The spellings stand in tests/notation/."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnquiz.errors import CnnquizError
from cnnquiz.mathematics.expression import evaluate, parse
from cnnquiz.mathematics.notation import LATEX, math, symbol, value_math
from cnnquiz.solution import Vector

SPELLINGS = json.loads((Path(__file__).parent / "notation" / "spellings.json").read_text("utf-8"))
F = Fraction


def value(written: Any) -> Any:
    if isinstance(written, list):
        return tuple(written)
    return F(written) if isinstance(written, str) else written


@pytest.mark.parametrize("row", SPELLINGS, ids=lambda row: row["formula"])
def test_spellings(row: dict[str, Any]) -> None:
    env = {name: value(written) for name, written in row.get("values", {}).items()}
    found = math(parse(row["formula"]), env)
    assert (found.ascii, found.unicode, found.latex) == (row["ascii"], row["unicode"], row["latex"])
    assert found.ascii.isascii()
    assert found.latex.isascii()


@pytest.mark.parametrize("row", [row for row in SPELLINGS if "values" in row], ids=lambda row: row["formula"])
def test_numbers_put_in_keep_the_value(row: dict[str, Any]) -> None:
    env = {name: value(written) for name, written in row["values"].items()}
    expected = evaluate(parse(row["formula"]), env)
    if not isinstance(expected, tuple):
        assert evaluate(parse(math(parse(row["formula"]), env).ascii), {}) == expected


def test_shapes_with_letters_are_written_axis_by_axis() -> None:
    formula = parse("prod(k)*C")
    assert math(formula, letters={"k": (3, 3)}).ascii == "k*k*C"
    assert math(formula, letters={"k": (3, 5)}).ascii == "k_h*k_w*C"
    assert math(formula, letters={"k": (3, 5, 3)}).latex == r"k_{d} \cdot k_{h} \cdot k_{w} \cdot C"
    assert math(formula, letters={"k": 3}).ascii == "k*C"


def test_what_a_formula_defines_stands_before_it() -> None:
    assert math(parse("m + 1"), left="o").ascii == "o = m + 1"
    assert math(parse("m + 1"), left="size").latex == r"\mathrm{size} = m + 1"


@pytest.mark.parametrize(
    ("found", "ascii_", "unicode", "latex"),
    [
        (125, "125", "125", "125"), (-5, "-5", "−5", "-5"), (F(249, 2), "124.5", "124.5", "124.5"),
        (F(1, 3), "1/3", "1/3", r"\frac{1}{3}"), (F(-1, 3), "-1/3", "−1/3", r"-\frac{1}{3}"),
        ((125, 125, 4), "125x125x4", "125 × 125 × 4", r"125 \times 125 \times 4"),
        (Vector((1, F(1, 2))), "[1, 0.5]", "[1, 0.5]", r"\left[1, 0.5\right]"),
        (Vector((Vector((1, 2)), Vector((3, 4)))), "[[1, 2], [3, 4]]", "[[1, 2], [3, 4]]",
         r"\begin{bmatrix}1 & 2 \\ 3 & 4\end{bmatrix}"),
        (True, "yes", "yes", "yes"), (False, "no", "no", "no"),
    ],
)  # fmt: skip
def test_values(found: Any, ascii_: str, unicode: str, latex: str) -> None:
    assert value_math(found) == value_math(found).__class__(ascii_, unicode, latex)


@pytest.mark.parametrize(
    ("name", "latex"),
    [("k", "k"), ("C_in", "C_{in}"), ("span", r"\mathrm{span}"), ("last_batch", r"\mathrm{last\ batch}")],
)
def test_names_in_latex(name: str, latex: str) -> None:
    assert symbol(name, LATEX) == latex


@given(st.text(alphabet="kns+-*/()2 ", max_size=25), st.integers(1, 9), st.integers(1, 9), st.integers(1, 9))
def test_brackets_are_enough(text: str, k: int, n: int, s: int) -> None:
    env = {"k": k, "n": n, "s": s}
    try:
        expr = parse(text, names=set(env))
        expected = evaluate(expr, env)
    except CnnquizError:  # what cannot be read or has no value is no matter of notation
        return
    assert evaluate(parse(math(expr).ascii), env) == expected
    assert evaluate(parse(math(expr, env).ascii), {}) == expected
