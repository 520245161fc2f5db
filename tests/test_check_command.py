"""`cnnquiz check` as CI meets it: exit codes, forms, folders, hostile files, and keys made wrong on purpose."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from conftest import ROOT, Program

from cnnquiz import __version__, bank, reports
from cnnquiz.checks import mutation, rules
from cnnquiz.checks.report import Report, totals
from cnnquiz.files import bundled

HERE = Path(__file__).parent
WRONG = (HERE / "checks" / "rules" / "key-wrong" / "bad.yaml").read_text(encoding="utf-8")
RIGHT = (HERE / "checks" / "rules" / "key-wrong" / "good.yaml").read_text(encoding="utf-8")
WARNED = (HERE / "checks" / "rules" / "no-rationale" / "bad.yaml").read_text(encoding="utf-8")


@pytest.fixture
def banks(tmp_path: Path) -> Path:
    """A folder with a wrong bank, and folders below it with banks that cannot be read in every way."""
    below = tmp_path / "below"
    (below / ".hidden").mkdir(parents=True)
    (tmp_path / "wrong.yaml").write_text(WRONG, encoding="utf-8")
    (below / "right.yml").write_text(RIGHT, encoding="utf-8")
    (below / "broken.yaml").write_text("a: [1,\n", encoding="utf-8")
    (below / "latin.yaml").write_bytes(b"title: caf\xe9\n")
    (below / "empty.yaml").write_bytes(b"")
    (below / "nul.yaml").write_bytes(b"a: \0\n")
    (below / "notes.txt").write_text("no bank", encoding="utf-8")
    (below / ".hidden" / "x.yaml").write_text("a: [1,\n", encoding="utf-8")
    (below / "loop").symlink_to(tmp_path, target_is_directory=True)
    (below / "dangling.yaml").symlink_to("nowhere.yaml")
    return tmp_path


def document(ended: subprocess.CompletedProcess[str]) -> dict[str, object]:
    read: dict[str, object] = json.loads(ended.stdout)
    return read


def test_the_bundled_banks_are_proved(program: Program) -> None:
    ended = program("check", "--bundled", "--format", "json")
    found = document(ended)
    assert ended.returncode == 0 and ended.stderr == ""
    assert list(found) == ["summary", "items", "findings"]
    sums = found["summary"]
    assert isinstance(sums, dict)
    statuses = ["proved", "claimed", "shown", "asserted", "wrong"]
    assert list(sums) == ["banks", "items", *statuses, "unmatched", "errors", "warnings", "allowed"]
    assert sums["items"] == sum(sums[status] for status in statuses) == len(found["items"])
    assert sums["errors"] == 0 and sums["proved"] >= 3


def test_a_wrong_key_is_shown_where_it_stands(program: Program, banks: Path) -> None:
    ended = program("check", "wrong.yaml")
    assert ended.returncode == 1
    first, source, caret, remedy = ended.stdout.splitlines()[:4]
    assert first.startswith("wrong.yaml:12:10: error: one: the key says `126x126x4` (rounded-up: You rounded up")
    assert first.endswith("[key-wrong]") and "rounded-up" in first
    assert (source, caret) == ("    key: a", "         ^") and "key: b" in remedy
    assert "1 bank, 1 item: 0 proved, 0 claimed, 0 asserted, 1 wrong; errors: 1, warnings: 0 (" in ended.stdout
    assert "\x1b" not in ended.stdout


def test_json_findings_have_the_fields_of_the_contract(program: Program, banks: Path) -> None:
    ended = program("check", "wrong.yaml", "--format", "json")
    (finding,) = json.loads(ended.stdout)["findings"]
    assert list(finding) == ["rule", "level", "path", "line", "column", "item", "message", "expected", "remedy"]
    assert (finding["rule"], finding["path"], finding["expected"]) == ("key-wrong", "wrong.yaml", "125x125x4")


def test_without_a_path_the_project_says_what_is_checked(program: Program, tmp_path: Path) -> None:
    ended = program("check")
    assert ended.returncode == 2 and "nothing to check" in ended.stderr
    (tmp_path / "questions").mkdir()
    (tmp_path / "questions" / "one.YAML").write_text(RIGHT, encoding="utf-8")
    ended = program("check")
    assert ended.returncode == 0 and "Checking questions." in ended.stderr and "1 bank, 5 items" in ended.stdout
    (tmp_path / "pyproject.toml").write_text('[tool.cnnquiz]\npaths = ["banks/*.yaml"]\n', encoding="utf-8")
    ended = program("check")
    assert ended.returncode == 2 and "banks/*.yaml: nothing has such a name" in ended.stderr
    (tmp_path / "banks").mkdir()
    (tmp_path / "banks" / "wrong.yaml").write_text(WRONG, encoding="utf-8")
    ended = program("check")
    assert ended.returncode == 1 and "banks/wrong.yaml:12:10" in ended.stdout
    misspelt = '[tool.cnnquiz]\npath = ["banks"]\n'
    for broken in ("[tool.cnnquiz]\npaths = 'banks'\n", "[tool.cnnquiz]\npaths = []\n", misspelt, "[tool\n"):
        (tmp_path / "pyproject.toml").write_text(broken, encoding="utf-8")
        ended = program("check")
        assert ended.returncode == 2 and ended.stderr.count("\n") == 1


@pytest.mark.parametrize("arguments", [[""], ["", "week8.yaml"], ["--bundled", "week8.yaml"], ["no-*.yaml"]])
def test_what_names_nothing_is_refused(program: Program, arguments: list[str]) -> None:
    ended = program("check", *arguments)
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (2, "", 1)


def test_files_that_are_no_banks_are_skipped_only_where_that_is_asked_for(program: Program, tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text("- {name: build, run: make}\n", encoding="utf-8")
    (tmp_path / "right.yaml").write_text(RIGHT, encoding="utf-8")
    (tmp_path / "untitled.yaml").write_text("items: []\n", encoding="utf-8")
    ended = program("check", "--skip-others", "other.yaml", "right.yaml")
    assert ended.returncode == 0 and "1 bank, 5 items" in ended.stdout
    assert ended.stderr == "other.yaml: skipped, it has none of format, id and items.\n"
    assert program("check", "other.yaml").returncode == 1
    assert program("check", "--skip-others", "untitled.yaml").returncode == 1


@pytest.mark.parametrize(
    ("text", "bank"),
    [
        ("# a bank\n---\n  format: 1\n  id: x\n", True), ('{"title": "X", "items": []}\n', True),
        ("'items': []\n", True), ("\ufefftitle: X\r\nitems: []\r\n", True), ("format: 1\rid: x\r", True),
        ("steps:\n  - id: build\n    items: 3\n", False), ("{{- if .x }}\nname: {id: 3}\n", False),
        ("[{id: 3}]\n", False), ("", False),
    ],
)  # fmt: skip
def test_a_bank_is_known_by_its_own_outermost_fields(program: Program, tmp_path: Path, text: str, bank: bool) -> None:
    (tmp_path / "some.yaml").write_bytes(text.encode())
    ended = program("check", "--skip-others", "some.yaml")
    assert ("skipped" not in ended.stderr, ended.returncode) == (bank, 1 if bank else 2)


def test_a_wrong_key_is_no_success_whatever_rules_are_left_out(program: Program, tmp_path: Path) -> None:
    text = 'format: 1\nid: sums\ntitle: Sums\nsource: own\nitems:\n  - id: one\n    type: number\n'
    text += "    stem: How many weights do 4 filters of size 5x5 over 3 channels have, without biases?\n    key: 75\n"
    text += "    derivation: {params: {k: 5, channels: 3, filters: 4, bias: no}, want: parameters}\n"
    (tmp_path / "some.yaml").write_text(text, encoding="utf-8")
    ended = program("check", "--ignore", "key-wrong,no-right-option", "some.yaml")
    assert "1 wrong" in ended.stdout and ended.returncode == 1


def test_no_selection_leaves_out_what_keeps_a_bank_from_being_read(program: Program, tmp_path: Path) -> None:
    invalid = HERE / "banks" / "invalid"
    for name in ("no-colon", "items-empty", "only-comments", "unknown-type", "duplicate-key"):
        assert program("check", "--select", "key-wrong", str(invalid / f"{name}.yaml")).returncode == 1
    assert program("check", "--ignore", "duplicate-key", str(invalid / "duplicate-key.yaml")).returncode == 2


@pytest.mark.parametrize(
    ("paths", "arguments", "called"),
    [
        ("questions", "", ["check", "--", "questions"]),
        ("a b\n'c*'", "--strict\n--jobs 2", ["check", "--strict", "--jobs", "2", "--", "a", "b", "'c*'"]),
        ("\n", "", None), ("", "--strict", None),
    ],
)  # fmt: skip
def test_the_action_hands_on_every_path_and_refuses_an_empty_input(
    tmp_path: Path, paths: str, arguments: str, called: list[str] | None
) -> None:
    action = yaml.safe_load((ROOT / ".github" / "actions" / "check" / "action.yml").read_text(encoding="utf-8"))
    stub = tmp_path / "cnnquiz" / "bin" / "cnnquiz"
    stub.parent.mkdir(parents=True)
    stub.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n', encoding="utf-8")
    stub.chmod(0o755)
    script = action["runs"]["steps"][-1]["run"]
    given = {"PATH": os.environ["PATH"], "RUNNER_TEMP": str(tmp_path), "PATHS": paths, "ARGUMENTS": arguments}
    ended = subprocess.run(["bash", "-eo", "pipefail", "-c", script], env=given, capture_output=True, text=True)
    assert ended.returncode == (0 if called else 2)
    assert ended.stdout.splitlines() == (called or [])


def test_a_required_status_is_the_least_that_every_key_may_have(program: Program, banks: Path) -> None:
    proved = "below/right.yml"
    assert program("check", proved, "--require", "proved").returncode == 0
    ended = program("check", "-", "--require", "proved", stdin=RIGHT.replace("filters of size 7x7", "filters"))
    assert ended.returncode == 1 and "keys are not proved" in ended.stderr
    assert "unmatched" in ended.stdout


def test_an_allowed_finding_is_counted_and_leaves_the_key_wrong(program: Program) -> None:
    allowing = WRONG.replace("    stem:", "    allow: [key-wrong]\n    stem:")
    ended = program("check", "-", "--format", "json", stdin=allowing)
    found = json.loads(ended.stdout)
    assert (found["summary"]["wrong"], found["summary"]["allowed"], found["findings"]) == (1, 1, [])
    assert [one["status"] for one in found["items"]] == ["wrong"]


def test_a_folder_is_walked_and_no_file_hides_another(program: Program, banks: Path) -> None:
    ended = program("check", ".", "--format", "json")
    found = json.loads(ended.stdout)
    paths = {one["path"] for one in found["findings"]}
    below = ("broken", "dangling", "empty", "latin", "nul")
    assert ended.returncode == 1 and paths == {"wrong.yaml", *(f"below/{name}.yaml" for name in below)}
    assert found["summary"]["banks"] == 7 and found["summary"]["proved"] >= 3


def test_stdin_is_a_bank_too(program: Program) -> None:
    ended = program("check", "-", "--format", "json", stdin=WRONG)
    (finding,) = json.loads(ended.stdout)["findings"]
    assert ended.returncode == 1 and finding["path"] == "<stdin>"
    assert program("check", "-", stdin=RIGHT).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere.yaml"], "there is no such file"), (["empty"], "no bank is in this folder"),
        (["--select", "key-wrng"], "did you mean key-wrong"), (["--ignore", "x"], "there is no rule `x`"),
        (["--explain", "no-altt"], "did you mean no-alt"), (["--format", "yaml"], "yaml"),
        (["--bundled", "--output", "nowhere/report.txt"], "nowhere/report.txt"), (["-", "--mutate"], "stdin"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_one_clear_line(
    program: Program, tmp_path: Path, arguments: list[str], said: str
) -> None:
    (tmp_path / "empty").mkdir()
    ended = program("check", *arguments, stdin=RIGHT)
    assert ended.returncode == 2 and said in ended.stderr and ended.stdout == ""


def test_warnings_fail_only_when_strict(program: Program, tmp_path: Path) -> None:
    (tmp_path / "warned.yaml").write_text(WARNED, encoding="utf-8")
    assert program("check", "warned.yaml").returncode == 0
    assert program("check", "warned.yaml", "--strict").returncode == 1
    assert program("check", "warned.yaml", "--strict", "--ignore", "no-rationale").returncode == 0
    assert program("check", "warned.yaml", "--strict", "--select", "schema,key-wrong").returncode == 0


def test_a_rule_explains_itself(program: Program) -> None:
    ended = program("check", "--explain", "key-wrong")
    assert ended.returncode == 0 and "Bad:" in ended.stdout and "Good:" in ended.stdout


def test_asserted_keys_are_listed_with_their_sources(program: Program) -> None:
    path = str(bundled()["week8"])
    for ended in (program("check", path), program("check", path, "--verbose")):
        assert f"    relu-false: slide, question 3 ({path})" in ended.stdout.splitlines()


def test_many_asserted_keys_are_listed_when_asked_for(program: Program, tmp_path: Path) -> None:
    items = "".join(f"  - {{id: q{n}, stem: Why?, options: {{a: so, b: no}}, key: a}}\n" for n in range(31))
    (tmp_path / "words.yaml").write_text(f"format: 1\nid: words\ntitle: Words\nitems:\n{items}", encoding="utf-8")
    said = "31 keys asserted, by the source alone: --verbose lists them\n"
    assert said in program("check", "words.yaml", "--ignore", "no-source").stdout
    assert "    q30: no source (words.yaml)\n" in program("check", "words.yaml", "--verbose").stdout


@pytest.mark.parametrize("form", reports.names())
def test_a_report_writes_what_stands_in_its_case(form: str, program: Program, banks: Path) -> None:
    written = program("check", "wrong.yaml", "--format", form).stdout
    timeless = re.sub(r"\d+\.\d+(?= s\)|\")", "0.0", written).replace(__version__, "VERSION")
    assert timeless == (HERE / "reports" / f"{form}.txt").read_text(encoding="utf-8")


def test_github_actions_get_annotations_unasked(program: Program, banks: Path) -> None:
    ended = program("check", "wrong.yaml", env={"GITHUB_ACTIONS": "true"})
    assert ended.stdout.startswith("::error file=wrong.yaml,line=12,col=10,title=key-wrong::one: the key says")
    assert program("check", "wrong.yaml", "--format", "text", env={"GITHUB_ACTIONS": "true"}).stdout[:2] != "::"


def test_annotations_are_made_of_whole_sentences(program: Program, banks: Path) -> None:
    annotation = program("check", "wrong.yaml", "--format", "github").stdout.splitlines()[0]
    assert ". Write `key: " in annotation
    (result,) = json.loads(program("check", "wrong.yaml", "--format", "sarif").stdout)["runs"][0]["results"]
    assert ". Write `key: " in result["message"]["text"]


def test_an_output_file_holds_the_report(program: Program, banks: Path) -> None:
    ended = program("check", "wrong.yaml", "--format", "sarif", "--output", "report.sarif")
    assert ended.returncode == 1 and ended.stdout == "" and "errors: 1" in ended.stderr
    log = json.loads((banks / "report.sarif").read_text(encoding="utf-8"))
    assert log["version"] == "2.1.0" and len(log["runs"][0]["results"]) == 1


def test_every_wrong_key_made_on_purpose_is_noticed(program: Program) -> None:
    banks = map(str, bundled().values())
    ended = program("check", "--mutate", *banks, "--format", "json", timeout=120)
    score = json.loads(ended.stdout)["mutation"]
    assert score["mutants"] >= 30 and score["noticed"] == score["mutants"] and score["missed"] == []
    assert sum(one["mutants"] for one in score["classes"].values()) == score["mutants"]
    made = {name for name, one in score["classes"].items() if one["mutants"]}
    assert {"key", "givens", "stem", "negation", "claims"} <= made
    assert ended.returncode == 0


DECIMALS = """
format: 1
id: decimals
title: Decimals
source: made for this test
items:
  - id: one
    stem: The scores are 0.5 and 1.5. What is the softmax of the first, to 3 decimals?
    type: number
    key: "0.269"
    tolerance: 0.001
    derivation: {softmax: {z: [0.5, 1.5], class: 1}, want: probability}
    rationale: Divide by the sum.
  - id: two
    stem: Which network has more parameters?
    options:
      a: {text: VGG-16, why: because, claim: {net: {network: vgg16}, holds: parameters > 100000000.5}}
      b: {text: AlexNet, why: because, claim: {net: {network: alexnet}, holds: parameters > 100000000.5}}
    key: a
    rationale: Its layers are wide.
"""


def test_decimals_are_mutated_and_what_decides_nothing_is_counted_apart(tmp_path: Path) -> None:
    score = mutation.score([bank.load(tmp_path / "decimals.yaml", DECIMALS)])
    assert score.missed == () and score.classes["claims"].undecidable == 2


def test_a_mutation_that_no_rule_sees_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mutation, "RULES", ("schema",))
    score = mutation.score([bank.load(bundled()["week8"])])
    assert score.noticed == 0 and len(score.missed) == score.mutants > 0


def test_bank_texts_reach_no_terminal_and_no_markup(program: Program, tmp_path: Path) -> None:
    text = WRONG.replace("126x126x4", '"126x126x4 \\e[31m[bold]<&>"').replace("id: one", "id: one\n    topik: \x9b[2J")
    (tmp_path / "bad\x1bname.yaml").write_text(text, encoding="utf-8")
    for form in reports.names():
        ended = program("check", ".", "--format", form)
        assert ended.returncode == 1
        assert "\x1b" not in ended.stdout and "\x9b" not in ended.stdout


def report(path: Path) -> Report:
    banks = (rules.run(bank.load(path)),)
    return Report(banks, totals(banks), 0.5)


def test_junit_has_a_case_for_each_item_and_each_broken_rule(tmp_path: Path) -> None:
    path = tmp_path / "both.yaml"
    good = RIGHT.partition("items:\n")[2].replace("id: one", "id: fine", 1)
    path.write_text(WRONG + good, encoding="utf-8")
    root = ElementTree.fromstring(reports.write("junit", report(path)))
    names = [case.get("name") for case in root.iter("testcase")]
    assert "one: key-wrong" in names and "fine" in names
    assert root.get("failures") == "1" and len(root.findall(".//failure")) == 1
    assert root.get("tests") == str(len(names)) == str(len(set(names)))
    allowed = {"testcase": {"classname", "name"}, "failure": {"type", "message"}, "system-out": set[str]()}
    assert all(set(one.attrib) <= allowed[one.tag] for one in root.iterfind("testsuite//*"))  # what Jenkins' xsd takes


def test_sarif_results_point_at_their_rules_and_places(tmp_path: Path) -> None:
    path = tmp_path / "a bank.yaml"
    path.write_text(WRONG, encoding="utf-8")
    (run,) = json.loads(reports.write("sarif", report(path)))["runs"]
    described = run["tool"]["driver"]["rules"]
    (result,) = run["results"]
    assert [rule["id"] for rule in described] == list(rules.names())
    assert described[result["ruleIndex"]]["id"] == result["ruleId"] == "key-wrong"
    place = result["locations"][0]["physicalLocation"]
    assert place["region"]["startLine"] == 12 and place["region"]["startColumn"] == 10
    assert place["artifactLocation"]["uri"].endswith("a%20bank.yaml")
    assert result["message"]["text"] and result["level"] in ("error", "warning")


def test_many_large_files_are_checked_by_several_processes(program: Program, tmp_path: Path) -> None:
    for name in ("one", "two"):
        maker = HERE / "benchmarks" / "make_bank.py"
        subprocess.run([sys.executable, maker, "2000", tmp_path / f"{name}.yaml"], check=True)
    ended = program("check", ".", "--jobs", "2", "--format", "json")
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["summary"]["proved"] == 4000


def test_the_hook_and_the_action_run_a_command_that_exists(program: Program, banks: Path) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert hook["entry"].split()[0] == "cnnquiz" and hook["language"] == "python"
    assert program(*hook["entry"].split()[1:], "wrong.yaml", "below/right.yml").returncode == 1
    action = yaml.safe_load((ROOT / ".github" / "actions" / "check" / "action.yml").read_text(encoding="utf-8"))
    assert action["runs"]["using"] == "composite"
    assert all(step.get("shell") == "bash" for step in action["runs"]["steps"] if "run" in step)
    assert program("check", "--strict", "--", "below/right.yml").returncode == 0


SOUND = """\
format: 1
id: mine
title: Mine
source: lecture 3
items:
  - id: one
    stem: A 32x32 map passes a 5x5 kernel with stride 1 and no padding. How wide is the output?
    type: number
    key: 28
    derivation: {conv: {in: 32, k: 5}, want: output_size}
    rationale: The kernel has 28 places.
"""


def test_a_report_takes_the_place_of_no_bank(program: Program, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(SOUND, encoding="utf-8")
    (tmp_path / "other.yaml").write_text(SOUND, encoding="utf-8")
    (tmp_path / "link").symlink_to(tmp_path / "mine.yaml")
    for output in ("mine.yaml", "other.yaml", "link", "./mine.yaml"):
        refused = program("check", "mine.yaml", "--output", output)
        assert refused.returncode == 2 and "is a bank" in refused.stderr, output
    assert (tmp_path / "mine.yaml").read_text() == (tmp_path / "other.yaml").read_text() == SOUND
    for _ in range(2):  # an older report may be replaced
        assert program("check", "mine.yaml", "--format", "json", "--output", "report.json").returncode == 0
    assert program("check", "mine.yaml", "--format", "json", "--output", "-").stdout.startswith("{")
    assert program("check", "mine.yaml", "--output", "none/report.txt").returncode == 2
    assert {each.name for each in tmp_path.iterdir() if each.is_file()} >= {"report.json"}
    assert not [each for each in tmp_path.iterdir() if each.name.startswith(".report")]


@pytest.mark.parametrize("end", [r"\n", r"\x0b", r"\u2028", r"\x85"])
def test_no_item_begins_a_line_of_its_own(end: str, program: Program, tmp_path: Path) -> None:
    bank = f'format: 1\nid: one\ntitle: One\nitems:\n  - {{id: "a{end}::error::owned", stem: Which?, key: a}}\n'
    (tmp_path / "odd.yaml").write_text(bank, encoding="utf-8")
    shown = program("check", "odd.yaml").stdout
    assert "error::owned" in shown
    assert [line for line in shown.splitlines() if line.lstrip(": ").startswith("error: :owned")] == []
    assert [line for line in shown.splitlines() if line.strip().startswith((":", "error"))] == []
