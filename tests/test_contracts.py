"""What scripts rely on: each JSON document of the program keeps its contract, and each contract notices a breach."""

from __future__ import annotations

import json
import os
import shlex
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from conftest import environment_in, program_in
from referencing import Registry
from referencing.jsonschema import DRAFT202012

TESTS = Path(__file__).parent
HERE = TESTS / "contracts"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
EVERY: dict[str, list[dict[str, Any]]] = yaml.safe_load((HERE / "cases.yaml").read_text(encoding="utf-8"))
LEFT_OUT = () if find_spec("torch") else ("lab-",)  # what needs the extra `lab`
CASES = {name: cases for name, cases in EVERY.items() if not name.startswith(LEFT_OUT)}
WRITTEN = {path.name: json.loads(path.read_text(encoding="utf-8"))
           for path in HERE.glob("*.schema.json") if not path.name.startswith(LEFT_OUT)}  # fmt: skip
# Without their dialect, which would bring back the standard validator where one schema refers to another.
SCHEMAS = {name: {key: part for key, part in one.items() if key != "$schema"} for name, one in WRITTEN.items()}
PATIENT = 600  # seconds, since some train a network while many others run
SAMPLES: dict[str, Any] = {"null": None, "boolean": True, "number": 7, "string": "7", "array": [], "object": {}}


@dataclass(frozen=True)
class Outcome:
    """A case, how its process ended, and the documents that it wrote."""

    case: dict[str, Any]
    code: int
    stdout: str
    stderr: str

    @cached_property
    def documents(self) -> list[Any]:
        """The documents on stdout: one in all, or one a line."""
        texts = self.stdout.splitlines() if self.lines else [self.stdout] if self.stdout else []
        return list(map(document, texts))

    @property
    def batch(self) -> bool:
        """Whether lines are answered one by one."""
        return str(self.case["run"]).startswith("solve --batch")

    @property
    def lines(self) -> bool:
        """Whether each line is a document."""
        return self.batch or str(self.case["run"]).startswith("lab train")


def outcome(case: dict[str, Any], folder: Path) -> Outcome:
    """What comes of a case in a folder of its own."""
    for there, source in case.get("copy", {}).items():
        shutil.copy(TESTS / source, folder / there)
    program = program_in(folder, environment_in(folder) | {"OMP_NUM_THREADS": "1"})
    for line in case.get("first", []):
        assert program(*shlex.split(line)).returncode == 0, line
    typed = [line if isinstance(line, str) else json.dumps(line) for line in case.get("lines", [])]
    ended = program(*shlex.split(case["run"]), stdin="".join(f"{line}\n" for line in typed), timeout=PATIENT)
    return Outcome(case, ended.returncode, ended.stdout, ended.stderr)


def document(text: str) -> Any:
    """The one JSON document that a text is; `NaN` and `Infinity` are no JSON."""

    def refuse(word: str) -> None:
        raise ValueError(f"{word} is no JSON")

    return json.loads(text, parse_constant=refuse)


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Outcome]]:
    """What comes of all cases, by the schema's name; each process is started once."""
    cases = [(name, case, tmp_path_factory.mktemp("case")) for name, listed in CASES.items() for case in listed]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = list(pool.map(lambda each: outcome(*each[1:]), cases))
    return {name: [one for one, (named, _, _) in zip(found, cases, strict=True) if named == name] for name in CASES}


# A validator that writes down which fields it looks at


@dataclass(frozen=True)
class Field:
    """A field of a document, by the object that holds it; the rule that names it, and what it says of it."""

    document: Any
    within: dict[str, Any]
    name: str
    rule: str
    part: Any
    place: tuple[int, str]


class Looks(list[Field]):
    """The fields of one document that were looked at."""

    def __init__(self, document: Any) -> None:
        self.document = document

    def keep(self, rule: str, names: Any, within: Any) -> None:
        """Write down the fields of an object that a rule names and that are there."""
        parts = names if isinstance(names, dict) else dict.fromkeys(names)
        for name in [name for name in parts if isinstance(within, dict) and name in within]:
            self.append(Field(self.document, within, name, rule, parts[name], (id(names), name)))


def validator(name: str, looks: Looks | None = None) -> Any:
    """The validator of a contract; with `looks`, it writes down there what it looks at."""
    plain: Any = jsonschema.Draft202012Validator

    def noted(rule: str) -> Any:
        def check(inner: Any, names: Any, within: Any, schema: Any) -> Iterator[Any]:
            if looks is not None:
                looks.keep(rule, names, within)
            yield from plain.VALIDATORS[rule](inner, names, within, schema) or ()

        return check

    known: Registry[Any] = Registry().with_contents(SCHEMAS.items(), default_specification=DRAFT202012)
    made = jsonschema.validators.extend(plain, {rule: noted(rule) for rule in ("properties", "required")})
    return made(SCHEMAS[f"{name}.schema.json"], registry=known)


def looked_at(name: str, outcomes: list[Outcome]) -> list[Field]:
    """The fields that a contract speaks of: one for each rule and kind of value, from the shortest document."""
    found: dict[Any, Field] = {}
    for document in sorted((each for one in outcomes for each in one.documents), key=lambda each: len(str(each))):
        looks = Looks(document)
        assert validator(name, looks).is_valid(document)
        for each in looks:
            found.setdefault((each.place, kind_of(each.within[each.name])), each)
    return list(found.values())


def kind_of(value: Any) -> str:
    """The kind of a JSON value: one of those of `SAMPLES`."""
    kinds = {type(sample): kind for kind, sample in SAMPLES.items()} | {float: "number"}
    return kinds[type(value)]


def holds(found: Any, part: Any) -> bool:
    """Whether a document has these parts; a list may be longer, and one of objects have others between them."""
    if isinstance(part, dict):
        return isinstance(found, dict) and all(name in found and holds(found[name], part[name]) for name in part)
    if isinstance(part, list) and part and all(isinstance(one, dict) for one in part):
        rest = iter(found if isinstance(found, list) else ())
        return all(any(holds(other, one) for other in rest) for one in part)
    if isinstance(part, list) and part:
        return isinstance(found, list) and len(found) >= len(part) and all(map(holds, found, part))
    return kind_of(found) == kind_of(part) and bool(found == part)


# The tests


def test_each_contract_is_a_schema_with_cases() -> None:
    assert {f"{name}.schema.json" for name in CASES} == WRITTEN.keys()
    for name, schema in WRITTEN.items():
        assert schema["$schema"] == DIALECT and schema["title"], name
        jsonschema.Draft202012Validator.check_schema(schema)
    assert all(sum(len(case.get("lines", ["one"])) for case in cases) >= 4 for cases in CASES.values())


@pytest.mark.parametrize("name", CASES)
def test_the_program_keeps_its_contract(name: str, outcomes: dict[str, list[Outcome]]) -> None:
    checked = validator(name)
    for one in outcomes[name]:
        case, refused = one.case, one.case.get("refused")
        assert one.code == case.get("exit", 0 if refused is None else 2), (case["run"], one.stderr)
        assert (one.stdout == "") == (refused is not None), case["run"]
        if refused is not None:
            assert one.stderr.startswith("cnnquiz: ") and refused in one.stderr, (case["run"], one.stderr)
            assert one.stderr.count("\n") == 1, one.stderr
        for each in one.documents:
            assert [fault.message for fault in checked.iter_errors(each)] == [], case["run"]
        if refused is None:
            said, found = case.get("says", {}), one.documents if one.lines else one.documents[0]
            assert holds(found, said), (said, one.stdout)
            assert not one.batch or len(found) == len(case["lines"]), case["run"]


@pytest.mark.parametrize("name", CASES)
def test_a_contract_notices_a_field_that_is_missing(name: str, outcomes: dict[str, list[Outcome]]) -> None:
    checked = validator(name)
    for each in looked_at(name, outcomes[name]):
        if each.rule == "required":
            value = each.within.pop(each.name)
            noticed = not checked.is_valid(each.document)
            each.within[each.name] = value
            assert noticed, each.name


@pytest.mark.parametrize("name", CASES)
def test_a_contract_notices_a_value_of_another_kind(name: str, outcomes: dict[str, list[Outcome]]) -> None:
    checked = validator(name)
    for each in looked_at(name, outcomes[name]):
        if each.rule == "properties":
            value = each.within[each.name]
            accepted = set()
            for kind, sample in SAMPLES.items():
                each.within[each.name] = sample
                accepted |= {kind} if checked.is_valid(each.document) else set()
            each.within[each.name] = value
            assert accepted <= {kind_of(value), *kinds_of(each.part)}, (each.name, accepted)


def kinds_of(part: Any) -> set[str]:
    """The kinds of a field that may have one of several, as a number or null."""
    said = part.get("type") if isinstance(part, dict) else None
    kinds = {"number" if kind == "integer" else kind for kind in said} if isinstance(said, list) else set()
    assert len(kinds) != 1, part
    return kinds


@pytest.mark.parametrize("name", CASES)
def test_fields_may_be_added(name: str, outcomes: dict[str, list[Outcome]]) -> None:
    checked = validator(name)
    for each in looked_at(name, outcomes[name]):
        if each.rule == "properties":
            each.within["later"] = ["what comes"]
            accepted = checked.is_valid(each.document)
            del each.within["later"]
            assert accepted, each.name


def test_the_cases_meet_every_field(outcomes: dict[str, list[Outcome]]) -> None:
    met = {each.place for name in CASES for each in looked_at(name, outcomes[name])}
    there = ((file, *each) for file, schema in SCHEMAS.items() for each in named(schema))
    missed = [f"{file}: {name}" for file, place, name in there if place not in met]
    assert missed == []


def named(schema: Any) -> Iterator[tuple[tuple[int, str], str]]:
    """The fields that a schema names anywhere, by their place there; not those that it forbids."""
    if isinstance(schema, dict):
        for rule in ("properties", "required"):
            yield from (((id(schema[rule]), name), name) for name in schema.get(rule, ()))
        yield from (field for rule, inner in schema.items() if rule != "not" for field in named(inner))
    elif isinstance(schema, list):
        yield from (field for inner in schema for field in named(inner))
