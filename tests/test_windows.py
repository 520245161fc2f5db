"""Windows in one to three dimensions: closed form against brute force, and PyTorch's rules of what is no layer."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnquiz import calculators
from cnnquiz.errors import CnnquizError, GivenError

MANY = settings(max_examples=250)


def per_axis(draw: Any, axes: int, low: int, high: int) -> Any:
    """A number for every axis, or one for each."""
    number = st.integers(low, high)
    return draw(st.one_of(number, st.lists(number, min_size=axes, max_size=axes)))


def spread(value: Any, axes: int) -> list[int]:
    return value if isinstance(value, list) else [value] * axes


@st.composite
def layers(draw: Any, padding: int = 4) -> dict[str, Any]:
    """Sizes, kernels, strides, paddings and dilations that may or may not make a layer."""
    axes = draw(st.integers(1, 3))
    groups = draw(st.integers(1, 3))
    return {
        "in": draw(st.lists(st.integers(1, 14), min_size=axes, max_size=axes)),
        "k": per_axis(draw, axes, 1, 5), "s": per_axis(draw, axes, 1, 4), "d": per_axis(draw, axes, 1, 3),
        "p": per_axis(draw, axes, 0, padding), "groups": groups,
        "channels": groups * draw(st.integers(1, 3)), "filters": groups * draw(st.integers(1, 3)),
        "bias": draw(st.booleans()),
    }  # fmt: skip


def solved(name: str, layer: dict[str, Any]) -> dict[str, Any] | None:
    """The results, checked against the calculator's own count; None where there is no such layer."""
    calculator = calculators.load(name)
    try:
        read = calculator.read(layer)
    except GivenError:
        return None
    results = calculator.result_values(read)
    counted = calculator.counts(read)
    assert counted.items() <= results.items()
    return results


def places(size: int, before: int, after: int, k: int, s: int, d: int) -> int:
    """How many windows lie wholly inside the padded axis: every start is tried."""
    return sum(
        (start + before) % s == 0 and all(-before <= start + tap * d < size + after for tap in range(k))
        for start in range(-before, size + after)
    )


def axes_of(layer: dict[str, Any]) -> list[tuple[int, ...]]:
    count = len(layer["in"])
    return list(zip(*(spread(layer[name], count) for name in ("in", "k", "s", "p", "d")), strict=True))


@MANY
@given(layers())
def test_conv_is_the_number_of_windows(layer: dict[str, Any]) -> None:
    expected = [places(i, p, p, k, s, d) for i, k, s, p, d in axes_of(layer)]
    results = solved("conv", layer)
    if 0 in expected:
        assert results is None
        return
    assert results is not None
    assert results["output_size"] == tuple(expected)
    assert results["output_shape"] == (*expected, layer["filters"])
    weights = sum(
        1 for filter_ in range(layer["filters"]) for channel in range(layer["channels"])
        if channel * layer["groups"] // layer["channels"] == filter_ * layer["groups"] // layer["filters"]
        for _ in product(*(range(k) for k in spread(layer["k"], len(expected))))
    )  # fmt: skip
    assert results["parameters"] == weights + (layer["filters"] if layer["bias"] else 0)
    total = weights
    for size in expected:
        total *= size
    assert results["macs"] == total


@MANY
@given(layers())
def test_valid_is_no_padding(layer: dict[str, Any]) -> None:
    assert solved("conv", layer | {"p": "valid"}) == solved("conv", layer | {"p": 0})


@MANY
@given(layers())
def test_same_keeps_the_size_with_stride_one_only(layer: dict[str, Any]) -> None:
    results = solved("conv", layer | {"p": "same"})
    if any(s != 1 for s in spread(layer["s"], len(layer["in"]))):
        assert results is None
        results = solved("conv", layer | {"p": "same", "s": 1})
    assert results is not None
    assert results["output_size"] == tuple(layer["in"])


@MANY
@given(layers())
def test_same_in_tensorflow_is_the_size_by_the_stride_rounded_up(layer: dict[str, Any]) -> None:
    results = solved("conv", layer | {"p": "same", "framework": "tf"})
    assert results is not None
    strides = spread(layer["s"], len(layer["in"]))
    assert results["output_size"] == tuple(-(-i // s) for i, s in zip(layer["in"], strides, strict=True))


def pooled(size: int, p: int, k: int, s: int, d: int, ceil: bool) -> int:
    """Windows counted one by one: in ceil mode one that ends too far counts, unless it starts behind the input."""
    whole = places(size, p, p, k, s, d)
    start = whole * s - p
    last = (whole - 1) * s - p + d * (k - 1)
    return whole + (ceil and start < size and last < size + p - 1)


@MANY
@given(layers(padding=2), st.booleans(), st.booleans())
def test_pool_is_the_number_of_windows(layer: dict[str, Any], ceil: bool, own_stride: bool) -> None:
    layer = {name: layer[name] for name in ("in", "k", "s", "p", "d", "channels")} | {"ceil": ceil}
    if not own_stride:
        layer["s"] = layer["k"]
    expected = [pooled(i, p, k, s, d, ceil) for i, k, s, p, d in axes_of(layer)]
    results = solved("pool", layer if own_stride else {name: layer[name] for name in layer if name != "s"})
    if 0 in expected or any(2 * p > k for _, k, _, p, _ in axes_of(layer)):
        assert results is None
        return
    assert results is not None
    assert results["output_size"] == tuple(expected)
    assert results["output_shape"] == (*expected, layer["channels"])


@MANY
@given(layers(), st.integers(0, 4))
def test_tconv_covers_what_the_pixels_write(layer: dict[str, Any], op: int) -> None:
    expected = []
    for i, k, s, p, d in axes_of(layer):
        written = {pixel * s + tap * d for pixel in range(i) for tap in range(k)}
        expected.append(max(written) + 1 + op - 2 * p)
    results = solved("tconv", layer | {"op": op})
    allowed = all(op < max(s, d) for _, _, s, _, d in axes_of(layer))
    if not allowed or min(expected) < 1:
        assert results is None
        return
    assert results is not None
    assert results["output_size"] == tuple(expected)


@MANY
@given(layers())
def test_tconv_undoes_conv_up_to_the_unused_border(layer: dict[str, Any]) -> None:
    small = solved("conv", layer)
    if small is None:
        return
    back = solved("tconv", layer | {"in": list(small["output_size"])})
    left = zip(layer["in"], small["unused_border"], strict=True)
    assert back is None or back["output_size"] == tuple(i - unused for i, unused in left)


@given(st.integers(1, 12), st.integers(1, 12), st.integers(1, 5), st.sampled_from(["conv", "tconv", "params"]))
def test_groups_divide_both_depths(channels: int, filters: int, groups: int, name: str) -> None:
    layer = {"k": 3, "channels": channels, "filters": filters, "groups": groups}
    layer |= {} if name == "params" else {"in": [5, 5]}
    divides = channels % groups == 0 and filters % groups == 0
    assert (solved(name, layer) is not None) == divides


@given(st.integers(1, 10**12), st.integers(1, 9), st.integers(1, 9), st.integers(0, 9), st.integers(1, 9))
def test_large_sizes_are_counted_without_walking(i: int, k: int, s: int, p: int, d: int) -> None:
    results = solved("conv", {"in": i, "k": k, "s": s, "p": p, "d": d})
    reach = d * (k - 1) + 1
    if reach > i + 2 * p:
        assert results is None
    else:
        assert results is not None
        assert results["output_size"] == ((i + 2 * p - reach) // s + 1,)


@given(st.dictionaries(
    st.sampled_from(["in", "k", "s", "p", "d", "op", "ceil", "groups", "channels", "filters", "bias", "x" * 50]),
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8),
        st.lists(st.one_of(st.none(), st.integers(-2, 9), st.text(max_size=3)), max_size=5),
        st.dictionaries(st.text(max_size=2), st.integers(), max_size=2),
    ),
))  # fmt: skip
def test_nothing_but_one_clear_line_comes_of_nonsense(givens: dict[str, Any]) -> None:
    for name in ("conv", "pool", "tconv", "params"):
        calculator = calculators.load(name)
        try:
            calculator.solve(calculator.read(givens))
        except CnnquizError as fault:
            assert str(fault).isprintable()


@pytest.mark.parametrize(
    ("layer", "size", "shape"),
    [
        ({"in": 32, "k": 3}, (30,), None),
        ({"in": 32, "k": 3, "filters": 8}, (30, 30), (30, 30, 8)),
        ({"in": [32], "k": 3, "filters": 8}, (30,), (30, 8)),
        ({"in": [32, 3], "k": 3, "filters": 8}, (30, 1), (30, 1, 8)),
        ({"in": [32, 3], "k": [3], "filters": 8}, (30,), (30, 8)),
        ({"in": [32, 32], "k": [3, 1], "filters": 8}, (30, 32), (30, 32, 8)),
        ({"in": [32, 32, 4], "k": [3, 1], "filters": 8}, (30, 32), (30, 32, 8)),
        ({"in": [32, 32, 4], "k": 3, "filters": 8}, (30, 30), (30, 30, 8)),
        ({"in": [32, 32, 4], "k": 3, "filters": 8, "channels": 4}, (30, 30, 2), (30, 30, 2, 8)),
        ({"in": "32x32x4", "k": 3, "filters": 8, "channels": 4}, (30, 30), (30, 30, 8)),
        ({"in": "32x32x4", "k": 3, "filters": 8, "channels": 5}, (30, 30, 2), (30, 30, 2, 8)),
        ({"in": "32x32x4", "k": "3x3x3", "filters": 8, "channels": 4}, (30, 30, 2), (30, 30, 2, 8)),
        ({"in": [32, 32, 4], "k": 3, "p": [1, 1]}, (32, 32), None),
    ],
)
def test_how_sizes_and_channels_are_read(layer: dict[str, Any], size: Any, shape: Any) -> None:
    results = solved("conv", layer)
    assert results is not None
    assert results["output_size"] == size
    assert results.get("output_shape") == shape
