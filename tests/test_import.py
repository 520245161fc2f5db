"""`cnnquiz import`, and `check` on quizzes of other formats, as a person and a script meet them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from conftest import Program
from msgspec.structs import replace

from cnnquiz import bank
from cnnquiz.checks.foreign import convention
from cnnquiz.items.worked_item import work
from cnnquiz.model import Derivation, Item

HERE = Path(__file__).parent / "importers"
WHOLE = ["aiken/good.txt", "anki/good.txt", "csv/good.csv", "gift/good.gift", "jsonl/good.jsonl",
         "jupyterquiz/good.json", "markdown/good.md", "mkdocs/good.md", "moodle/good.xml", "moodle/html.xml",
         "qti/first.xml", "text/good.txt"]  # fmt: skip


def responses(items: list[Item]) -> list[str]:
    """The keys as a person types them, the letters of several together."""
    return ["".join(item.key) for item in items]


@pytest.mark.parametrize("name", WHOLE)
def test_an_imported_bank_passes_and_its_keys_get_full_marks(program: Program, tmp_path: Path, name: str) -> None:
    ended = program("import", str(HERE / name), "--output", "bank.yaml", "--format", "json")
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)
    assert told["found"] == told["imported"] + len(told["refused"])
    assert told["imported"] == told["proved"] + told["refuted"] + told["asserted"]
    loaded = bank.load(tmp_path / "bank.yaml")
    assert loaded.bank is not None and len(loaded.bank.items) == told["imported"]
    checked = program("check", "bank.yaml", "--format", "json")
    assert (checked.returncode, json.loads(checked.stdout)["summary"]["errors"]) == (0, 0)
    taken = program("take", "bank.yaml", "--answers", " ".join(responses(loaded.bank.items)), "--format", "json")
    assert json.loads(taken.stdout)["score"] == told["imported"]


def test_what_is_refused_is_said_with_its_place(program: Program, tmp_path: Path) -> None:
    shutil.copy(HERE / "gift" / "broken.gift", tmp_path / "quiz.gift")
    ended = program("import", "quiz.gift", "--output", "bank.yaml")
    assert ended.returncode == 0 and "quiz.gift, read as gift: 6 questions, 1 imported, 5 refused." in ended.stdout
    assert "quiz.gift:1: refused: no answer is marked as right" in ended.stdout and "Wrote bank.yaml." in ended.stdout
    before = (tmp_path / "bank.yaml").read_bytes()
    again = program("import", "quiz.gift", "--output", "bank.yaml")
    assert again.returncode == 2 and "bank.yaml is there already" in again.stderr
    assert (tmp_path / "bank.yaml").read_bytes() == before


def test_nothing_is_written_where_nothing_can_be_carried(program: Program, tmp_path: Path) -> None:
    (tmp_path / "quiz.gift").write_text("Say why. {}\n", encoding="utf-8")
    ended = program("import", "quiz.gift", "--output", "bank.yaml")
    assert ended.returncode == 1 and "1 question, 0 imported, 1 refused." in ended.stdout
    assert not (tmp_path / "bank.yaml").exists()


@pytest.mark.parametrize(
    ("text", "arguments", "line"),
    [
        ("no quiz", [], "quiz.txt: no quiz format is recognised; name it with --from, one of aiken, anki,"),
        ("no quiz", ["--from", "moodle"], "quiz.txt:1: this is not XML that can be read"),
        ("no quiz", ["--from", "gift", "--output", "no/bank.yaml"], "no/bank.yaml: the folder no does not exist"),
    ],
)
def test_what_cannot_be_imported_is_one_line(
    program: Program, tmp_path: Path, text: str, arguments: list[str], line: str
) -> None:
    (tmp_path / "quiz.txt").write_text(f"{text} {{T}}\n" if "gift" in arguments else text, encoding="utf-8")
    ended = program("import", "quiz.txt", *([] if "--output" in arguments else ["--output", "b.yaml"]), *arguments)
    assert ended.returncode == 2 and ended.stdout == "" and ended.stderr.count("\n") == 1 and line in ended.stderr


def test_titles_give_ids_and_the_same_ones_again(program: Program, tmp_path: Path) -> None:
    text = "::Twice::One?{T}\n\n::Twice::Two?{F}\n\n::Größe::Drei?{T}\n\n日本?{T}\n"
    (tmp_path / "quiz.gift").write_text(text, encoding="utf-8")
    for name in ("first", "second"):
        assert program("import", "quiz.gift", "--output", f"{name}.yaml").returncode == 0
    first, second = (bank.load(tmp_path / f"{name}.yaml").bank for name in ("first", "second"))
    assert first is not None and second is not None and first.items == second.items
    assert [item.id for item in first.items] == ["twice", "twice-2", "groe", "question"]


def test_check_reads_a_foreign_quiz_that_is_named_and_no_other(program: Program, tmp_path: Path) -> None:
    for name in ("gift/good.gift", "moodle/good.xml"):
        shutil.copy(HERE / name, tmp_path)
    shutil.copy(HERE.parent / "take" / "kinds.yaml", tmp_path)
    ended = program("check", ".", "--format", "json")
    assert json.loads(ended.stdout)["summary"]["banks"] == 1
    ended = program("check", "good.gift", "good.xml", "--format", "json")
    found = json.loads(ended.stdout)
    assert ended.returncode == 0 and found["findings"] == []
    assert (found["summary"]["banks"], found["summary"]["items"]) == (2, 21)
    ended = program("check", "--from", "gift", ".")
    assert ended.returncode == 2 and "--from reads files that are named" in ended.stderr
    ended = program("check", "--mutate", "good.gift")
    assert ended.returncode == 2 and "--mutate needs banks" in ended.stderr


def test_a_file_that_is_no_quiz_is_still_no_bank(program: Program, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("some notes\n", encoding="utf-8")
    ended = program("check", "notes.txt")
    assert ended.returncode == 1 and "notes.txt:1:1" in ended.stdout


def test_a_wrong_key_is_found_at_its_line_and_a_right_one_is_not_accused(program: Program, tmp_path: Path) -> None:
    shutil.copy(HERE / "gift" / "keys.gift", tmp_path)
    ended = program("check", "keys.gift", "--format", "json")
    found = json.loads(ended.stdout)
    assert [one["status"] for one in found["items"]] == ["proved", "wrong", "wrong", "wrong", "asserted", "asserted"]
    assert [(one["rule"], one["path"], one["line"], one["item"]) for one in found["findings"]] == [
        ("key-wrong", "keys.gift", 9, "wrong"), ("key-wrong", "keys.gift", 13, "typed"),
        ("no-right-option", "keys.gift", 16, "none"),
    ]  # fmt: skip
    assert ended.returncode == 1 and (found["summary"]["wrong"], found["summary"]["errors"]) == (3, 3)
    first, second, third = found["findings"]
    assert third["message"].startswith("you wrote 100; it is 1,020, which no option holds")
    assert first["message"].startswith("you wrote 40x40x6; it is 36x36x6, which is option a (forgot-kernel: ")
    assert second["message"].startswith("you wrote 1000; it is 1,020 (forgot-bias: ")
    assert program("check", "keys.gift", "--ignore", "key-wrong,no-right-option").returncode == 1
    for form, words in (
        ("text", "keys.gift:9:1: error: wrong: you wrote"),
        ("github", "::error file=keys.gift,line=9,col=1,title=key-wrong::wrong: you wrote"),
        ("junit", 'failures="3"'),
        ("sarif", '"startLine": 9'),
    ):
        ended = program("check", "keys.gift", "--format", form)
        assert ended.returncode == 1 and words in ended.stdout


def test_what_was_read_becomes_a_derivation(program: Program, tmp_path: Path) -> None:
    shutil.copy(HERE / "gift" / "keys.gift", tmp_path)
    told = json.loads(program("import", "keys.gift", "--output", "bank.yaml", "--format", "json").stdout)
    assert (told["proved"], told["refuted"], told["asserted"]) == (1, 3, 2)
    loaded = bank.load(tmp_path / "bank.yaml").bank
    assert loaded is not None and loaded.items[2].derivation is not None
    assert (loaded.items[2].derivation.calculator, loaded.items[2].derivation.want) == ("dense", "parameters")
    ended = program("check", "bank.yaml", "--format", "json")
    wrong = [(one["rule"], one["item"]) for one in json.loads(ended.stdout)["findings"] if one["level"] == "error"]
    assert ("key-wrong", "typed") in wrong and not [one for one in wrong if one[1] == "right"]


def test_a_key_that_another_convention_makes_right_names_it() -> None:
    given = {"conv2d": {"x": "1 2; 3 4", "k": "1 0; 0 0"}, "want": "value"}
    item = Item("turned", "What comes out?", type="number", key="4", derivation=Derivation(given))
    assert convention(work(item)) == " (right with flip yes)"
    assert convention(work(replace(item, key="5"))) == ""
