"""Layers as code writes them: what they read as, what is refused, and the same in the chain language."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from cnnquiz import solve
from cnnquiz.errors import CnnquizError, GivenError
from cnnquiz.layers.code import LONGEST_TEXT, Unknown
from cnnquiz.layers.layer import parse_layers
from cnnquiz.parsers.layer import input_of, layer, layers_of, table_of
from cnnquiz.parsers.reading import UnreadError

CASES = yaml.safe_load((Path(__file__).parent / "parsers" / "layers.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[f"{case['text'][:40]} {case.get('in', '')}" for case in CASES])
def test_what_a_text_reads_as(case: dict[str, Any]) -> None:
    if "refused" in case:
        with pytest.raises(UnreadError) as caught:
            layer(case["text"], case.get("in"))
        assert str(caught.value) == case["refused"]
        return
    read = layer(case["text"], case.get("in"))
    assert (read and {"calculator": read.calculator, **read.given}) == case["reads"]
    if read and "gives" in case:
        results = solve(read.calculator, **read.given).as_json()["results"]
        assert {name: results[name] for name in case["gives"]} == case["gives"]


def test_a_reading_says_which_words_gave_what() -> None:
    read = layer("nn.Conv2d(4, 2 * 9, kernel_size=5)", "30")
    assert read and [(one.words, one.quantity, one.value) for one in read.phrases] == [
        ("4", "channels", 4), ("2 * 9", "filters", 18), ("5", "k", 5),
    ]  # fmt: skip


def test_layers_in_any_text_with_their_places() -> None:
    text = "width = 6\nWe stack `nn.Conv2d(2, width, 3)` and\n  out = nn.Linear(width*49, classes)  # nn.ReLU()\n"
    first, second = layers_of(text)
    assert (first.kind, first.line, first.inputs, text[first.start : first.end]) == (
        "conv", 2, 2, "nn.Conv2d(2, width, 3)",
    )  # fmt: skip
    assert (second.kind, second.line, second.inputs, second.name) == ("dense", 3, 294, "out")
    assert first.values["out"] == 6 and second.values["out"] == Unknown("classes")


@pytest.mark.parametrize(
    ("text", "numbers", "batched"),
    [
        ("x = torch.randn(8, 3, 50, 50)", (8, 3, 50, 50), True),
        ("Conv2D(4, 3, input_shape=(9, 8, 1))", (9, 8, 1), False),
        ("keras.Input(shape=(30,))", (30,), False), ("Dense(3, input_dim=12)", (12,), False),
        ("input: torch.Size([2, 7])", (2, 7), True), ("summary(net, (3, 60, 60))", (3, 60, 60), False),
    ],
)  # fmt: skip
def test_the_input_that_a_text_states(text: str, numbers: tuple[int, ...], batched: bool) -> None:
    found = input_of(text)
    assert found and (found.numbers, found.batched) == (numbers, batched)


def test_two_inputs_are_none() -> None:
    assert input_of("torch.zeros(1, 3, 9, 9)\ntorch.zeros(1, 3, 8, 8)") is None


def test_the_rows_of_printed_tables() -> None:
    keras = "│ conv2d_4 (Conv2D)    │ (None, 30, 30, 12)     │      336 │\n flat (Flatten)   (None, 10800)   0 \n"
    torchinfo = "├─Conv2d: 1-1 (stem)     [5, 12, 30, 30]     1,336\n│    └─ReLU: 2-3   [5, 12, 30, 30]    --\n"
    rows = table_of(keras + torchinfo + "          Linear-9          [-1, 10]       5,130\n")
    assert [(row.name, row.constructor, row.output, row.parameters, row.line) for row in rows] == [
        ("conv2d_4", "Conv2D", (None, 30, 30, 12), 336, 1), ("flat", "Flatten", (None, 10800), 0, 2),
        ("stem", "Conv2d", (5, 12, 30, 30), 1336, 3), ("", "ReLU", (5, 12, 30, 30), 0, 4),
        ("", "Linear", (None, 10), 5130, 5),
    ]  # fmt: skip


@pytest.mark.parametrize("calculator", ["net", "rf", "cost"])
def test_code_stands_where_the_chain_language_does(calculator: str) -> None:
    chain = solve(calculator, layers="conv 6 k5 s2; relu; maxpool k2", **{"in": "31x31x3"})
    code = solve(calculator, layers="nn.Conv2d(3, 6, 5, 2), nn.ReLU(), nn.MaxPool2d(2)", **{"in": "31x31x3"})
    assert chain.results == code.results


def test_a_list_of_layers_may_be_code() -> None:
    assert parse_layers(["Conv2d(3, 6, 5)", "pool k2"]) == parse_layers("conv2d 6 k5 channels=3; pool k2")


@pytest.mark.parametrize(
    ("layers", "fault"),
    [
        ("nn.Conv2d(3, 6, 5), nn.BatchNorm2d(5)", "layer 2 (bn1): channels is 5, but 6 arrive (27x27x6)"),
        ("conv 6 k5; nn.ReLU()", "conv is no layer that is known here"),
        ("nn.Embedding(9, 9)", "Embedding cannot be written as a chain of layers"),
        ("relu()", "relu is no layer that is known here"),
    ],
)  # fmt: skip
def test_code_that_makes_no_chain(layers: str, fault: str) -> None:
    with pytest.raises(CnnquizError) as caught:
        solve("net", layers=layers, **{"in": "31x31x3"})
    assert fault in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "nn.Conv2d(" * 50_000, "nn.Conv2d(" + "(" * 5000, "nn.Linear(3, " + "9**" * 20_000 + "9)",
        "nn.Linear(" + "-" * 90_000 + "1, 2)",
        "nn.Linear(3, 10 ** 10 ** 10)", "nn.ReLU(), " * 9_000, "nn.Linear(3," + "[" * 39 + "]" * 39 + ")",
        "a" * LONGEST_TEXT * 2,
        "nn.Linear('" + "x" * 90_000 + "', 3)", "nn.Linear(" + "1+" * 30_000 + "1, 2)",
    ],
    ids=range(10),
)  # fmt: skip
def test_no_text_takes_endless_work(text: str) -> None:
    try:
        layer(text, "9")
    except (UnreadError, GivenError) as fault:
        assert len(str(fault)) < 200
