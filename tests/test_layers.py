"""Layers: what is written, and chains of them against brute force."""

from __future__ import annotations

from itertools import count
from math import prod
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnquiz import calculators
from cnnquiz.errors import GivenError
from cnnquiz.layers import networks
from cnnquiz.layers.kinds import EFFECTS
from cnnquiz.layers.layer import Layer, parse_layer, parse_layers
from cnnquiz.layers.propagation import propagate
from cnnquiz.layers.state import begin

NET = calculators.load("net")


@st.composite
def windows(draw: st.DrawFn) -> dict[str, Any]:
    """One convolution or pool that may or may not fit."""
    k = draw(st.integers(1, 5))
    kind = draw(st.sampled_from(["conv", "pool"]))
    layer = {"type": kind, "k": k, "s": draw(st.integers(1, 3)), "d": draw(st.integers(1, 3))}
    if kind == "conv":
        return layer | {"filters": draw(st.integers(1, 4)), "p": draw(st.integers(0, 3))}
    return layer | {"p": draw(st.integers(0, k // 2)), "ceil": draw(st.booleans())}


def positions(n: int, layer: dict[str, Any]) -> int:
    """Places of the window: its first tap moves by the stride, its last tap stays in the padded input."""
    k, s, p, d = layer["k"], layer["s"], layer["p"], layer["d"]
    found = 0
    for start in count(-p, s):
        whole = start + d * (k - 1) <= n + p - 1
        if not whole and not (layer.get("ceil") and start < n and start - s + d * (k - 1) < n + p - 1):
            return found
        found += 1
    return found


@given(n=st.integers(1, 40), layers=st.lists(windows(), min_size=1, max_size=5))
def test_sizes_are_those_of_windows_walked_one_by_one(n: int, layers: list[dict[str, Any]]) -> None:
    state = begin((n, 2))
    for layer in layers:
        expected = positions(state.shape[0], layer)
        reach = layer["d"] * (layer["k"] - 1) + 1
        try:
            state, counts = EFFECTS[layer["type"]](parse_layer(layer), state)
        except GivenError:
            assert reach > state.shape[0] + 2 * layer["p"]
            return
        if reach <= state.shape[0] + 2 * layer["p"] or not layer.get("ceil"):
            assert state.shape[0] == expected
        assert counts.parameters == (0 if layer["type"] == "pool" else counts.parameters)


@given(layers=st.lists(windows(), min_size=1, max_size=8))
def test_the_field_is_what_walking_back_touches(layers: list[dict[str, Any]]) -> None:
    rf = calculators.load("rf")
    given_ = rf.read({"layers": layers})
    results, counted = rf.result_values(given_), rf.counts(given_)
    assert {"receptive_field", "jump", "first"} <= counted.keys()
    assert all(results[name] == value for name, value in counted.items())
    assert results["touched"] <= results["receptive_field"]


@given(k=st.integers(1, 5), layers=st.lists(st.tuples(st.integers(1, 5), st.integers(1, 3)), min_size=1, max_size=4))
def test_weights_are_those_enumerated(k: int, layers: list[tuple[int, int]]) -> None:
    written = [f"conv {filters} k{k}x{size}" for filters, size in layers]
    results = NET.result_values(NET.read({"in": "40x40x3", "layers": "; ".join(written)}))
    channels, total = 3, 0
    for filters, size in layers:
        places = [(f, c, y, x) for f in range(filters) for c in range(channels) for y in range(k) for x in range(size)]
        total += len(places) + filters
        channels = filters
    assert results["parameters"] == total


@pytest.mark.parametrize(
    ("text", "mapping"),
    [
        ("conv 64 k3x5 s2 p1 d2 g2 nobias",
         {"conv": 64, "k": [3, 5], "s": 2, "padding": 1, "dilation": 2, "groups": 2, "bias": False}),
        ("conv 64 k 3 p = same", {"type": "conv", "out_channels": 64, "kernel_size": 3, "padding": "same"}),
        ("conv filters=64 k=3 valid", {"conv": "64 k3"}),
        ("pool k3 s2 ceil", {"pool": 3, "s": 2, "ceil_mode": True}),
        ("avgpool k2", {"avgpool": 2}),
        ("dense 10 inputs=20", {"type": "linear", "out_features": 10, "in_features": "20"}),
        ("relu", {"relu": True}),
        ("k3 s1 d1", {"k": 3, "s": 1, "d": 1}),
        ("tconv 8 k2 s2 op1", {"tconv": 8, "k": "2", "s": "2", "output_padding": 1}),
        ("dropout 0.5", {"dropout": 0.5}),
        ("pool 2", {"pool": 2}),
        ("maxpool 3x2 s2", {"type": "maxpool", "k": [3, 2], "s": 2}),
        ("maxpool2d 2 s1 ceil", {"MaxPool2D": 2, "stride": 1, "ceil": True}),
        ("conv2d 64 3x3", {"layer": "Conv2D", "filters": 64, "k": [3, 3]}),
        ("conv 10 k3", {"kind": "conv", "filters": 10, "k": 3}),
        ("batch-norm", {"type": "BatchNorm2d"}),
        ("leaky_relu", {"type": "LeakyReLU"}),
        ("k3 s1 d2", [3, 1, 2]),
        ("k2 s2", ["2", "2"]),
    ],
)  # fmt: skip
def test_text_and_mapping_say_the_same(text: str, mapping: Any) -> None:
    assert parse_layer(text) == parse_layer(mapping)


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("pool 2 g4", "pool takes no g4"),
        ({"pool": 2, "filters": 3}, "pool takes no filters"),
        ({"filters": 20, "k": 5}, "has no kind of layer: write type and one of conv, pool"),
        ("conv 8 k3 kernel=5", "kernel=5 gives k a second time"),
    ],
)
def test_what_a_layer_does_not_take_is_named_as_it_was_written(part: Any, words: str) -> None:
    with pytest.raises(GivenError, match=words):
        parse_layer(part)


@pytest.mark.parametrize(
    ("written", "name"),
    [("VGG16", "vgg16"), ("VGG-16", "vgg16"), ("resnet-50", "resnet50"), ("ResNet50", "resnet50"),
     ("mobilenet", "mobilenet-v1"), ("AlexNet/ungrouped", "alexnet/ungrouped"), ("LeNet-5", "lenet5")],
)  # fmt: skip
def test_a_network_goes_by_its_usual_spellings(written: str, name: str) -> None:
    assert networks.load(written).name == name


@pytest.mark.parametrize(("layer", "same"), [("depthwise-separable", "separable"), ("batch_norm", "batchnorm"),
                                             ("linear", "dense"), ("fc", "dense")])  # fmt: skip
def test_a_layer_of_params_goes_by_its_usual_names(layer: str, same: str) -> None:
    kind = next(q.kind for q in calculators.load("params").quantities if q.name == "layer")
    assert kind.read(layer) == kind.read(same) == same


def test_a_framework_goes_by_its_usual_names() -> None:
    conv = calculators.load("conv")
    for word in ("tf", "TensorFlow", "keras"):
        given_ = conv.read({"in": "7", "k": "3", "s": "2", "p": "same", "framework": word})
        assert conv.result_values(given_)["output_size"] == (4,)


@pytest.mark.parametrize(
    "part", [3, None, "", {}, [], {"k": [1, 2, 3, 4]}, {"conv": {}}, "conv 10 k3 s-1", "conv 1 kn"]
)
def test_what_is_no_layer_is_refused(part: Any) -> None:
    with pytest.raises(GivenError, match="layer 1: "):
        parse_layers([part])


def test_a_list_may_be_written_as_json() -> None:
    rf = calculators.load("rf")
    for size in ({}, {"in": "20x20x3"}):
        results = [rf.result_values(rf.read({"layers": layers, **size}))["receptive_field"]
                   for layers in ("[[3,1],[2,2]]", [[3, 1], [2, 2]], "k3; k2 s2")]  # fmt: skip
        assert results[0] == results[1] == results[2]
    with pytest.raises(GivenError, match="no list of layers"):
        parse_layers("[[3,1]")


def test_time_grows_with_the_layers() -> None:
    """Ten times as many layers take about ten times as long."""

    def seconds(layers: int) -> float:
        start = process_time()
        NET.result_values(NET.read({"in": "8x8x4", "layers": ["conv 4 k3 p1", "bn", "relu"] * (layers // 3)}))
        return process_time() - start

    seconds(300)
    short = min(seconds(1_000) for _ in range(3))
    assert seconds(10_000) < 30 * short + 0.5


def test_sizes_of_a_trillion_stay_exact() -> None:
    n = 10**12
    results = NET.result_values(NET.read({"in": [n, n, 3], "layers": f"conv {n} k3 p1; pool k2; dense 10"}))
    assert results["output_shape"] == (10,)
    assert results["macs"] == 27 * n * n * n + (n // 2) ** 2 * n * 10


def test_a_network_is_a_list_of_rows() -> None:
    parts = networks.load("resnet18").parts
    rows = propagate(parts, (224, 224, 3))
    assert len({row.name for row in rows}) == len(rows)
    assert all(isinstance(row.layer, Layer) and prod(row.shape) > 0 for row in rows)


def answer(name: str, given_: dict[str, Any]) -> Any:
    """The size by a calculator of one layer, or None where it refuses."""
    calculator = calculators.load(name)
    try:
        return calculator.result_values(calculator.read(given_))["output_size"][0]
    except GivenError:
        return None


@given(n=st.integers(1, 30), k=st.integers(1, 7), s=st.integers(1, 4), p=st.integers(0, 4), d=st.integers(1, 3),
       extra=st.integers(0, 3))  # fmt: skip
def test_a_chain_of_one_layer_is_that_layers_calculator(n: int, k: int, s: int, p: int, d: int, extra: int) -> None:
    window = {"k": k, "s": s, "p": p, "d": d}
    kinds = [("conv", {}), ("pool", {}), ("pool", {"ceil": True}), ("tconv", {"op": extra})]
    for name, more in kinds:
        alone = answer(name, {"in": [n], **window, **more})
        filters = {} if name == "pool" else {"filters": 1}
        try:
            layer = {"type": name, **window, **more, **filters}
            rows = NET.result_values(NET.read({"in": [n], "channels": 1, "layers": [layer]}))
        except GivenError:
            assert alone is None, (name, more)
            continue
        assert rows["layers"][0]["shape"][0] == alone, (name, more)
