"""The language of formulas and conditions: what it lets through, that it is exact, and that it is bounded."""

from __future__ import annotations

import contextlib
import time
import warnings
from fractions import Fraction
from typing import Any

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from cnnquiz.errors import CnnquizError
from cnnquiz.mathematics import analysis
from cnnquiz.mathematics.analysis import number
from cnnquiz.mathematics.expression import (
    FUNCTIONS,
    SIZES,
    Call,
    Expr,
    Name,
    Neg,
    Not,
    Num,
    Op,
    evaluate,
    names_in,
    parse,
    replace,
)
from cnnquiz.mathematics.functions import REAL_NAMES
from cnnquiz.mathematics.notation import math
from cnnquiz.mathematics.sympy_forms import sympy_expr

REFUSED = [
    "", " ", "(", "1 +", "a b", "x; y", "x\ny", "a = 1", "a := 1", "x.real", "x.__class__", "().__class__",
    "x[0]", "[1]", "{1}", "{1: 2}", "'a'", "f'{x}'", "b'a'", "lambda: 1", "lambda x: x", "x if y else z",
    "[x for x in y]", "(x for x in y)", "await x", "yield x", "import os", "print(1)", "eval('1')",
    "__import__('os')", "open('f')", "getattr(x, 'y')", "exec('1')", "floor(*x)", "floor(**x)", "floor(x=1)",
    "floor.x(1)", "(floor)(1)(2)", "x @ y", "x & y", "x | y", "x << 99", "~x", "1j", "True", "None", "...",
    "x in y", "x is y", "x, y", "1e999", "0x1g", "'1' * 9", "\x00", "x\x00", "1_", "_ _", "a?b", "*x", "√x", "½",
]  # fmt: skip


SIZES_ALONE = {"x[0]", "[1]", "x, y"}  # refused where no sizes may stand


@pytest.mark.parametrize(
    ("text", "value"),
    [("o == 28x28", True), ("(28, 28) == o", True), ("o == 28 and in > 8x8", True), ("o == (28, 27)", False),
     ("wide[1] - wide[0] == 2", True), ("wide == 3", False), ("prod(3x5) == 15 and max(o, 3) == 28", True),
     ("not in < o", True), ("28x28x3 == 28", False)],
)  # fmt: skip
def test_sizes_are_compared_by_their_sides(text: str, value: bool) -> None:
    names = {"o": (28, 28), "wide": (3, 5), "in": 32}
    assert evaluate(parse(text, names, sizes=True), names, SIZES) is value


@pytest.mark.parametrize("text", ["wide[2] == 3", "wide < 3", "wide[o] == 3"])
def test_sizes_that_cannot_be_compared_have_no_value(text: str) -> None:
    names = {"o": (28, 28), "wide": (3, 5)}
    with pytest.raises(CnnquizError):
        evaluate(parse(text, names, sizes=True), names, SIZES)


@pytest.mark.parametrize("text", REFUSED)
def test_refused_with_one_line(text: str) -> None:
    with pytest.raises(CnnquizError) as refused:
        parse(text, names={"x", "y", "z", "k"}, sizes=text not in SIZES_ALONE)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize(
    "text",
    [
        "9" * 1001, "1+" * 400 + "1", "-" * 200 + "1", "not " * 100 + "1",
        "9" * 999 + "**" + "9", "(" * 900, "-" * 999, "x" * 2000, "((((((((((" * 30 + "1", "1,1" * 300,
        "abs(" * 150 + "1" + ")" * 150, "1<" * 450 + "1", "9" * 990,
    ],
)  # fmt: skip
def test_bounded_in_size(text: str) -> None:
    start = time.process_time()
    with pytest.raises(CnnquizError):
        value = evaluate(parse(text), {})
        assert value.bit_length() > 3000, "a long number alone may be read"
        raise CnnquizError("read")
    assert time.process_time() - start < 1


@pytest.mark.parametrize(
    "text",
    ["9**9**9", "2**1001", "2**-1001", "10**999*10**999**2", "(10**999)**999", "2**0.5", "2**(1/2)", "9**9**9**9",
     "1/0", "1//0", "1%0", "0**-1", "(1-1)**(0-2)", "prod(1)/0"],
)  # fmt: skip
def test_no_value(text: str) -> None:
    start = time.process_time()
    with pytest.raises(CnnquizError):
        evaluate(parse(text), {})
    assert time.process_time() - start < 0.5


def test_numbers_cannot_grow_without_bound() -> None:
    text = "*".join(["(10**999)"] * 100)
    with pytest.raises(CnnquizError):
        evaluate(parse(text), {})
    with pytest.raises(CnnquizError):
        evaluate(parse("x**9 * y**9"), {"x": 10**900, "y": 10**900})


def test_unknown_names_and_functions_are_named() -> None:
    with pytest.raises(CnnquizError, match="unknown name `q`"):
        parse("q + 1", names={"k"})
    with pytest.raises(CnnquizError, match="uses an index in brackets"):
        parse("x[n] + 1", names={"x", "n"})
    with pytest.raises(CnnquizError, match="unknown function `sin`"):
        parse("sin(k)")
    assert parse("sin(k)", functions={"sin"}) == Call("sin", (Name("k"),))
    with pytest.raises(CnnquizError, match="`q` has no value"):
        evaluate(parse("q + 1"), {})


def test_unicode_names_are_read_as_python_reads_them() -> None:
    assert names_in(parse("θ + α_1 + ж")) == {"theta", "alpha_1", "ж"}
    with pytest.raises(CnnquizError, match="unknown name"):
        parse("ｅval + 1", names={"k"})  # full-width letters, which Python folds


@pytest.mark.parametrize("text", ["floor()", "floor(1, 2)", "abs()", "min()", "max(1)", "ceil(shape(1, 2))"])
def test_a_function_that_does_not_take_these_arguments_has_no_value(text: str) -> None:
    with pytest.raises(CnnquizError):
        evaluate(parse(text), {})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2*k + 1", 15), ("2^3", 8), ("2**-2", Fraction(1, 4)), ("1/3", Fraction(1, 3)), ("1/3 + 2/3", 1),
        ("0.1 + 0.2", Fraction(3, 10)), ("1e-3", Fraction(1, 1000)), ("floor(-1/2)", -1), ("ceil(-1/2)", 0),
        ("-7 // 2", -4), ("-7 % 3", 2), ("7 % -3", -2), ("-2**2", -4), ("(-2)**2", 4), ("2**3**2", 512),
        ("min(k, 3)", 3), ("max(k, 3)", 7), ("abs(-k)", 7), ("prod(s)", 6), ("prod(s, k)", 42),
        ("shape(s, k)", (2, 3, 7)),
        ("k < 8 and k > 6", True), ("6 < k < 8", True), ("6 < k < 7", False), ("k == 7 or 1/0", True),
        ("not k == 7", False), ("k != 7", False), ("+k", 7), ("--k", 7), ("1_000", 1000), ("0x10", 16),
        ("0.12345678901234567890123", Fraction("0.12345678901234567890123")), ("2.50", Fraction(5, 2)), ("1.0", 1),
        ("1_0.5e1", 105), ("1e-400", 0), ("4/2", 2), ("(1/2)**2", Fraction(1, 4)),
    ],
)  # fmt: skip
def test_exact_values(text: str, value: Any) -> None:
    found = evaluate(parse(text), {"k": 7, "s": (2, 3)})
    assert found == value
    assert type(found) is type(value)


NUMBERS = st.one_of(st.integers(-20, 20), st.fractions(-5, 5, max_denominator=9)).map(
    lambda n: n.numerator if n.denominator == 1 else n
)


def built(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    return st.one_of(
        st.builds(Neg, inner),
        st.builds(Op, st.sampled_from("+-*/"), inner, inner),
        st.builds(Op, st.sampled_from(["//", "%"]), inner, inner),
        st.builds(lambda base, exponent: Op("**", base, Num(exponent)), inner, st.integers(0, 3)),
        st.builds(lambda name, one: Call(name, (one,)), st.sampled_from(["floor", "ceil", "abs", "prod"]), inner),
        st.builds(lambda name, *both: Call(name, both), st.sampled_from(["min", "max", "prod"]), inner, inner),
    )


EXPRESSIONS = st.recursive(
    st.one_of(NUMBERS.map(lambda n: Num(n) if n >= 0 else Neg(Num(-n))), st.sampled_from("kns").map(Name)),
    built, max_leaves=8,
)  # fmt: skip
VALUES = st.fixed_dictionaries({name: st.integers(-9, 9) for name in "kns"})


@given(EXPRESSIONS, VALUES)
def test_the_value_is_sympys(expr: Expr, env: dict[str, int]) -> None:
    try:
        value = evaluate(expr, env)
    except CnnquizError:
        return
    theirs = sympy_expr(expr, env)
    assert sympy.simplify(theirs - sympy.Rational(value.numerator, value.denominator)) == 0


@given(EXPRESSIONS, VALUES)
def test_what_is_written_is_read_again(expr: Expr, env: dict[str, int]) -> None:
    words = math(expr).ascii
    again = parse(words)
    try:
        value = evaluate(expr, env)
    except CnnquizError:
        return
    assert evaluate(again, env) == value, words


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("prod(-1, 1//2)", "(-1)*(1 // 2)"), ("prod(2, 7//2*3)", "2*(7 // 2*3)"), ("k*prod(7//2, 3)", "k*(7 // 2)*3"),
        ("prod(k*n)**2", "(k*n)^2"), ("2/prod(k*n)", "2/(k*n)"), ("prod(2, k/n)", "2*k/n"), ("prod(k)**2", "k^2"),
    ],
)  # fmt: skip
def test_factors_keep_the_brackets_that_they_need(text: str, written: str) -> None:
    assert math(parse(text)).ascii == written


@given(EXPRESSIONS, EXPRESSIONS, VALUES)
def test_replacing_a_name_is_giving_it_that_value(outer: Expr, inner: Expr, env: dict[str, int]) -> None:
    try:
        value = evaluate(outer, env | {"k": evaluate(inner, env)})
    except CnnquizError:
        return
    assert evaluate(replace(outer, {"k": inner}), env) == value


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        expr = parse(text, names={"x", "k"})
        evaluate(expr, {"x": 3, "k": Fraction(1, 2)})
    except CnnquizError as fault:
        assert "\n" not in str(fault)


@given(st.text(alphabet="xk0123456789+-*/%()<>=!., ^notadrfl", max_size=60))
def test_any_text_of_the_language_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(CnnquizError):
        evaluate(parse(text), {"x": 3, "k": Fraction(1, 2)})


def test_python_does_not_warn_readers_of_ours() -> None:
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        assert evaluate(parse("1and k"), {"k": 7}) == 7
        with pytest.raises(CnnquizError):
            parse(r"'\d' + k")
    assert not heard


def test_conditions_are_expressions_too() -> None:
    assert parse("not a and b") == Op("and", Not(Name("a")), Name("b"))
    assert set(FUNCTIONS) >= {"floor", "ceil", "min", "max", "abs", "prod", "shape"}


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("3x", "3*x"), ("2(x + 1)", "2*(x + 1)"), ("(x + 1)(x - 1)", "(x + 1)*(x - 1)"), ("2x²", "2*x^2"),
        ("6·θ² − 6·θ + 6", "6*theta^2 - 6*theta + 6"), ("2θ", "2*theta"), ("x⁻¹", "x^(-1)"), ("|x − 1|", "abs(x - 1)"),
        ("⌊x/2⌋ + ⌈x⌉", "floor(x/2) + ceil(x)"), ("√(x)", "sqrt(x)"), ("√2·x", "sqrt(2)*x"), ("-x", "-x"),
        ("-x^2", "-(x^2)"), ("2exp(x)", "2*exp(x)"), ("2e3x", "2000*x"), ("1e-3", "0.001"), ("σ(x)", "sigma(x)"),
        ("x ≥ 2 and x ≤ 3", "x >= 2 and x <= 3"), ("3 and (x)", "3 and x"), ("2xⁿ", "2*x^n"), ("a×b", "a*b"),
    ],
)  # fmt: skip
def test_what_the_program_prints_is_read_again(typed: str, plain: str) -> None:
    assert parse(typed, functions=REAL_NAMES) == parse(plain, functions=REAL_NAMES)


@pytest.mark.parametrize(
    ("typed", "value"), [("pi", 3.141592653589793), ("2π", 6.283185307179586), ("e^2", 7.38905609893065)]
)
def test_pi_and_e_are_numbers(typed: str, value: float) -> None:
    found = number(analysis.parse(typed, "x"), {})
    assert abs(float(found) - value) < 1e-14
    assert math(analysis.parse("pi*x + e", "x")).unicode == "π·x + e"
    assert names_in(analysis.parse("e + pi", "e", "pi")) == {"e", "pi"}


@pytest.mark.parametrize("text", ["max(x)", "exp()", "relu(x, 1)", "pi(x)", "min()"])
def test_the_number_of_arguments_is_checked_when_it_is_read(text: str) -> None:
    with pytest.raises(CnnquizError, match="does not take"):
        analysis.parse(text, "x")
