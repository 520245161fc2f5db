"""Responses are read generously and marked exactly; the slip behind a wrong one is named."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest import approx

from cnnquiz.answers import mark, read_response, value_of
from cnnquiz.items import variants
from cnnquiz.items.variants import Variant
from cnnquiz.language.option_value import meaning, says_all, says_none
from cnnquiz.mathematics.values import equivalent, read_tolerance, read_value, same
from cnnquiz.model import Bank, Derivation, Item, Option
from cnnquiz.solution import text

SHAPE = Derivation({"conv": {"in": "256x256x3", "k": "7", "s": "2", "filters": "4"}, "want": "output_shape"})
PARAMETERS = Derivation({"params": {"k": "5", "channels": "3", "filters": "100"}, "want": "trainable"})
WORDS = {"a": "Sigmoid", "b": Option(text="ReLU", slip="rounded-up"), "c": "Tanh", "d": "Softmax"}


def variant(**fields: Any) -> Variant:
    item = Item(**{"id": "one", "stem": "What?", "key": "", **fields})
    return variants.original(Bank(1, "sample", "A sample", [item]), item)


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("125x125x4", (125, 125, 4)), ("125 x 125 x 4", (125, 125, 4)), ("125 × 125 × 4", (125, 125, 4)),
        ("125*125*4", (125, 125, 4)), ("125 125 4", (125, 125, 4)), ("(4, 125, 125)", (4, 125, 125)),
        ("[125, 125]", (125, 125)), ("125, 125", (125, 125)), ("125X125", (125, 125)), ("(5,)", (5,)),
        ("7_600", 7600), ("7'600", 7600),
        ("7,600", 7600), ("7600", 7600), (" 7600 ", 7600), ("+7600", 7600), ("-3", -3), ("−3", -3),
        ("1,234,567.5", Fraction(2469135, 2)), ("2.5e3", 2500), ("2^10", 1024), ("2**10", 1024),
        ("1/4", Fraction(1, 4)), ("0.25", Fraction(1, 4)), (".25", Fraction(1, 4)), ("25%", Fraction(1, 4)),
        ("1 / 4", Fraction(1, 4)), ("[0.5, 1/3]", (Fraction(1, 2), Fraction(1, 3))),
        ("[[1, 2], [3, 4]]", ((1, 2), (3, 4))), ("1 2; 3 4", ((1, 2), (3, 4))), ("yes", True), ("False", False),
        ("", None), ("abc", None), ("1/0", None), ("(", None), ("()", None), ("1.2.3", None), ("9" * 300, None),
        ("1e99999", None), ("x", None), ("5 apples", None), ("7600 parameters", None), ("__import__('os')", None),
    ],
)  # fmt: skip
def test_values_are_read_generously(words: str, value: Any) -> None:
    found = read_value(words)
    assert found == value and type(found) is type(value)


@given(st.text(max_size=80))
def test_reading_a_value_never_raises(words: str) -> None:
    read_value(words)
    meaning(words)
    read_tolerance(words)


@given(st.text(alphabet="0123456789xX×*,.()[]; /-+eE^%", max_size=40))
def test_reading_what_is_nearly_a_value_never_raises(words: str) -> None:
    read_value(words)
    meaning(words)


@given(st.lists(st.integers(1, 10**6), min_size=2, max_size=4), st.sampled_from(["x", " × ", " x ", "*", " "]))
def test_a_shape_is_read_in_every_spelling(axes: list[int], sign: str) -> None:
    assert read_value(sign.join(map(str, axes))) == tuple(axes)
    assert read_value(text(tuple(axes))) == tuple(axes)


def test_equal_means_exactly_equal() -> None:
    assert same(Fraction(1, 4), read_value("0.25"))
    assert not same(Fraction(1, 3), read_value("0.33"))
    assert not same((125, 125, 4), (4, 125, 125))
    assert same((125, 125, 4), (4, 125, 125), layout="chw")
    assert same((125, 125), 125) and not same((125, 124), 125)
    assert same((125,), (125, 125)) and not same((125, 125), (125,)) and not same((125,), (125, 124))
    assert not same(1, True) and not same(None, None)


@pytest.mark.parametrize(
    ("right", "answer", "tolerance", "verdict"),
    [
        ("100", "101", "1%", True), ("100", "101.01", "1%", False), ("100", "99", "1%", True),
        ("-100", "-101", "1%", True), ("1/3", "0.33", "1%", True), ("1/3", "0.33", "0.003", False),
        ("0.1", "0.3", "0.2", True), ("0.1", "0.30000001", "0.2", False), ("7", "8", "", False),
        ("[0.665, 0.245]", "[0.66, 0.25]", "0.005", True), ("[0.665, 0.245]", "[0.66, 0.251]", "0.005", False),
    ],
)  # fmt: skip
def test_a_tolerance_reaches_its_edge_and_no_farther(right: str, answer: str, tolerance: str, verdict: bool) -> None:
    assert same(read_value(right), read_value(answer), tolerance=tolerance or None) is verdict


@given(st.fractions(max_denominator=1000), st.fractions(min_value=0, max_value=5, max_denominator=1000))
def test_the_boundary_of_a_tolerance_counts_as_right(right: Fraction, margin: Fraction) -> None:
    bound = f"{margin.numerator}/{margin.denominator}"
    assert same(right, right + margin, tolerance=bound) and same(right, right - margin, tolerance=bound)
    assert not same(right, right + margin + Fraction(1, 10**9), tolerance=bound)


@pytest.mark.parametrize(
    ("typed", "response"),
    [("d", "d"), ("D", "d"), (" d) ", "d"), ("(d)", "d"), ("e", None), ("", None), ("dd", None), ("1", None)],
)
def test_a_letter_is_read(typed: str, response: str | None) -> None:
    assert read_response(variant(options=WORDS, key="d"), typed) == response


def test_a_chosen_distractor_tells_its_slip() -> None:
    asked = variant(options=WORDS, key="d")
    assert mark(asked, "d") == mark(asked, "d") and mark(asked, "d").verdict == "right"
    wrong = mark(asked, "b")
    assert (wrong.verdict, wrong.score, wrong.misconceptions) == ("wrong", 0.0, ("rounded-up",))


@pytest.mark.parametrize(
    ("typed", "verdict", "score"),
    [("a c", "right", 1.0), ("c,a", "right", 1.0), ("ac", "right", 1.0), ("a and c", "right", 1.0),
     ("a", "partly", 0.5), ("a b", "wrong", 0.0), ("a b c", "partly", 0.5), ("a b c d", "wrong", 0.0),
     ("b", "wrong", 0.0)],
)  # fmt: skip
def test_several_options_score_right_ones_minus_wrong_ones(typed: str, verdict: str, score: float) -> None:
    asked = variant(options=WORDS, key="a c", type="multiple")
    response = read_response(asked, typed)
    assert response is not None
    assert (mark(asked, response).verdict, mark(asked, response).score) == (verdict, score)


@pytest.mark.parametrize("typed", ["b", "false", "F", "False", "f"])
def test_true_and_false_are_read_as_words(typed: str) -> None:
    asked = variant(options={"a": "True", "b": "False"}, key="b", type="true-false")
    response = read_response(asked, typed)
    assert response == "b" and mark(asked, response).verdict == "right"
    alone = variant(key="false", type="true-false")
    assert read_response(alone, "perhaps") is None
    if typed != "b":
        assert mark(alone, read_response(alone, typed) or "").verdict == "right"


@pytest.mark.parametrize("typed", ["125x125x4", "125 × 125 × 4", "(125, 125, 4)", "125 125 4"])
def test_a_typed_shape_is_compared_by_meaning(typed: str) -> None:
    asked = variant(type="shape", derivation=SHAPE)
    assert mark(asked, read_response(asked, typed) or "").verdict == "right"


def test_what_cannot_be_read_is_asked_again() -> None:
    number = variant(type="number", key="7600")
    assert read_response(number, "many") is None
    assert read_response(number, "76 10") is None
    assert read_response(number, "7,600") == "7,600"
    assert mark(number, read_response(number, "7 600") or "").verdict == "right"
    assert mark(number, read_response(number, "7\u202f600") or "").verdict == "right"
    assert read_response(variant(type="expression", key="2*k+1"), "2*k+") is None


@pytest.mark.parametrize(
    ("typed", "slips"),
    [("126x126x4", ("rounded-up",)), ("125x125x3", ("kept-input-depth",)),
     ("124x124x3", ("forgot-plus-one", "kept-input-depth")),
     ("1x1x1", ())],
)  # fmt: skip
def test_a_typed_slip_is_named_alone_or_in_a_pair(typed: str, slips: tuple[str, ...]) -> None:
    found = mark(variant(type="shape", derivation=SHAPE), typed)
    assert found.verdict == "wrong"
    assert set(slips) <= set(found.misconceptions) and bool(slips) == bool(found.misconceptions)


@pytest.mark.parametrize("derivation", [SHAPE, PARAMETERS], ids=["conv", "params"])
def test_every_slip_is_diagnosed_by_its_name(derivation: Derivation) -> None:
    asked = variant(type="shape" if derivation.calculator == "conv" else "number", derivation=derivation)
    slips = asked.worked.derived.wrong_values()
    assert slips
    for names, value in slips.items():
        assert set(names) <= set(mark(asked, text(value)).misconceptions)


@pytest.mark.parametrize(
    ("key", "typed", "right"),
    [
        ("(n - k)/s + 1", "1+(n-k)/s", True), ("2*k+1", "2k + 1", True), ("2*k+1", "k+k+1", True),
        ("2*k", "2*k+1", False),
        ("floor(x)", "x", False), ("x^2 - 1", "(x-1)(x+1)", True),
        ("sigmoid(x)*(1-sigmoid(x))", "sigmoid(x)-sigmoid(x)^2", True),
        ("exp(x)", "sigmoid(x)", False), ("a*b", "b*a", True), ("a/b", "b/a", False), ("abs(x)", "x", False),
        ("x/x", "1", True),
    ],
)  # fmt: skip
def test_expressions_are_right_in_every_form(key: str, typed: str, right: bool) -> None:
    assert equivalent(key, typed) is right
    asked = variant(type="expression", key=key)
    assert (mark(asked, read_response(asked, typed) or "").verdict == "right") is right


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("125 x 125 x 4 pixels", (125, 125, 4)), ("7600 parameters", 7600),
        ("$125 \\times 125 \\times 4$", (125, 125, 4)),
        ("7{,}600", 7600), ("**7600**", 7600), ("(5*5*3+1)*100 = 7600", 7600), ("5 x 5 x 3 x 100 + 100", 7600),
        ("$\\frac{1}{4}$", Fraction(1, 4)), ("33,408 bytes", 33408), ("$2^{10}$", 1024),
        ("Statement 2 is true", None), ("VGG-16", None), ("1.5 million", None), ("about 7600", None),
        ("12.25 MiB", None), ("15.5 GMACs", None), ("100 ms", None), ("x + 1", None), ("x -1", None), ("5 n", None),
        ("≈ 7600", None), ("126 by 126 by 4", (126, 126, 4)), ("126-by-126", (126, 126)), ("$7\\,600$", 7600),
        ("A 3x3 kernel and 4 maps", None), ("Its derivative is 1 for x > 0", None),
        ("125x125 with 4 channels", None), ("3D", None),
    ],
)  # fmt: skip
def test_an_option_stands_for_the_one_value_in_it(words: str, value: Any) -> None:
    assert meaning(words) == value


@pytest.mark.parametrize(
    ("words", "wanted", "want", "value"),
    [
        ("7 600", 7600, "trainable", 7600), ("7 500 weights", 7600, "trainable", 7500),
        ("125 125 400", (125, 125, 400), "output_shape", (125, 125, 400)), ("7.5k", 7600, "trainable", 7500),
        ("138M", 138357544, "parameters", 138357544), ("14 million", 14714688, "parameters", None),
        ("about 14 million", 14714688, "parameters", None), ("12.25 MiB", 12845056, "bytes", 12845056),
        ("12.5 MiB", 12845056, "bytes", 13107200), ("553 MB", 553430176, "weight_bytes", 553430176),
        ("553 MB", 138357544, "parameters", None), ("15.5 GMACs", 15470264320, "macs", 15470264320),
        ("15.5 GMACs", 30940528640, "flops", None), ("7500 weights and 100 biases", 7600, "trainable", None),
        ("4 feature maps of size 126x126", (125, 125, 4), "output_shape", (126, 126, 4)),
        ("4 maps of 125x125", (4, 125, 125), "output_shape", (4, 125, 125)),
        ("width 126, height 126, 4 channels", (125, 125, 4), "output_shape", (126, 126, 4)),
        ("125x125 with 4 channels", (125, 125), "output_size", None),
    ],
)  # fmt: skip
def test_more_is_read_where_the_right_value_is_known(words: str, wanted: Any, want: str, value: Any) -> None:
    assert meaning(words, wanted, want) == value


def test_none_of_the_above_is_understood() -> None:
    assert all(map(says_none, ("None of the above", "none", "None of these.", "Neither")))
    assert not any(map(says_none, ("Nonexistent", "None but ReLU", "One of these")))
    assert all(map(says_all, ("All of the above", "all of these.", "Both", "All the others")))
    assert not any(map(says_all, ("All of the weights", "All of the above are linear", "Both a and b")))


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("26*26*75*4", 202_800), ("405600/2", 202_800), ("e/(1+e)", 0.7310585786300049), ("e", 2.718281828459045),
        ("202.8k", 202_800), ("1.5M", 1_500_000), ("2.028*10^5", 202_800), ("sqrt(2)/2", 0.7071067811865476),
        ("0,73", 0.73), ("-0,5", -0.5), ("12,5", 12.5), ("0,731", 0.731), ("7,600", 7_600), ("1,234,567", 1_234_567),
        ("73 %", 0.73), ("25%", 0.25), ("- 1", -1), ("theta = -1", -1), ("\u03b8 = 3/4", 0.75), ("7 600", 7_600),
        ("62x62", (62, 62)), ("3, 4", (3, 4)), ("abc", None), ("9^9^9", None), ("theta", None), ("12,", None),
    ],
)  # fmt: skip
def test_one_number_is_read_as_people_type_it(typed: str, value: Any) -> None:
    found = value_of(variant(type="number", key="1"), typed)
    assert (type(found) is tuple and found == value) or (found is None and value is None) or found == approx(value)


@pytest.mark.parametrize("typed", ["62 by 62 by 6", "62,62,6", "62 x 62 x 6", "(62, 62, 6)", "62 62 6"])
def test_a_size_is_read_as_people_type_it(typed: str) -> None:
    assert value_of(variant(type="shape", key="1x1x1"), typed) == (62, 62, 6)


@pytest.mark.parametrize(
    ("typed", "tolerance", "verdict"),
    [
        ("0.73", "0.005", "right"), ("0.731", "0.005", "right"), ("0.7310", "0.005", "right"),
        ("0,731", "0.005", "right"), ("0.7311", "0.005", "right"), ("73.1 %", "0.005", "right"),
        ("e/(1+e)", "0.005", "right"), ("11/15", "0.005", "right"), ("0.735", "1%", "right"),
        ("0.735", "0.005", "wrong"), ("0.7", "0.005", "wrong"), ("0.74", "0.005", "wrong"),
    ],
)  # fmt: skip
def test_a_decimal_is_right_as_far_as_its_own_digits(typed: str, tolerance: str, verdict: str) -> None:
    sigmoid = Derivation({"activation": {"function": "sigmoid", "x": "1"}, "want": "value"})
    asked = variant(type="number", key="0.7310585786", tolerance=tolerance, derivation=sigmoid)
    assert mark(asked, typed).verdict == verdict
