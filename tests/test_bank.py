"""Banks as files: what is read, what is refused, and where each fault stands.

`python tests/test_bank.py` rewrites the expected findings of `tests/banks/invalid/`; read the difference.
"""

from __future__ import annotations

import gc
import json
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cnnquiz import bank
from cnnquiz.bank.loader import Loaded
from cnnquiz.model import Claim, Draw, Figure, Option
from cnnquiz.yaml_text import UNREADABLE

BANKS = Path(__file__).parent / "banks"
VALID = sorted((BANKS / "valid").glob("*.yaml"))
INVALID = sorted((BANKS / "invalid").glob("*.yaml"))
SHIPPED = sorted(bank.bundled().values())
every_valid = pytest.mark.parametrize("path", VALID + SHIPPED, ids=lambda path: path.stem)
every_invalid = pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)


def told(path: Path) -> str:
    """The findings of a bank, one a line, as its `.txt` expects them."""
    found = bank.load(path).findings
    lines = [f"{f.line}:{f.column} {f.rule} {f.item or '-'}: {f.message} {f.remedy}".strip() for f in found]
    return "\n".join(lines) + "\n"


def valid(name: str) -> Loaded:
    return bank.load(BANKS / "valid" / f"{name}.yaml")


@every_valid
def test_a_valid_bank_has_no_findings(path: Path) -> None:
    loaded = bank.load(path)
    assert loaded.findings == ()
    assert loaded.bank is not None and loaded.sound is loaded.bank
    assert loaded.items == tuple(enumerate(loaded.bank.items))


@every_invalid
def test_an_invalid_bank_has_all_its_findings(path: Path) -> None:
    assert told(path) == path.with_suffix(".txt").read_text(encoding="utf-8")
    assert bank.load(path).bank is None


@every_invalid
def test_a_fault_is_told_without_the_words_of_the_parser(path: Path) -> None:
    for word in ("yaml", "scalar", "token", "node", "anchor", "alias", "block end", "str", "struct"):
        assert word not in told(path).lower().replace("yaml-syntax", "").replace("stride", "").split()


@every_valid
def test_each_text_stands_where_it_is_located(path: Path) -> None:
    loaded = bank.load(path)
    lines = loaded.text.replace("\r\n", "\n").split("\n")

    def visit(value: object, *steps: str | int) -> None:
        if isinstance(value, dict | list):
            for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
                visit(inner, *steps, name)
        elif isinstance(value, str) and value:
            line, column = loaded.locate(*steps)
            rest = lines[line - 1][column - 1 :]
            assert rest[0] in "'\"|>" or rest.startswith(value.split()[0])

    visit(yaml.load(loaded.text, yaml.BaseLoader))


PLACES = [
    ((), (1, 1)),
    (("id",), (53, 5)),
    (("items",), (4, 1)),
    (("items", 0), (5, 3)),
    (("items", 0, "stem"), (7, 9)),
    (("items", 0, "options"), (11, 3)),
    (("items", 0, "options", "a"), (12, 8)),
    (("items", 0, "options", "a", "claim", "linear"), (12, 48)),
    (("items", 0, "options", "b"), (13, 5)),
    (("items", 0, "options", "b", "slip", 1), (18, 26)),
    (("items", 0, "options", "nowhere", "why"), (11, 3)),
    (("items", 0, "vary", "k", "range", 2), (25, 23)),
    (("items", 1, "key", 1), (35, 82)),
    (("items", 99), (4, 1)),
    (("nowhere",), (1, 1)),
]


@pytest.mark.parametrize(("path", "place"), PLACES)
def test_locate(path: tuple[str | int, ...], place: tuple[int, int]) -> None:
    assert valid("every-field").locate(*path) == place


def test_locate_finds_names() -> None:
    loaded = valid("every-field")
    assert loaded.locate("items", 0, "stem", at_name=True) == (7, 3)
    assert loaded.locate("title", at_name=True) == (52, 1)


def test_what_an_empty_item_lacks_is_found_at_the_item() -> None:
    assert bank.load("x.yaml", "items:\n  -\n  - id: a\n").locate("items", 0, "key") == (2, 4)


def test_every_scalar_is_text() -> None:
    loaded = valid("texts-stay-texts")
    assert loaded.bank is not None
    item = loaded.bank.items[0]
    assert (loaded.bank.title, item.id, item.stem, item.topic, item.tolerance) == ("1e3", "007", "12", "~", "0.10")
    texts = {letter: choice.text for letter, choice in item.choices.items()}
    assert texts == {
        "a": "yes", "b": "1:30", "c": "010", "d": "1e3", "e": "2024-01-31", "f": "0x1F", "g": "1_000",
        "h": ".inf", "y": "No",
    }  # fmt: skip


def test_fields_take_their_types() -> None:
    loaded = valid("every-field")
    assert loaded.bank is not None and loaded.bank.layout == "chw" and loaded.bank.format == 1
    item = loaded.bank.items[0]
    assert item.asks is False
    assert item.vary["k"] == Draw(range=[1, 7, 2]) and item.vary["in"] == Draw(choice=["9x9", "11x11"])
    assert item.figure == Figure("figures/x.txt", "a cross", "Cross")
    assert item.options["b"] == Option(
        "folded text", claim=Claim({"net": {"network": "vgg16"}, "holds": "dense_layers <= 1"}),
        slip=["rounded-up", "forgot-bias"],
    )  # fmt: skip


def test_short_forms() -> None:
    loaded = valid("every-field")
    assert loaded.bank is not None
    first, shape, linear = (loaded.bank.item(name) for name in ("single", "shape", "main-quantity"))
    assert first and shape and linear
    a, b, c, d = (option.claim for option in first.choices.values())
    assert a and (a.calculator, a.given, a.holds, a.word) == ("linear", {"": "relu(x)"}, "", "")
    assert b and (b.given, b.holds) == ({"network": "vgg16"}, "dense_layers <= 1")
    assert c is None and d and (d.word, d.calculator, d.holds) == ("none", "", "")
    assert shape.derivation and shape.derivation.want == "output_shape"
    assert shape.derivation.given == {"in": "9x9x3", "k": "3", "filters": "4", "layout": "chw"}
    assert linear.derivation and linear.derivation.given == {"": "relu(x)"}
    assert loaded.bank.items[1].derivation is None


def test_a_broken_item_leaves_the_others_usable() -> None:
    loaded = bank.load(BANKS / "invalid" / "nine-faults.yaml")
    assert [(index, item.id) for index, item in loaded.items] == [(1, "second")]
    assert loaded.sound is not None and [item.id for item in loaded.sound.items] == ["second"]


@pytest.mark.parametrize("path", VALID + INVALID, ids=lambda path: path.stem)
def test_without_libyaml_the_same_is_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = bank.load(path)
    monkeypatch.delattr(yaml, "CSafeLoader")
    slow = bank.load(path)
    assert slow.slow and not quick.slow
    assert slow.bank == quick.bank and slow.items == quick.items
    assert [f.rule for f in slow.findings] == [f.rule for f in quick.findings]
    assert {f.line for f in slow.findings} == {f.line for f in quick.findings}


# A line separator inside a quoted text is folded into a blank, as YAML says.
readable = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x85\u2028\u2029")).filter(
    lambda text: not re.search(UNREADABLE, text)
)


@given(st.lists(st.tuples(readable, readable, readable), min_size=1, max_size=5))
def test_any_text_comes_out_as_it_was_written(texts: list[tuple[str, str, str]]) -> None:
    items = [
        {"id": f"i{n}", "stem": f"?{stem}", "options": {"a": f"!{option}"}, "hints": [hint]}
        for n, (stem, option, hint) in enumerate(texts)
    ]
    written = json.dumps({"format": 1, "id": "x", "title": "x", "items": items}, ensure_ascii=False)
    loaded = bank.load("x.yaml", written)
    assert loaded.bank is not None, loaded.findings
    read = [(item.stem[1:], item.choices["a"].text[1:], item.hints[0]) for item in loaded.bank.items]
    assert read == texts


def test_the_collector_is_left_as_it_was() -> None:
    assert gc.isenabled()
    bank.load(VALID[0])
    bank.load(INVALID[0])
    assert gc.isenabled()
    gc.disable()
    try:
        bank.load(VALID[0])
        assert not gc.isenabled()
    finally:
        gc.enable()


if __name__ == "__main__":
    for case in INVALID:
        case.with_suffix(".txt").write_text(told(case), encoding="utf-8")
