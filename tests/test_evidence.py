"""Evidence without PyTorch: records and what is wrong with them, experiments as a list, their screens, their words."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, cast

import pytest
from conftest import PACKAGE, Program
from msgspec.structs import replace
from screens import SCREENS, a_screen

from cnnquiz import bank, files
from cnnquiz.checks import rules
from cnnquiz.errors import CnnquizError
from cnnquiz.lab import evidence, experiments
from cnnquiz.lab.evidence import EvidenceError, Record, is_true
from cnnquiz.lab.records import Again
from cnnquiz.render.experiment import show_comparison, show_record

RECORDS = sorted(files.evidence())
PIXELS = [[(10 * row, 5 * column, 90) for column in range(16)] for row in range(16)]
FIGURES = [{"near": 0.9, "far": 1e-5 * seed, "time": 12.0} for seed in evidence.SEEDS]
RECORD = Record(
    "made", "What is near is more than what is far", "near > far", list(evidence.SEEDS), FIGURES,
    evidence.spread(FIGURES), 3.5, "0", {"torch": "2.13"}, "x86_64",
)  # fmt: skip
EXPERIMENT = cast(ModuleType, SimpleNamespace(
    __doc__="Near and far: what is measured.\n\nMore.", BARS=("near", "far"),
    FIGURES={"near": "what is near", "far": "what is far", "time": "ms, both"},
))  # fmt: skip
BANK = (Path(__file__).parent / "checks" / "rules" / "evidence-wrong" / "good.yaml").read_text(encoding="utf-8")


def test_each_experiment_has_its_record_and_each_record_its_experiment() -> None:
    assert experiments.names() == RECORDS and len(RECORDS) >= 6


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_is_of_five_seeds_and_its_claim_holds_for_each(name: str) -> None:
    found = evidence.record(name)
    assert found.seeds == list(evidence.SEEDS) and found.failures(found.claim) == []
    assert found.seconds < 240 and {"python", "torch", "numpy"} <= found.versions.keys()


@pytest.mark.parametrize("name", RECORDS)
def test_an_experiment_says_in_its_source_what_it_does_not_show(name: str) -> None:
    source = (experiments.FOLDER / f"{name}.py").read_text(encoding="utf-8")
    assert "not show" in source.partition('"""\n\nfrom')[0]
    assert experiments.title(name).endswith(".")


DAMAGE: dict[str, Any] = {
    "was made by another version of the experiment's source": {"source": "0" * 64},
    "has another spread than its figures": {"spread": {}},
    "has not the same figures for each of 5 seeds": {"seeds": [1, 1, 2, 3, 4]},
    "is that of depth": {"experiment": "depth"},
    "cannot be read: Object missing required field": {"claim": None},
    "cannot be read: Expected `int`": {"seeds": ["x"]},
}


def with_record(monkeypatch: pytest.MonkeyPatch, folder: Path, text: str) -> None:
    """The program with another record of `vanishing`."""
    (folder / "vanishing.json").write_text(text, encoding="utf-8")
    monkeypatch.setattr(files, "evidence", lambda: {"vanishing": folder / "vanishing.json"})


@pytest.mark.parametrize("said", DAMAGE)
def test_a_record_that_proves_nothing_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: str) -> None:
    whole = json.loads(files.evidence()["vanishing"].read_text(encoding="utf-8")) | DAMAGE[said]
    text = json.dumps({name: value for name, value in whole.items() if value is not None})
    with_record(monkeypatch, tmp_path, text)
    found = rules.run(bank.load("bank.yaml", BANK), ("evidence-wrong",))
    assert [(one.line, one.level) for one in found.findings] == [(12, "error"), (21, "error")]
    assert said in found.findings[0].message
    again = "Run `cnnquiz lab run vanishing --output questions/evidence/vanishing.json`."
    assert {one.remedy for one in found.findings} == {again} and {one.status for one in found.items} == {"asserted"}


@pytest.mark.parametrize("text", ["", "[]", "{", '{"experiment": 1e999}', "\x00"])
def test_a_record_that_is_none_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str) -> None:
    with_record(monkeypatch, tmp_path, text)
    with pytest.raises(EvidenceError, match="the record of vanishing cannot be read"):
        evidence.record("vanishing")


def test_a_record_that_is_missing_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "evidence", dict)
    with pytest.raises(EvidenceError, match="the experiment depth has no record"):
        evidence.record("depth")


def test_a_hash_is_of_the_experiment_and_of_what_it_imports(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shutil.copytree(PACKAGE / "lab", tmp_path / "cnnquiz" / "lab")
    folder = tmp_path / "cnnquiz" / "lab" / "experiments"
    monkeypatch.setattr(experiments, "FOLDER", folder)
    names = ("vanishing", "depth")
    before = {name: experiments.source_hash(name) for name in names}
    for file, changed in {
        folder / "vanishing.py": {"vanishing"},
        folder / "_fitting.py": {"vanishing", "depth"},
        folder / "_pictures.py": {"depth"},
        folder.parent / "flowers.py": {"depth"},
        folder.parent / "training.py": set(),
    }.items():
        text = file.read_text(encoding="utf-8")
        file.write_text(text + "\n", encoding="utf-8")
        assert {name for name in names if experiments.source_hash(name) != before[name]} == changed
        file.write_text(text, encoding="utf-8", newline="\r\n")  # as some systems check files out
        assert {name: experiments.source_hash(name) for name in names} == before


@pytest.mark.parametrize(
    ("holds", "truth"),
    [("near > far", True), ("near > far > 1", False), ("not near > 1 and (far < 1 or near == 2)", True),
     ("far <= 0.00001", True), ("far*100000 == 1", True), ("abs(far - near) > 1/2", True)],
)  # fmt: skip
def test_a_condition_over_figures(holds: str, truth: bool) -> None:
    assert is_true(holds, FIGURES[0]) is truth


@pytest.mark.parametrize(
    ("holds", "said"),
    [("near", "no condition over figures"), ("1 < 2", "no condition over figures"), ("", "cannot read"),
     ("nearer > far", "unknown name `nearer`"), ("near.__class__ > far", "uses a point"),
     ("near > 10**100000", "exponent"),
     ("open(near) > 1", "unknown function `open`"), ("near / (far - far) > 1", "division by zero"),
     ("+".join(["near"] * 400) + " > 1", "characters long"), ("not " * 90 + "near > 1", "too large")],
)  # fmt: skip
def test_what_is_no_condition_over_figures(holds: str, said: str) -> None:
    with pytest.raises(CnnquizError, match=said):
        is_true(holds, FIGURES[0])


# The screens.


@pytest.mark.parametrize(("columns", "unicode"), SCREENS)
def test_an_experiment_fits_every_screen(columns: int, unicode: bool) -> None:
    screen = a_screen(columns, unicode)
    show_record(screen, EXPERIMENT, RECORD, [("Clean:", [PIXELS] * 5), ("Noisy:", [PIXELS])])
    rows = [Again("far", 1e-5, 1e-5, (1e-5, 5e-5), True), Again("time", 12.0, 8.0, (8.0, 8.1), False)]
    show_comparison(screen, EXPERIMENT, 1, rows, holds=True)
    text = screen.stream.getvalue()  # type: ignore[attr-defined]
    assert max(map(len, text.splitlines())) <= columns and "\x1b" not in text
    assert unicode or text.isascii()
    assert "Held for each of 5 seeds: What is near" in " ".join(text.split())


def said_by(record: Record) -> str:
    screen = a_screen(80)
    show_record(screen, EXPERIMENT, record, [])
    return " ".join(screen.stream.getvalue().split())  # type: ignore[attr-defined]


def test_a_claim_that_fails_says_for_which_seeds() -> None:
    assert "✗ Did not hold for seeds 3, 4 and 5: What is near" in said_by(replace(RECORD, claim="far < 0.000025"))
    assert "✗ Did not hold for seed 5: " in said_by(replace(RECORD, claim="far < 0.00005"))


def test_figures_far_apart_have_bars_by_powers_of_ten() -> None:
    near, far = (said_by(RECORD).split(words)[1].split(" what ")[0].count("━") for words in ("is near", "is far"))
    assert (near, far) == (24, 4)


def test_figures_agree_or_not_beside_their_record() -> None:
    screen = a_screen(80)
    rows = [Again("near", 0.9, 0.9, (0.9, 0.9), True), Again("far", 9.1e-5, 1e-5, (1e-5, 5e-5), False)]
    show_comparison(screen, EXPERIMENT, 1, rows, holds=False)
    said = " ".join(screen.stream.getvalue().split())  # type: ignore[attr-defined]
    assert "is too far from what the record has: what is far; the claim does not hold now." in said


# The program.


def test_the_experiments_are_listed(program: Program) -> None:
    said = " ".join(program("lab", "run").stdout.split())
    assert all(f"{name} {experiments.title(name)}" in said for name in RECORDS)
    listed = json.loads(program("lab", "run", "--format", "json").stdout)["experiments"]
    assert [one["name"] for one in listed] == RECORDS


def test_a_key_that_is_shown_says_so(program: Program, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(BANK, encoding="utf-8")
    said = " ".join(program("take", "mine.yaml", "--answers", "a b").stdout.split())
    assert said.count("Key: shown by an experiment: With sigmoids the first layer's share") == 2
    assert "(experiment vanishing, 5 seeds)." in said
    found = json.loads(program("show", "mine.yaml/holds", "--key", "--format", "json").stdout)
    assert found["status"] == "shown" and found["reason"].endswith("(experiment vanishing, 5 seeds)")


def test_a_key_may_be_required_to_be_shown(program: Program, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(BANK, encoding="utf-8")
    asked = ("check", "mine.yaml", "--select", "evidence-wrong", "--require")
    shown, claimed = program(*asked, "shown"), program(*asked, "claimed")
    assert shown.returncode == 0 and "2 items: 0 proved, 0 claimed, 2 shown, 0 asserted" in shown.stdout
    assert claimed.returncode == 1 and "2 of 2 keys are not claimed" in claimed.stderr


def test_the_keys_of_the_course_that_an_experiment_decides() -> None:
    shown = [one.item for path in files.bundled().values() for one in rules.run(bank.load(path)).items
             if one.status == "shown"]  # fmt: skip
    assert shown == ["layerwise-pretraining", "denoising-rows", "feature-levels", "transfer-layers", "shallow-vs-deep"]
