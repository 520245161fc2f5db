"""The JSON Schema of the bank format: right by its own standard, and of one mind with the loader."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from conftest import Program

from cnnquiz import bank, calculators
from cnnquiz.bank import starter
from cnnquiz.bank.json_schema import MEANINGS

BANKS = Path(__file__).parent / "banks"
VALID = sorted((BANKS / "valid").glob("*.yaml")) + sorted(bank.bundled().values())
SCHEMA = bank.schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

# Faults of the schema rule that JSON Schema has no words for.
BEYOND = {"claim-empty"}


class Editor(yaml.SafeLoader):
    """Types scalars as an editor's YAML 1.2 does, before it looks at the schema."""


Editor.yaml_implicit_resolvers = {}
for kind, pattern, first in (
    ("bool", "true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", "[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("null", "~|null|Null|NULL|", ["~", "n", "N", ""]),
):
    Editor.add_implicit_resolver(f"tag:yaml.org,2002:{kind}", re.compile(f"^({pattern})$"), list(first))
Editor.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(str(node.value), 10))


def typed(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Editor)


def schema_faults() -> list[Path]:
    """The invalid banks in which every finding is a fault of the types."""
    paths = sorted((BANKS / "invalid").glob("*.yaml"))
    return [path for path in paths if {finding.rule for finding in bank.load(path).findings} == {"schema"}]


def test_it_is_a_json_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert "$id" not in SCHEMA


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_it_accepts_what_the_loader_accepts(path: Path) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(typed(path))] == []


@pytest.mark.parametrize("path", schema_faults(), ids=lambda path: path.stem)
def test_it_refuses_what_the_loader_refuses(path: Path) -> None:
    assert VALIDATOR.is_valid(typed(path)) == (path.stem in BEYOND)


NAMED = """
format: 1
id: named
title: Names
items:
  - id: one
    stem: How large is it?
    options: {{a: {{text: 14x14x8, slip: {slip}}}, b: 13x13x8}}
    key: b
    derivation: {{conv: {{in: 28x28x3, k: 3, s: 2, filters: 8{find}}}, want: {want}}}
"""


@pytest.mark.parametrize(
    ("names", "known"),
    [
        ({"want": "output_shape", "slip": "rounded-up"}, True),
        ({"want": "output_shape", "slip": "[rounded-up, kept-input-depth]"}, True),
        ({"want": "output_sise", "slip": "rounded-up"}, False),
        ({"want": "receptive_field", "slip": "rounded-up"}, False),  # another calculator's
        ({"want": "output_shape", "slip": "round-up"}, False),
        ({"want": "output_shape", "slip": "[rounded-up, wrong-rate]"}, False),
        ({"want": "p", "slip": "rounded-up", "find": ", find: [p], out: 28"}, True),
        ({"want": "p", "slip": "rounded-up"}, False),
    ],
)
def test_results_and_misconceptions_are_those_of_the_calculator(names: dict[str, str], known: bool) -> None:
    written = yaml.load(NAMED.format(**({"find": ""} | names)), Editor)
    assert VALIDATOR.is_valid(written) == known


def test_a_starting_bank_names_the_results_that_can_be_wanted() -> None:
    line = next(line for line in starter.bank_text("mine", None, "mine.yaml").splitlines() if "want:" in line)
    assert re.findall(r"\w+", line.partition("want:")[2].replace("or ", "")) == [
        "output_shape", *(name for name in calculators.load("conv").result_names if name != "output_shape")
    ]  # fmt: skip


def test_every_field_is_described() -> None:
    fields = {f"{name}.{field}" for name, part in SCHEMA["$defs"].items() for field in part["properties"]}
    assert fields == MEANINGS.keys()
    assert all(meaning[0].isupper() or meaning.startswith("false") for meaning in MEANINGS.values())


def test_the_command_prints_it(program: Program) -> None:
    printed = program("schema")
    assert printed.returncode == 0 and printed.stderr == ""
    assert json.loads(printed.stdout) == SCHEMA


def test_new_writes_what_the_schema_accepts(program: Program, tmp_path: Path) -> None:
    program("new", "2024")
    assert VALIDATOR.is_valid(typed(tmp_path / "2024.yaml"))


@pytest.mark.parametrize(
    ("name", "found"),
    [("week9.yaml", "week9"), ("My Bank.yml", "my-bank"), ("a--b_c.yaml", "a-b-c"), ("Übung 3.yaml", "ubung-3")],
)
def test_the_id_of_a_new_bank(name: str, found: str) -> None:
    assert starter.bank_id(Path(name)) == found


TITLES = ['a "quote"', "x: [y] # z", "\x1b[31mred\n\tand more", "\udcff", "{in}", "  ", "日本 × 🙂"]


@pytest.mark.parametrize("title", TITLES)
def test_any_title_makes_a_bank(title: str) -> None:
    loaded = bank.load("x.yaml", starter.bank_text("x", title, "x.yaml"))
    assert loaded.bank is not None and loaded.bank.title.isprintable() and loaded.bank.title
