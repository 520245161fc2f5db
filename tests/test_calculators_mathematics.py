"""The calculators of the course's mathematics: closed forms against independent counts, and bounds on bad input."""

from __future__ import annotations

import subprocess
import sys
import time
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given as over
from hypothesis import settings
from hypothesis import strategies as st

from cnnquiz import calculators
from cnnquiz.errors import CnnquizError
from cnnquiz.mathematics import precise
from cnnquiz.mathematics.values import confirms

small = st.integers(-9, 9)
fractions = st.fractions(-5, 5, max_denominator=8)
sizes = st.integers(1, 60)


def vectors(low: int = 1, high: int = 6, of: st.SearchStrategy[Any] = small) -> st.SearchStrategy[Any]:
    return st.lists(of, min_size=low, max_size=high)


@st.composite
def dense(draw: st.DrawFn) -> dict[str, Any]:
    n, m = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    W = [draw(vectors(n, n, fractions)) for _ in range(m)]
    found = {"W": W, "x": draw(vectors(n, n, fractions))}
    return found | ({"b": draw(vectors(m, m))} if draw(st.booleans()) else {})


@st.composite
def autoencoder(draw: st.DrawFn) -> dict[str, Any]:
    half = draw(vectors(2, 4, sizes))
    return {
        "layers": half + half[-2::-1],
        "tied": draw(st.booleans()),
        "bias": draw(st.booleans()),
        "dtype": draw(st.sampled_from(["fp64", "fp32", "fp16", "int8"])),
    }


@st.composite
def convolve(draw: st.DrawFn) -> dict[str, Any]:
    found = {"correlate": draw(st.booleans()), "bias": draw(small)}
    if draw(st.booleans()):
        mode = draw(st.sampled_from(["full", "valid", "same"]))
        return found | {"x": draw(vectors(1, 8)), "h": draw(vectors(1, 8)), "mode": mode}
    rows, columns, a, b = (draw(st.integers(1, 4)) for _ in range(4))
    x = [draw(vectors(columns, columns)) for _ in range(rows)]
    h = [draw(vectors(b, b)) for _ in range(a)]
    return found | {"x": x, "h": h, "mode": draw(st.sampled_from(["full", "same"]))}


@st.composite
def impulse(draw: st.DrawFn) -> dict[str, Any]:
    terms = [f"({draw(fractions)})*x[n-{k}]" for k in range(draw(st.integers(1, 3)))]
    terms += [f"({draw(fractions)})*y[n-{k}]" for k in range(1, draw(st.integers(1, 3)))]
    return {"equation": "y[n] = " + " + ".join(terms), "n": 6}


@st.composite
def probabilities(draw: st.DrawFn) -> dict[str, Any]:
    weights = draw(vectors(2, 5, st.integers(1, 9)))
    return {
        "kind": "cross-entropy",
        "p": [Fraction(one, sum(weights)) for one in weights],
        "class": draw(st.integers(1, len(weights))),
    }


@st.composite
def errors(draw: st.DrawFn) -> dict[str, Any]:
    size = draw(st.integers(1, 6))
    pair = {"p": draw(vectors(size, size, fractions)), "y": draw(vectors(size, size, fractions))}
    return {"kind": draw(st.sampled_from(["mse", "mae"]))} | pair


@st.composite
def binary(draw: st.DrawFn) -> dict[str, Any]:
    inside = st.fractions(Fraction(1, 50), Fraction(49, 50), max_denominator=50)
    size = draw(st.integers(1, 4))
    return {"kind": "bce", "p": draw(vectors(size, size, inside)), "y": draw(vectors(size, size, st.integers(0, 1)))}


@st.composite
def mlp(draw: st.DrawFn) -> dict[str, Any]:
    sizes = draw(vectors(2, 4, st.integers(1, 3)))
    near = st.fractions(-1, 1, max_denominator=4)  # so that nothing saturates
    found: dict[str, Any] = {"x": draw(vectors(sizes[0], sizes[0], near))}
    for at, (n, m) in enumerate(pairwise(sizes), 1):
        found[f"W{at}"] = [draw(vectors(n, n, near)) for _ in range(m)]
        found |= {f"b{at}": draw(vectors(m, m, near))} if draw(st.booleans()) else {}
    found |= {"hidden": [draw(st.sampled_from(NAMES[:-2])) for _ in sizes[2:]]} if sizes[2:] else {}
    found |= {"output": draw(st.sampled_from(["identity", "sigmoid", "softmax"]))}
    losses = {"identity": ["mse", "half-squared"], "sigmoid": ["mse", "bce"], "softmax": ["cross-entropy"]}
    found["loss"] = draw(st.sampled_from(losses[found["output"]]))
    found["y"] = [1] + [0] * (sizes[-1] - 1)
    return found | ({"alpha": draw(st.sampled_from([Fraction(1, 10), 1]))} if draw(st.booleans()) else {})


LOSSES = (
    "theta^2", "6*theta^2 - 6*theta + 6", "theta^4/4 - theta", "exp(theta)", "ln(1 + theta^2)", "tanh(theta)^2",
)  # fmt: skip
NAMES = (
    "mish", "hard-swish", "relu6", "selu", "prelu", "sigmoid", "tanh", "relu",
    "leaky-relu", "elu", "softplus", "swish", "step", "identity",
)  # fmt: skip
LINEAR = (
    "2*x", "x/3 - x", "x + 1", "x^2", "abs(x)", "relu(x) - relu(-x)", "sin(x)", "convolution", "max pooling", "delay",
)  # fmt: skip

GIVENS: dict[str, tuple[st.SearchStrategy[dict[str, Any]], int]] = {
    "train": (
        st.fixed_dictionaries({"samples": sizes, "batch": sizes, "epochs": sizes, "drop_last": st.booleans()}), 100,
    ),
    "dense": (dense(), 80),
    "autoencoder": (autoencoder(), 80),
    "convolve": (convolve(), 150),
    "impulse": (impulse(), 25),
    "delta": (st.fixed_dictionaries({"A": st.fractions(Fraction(1, 99), 9, max_denominator=99), "n": small}), 60),
    "linear": (st.fixed_dictionaries({"operator": st.sampled_from(LINEAR)}), 10),
    "activation": (st.fixed_dictionaries({"function": st.sampled_from(NAMES), "x": fractions}), 80),
    "gradient": (
        st.fixed_dictionaries({"function": st.sampled_from(NAMES), "values": vectors(1, 3, fractions)}), 60,
    ),
    "softmax": (st.fixed_dictionaries({"z": vectors(1, 5, fractions)}), 60),
    "mlp": (mlp(), 60),
    "loss": (st.one_of(errors(), probabilities(), binary()), 120),
    "update": (
        st.fixed_dictionaries({
            "J": st.sampled_from(LOSSES),
            "theta": st.fractions(-2, 2, max_denominator=8),
            "alpha": st.fractions(Fraction(1, 100), Fraction(1, 5), max_denominator=100),
            "method": st.sampled_from(["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam"]),
            "steps": st.integers(1, 4),
        }), 80,
    ),
    "batchnorm": (
        st.fixed_dictionaries({"values": vectors(2, 6), "eps": st.sampled_from([Fraction(1, 100_000), 1]),
                               "gamma": fractions, "beta": fractions}), 80,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", GIVENS)
def test_the_count_agrees_and_no_slip_is_right(name: str) -> None:
    calculator = calculators.load(name)
    strategy, examples = GIVENS[name]

    @settings(max_examples=examples, deadline=None, derandomize=True, database=None)
    @over(strategy)
    def agree(raw: dict[str, Any]) -> None:
        read = calculator.read(raw)
        results = calculator.result_values(read)
        counted = calculator.counts(read)
        assert all(confirms(value, results.get(key)) for key, value in counted.items()), (results, counted)
        for want, right in results.items():
            assert all(wrong != right for wrong in calculator.wrong_values(read, want).values())

    agree()


def test_vectors_are_long_enough_for_the_course_and_bounded() -> None:
    long = [1, 2] * 5_000
    dense = calculators.load("dense")
    softmax = calculators.load("softmax")
    begun = time.process_time()
    assert dense.result_values(dense.read({"W": [[1] * 200] * 200, "x": [1] * 200}))["y"] == (200,) * 200
    assert len(softmax.result_values(softmax.read({"z": long}))["probabilities"]) == 10_000
    assert time.process_time() - begun < 20


LIMITS = [
    ("softmax", {"z": [1] * 10_001}, "write 1 to"),
    ("convolve", {"x": [1] * 10_000, "h": [1] * 10_000}, "at most 1,000,000"),
    ("update", {"J": "theta^2", "theta": 1, "alpha": 0.1, "steps": 10_001}, "10,000"),
    ("update", {"J": "exp(exp(exp(theta)))", "theta": 3, "alpha": 1}, "beyond what is worked"),
    ("update", {"J": "theta^(theta)", "theta": 3, "alpha": 1, "steps": 9_999}, ""),
    ("linear", {"operator": "x" + "+x" * 600}, "too long"),
    ("linear", {"operator": "__import__('os')"}, "where a number belongs"),
    ("impulse", {"equation": "y[n] = y[n-1]^2 + 9*x[n]", "n": 1_000}, ""),
    ("delta", {"f": "exp(t)", "t0": 10**9}, "beyond what is worked"),
    ("gradient", {"layers": 10**9}, "more than"),
    ("autoencoder", {"layers": [5] * 1_003}, "odd number"),
    ("batchnorm", {"values": "1e400,2"}, ""),
    ("linear", {"operator": "Phi(1000*x)"}, ""),
    ("update", {"J": "max(theta, 1, 2)", "theta": 3, "alpha": 1}, ""),
    ("update", {"J": "exp(theta, 2)", "theta": 1, "alpha": 1}, "`exp` does not take 2 numbers"),
    ("linear", {"operator": "relu(x, 3)"}, "`relu` does not take 2 numbers"),
    ("linear", {"operator": "exp()"}, "`exp` does not take 0 numbers"),
    ("linear", {"operator": "9^9^9*x"}, "the exponent 387420489 is larger than"),
    ("linear", {"operator": "10^10^10"}, "the exponent 10000000000 is larger than"),
    ("linear", {"operator": "1/0"}, "division by zero"),
    ("update", {"J": "(theta + 1)^9999", "theta": 3, "alpha": "0.1"}, "multiplied out, the expression is too long"),
    ("update", {"J": "99999^9999*theta", "theta": 3, "alpha": 1}, "beyond what is worked"),
    ("impulse", {"equation": "y[n] = (x[n] + x[n-1] + 1)^900"}, "multiplied out, the expression is too long"),
]


@pytest.mark.parametrize(("name", "raw", "words"), LIMITS)
def test_what_is_too_much_ends_soon_in_one_line(name: str, raw: dict[str, Any], words: str) -> None:
    calculator = calculators.load(name)
    begun = time.process_time()
    try:
        calculator.solve(calculator.read(raw))
    except CnnquizError as fault:
        assert words in str(fault)
        assert "\n" not in str(fault) and len(str(fault)) < 400
    else:
        assert not words
    assert time.process_time() - begun < 10


def test_forwards_needs_no_sympy() -> None:
    code = """
import sys
from cnnquiz import calculators
for name, raw in {
    "train": {"samples": 9, "batch": 2}, "dense": {"inputs": 3, "units": 2}, "autoencoder": {"layers": "4-2-4"},
    "convolve": {"x": [1], "h": [1]}, "batchnorm": {"values": [1, 2]}, "softmax": {"z": [1, 2]},
    "loss": {"kind": "mse", "p": [1], "y": [2]}, "activation": {"function": "tanh", "x": 1}, "gradient": {"layers": 2},
}.items():
    calculator = calculators.load(name)
    calculator.result_values(calculator.read(raw))
assert "sympy" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


# Values to 30 digits from the NIST Digital Library of Mathematical Functions' definitions, worked elsewhere.
KNOWN = [
    (precise.exp, 1, "2.71828182845904523536028747135"),
    (precise.ln, 2, "0.693147180559945309417232121458"),
    (precise.sqrt, 2, "1.41421356237309504880168872421"),
    (precise.sin, 1, "0.841470984807896506652502321630"),
    (precise.cos, 1, "0.540302305868139717400936607443"),
    (precise.tanh, 1, "0.761594155955764888119458282605"),
    (precise.sigmoid, 1, "0.731058578630004879251159241822"),
    (precise.normal_cdf, 1, "0.841344746068542948585232545632"),
    (precise.normal_pdf, 0, "0.398942280401432677939946059934"),
]


@pytest.mark.parametrize(("function", "x", "digits"), KNOWN)
def test_functions_are_right_to_thirty_digits(function: Any, x: int, digits: str) -> None:
    assert precise.rounded(function(x)) == Fraction(digits)


def test_results_that_are_short_fractions_come_out_as_such() -> None:
    assert precise.sqrt(Fraction(9, 4)) == Fraction(3, 2)
    assert precise.rounded(precise.exp(3) / Fraction(precise.exp(3) * 3)) == Fraction(1, 3)
