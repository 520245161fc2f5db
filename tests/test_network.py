"""Networks as data: published values, files of one's own, the command."""

from __future__ import annotations

import json
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from conftest import Program

from cnnquiz import calculators
from cnnquiz.errors import CnnquizError
from cnnquiz.layers import networks
from cnnquiz.solution import jsonable

CASES = Path(__file__).parent / "networks"
PUBLISHED = [
    pytest.param(case, id=f"{case['network']} {case.get('layer', '')} {number}")
    for path in sorted(CASES.glob("*.json"))
    for number, case in enumerate(json.loads(path.read_text("utf-8")))
]
NET = calculators.load("net")

MINE = """\
format: 1
name: mine
input: 32x32x3
blocks:
  pair:
    - add:
        body: conv {n} k3 s{s} p1 nobias; bn; relu
        shortcut: conv {n} k1 s{s} nobias
    - relu
layers:
  - conv1: conv 8 k3 p1; relu
  - stage: {block: pair, n: 16, s: 1, repeat: 3, first: {s: 2}}
  - pool k2
  - fc: dense 10
"""


@pytest.mark.parametrize("case", PUBLISHED)
def test_published_values(case: dict[str, Any]) -> None:
    """Exact totals, totals within the rounding of the paper, and the shapes of its table."""
    given_ = {name: case[name] for name in ("network", "layer", "count") if name in case}
    results = jsonable(NET.result_values(NET.read(given_)))
    for name, value in case.get("results", {}).items():
        assert results[name] == value, name
    for name, (value, within) in case.get("near", {}).items():
        assert abs(results[name] - value) <= within, name
    shapes = {row["name"]: row["shape"] for row in results["layers"]}
    assert {name: shapes.get(name) for name in case.get("shapes", {})} == case.get("shapes", {})
    assert case["source"]


@pytest.mark.parametrize("name", networks.names())
def test_each_network_and_each_variant_has_published_values(name: str) -> None:
    cases = json.loads((CASES / f"{name}.json").read_text("utf-8"))
    variants = {f"{name}/{variant}" for variant in networks.load(name).variants} | {name}
    assert {case["network"] for case in cases} == variants


@pytest.mark.parametrize("name", networks.names())
def test_each_network_says_where_it_comes_from(name: str) -> None:
    for one in (name, *(f"{name}/{variant}" for variant in networks.load(name).variants)):
        loaded = networks.load(one)
        assert loaded.name == one and loaded.title and loaded.source


def test_the_variants_of_a_network_are_named_in_its_solution() -> None:
    solution = NET.solve(NET.read({"network": "alexnet"}))
    assert "alexnet/ungrouped" in " ".join(solution.notes)
    assert "Krizhevsky" in solution.conventions["network"]


# -- files of one's own -------------------------------------------------------------------------------


def own(tmp_path: Path, text: str) -> str:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    results = NET.result_values(NET.read({"network": own(tmp_path, MINE)}))
    names = [row["name"] for row in results["layers"]]
    assert names[:6] == [
        "conv1", "conv1.relu", "stage_1.conv", "stage_1.bn", "stage_1.relu", "stage_1.shortcut.conv"
    ]  # fmt: skip
    assert [name for name in names if "shortcut" in name] == ["stage_1.shortcut.conv"]
    assert results["output_shape"] == (10,)
    weights = (27 + 1) * 8 + 9 * 8 * 16 + 8 * 16 + 2 * 9 * 16 * 16 + 3 * 2 * 16 + (8 * 8 * 16 + 1) * 10
    assert results["parameters"] == weights


@pytest.mark.parametrize(
    ("old", "new", "where", "said"),
    [
        ("conv 8 k3 p1", "conv 8 p1", "11:5", "conv has no kernel size"),
        ("k3 s{s} p1 nobias; bn", "k3 s{t} p1 nobias; bn", "7:9", "{t} has no number here"),
        ("block: pair", "block: pear", "12:13", "there is no block pear: there are pair"),
        ("repeat: 3", "repeat: many", "12:39", "repeat: many is not a whole number"),
        ("first: {s: 2}", "first: 2", "12:50", "`first` holds"),
        ("format: 1", "format: 2", "1:1", "format: 1"),
        ("input: 32x32x3", "input: big", "3:1", "input: big is not a whole number"),
        ("input: 32x32x3", 'input: "a,b"', "3:1", "worked with numbers"),
        ("name: mine\n", "", "1:1", "`name` is missing"),
        ("name: mine", "name: mine\ntitel: x", "3:1", "did you mean `title`?"),
        ("  - pool k2\n", "  - conv1: pool k2\n", "13:5", "two layers are called conv1"),
        ("  - pool k2\n", "  - pool k2\n  -bad\n", "14:", ""),
        ("  - pool k2\n", "  - pool k9 p5\n", "13:5", "more than half the kernel"),
        ("name: mine", "name: mine\nname: twice", "3:1", "written twice"),
        ("name: mine", "name: !!python/object:os.system mine", "2:7", "not allowed"),
        ("name: mine", "name: &a mine", "2:7", "not allowed"),
        ("layers:", "layers: []\nothers:", "11:1", "`others` is not a field here"),
    ],
)
def test_a_fault_in_a_file_is_located(tmp_path: Path, old: str, new: str, where: str, said: str) -> None:
    path = own(tmp_path, MINE.replace(old, new, 1))
    with pytest.raises(CnnquizError) as refused:
        NET.result_values(NET.read({"network": path}))
    assert str(refused.value).startswith(f"{path}:{where}")
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("text", ["", "- a", "layers", "\x00", "a: [", "%", "a: *b", "[" * 2000, "? a\n: b\n"])
def test_what_is_no_network_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(CnnquizError):
        networks.load(own(tmp_path, text))


def test_blocks_that_contain_themselves_are_refused(tmp_path: Path) -> None:
    block = "  again:\n    - {block: again, repeat: 9}\nlayers:\n  - x: {block: again}\n"
    with pytest.raises(CnnquizError, match="more than 20 levels"):
        networks.load(own(tmp_path, MINE.split("blocks:")[0] + "blocks:\n" + block))


def test_blocks_that_multiply_are_refused(tmp_path: Path) -> None:
    blocks = "".join(f"  b{n}:\n    - {{block: b{n + 1}, repeat: 99}}\n" for n in range(9)) + "  b9:\n    - relu\n"
    start = process_time()
    with pytest.raises(CnnquizError, match="more than 10,000 layers"):
        networks.load(own(tmp_path, MINE.split("blocks:")[0] + f"blocks:\n{blocks}layers:\n  - x: {{block: b0}}\n"))
    assert process_time() - start < 10


# -- the command --------------------------------------------------------------------------------------


def test_solve_a_network(program: Program) -> None:
    ended = program("solve", "net", "vgg16", "--format", "json")
    results = json.loads(ended.stdout)["results"]
    assert ended.returncode == 0
    assert results["parameters"] == 138_357_544
    assert {"name", "type", "shape", "parameters", "macs", "receptive_field"} <= results["layers"][0].keys()


def test_the_table_of_a_network_fits_the_window(program: Program) -> None:
    for columns in ("40", "80", "120"):
        ended = program("solve", "net", "resnet18", env={"COLUMNS": columns})
        assert ended.returncode == 0
        assert "conv5_2.add" in ended.stdout
        assert max(map(len, ended.stdout.splitlines())) <= int(columns)


def test_a_fault_is_one_line(program: Program) -> None:
    ended = program("solve", "net", "vgg17")
    assert ended.returncode == 2
    assert "did you mean" in ended.stderr
