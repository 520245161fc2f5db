"""What was typed, or came as JSON, as exact values: every spelling, every bound, and one line for all the rest."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnquiz.errors import GivenError
from cnnquiz.mathematics.expression import Letter
from cnnquiz.solver import givens
from cnnquiz.solver.givens import Kind, TypedShape

KINDS = {
    "integer": givens.integer(1), "axes": givens.axes(0, ("same",
    "valid")), "shape": givens.shape(), "flag": givens.FLAG,
    "choice": givens.choice("hwc", "chw"), "number": givens.number(), "numbers": givens.numbers(),
    "matrix": givens.matrix(), "words": givens.words(),
}  # fmt: skip
F = Fraction


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        ("integer", "7", 7), ("integer", " 7 ", 7), ("integer", "+7", 7), ("integer", "010", 10), ("integer", 7, 7),
        ("integer", 7.0, 7), ("integer", F(7), 7), ("integer", "10^3", 1000), ("integer", "2**5", 32),
        ("integer", "10**18", 10**18), ("integer", "n", Letter("n")), ("integer", "n_1", Letter("n_1")),
        ("axes", "3", 3), ("axes", "3x5", (3, 5)), ("axes", "3 × 5", (3, 5)), ("axes", "3*5", (3, 5)),
        ("axes", "3,5", (3, 5)), ("axes", [3, 5], (3, 5)), ("axes", ["3", "5"], (3, 5)), ("axes", "[3, 5]", (3, 5)),
        ("axes", "(3 5)", (3, 5)), ("axes", [3], (3,)), ("axes", (3, 5), (3, 5)), ("axes", "same", "same"),
        ("axes", " SAME ", "same"), ("axes", "k", Letter("k")), ("axes", "x", Letter("x")), ("axes", "0", 0),
        ("axes", "2**3", 8), ("axes", "kx3", (Letter("k"), 3)),
        ("shape", "256", 256), ("shape", "256x256x3", (256, 256, 3)), ("shape", [256, 256], (256, 256)),
        ("shape", "x", Letter("x")), ("shape", "nxn", (Letter("n"), Letter("n"))),
        ("flag", True, True), ("flag", "yes", True), ("flag", "FALSE", False), ("flag", 0, False),
        ("flag", "off", False),
        ("choice", "HWC", "hwc"), ("choice", " chw ", "chw"),
        ("number", "0.1", F(1, 10)), ("number", 0.1, F(1, 10)), ("number", "1/4", F(1, 4)), ("number", "2.5e3", 2500),
        ("number", "−3", -3), ("number", ".5", F(1, 2)), ("number", "5.", 5), ("number", "1.5/3", F(1, 2)),
        ("number", 7, 7), ("number", "1 1/9", F(10, 9)),
        ("numbers", "1,2,3", (1, 2, 3)), ("numbers", "1 2 3", (1, 2, 3)), ("numbers", "[1, 0.5]", (1, F(1, 2))),
        ("numbers", [1, "1/3"], (1, F(1, 3))), ("numbers", "4", (4,)),
        ("matrix", "1 2; 3 4", ((1, 2), (3, 4))), ("matrix", [[1, 2], [3, 4]], ((1, 2), (3, 4))),
        ("matrix", "[[1, 2], [3, 4]]", ((1, 2), (3, 4))), ("matrix", "1", ((1,),)),
    ],
)  # fmt: skip
def test_read(kind: str, raw: Any, value: Any) -> None:
    found = KINDS[kind].read(raw)
    assert found == value
    assert isinstance(found, Letter) == isinstance(value, Letter)
    assert isinstance(found, bool) == isinstance(value, bool)


@pytest.mark.parametrize(
    ("kind", "raw", "message"),
    [
        ("integer", "0", "0 is too small: write a whole number, 1 or more"), ("integer", "-1", "-1 is too small"),
        ("integer", "1.5", "not a whole number"), ("integer", 1.5, "not a whole number"),
        ("integer", "", "not a whole"),
        ("integer", True, "not a whole number"), ("integer", None, "not a whole number"),
        ("integer", [7], "not a whole"),
        ("integer", "nn", "not a whole number"), ("integer", "10**19", "too large"), ("integer", "9**999", "too large"),
        ("integer", "9" * 31, "too large"), ("integer", "9" * 10_000, "too large"),
        ("integer", float("nan"), "not a whole"), ("integer", float("inf"), "not a whole"),
        ("integer", 1e17, "not a whole"),
        ("integer", "1_000", "not a whole"), ("integer", "0x10", "not a whole"),
        ("axes", "3x5x7x9", "has 4 axes: write 1 to 3"), ("axes", [], "has 0 axes"),
        ("axes", "3x", "not a whole number"),
        ("axes", "sane", "or same or valid"), ("axes", [[3]], "not a whole"), ("axes", {}, "not a whole"),
        ("axes", "-1x3", "-1 is too small"), ("axes", ["same", 3], "not a whole number"),
        ("shape", "1x2x3x4x5", "has 5 numbers: write 1 to 4"), ("shape", "0x3", "0 is too small"),
        ("flag", "maybe", "maybe is neither yes nor no"), ("flag", None, "neither"), ("flag", 2, "neither"),
        ("choice", "nhwc", "is none of hwc, chw"), ("choice", None, "is none of"),
        ("number", "1/0", "divides by zero"), ("number", "x", "is not a number"),
        ("number", "1/2/3", "is not a number"),
        ("number", "1e9999", "is not a number"), ("number", True, "is not a number"), ("number", "", "is not a number"),
        ("number", float("nan"), "is not a number"), ("number", [1], "is not a number"),
        ("numbers", "", "has 0 numbers"), ("numbers", [], "has 0 numbers"), ("numbers", "1,x", "x is not a number"),
        ("numbers", [0] * 10_001, "has 10001 numbers"), ("numbers", None, "is not a number"),
        ("matrix", "1 2; 3", "the rows of 1 2; 3 have different lengths"),
        ("matrix", "1;" * 201, "has 201 rows: write"),
        ("matrix", [], "is not a matrix"), ("matrix", 3, "is not a matrix"),
        ("words", " ", "nothing was written"), ("words", "x" * 1_000_001, "too long"),
    ],
)  # fmt: skip
def test_refused(kind: str, raw: Any, message: str) -> None:
    with pytest.raises(GivenError) as refused:
        KINDS[kind].read(raw)
    assert message in str(refused.value)
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 200


def test_a_number_too_long_to_be_written_is_refused() -> None:
    with pytest.raises(GivenError, match="a number of thousands of digits is too large"):
        KINDS["integer"].read(10**5000)


def test_bounds_may_be_reached() -> None:
    kind = givens.number(0, F(1, 2))
    assert [kind.read(raw) for raw in ("0", "0.5", "1/2")] == [0, F(1, 2), F(1, 2)]
    for raw, message in (("-0.1", "write 0 or more"), ("0.51", "write 1/2 or less")):
        with pytest.raises(GivenError, match=message):
            kind.read(raw)


def test_a_shape_remembers_that_it_was_written() -> None:
    assert isinstance(givens.shape().read("8x9x4"), TypedShape)
    assert not isinstance(givens.shape().read([8, 9, 4]), TypedShape)


def test_what_was_typed_is_shown_short_and_harmless() -> None:
    assert givens.excerpt("\x1b[31m\n") == "?[31m?"
    assert givens.excerpt("9" * 100) == "9" * 30 + "... (100 characters)"


@given(st.sampled_from(sorted(KINDS)), st.one_of(
    st.text(max_size=30), st.text(alphabet="0123456789x×*,.;^[]()/eE+- n", max_size=20), st.integers(), st.floats(),
    st.none(), st.booleans(), st.lists(st.one_of(st.integers(), st.text(max_size=4), st.none()), max_size=5),
    st.dictionaries(st.text(max_size=2), st.integers(), max_size=2),
))  # fmt: skip
def test_anything_is_read_or_refused_with_one_line(name: str, raw: Any) -> None:
    kind: Kind = KINDS[name]
    try:
        kind.read(raw)
    except GivenError as fault:
        assert str(fault).isprintable()


@given(st.integers(1, 10**18), st.integers(1, 10**18))
def test_what_is_shown_is_read_again(height: int, width: int) -> None:
    assert givens.shape().read(f"{height}x{width}") == (height, width)
    assert givens.axes().read(str((height, width))) == (height, width)
