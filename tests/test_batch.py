"""JSON Lines in and out: every line answered in its place, the contract's objects, faults as objects too."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from conftest import Program
from fuzz import lines as odd_lines
from hypothesis import given
from hypothesis import strategies as st

from cnnquiz.commands import _batch


def answered(*lines: Any) -> list[dict[str, Any]]:
    """The answers as objects."""
    text = [line if isinstance(line, str | bytes) else json.dumps(line) for line in lines]
    return [json.loads(line) for line, _ in _batch.answers(text)]


def conv(**given_: Any) -> dict[str, Any]:
    return {"calculator": "conv", "given": given_}


def test_the_contracts_object() -> None:
    line = conv(**{"in": [32, 32], "k": 3, "s": 2, "p": 1, "channels": 3, "filters": 8})
    [found] = answered(line)
    assert list(found) == ["calculator", "given", "results", "conventions"]
    assert found["calculator"] == "conv"
    assert found["given"] == line["given"]
    assert found["results"] == {
        "output_size": [16, 16], "output_shape": [16, 16, 8], "parameters": 224, "macs": 55296,
        "effective_kernel": [3, 3], "unused_border": [1, 1],
    }  # fmt: skip


def test_steps_on_request() -> None:
    line = conv(**{"in": [32, 32], "k": 3})
    with_steps, without, no = answered(line | {"steps": True}, line, line | {"steps": False})
    assert all(set(step) == {"title", "formula", "substituted", "value", "why"} for step in with_steps["steps"])
    assert with_steps["results"] == without["results"] == no["results"]
    assert "steps" not in without and "steps" not in no


def test_one_result_on_request() -> None:
    [found] = answered(conv(**{"in": 256, "k": 7, "s": 2}) | {"want": "output_size", "steps": True})
    assert found["results"]["output_size"] == [125]
    [wrong] = answered(conv(**{"in": 256, "k": 7, "s": 2}) | {"want": "colour", "steps": True})
    assert "does not give `colour`" in wrong["error"]["message"]


@pytest.mark.parametrize(
    ("line", "results"),
    [
        ('{"calculator":"conv","given":{"in":[32,40],"k":[3,5],"s":[2,1],"p":"valid","d":[1,2],"groups":2,"channels":4,'
         '"filters":6,"bias":false}}', {"output_size": [15, 32], "output_shape": [15, 32, 6], "parameters": 180}),
        ('{"calculator":"rf","given":{"layers":[{"k":3,"s":1,"d":1},{"k":2,"s":2,"d":1}]}}',
         {"receptive_field": 4, "jump": 2}),
        ('{"calculator":"convolve","given":{"x":[1,2,3],"h":[1,1],"mode":"full"}}', {"y": [1, 3, 5, 3]}),
        ('{"calculator":"train","given":{"samples":216,"batch":6,"epochs":6,"drop_last":false}}',
         {"iterations_per_epoch": 36, "iterations": 216}),
        ('{"calculator":"net","given":{"network":"vgg16","in":[224,224,3]}}',
         {"parameters": 138357544, "macs": 15470264320}),
        ('{"calculator":"conv","given":{"in":"32x40","k":"3","p":"same"}}', {"output_size": [32, 40]}),
    ],
)  # fmt: skip
def test_lines_that_must_work(line: str, results: dict[str, Any]) -> None:
    [found] = answered(line)
    assert {name: found["results"][name] for name in results} == results


def test_a_network_comes_layer_by_layer() -> None:
    [found] = answered({"calculator": "net", "given": {"network": "vgg16", "in": [224, 224, 3]}})
    assert {"name", "type", "shape", "parameters", "macs", "receptive_field"} <= found["results"]["layers"][0].keys()


def test_searches() -> None:
    line = {"calculator": "conv", "given": {"in": 64, "k": 3, "d": 1, "s": 2}, "find": ["p"], "out": 32}
    [found] = answered(line | {"bounds": {"p": [0, 5]}})
    assert list(found) == ["calculator", "given", "find", "target", "bounds", "solutions", "complete"]
    assert found["solutions"] == [{"p": 1}]
    assert found["bounds"] == {"p": [0, 5]}
    for again in answered(line | {"find": "p"}, line | {"steps": True}):
        assert again["solutions"] == [{"p": 1}]


BAD = [
    ("", None), ("{", None), ("[]", None), ("null", None), ("3", None), ('"conv"', None), (b"\xff\xfe", None),
    ("[" * 100_000, None), ("NaN", None), ('{"calculator": "conv"}', "given"), ('{"given": {}}', "calculator"),
    ('{"calculator": 3, "given": {}}', "calculator"), ('{"calculator": "conv", "given": []}', "given"),
    ('{"calculator": "cnov", "given": {}}', None), ('{"calculator": "../conv", "given": {}}', None),
    ('{"calculator": "conv", "given": {"in": 5}}', "k"), ('{"calculator": "conv", "given": {"in": 5, "k": 9}}', "k"),
    ('{"calculator": "conv", "given": {"in": 5, "k": "x y"}}', "k"),
    ('{"calculator": "conv", "given": {"in": 5, "k": null}}', "k"),
    ('{"calculator": "conv", "given": {"in": NaN, "k": 3}}', "in"),
    ('{"calculator": "conv", "given": {"in": 1e999, "k": 3}}', "in"),
    ('{"calculator": "conv", "given": {"in": {"a": 1}, "k": 3}}', "in"),
    ('{"calculator": "conv", "given": {"in": ' + "9" * 5000 + ', "k": 3}}', None),
    ('{"calculator": "conv", "given": {"in": "' + "9" * 10_000 + '", "k": 3}}', "in"),
    ('{"calculator": "conv", "given": {"in": 5, "k": 3, "q": 3}}', "q"),
    ('{"calculator": "conv", "given": {"in": 5, "k": 3}, "out": 3}', "out"),
    ('{"calculator": "conv", "given": {"in": 5, "k": 3}, "find": ["s"]}', "out"),
    ('{"calculator": "conv", "given": {"in": 5, "k": 3}, "find": 3, "out": 3}', "find"),
    ('{"calculator": "conv", "given": {"in": 5, "k": 3}, "find": [], "out": 3}', "find"),
    ('{"calculator": "conv", "given": {"in": 5, "k": 3}, "find": ["s"], "out": 3, "bounds": [1]}', "bounds"),
    ('{"calculator": "conv", "given": {"in": 5, "k": 3}, "find": ["s"], "out": {"a": 1}}', None),
    ('{"calculator": "conv", "given": {"in": 6, "k": 3, "channels": 6, "filters": 6, "groups": 4}}', "groups"),
    ('{"calculator": "pool", "given": {"in": 9, "k": 3, "p": 2}}', "p"),
    ('{"calculator": "tconv", "given": {"in": 9, "k": 3, "op": 1}}', "op"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "quantity"), BAD)
def test_a_bad_line_is_answered_too(line: str | bytes, quantity: str | None) -> None:
    before, bad, after = answered(conv(**{"in": 7, "k": 3}), line, conv(**{"in": 7, "k": 3}))
    assert list(bad) == ["error"]
    assert list(bad["error"]) == ["message", "quantity"]
    assert bad["error"]["quantity"] == quantity
    assert bad["error"]["message"].isprintable()
    assert len(bad["error"]["message"]) < 400
    assert before == after and before["results"]["output_size"] == [5]


ANY = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-3, 99), st.floats(), st.text(max_size=6)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)),
    max_leaves=6,
)


@given(st.sampled_from(["conv", "pool", "tconv", "params"]), st.dictionaries(
    st.sampled_from(["given", "find", "bounds", "out", "steps", "want"]),
    st.one_of(ANY, st.dictionaries(st.sampled_from(["in", "k", "s", "p"]), ANY)),
))  # fmt: skip
def test_any_json_is_answered(name: str, line: dict[str, Any]) -> None:
    [found] = answered({"calculator": name} | line)
    assert "error" in found or found["calculator"] == name


def test_order_and_number_of_lines(program: Program, tmp_path: Path) -> None:
    chance = random.Random(3)
    sizes = [chance.randint(1, 12) for _ in range(500)]
    path = tmp_path / "lines.jsonl"
    path.write_text("\n".join(json.dumps(conv(**{"in": size, "k": 4})) for size in sizes))
    ended = program("solve", "--batch", str(path))
    assert ended.returncode == 1
    assert ended.stderr == ""
    found = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [one["results"]["output_size"] if "results" in one else None for one in found] == [
        [size - 3] if size > 3 else None for size in sizes
    ]


@pytest.mark.parametrize(("lines", "code"), [(["{}"], 1), ([], 0), ([json.dumps(conv(**{"in": 5, "k": 3}))], 0)])
def test_exit_code(program: Program, lines: Iterable[str], code: int) -> None:
    ended = program("solve", "--batch", "-", stdin="".join(f"{line}\n" for line in lines))
    assert ended.returncode == code
    assert len(ended.stdout.splitlines()) == len(list(lines))


def test_a_file_that_is_not_there_is_one_line(program: Program, tmp_path: Path) -> None:
    for source in ("nowhere.jsonl", str(tmp_path)):
        ended = program("solve", "--batch", source)
        assert (ended.returncode, ended.stdout) == (2, "")
        assert len(ended.stderr.splitlines()) == 1


def test_a_calculator_beside_a_batch_is_refused(program: Program) -> None:
    ended = program("solve", "--batch", "-", "conv", "--in", "5", "--k", "3")
    assert ended.returncode == 2
    assert "leave out the calculator" in ended.stderr


def test_odd_lines_are_answered_or_refused_in_words() -> None:
    assert sum(odd_lines.survives(seed) for seed in range(400)) > 50


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ({"calculator": "conv", "given": {"in": 9, "k": 3}, "want": 0, "steps": True}, "want is the name of a result"),
        ({"calculator": "rf", "given": {"n": 2}, "steps": True}, "determine nothing"),
        ({"calculator": "linear", "given": {"operator": None}}, "operator"),
        ({"calculator": "linear", "given": {"operator": "x*10^5000"}, "steps": True}, "beyond what is worked here"),
        ({"calculator": "linear", "given": {"operator": "9^9^9"}}, "larger than"),
        ({"calculator": "params", "given": {"features": 64, "in_channels": 3}, "find": ["vocabulary", "groups"],
          "weights": "7x7x16"}, "narrow"),
        ({"calculator": "gradient", "given": {"function": "tanh", "values": "0 1 -2", "layers": "n", "weights": [0]}},
         "1 for 3 layers"),
        ({"calculator": "dense", "given": {"W": [[1, 2], [3, 4]], "x": [1, -1], "in_features": "a*b"}}, "W has 2"),
        ('{"calculator": "conv", "given": {"in": 256, "in": 128, "k": 3}}', "`in` is written twice"),
        ({"calculator": "conv", "given": {"in": 9, "k": 3}, "want": "zzz"}, "does not give `zzz`"),
        ({"calculator": "conv", "given": {"k": 3, "in": 64}, "find": ["s", "s"], "out": 32}, "searched for twice"),
        ({"calculator": "rf", "given": {"layers": "k3; k2 s2"}, "find": ["n"], "by_layer": [2, 2]}, "is no number"),
    ],
)  # fmt: skip
def test_a_line_that_ended_a_batch_is_one_clear_error(line: Any, says: str) -> None:
    [found] = answered(line)
    assert says in found["error"]["message"], found


def test_a_result_is_given_where_another_is_not_determined() -> None:
    [found] = answered({"calculator": "params", "given": {"units": 8}, "steps": True, "want": "biases"})
    assert found["results"] == {"biases": 8}


def test_a_fault_of_the_program_ends_its_line_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise TypeError("no such thing")

    line = conv(**{"in": 9, "k": 3})
    monkeypatch.setattr("cnnquiz.calculators.train.count", fails)
    monkeypatch.setattr("cnnquiz.solver.calculator.Calculator.refuse_idle", fails)
    [broken] = answered(line)
    assert "please report it" in broken["error"]["message"]
